"""The document for other programs, and how captures become text."""

import json

import pytest

from secaudit.model.capture import Section, SectionStatus
from secaudit.report import render_json
from secaudit.report.document import section_budget, section_text


def test_json_carries_values_not_formats(sample):
    document = sample(12)
    data = json.loads(render_json(document))
    target = data["targets"][1]
    assert target["share"] == {"numerator": 9, "denominator": 10}
    assert target["figure"]["proven"] == document.targets[1].figure.proven
    assert target["decision"] == "undecided"
    assert target["short"] == {
        "vi": "Thiết bị đầu cuối được cài đặt giải pháp bảo vệ",
        "en": "Endpoints with a protection solution installed",
    }
    assert data["orders"][0]["due"] == "2026-12-11"
    assert data["header"]["as_of"] == "2026-12-14T10:00:00+00:00"
    assert target["needed"]["text"] == "1,601 machines must be verified"
    assert target["needed"]["params"] == {"count": 1601}
    trail = data["machines"][0]["trail"]
    assert trail["digest"] == document.machines[0].trail.digest and trail["grade"] == "A"


def test_a_protection_grade_is_its_two_bounds(sample):
    document = sample(12)
    machines = json.loads(render_json(document))["machines"]
    for row, machine in zip(machines, document.machines, strict=True):
        grade = machine.protection
        assert row["protection"] == (None if grade is None else {"proven": grade.proven, "possible": grade.possible})
    assert any(row["protection"] for row in machines) and not all(row["protection"] for row in machines)


def test_every_part_of_the_document_is_there(sample):
    document = sample(12)
    data = json.loads(render_json(document))
    assert list(data) == [
        "header",
        "conclusion",
        "targets",
        "orders",
        "heaviest",
        "agencies",
        "systems",
        "checks",
        "visits",
        "unseen",
        "machines",
        "footer",
        "held",
        "recheck",
        "newcomers",
        "comparisons",
        "standard",
        "trend",
        "improved",
        "deadlines",
        "ways",
        "left_out",
    ]
    assert len(data["machines"]) == len(document.machines) and len(data["systems"]) == len(document.systems)


@pytest.mark.parametrize(
    ("body", "budget", "text", "cut"),
    [
        (b"short", 80, "short", False),
        (b"x" * 81, 80, "x" * 80, True),
        ("ế".encode() * 80, 80, "ế" * 80, False),
        (b"\xff\xfe", 80, "\ufffd\ufffd", False),
        (b"y" * 1000, 80, "y" * 80, True),
        (b"", 80, "", False),
    ],
)
def test_a_section_becomes_text_within_its_budget(body, budget, text, cut):
    made = section_text(Section("os", SectionStatus.OK, body, 0), budget)
    assert (made.text, made.cut, made.size) == (text, cut, len(body))


def test_the_budget_of_sections_keeps_the_page_small():
    assert section_budget(1) == 4000
    for machines in (10, 120, 200, 370):
        assert section_budget(machines) * machines * 20 <= 600_000 or section_budget(machines) == 4000
    assert section_budget(20_000) == 80
