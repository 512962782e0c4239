"""Working days of state agencies: Monday to Friday without public holidays, with the weekend days worked in exchange.

How limits are counted: the day of the event is day 0; the n-th working (or calendar) day after it is the last day on which the
limit is kept. "Before 20/12" ends with the last working day before 20/12.
"""

from datetime import date, timedelta

from secaudit.model.procedure import FixedHoliday, HolidayTable, HolidayYear

_SATURDAY = 5
_ONE = timedelta(days=1)


class WorkingDays:
    """The calendar of one holiday table; a year that the table does not know has the fixed holidays alone."""

    def __init__(self, table: HolidayTable | None, *, unconfirmed: bool = False) -> None:
        """With ``unconfirmed`` also days off count that nobody has confirmed."""
        self._table = table
        self._unconfirmed = unconfirmed
        self._known: dict[int, HolidayYear] = {} if table is None else {year.year: year for year in table.years}
        self._years: dict[int, tuple[frozenset[date], frozenset[date]]] = {}

    def is_working(self, day: date) -> bool:
        """Whether offices work on ``day``."""
        off, worked = self._year(day.year)
        return day in worked or (day.weekday() < _SATURDAY and day not in off)

    def announced(self, year: int) -> bool:
        """Whether the days off of a year are all announced; otherwise its figures may still move."""
        return year in self._known and self._known[year].complete

    def after(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``; ``day`` itself for 0."""
        while count > 0 and day < date.max:
            day += _ONE
            count -= self.is_working(day)
        return day

    def before(self, day: date) -> date:
        """The last working day before ``day``."""
        return self.until(day - _ONE) if day > date.min else day

    def until(self, day: date) -> date:
        """The last working day not after ``day``."""
        while day > date.min and not self.is_working(day):
            day -= _ONE
        return day

    def count(self, start: date, end: date) -> int:
        """Working days after ``start`` up to ``end``; negative when ``end`` lies before ``start``."""
        if end < start:
            return -self.count(end, start)
        return sum(self.is_working(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))

    def _year(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        if year not in self._years:
            self._years[year] = self._days_of(year)
        return self._years[year]

    def _days_of(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        """Days off and worked weekend days of one year."""
        entry = self._known.get(year)
        off = {day.date for day in entry.off if self._counts(day.confirmed)} if entry else set()
        worked = {day.date for day in entry.worked if self._counts(day.confirmed)} if entry else set()
        fixed = [on for one in self._table.fixed if (on := self._fixed(one, year)) is not None] if self._table else []
        off.update(fixed)
        for holiday in sorted(fixed):
            if holiday.weekday() >= _SATURDAY:
                off.add(_next_working(holiday, off, worked))
        return frozenset(off), frozenset(worked)

    def _counts(self, confirmed: bool) -> bool:
        return confirmed or self._unconfirmed

    def _fixed(self, one: FixedHoliday, year: int) -> date | None:
        if not self._counts(one.confirmed) or (one.first_year is not None and year < one.first_year):
            return None
        return date(year, int(one.day[:2]), int(one.day[3:]))


def _next_working(day: date, off: set[date], worked: set[date]) -> date:
    """The day off in place of a holiday on a day of rest (Labour Code 111.3)."""
    while day < date.max:
        day += _ONE
        if day not in off and (day.weekday() < _SATURDAY or day in worked):
            return day
    return day
