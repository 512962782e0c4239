"""``secaudit scan --local`` as it is typed: which machine this is, one look without SSH, and the mark it leaves everywhere."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.collect.identity import ThisMachine
from secaudit.errors import UsageError
from secaudit.inventory import load_inventory
from secaudit.messages import Translator
from secaudit.model.fact import Missing, MissingReason
from secaudit.model.outcome import Way
from secaudit.pipeline.seeing import Scope
from secaudit.pipeline.seeing_here import this_endpoint
from secaudit.store import Store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the names and systems below are those of a POSIX machine")
PROVINCE = "province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n"
AGENCY = "agency: {id: xa-a, name: UBND xã A, tier: commune, submission: {accepted_on: 2026-11-01}}\nendpoints:\n"
MACHINES = (
    "{id: may-nay, os: linux, kind: workstation, serial: 5CD1234}",
    "{id: may-kia, os: linux, kind: workstation, address: may-kia.xa-a.local, uuid: 4C4C4544-0031-4A10-8050-B7C04F4D3432}",
    "{id: may-win, os: windows, kind: workstation}",
    "{id: doi, kind: server}",
    "{id: doi-2, kind: server, address: doi.xa-a.local}",
    "{id: doc-lap, kind: isolated}",
    "{id: da-bo, kind: workstation, serial: GONE55, status: retired}",
)


@pytest.fixture(name="home")
def small_province(tmp_path):
    agencies = tmp_path / "province" / "agencies"
    agencies.mkdir(parents=True)
    (tmp_path / "province" / "province.yaml").write_text(PROVINCE, encoding="utf-8")
    (agencies / "xa-a.yaml").write_text(AGENCY + "".join(f"  - {line}\n" for line in MACHINES), encoding="utf-8")
    return tmp_path


def run(home, *arguments, cwd=None):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
    return subprocess.run(
        [sys.executable, "-m", "secaudit", *arguments],
        cwd=cwd or home, env={**kept, "SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "200", "TERM": "dumb"},
        capture_output=True, text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip


def scan(home, *arguments, **more):
    return run(home, "scan", "--local", "--inventory", "province", "--workspace", "w", *arguments, **more)


def here(home, identity, *endpoints):
    class Written:
        inventory = load_inventory(home / "province")

    return this_endpoint(Written, identity, Scope(endpoints=endpoints)).id


def refusal(home, identity, *endpoints):
    with pytest.raises(UsageError) as caught:
        here(home, identity, *endpoints)
    say = Translator().text
    assert caught.value.hint is not None
    return f"{say(caught.value.message)} → {say(caught.value.hint)}"


@pytest.mark.parametrize(
    ("identity", "found"),
    [
        (ThisMachine("x", "5cd1234"), "may-nay"),
        (ThisMachine("x", "", "4c4c4544-0031-4a10-8050-b7c04f4d3432"), "may-kia"),
        (ThisMachine("MAY-NAY"), "may-nay"),
        (ThisMachine("may-kia"), "may-kia"),
        (ThisMachine("may-kia.xa-a.local"), "may-kia"),
        (ThisMachine("may-win", "5CD1234"), "may-nay"),
    ],
)
def test_this_machine_is_found_by_its_numbers_first_and_then_by_its_name(home, identity, found):
    assert here(home, identity) == found


def test_the_one_that_is_named_is_taken_unless_something_speaks_against_it(home):
    assert here(home, ThisMachine("anything"), "may-nay") == "may-nay"
    assert "another number: OTHER1" in refusal(home, ThisMachine("x", "OTHER1"), "may-nay")
    assert "another operating system" in refusal(home, ThisMachine("x"), "may-win")


def test_what_cannot_be_told_is_refused_with_the_candidates_and_a_way_on(home):
    text = refusal(home, ThisMachine("khach", "NEW-1"))
    assert "khach" in text
    assert "may-kia" in text
    assert "may-nay" not in text, "another serial number is declared for it"
    assert "doc-lap" not in text
    assert "- {id: khach, os: linux, kind: workstation, serial: NEW-1}" in text
    both = refusal(home, ThisMachine("doi"))
    assert "doi, doi-2" in both
    assert "--endpoint" in both


@pytest.mark.parametrize(
    ("identity", "name", "says"),
    [(ThisMachine("doc-lap"), "doc-lap", "never probed"), (ThisMachine("x", "GONE55"), "da-bo", "retired")],
)
def test_machines_that_must_not_be_looked_at_are_refused_by_any_way_of_finding_them(home, identity, name, says):
    assert says in refusal(home, identity)
    assert says in refusal(home, ThisMachine("x"), name)


def test_an_isolated_machine_is_refused_before_anything_runs(home):
    done = scan(home, "--endpoint", "doc-lap")
    assert done.returncode == 2
    assert "never probed" in done.stderr
    with Store.open(home / "w" / "store.sqlite") as store:
        assert store.runs() == []


def test_one_look_is_marked_local_in_every_output(home):
    done = scan(home, "--endpoint", "may-nay", "--format", "json")
    assert done.returncode in (0, 3), done.stderr
    result = json.loads(done.stdout)
    assert (result["asked"], result["seen"], result["judged"], result["run"]["way"]) == (1, 1, 1, "local")
    shown = json.loads(run(home, "runs", "show", "1", "--workspace", "w", "--format", "json").stdout)
    [outcome] = shown["outcomes"]
    assert (outcome["endpoint"], outcome["way"], outcome["grade"], outcome["sight"]) == ("may-nay", "local", "A", "seen")
    assert (outcome["host_key"], outcome["server_version"]) == (None, "local-" + sys.platform)
    assert "seen (local)" in run(home, "runs", "show", "1", "--workspace", "w").stdout
    assert "this machine, machine may-nay" in run(home, "runs", "list", "--workspace", "w").stdout
    base = ("report", "--inventory", "province", "--workspace", "w", "--out")
    assert run(home, *base, "r.json").returncode in (0, 3, 4)
    machine = next(row for row in json.loads((home / "r.json").read_text(encoding="utf-8"))["machines"] if row["id"] == "may-nay")
    assert (machine["trail"]["way"], machine["trail"]["grade"]) == ("local", "A")
    assert run(home, *base, "r.html").returncode in (0, 3, 4)
    assert "chạy ngay trên máy" in (home / "r.html").read_text(encoding="utf-8")
    assert not (home / "w" / "known_hosts").exists(), "host keys play no part"


def test_evidence_of_two_machines_is_never_mixed_under_one_name(home):
    """What was seen of it before had another machine id: refused with what to do, nothing kept; accepted, it is looked at."""
    assert scan(home, "--endpoint", "doi").returncode in (0, 3)
    with Store.open(home / "w" / "store.sqlite") as store:
        [kept] = store.outcomes(1)
        facts = dict(store.facts_of([kept.number])[kept.number])
        facts["machine.id"] = replace(facts["machine.id"], value="0" * 31 + "1")
        for name in ("machine.uuid", "machine.serial"):
            facts[name] = Missing(MissingReason.ABSENT, "dmi")
        run_ = store.begin_run(started_at=datetime.now(UTC), who="x", way=Way.SSH, scope="doi-2")
        store.keep(
            run_.number, [replace(kept.outcome, endpoint="doi-2", way=Way.SSH, facts=facts, finished_at=datetime.now(UTC))]
        )
        store.end_run(run_.number, "finished", datetime.now(UTC))
    refused = scan(home, "--endpoint", "doi-2")
    assert refused.returncode == 2, refused.stderr
    assert "came from another machine" in refused.stderr and "trust accept doi-2" in refused.stderr
    with Store.open(home / "w" / "store.sqlite") as store:
        assert store.outcomes(3) == [] and store.run(3).status == "failed"
    place = ("--inventory", "province", "--workspace", "w")
    assert run(home, "trust", "accept", "doi-2", "--yes", *place).returncode == 0
    assert scan(home, "--endpoint", "doi-2").returncode in (0, 3, 4)


def test_the_machine_is_found_by_its_own_name(home):
    name = socket.gethostname().casefold().partition(".")[0]
    file = home / "province" / "agencies" / "xa-a.yaml"
    file.write_text(file.read_text(encoding="utf-8") + f"  - {{id: {name}, kind: server}}\n", encoding="utf-8")
    done = scan(home)
    assert done.returncode in (0, 3), done.stderr
    assert f"looking at this machine as {name}" in done.stderr


def test_without_an_inventory_a_person_is_told_what_to_write(tmp_path):
    done = run(tmp_path, "scan", "--local")
    assert done.returncode == 2
    assert "docs/local.md" in done.stderr
    assert (Path(__file__).parent.parent.parent / "docs" / "local.md").is_file()


@pytest.mark.parametrize("extra", [("--user", "audit"), ("--identity", "key"), ("--ask-password",)])
def test_what_is_meant_for_ssh_is_refused_not_ignored(home, extra):
    done = scan(home, "--endpoint", "may-nay", *extra)
    assert done.returncode == 2
    assert "logs in to nothing" in done.stderr
