"""What the demo brings in beside SSH: machines told apart, moments that stay what they are."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.errors import DataError
from secaudit.facts import parse_facts
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.lab.evidence import read_evidence, stamped, write_exports
from secaudit.lab.machines import LabMachine, answer_of
from secaudit.model.fact import Known
from secaudit.model.knowledge import Knowledge
from secaudit.probe.frame import frame

NONCE = "0123456789abcdef" * 2
NOW = 1_795_000_000
OWN = {"machine.name", "machine.serial", "machine.uuid", "machine.id", "machine.mac", "machine.identifiable"}


@pytest.fixture(scope="module", name="knowledge")
def load_knowledge():
    from secaudit.catalog import load_catalog
    from secaudit.resources import data_folder

    return load_catalog(data_folder("checks")).knowledge


def facts(stdout: bytes, name: str, knowledge: Knowledge):
    capture = frame(platform_of(name), NONCE, stdout)
    assert capture.complete
    return parse_facts(capture, knowledge, datetime.fromtimestamp(NOW, UTC))


@pytest.mark.parametrize("name", answer_names())
def test_a_machine_tells_the_answer_of_another_under_its_own_name_and_numbers(name, knowledge):
    told = facts(answer_of(LabMachine("CHO-DON-PC-01", name, "PF3E1478YA"), NONCE, NOW), name, knowledge)
    captured = facts(render_answer(name, NONCE, NOW), name, knowledge)
    assert told["machine.name"] == Known("CHO-DON-PC-01", told["machine.name"].section)
    assert told["machine.id"].value != captured["machine.id"].value
    if platform_of(name) == "windows" and isinstance(captured["machine.uuid"], Known):
        assert told["machine.serial"].value == "PF3E1478YA"
        assert told["machine.uuid"].value != captured["machine.uuid"].value
    assert {key: value for key, value in told.items() if key not in OWN} == {
        key: value for key, value in captured.items() if key not in OWN
    }


def test_two_machines_of_one_answer_are_two_machines(knowledge):
    one, other = (
        facts(answer_of(LabMachine(name, "win11-25h2-defender"), NONCE, NOW), "win11-25h2-defender", knowledge)
        for name in ("PC-A", "PC-B")
    )
    assert one["machine.uuid"].value != other["machine.uuid"].value
    assert one["machine.id"].value != other["machine.id"].value
    assert set(one["machine.mac"].value).isdisjoint(other["machine.mac"].value)


def test_moments_are_days_back_at_a_time_of_day_in_viet_nam():
    now = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)  # the 27th in Việt Nam
    assert stamped("PC-01;{dmy -2 08:14:05};{day -0}", now) == "PC-01;25/11/2026 08:14:05;27/11/2026"
    assert stamped("{iso -1 23:59:59}", now) == "2026-11-26T23:59:59+07:00"
    assert stamped("30250 ({ymd -30})", now) == "30250 (20261028)"
    assert stamped("{dmy 2 08:14:05} {other}", now) == "{dmy 2 08:14:05} {other}"


def test_exports_are_written_filled_in_and_never_over_the_template(tmp_path):
    (tmp_path / "ksc.csv").write_text("Name;Seen\nMáy-1;{day -3}\n", encoding="utf-8")
    plan = tmp_path / "evidence.yaml"
    plan.write_text(
        "exports:\n  - {source: ksc, file: ksc.csv, exporter: Tổ kỹ thuật, encoding: utf-16, days_ago: 1}\n", encoding="utf-8"
    )
    evidence = read_evidence(plan)
    ((export, written),) = write_exports(evidence, plan, tmp_path / "out", datetime(2026, 11, 26, tzinfo=UTC))
    assert (export.source, export.days_ago) == ("ksc", 1)
    assert written.read_bytes().decode("utf-16") == "Name;Seen\r\nMáy-1;23/11/2026\r\n"
    assert "{day -3}" in (tmp_path / "ksc.csv").read_text(encoding="utf-8")


def test_an_answer_that_does_not_exist_is_named_with_its_place(tmp_path):
    plan = tmp_path / "evidence.yaml"
    plan.write_text("courier:\n  agency: xa-a\n  answers:\n    - {name: PC, answer: win98}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_evidence(plan)
    (problem,) = caught.value.problems
    assert problem.line == 4
    assert "win98" in str(problem.message)


INVENTORIES = Path(__file__).parents[2] / "inventories"
SAMPLE = INVENTORIES / "lab" / "evidence.yaml"
VERSIONS = ("12.9.0.", "11.1.2052.")
"""Of products; the other numbers with three dots are addresses."""


@pytest.fixture(scope="module", name="inventory")
def load_sample():
    from secaudit.inventory import load_inventory

    return load_inventory(INVENTORIES / "thai-nguyen")


def test_the_sample_names_files_that_lie_there_and_an_agency_without_another_way_in(inventory):
    sample = read_evidence(SAMPLE)
    assert {export.source for export in sample.exports} == {"ksc", "eset", "ad", "soc-list"}
    named = {(SAMPLE.parent / export.file).resolve() for export in sample.exports}
    assert named == {path.resolve() for path in (INVENTORIES / "thai-nguyen" / "evidence").iterdir()}
    (agency,) = [part for part in inventory.agencies if part.agency.id == sample.courier.agency]
    assert agency.endpoints
    assert not any(endpoint.address for endpoint in agency.endpoints)


def test_the_machines_of_the_sample_answer_with_the_serial_numbers_declared_for_them_and_one_nobody_declares(inventory):
    declared = {endpoint.id: endpoint.serial for endpoint in inventory.endpoints.values()}
    answers = {one.name.lower(): one.serial for one in read_evidence(SAMPLE).courier.answers}
    known = {name: serial for name, serial in answers.items() if name in declared}
    assert {name: declared[name] for name in known} == known
    assert len(answers) - len(known) == 1
    assert set(answers.values()) - set(known.values()) <= set(answers.values()) - set(declared.values())
    silent = {endpoint for endpoint in declared if endpoint.startswith("cho-don-")} - set(answers)
    assert len(silent) == 1


def test_the_exports_hold_no_moment_that_does_not_follow_the_clock(tmp_path):
    now = datetime.now(UTC)
    for export, path in write_exports(read_evidence(SAMPLE), SAMPLE, tmp_path, now):
        text = path.read_bytes().decode(export.encoding)
        assert "{" not in text.replace("Status description", "")
        template = (SAMPLE.parent / export.file).read_text(encoding="utf-8")
        assert not re.search(r"\b20\d\d[-/]\d\d|\d\d/\d\d/20\d\d", template)
        addresses = [found for found in re.findall(r"\d+\.\d+\.\d+\.\d+", template) if not found.startswith(VERSIONS)]
        assert all(address.startswith("127.") for address in addresses)
