"""``secaudit`` alone: what is there and what comes next, for whatever lies in the folder; every command it names exists."""

import os
import re
import shlex
from datetime import UTC, date, datetime, timedelta

import pytest

from secaudit.errors import StoreError
from secaudit.messages import msg
from secaudit.model.measurement import Decision, Tally
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.model.past import Basis, PastState, PastTarget
from secaudit.model.period import Closing, Period
from secaudit.pipeline.starting import (
    FIRST_AGENCY,
    FIRST_PROVINCE,
    MOST_READ,
    MOST_STEPS,
    Places,
    look_around,
    next_steps,
)
from secaudit.resources import data_folder
from secaudit.store import Store

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
FIRST, LAST = date(2025, 12, 15), date(2026, 12, 14)


def commands(situation):
    return [step.command for step in next_steps(situation)]


@pytest.fixture(name="store")
def fresh_store(tmp_path):
    with Store.open(tmp_path / "workspace" / "store.sqlite") as store:
        yield store


@pytest.fixture(name="look")
def look_at(small, tmp_path):
    def run(store=None, now=NOW, **places):
        found = {
            "inventory": small,
            "workspace": tmp_path / "workspace",
            "checks": data_folder("checks"),
            "letters": True,
            **places,
        }
        return look_around(Places(**found), store, now)

    return run


def see(store, at):
    run = store.begin_run(started_at=at, who="an", way=Way.SSH, scope="all", catalog_digest="0" * 64)
    store.keep(run.number, [Outcome("pc-1", Way.SSH, Grade.A, Sight.SEEN, at, at)])
    store.end_run(run.number, "finished", at)


def test_an_empty_folder_says_how_to_begin_and_what_it_says_works(secaudit, tmp_path):
    empty = tmp_path / "moi"
    empty.mkdir()
    done = secaudit("--lang", "vi", cwd=empty)
    assert done.returncode == 0 and not done.stderr
    assert "Việc tiếp theo" in done.stdout and FIRST_PROVINCE in done.stdout
    assert re.search(r"ngày \d+/36[56] của kỳ báo cáo năm theo luật", " ".join(done.stdout.split()))
    for line in (FIRST_PROVINCE, FIRST_AGENCY):  # as a shell would do it
        written = re.search(r'echo "(.*)" > (\S+)', line)
        (empty / written[2]).parent.mkdir(exist_ok=True)
        (empty / written[2]).write_text(f"{written[1]}\n", encoding="utf-8")
    (empty / "agencies").mkdir(exist_ok=True)
    assert secaudit("inventory", "validate", ".", cwd=empty).returncode == 0
    assert secaudit("inventory", "template", "--all", "--out", "bang", cwd=empty).returncode == 0


def test_a_broken_inventory_is_no_trace_and_names_the_command_that_shows_all_of_it(secaudit, small):
    (small / "agencies" / "so-b.yaml").write_text("agency: [\n", encoding="utf-8")
    done = secaudit(cwd=small)
    assert done.returncode == 0 and "Traceback" not in done.stdout + done.stderr
    assert "secaudit inventory validate ." in done.stdout
    assert secaudit("inventory", "validate", ".", cwd=small).returncode == 5
    (small / "province.yaml").write_text("x: [\n", encoding="utf-8")
    again = secaudit(cwd=small)
    assert again.returncode == 0 and "province.yaml has mistakes" in again.stdout
    assert again.stdout.count("secaudit inventory validate") == 1


@pytest.mark.parametrize("columns", ["40", "160"])
def test_the_sample_province_is_shown_on_any_width_without_colour(secaudit, sample, columns):
    root = sample.parent.parent
    done = secaudit("--lang", "vi", cwd=root, COLUMNS=columns, SECAUDIT_WORKSPACE="khong-co", NO_COLOR="1")
    text = " ".join(done.stdout.split())
    assert done.returncode == 0 and "\x1b" not in done.stdout
    assert "42 đơn vị" in text and "chưa gửi: 5" in text and "2. Thiết bị được bảo vệ (≥ 90 %)" in text
    assert not (root / "khong-co").exists(), "a look leaves nothing behind"
    typed = [line for line in done.stdout.splitlines() if line.startswith("   secaudit")]
    assert typed and all(len(line.split()) >= 2 for line in typed)
    plain = [line for line in done.stdout.splitlines() if not line.startswith("   ")]
    assert all(len(line) <= int(columns) for line in plain)


def test_help_stays_as_it_is(secaudit):
    done = secaudit("--help")
    assert done.returncode == 0 and "Commands:" in done.stdout and "worklist" in done.stdout
    assert "Next" not in done.stdout


def test_every_command_it_can_name_is_one(secaudit, look, store, small):
    """All situations together; help of each command answers."""
    named = set()
    see(store, NOW - timedelta(days=1))
    period = Period("2026", "ke-hoach-246", FIRST, LAST, NOW, "an")
    for situation in (look(inventory=None), look(), look(sample=True), look(store)):
        named.update(commands(situation))
    store.periods.begin(period)
    for now in (NOW, NOW + timedelta(days=20), NOW + timedelta(days=40)):
        named.update(commands(look(store, now, letters=False)))
    store.periods.close("2026", Closing(NOW, "an", NOW, "0" * 64, 1, "0" * 64))
    named.update(commands(look(store)) + commands(look(store, NOW + timedelta(days=40))))
    (small / "province.yaml").write_text("x: [\n", encoding="utf-8")
    named.update(commands(look(store)))
    lines = {tuple(shlex.split(line)[1:3]) for line in named if line.startswith("secaudit ")}
    assert len(lines) >= 12
    for words in lines:
        path = [word for word in words if re.fullmatch(r"[a-z]+", word)]
        done = secaudit(*path, "--help")
        assert done.returncode == 0 and "Usage" in done.stdout, path


def test_the_period_decides_what_is_urgent(look, store):
    see(store, NOW)
    assert commands(look(store))[0] == "secaudit period open"
    store.periods.begin(Period("2026", "ke-hoach-246", FIRST, LAST, NOW, "an"))
    assert "secaudit period open" not in commands(look(store))
    near = datetime(2026, 12, 8, 3, tzinfo=UTC)
    assert commands(look(store, near))[:2] == ["secaudit period status", "secaudit period letters"]
    assert "secaudit period letters" not in commands(look(store, near, letters=False))
    over = datetime(2026, 12, 15, 3, tzinfo=UTC)
    assert commands(look(store, over))[0] == "secaudit period close 2026"
    store.periods.close("2026", Closing(over, "an", over, "0" * 64, 1, "0" * 64))
    assert commands(look(store, over))[:2] == ["secaudit period open", "secaudit period annual --period 2026"]


def test_a_report_older_than_the_evidence_is_written_anew(look, store, tmp_path):
    see(store, NOW)
    assert "secaudit report" in commands(look(store))
    page = tmp_path / "workspace" / "report.html"
    page.write_text("x", encoding="utf-8")
    fresh = look(store)
    assert fresh.reported is not None and fresh.reported > NOW - timedelta(days=1)
    old = (NOW - timedelta(days=1)).timestamp()
    os.utime(page, (old, old))
    assert "secaudit report" in commands(look(store))
    new = (NOW + timedelta(days=1)).timestamp()
    os.utime(page, (new, new))
    assert "secaudit report" not in commands(look(store))


def test_before_anything_was_gathered_the_ways_in_are_named(look):
    named = commands(look())
    assert any(line.startswith("secaudit evidence import") for line in named)
    assert any(line.startswith("secaudit courier make") for line in named)
    assert len(named) <= MOST_STEPS


def test_a_store_that_cannot_be_read_comes_before_everything_else(secaudit, small):
    (small / "workspace").mkdir(mode=0o700)
    (small / "workspace" / "store.sqlite").write_bytes(b"no database" * 100)
    done = secaudit(cwd=small)
    assert done.returncode == 0 and "Traceback" not in done.stdout + done.stderr
    assert "secaudit verify" in done.stdout
    broken = StoreError(msg("x"))
    found = look_around(Places(small, workspace=small / "workspace"), None, NOW, damaged=broken)
    assert commands(found) == ["secaudit verify"]


def test_more_files_than_anybody_waits_for_are_counted_and_not_read(look, small):
    for number in range(MOST_READ):
        (small / "agencies" / f"xa-{number}.yaml").write_text("agency: [\n", encoding="utf-8")
    situation = look()
    assert situation.agencies is None and situation.files == MOST_READ + 1
    assert "secaudit inventory status" in commands(situation)


def test_several_inventories_are_a_question_and_no_guess(secaudit, tmp_path, small):
    for name in ("a", "b c"):
        folder = tmp_path / "inventories" / name
        folder.mkdir(parents=True)
        (folder / "province.yaml").write_bytes((small / "province.yaml").read_bytes())
    done = secaudit(cwd=tmp_path)
    assert "cd inventories/a && secaudit" in done.stdout.replace("\\", "/")
    assert 'cd "inventories/b c" && secaudit' in done.stdout.replace("\\", "/")


def test_the_newest_figures_are_shown_with_their_age(secaudit, small):
    moment = datetime.now(UTC) - timedelta(days=3)
    targets = (PastTarget("systems-protected", Tally(3, 1, 1), Decision.UNDECIDED),)
    with Store.open(small / "workspace" / "store.sqlite") as store:
        store.states.record(PastState(moment, Basis.STATED, "ke-hoach-246", targets))
    done = secaudit(cwd=small)
    assert "3 days ago" in done.stdout
    assert "1. Systems by level (≥ 70%): 60–80% – not enough evidence to conclude" in done.stdout
    assert "2. Endpoints protected (≥ 90%)\n" in done.stdout, "what was not counted shows no figure"
