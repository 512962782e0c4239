"""What the standard asks of a system of each level, and who or what can answer it."""

import re
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from secaudit.model.base import Day, Flag, Identifier, Line, Texts, Whole, Written
from secaudit.model.check import Check, Level


class Evidence(Written):
    """What a person must show for a requirement that machines cannot show, or not alone."""

    asked: Texts
    """The paper or record."""
    months: dict[Level, Whole] = Field(default_factory=dict)
    """Level -> months for which a statement stays valid (the period of review that the standard asks); 12 where left out."""


class Requirement(Written):
    """One requirement; its words are ours, the standard's own are not copied."""

    id: Identifier
    number: Whole
    """As dossiers list it."""
    group: Texts
    """The standard's group: accounts and access, logs ..."""
    title: Texts
    levels: tuple[Level, ...]
    """Every level whose list holds it: a higher level does not inherit what a lower one asks."""
    strength: Literal["mandatory", "suggested"] = "mandatory"
    """Suggested: the standard names a value that may differ with a reason."""
    clauses: tuple[Line, ...]
    """``act:clause``; ``x`` stands for the chapter of each level."""
    checks: tuple[Identifier, ...] = ()
    """Checks that decide it on each machine."""
    manual: Evidence | None = None
    """Evidence asked of people; beside ``checks`` it decides what machines leave open."""
    confirmed: Flag = True
    """False where the source itself says that it is not certain."""

    @property
    def mandatory(self) -> bool:
        """Whether nothing else will do."""
        return self.strength == "mandatory"


class Standard(Written):
    """``requirements/<id>.yaml``: a technical standard by levels."""

    id: Identifier
    title: Texts
    act: Line
    valid_from: Day
    valid_until: Day | None = None
    source: Line
    """Where the rows were read, and how sure that is."""
    rows: dict[Level, Whole]
    """How many rows the standard's own list has for each level: the denominator; a level left out has no known count."""
    requirements: tuple[Requirement, ...]

    def at(self, level: int) -> tuple[Requirement, ...]:
        """Requirements that the list of ``level`` holds, in order."""
        return tuple(one for one in self.requirements if level in one.levels)


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
