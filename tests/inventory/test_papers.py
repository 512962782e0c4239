"""Attestations and waivers: part of the inventory and its digest; every mistake in them stops with file and line."""

from datetime import date

import pytest

from secaudit.inventory import load_inventory
from secaudit.inventory.schema import json_schema
from secaudit.model.base import Texts
from secaudit.model.catalog import Catalog
from secaudit.model.knowledge import Knowledge
from secaudit.model.requirement import Requirement, Standard
from secaudit.pipeline.papers import paper_problems

A = "attestations/quy-che.yaml"
W = "waivers/ngoai-le.yaml"
ATTESTATIONS = """\
attestations:
- id: dao-tao-2026
  requirement: tcvn-14423-2026:r40
  systems: [cong-a, van-ban]
  answer: met
  role: Trưởng phòng Công nghệ
  document: {number: 12/BC-SA, date: 2026-10-01}
  stated_on: 2026-10-02
  valid_until: 2027-10-01
- id: sao-luu
  requirement: tcvn-14423-2026:r32
  agencies: [xa-b]
  answer: not_applicable
  reason: Xã không có máy chủ
  role: Chánh văn phòng
  document: {number: 3/BC-UBND, date: 2026-10-03}
  stated_on: 2026-10-03
"""
WAIVERS = """\
waivers:
- id: may-cu
  checks: [patch.restart]
  endpoints: [a-1]
  reason: Phần mềm chuyên ngành chưa chạy trên bản mới
  approver: Giám đốc Sở A
  document: {number: 7/QĐ-SA, date: 2026-09-01}
  valid_from: 2026-09-01
  valid_until: 2026-12-31
- id: soc
  requirements: [tcvn-14423-2026:r30]
  systems: [cong-a]
  reason: Đang mua sắm
  approver: Chủ tịch UBND tỉnh
  document: {number: 8/QĐ-UBND, date: 2026-09-02}
  valid_from: 2026-09-05
  valid_until: 2026-11-30
"""
RULES = [
    (A, "id: sao-luu", "id: dao-tao-2026", [(10, "attestations[1].id", "id is taken")]),
    (A, "tcvn-14423-2026:r40", "tcvn-14423-2026 r40", [(3, "attestations[0].requirement", "names no requirement")]),
    (A, "[cong-a, van-ban]", "[cong-a, cong-x]", [(4, "attestations[0].systems[1]", "no system")]),
    (A, "[cong-a, van-ban]", "[cong-a, cong-a]", [(4, "attestations[0].systems[1]", "twice")]),
    (A, "[cong-a, van-ban]", "[cong-a, kin]", [(4, "attestations[0].systems[1]", "state secret")]),
    (A, "agencies: [xa-b]", "agencies: [xa-c]", [(12, "attestations[1].agencies[0]", "no agency")]),
    (A, "agencies: [xa-b]", "agencies: []", [(10, "attestations[1]", "no system")]),
    (A, "agencies: [xa-b]", "agencies: [xa-b]\n  province: true", [(13, "attestations[1].province", "some of them")]),
    (A, "  reason: Xã không có máy chủ\n", "", [(13, "attestations[1].answer", "needs a reason")]),
    (A, "2027-10-01", "2026-10-01", [(9, "attestations[0].valid_until", "ends before")]),
    (A, "date: 2026-10-01", "date: 2026-10-03", [(7, "attestations[0].document.date", "dated after")]),
    (A, "  document: {number: 12/BC-SA, date: 2026-10-01}\n", "", [(2, "attestations[0].document", "missing")]),
    (A, "answer: met", "answer: yes", [(5, "attestations[0].answer", "")]),
    (
        A,
        "2026-10-03}\n  stated_on: 2026-10-03",
        "2025-06-30}\n  stated_on: 2025-06-30",
        [(12, "attestations[1].agencies[0]", "exist")],
    ),
    (W, "id: soc", "id: may-cu", [(10, "waivers[1].id", "id is taken")]),
    (W, "  checks: [patch.restart]\n", "", [(2, "waivers[0]", "excuses nothing")]),
    (W, "  endpoints: [a-1]\n", "", [(2, "waivers[0]", "no machine, system or agency")]),
    (W, "[a-1]", "[a-9]", [(4, "waivers[0].endpoints[0]", "no endpoint")]),
    (W, "  systems: [cong-a]\n", "  endpoints: [a-1]\n", [(11, "waivers[1].requirements", "names none")]),
    (W, "[tcvn-14423-2026:r30]", "[r30]", [(11, "waivers[1].requirements[0]", "names no requirement")]),
    (W, "2026-12-31", "2026-08-31", [(9, "waivers[0].valid_until", "ends before it begins")]),
    (W, "date: 2026-09-02", "date: 2026-09-06", [(15, "waivers[1].document.date", "before it was approved")]),
    (W, "  approver: Giám đốc Sở A\n", "", [(2, "waivers[0].approver", "missing")]),
    (W, "2026-11-30", "30/11/2026", [(17, "waivers[1].valid_until", "")]),
]


TEXTS = Texts(vi="x", en="x")
STANDARD = Standard(
    id="tcvn-14423-2026",
    title=TEXTS,
    act="TCVN 14423:2026",
    valid_from=date(2026, 7, 24),
    source="x",
    first_chapter=3,
    rows={},
    requirements=tuple(
        Requirement(id=f"r{number}", number=number, group=TEXTS, title=TEXTS, levels=(2,), clauses=("tcvn-14423:x.1",))
        for number in (30, 32, 40)
    ),
)
CATALOG = Catalog({"patch.restart": None}, (), {}, Knowledge(), "", standards=(STANDARD,))


@pytest.fixture
def papers(province):
    for name, text in ((A, ATTESTATIONS), (W, WAIVERS)):
        (province.folder / name).parent.mkdir()
        province.texts[name] = text
    return province


def test_papers_are_part_of_the_inventory_and_of_its_digest(papers):
    assert papers.problems() == []
    first = load_inventory(papers.folder)
    assert [paper.id for paper in first.attestations] == ["dao-tao-2026", "sao-luu"]
    assert [paper.id for paper in first.waivers] == ["may-cu", "soc"]
    assert first.sources["waivers/soc"] == str(papers.folder / W)
    assert first.waivers[1].valid_on(date(2026, 11, 30))
    assert not first.waivers[1].valid_on(date(2026, 12, 1)), "the last day is the last"
    papers.change(W, "2026-11-30", "2027-11-30")
    assert papers.problems() == []
    assert load_inventory(papers.folder).digest != first.digest


def test_a_province_without_papers_is_sound(province):
    assert province.problems() == []
    inventory = load_inventory(province.folder)
    assert (inventory.attestations, inventory.waivers) == ((), ())


@pytest.mark.parametrize(("file", "old", "new", "expected"), RULES, ids=[f"{rule[2][:30]}" for rule in RULES])
def test_a_malformed_paper_stops_with_its_line(papers, file, old, new, expected):
    papers.change(file, old, new)
    problems = papers.problems()
    assert [(p.path, p.line, p.field) for p in problems] == [(str(papers.folder / file), *found[:2]) for found in expected]
    for problem, (*_, words) in zip(problems, expected, strict=True):
        assert words in str(problem.message)
        assert problem.hint is not None or problem.expected is not None


def test_a_paper_that_cannot_be_read_accuses_nobody_else_and_declares_nothing(papers):
    papers.texts[A] = "agency: {id: xa-c, name: X, tier: commune}\nsystems: [{id: cong-x, name: X}]\n"
    papers.change(W, "systems: [cong-a]", "systems: [cong-x]")
    problems = papers.problems()
    assert any(p.path == str(papers.folder / W) and "no system" in str(p.message) for p in problems)
    papers.texts[A] = "attestations: [\n"
    papers.change(W, "systems: [cong-x]", "systems: [cong-a]")
    [problem] = papers.problems()
    assert problem.path == str(papers.folder / A)


def test_secrets_and_files_that_would_not_be_read_are_told(papers):
    papers.change(A, "role: Trưởng phòng Công nghệ", "role: 'mật khẩu: hunter2'")
    papers.texts["waivers/hai.yaml.txt"] = "x"
    messages = [str(problem.message) for problem in papers.problems()]
    assert any("must not stand" in text for text in messages)
    assert any("would not be read" in text for text in messages)
    assert not any("hunter2" in text for text in messages)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ("submitted_on: 2026-05-02, appraised_on: 2026-05-01", "appraised_on"),
        ("appraised_on: 2026-05-02, decision: {number: 1/QĐ, date: 2026-05-01}", "decision.date"),
        ("submitted_on: 2026-05-02, decision: {number: 1/QĐ, date: 2026-05-01}", "decision.date"),
        ("submitted_on: 2026-05-01, appraised_on: 2026-05-01, decision: {number: 1/QĐ, date: 2026-05-01}", None),
        ("decision: {number: 1/QĐ, date: 2026-05-01}, regulation: {number: 2/QĐ, date: 2026-06-01}", None),
    ],
)
def test_a_dossier_is_not_approved_before_it_was_handed_in(province, days, field):
    province.change("agencies/so-a.yaml", "dossier: {status: none}", f"dossier: {{status: approved, level: 2, {days}}}")
    found = [(problem.line, problem.field) for problem in province.problems()]
    assert found == ([] if field is None else [(5, f"systems[0].dossier.{field}")])


def test_papers_that_name_what_the_catalog_does_not_know_are_told_with_their_lines(papers):
    assert papers.problems() == []
    inventory = load_inventory(papers.folder)
    papers.change(W, "patch.restart", "patch.restrat")
    papers.change(W, "tcvn-14423-2026:r30", "tcvn-14423-2062:r30")
    papers.change(A, "tcvn-14423-2026:r32", "tcvn-14423-2026:r99")
    assert papers.problems() == []
    found = paper_problems(CATALOG, load_inventory(papers.folder))
    assert [(p.path, p.line, p.field, p.found) for p in found] == [
        (str(papers.folder / W), 3, "waivers[0].checks[0]", "patch.restrat"),
        (str(papers.folder / A), 11, "attestations[1].requirement", "tcvn-14423-2026:r99"),
        (str(papers.folder / W), 11, "waivers[1].requirements[0]", "tcvn-14423-2062:r30"),
    ]
    assert all(problem.hint is not None for problem in found)
    assert paper_problems(CATALOG, inventory) == []


def test_the_schemas_know_papers():
    assert {"id", "requirement", "document", "role", "stated_on"} <= set(
        json_schema("attestation")["$defs"]["Attestation"]["required"]
    )
    assert {"reason", "approver", "document", "valid_until"} <= set(json_schema("waiver")["$defs"]["Waiver"]["required"])
