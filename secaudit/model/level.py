"""Level rules and what they say of a system."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from secaudit.model.base import Day, Identifier, Line, Texts, Whole, Written

Level = Annotated[Whole, Field(ge=1, le=5)]


class LevelCase(Written):
    """Proof beside a clause: inputs in, answer out."""

    inputs: dict[str, bool | int | str | list[str]]
    """Input name without ``system.`` -> value; a name left out is unanswered. ``reading.x`` fixes an interpretation."""
    matches: Literal["yes", "no", "unknown"]


class LevelClause(Written):
    """One clause of a decree that gives a level."""

    id: Line
    """As cited: ``13.2.b``."""
    level: Level
    title: Texts
    when: str | None = None
    """CEL over ``system.*`` and ``reading.*``; none for a clause that waits for guidance."""
    pending: Texts | None = None
    """Why the clause cannot be decided yet; shown, never widens a range."""
    cases: tuple[LevelCase, ...] = ()


class Reading(Written):
    """An ambiguity the province must settle."""

    id: Identifier
    clause: Line
    question: Texts
    choices: dict[Identifier, Texts]


class Question(Written):
    """What to ask when an input is missing."""

    text: Texts
    who: Literal["province", "agency"]


class LevelRuleSet(Written):
    """A decree's criteria as data."""

    id: Identifier
    title: Texts
    act: Line
    """Short citation: Nghị định 331/2026/NĐ-CP."""
    valid_from: Day
    valid_until: Day | None = None
    source: Line
    inheritance: Texts
    """The label under which components and shared machines take the highest level."""
    readings: tuple[Reading, ...] = ()
    questions: dict[str, Question]
    """Input name (``system.kind``) -> question."""
    clauses: tuple[LevelClause, ...]


@dataclass(frozen=True, slots=True)
class ClauseMatch:
    """One clause applied to one system."""

    clause: str
    level: int
    matches: bool | None
    """None is unknown."""
    missing: tuple[str, ...] = ()
    """Inputs that would decide it."""
    readings: tuple[str, ...] = ()
    """Readings that were used, ``id=choice``."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What a rule set says of a system: a proposal; the appraisal decides."""

    system: str
    rule_set: str
    lowest: int | None
    """Highest level a clause proves; None when no clause is proven (undetermined, never level 1)."""
    highest: int | None
    """Highest level still possible; None when nothing can match."""
    matches: tuple[ClauseMatch, ...] = ()
    """Clauses that match or may match, highest level first."""
    inputs: tuple[tuple[str, str], ...] = ()
    """Input name -> value used, as text."""
    missing: tuple[str, ...] = ()
    """Unanswered inputs and open readings that keep the range open."""
    inherited_from: tuple[str, ...] = ()
    """Components whose level raised this one."""
    declared: int | None = None
    """Level of the dossier."""
    pending: tuple[str, ...] = ()
    """Clauses that wait for guidance."""

    @property
    def level(self) -> int | None:
        """The level when it is determined, else None."""
        return self.lowest if self.lowest is not None and self.lowest == self.highest else None
