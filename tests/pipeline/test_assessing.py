"""From a store with evidence, statements and exceptions to what the command and the page say of a system."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secaudit.facts import parse_facts
from secaudit.lab.answers import platform_of, render_answer
from secaudit.model.assessment import Fulfilment
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.assessing import standard_of, standings, waivers_acting
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.pipeline.publish import publish
from secaudit.probe import frame
from secaudit.report import render_html
from secaudit.resources import data_folder, translator
from secaudit.store import Store

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
AS_OF = NOON + timedelta(days=1)
DAY = "2026-11-21"
NONCE = "0" * 32
AGENCY = """\
agency: {id: so-a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}
systems:
  - {id: mot-cua, name: "=cmd|' <script>alert(1)</script>", kind: internal, information: [private], defence_security: false,
     dossier: {status: approved, level: 2, decision: {number: 9/QĐ, date: 2026-03-02}}, plan: {status: full}}
  - {id: thu, name: Thư, kind: internal, information: [private], defence_security: false, dossier: {status: drafting, level: 3}}
  - {id: khong-ro, name: Không rõ, risk_level: not_assessed}
  - {id: mat, name: Hệ thống số 1, state_secret: true, level: 3}
endpoints:
  - {id: may-1, kind: server, os: linux, systems: [mot-cua]}
  - {id: may-2, kind: server, os: linux, systems: [mot-cua]}
"""
ATTESTED = """\
attestations:
- {id: ma-doc, requirement: "tcvn-14423-2026:r24", systems: [mot-cua], answer: met, role: Trưởng phòng,
   document: {number: 7/BC, date: 2026-10-01}, stated_on: 2026-10-02}
- {id: sao-luu, requirement: "tcvn-14423-2026:r32", systems: [mot-cua], answer: met, role: Trưởng phòng,
   document: {number: 7/BC, date: 2025-10-01}, stated_on: 2025-10-02}
"""
WAIVED = """\
waivers:
- {id: cho-mua, checks: [protection.installed], endpoints: [may-1], reason: Đang mua sắm, approver: Giám đốc,
   document: {number: 8/QĐ, date: 2026-10-01}, valid_from: 2026-10-01, valid_until: 2026-12-31}
"""


@pytest.fixture(scope="module", name="folder")
def write_province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    for name in ("agencies", "attestations", "waivers"):
        (folder / name).mkdir()
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "so-a.yaml").write_text(AGENCY, encoding="utf-8")
    (folder / "attestations" / "so-a.yaml").write_text(ATTESTED, encoding="utf-8")
    (folder / "waivers" / "so-a.yaml").write_text(WAIVED, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", name="workspace")
def gather(folder, tmp_path_factory) -> Path:
    """may-1 answers and has no protection; nobody saw may-2."""
    workspace = tmp_path_factory.mktemp("workspace")
    province = load_province(folder, data_folder("checks"), None)
    name = "ubuntu-24-04-unprotected"
    capture = frame(platform_of(name), NONCE, render_answer(name, NONCE, int(NOON.timestamp())))
    with Store.open(workspace / "store.sqlite") as store:
        run = store.begin_run(started_at=NOON, who="test", way=Way.SSH, scope="all", catalog_digest=province.catalog.digest)
        (kept,) = store.keep(run.number, [Outcome("may-1", Way.SSH, Grade.A, Sight.SEEN, NOON, NOON, capture=capture)])
        facts = {kept.number: parse_facts(capture, province.catalog.knowledge, NOON)}
        store.save_facts_of(facts, knowledge_digest=province.catalog.digest)
        store.end_run(run.number, "finished", NOON)
    return workspace


@pytest.fixture(scope="module", name="measured")
def measure(folder, workspace):
    province = load_province(folder, data_folder("checks"), None)
    with Store.open(workspace / "store.sqlite") as store:
        yield measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=AS_OF), store


def answers(measured, system):
    return {result.requirement.id: result for result in measured.assessments[system].results}


def test_evidence_statements_and_exceptions_meet_in_one_answer(measured):
    found = answers(measured[0], "mot-cua")
    protection = found["r24"]
    assert protection.fulfilment is Fulfilment.NOT_MET and not protection.waived and protection.waivers == ("cho-mua",)
    tallies = {tally.check: tally for tally in protection.checks}
    assert (tallies["protection.installed"].waived, tallies["protection.installed"].unknown) == (("may-1",), ("may-2",))
    assert "1 of 2 machines were not seen: may-2" in [str(reason) for reason in protection.because]
    assert found["r32"].fulfilment is Fulfilment.UNKNOWN and "held until" in str(found["r32"].because[0])
    assert Fulfilment.MET not in {result.fulfilment for result in found.values()}
    kinds = [conflict.kind for conflict in measured[0].conflicts]
    assert kinds == ["no_regulation", "plan_full", "protection_absent", "attested"]


def test_evidence_does_not_support_what_is_declared(measured):
    (first, *_) = measured[0].measurements
    evidence = next(sub for sub in first.under if sub.id == "evidence")
    assert (first.tally.proven, evidence.tally.proven, evidence.tally.disproven) == (1, 0, 2)


def test_systems_without_a_level_and_state_secrets_are_shown_and_not_assessed(measured):
    assert set(measured[0].assessments) == {"mot-cua", "thu"}
    assert {name: str(why) for name, why in measured[0].unassessed.items()} == {
        "khong-ro": "its level is not determined: no list of requirements applies",
        "mat": "state secret: only name and level are kept here",
    }
    assert [standing.system for standing in standings(measured[0])] == ["thu", "mot-cua", "mat", "khong-ro"]
    assert [standing.system for standing in standings(measured[0], level=3)] == ["thu"]
    assert standings(measured[0], agencies=["t"]) == ()


def test_no_standard_is_no_assessment(measured, folder):
    catalog = replace(measured[0].province.catalog, standards=())
    bare = measure_province(
        replace(measured[0].province, catalog=catalog), measured[0].plan, None, as_of=AS_OF
    )  # fmt: skip
    assert bare.assessments == {} and "no technical standard is in force" in str(bare.unassessed["thu"])
    assert standard_of(bare) is None and publish(bare, None).standard is None


def test_the_page_shows_the_exception_on_the_machine_and_both_sides_of_contradictions(measured):
    document = publish(*measured)
    (machine,) = [row for row in document.machines if row.id == "may-1"]
    excused = {row.check: row.excused_until.isoformat() for row in machine.verdicts if row.excused_until is not None}
    assert excused == {"protection.installed": "2026-12-31"}
    (visit,) = document.visits
    assert "protection.installed" in visit.fails and visit.excused == ("protection.installed",)
    page = render_html(document, translator("vi"), data_folder("report_templates"))
    asked = {row.id: [one.clause for one in row.obligations] for row in document.systems}
    assert asked == {"thu": [], "mot-cua": [], "mat": [], "khong-ro": ["10.2"]}
    assert "Phải đánh giá rủi ro khi xác định cấp độ lần đầu" in page
    assert "chấp nhận có thời hạn, đến 31/12/2026" in page
    said = re.sub(r"<[^>]+>", "", page)  # figures stand in elements of their own
    assert "khai đã triển khai đầy đủ phương án" in said and "1 máy không có giải pháp bảo vệ: may-1" in said
    assert "<script>alert" not in page
    assert [waiver.id for waiver, _ in waivers_acting(measured[0], standings(measured[0]))] == ["cho-mua"]


def test_every_requirement_of_the_standard_stands_once_in_the_groups_of_a_system(measured):
    part = publish(*measured).standard
    assert part is not None
    asked = {row.id for row in part.asked}
    for row in part.standings:
        named = [name for group in row.groups for name in group.requirements]
        assert len(named) == len(set(named)) and set(named) <= asked
        assert len(named) == sum(count for _, count in row.counts)


@pytest.fixture(name="status")
def run_status(folder, workspace):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "secaudit", "--lang", "en", "requirements", "status", "-i", folder, "-w", workspace]
        return subprocess.run(
            [*map(str, command), *arguments], capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
        )

    return run


def test_the_command_says_it_all_to_people(status):
    done = status("--as-of", DAY, "--system", "mot-cua")
    assert done.returncode == 4, done.stderr
    for words in (
        "=cmd|' <script>alert(1)</script> (mot-cua)",
        "level 2, as approved; 2 machines: may-1, may-2",
        "24. Anti-malware is installed, protects in real time and updates itself – not met",
        "excused for a time: cho-mua, Giám đốc, until 31/12/2026",
        "held until 02/10/2026",
        "Security plan declared fully deployed, requirements not met (1)",
        "Whether a system complies is decided by the inspection.",
    ):
        assert words in done.stdout, words


def test_the_command_answers_programs_and_names_a_system_that_is_not_there(status):
    done = status("--as-of", DAY, "--system", "mot-cua", "--format", "json")
    data = json.loads(done.stdout)
    (system,) = data["systems"]
    assert (data["kind"], data["standard"], done.returncode) == ("requirements-status", "tcvn-14423-2026", 4)
    assert (system["level"], system["level_from"], system["machines"]) == (2, "approved", ["may-1", "may-2"])
    (protection,) = [one for one in system["requirements"] if one["id"] == "r24"]
    assert (protection["answer"], protection["waivers"], protection["waived"]) == ("not_met", ["cho-mua"], False)
    assert {conflict["kind"] for conflict in system["conflicts"]} >= {"plan_full", "attested"}
    described = Path(__file__).parents[2].joinpath("docs", "json.md").read_text(encoding="utf-8")
    assert not {name for name in (*data, *system, *protection) if f"`{name}`" not in described}
    missing = status("--system", "mot-cau")
    assert missing.returncode == 2 and "mot-cua" in missing.stderr
