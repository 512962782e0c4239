"""The register of awareness and training: read with the inventory, counted in its digest, every mistake with its line."""

import pytest

from secaudit.errors import InventoryError
from secaudit.inventory import check_inventory, load_inventory
from secaudit.inventory.schema import json_schema

S = "sessions/hoi-nghi.yaml"
TEXT = """\
session: {id: hoi-nghi, title: Hội nghị, date: 2026-10-05, kind: briefing, evidence: {number: 1/BC, date: 2026-10-06}}
attendance:
- {agency: so-a, audience: heads, count: 3}
- {agency: so-a, audience: staff, roster: [00000000000000000000000000000001, 0000000000000000000000000000000e]}
- {agency: xa-b, audience: staff, count: 0}
"""
COUNT = "audience: heads, count: 3"
RULES = [
    ("id: hoi-nghi", "id: Hội", [(1, "session.id", "")]),
    ("agency: xa-b,", "agency: xa-c,", [(5, "attendance[2].agency", "no agency")]),
    ("2026-10-05", "2025-06-30", [(5, "attendance[2].agency", "did not exist")]),
    ("kind: briefing", "kind: meeting", [(1, "session.kind", "not known")]),
    (COUNT, "audience: heads", [(3, "attendance[0]", "either a count or a roster")]),
    (COUNT, "audience: heads, count: 1, roster: []", [(3, "attendance[0]", "either a count or a roster")]),
    (COUNT, "audience: staff, count: 3", [(4, "attendance[1].agency", "two lines")]),
    (COUNT, "audience: heads, count: -1", [(3, "attendance[0].count", "")]),
    ("0000000000000000000000000000000e", "00000000000000000000000000000001", [(4, "attendance[1].roster[1]", "once")]),
    ("0000000000000000000000000000000e", "Nguyễn Văn Mẫu", [(4, "attendance[1].roster[1]", "")]),
]


@pytest.fixture
def register(province):
    (province.folder / "sessions").mkdir()
    province.texts[S] = TEXT
    return province


def test_sessions_are_part_of_the_inventory_and_of_its_digest(register):
    assert register.problems() == []
    first = load_inventory(register.folder)
    [held] = first.sessions
    assert (held.session.id, [line.agency for line in held.attendance]) == ("hoi-nghi", ["so-a", "so-a", "xa-b"])
    assert held.attendance[1].roster == ("0" * 31 + "1", "0" * 31 + "e"), "codes stay texts"
    register.change(S, COUNT, "audience: heads, count: 4")
    assert register.problems() == []
    assert load_inventory(register.folder).digest != first.digest


def test_a_province_without_a_register_is_sound(province):
    assert province.problems() == []
    assert load_inventory(province.folder).sessions == ()


@pytest.mark.parametrize(("old", "new", "expected"), RULES, ids=[rule[1][:40] for rule in RULES])
def test_rule(register, old, new, expected):
    register.change(S, old, new)
    problems = register.problems()
    assert [(p.path, p.line, p.field) for p in problems] == [
        (str(register.folder / S), line, field) for line, field, _ in expected
    ]
    for problem, (*_, words) in zip(problems, expected, strict=True):
        assert words in str(problem.message)
        assert problem.hint is not None or problem.expected is not None


def test_an_id_is_given_once(register):
    register.texts["sessions/zwei.yaml"] = TEXT
    [problem] = register.problems()
    assert "hoi-nghi.yaml:1" in str(problem.message)


def test_a_session_that_cannot_be_read_accuses_no_agency(register):
    register.texts[S] = "session: [\n"
    [problem] = register.problems()
    assert problem.path == str(register.folder / S)


def test_an_agency_file_that_cannot_be_read_accuses_no_session(register):
    register.texts["agencies/xa-b.yaml"] = "agency: [\n"
    [problem] = register.problems()
    assert "xa-b.yaml" in (problem.path or "")


def test_what_may_be_taken_for_a_session_is_not_passed_over(register):
    assert register.problems() == []
    (register.folder / "sessions" / "hai.yaml.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InventoryError) as caught:
        load_inventory(register.folder)
    assert "would not be read" in str(caught.value)


def test_a_secret_in_a_session_is_refused(register):
    register.change(S, "title: Hội nghị", "title: 'mật khẩu: hunter2'")
    _, problems = check_inventory(register.folder) if register.problems() else (None, [])
    assert any("must not stand" in str(problem.message) for problem in problems)


def test_the_schema_knows_sessions():
    schema = json_schema("session")
    assert schema["title"]
    assert set(schema["$defs"]["Session"]["required"]) == {"id", "title", "date", "kind"}
