"""Rows of the standard that checks answer."""

import re
from collections.abc import Iterable

from secaudit.model.base import Flag, Identifier, Line, Texts, Whole, Written
from secaudit.model.check import Check, Level


class RequirementRow(Written):
    """One requirement as a dossier lists it."""

    number: Whole
    title: Texts
    from_level: Level
    suggested: Flag = False
    """The act suggests a value that may differ with a reason; all other rows are mandatory."""
    clauses: tuple[Line, ...]
    """As in the references of checks: ``act:clause``, ``x`` for every level."""
    facts: tuple[Line, ...]
    """Facts, or their group with its dot (``session.``), that answer the row."""

    def answered_by(self, check: Check) -> bool:
        """Whether the check names a clause of this row and looks at one of its facts."""
        text = f"{check.when}\n{check.passes}"
        looks = any(re.search(rf"\b{re.escape(name)}(?<!\w)|\b{re.escape(name)}\b", text) for name in self.facts)
        return looks and any(_overlap(ref, clause) for ref in check.refs for clause in self.clauses)


class RequirementTable(Written):
    """``requirements/<id>.yaml``."""

    id: Identifier
    title: Texts
    act: Line
    rows: tuple[RequirementRow, ...]


def rows_answered(tables: Iterable[RequirementTable], check: Check) -> tuple[int, ...]:
    """Numbers of the rows a check answers."""
    return tuple(sorted({row.number for table in tables for row in table.rows if row.answered_by(check)}))


def _overlap(ref: str, clause: str) -> bool:
    """The same clause, or one inside the other. What stands in every level's list is another thing than what one level adds."""
    act, _, one = ref.partition(":")
    other_act, _, other = clause.partition(":")
    return act == other_act and all(a == b for a, b in zip(one.split("."), other.split("."), strict=False))
