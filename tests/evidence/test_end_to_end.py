"""From an inventory to the report over evidence that SSH did not bring: exports, collectors, newcomers, contradictions, time."""

import json
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from secaudit.model.doubt import changed_key
from secaudit.model.fact import Known
from secaudit.model.finding import Verdict
from secaudit.model.measurement import Decision
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.pipeline.publish import publish
from secaudit.store import Store
from tests.evidence import files
from tests.evidence.kit import CHECKS, MACHINES, EvidenceProvince, Told, make_province, sealed
from tests.hostile.bad_case import HEADINGS, row

WITH_OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="answers are sealed by openssl (Debian: openssl)")


@pytest.fixture(name="province")
def prepare(tmp_path) -> EvidenceProvince:
    """Two communes, seven machines, one of them isolated; nothing gathered."""
    return make_province(tmp_path)


def export(province: EvidenceProvince, *rows: tuple[str, ...], name: str = "ksc.csv") -> Path:
    return files.save(province.home, name, files.csv_bytes([HEADINGS, *rows]))


def measured(province: EvidenceProvince, *, days: float = 0.0, grades: tuple[Grade, ...] | None = None) -> Measured:
    """The plan measured as of now, or days later; with other grades than those of the plan."""
    loaded = load_province(province.folder, CHECKS, province.workspace)
    plan = loaded.plan(DEFAULT_PLAN)
    if grades is not None:
        plan = plan.model_copy(update={"evidence": plan.evidence.model_copy(update={"grades": grades})})
    with Store.open(province.database) as store:
        return measure_province(loaded, plan, store, as_of=datetime.now(UTC) + timedelta(days=days))


def protected(found: Measured):
    return next(one for one in found.measurements if one.target == "endpoints-protected")


def members(found: Measured) -> dict[str, set[str]]:
    """Proven, disproven and unknown machines of target 2."""
    shares = protected(found).agencies
    return {kind: {name for share in shares for name in getattr(share, kind)} for kind in ("proven", "disproven", "unknown")}


def verdict(found: Measured, endpoint: str, check: str = "protection.installed"):
    return next(one for one in found.states[endpoint].findings if one.check == check)


def page(province: EvidenceProvince) -> dict:
    target = province.home / "report.json"
    done = province.run("report", "--out", str(target))
    assert target.exists(), done.stderr
    return json.loads(target.read_text(encoding="utf-8"))


def test_a_console_s_row_becomes_a_proven_machine_that_can_be_walked_down_to_its_cells(province):
    path = export(province, row("A-PC-01", "5CG1AAA111"), row("A-PC-02-CU", "PF3A0B0C02"))
    shown = province.run("evidence", "import", str(path), "--source", "ksc")
    assert province.contents() == {}, "nothing is kept before --accept"
    assert "matched" in shown.stdout
    assert province.take(path, "ksc", "--exporter", "Trung tâm CĐS").returncode == 0
    found = measured(province)
    assert members(found)["proven"] == {"a-pc-01", "a-pc-02"}
    assert protected(found).proven_by == ((Grade.B, 2),)
    report = page(province)
    target = next(one for one in report["targets"] if one["population"] == "endpoints")
    assert [(part["grade"], part["members"]) for part in target["figure"]["grades"]] == [("B", ["a-pc-01", "a-pc-02"])]
    machine = next(one for one in report["machines"] if one["id"] == "a-pc-02")
    trail = machine["trail"]
    assert (trail["way"], trail["grade"], trail["console"]["source"], trail["console"]["row"]) == ("console", "B", "ksc", 3)
    assert trail["console"]["exporter"] == "Trung tâm CĐS"
    (cells,) = [dict(section["cells"]) for section in machine["sections"] if section["name"] == "row"]
    assert cells["Serial number"] == "PF3A0B0C02"
    with Store.open(province.database, create=False) as store:
        (file,) = store.intake_files()
        assert file.digest == trail["console"]["digest"]
        assert store.intake_body(file.number) == path.read_bytes()
        assert store.verify().intact


def test_a_machine_that_is_absent_from_the_console_stays_unknown_and_never_fails(province):
    province.take(export(province, row("A-PC-01", "5CG1AAA111")), "ksc")
    found = measured(province)
    assert members(found)["disproven"] == set()
    assert {"a-pc-02", "a-pc-03", "a-pc-04", "b-pc-01", "b-pc-02"} <= members(found)["unknown"]
    assert verdict(found, "b-pc-01").verdict is Verdict.UNKNOWN


def test_console_evidence_is_stale_after_14_days_while_what_ssh_saw_the_same_day_lives(province):
    day = datetime.now(UTC) - timedelta(days=1)
    province.look("b-pc-01", "win10-22h2-defender", day, serial="8CCB000B01")
    province.take(export(province, row("A-PC-01", "5CG1AAA111", days=1)), "ksc")
    assert members(measured(province, days=12.5))["proven"] == {"a-pc-01", "b-pc-01"}
    later = measured(province, days=13.5)
    assert members(later)["proven"] == {"b-pc-01"}
    assert "a-pc-01" in members(later)["unknown"]
    assert later.states["a-pc-01"].stale
    assert members(measured(province, days=29.5))["proven"] == set()


def test_two_ways_that_contradict_each_other_are_a_finding_with_both_sides_and_the_better_grade_decides(province):
    province.look("b-pc-01", "win7-unprotected", datetime.now(UTC) - timedelta(days=2), serial="8CCB000B01")
    province.take(export(province, row("B-PC-01", "8CCB000B01", group="UBND xã Bình Long", days=0.5)), "ksc")
    found = measured(province)
    assert members(found)["disproven"] == {"b-pc-01"}
    decided = verdict(found, "b-pc-01")
    assert (decided.verdict, decided.grade) == (Verdict.FAIL, Grade.A)
    assert verdict(found, "b-pc-01", "evidence.consistent").verdict is Verdict.FAIL
    machine = next(one for one in page(province)["machines"] if one["id"] == "b-pc-01")
    assert machine["trail"]["grade"] == "A"
    assert [piece["grade"] for piece in machine["beside"]] == ["B"]
    (conflict, *_) = machine["conflicts"]
    text = json.dumps(conflict, ensure_ascii=False)
    assert '"A"' in text
    assert '"B"' in text


def test_a_console_s_row_never_ends_a_quarantine(province):
    at = datetime.now(UTC) - timedelta(days=1)
    with Store.open(province.database) as store:
        run = store.begin_run(started_at=at, who="test", way=Way.SSH, scope="all")
        detail = changed_key("ssh-ed25519 SHA256:a", "ssh-ed25519 SHA256:b")
        store.keep(run.number, [Outcome("b-pc-01", Way.SSH, Grade.A, Sight.HOST_KEY, at, at, detail, host_key="SHA256:b")])
        store.end_run(run.number, "finished", at)
    before = measured(province)
    assert before.states["b-pc-01"].doubt is not None
    assert (
        province.take(export(province, row("B-PC-01", "8CCB000B01", group="UBND xã Bình Long", days=0.1)), "ksc").returncode == 0
    )
    after = measured(province)
    assert after.states["b-pc-01"].doubt == before.states["b-pc-01"].doubt
    assert "b-pc-01" in members(after)["unknown"]


def test_nothing_about_an_isolated_machine_is_taken_in_or_counted(province):
    province.take(export(province, row("A-DL-01", "PF3SECRET1"), row("A-PC-01", "5CG1AAA111")), "ksc")
    with Store.open(province.database, create=False) as store:
        assert store.history("a-dl-01") == []
        kept = [one.outcome.endpoint for one in store.outcomes(1)]
        assert store.newcomers() == []
    assert kept == ["a-pc-01"]
    found = measured(province)
    assert not any("a-dl-01" in names for names in members(found).values())
    assert {one.verdict for one in found.states["a-dl-01"].findings} <= {Verdict.NOT_APPLICABLE}


@WITH_OPENSSL
def test_a_newcomer_enlarges_the_population_and_counts_once_its_agency_declares_it(province):
    own = province.hand_out("xa-a")
    answer = files.save(province.home, "a.txt", sealed(own, Told("MOI-MUA", serial="PF3NEWNEW1"), province.home).encode())
    empty = protected(measured(province)).tally
    assert province.answer(answer).returncode == 4
    waiting = measured(province)
    assert protected(waiting).tally.total == empty.total + 1
    assert protected(waiting).tally.proven == 0
    assert [one["name"] for one in page(province)["newcomers"]] == ["MOI-MUA"]
    more = "{id: a-pc-09, os: windows, kind: workstation, serial: PF3NEWNEW1}"
    province.declare({**MACHINES, "xa-a": (*MACHINES["xa-a"], more)})
    declared = measured(province)
    assert members(declared)["proven"] == {"a-pc-09"}
    assert protected(declared).tally.total == empty.total + 1
    assert verdict(declared, "a-pc-09").grade is Grade.C


@WITH_OPENSSL
def test_a_newcomer_counts_under_the_id_that_was_proposed_for_it_too(province):
    own = province.hand_out("xa-a")
    province.answer(files.save(province.home, "a.txt", sealed(own, Told("MOI-MUA", serial="PF3NEWNEW1"), province.home).encode()))
    with Store.open(province.database, create=False) as store:
        (newcomer,) = store.newcomers()
    province.declare({**MACHINES, "xa-a": (*MACHINES["xa-a"], f"{{id: {newcomer.id}, os: windows, kind: workstation}}")})
    assert members(measured(province))["proven"] == {newcomer.id}


@WITH_OPENSSL
def test_a_plan_without_grade_c_leaves_it_out_of_the_lower_bound_and_the_page_draws_it_apart(province):
    own = province.hand_out("xa-a")
    province.answer(files.save(province.home, "a.txt", sealed(own, Told("A-PC-01", serial="5CG1AAA111"), province.home).encode()))
    province.take(export(province, row("B-PC-01", "8CCB000B01", group="UBND xã Bình Long")), "ksc")
    whole, strict = measured(province), measured(province, grades=(Grade.A, Grade.B))
    assert members(whole)["proven"] == {"a-pc-01", "b-pc-01"}
    assert members(strict)["proven"] == {"b-pc-01"}
    assert protected(whole).proven_by == ((Grade.B, 1), (Grade.C, 1))
    assert "a-pc-01" in members(strict)["unknown"]
    assert protected(whole).tally.upper == protected(strict).tally.upper
    assert protected(strict).declared_only == 1
    with Store.open(province.database, create=False) as store:
        target = next(one for one in publish(strict, store).targets if one.id == "endpoints-protected")
    assert [(part.grade, part.count) for part in target.figure.apart] == [("C", 1)]


def test_facts_of_a_console_stay_when_its_captures_are_pruned(province):
    province.take(export(province, row("A-PC-01", "5CG1AAA111")), "ksc")
    with Store.open(province.database) as store:
        assert store.prune_captures(datetime.now(UTC)) == 1
        assert store.verify().intact
        (number,) = [one.number for one in store.outcomes(1)]
        assert store.captures_of([number]) == {}
    found = measured(province)
    assert members(found)["proven"] == {"a-pc-01"}
    assert page(province)["machines"]


@WITH_OPENSSL
def test_the_real_collector_of_this_machine_goes_the_whole_way(province):
    """Made, unpacked, run by sh on this machine, sent back, imported, measured; its facts are those of this machine."""
    here = socket.gethostname()
    machine = f"{{id: may-nay, os: linux, kind: server, hostname: {here}}}"
    province.declare({**MACHINES, "xa-b": (*MACHINES["xa-b"], machine)})
    courier = province.hand_out("xa-b")
    back = province.home / "back"
    back.mkdir()
    first = _collected(courier.script, back)
    (sent,) = back.iterdir()
    clear = sent.read_bytes()
    assert f"name: {here}".encode() not in clear
    assert courier.token.encode() not in clear
    assert province.answer(sent).returncode == 0, first
    with Store.open(province.database, create=False) as store:
        (stored,) = store.history("may-nay")
        facts = store.facts_of([stored.number])[stored.number]
    assert (stored.outcome.way, stored.outcome.grade, stored.outcome.sight) == (Way.COURIER, Grade.C, Sight.SEEN)
    assert not stored.outcome.lab
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines() if "=" in line)
    assert facts["os.id"].value == release["ID"].strip('"')
    assert isinstance(facts["machine.name"], Known)
    assert measured(province).states["may-nay"].evidence is not None
    _collected(courier.script, back)
    assert len(list(back.iterdir())) == 1, "the machine is refreshed in its agency's file, not doubled"
    assert sent.read_text(encoding="ascii").count("BEGIN SECAUDIT") == 1
    assert province.answer(sent).returncode == 0
    with Store.open(province.database, create=False) as store:
        assert len(store.history("may-nay")) == 2
        assert store.verify().intact


def _collected(script: Path, folder: Path) -> str:
    done = subprocess.run(
        ["sh", str(script), str(folder)], capture_output=True, text=True, encoding="utf-8", timeout=300, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_interval_only_narrows_when_evidence_is_added(province):
    """Proven and possible before, after one console, after a second one."""
    bounds = [(Fraction(0), Fraction(1))]
    for name, rows in (
        ("one.csv", [row("A-PC-01", "5CG1AAA111")]),
        ("two.csv", [row("KETOAN", days=0.2), row("A-PC-04", days=0.1)]),
    ):
        assert province.take(export(province, *rows, name=name), "ksc").returncode == 0
        tally = protected(measured(province)).tally
        bounds.append((tally.lower or Fraction(0), tally.upper or Fraction(1)))
    assert [lower for lower, _ in bounds] == sorted(lower for lower, _ in bounds)
    assert [upper for _, upper in bounds] == sorted((upper for _, upper in bounds), reverse=True)
    assert bounds[-1][0] > bounds[1][0]
    assert protected(measured(province)).decision is Decision.UNDECIDED
