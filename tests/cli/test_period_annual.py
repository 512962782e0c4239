"""``secaudit period annual``: rules first, then files; nothing half written."""

import json
from datetime import date

import pytest

from secaudit.cli.period_annual import Kind, _kinds, figures_day
from secaudit.errors import UsageError

DAY = ("--as-of", "2026-11-20")


def test_with_errors_nothing_is_written_and_everything_is_told_with_whom_to_call(secaudit, sample, tmp_path):
    done = secaudit("period", "annual", "--inventory", sample, "--workspace", "w", *DAY, "--out", tmp_path / "out")
    assert done.returncode == 5 and not (tmp_path / "out").exists(), done.stderr
    assert "systems managed: at least 68" in done.stdout and "5 of 42 agencies have sent nothing: " in done.stdout
    assert "Bệnh viện Đa khoa tỉnh (đơn vị mẫu): Ma Văn Mẫu, 0208 000 0017" in done.stdout
    assert "dat-lich-kham column (9): not approved, and no day is expected for it" in done.stdout
    assert "the annual report is not written" in done.stderr and "--draft" in done.stderr
    assert "and " in done.stdout and "--detail" in done.stdout, "warnings that are not shown are counted"


def test_a_draft_is_written_in_vietnamese_whatever_the_console_speaks(secaudit, sample, tmp_path):
    asked = ("--draft", "--format", "json", "--workspace", "w", *DAY, "--out", tmp_path / "out")
    done = secaudit("period", "annual", "--inventory", sample, *asked)
    assert done.returncode == 4, done.stderr
    found = json.loads(done.stdout)
    names = ["mau-08-2026-du-thao.docx", "mau-08-2026-du-thao.xlsx"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert (found["kind"], found["year"], found["writable"], len(found["files"])) == ("annual-report", 2026, False, 2)
    totals = [found["totals"][name]["count"] for name in ("managed", "built", "appraised", "approved", "inspected")]
    assert totals == sorted(totals, reverse=True) and totals[0] == len(found["systems"]) == 68
    assert {one["agency"] for one in found["silent"]} >= {"xa-na-ri"} and found["completion"]["day"] is None
    assert all(one["message"] and one["todo"] for one in found["issues"])


def test_what_is_in_order_is_written_without_the_word_draft_in_its_name(secaudit, small, tmp_path):
    done = secaudit("period", "annual", "--inventory", small, "--workspace", "w", *DAY, "--to", "xlsx", "--out", tmp_path / "out")
    assert done.returncode == 4, "places stay blank: no operator, no office, no inspection"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mau-08-2026.xlsx"]
    done = secaudit("period", "annual", "--inventory", small, "--workspace", "w", *DAY, "--check")
    assert done.returncode == 4 and not (tmp_path / "w").exists() and "to be clarified" in done.stdout


def test_days_and_kinds():
    assert figures_day(None, date(2026, 11, 26)) == date(2026, 11, 26)
    assert figures_day(None, date(2026, 12, 20)) == date(2026, 12, 14), "the figures of a year close on that day"
    assert figures_day("2026-12-16", date(2026, 12, 20)) == date(2026, 12, 16)
    with pytest.raises(UsageError, match="still to come"):
        figures_day("2026-12-21", date(2026, 12, 20))
    assert _kinds(" XLSX , docx") == (Kind.DOCX, Kind.XLSX)
    for wrong in ("pdf", "docx,pdf", "", ","):
        with pytest.raises(UsageError):
            _kinds(wrong)
