"""The security plan statement (331: 22.6): every requirement of the level, how it stands, and the evidence asked."""

from dataclasses import dataclass

from secaudit.messages import Message
from secaudit.model.assessment import Fulfilment, RequirementResult, SystemAssessment
from secaudit.model.requirement import Requirement, Standard

_CHAPTERS = {"tcvn-14423": 2, "tcvn-11930": 4}
"""Act -> what is added to a level for the chapter with its list (law.md C.1, C.2)."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One requirement of the list of one level."""

    number: int
    group: str
    title: str
    clauses: tuple[str, ...]
    mandatory: bool
    confirmed: bool
    asked: str | None
    """Evidence asked of people."""
    checks: int
    """Checks that decide it on machines."""
    fulfilment: Fulfilment | None
    """None where nobody has assessed the system."""
    because: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class PlanTable:
    """The list of one level."""

    level: int
    rows: tuple[PlanRow, ...]
    whole: int | None
    """Rows the standard's own list has; None where that count is not known."""
    assessed: bool

    @property
    def open_rows(self) -> int | None:
        """Rows of the standard that are not held here: they must be taken from the standard itself."""
        return None if self.whole is None else max(self.whole - len(self.rows), 0)


def plan_table(standard: Standard, level: int, assessment: SystemAssessment | None) -> PlanTable:
    """An assessment under another list says nothing here: rows of two levels may carry one number and ask different things."""
    fits = assessment is not None and assessment.level == level and assessment.standard == standard.id
    results = {one.requirement.id: one for one in assessment.results} if assessment is not None and fits else {}
    rows = tuple(_row(one, level, results.get(one.id)) for one in standard.at(level))
    return PlanTable(level, rows, standard.rows.get(level), assessed=fits)


def _row(requirement: Requirement, level: int, result: RequirementResult | None) -> PlanRow:
    return PlanRow(
        number=requirement.number,
        group=requirement.group.vi,
        title=requirement.title.vi,
        clauses=tuple(clause_at(clause, level) for clause in requirement.clauses),
        mandatory=requirement.mandatory,
        confirmed=requirement.confirmed,
        asked=requirement.manual.asked.vi if requirement.manual is not None else None,
        checks=len(requirement.checks),
        fulfilment=result.fulfilment if result is not None else None,
        because=result.because if result is not None else (),
    )


def clause_at(clause: str, level: int) -> str:
    """``tcvn-14423:x.6.2.3`` at level 3 is ``5.6.2.3``."""
    act, _, number = clause.rpartition(":")
    chapter, dot, rest = number.partition(".")
    added = _CHAPTERS.get(act)
    return f"{level + added}{dot}{rest}" if chapter == "x" and added is not None else number
