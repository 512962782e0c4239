"""Form 08 as a Word document and a workbook: the form word for word, its annexes, and nothing that leaves by mistake."""

import io
import zipfile
from datetime import date

import pytest
from annual_kit import DAY, OFFICE, UNIT, agency, approved, levels, paper, province, secret, system
from docx import Document
from docx.oxml.ns import qn
from lxml import etree
from openpyxl import load_workbook

from secaudit.messages import msg
from secaudit.model.annual_report import COLUMNS, OWNER_ITEMS, OWNER_PART, SECTIONS, TOTALS, UNIT_ITEMS, UNIT_PART
from secaudit.model.assessment import Fulfilment, RequirementResult, SystemAssessment
from secaudit.model.base import Texts
from secaudit.model.inventory import Letterhead, Owner, Settings
from secaudit.model.level import Classification, ClauseMatch
from secaudit.model.paper import REGULATION_KEPT, Attestation
from secaudit.model.requirement import Requirement
from secaudit.model.system import Dossier, SecurityPlan
from secaudit.pipeline.annual_annexes import annexes
from secaudit.pipeline.annual_paper import annual_paper
from secaudit.pipeline.annual_report import annual_report
from secaudit.pipeline.annual_rules import check_report, writable
from secaudit.pipeline.annual_workbook import annual_tabs, spans
from secaudit.pipeline.papers import paper_problems
from secaudit.report.voice import Voice
from secaudit.report.word import render_word
from secaudit.report.workbook import as_xlsx
from secaudit.resources import data_folder, translator

VOICE = Voice(translator("vi"))
TEMPLATES = data_folder("report_templates") / "word"
HOSTILE = [
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "{{ 7*7 }} {% for %}",
    "a\x1b[2J\u202eb\ufffe",
    "& < > \" '",
    "x" * 9000,
]


def made(*agencies, found=(), assessments=None, **changes):
    here = province(*agencies, **changes)
    proposed = levels(*found)
    report = annual_report(here, proposed, DAY)
    return here, report, annexes(here, proposed, report, assessments), check_report(here, proposed, report)


def words(*agencies, **changes):
    here, report, found, issues = made(*agencies, **changes)
    file = here.inventory.province
    return render_word(annual_paper(file, report, found, issues, VOICE, draft=not writable(issues)), TEMPLATES)


def sheets(*agencies, draft=False, **changes):
    _, report, found, issues = made(*agencies, **changes)
    data = as_xlsx(annual_tabs(report, found, issues, VOICE, draft=draft), VOICE)
    return load_workbook(io.BytesIO(data))


def text_of(document):
    body = Document(io.BytesIO(document)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))


def body_table(document):
    """The table with the twelve columns."""
    return next(one for one in Document(io.BytesIO(document)).tables if len(one.columns) == len(COLUMNS))


def test_the_form_stands_word_for_word_and_in_its_order():
    text = text_of(words(agency("so-a", system())))
    place = 0
    wanted = [
        "V/v kết quả công tác bảo đảm an ninh mạng hệ thống thông tin", "Kính gửi: Bộ Công an", SECTIONS[0],
        *(f"- {label}: " for label in TOTALS), SECTIONS[1], f"{OWNER_PART}:", *(f"{label}: " for label in OWNER_ITEMS),
        f"{UNIT_PART}:", *(f"{label}: " for label in UNIT_ITEMS), SECTIONS[2], *COLUMNS, *(f"({n})" for n in range(1, 13)),
        "Chú thích:", "- Cột (5) ghi cấp độ đề xuất đối với hệ thống thông tin: 1-5;",
        "“Trước khi đưa vào sử dụng”, “Định kỳ”, hoặc ghi cả hai nếu đã thực hiện đầy đủ, để trống nếu chưa thực hiện.",
        "Phụ lục I", "Phụ lục II", "Phụ lục III",
    ]  # fmt: skip
    for label in wanted:
        assert label in text[place:], label
        place = text.index(label, place) + len(label)
    assert "- Tổng số hệ thống thông tin đã được phê duyệt cấp độ: 1;" in text
    assert "LƯU HÀNH NỘI BỘ" in text and "MẬT" not in text and "phạt" not in text


def test_number_date_and_signature_are_blank_and_the_form_has_no_signature_block():
    head = Letterhead(
        symbol="UBND", drafting_unit="NC", place="A", signer_title="Chủ tịch", signer_name="Nguyễn A", recipients=("Công an",)
    )
    text = text_of(words(agency("so-a", system()), letterhead=head))
    assert "Số:          /UBND-NC" in text and "A, ngày      tháng      năm" in text
    assert "Nơi nhận" not in text and "CHỦ TỊCH" not in text and "Kính gửi: ………" in text
    text = text_of(words(agency("so-a", system()), letterhead=head, annual_report=Settings(signature_block=True)))
    assert text.index("(ngoài mẫu)") < text.index("Nơi nhận:") < text.index("CHỦ TỊCH")
    assert "- Lưu: VT, NC." in text


def test_the_table_lies_with_its_heads_on_every_page_and_blank_cells_stay_blank():
    empty = system("s2", dossier=None, plan=None, inspected=None, operator=None)
    document = words(agency("so-a", system("s1"), empty, secret()))
    made_of = Document(io.BytesIO(document))
    assert [section.page_width > section.page_height for section in made_of.sections] == [False, True, True, True, True]
    table = body_table(document)
    assert [bool(row._tr.xpath("w:trPr/w:tblHeader")) for row in table.rows] == [True, True, False, False, False]
    assert all(row._tr.xpath("w:trPr/w:cantSplit") for row in table.rows)
    rows = [[cell.text for cell in row.cells] for row in table.rows[2:]]
    assert rows[0] == [
        "1", "Hệ thống s1", OFFICE.name, "Trung tâm A", "3", "Đã được phê duyệt", "Số 1/QĐ-UBND, ngày 01/09/2026, UBND tỉnh A",
        "Số 2/QĐ-UBND, ngày 20/08/2026, UBND tỉnh A", "", "Đã triển khai đầy đủ", "", "Trước khi đưa vào sử dụng; Định kỳ",
    ]  # fmt: skip
    assert rows[1] == ["2", "Hệ thống s2", OFFICE.name, *[""] * 9]
    assert rows[2] == ["3", "Hệ thống số 1", "", "", "4", *[""] * 7]
    assert "- Cột (4): 1 hệ thống chưa có dữ liệu." in text_of(document)


def test_sections_2a_and_2b_stand_once_for_each_owner_and_what_is_not_known_shows_a_gap():
    party = Owner(name="Tỉnh ủy A", designated=UNIT.model_copy(update={"name": "Văn phòng Tỉnh ủy", "address": None}))
    text = text_of(words(agency("so-a", system("s1"), system("s2", governed_by="Tỉnh ủy A")), owners=(OFFICE, party)))
    assert text.count(OWNER_ITEMS[0]) == text.count(UNIT_ITEMS[0]) == 2
    assert "(3) Người đại diện, chức vụ: Nguyễn A, Chủ tịch;" in text
    assert "(4) Địa chỉ liên lạc của đơn vị chuyên trách về an ninh mạng: ……;" in text
    assert text.index("Tên đơn vị chuyên trách về an ninh mạng: Công an tỉnh A") < text.index(
        "chủ quản hệ thống thông tin: Tỉnh ủy A"
    )


def test_only_a_draft_names_people_to_call_and_every_paper_names_agencies_that_sent_nothing():
    silent = agency("so-b", sent=False)
    final = text_of(words(agency("so-a", system(operator=None)), silent))
    assert "0208 000" not in final and "Lê C" not in final and "ĐIỂM CẦN XỬ LÝ" not in final
    assert "Số liệu của 1/2 cơ quan, đơn vị." in final and "Chưa gửi số liệu: Cơ quan so-b." in final
    draft = text_of(words(agency("so-a", *(system(f"s{n}", dossier=approved(decision=None)) for n in range(3))), silent))
    assert "Bản dự thảo còn điểm phải xử lý" in draft and "ĐIỂM CẦN XỬ LÝ TRƯỚC KHI KÝ" in draft
    assert draft.count("Cơ quan so-a (Lê C, 0208 000)") == 1, "one call for all of an agency"
    assert draft.count("Phải xử lý, cột (7)") == 1 and "3 HTTT: Hệ thống s0; Hệ thống s1; Hệ thống s2." in draft


def test_only_a_draft_workbook_names_people_to_call():
    agencies = (agency("so-a", system(operator=None)), agency("so-b", sent=False))
    for draft in (False, True):
        book = sheets(*agencies, draft=draft)
        cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None}
        assert ("Lê C" in cells, "0208 000" in cells, "Điểm cần xử lý" in book.sheetnames) == (draft, draft, draft)
        assert not any("Lê C" in cell for cell in cells) or draft


def test_every_page_says_which_rules_which_day_which_source_and_who_decides():
    with zipfile.ZipFile(io.BytesIO(words(agency("so-a", system())))) as parts:
        footers = [parts.read(name).decode() for name in parts.namelist() if name.startswith("word/footer")]
    assert footers
    for footer in footers:
        text = "".join(t.text or "" for t in etree.fromstring(footer.encode()).iter(qn("w:t")))
        for said in (
            "15/12/2025",
            "14/12/2026",
            "Nghị định 331/2026/NĐ-CP",
            "Công báo",
            "abababab",
            "quyết định cấp độ",
            "Dự thảo",
        ):
            assert said in text, said


def test_hostile_names_stay_texts_in_both_files():
    systems = [
        system(f"s{n}", name="x", operator="y").model_copy(update={"name": t, "operator": t}) for n, t in enumerate(HOSTILE)
    ]
    document = words(agency("so-a", *systems))
    with zipfile.ZipFile(io.BytesIO(document)) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(parts.read(name))
    cells = [row.cells[1].text for row in body_table(document).rows[2:]]
    assert cells[:3] == HOSTILE[:3] and "\x1b" not in cells[3] and "\u202e" not in cells[3] and len(cells[5]) <= 2000
    sheet = sheets(agency("so-a", *systems))["3. Chi tiết HTTT"]
    found = [row[1] for row in sheet.iter_rows(min_row=4) if row[0].value]
    assert [cell.value for cell in found][:3] == HOSTILE[:3] and all(cell.data_type == "s" for cell in found)
    assert found[1].quotePrefix


def test_the_workbook_has_numbers_days_heads_that_stay_and_filters():
    waiting = Dossier(status="submitted", level=2, expected_on=date(2027, 1, 20))
    plan = SecurityPlan(status="partial", expected_on=date(2027, 6, 30))
    book = sheets(agency("so-a", system("s1"), system("s2", dossier=waiting, plan=plan)), agency("so-b", sent=False))
    assert book.sheetnames == [
        "1. Thông tin chung", "2. Chủ quản, chuyên trách", "3. Chi tiết HTTT", "Phụ lục I", "Phụ lục II", "Phụ lục III",
        "Chưa gửi số liệu",
    ]  # fmt: skip
    sheet = book["3. Chi tiết HTTT"]
    head, first, second = list(sheet.iter_rows(min_row=3, max_row=5, values_only=True))
    assert [text.rpartition(" (")[0] for text in head] == list(COLUMNS)
    assert (first[0], first[4]) == (1, 3) and second[8].date() == date(2027, 1, 20) and second[10].date() == date(2027, 6, 30)
    assert sheet.freeze_panes == "A4" and sheet.auto_filter.ref == "A3:L5"
    totals = [row for row in book["1. Thông tin chung"].iter_rows(values_only=True) if row[0] in TOTALS]
    assert [row[1] for row in totals[:6]] == [2, 2, 2, 1, 1, 1] and {row[2] for row in totals[:6]} == {"ít nhất"}
    assert totals[6][1] == "không sớm hơn 20/01/2027"


def test_annex_1_lists_level_5_and_what_may_be_and_says_none_only_when_nothing_is_open():
    sure = Classification("s1", "nd-331-2026", 5, 5, (ClauseMatch("15.2", 5, True),))
    maybe = Classification(
        "s2", "nd-331-2026", 3, 5, (ClauseMatch("15.2", 5, None, ("system.national_data_store",)), ClauseMatch("13.3", 3, True)),
        missing=("system.national_data_store", "system.kind"),
    )  # fmt: skip
    plain = Classification("s3", "nd-331-2026", 3, 3, (ClauseMatch("13.3", 3, True),))
    systems = [system(name) for name in ("s1", "s2", "s3")]
    text = text_of(words(agency("so-a", *systems, secret(level=5)), found=(sure, maybe, plain)))
    table = text[text.index("Phụ lục I") : text.index("Phụ lục II")]
    assert "Hệ thống s1" in table and "Hệ thống s2" in table and "Hệ thống s3" not in table and "Hệ thống số 1" in table
    assert "Điều 16.4 (cấp độ 5 theo Điều 15.2)" in table and "cần trả lời:" in table and "16.1, 16.2, 16.3" in table
    none = text_of(words(agency("so-a", system("s3")), found=(plain,)))
    assert "Theo quy tắc cấp độ 5: không có." in none
    for changes in ({"found": ()}, {"found": (plain,), "more": agency("so-b", sent=False)}):
        more = [changes["more"]] if "more" in changes else []
        text = text_of(words(agency("so-a", system("s3")), *more, found=changes["found"]))
        assert "không có." not in text and "Chưa phát hiện HTTT nào" in text


def test_annex_1_says_name_and_level_alone_of_a_system_of_state_secrets():
    text = text_of(words(agency("so-kin", secret(level=5)), agency("so-b", system("s2"))))
    assert "Hệ thống số 1" in text and "Cơ quan so-kin" not in text
    rows = sheets(agency("so-kin", secret(level=5)))["Phụ lục I"].iter_rows(values_only=True)
    assert [row[1:4] for row in rows if row[1] == "Hệ thống số 1"] == [("Hệ thống số 1", None, 5)]


def _statement(ident, day, **changes):
    fields = {"requirement": REGULATION_KEPT, "answer": "met", "role": "Chánh Văn phòng", "document": paper("5/BC", day)}
    fields["stated_on"] = day
    return Attestation(id=ident, **{**fields, **changes})


@pytest.mark.parametrize(
    ("statements", "answer", "expired"),
    [
        ((), None, False),
        ((_statement("a", date(2026, 6, 1), systems=("s1",)),), "met", False),
        ((_statement("a", date(2026, 6, 1), agencies=("so-a",)),), "met", False),
        ((_statement("a", date(2026, 6, 1), province=True),), "met", False),
        ((_statement("a", date(2026, 6, 1), agencies=("so-b",)),), None, False),
        ((_statement("a", date(2026, 6, 1), systems=("s1",), requirement="tcvn-14423-2026:r1"),), None, False),
        ((_statement("a", date(2026, 12, 15), systems=("s1",)),), None, False),
        ((_statement("a", date(2025, 12, 1), systems=("s1",)),), None, True),
        ((_statement("a", date(2026, 6, 1), systems=("s1",), valid_until=date(2026, 12, 13)),), None, True),
        (
            (
                _statement("a", date(2026, 6, 1), systems=("s1",)),
                _statement("b", date(2026, 7, 1), province=True, answer="not_met"),
            ),
            "not_met",
            False,
        ),
        (
            (
                _statement("a", date(2026, 6, 1), systems=("s1",), answer="not_met"),
                _statement("b", date(2026, 7, 1), province=True),
            ),
            "not_met",
            False,
        ),
        (
            (
                _statement("a", date(2025, 12, 1), systems=("s1",), answer="not_met"),
                _statement("b", date(2026, 7, 1), province=True),
            ),
            "met",
            False,
        ),
    ],
)
def test_annex_2_takes_the_worst_statement_in_force_and_else_has_no_data(statements, answer, expired):
    _, _, found, _ = made(agency("so-a", system("s1")), agency("so-b"), attestations=statements)
    [one] = found.kept
    assert (one.statement.answer if one.in_force else None) == answer
    assert (one.statement is not None and not one.in_force) == expired
    text = text_of(words(agency("so-a", system("s1")), agency("so-b"), attestations=statements))
    assert ("1/1 HTTT chưa có dữ liệu (chưa có xác nhận kèm văn bản còn hiệu lực)." in text) == (answer is None)


def test_a_statement_that_the_regulation_is_kept_needs_no_standard_that_lists_it():
    kept = _statement("a", date(2026, 6, 1), systems=("s1",))
    other = _statement("b", date(2026, 6, 1), systems=("s1",), requirement="nd-331-2026:36.8")
    here = province(agency("so-a", system("s1")), attestations=(kept, other))
    assert [problem.found for problem in paper_problems(here.catalog, here.inventory)] == ["nd-331-2026:36.8"]


def test_annex_3_counts_requirements_of_each_system_and_over_all_of_them():
    def requirement(number):
        texts = Texts(vi=f"Yêu cầu {number}", en=f"R{number}")
        return Requirement(id=f"r{number}", number=number, group=texts, title=texts, levels=(3,), clauses=("tcvn:x.1",))

    def assessed(ident, *answers):
        results = tuple(
            RequirementResult(requirement(number), answer, (msg("because"),)) for number, answer in enumerate(answers, start=1)
        )
        return SystemAssessment(ident, "tcvn-14423-2026", 3, "approved", results, 195, 192)

    met, failed, unknown = Fulfilment.MET, Fulfilment.NOT_MET, Fulfilment.UNKNOWN
    plan = SecurityPlan(status="partial", expected_on=date(2027, 6, 30))
    given = {"s1": assessed("s1", met, met, failed), "s2": assessed("s2", met, unknown, unknown)}
    agencies = (agency("so-a", system("s1", plan=plan), system("s2"), system("s3")),)
    text = text_of(words(*agencies, assessments=given))
    annex = text[text.index("Phụ lục III") :]
    assert "1/3 HTTT chưa có dữ liệu." in annex and "Dự kiến triển khai đầy đủ: 30/06/2027" in annex
    tables = Document(io.BytesIO(words(*agencies, assessments=given))).tables
    by_system, over_all = tables[-2], tables[-1]
    assert [cell.text for cell in by_system.rows[1].cells][2:11] == ["3", "195", "3", "2", "0", "1", "0", "0", "192"]
    assert [[cell.text for cell in row.cells][3:] for row in over_all.rows[1:]] == [
        ["2", "0", "0", "0", "0"], ["1", "0", "0", "1", "0"], ["0", "0", "1", "1", "0"],
    ]  # fmt: skip
    book = sheets(*agencies, assessments=given)
    failing = list(book["Phụ lục III - chưa đủ"].iter_rows(min_row=5, values_only=True))
    assert [(row[0], row[2], row[5], row[7]) for row in failing] == [
        ("Hệ thống s1", 3, "Chưa đáp ứng", "Dự kiến triển khai đầy đủ: 30/06/2027")
    ]
    each = list(book["Phụ lục III - từng yêu cầu"].iter_rows(min_row=5, values_only=True))
    assert each == [("Hệ thống s1", 3, "1–2", None, "3", None, None), ("Hệ thống s2", 3, "1", None, None, "2–3", None)]


def test_spans():
    assert [spans(numbers) for numbers in ([], [3], [1, 2, 3], [5, 1, 2, 9])] == ["", "3", "1–3", "1–2, 5, 9"]
