"""Indicators that agencies declare: numerator of denominator, proven only by a paper that is still valid.

An agency that declared nothing is unknown: not zero, and not done.
"""

from collections.abc import Iterator
from datetime import date

from secaudit.measure.parts import Part, Population
from secaudit.measure.populations import Formula, Scope
from secaudit.measure.variables import agency_values
from secaudit.messages import Message, msg
from secaudit.model.indicator import IndicatorFile, IndicatorLine
from secaudit.model.measurement import Tally
from secaudit.model.plan import Plan, Target

_Declared = tuple[IndicatorFile, IndicatorLine]


def indicators(target: Target, plan: Plan, scope: Scope) -> Population:
    """The newest line of every agency that belongs to the population, or of the province alone."""
    formula = Formula(target)
    newest = newest_lines(scope.inventory.indicators, target.indicator, scope.as_of)
    valid_days = plan.evidence.indicators_valid_days
    if target.by == "province":
        parts = [_part(scope.province, newest.get(scope.province), valid_days, scope.as_of, submitted=True)]
        return Population(tuple(parts), (*_notes(newest, [part.agency for part in parts]), *formula.notes()))
    parts = []
    for file in scope.agencies:
        belongs = formula.counts(formula.bind(agency_values(file, scope.submitted(file))))
        if belongs is None:
            parts.append(Part(file.agency.id, Tally(), submitted=scope.submitted(file), count_missing=True))
        elif belongs:
            submitted = scope.submitted(file)
            parts.append(_part(file.agency.id, newest.get(file.agency.id), valid_days, scope.as_of, submitted=submitted))
    return Population(tuple(parts), (*_notes(newest, [part.agency for part in parts]), *formula.notes()))


def newest_lines(files: tuple[IndicatorFile, ...], indicator: str | None, as_of: date) -> dict[str, _Declared]:
    """Agency id -> its newest line about ``indicator``; one of a day to come says nothing yet."""
    found: dict[str, _Declared] = {}
    for file in files:
        if file.indicator != indicator:
            continue
        for line in file.lines:
            before = found.get(line.agency)
            if file.day(line) <= as_of and (before is None or before[0].day(before[1]) < file.day(line)):
                found[line.agency] = (file, line)
    return found


def _part(agency: str, declared: _Declared | None, valid_days: int, as_of: date, *, submitted: bool) -> Part:
    if declared is None or declared[1].denominator is None:
        return Part(agency, Tally(), submitted=submitted, count_missing=True)
    file, line = declared
    total, reached = line.denominator or 0, line.numerator
    if reached is None:
        return Part(agency, Tally(unknown=total), submitted=submitted)
    paper = file.paper(line)
    if paper is None or not file.day(line) <= paper.date <= as_of or (as_of - file.day(line)).days > valid_days:
        return Part(agency, Tally(unknown=total), submitted=submitted, declared_only=reached)
    return Part(agency, Tally(reached, total - reached), submitted=submitted)


def _notes(newest: dict[str, _Declared], agencies: list[str]) -> Iterator[Message]:
    """Days and papers behind the figure: the oldest and the newest."""
    days = sorted(file.day(line) for agency, (file, line) in newest.items() if agency in agencies)
    if days:
        yield msg(
            "declared by {count} of {all}, as of {first} to {last}",
            count=len(days), all=len(agencies), first=days[0].isoformat(), last=days[-1].isoformat(),
        )  # fmt: skip
