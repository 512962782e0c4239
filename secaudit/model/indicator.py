"""Figures that agencies declare themselves: how many of how many, as of a day, with a paper."""

from pydantic import Field

from secaudit.model.base import Day, Document, Identifier, Line, Written
from secaudit.model.system import Count


class IndicatorLine(Written):
    """What one agency declares; a number nobody gave is unknown, never zero."""

    agency: Identifier
    """The id of the province itself where the province declares it as a whole."""
    numerator: Count | None = None
    denominator: Count | None = None
    as_of: Day | None = None
    """Where it differs from the file's."""
    evidence: Document | None = None
    """Where it differs from the file's."""


class IndicatorFile(Written):
    """One file of ``indicators/``: one round of declaring one indicator."""

    indicator: Identifier
    """As the targets of plans name it."""
    title: Line | None = None
    as_of: Day
    evidence: Document | None = None
    """The report the lines were taken from; lines without any document prove nothing."""
    lines: tuple[IndicatorLine, ...] = Field(min_length=1)

    def day(self, line: IndicatorLine) -> Day:
        """Day a line speaks of."""
        return line.as_of or self.as_of

    def paper(self, line: IndicatorLine) -> Document | None:
        """The document behind a line."""
        return line.evidence or self.evidence
