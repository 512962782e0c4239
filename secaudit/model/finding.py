"""What judging says."""

from dataclasses import dataclass
from enum import StrEnum

from secaudit.model.fact import MissingReason


class Verdict(StrEnum):
    """Answer of one check about one endpoint."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that would have decided, and why it is not there."""

    name: str
    reason: MissingReason


@dataclass(frozen=True, slots=True)
class Finding:
    """check x endpoint x verdict x evidence."""

    check: str
    endpoint: str
    verdict: Verdict
    missing: tuple[MissingFact, ...] = ()
    """For unknown: what was missing."""
    evidence: tuple[tuple[str, str], ...] = ()
    """Facts the expression named -> observed value as JSON text, at most 2,000 characters each."""
    defect: str | None = None
    """An error no missing fact explains: a defect of the check."""
