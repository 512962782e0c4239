"""``secaudit period open | status | close`` and ``--period``, as an officer uses them."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from secaudit.cli.period_close import closing_moment
from secaudit.cli.period_open import _days
from secaudit.errors import UsageError
from secaudit.model.period import Period

PERIOD = Period("2026", "ke-hoach-246", date(2025, 12, 15), date(2026, 12, 14), datetime(2026, 1, 1, tzinfo=UTC), "officer")
END = datetime(2026, 12, 14, 16, 59, 59, 999999, tzinfo=UTC)
LATER, BEFORE = END + timedelta(days=2), datetime(2026, 12, 10, 3, 30, tzinfo=UTC)


def test_figures_are_for_the_end_of_the_last_day_in_vietnam():
    assert closing_moment(PERIOD, None, None, LATER) == END
    assert closing_moment(PERIOD, "2026-12-14", None, LATER) == END
    assert closing_moment(PERIOD, "2026-12-14 17:00", "đúng giờ", LATER) == datetime(2026, 12, 14, 10, tzinfo=UTC)
    assert closing_moment(PERIOD, None, "gấp", BEFORE) == BEFORE
    assert closing_moment(PERIOD, None, "gấp", LATER) == END
    assert closing_moment(PERIOD, "2026-12-10", "gấp", BEFORE) == BEFORE, "today, as far as it has come"
    assert closing_moment(PERIOD, "01/12/2026", "gấp", LATER) == datetime(2026, 12, 1, 16, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "early", "now", "message"),
    [
        (None, None, BEFORE, "still to come"),
        ("2026-12-10", None, LATER, "would not be in it"),
        ("2026-12-10", "  ", LATER, "would not be in it"),
        ("2026-12-12", "gấp", BEFORE, "still to come"),
        ("2026-12-15", "gấp", LATER, "from 15/12/2025 to 14/12/2026"),
        ("2025-12-14", "gấp", LATER, "from 15/12/2025 to 14/12/2026"),
        ("soon", None, LATER, "not a day"),
    ],
)
def test_a_moment_that_cannot_be_closed_is_refused(asked, early, now, message):
    with pytest.raises(UsageError, match=message):
        closing_moment(PERIOD, asked, early, now)


def test_the_laws_year_is_what_is_opened_when_nothing_is_said():
    assert _days(None, None, None, date(2026, 11, 26)) == ("2026", date(2025, 12, 15), date(2026, 12, 14))
    assert _days(None, None, None, date(2026, 12, 15)) == ("2027", date(2026, 12, 15), date(2027, 12, 14))
    assert _days("2028", None, None, date(2026, 12, 15)) == ("2028", date(2027, 12, 15), date(2028, 12, 14))
    assert _days("q1", "2026-01-01", "31/03/2026", date(2026, 12, 15)) == ("q1", date(2026, 1, 1), date(2026, 3, 31))
    for name, first, last in (("x", "2026-02-01", "2026-01-01"), ("../x", None, None)):
        with pytest.raises(UsageError):
            _days(name, first, last, date(2026, 1, 1))


def test_from_opening_to_printing_it_again(secaudit, small, tmp_path):
    place = ("--inventory", small, "--workspace", "w")
    yesterday = (datetime.now(UTC) + timedelta(hours=7) - timedelta(days=1)).date()
    first = (yesterday - timedelta(days=20)).isoformat()
    done = secaudit("period", "open", "thu", "--from", first, "--to", yesterday.isoformat(), "--workspace", "w")
    assert done.returncode == 0 and "21 days" in done.stderr, done.stderr
    done = secaudit("period", "status", *place)
    assert done.returncode == 0 and re.search(r"its last day was [12] days ago: close it", done.stdout), done.stderr
    assert "would be frozen: lists of 1 agencies, 0 machines" in done.stdout
    done = secaudit("period", "close", *place, "--accept-open", "--format", "json")
    assert done.returncode == 0, done.stderr
    closed = json.loads(done.stdout)
    assert closed["kind"] == "period-closing" and closed["period"]["closed"]["moment"].startswith(yesterday.isoformat())
    digest = closed["period"]["closed"]["digest"]
    (small / "agencies" / "so-a.yaml").unlink()
    measured = secaudit("measure", "--workspace", "w", "--period", "thu", "--format", "json")
    assert json.loads(measured.stdout)["period"]["digest"] == digest and digest in measured.stderr
    done = secaudit("report", "--workspace", "w", "--period", "thu", "--out", tmp_path / "r.html")
    assert digest in (tmp_path / "r.html").read_text(encoding="utf-8"), done.stderr
    done = secaudit("classify", "--workspace", "w", "--period", "thu", "--format", "json")
    assert [one["system"] for one in json.loads(done.stdout)["systems"]] == ["web"]
    found = tmp_path / "w" / "periods" / "thu" / "inventory" / "province.yaml"
    found.write_bytes(found.read_bytes() + b"#")
    done = secaudit("period", "status", "--workspace", "w")
    assert done.returncode == 6 and "province.yaml: changed" in done.stderr


def test_a_period_that_was_closed_is_not_opened_anew_in_another_store(secaudit, tmp_path):
    (tmp_path / "workspace" / "periods" / "2026").mkdir(parents=True)
    again = secaudit("period", "open", "2026")
    assert again.returncode == 6 and "this store never opened one" in again.stderr, again.stderr
    assert secaudit("period", "open", "2027").returncode == 0
