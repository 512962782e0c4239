"""From a store with evidence of three ways to the page: grades, pieces, rows of files, newcomers, contradictions."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from secaudit.facts import parse_facts
from secaudit.lab.answers import platform_of, render_answer
from secaudit.messages import Translator
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import Known
from secaudit.model.finding import Verdict
from secaudit.model.identity import Identity
from secaudit.model.intake import Newcomer
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.model.plan import Plan
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import load_province
from secaudit.pipeline.publish import publish
from secaudit.pipeline.publish.conflicts import conflict_rows
from secaudit.pipeline.publish.evidence import console_row, courier_line
from secaudit.pipeline.publish.newcomers import NEWCOMER_COLUMNS, newcomer_table
from secaudit.pipeline.publish.table import COLUMNS, report_rows
from secaudit.pipeline.publish.ways import ways_of
from secaudit.probe import frame
from secaudit.report import render_html, render_json
from secaudit.report.as_csv import as_csv
from secaudit.resources import data_folder
from secaudit.store import Store

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
ASOF = NOON + timedelta(days=1)
FILE = hashlib.sha256(b"the export").hexdigest()
NONCE = "0" * 32
ANSWER = f"answer {'a' * 64} of collector 0123456789abcdef, kept in file {FILE}: block 3 of tra loi.txt"
MANAGED = {"id": "kaspersky-kes-windows", "name": "Kaspersky Endpoint Security", "kind": "av", "running": True, "managed": True}


def console_capture(name, number, **more):
    row = {
        "source": "ksc", "file": FILE, "name": "bao-cao.csv", "row": number, "exporter": "Sở KH&CN",
        "exported_at": "2026-11-20T04:00:00+00:00", "profile": "ksc", "cells": {"Tên thiết bị": name, "Nhóm": "<b>UBND xã A</b>"},
        "values": {"name": name, "installed": True, "last_contact": NOON.isoformat()}, "unread": {}, **more,
    }  # fmt: skip
    body = orjson.dumps(row)
    section = Section("row", SectionStatus.OK, body)
    return Capture("console", (section,), body, hashlib.sha256(body).hexdigest())


def answered(name):
    return frame(platform_of(name), NONCE, render_answer(name, NONCE, int(NOON.timestamp())))


def outcome(endpoint, way, capture, at=NOON, **more):
    grade = {Way.CONSOLE: Grade.B, Way.COURIER: Grade.C}.get(way, Grade.A)
    version = "ksc" if way is Way.CONSOLE else None
    return Outcome(endpoint, way, grade, Sight.SEEN, at, at, capture=capture, server_version=version, **more)


@pytest.fixture(scope="module", name="folder")
def write_province(tmp_path_factory):
    folder = tmp_path_factory.mktemp("province")
    (folder / "agencies").mkdir()
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    serials = {4: ", serial: SN4XYZ99"}
    machines = "".join(f"  - {{id: pc-{n}, kind: workstation, os: windows{serials.get(n, '')}}}\n" for n in range(1, 6))
    (folder / "agencies" / "xa-a.yaml").write_text(
        "agency: {id: xa-a, name: UBND xã A, tier: commune, submission: {accepted_on: 2026-11-01}}\n"
        f"endpoints:\n{machines}  - {{id: doc-lap-1, kind: isolated}}\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture(scope="module", name="world")
def gather(folder, tmp_path_factory):
    """pc-1 over SSH and in the console, pc-2 in the console, pc-3 by collector, pc-4 and pc-5 not seen."""
    province = load_province(folder, data_folder("checks"), None)
    kaspersky, bkav = answered("win10-22h2-kaspersky"), answered("win7-bkav")
    rows = [outcome("pc-1", Way.CONSOLE, console_capture("PC-1", 7)), outcome("pc-2", Way.CONSOLE, console_capture("PC-2", 8))]
    unmanaged = {**MANAGED, "managed": False}
    said = [{"protection.products": Known([unmanaged], "row", complete=False)}, {"protection.products": Known([MANAGED], "row")}]
    store = Store.open(tmp_path_factory.mktemp("store") / "store.sqlite")
    digest = province.catalog.digest
    knowledge = province.catalog.knowledge
    for way, outcomes, facts in (
        (Way.SSH, [outcome("pc-1", Way.SSH, kaspersky)], [parse_facts(kaspersky, knowledge, NOON)]),
        (Way.CONSOLE, rows, said),
        (Way.COURIER, [outcome("pc-3", Way.COURIER, bkav, detail=ANSWER)], [parse_facts(bkav, knowledge, NOON)]),
    ):
        run = store.begin_run(started_at=NOON, who="test", way=way, scope="all", catalog_digest=digest)
        kept = store.keep(run.number, outcomes)
        store.save_facts_of(dict(zip((one.number for one in kept), facts, strict=True)), knowledge_digest=digest)
        store.end_run(run.number, "finished", NOON)
    found = [
        Newcomer("xa-a-pc-vanthu", "xa-a", "PC-VANTHU", Identity(serial="NEW123456"), "windows", "ksc", NOON, NOON),
        Newcomer("pc-5", "xa-a", "PC-5", Identity(), "windows", "ksc", NOON, NOON),
        Newcomer("xa-a-pc-4", "xa-a", "PC-4", Identity(serial="SN4XYZ99"), "windows", "courier", NOON, NOON),
        Newcomer("may-la", "", "=cmd|calc", Identity(), "", "courier", NOON, NOON),
        Newcomer("sau-nay", "xa-a", "PC-9", Identity(), "", "ksc", ASOF + timedelta(days=1), ASOF + timedelta(days=1)),
    ]
    store.keep_newcomers(found)
    yield province, store
    store.close()


def plan_of(province, grades=("A", "B", "C")) -> Plan:
    plan = province.plan("ke-hoach-246")
    rules = plan.evidence.model_copy(update={"grades": tuple(Grade(grade) for grade in grades)})
    return plan.model_copy(update={"evidence": rules})


def made(world, grades=("A", "B", "C")):
    province, store = world
    measured = measure_province(province, plan_of(province, grades), store, as_of=ASOF)
    return measured, publish(measured, store)


@pytest.fixture(scope="module", name="document")
def publish_once(world):
    return made(world)[1]


def rows(document):
    return {machine.id: machine for machine in document.machines}


def target(document):
    return next(row for row in document.targets if row.population == "endpoints")


def test_members_stand_under_the_worst_grade_that_they_need(document):
    figure = target(document).figure
    assert [(part.grade, part.count, part.members) for part in figure.grades] == [
        (Grade.A, 1, ("pc-1",)), (Grade.B, 1, ("pc-2",)), (Grade.C, 1, ("pc-3",)),
    ]  # fmt: skip
    assert figure.proven == 3 and figure.apart == ()


def test_what_the_plan_does_not_accept_is_apart_and_proves_nothing(world):
    figure = target(made(world, ("A", "B"))[1]).figure
    assert [(part.grade, part.members) for part in figure.grades] == [(Grade.A, ("pc-1",)), (Grade.B, ("pc-2",))]
    assert [(part.grade, part.count, part.members) for part in figure.apart] == [(Grade.C, 1, ("pc-3",))]
    assert (figure.proven, figure.declared_only) == (2, 1)


def test_a_row_of_a_file_is_told_with_file_row_and_cells(document):
    machine = rows(document)["pc-2"]
    line = machine.trail.console
    assert (line.source, line.file, line.digest, line.row, line.exporter) == ("ksc", "bao-cao.csv", FILE, 8, "Sở KH&CN")
    assert (machine.trail.way, machine.trail.grade, machine.trail.observed_at) == (Way.CONSOLE, Grade.B, NOON)
    [section] = machine.sections
    assert section.cells == (("Tên thiết bị", "PC-2"), ("Nhóm", "<b>UBND xã A</b>")) and section.text == ""
    assert machine.trail.size == section.size > 0


def test_an_answer_of_a_collector_is_told_with_its_number_file_and_place(document):
    line = rows(document)["pc-3"].trail.courier
    assert (line.collector, line.file, line.digest, line.block) == ("0123456789abcdef", "tra loi.txt", FILE, 3)
    assert "answer 3 of the file tra loi.txt" in render_html(document, Translator(), data_folder("report_templates"))


@pytest.mark.parametrize("detail", ["", "answered", ANSWER.replace("block 3", "block x"), f"x{ANSWER}"])
def test_a_detail_that_says_something_else_names_no_file(detail):
    assert courier_line(detail) is None


def test_several_pieces_are_all_there_and_the_better_grade_decides(document, world):
    _, store = world
    machine = rows(document)["pc-1"]
    assert [trail.grade for trail in (machine.trail, *machine.beside)] == [Grade.A, Grade.B]
    assert machine.beside[0].console.row == 7
    for trail in (machine.trail, *machine.beside):
        stored = store.outcome(trail.outcome)
        assert (stored.chain, stored.run, stored.outcome.endpoint) == (trail.chain, trail.run, "pc-1")
        assert store.captures_of([trail.outcome])[trail.outcome].digest == trail.digest
    assert {section.piece for section in machine.sections} == {0, 1}
    fact = next(fact for fact in machine.facts if fact.name == "protection.products")
    assert fact.pieces[0] == 0 and any(s.name == fact.section and s.piece == 0 for s in machine.sections)
    verdict = next(row for row in machine.verdicts if row.check == "protection.installed")
    assert verdict.grade is Grade.A


def test_a_contradiction_stands_at_its_machine_with_both_sides_and_fails_its_check(document):
    [row] = rows(document)["pc-1"].conflicts
    assert (row.fact, row.place.rpartition(" ")[2]) == ("protection.products", "managed")
    assert (row.counts.value, row.counts.grade, row.counts.at) == ("true", Grade.A, NOON)
    assert (row.against.value, row.against.grade, row.against.source) == ("false", Grade.B, "ksc")
    verdict = next(one for one in rows(document)["pc-1"].verdicts if one.check == "evidence.consistent")
    assert (verdict.verdict, verdict.grade) == (Verdict.FAIL, Grade.B)
    [fact] = [one for one in rows(document)["pc-1"].facts if one.name == "evidence.conflicts"]
    assert fact.pieces == (0, 1)
    assert not any(machine.conflicts for name, machine in rows(document).items() if name != "pc-1")


def test_newcomers_are_those_that_nobody_declares_at_that_moment(document):
    assert [(row.id, row.agency) for row in document.newcomers] == [("xa-a-pc-vanthu", "xa-a"), ("may-la", None)]
    [agency] = [row for row in document.agencies if row.id == "xa-a"]
    assert agency.newcomers == 1 and str(agency.actions[-1]) == "confirm 1 new machines"


def test_the_listing_of_newcomers_is_ready_for_spreadsheets(world):
    measured, _ = made(world)
    table = newcomer_table(measured)
    text = as_csv(NEWCOMER_COLUMNS, table)
    assert "xa-a,UBND xã A,xa-a-pc-vanthu,PC-VANTHU,windows,NEW123456," in text
    assert "'=cmd|calc" in text


def test_the_table_of_the_report_has_a_line_for_each_machine(world):
    rows = list(report_rows(made(world)[0], world[1]))
    found = {row["machine"]: row for row in rows}
    assert set(found) == {"pc-1", "pc-2", "pc-3", "pc-4", "pc-5", "doc-lap-1", "xa-a-pc-vanthu", "may-la"}
    assert (found["pc-2"]["way"], found["pc-2"]["grade"], found["pc-2"]["file"], found["pc-2"]["row"]) == (
        "console", "B", "bao-cao.csv", 8,
    )  # fmt: skip
    assert found["pc-1"]["other_evidence"] == f"B ksc {NOON.isoformat()}"
    assert {name: row["status"] for name, row in found.items()} == {
        "pc-1": "seen", "pc-2": "seen", "pc-3": "seen", "pc-4": "unseen", "pc-5": "unseen", "doc-lap-1": "isolated",
        "xa-a-pc-vanthu": "new", "may-la": "new",
    }  # fmt: skip
    assert "2: proven" in found["pc-3"]["target_verdicts"]
    assert as_csv(COLUMNS, rows).count("\r\n") == 9


def test_the_page_and_the_data_come_out_of_it(document):
    text = render_html(document, Translator(), data_folder("report_templates"))
    assert "&lt;b&gt;UBND" not in text.split('id="data"')[0], "cells stand in the data of the panel alone"
    assert "\\u003cb\\u003eUBND xã A" in text and "<b>UBND" not in text
    assert "A 1 · B 1 · C 1" in text and "B and C: not re-checked yet" in text
    data = json.loads(render_json(document))
    machine = next(one for one in data["machines"] if one["id"] == "pc-1")
    assert machine["beside"][0]["console"]["row"] == 7 and machine["trail"]["grade"] == "A"
    assert [one["id"] for one in data["newcomers"]] == ["xa-a-pc-vanthu", "may-la"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'"x"', b'{"row": "x", "cells": [1], "exported_at": "never", "source": 5, "name": null}', b"\xff{}"],
)
def test_a_row_that_is_not_as_we_write_them_breaks_nothing(body):
    found = console_row(Capture("console", (Section("row", SectionStatus.OK, body),), body, ""))
    assert found is None or (found[0].source, found[0].row, found[0].exported_at, found[1]) == (None, 0, None, ())


def piece(way, grade, version=None):
    return StoredOutcome(1, 1, Outcome("pc", way, grade, Sight.SEEN, NOON, NOON, server_version=version), "")


PIECES = (piece(Way.SSH, Grade.A), piece(Way.CONSOLE, Grade.B, "ksc"))


def conflict(text):
    [row] = conflict_rows({"evidence.conflicts": Known([text], "evidence")}, PIECES)
    return row


def test_a_contradiction_becomes_two_sides_with_their_moments():
    row = conflict(
        "protection.products kaspersky-kes-windows running: false (ssh, A, 2026-11-20) <> true (console:ksc, B, 2026-11-20)"
    )
    assert (row.fact, row.place) == ("protection.products", "kaspersky-kes-windows running")
    assert (row.counts.value, row.counts.way, row.counts.grade, row.counts.at) == ("false", Way.SSH, Grade.A, NOON)
    assert (row.against.value, row.against.way, row.against.source) == ("true", Way.CONSOLE, "ksc")


def test_names_with_colons_and_hostile_values_keep_the_sides_apart():
    row = conflict('disk.volumes C: encrypted: false (ssh, A, 2026-11-20) <> "x) <> y (ssh" (console:ksc, B, 2026-11-20)')
    assert (row.place, row.counts.value, row.against.value) == ("C: encrypted", "false", '"x) <> y (ssh"')


@pytest.mark.parametrize("text", ["", "x", "os.id: 1 (ssh, A, 2026-11-20)", "a <> b", "os.id (ssh, A, x) <> 1 (ssh, A, y)"])
def test_what_does_not_read_as_a_contradiction_is_shown_as_it_stands(text):
    row = conflict(text)
    assert (row.fact, json.loads(row.counts.value), row.against.value) == ("evidence.conflicts", text, "")


def test_a_side_whose_piece_is_gone_says_what_the_text_says():
    row = conflict("os.build: 19045 (ssh, A, 2026-11-20) <> 7601 (courier, C, 2026-11-01)")
    assert row.counts.at == NOON and json.loads(row.against.value) == "7601 (courier, C, 2026-11-01)"


def test_the_plan_of_the_period_builds_on_what_is_there(world):
    plan = ways_of(made(world)[0], 2)
    found = {(step.lever.value, step.via): [line.machines for line in step.lines] for step in plan.steps}
    # A console spoke of the agency: who is missing in it gets the collector; one newcomer has an agency to confirm it.
    assert found == {("courier", "document"): [("pc-4", "pc-5")], ("confirm", None): [("xa-a-pc-vanthu",)]}
    assert [(rest.kind.value, rest.count) for rest in plan.rest] == [("beyond", 1)]
    assert (plan.tally.proven, plan.gain, plan.tally.unknown) == (3, 3, 4)
    assert [(agency.id, count) for agency, count in plan.isolated] == [("xa-a", 1)]


def test_undeclared_machines_that_could_change_the_target_are_named_as_what_prevents_a_decision(document):
    [obstacle] = [one for one in target(document).obstacles if "not declared" in str(one.words)]
    assert str(obstacle.words) == "2 machines are known from the network or from evidence and are not declared"
