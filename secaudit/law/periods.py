"""The round of the annual report that a day belongs to, and statutory dates of a span."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from secaudit.law.limits import Calendars
from secaudit.model.procedure import MonthDay, Period, ReportingTable, StatutoryDate

_LAST_YEAR = 2200


@dataclass(frozen=True, slots=True)
class Due:
    """A statutory date on a day of the calendar."""

    rule: StatutoryDate
    stated: date
    """The day the act names."""
    last: date
    """Last working day on which it is kept."""
    careful: date
    """The same, counted with days off that nobody has confirmed."""


def period_of(period: Period, day: date) -> tuple[date, date]:
    """First and last day of the round that ``day`` belongs to."""
    end = _in_year(period.ends, day.year)
    if day > end and day.year < date.max.year:
        end = _in_year(period.ends, day.year + 1)
    begins = _in_year(period.begins, end.year)
    return (begins if begins <= end else _in_year(period.begins, end.year - 1)), end


def dates_between(table: ReportingTable, start: date, end: date, calendars: Calendars) -> tuple[Due, ...]:
    """Every dated duty whose stated day or last day lies from ``start`` to ``end``, the earliest first."""
    found = [
        due
        for rule in table.dates
        for stated in _stated(rule, start.year, min(end.year + 1, _LAST_YEAR))
        if (due := _due(rule, stated, calendars)).last <= end and due.last >= start
    ]
    return tuple(sorted(found, key=lambda one: (one.last, one.stated, one.rule.id)))


def undated(table: ReportingTable) -> tuple[StatutoryDate, ...]:
    """Duties that have no day."""
    return tuple(rule for rule in table.dates if rule.undated is not None)


def later(table: ReportingTable, end: date) -> tuple[StatutoryDate, ...]:
    """Dated duties of a single day after ``end``."""
    return tuple(rule for rule in table.dates if rule.on is not None and rule.on > end)


def _stated(rule: StatutoryDate, first: int, last: int) -> Iterator[date]:
    if rule.on is not None:
        yield rule.on
    if rule.yearly is not None:
        for year in range(max(first, rule.first_year or first), last + 1):
            yield _in_year(rule.yearly, year)


def _due(rule: StatutoryDate, stated: date, calendars: Calendars) -> Due:
    if rule.before:
        return Due(rule, stated, calendars.confirmed.before(stated), calendars.all.before(stated))
    return Due(rule, stated, stated, stated)


def _in_year(day: MonthDay, year: int) -> date:
    return date(year, int(day[:2]), int(day[3:]))
