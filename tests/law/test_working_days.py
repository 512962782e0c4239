"""Working days of Vietnamese state agencies: every limit of the law is counted in them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.law import WorkingDays
from secaudit.model.procedure import HolidayTable

DAYS = st.dates(date(2024, 12, 1), date(2028, 1, 31))


@pytest.fixture(scope="session", params=[False, True], ids=["confirmed", "all"])
def calendar(law, request):
    return WorkingDays(law.holidays, unconfirmed=request.param)


def test_before_the_20th_means_friday_the_18th_and_before_the_25th_thursday_the_24th(calendar):
    assert calendar.before(date(2026, 12, 20)) == date(2026, 12, 18)
    assert calendar.before(date(2026, 12, 25)) == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2025-01-29", False),  # Tết
        ("2025-04-26", True),  # a Saturday worked in exchange for 02/05
        ("2025-05-02", False),
        ("2026-01-02", False),
        ("2026-01-10", True),
        ("2026-02-16", False),
        ("2026-02-23", True),
        ("2026-04-27", False),  # Hùng Kings' Day fell on a Sunday
        ("2026-09-01", False),
        ("2026-09-03", True),
        ("2026-12-12", False),
        ("2027-05-03", False),  # 01/05/2027 is a Saturday and moves
        ("2030-09-02", False),  # a year that nobody announced has the fixed holidays
        ("2030-02-04", True),
        ("2033-01-03", False),  # 01/01/2033 is a Saturday
    ],
)
def test_days_off_are_off_and_exchanged_days_are_worked(calendar, day, working):
    assert calendar.is_working(date.fromisoformat(day)) is working


def test_an_unconfirmed_day_off_counts_only_when_it_is_asked_for(law):
    day = date(2026, 11, 24)
    assert WorkingDays(law.holidays).is_working(day)
    assert not WorkingDays(law.holidays, unconfirmed=True).is_working(day)
    assert WorkingDays(law.holidays, unconfirmed=True).is_working(date(2025, 11, 24)), "the law is of 2026"


def test_a_year_is_announced_only_when_its_entry_says_that_it_is_complete(law):
    calendar = WorkingDays(law.holidays)
    assert [calendar.announced(year) for year in (2025, 2026, 2027, 2030)] == [True, True, False, False]


@given(DAYS, st.integers(1, 60))
def test_the_nth_working_day_after_a_day_is_a_working_day_with_n_of_them_between(law, day, count):
    calendar = WorkingDays(law.holidays)
    end = calendar.after(day, count)
    assert calendar.is_working(end)
    assert calendar.count(day, end) == count == -calendar.count(end, day)
    assert calendar.after(day, count) > calendar.after(day, count - 1)
    between = [day + timedelta(days=step) for step in range(1, (end - day).days + 1)]
    assert sum(map(calendar.is_working, between)) == count


@given(DAYS)
def test_the_last_working_day_before_a_day_has_none_between(law, day):
    calendar = WorkingDays(law.holidays)
    found = calendar.before(day)
    assert found < day and calendar.is_working(found)
    assert not any(calendar.is_working(found + timedelta(days=step)) for step in range(1, (day - found).days))
    assert calendar.until(found) == found


@given(DAYS)
def test_more_days_off_never_end_a_limit_earlier(law, day):
    sure, all_ = WorkingDays(law.holidays), WorkingDays(law.holidays, unconfirmed=True)
    assert all_.after(day, 22) >= sure.after(day, 22) or not _only_off(law.holidays, day)


def _only_off(table: HolidayTable, day: date) -> bool:
    """Whether no unconfirmed worked day lies in the span: only such a day could shorten it."""
    worked = [one.date for year in table.years for one in year.worked if not one.confirmed]
    return not any(day < one <= day + timedelta(days=60) for one in worked)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_do_not_break_it(law, day):
    for calendar in (WorkingDays(law.holidays), WorkingDays(None)):
        assert calendar.after(day, 3) >= day
        assert calendar.before(day) <= day
        assert calendar.until(day) <= day
