"""Numbers, shares, days and moments in two languages."""

from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.report.bars import WIDTH, bar
from secaudit.report.document import Figure
from secaudit.report.format import Format

VI, EN = Format("vi"), Format("en")


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0, "0", "0"),
        (999, "999", "999"),
        (1601, "1.601", "1,601"),
        (1234567, "1.234.567", "1,234,567"),
        (-1200, "-1.200", "-1,200"),
    ],
)
def test_numbers(value, vi, en):
    assert (VI.number(value), EN.number(value)) == (vi, en)


@pytest.mark.parametrize(
    ("share", "vi", "en"),
    [
        (Fraction(231, 412), "56,1\u00a0%", "56.1%"),  # the figures of practice.md 9
        (Fraction(265, 412), "64,3\u00a0%", "64.3%"),
        (Fraction(15870, 19412), "81,8\u00a0%", "81.8%"),
        (Fraction(18644, 19412), "96,0\u00a0%", "96.0%"),
        (Fraction(603, 612), "98,5\u00a0%", "98.5%"),
        (Fraction(9, 19), "47,4\u00a0%", "47.4%"),
        (Fraction(1), "100\u00a0%", "100%"),
        (Fraction(0), "0\u00a0%", "0%"),
        (Fraction(7, 10), "70\u00a0%", "70%"),
    ],
)
def test_shares(share, vi, en):
    assert (VI.percent(share), EN.percent(share)) == (vi, en)


@pytest.mark.parametrize(
    ("share", "target", "shown"),
    [
        (Fraction(89_996, 100_000), Fraction(9, 10), "89.996%"),
        (Fraction(90_004, 100_000), Fraction(9, 10), "90.004%"),
        (Fraction(99_999, 100_000), None, "99.999%"),
        (Fraction(1, 100_000), None, "0.001%"),
        (Fraction(10**9 - 1, 10**9), None, "99.999999%"),
    ],
)
def test_rounding_never_crosses_a_mark(share, target, shown):
    assert EN.percent(share, beside=target) == shown


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(1, 100))
def test_what_is_shown_stands_on_the_side_of_what_is(part, whole, target):
    share, mark = Fraction(min(part, whole), whole), Fraction(target, 100)
    shown = Fraction(EN.percent(share, beside=mark).rstrip("%")) / 100
    if share < 1:
        assert shown < 1
    if share < mark:
        assert shown < mark
    if share >= mark:
        assert shown >= mark
    assert abs(shown - share) <= Fraction(1, 1000)


def test_intervals_and_counts():
    figure = Figure(231, 147, 34, 412, Fraction(231, 412), Fraction(265, 412))
    assert (VI.interval(figure), VI.counts(figure)) == ("56,1–64,3\u00a0%", "231–265/412")
    exact = Figure(30123, 2059, 0, 32182, Fraction(30123, 32182), Fraction(30123, 32182))
    assert (VI.interval(exact), VI.counts(exact)) == ("93,6\u00a0%", "30.123/32.182")
    assert VI.interval(Figure(0, 0, 0, 0, None, None)) == "–"
    larger = Figure(5, 1, 2, 20, Fraction(5, 20), Fraction(19, 20))
    assert VI.counts(larger) == "5–19/20"


def test_days_and_moments_are_vietnamese_time():
    late = datetime(2026, 12, 13, 18, 5, tzinfo=UTC)
    assert (VI.day(late), VI.moment(late)) == ("14/12/2026", "01:05 14/12/2026")
    assert (EN.day(late), EN.moment(late)) == ("14 Dec 2026", "01:05 14 Dec 2026")
    assert VI.day(date(2026, 3, 2)) == "02/03/2026"
    assert VI.moment(datetime(2026, 12, 13, 18, 5)) == "01:05 14/12/2026"  # noqa: DTZ001 - without zone it is UTC
    assert VI.moment(datetime(2026, 12, 14, 3, 5, tzinfo=timezone(timedelta(hours=9)))) == "01:05 14/12/2026"


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_a_bar_never_leaves_its_frame_and_shows_every_part(proven, disproven, unknown, declared):
    total = proven + disproven + unknown
    lower = Fraction(proven, total) if total else None
    upper = Fraction(proven + unknown, total) if total else None
    drawn = bar(Figure(proven, disproven, unknown, total, lower, upper, min(declared, unknown)), Fraction(9, 10))
    assert drawn.mark == 900
    assert drawn.proven + drawn.possible + drawn.declared <= WIDTH + 0.5
    assert min(drawn.proven, drawn.possible, drawn.declared) >= 0
    assert (drawn.proven > 0) == (proven > 0)
    assert (drawn.possible + drawn.declared > 0) == (unknown > 0)


def test_a_target_of_all_is_asked_for_without_a_sign():
    """Nothing is above all."""
    assert Format("vi").aim(">=", Fraction(1)) == "100\u00a0%" and Format("vi").aim(">=", Fraction(9, 10)) == "≥ 90\u00a0%"
