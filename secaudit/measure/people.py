"""People: head counts prove something only with a dated document that is still valid."""

from dataclasses import replace
from datetime import date

from secaudit.measure.parts import Part, Population
from secaudit.measure.populations import Formula, Scope
from secaudit.measure.variables import agency_values
from secaudit.model.inventory import AgencyFile, People
from secaudit.model.measurement import Tally
from secaudit.model.plan import Plan, Target


def people(target: Target, plan: Plan, scope: Scope) -> Population:
    """Heads or staff of every agency that belongs to the population."""
    formula = Formula(target)
    parts = []
    for file in scope.agencies:
        belongs = formula.counts(formula.bind(agency_values(file, scope.submitted(file))))
        if belongs is not False:
            part = _part(file, target, plan, scope)
            parts.append(part if belongs else replace(part, tally=Tally(unknown=part.tally.total), declared_only=0))
    return Population(tuple(parts), formula.notes())


def _part(file: AgencyFile, target: Target, plan: Plan, scope: Scope) -> Part:
    declared = file.people
    total = _count(declared, target.total)
    submitted = scope.submitted(file)
    if total is None:
        return Part(file.agency.id, Tally(), submitted=submitted, count_missing=True)
    reached = _count(declared, target.reached)
    if declared is None or reached is None:
        return Part(file.agency.id, Tally(unknown=total), submitted=submitted)
    reached = min(reached, total)
    if not documented(declared, plan.evidence.people_valid_days, scope.as_of):
        return Part(file.agency.id, Tally(unknown=total), submitted=submitted, declared_only=reached)
    return Part(file.agency.id, Tally(reached, total - reached), submitted=submitted)


def _count(declared: People | None, name: str | None) -> int | None:
    if declared is None or name is None:
        return None
    found = getattr(declared, name)
    return found if isinstance(found, int) else None


def documented(declared: People, valid_days: int, as_of: date) -> bool:
    """Whether the counts are dated, neither from the future nor older than ``valid_days``, and rest on at least one document."""
    return declared.as_of is not None and bool(declared.evidence) and 0 <= (as_of - declared.as_of).days <= valid_days
