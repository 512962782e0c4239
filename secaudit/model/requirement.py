"""What the standard asks of a system of each level, and who or what can answer it."""

from datetime import date
from typing import Literal

from pydantic import Field

from secaudit.model.base import Day, Flag, Identifier, Line, Texts, Whole, Written
from secaudit.model.check import LEVELS, Level

USUAL_MONTHS = 12
"""How long a statement stays valid where the standard names no period."""


class Evidence(Written):
    """What a person must show for a requirement that machines cannot show, or not alone."""

    asked: Texts
    """The paper or record."""
    months: dict[Level, Whole] = Field(default_factory=dict)
    """Level -> months for which a statement stays valid (the period of review that the standard asks); 12 where left out."""

    def months_at(self, level: int) -> int:
        """Months for which a statement about a system of ``level`` stays valid."""
        return self.months.get(level, USUAL_MONTHS)


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
    advice: tuple[Identifier, ...] = ()
    """Those of ``checks`` whose value the standard only suggests or this tool chose, or that touch more than is asked.

    A machine that passes is in order; one that fails leaves the requirement open and is no failure of it.
    """
    manual: Evidence | None = None
    """Evidence asked of people; beside ``checks`` it is asked as well, because machines show only a part."""
    covers: dict[Level, Whole] = Field(default_factory=dict)
    """Level -> rows of that level's list that it answers whole: 1 where left out; 0 where another requirement counts the row, or
    the row asks for more than this."""
    confirmed: Flag = True
    """False where the source itself says that it is not certain."""

    @property
    def mandatory(self) -> bool:
        """Whether nothing else will do."""
        return self.strength == "mandatory"

    def rows_at(self, level: int) -> int:
        """Rows of the list of ``level`` that it answers whole."""
        return self.covers.get(level, 1) if level in self.levels else 0


class Standard(Written):
    """``requirements/<id>.yaml``: a technical standard by levels."""

    id: Identifier
    title: Texts
    act: Line
    valid_from: Day
    valid_until: Day | None = None
    source: Line
    """Where the rows were read, and how sure that is."""
    first_chapter: Whole
    """Chapter that holds the list of level 1; the chapters of the other levels follow it."""
    rows: dict[Level, Whole] = Field(default_factory=dict)
    """How many rows the standard's own list has for each level: the denominator; a level left out has no known count."""
    requirements: tuple[Requirement, ...]

    def at(self, level: int) -> tuple[Requirement, ...]:
        """Requirements that the list of ``level`` holds, in order."""
        return tuple(one for one in self.requirements if level in one.levels)

    def in_force(self, day: date) -> bool:
        """Whether the law asks for it on ``day``."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def requirement(self, name: str) -> Requirement | None:
        """The requirement with this id."""
        return next((one for one in self.requirements if one.id == name), None)

    def decided_by(self, check: str) -> tuple[str, ...]:
        """Ids of the requirements that the check decides."""
        return tuple(one.id for one in self.requirements if check in one.checks)

    def covered(self, level: int) -> int:
        """Rows of the list of ``level`` that the requirements here answer whole."""
        return sum(one.rows_at(level) for one in self.requirements)

    def open_rows(self, level: int) -> int | None:
        """Rows of the list of ``level`` that nothing here answers; None where nobody knows how many there are."""
        rows = self.rows.get(level)
        return None if rows is None else max(rows - self.covered(level), 0)

    def clauses_at(self, requirement: Requirement, level: int) -> tuple[str, ...]:
        """Clauses as the list of ``level`` numbers them, without the act: ``5.6.2.3``; clauses of other acts as written."""
        chapter = str(self.first_chapter + level - 1)
        found: list[str] = []
        for clause in requirement.clauses:
            act, _, number = clause.partition(":")
            head, _, rest = number.partition(".")
            if not self.holds(act):
                found.append(clause)
            elif head in ("x", chapter):
                found.append(f"{chapter}.{rest}")
        return tuple(found)

    def holds(self, act: str) -> bool:
        """Whether ``act``, as references name it (``tcvn-14423``), is this standard."""
        return self.id.startswith(act + "-")

    def level_of(self, chapter: str) -> int | None:
        """Level whose list stands in the chapter; None for a chapter that is none."""
        level = int(chapter) - self.first_chapter + 1 if chapter.isdecimal() else 0
        return level if LEVELS[0] <= level <= LEVELS[-1] else None


def same_clause(one: str, other: str) -> bool:
    """The same clause, or one inside the other; ``x`` is the chapter of any level."""
    act, _, clause = one.partition(":")
    other_act, _, other_clause = other.partition(":")
    pairs = zip(clause.split("."), other_clause.split("."), strict=False)
    chapter, *rest = pairs
    return act == other_act and ("x" in chapter or chapter[0] == chapter[1]) and all(a == b for a, b in rest)
