"""Every shape of a report, made of one province in which all texts are hostile, opened with a reader of its own."""

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from xml.etree.ElementTree import fromstring

import output_examples
import pytest
from docx import Document
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from poisoned import PAYLOADS, SEEN, poisoned_measured
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.objects.compliance_status import StatusID
from pydantic import BaseModel

from secaudit.cli.shapes import Shape, write_shape
from secaudit.messages import clean
from secaudit.model.finding import Verdict
from secaudit.model.measurement import Tally
from secaudit.pipeline.letters.making import agency_papers, province_papers
from secaudit.pipeline.letters.round import round_of
from secaudit.pipeline.outputs import OUTPUTS, Job
from secaudit.pipeline.publish.finding_rows import machine_findings, target_lines
from secaudit.report.sandbox import Sandbox
from secaudit.report.voice import Voice
from secaudit.resources import data_folder, translator

FORBIDDEN = set("\u202e\u2066\u200f\ufffe\uffff")
MADE = datetime(2031, 2, 3, 4, 5, tzinfo=UTC)
STARTS = tuple("=+-@|%\t\r\uff1d")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("poisoned")


@pytest.fixture(scope="module")
def job(home):
    measured, store = poisoned_measured(home)
    yield Job(measured, store, translator("en"), data_folder("report_templates"), made_by="=cmd|x", made_at=MADE)
    store.close()


@pytest.fixture(scope="module")
def called():
    """Template of a page -> the names it was given while everything was written."""
    return {}


@pytest.fixture(scope="module")
def written(job, home, called):
    """Name of the shape -> file or folder."""
    render = Sandbox.page

    def page(self, name, variables):
        called.setdefault(name, set()).update(variables, self.globals)
        return render(self, name, variables)

    shapes = [Shape(name, home / "out" / output.file_name) for name, output in OUTPUTS.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Sandbox, "page", page)
        for shape in shapes:
            write_shape(job, shape)
    return {shape.name: shape.target for shape in shapes}


@pytest.fixture(scope="module")
def verdicts(job):
    return [(machine, row) for machine in machine_findings(job.measured, job.store) for row in machine.findings]


def lines_of(written, name):
    return [json.loads(line) for line in written[name].read_bytes().splitlines()]


def cells_of(path):
    book = load_workbook(path)
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_every_shape_is_readable_by_its_owner_alone(written):
    for target in written.values():
        inside = [target, *target.rglob("*")] if target.is_dir() else [target]
        assert {path.stat().st_mode & 0o777 for path in inside} <= {0o600, 0o700}
        assert all(path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600) for path in inside)
    assert not list(next(iter(written.values())).parent.glob(".*")), "nothing half written is left"


def test_no_control_character_and_no_turned_writing_is_in_any_text_file(written):
    for name, target in written.items():
        for path in [target] if target.is_file() else [path for path in target.rglob("*") if path.is_file()]:
            if path.suffix in (".json", ".jsonl", ".csv", ".xml", ".html"):
                text = path.read_text(encoding="utf-8")
                bad = {char for char in set(text) if unicodedata.category(char) in ("Cc", "Cs") and char not in "\r\n\t"}
                assert not (bad | (set(text) & FORBIDDEN)), name
                assert "A" * 2500 not in text, f"{name} cuts texts without end"


def test_json_lines_have_one_line_for_each_machine_and_check(job, written, verdicts):
    lines = lines_of(written, "jsonl")
    assert [(line["machine"], line["check"], line["verdict"]) for line in lines] == [
        (machine.id, row.check, row.verdict.value) for machine, row in verdicts
    ]
    assert len(lines) == len(PAYLOADS) * len(job.measured.province.catalog.checks)
    for line in lines:
        assert line["agency_name"] == clean(PAYLOADS[int(line["machine"][-2:])], limit=300)
        assert bool(line["reason"]) == (line["verdict"] == "unknown")
        seen = line["machine"] in SEEN
        assert (line["seen"], line["moment"] is not None, len(line["captures"])) == (seen, seen, int(seen))


def test_a_machine_nobody_saw_is_unknown_and_says_why(written):
    lines = [line for line in lines_of(written, "jsonl") if line["machine"] not in SEEN]
    assert {line["verdict"] for line in lines} <= {"unknown", "not_applicable"}
    assert {reason for line in lines for reason in line["reason"]} == {"no_way_in", "absent"}


def keys_unknown_to(model, data, path=""):
    """Keys of ``data`` that the library's model has no field for."""
    if not isinstance(model, BaseModel) or not isinstance(data, dict):
        return []
    found = [f"{path}.{key}" for key in data if key not in type(model).model_fields]
    for name, value in data.items():
        inner = getattr(model, name, None)
        pairs = zip(inner, value, strict=True) if isinstance(inner, list) and isinstance(value, list) else [(inner, value)]
        for one, part in pairs:
            found += keys_unknown_to(one, part, f"{path}.{name}")
    return found


def test_every_kind_of_ocsf_line_is_a_compliance_finding_by_the_librarys_models(written, verdicts):
    lines = lines_of(written, "ocsf")
    assert len(lines) == sum(row.verdict is not Verdict.NOT_APPLICABLE for _, row in verdicts)
    kinds = {
        (line["status_code"], line["severity_id"], tuple(sorted(line)), tuple(sorted(line["unmapped"]))): line for line in lines
    }
    assert {kind[0] for kind in kinds} >= {"pass", "fail", "unknown"}
    for line in kinds.values():
        model = ComplianceFinding.model_validate_json(json.dumps(line))
        assert not keys_unknown_to(model, line)
        assert (line["class_uid"], line["category_uid"], line["type_uid"]) == (2003, 2, 200301)


def test_in_ocsf_only_what_is_proven_passes(written):
    said = {"pass": StatusID.Pass, "fail": StatusID.Fail, "unknown": StatusID.Unknown, "manual": StatusID.Other}
    lines = lines_of(written, "ocsf")
    assert all(line["compliance"]["status_id"] == said[line["status_code"]] for line in lines)
    assert all(line["status_detail"] for line in lines if line["status_code"] == "unknown")
    assert len({line["finding_info"]["uid"] for line in lines}) == len(lines)


def test_junit_is_legal_xml_and_counts_what_it_holds(job, written):
    root = fromstring(written["junit"].read_bytes())
    assert root.tag == "testsuites"
    plan, *suites = root
    assert len(plan.findall("testcase")) == len(job.measured.measurements) and len(suites) == len(PAYLOADS)
    for suite in root:
        cases = suite.findall("testcase")
        said = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
        found = {tag: sum(case.find(tag) is not None for case in cases) for tag in ("failure", "error", "skipped")}
        assert said == {"tests": len(cases), "failures": found["failure"], "errors": found["error"], "skipped": found["skipped"]}
        assert {child.tag for case in cases for child in case} <= {"failure", "error", "skipped"}
        assert all(case.get("name") and case.get("classname") and len(case) <= 1 for case in cases)


def test_in_junit_a_share_beside_the_target_is_not_rounded_onto_it(job):
    first, *rest = job.measured.measurements
    close = replace(first, tally=Tally(89_996, 10_004, 0), share=Fraction(9, 10))
    line = target_lines(replace(job.measured, measurements=(close, *rest)), Voice(job.translator))[0]
    assert line.interval == "89.996%", "90.0 % would read as met"


def test_in_junit_a_check_passes_only_where_every_machine_does(written, verdicts):
    expected = {}
    for machine, row in verdicts:
        if row.verdict is not Verdict.NOT_APPLICABLE:
            expected.setdefault((machine.agency, row.check), set()).add(row.verdict)
    _, *suites = fromstring(written["junit"].read_bytes())
    for suite in suites:
        agency = suite.find("properties/property").get("value")
        for case in suite.findall("testcase"):
            found = expected.pop((agency, case.get("name").partition(":")[0]))
            tag = case[0].tag if len(case) else "passed"
            assert tag == ("failure" if Verdict.FAIL in found else "passed" if found == {Verdict.PASS} else "skipped")
    assert not expected


def test_no_cell_of_the_table_is_a_formula_whatever_separates_cells(written):
    text = written["csv"].read_text(encoding="utf-8-sig")
    for mark in ",;\t":
        cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) for cell in row]
        assert not [cell for cell in cells if cell.lstrip(" \"'").startswith(STARTS) and not cell.lstrip(' "').startswith("'")]
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["machine"] for row in rows] == [f"may-{number:02}" for number in range(len(PAYLOADS))]


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(written):
    cells = cells_of(written["xlsx"])
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not [cell for cell in cells if cell.data_type in ("f", "e") or cell.hyperlink is not None]
    assert not [text for text in texts if text.startswith(STARTS)], "a copy as CSV would run it"
    assert "'=cmd|' /C calc'!A0" in texts and "<script>alert(1)</script>" in texts
    assert "_x003D_1+1" in map(unescape, texts) and "=1+1" not in map(unescape, texts), "Excel decodes what looks like a code"
    assert max(map(len, texts)) <= 2001


def test_paper_workbook_and_agency_page_say_when_they_were_made(job, written):
    """Not only the moment their figures are of."""
    moment = Voice(job.translator).format.moment(MADE)
    method = load_workbook(written["xlsx"])["Method"]
    values = {row[0].value: row[1].value for row in method.iter_rows() if len(row) > 1}
    assert values["Made at"] is not None and values["Made at"] != values["State of"]
    with zipfile.ZipFile(written["docx"]) as paper:
        feet = "".join(paper.read(name).decode() for name in paper.namelist() if "footer" in name)
    assert moment in feet
    pages = [path.read_text(encoding="utf-8") for path in sorted((written["html"] / "agencies").glob("*.html"))]
    assert all(moment in page.split('id="made"')[1] for page in pages if 'id="method"' in page)
    assert any('id="method"' in page for page in pages)


def test_the_workbook_counts_what_was_judged(job, written, verdicts):
    book = load_workbook(written["xlsx"])
    failures = list(book["Failures"].iter_rows(min_row=4, values_only=True))
    seen = [(machine, row) for machine, row in verdicts if machine.seen]
    assert len(failures) == sum(row.verdict is Verdict.FAIL for _, row in seen)
    checks = {row[0]: row[3] for row in book["Checks"].iter_rows(min_row=4, values_only=True)}
    fails = Counter(row.check for _, row in seen if row.verdict is Verdict.FAIL)
    assert {check: count for check, count in checks.items() if count} == dict(fails)
    assert len(list(book["Not seen"].iter_rows(min_row=3, values_only=True))) == len(PAYLOADS) - len(SEEN)
    machines = {row[1]: row for row in book["Machines"].iter_rows(min_row=4, values_only=True)}
    assert machines["may-05"][12:17] == (None,) * 5, "of a machine nobody saw nothing is counted, not even nothing"
    targets = list(book["Targets"].iter_rows(min_row=5, values_only=True))
    by_number = dict(enumerate(job.measured.measurements, start=1))
    for row in targets:
        if row[0].isdigit():
            tally = by_number[int(row[0])].tally
            assert row[3:7] == (tally.proven, tally.disproven, tally.unknown, tally.total)
            assert row[7:9] == tuple(
                None if share is None else pytest.approx(float(share)) for share in (tally.lower, tally.upper)
            )


def test_the_word_document_and_the_pages_hold_hostile_texts_as_texts(written):
    text = " ".join(element.text or "" for element in Document(written["docx"]).element.iter() if element.tag.endswith("}t"))
    assert sum(clean(payload, limit=60) in text for payload in PAYLOADS) > 3, "names of agencies stand in it as they are"
    assert not (set(text) & FORBIDDEN) and "\x1b" not in text
    pages = [written["page"], *(path for path in written["html"].rglob("*.html"))]
    assert len(pages) > len(PAYLOADS)
    for path in pages:
        shown = path.read_text(encoding="utf-8")
        assert "<script>alert" not in shown and 'href="javascript:' not in shown, path.name
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in path.read_text(encoding="utf-8") for path in pages)


def test_a_folder_of_own_templates_without_one_of_word_takes_ours(job, tmp_path):
    (tmp_path / "report.css").write_text("p {}", encoding="utf-8")
    own = Job(job.measured, job.store, job.translator, tmp_path)
    write_shape(own, Shape("docx", tmp_path / "a.docx"))
    assert (tmp_path / "a.docx").read_bytes()[:2] == b"PK"


def test_shapes_of_machines_can_be_limited_to_agencies(job, home):
    narrow = Job(job.measured, job.store, job.translator, job.templates, agencies=frozenset(("xa-01",)))
    for name, output in OUTPUTS.items():
        if output.narrows:
            target = home / "narrow" / output.file_name
            write_shape(narrow, Shape(name, target))
            if name == "xlsx":
                text = "".join(
                    str(cell.value) for cell in cells_of(target) if cell.parent.title in ("Machines", "Failures", "Not seen")
                )
            else:
                text = target.read_text(encoding="utf-8")
            assert "may-01" in text and "may-02" not in text, name


def test_letters_and_slides_of_the_same_province_are_harmless(job):
    made = round_of(job.measured)
    templates = data_folder("report_templates") / "word"
    done = list(agency_papers(made, made.agencies, templates, everyone=True))
    assert len(done) == len(PAYLOADS)
    files = {path: data for one in done[-12:] for path, data in one.files.items()} | province_papers(made, done, templates)
    assert {path.rpartition(".")[2] for path in files} >= {"docx", "pptx", "csv"}
    for path, data in files.items():
        parts = [data]
        if path.endswith((".docx", ".pptx")):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                names = package.namelist()
                parts = [package.read(name) for name in names if name.endswith((".xml", ".rels"))]
            assert not [name for name in names if "vba" in name.lower()]
            assert all(fromstring(part) is not None for part in parts), "each part is legal XML"
            assert not [part for part in parts if b'TargetMode="External"' in part], path
        text = "".join(part.decode("utf-8") for part in parts)
        assert not set(text) & (FORBIDDEN | {"\x1b", "\x07", "\x00"}) and "A" * 2500 not in text, path


def test_no_shape_names_systems_of_state_secrets_beside_machines_or_agencies(job, home):
    inventory = job.measured.province.inventory
    secret = inventory.systems["he-01"].model_copy(update={"state_secret": True})
    files = tuple(
        file.model_copy(update={"systems": (secret,)}) if file.agency.id == "xa-01" else file for file in inventory.agencies
    )
    province = type(job.measured.province)(
        **{**vars(job.measured.province), "inventory": type(inventory)(inventory.province, files)}
    )
    measured = type(job.measured)(**{**vars(job.measured), "province": province})
    found = {machine.id: machine.systems for machine in machine_findings(measured, job.store)}
    assert found["may-01"] == () and found["may-02"] == ("he-02",)


def described():
    """Heading of docs/report-templates.md -> names in its table; of the variables with where they are."""
    text = (ROOT / "docs" / "report-templates.md").read_text(encoding="utf-8")
    found = {}
    for part in text.split("\n## ")[1:]:
        rows = [line for line in part.splitlines() if line.startswith("| `")]
        found[part.splitlines()[0]] = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row.split("|")[1])}
    return found


def test_every_name_a_template_may_use_is_described_and_no_other(written, called):
    assert written
    names = described()
    pages = {
        "Names of the single page": "report.html.j2",
        "Names of the folder's pages": "site/",
        "Names of an agency's pages": "agency/",
    }
    everywhere = names["Variables"] | names["Names of every page"]
    for heading, beginning in pages.items():
        given = set().union(*(found for name, found in called.items() if name.startswith(beginning)))
        own = names[heading] | (set() if beginning == "agency/" else names["Names of the first screen"])
        assert (given - own - everywhere, own - given) == (set(), set()), heading
    assert everywhere <= set().union(*called.values())


def test_the_examples_of_the_shapes_are_what_the_program_writes(tmp_path):
    text = output_examples.DOCUMENT.read_text(encoding="utf-8")
    assert output_examples.written(text, output_examples.examples(tmp_path)) == text, (
        "run: python tests/pipeline/output_examples.py"
    )
