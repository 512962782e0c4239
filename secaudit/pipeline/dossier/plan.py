"""The security plan statement (331: 22.6): every requirement of the level, how it stands, and the evidence asked."""

from dataclasses import dataclass

from secaudit.messages import Message
from secaudit.model.assessment import Fulfilment, RequirementResult, SystemAssessment
from secaudit.model.requirement import Requirement, Standard


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
    open_rows: int | None
    """Rows of it that nothing here answers: they must be taken from the standard itself."""
    assessed: bool


def plan_table(standard: Standard, level: int, assessment: SystemAssessment | None) -> PlanTable:
    """An assessment under another list says nothing here: rows of two levels may carry one number and ask different things."""
    fits = assessment is not None and assessment.level == level and assessment.standard == standard.id
    results = {one.requirement.id: one for one in assessment.results} if assessment is not None and fits else {}
    rows = tuple(_row(standard, one, level, results.get(one.id)) for one in standard.at(level))
    return PlanTable(level, rows, standard.rows.get(level), standard.open_rows(level), assessed=fits)


def _row(standard: Standard, requirement: Requirement, level: int, result: RequirementResult | None) -> PlanRow:
    return PlanRow(
        number=requirement.number,
        group=requirement.group.vi,
        title=requirement.title.vi,
        clauses=standard.clauses_at(requirement, level),
        mandatory=requirement.mandatory,
        confirmed=requirement.confirmed,
        asked=requirement.manual.asked.vi if requirement.manual is not None else None,
        checks=len(requirement.checks),
        fulfilment=result.fulfilment if result is not None else None,
        because=result.because if result is not None else (),
    )
