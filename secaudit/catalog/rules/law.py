"""Rules for what the law asks: one procedure for each day, somebody who decides at each level, days that exist."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import TypeVar

from pydantic import BaseModel

from secaudit.catalog.parts import LawParts
from secaudit.catalog.rules.naming import id_is_stem, unique
from secaudit.catalog.sourced import Loc, Sourced
from secaudit.errors import Problem
from secaudit.messages import Message, literal, msg
from secaudit.model.procedure import (
    HolidayTable,
    HolidayYear,
    MonthDay,
    PenaltyTable,
    Procedure,
    ReportingTable,
    StatutoryDate,
    Step,
    TransitionTable,
)

_LEVELS = (1, 2, 3, 4, 5)
_STEPS: tuple[Step, ...] = ("reply", "appraisal", "approval")
_SATURDAY = 5
_COMMON_YEAR = 2026
"""Without a 29 February."""
_Finding = tuple[Message, Loc, str | None]
T = TypeVar("T", bound=BaseModel)


def sound_law(law: LawParts) -> list[Problem]:
    """Everything of ``law/`` that could give a wrong day or a wrong office."""
    problems = [
        *id_is_stem(law.procedures, lambda one: one.id),
        *_dates(law.procedures),
        *_single(law.transition, lambda one: one.id),
        *_single(law.reporting, lambda one: one.id),
        *_single(law.holidays, lambda one: one.id),
        *_single(law.penalties, lambda one: one.id),
    ]
    for procedure in law.procedures:
        problems.extend(_all(procedure, _procedure(procedure.value)))
        problems.extend(_ids(procedure, "limits", [one.id for one in procedure.value.limits]))
    for reporting in law.reporting:
        problems.extend(_all(reporting, _reporting(reporting.value)))
        problems.extend(_ids(reporting, "dates", [one.id for one in reporting.value.dates]))
    for holidays in law.holidays:
        problems.extend(_all(holidays, _holidays(holidays.value)))
        problems.extend(_ids(holidays, "fixed", [one.id for one in holidays.value.fixed]))
    for penalties in law.penalties:
        problems.extend(_all(penalties, _penalties(penalties.value)))
        problems.extend(_ids(penalties, "penalties", [one.id for one in penalties.value.penalties]))
    known = {one.value.id for one in law.procedures}
    for transition in law.transition:
        problems.extend(_all(transition, _transition(transition.value, known)))
        problems.extend(_ids(transition, "transitions", [one.id for one in transition.value.transitions]))
    return problems


def _all(item: Sourced[T], findings: Iterable[_Finding]) -> Iterator[Problem]:
    for message, loc, found in findings:
        yield item.problem(message, loc, found=found)


def _ids(item: Sourced[T], name: str, ids: Iterable[str]) -> list[Problem]:
    return unique((item, (name, index, "id"), one) for index, one in enumerate(ids))


def _single(tables: list[Sourced[T]], id_of: Callable[[T], str]) -> list[Problem]:
    """The program reads one table of each kind: a second one would be silently without effect."""
    problems = id_is_stem(tables, id_of)
    problems.extend(
        extra.problem(msg("There is another table of this kind: {path}", path=literal(str(tables[0].yaml.path))), ("id",))
        for extra in tables[1:]
    )
    return problems


def _dates(procedures: list[Sourced[Procedure]]) -> list[Problem]:
    """On each day exactly one procedure, from the first one on."""
    problems: list[Problem] = []
    before: Sourced[Procedure] | None = None
    for item in sorted(procedures, key=lambda one: one.value.valid_from):
        value = item.value
        if value.valid_until is not None and value.valid_until < value.valid_from:
            problems.append(
                item.problem(msg("The procedure ends before it begins"), ("valid_until",), found=str(value.valid_until))
            )
        if before is not None:
            ended = before.value.valid_until
            other = literal(before.value.id)
            if ended is None or ended >= value.valid_from:
                problems.append(
                    item.problem(
                        msg("On this day {other} is still in force", other=other), ("valid_from",), found=str(value.valid_from)
                    )
                )
            elif ended + timedelta(days=1) < value.valid_from:
                gap = msg(
                    "Between the end of {other} on {day} and this day no procedure is in force", other=other, day=str(ended)
                )
                problems.append(item.problem(gap, ("valid_from",), found=str(value.valid_from)))
        before = item
    return problems


def _procedure(value: Procedure) -> Iterator[_Finding]:
    for level in _LEVELS:
        holders = [index for index, one in enumerate(value.authorities) if level in one.levels]
        if not holders:
            yield msg("Nobody decides on systems of level {level}", level=level), ("authorities",), None
        for index in holders[1:]:
            yield msg("Another entry decides on level {level} already", level=level), ("authorities", index, "levels"), str(level)
        for step in _STEPS:
            limits = [index for index, one in enumerate(value.limits) if one.step == step and level in one.levels]
            if step == "approval" and not limits:
                yield msg("No limit for the approval at level {level}", level=level), ("limits",), None
            for index in limits[1:]:
                message = msg("Another limit of this step holds for level {level} already", level=level)
                yield message, ("limits", index, "levels"), str(level)
    for index, limit in enumerate(value.limits):
        appraised = {level for one in value.limits if one.step == "appraisal" for level in one.levels}
        if limit.runs_from == "appraised" and (limit.step != "approval" or set(limit.levels) - appraised):
            yield msg("It runs from an appraisal that no limit speaks of"), ("limits", index, "runs_from"), limit.runs_from


def _transition(value: TransitionTable, procedures: set[str]) -> Iterator[_Finding]:
    for index, rule in enumerate(value.transitions):
        if rule.due is not None and rule.due < rule.before:
            yield msg("It is due before it begins"), ("transitions", index, "due"), str(rule.due)
        if rule.act is not None and rule.act not in procedures:
            yield msg("There is no procedure with this id"), ("transitions", index, "act"), rule.act


def _reporting(value: ReportingTable) -> Iterator[_Finding]:
    for name, day in (("begins", value.period.begins), ("ends", value.period.ends)):
        if not _in_each_year(day):
            yield _no_day(), ("period", name), day
    for index, one in enumerate(value.dates):
        loc: Loc = ("dates", index)
        if sum(given is not None for given in (one.yearly, one.on, one.undated)) != 1:
            yield msg("A date is either yearly, or on one day, or undated with the reason"), (*loc, "id"), one.id
        yield from _statutory(one, loc)


def _statutory(one: StatutoryDate, loc: Loc) -> Iterator[_Finding]:
    if one.yearly is not None and not _in_each_year(one.yearly):
        yield _no_day(), (*loc, "yearly"), one.yearly
    if one.first_year is not None and one.yearly is None:
        yield msg("Only a yearly date has a first year"), (*loc, "first_year"), str(one.first_year)


def _holidays(value: HolidayTable) -> Iterator[_Finding]:
    for index, fixed in enumerate(value.fixed):
        if not _in_each_year(fixed.day):
            yield _no_day(), ("fixed", index, "day"), fixed.day
    seen: set[int] = set()
    for index, year in enumerate(value.years):
        if year.year in seen:
            yield msg("The year stands twice"), ("years", index, "year"), str(year.year)
        seen.add(year.year)
        yield from _year(year, ("years", index))


def _year(year: HolidayYear, loc: Loc) -> Iterator[_Finding]:
    off: set[date] = set()
    for index, day in enumerate(year.off):
        if day.date.year != year.year:
            yield msg("The day lies in another year"), (*loc, "off", index, "date"), str(day.date)
        if day.date in off:
            yield msg("The day stands twice"), (*loc, "off", index, "date"), str(day.date)
        off.add(day.date)
    for index, worked in enumerate(year.worked):
        place = (*loc, "worked", index)
        if worked.date.year != year.year:
            yield msg("The day lies in another year"), (*place, "date"), str(worked.date)
        if worked.date.weekday() < _SATURDAY:
            yield msg("Only a Saturday or Sunday is worked in exchange"), (*place, "date"), str(worked.date)
        if worked.date in off:
            yield msg("The day is off and worked at once"), (*place, "date"), str(worked.date)
        if worked.instead_of not in off:
            yield msg("The day it is exchanged for is not off"), (*place, "instead_of"), str(worked.instead_of)


def _penalties(value: PenaltyTable) -> Iterator[_Finding]:
    if value.valid_until is not None and value.valid_until < value.valid_from:
        yield msg("The table ends before it begins"), ("valid_until",), str(value.valid_until)
    for index, penalty in enumerate(value.penalties):
        if penalty.most < penalty.least:
            yield msg("The largest amount is below the least"), ("penalties", index, "most"), str(penalty.most)


def _no_day() -> Message:
    return msg("There is no such day in every year")


def _in_each_year(day: MonthDay) -> bool:
    """Whether each year has the day; 29 February is none for a yearly duty."""
    try:
        date(_COMMON_YEAR, int(day[:2]), int(day[3:]))
    except ValueError:
        return False
    return True
