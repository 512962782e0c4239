"""``secaudit diff``, ``history`` and ``soc changes`` as an officer and a program of the SOC use them."""

import csv
import io
import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from secaudit.model.base import day_in_vietnam
from secaudit.model.past import Basis
from secaudit.store import Store
from tests.pipeline.periods import see, write_province

NOW = datetime.now(UTC)
BEFORE = NOW - timedelta(days=3)


@pytest.fixture(name="place")
def gather(tmp_path):
    """A workspace with evidence of three days ago; nothing was written down yet."""
    write_province(tmp_path / "inventory")
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        answers = {"pc-1": "win10-22h2-kaspersky", "pc-2": "win10-22h2-unprotected"}
        see(store, answers, seen=BEFORE, began=BEFORE, inventory=tmp_path / "inventory")
    return ("--inventory", tmp_path / "inventory", "--workspace", tmp_path / "w")


def test_from_the_first_report_to_the_feed(secaudit, place, tmp_path):
    done = secaudit("diff", *place)
    assert done.returncode == 2 and "nothing was written down before" in done.stderr
    done = secaudit("judge", *place)
    assert done.returncode == 4, done.stderr
    done = secaudit("history", *place, "--agency", "xa-a")
    assert done.returncode == 0 and "written down then" in done.stdout, "judging writes the state of the day down"
    day = day_in_vietnam(BEFORE + timedelta(days=1))
    done = secaudit("diff", day.strftime("%d/%m/%Y"), "now", *place, "--exit-code", "--format", "json")
    told = json.loads(done.stdout)
    assert done.returncode == 0 and told["kind"] == "diff" and not told["worse"], done.stderr
    assert (told["before"]["basis"], told["after"]["basis"]) == ("recounted", "stated")
    assert told["machines"] == [] and len(told["targets"]) == 5 and "Counted again" in told["caveats"][0]
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        see(store, {"pc-3": "win11-24h2-hardened"}, seen=NOW, began=NOW, inventory=tmp_path / "inventory")
    done = secaudit("diff", day.isoformat(), *place, SECAUDIT_LANG="vi")
    assert "Trước chưa rõ, nay đã rõ: 1 máy" in done.stdout and "pc-3 (UBND xã A)" in done.stdout, done.stderr
    done = secaudit("history", *place, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 5 and {row["basis"] for row in rows} == {"stated"}
    done = secaudit("history", *place, "--machine", "pc-3")
    assert done.returncode == 0 and "remote connection (SSH)" in done.stdout
    out = tmp_path / "changes.jsonl"
    done = secaudit("soc", "changes", *place, "--out", out)
    assert done.returncode == 0 and out.read_bytes() == b"" and "no earlier state" in done.stderr
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_shape_that_fails_does_not_lose_the_state_of_the_day(secaudit, place, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "report.html.j2").write_text("{{ misspelt }}", encoding="utf-8")
    done = secaudit("report", *place, "--to", "page,csv", "--templates", tmp_path / "own", "--out", tmp_path / "out")
    assert done.returncode == 6 and "1 of 2 shapes" in done.stderr, done.stderr
    with Store.peek(tmp_path / "w" / "store.sqlite") as store:
        states, _ = store.states.of_plan("ke-hoach-246")
    assert [day_in_vietnam(state.moment) for state in states if state.basis is Basis.STATED] == [day_in_vietnam(NOW)]


def test_what_cannot_be_is_refused_in_words(secaudit, place):
    for arguments, code, sentence in (
        (("diff", "soon"), 2, "not a day"),
        (("diff", "now", day_in_vietnam(BEFORE).isoformat()), 2, "later than the second one"),
        (("history", "--machine", "pc-1", "--agency", "xa-a"), 2, "goes with neither"),
        (("soc", "changes", "--since", "2999-01-01"), 2, "still to come"),
    ):
        done = secaudit(*arguments, *place)
        assert done.returncode == code and sentence in done.stderr, (arguments, done.stderr)
    done = secaudit("diff", "--inventory", place[1], "--workspace", "nowhere")
    assert done.returncode == 6 and "no store yet" in done.stderr
