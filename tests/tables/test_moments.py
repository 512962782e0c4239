"""Moments as consoles and people write them; a date that can mean two days is none."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.tables.moments import FIRST_YEAR, LAST_YEAR, day_first_of, moment_of
from secaudit.tables.reading import read_tables
from tests.intake.exports import SHAPES, WORKBOOKS, ZONES, export, machines, written

EIGHT_FIFTEEN = datetime(2026, 11, 3, 1, 15, tzinfo=UTC)
"""08:15 in Vietnam on 3 November 2026."""


def moment(cell, day_first=None, zone=7):
    return moment_of(cell, day_first=day_first, zone=zone)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 08:15",
        "2026-11-03 08:15:00",
        "2026-11-03 8:15",
        "2026/11/03 08:15:00.000",
        "2026-11-03T08:15:00",
        "2026-11-03T01:15:00Z",
        "2026-11-03T01:15:00.0000000Z",
        "2026-11-03T08:15:00+07:00",
        "2026-11-03T08:15:00.000+0700",
        "2026-11-03 01:15 UTC",
        "2026-11-02 20:15:00 -05:00",
        "3 thg 11 2026 08:15",
        "3 thg 11, 2026 08:15",
        "08:15 3 thg 11, 2026",
        "08:15:00, 3 tháng 11 năm 2026",
        "Thứ Ba, 3 tháng 11, 2026 8:15 SA",
        "Thứ Ba, 03 Tháng Mười Một 2026 8:15:00 SA",
        "T3, ngày 3 tháng 11 năm 2026 lúc 08:15",
        "Nov 3, 2026 8:15:00 AM",
        "Nov 3, 2026, 8:15:00 AM",
        "Nov 3, 2026 at 8:15 AM",
        "Tuesday, November 3, 2026 8:15:00 AM",
        "Tue, 03 Nov 2026 08:15:00 +0700",
        "Tue Nov 03 2026 08:15:00 GMT+0700 (Indochina Time)",
        "3 Nov 2026 08:15",
        "3-Nov-2026 8:15 a.m.",
        "46329.34375",
        "46329,34375",
        "20261103011500.0Z",
        "134381421000000000",
    ],
)
def test_one_moment_in_every_way_of_writing_it(text):
    assert moment(text) == EIGHT_FIFTEEN


@pytest.mark.parametrize(
    ("text", "day_first"),
    [
        ("03/11/2026 08:15", True),
        ("3/11/2026 8:15:00 SA", True),
        ("03-11-2026 08:15:00", True),
        ("03.11.2026 08:15:00", True),
        ("8:15:00 SA 03/11/2026", True),
        ("11/03/2026 08:15:00", False),
        ("11/3/2026 8:15:00 AM", False),
    ],
)
def test_numbers_are_read_only_in_the_order_that_is_known(text, day_first):
    assert moment(text, day_first) == EIGHT_FIFTEEN
    assert moment(text, not day_first) != EIGHT_FIFTEEN
    assert moment(text, None) is None


def test_numbers_that_mean_one_day_in_both_orders_need_no_order():
    assert moment("05/05/2026") == moment("05/05/2026", True) == moment("05/05/2026", False)
    assert moment("13/11/2026") == moment("13/11/2026", True)
    assert moment("13/11/2026", False) is None
    assert moment("11/13/2026") == moment("11/13/2026", False)
    assert moment("11/13/2026", True) is None


def test_halves_of_the_day():
    assert moment("2026-11-03 12:00 SA") == moment("2026-11-03 00:00")
    assert moment("2026-11-03 12:30 CH") == moment("2026-11-03 12:30")
    assert moment("2026-11-03 1:30 PM") == moment("2026-11-03 1:30 CH") == moment("2026-11-03 13:30")
    assert moment("2026-11-03 13:30 PM") is None


def test_a_day_without_a_time_is_its_beginning():
    assert moment("2026-11-03") == moment(date(2026, 11, 3)) == datetime(2026, 11, 2, 17, tzinfo=UTC)
    assert moment("2026-11-03", zone=0) == datetime(2026, 11, 3, tzinfo=UTC)


def test_versions_of_signatures_that_carry_their_day_are_that_day():
    assert moment("30250 (20261103)") == moment("30250P (20261103)") == moment("2026-11-03")
    assert moment("30250") is None


def test_cells_of_workbooks():
    assert moment(datetime(2026, 11, 3, 8, 15)) == EIGHT_FIFTEEN  # noqa: DTZ001
    assert moment(datetime(2026, 11, 3, 8, 15, tzinfo=timezone(timedelta(hours=7))), zone=0) == EIGHT_FIFTEEN
    assert moment(46329.34375) == EIGHT_FIFTEEN
    for cell in (None, True, False, 0, 5, 1e9, float("nan"), float("inf")):
        assert moment(cell) is None


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "never", "Chưa bao giờ", "-", "N/A", "3 days ago", "08:15", "11/2026", "tháng 11 2026",
        "03/11/26", "3-Nov-26", "'26-11-03", "31/02/2026", "32/01/2026", "0/1/2026", "2026-13-01", "2026-00-01",
        "1601-01-01 00:00:00", "1970-01-01T00:00:00Z", "1999-12-31", "2100-01-01", "9999-12-31T23:59:59Z", "0001-01-01",
        "2026-11-03 24:00", "2026-11-03 08:60", "2026-11-03 08:15:61", "2026-11-03 08:15 +25:00", "2026-11-03 08:15 EST",
        "2026-11-03 and 2026-11-04", "2026-11-03 08:15 09:15", "03/11-2026", "03 11 2026", "20261103081500", "40000",
        "0912345678", "2026-11-03" + " " * 200 + "x", "٠٣/١١/٢٠٢٦",
    ],
)  # fmt: skip
def test_what_is_no_certain_moment_is_none(text):
    assert moment(text, True) is None


def test_a_column_decides_its_order_only_without_contradiction():
    assert day_first_of(["01/02/2026", None, "13/02/2026 08:15"]) is True
    assert day_first_of(["01/02/2026", "Tue 02/13/2026"]) is False
    assert day_first_of(["01/02/2026", "03/04/2026", "x", 5, datetime(2026, 11, 13)]) is None  # noqa: DTZ001
    assert day_first_of(["13/02/2026", "02/13/2026"]) is None
    assert day_first_of(["2026-11-13", "1.2.2026", "99/99/2026", "45/02/2026"]) is None
    assert day_first_of([]) is None


@given(st.text(max_size=200), st.sampled_from([True, False, None]), st.integers(-12, 14))
@settings(deadline=None)
def test_any_text_is_a_moment_in_range_or_none(text, day_first, zone):
    found = moment(text, day_first, zone)
    assert found is None or (found.tzinfo is UTC and FIRST_YEAR - 1 <= found.year <= LAST_YEAR + 1)


@given(st.text("0123456789/-.: TZ+,thgSACHPMnov", max_size=30), st.sampled_from([True, False, None]))
@settings(deadline=None)
def test_texts_that_look_like_moments_raise_nothing(text, day_first):
    moment(text, day_first)


@given(
    st.datetimes(datetime(2015, 1, 1), datetime(2099, 12, 30)),  # noqa: DTZ001
    st.sampled_from(["day-first", "month-first", "iso", "words", "vietnamese"]),
    st.integers(-12, 14),
)
@settings(deadline=None)
def test_every_moment_comes_back_from_every_style(value, style, zone):
    value = value.replace(microsecond=0)
    order = {"day-first": True, "month-first": False}.get(style)
    assert moment(written(value, style), order, zone) == value.replace(tzinfo=timezone(timedelta(hours=zone)))


@pytest.mark.parametrize("shapes", [SHAPES, WORKBOOKS], ids=["csv", "xlsx"])
@pytest.mark.parametrize(
    ("console", "heading"),
    [
        ("ksc", "Last connected to Administration Server"),
        ("ksc-api", "KLHST_WKS_LAST_NAGENT_CONNECTED"),
        ("eset", "Last connected"),
        ("defender-portal", "Last device update"),
        ("defender-health", "lastSeenTime"),
        ("defender-local", "Collected"),
        ("defender-hunting", "Timestamp"),
        ("defender-intune", "LastReportedDateTime"),
        ("bkav", "Kết nối lần cuối"),
        ("csv", "Lần kết nối cuối"),
        ("soc-list", "Sự kiện gần nhất"),
        ("ad", "LastLogonDate"),
    ],
)
def test_the_last_contact_of_every_console_is_the_true_one(console, heading, shapes):
    found = machines(60)
    table = read_tables(Path("x"), export(console, found, shapes[console]), known=(heading,))[-1]
    column = [row.cells[table.headings.index(heading)] for row in table.rows]
    order = day_first_of(column)
    assert [moment(cell, order, ZONES[console]) for cell in column] == [machine.last_contact for machine in found]
