"""The workbook that goes back: bad cells coloured and commented, everything else as it was, marks never pile up."""

import io
import re
import zipfile

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from secaudit.errors import InventoryError, Problem
from secaudit.inventory.questions import Profile
from secaudit.inventory.returned import returned
from secaudit.messages import msg
from tests.inventory.sent import Sent, changes, read, workbook

BOTH = pytest.mark.parametrize("profile", list(Profile))


def faulty(profile: Profile) -> Sent:
    """Three bad cells, and one that was taken with a remark."""
    sent = Sent(workbook(profile))
    sent.cell("Đơn vị", "agency/asset_register.computers").value = "1,5"
    sent.cell("Đơn vị", "agency/contact.phone").value = 912345678
    sent.cell("Máy tính", "b-1", "status").value = "để đâu"
    sent.cell("Hệ thống", "mot-cua", "kind").value = "=A1"
    return sent


def back(body: bytes) -> Sent:
    received = read(body)
    return Sent(returned(body, received.problems, received.remarks))


def marked(sheet: Worksheet) -> set[str]:
    """Cells that our conditional format covers."""
    return {
        str(cells)
        for formats in sheet.conditional_formatting
        for rule in formats.rules
        if rule.formula and rule.formula[0].startswith('"secaudit"')
        for cells in formats.sqref.ranges
    }


def rules(sheet: Worksheet) -> list[tuple[str, str, str | None, str | None]]:
    return sorted((str(rule.sqref), str(rule.type), rule.formula1, rule.prompt) for rule in sheet.data_validations.dataValidation)


def formats_of(sheet: Worksheet) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(
        (str(formats.sqref), tuple(rule.formula))
        for formats in sheet.conditional_formatting
        for rule in formats.rules
        if not rule.formula[0].startswith('"secaudit"')
    )


@BOTH
def test_bad_cells_are_coloured_and_say_in_vietnamese_what_is_wrong_and_what_to_do(profile):
    sent = faulty(profile)
    bad = [
        ("Đơn vị", sent.cell("Đơn vị", "agency/asset_register.computers")),
        ("Máy tính", sent.cell("Máy tính", "b-1", "status")),
        ("Hệ thống", sent.cell("Hệ thống", "mot-cua", "kind")),
    ]
    found = back(sent.body())
    for name, cell in bad:
        assert marked(found.tab(name)) == {cell.coordinate}
    comment = found.cell("Máy tính", "b-1", "status").comment
    assert comment is not None
    assert comment.text == (
        "CẦN SỬA: Nội dung không có trong danh sách lựa chọn\n"
        "Đang ghi: để đâu\n"
        "Cần ghi: một trong các giá trị: Có | Không | Máy của đơn vị khác\n"
        "Cách sửa: chọn câu trả lời trong danh sách của ô, hoặc để trống"
    )
    assert found.cell("Đơn vị", "agency/contact.phone").comment is None
    first = max(rule.priority for formats in found.tab("Máy tính").conditional_formatting for rule in formats.rules)
    assert first == len({rule.priority for formats in found.tab("Máy tính").conditional_formatting for rule in formats.rules})


@BOTH
def test_a_sheet_in_front_lists_them(profile):
    found = back(faulty(profile).body())
    front = found.book.worksheets[0]
    assert (front.title, front["B1"].value, found.book.active.title) == ("Cần sửa", "Cần sửa 3 ô", "Cần sửa")
    rows = [[cell.value for cell in row[1:7]] for row in front.iter_rows(min_row=4)]
    assert rows[0] == ["Trang tính", "Ô", "Đang ghi", "Sai ở đâu", "Cần ghi", "Cách sửa"]
    assert [row[0] for row in rows[1:4]] == ["Đơn vị", "Máy tính", "Hệ thống"]
    assert front["C6"].hyperlink.location == f"'Máy tính'!{front['C6'].value}"
    assert [row[0] for row in rows if row[0] and "xem lại" in row[0]] == ["Đã nhận nhưng cần xem lại"]
    assert sum(sheet.sheet_view.tabSelected for sheet in found.book.worksheets) == 1


@BOTH
def test_everything_else_is_as_it_was(profile):
    sent = faulty(profile)
    found = back(sent.body())
    assert found.book.sheetnames == ["Cần sửa", *sent.book.sheetnames]
    assert {name: str(value.attr_text) for name, value in found.book.defined_names.items()} == {
        name: str(value.attr_text) for name, value in sent.book.defined_names.items()
    }
    for name in sent.book.sheetnames:
        before, after = sent.tab(name), found.tab(name)
        assert rules(after) == rules(before)
        assert formats_of(after) == formats_of(before)
        assert (after.sheet_state, after.freeze_panes) == (before.sheet_state, before.freeze_panes)
        assert after.row_dimensions[1].hidden == before.row_dimensions[1].hidden
        assert after.column_dimensions["A"].hidden == before.column_dimensions["A"].hidden
        for old, new in zip(before.iter_rows(), after.iter_rows(), strict=True):
            assert [(cell.value or None, cell.number_format, cell.fill.fgColor.rgb) for cell in old] == [
                (cell.value or None, cell.number_format, cell.fill.fgColor.rgb) for cell in new
            ]


@BOTH
def test_what_comes_back_uncorrected_has_the_same_problems_and_marks_do_not_pile_up(profile):
    body = faulty(profile).body()
    first = read(body)
    once = returned(body, first.problems, first.remarks)
    second = read(once)
    assert [(one.cell, one.message) for one in second.problems] == [(one.cell, one.message) for one in first.problems]
    assert [one.cell for one in second.remarks] == [one.cell for one in first.remarks]
    twice = Sent(returned(once, second.problems, second.remarks))
    assert [sheet.title for sheet in twice.book.worksheets].count("Cần sửa") == 1
    assert len(marked(twice.tab("Máy tính"))) == 1
    comment = twice.cell("Máy tính", "b-1", "status").comment
    assert comment is not None and comment.text.count("CẦN SỬA") == 1


@BOTH
def test_what_was_corrected_comes_in_without_a_problem_and_loses_its_marks(profile):
    found = back(faulty(profile).body())
    found.cell("Đơn vị", "agency/asset_register.computers").value = 15
    found.cell("Máy tính", "b-1", "status").value = "Có"
    found.cell("Hệ thống", "mot-cua", "kind").value = "Nội bộ"
    received = found.read()
    assert received.problems == ()
    assert changes(received)["agency", "", ("asset_register", "computers")] == 15
    assert changes(received)["endpoints", "b-1", ("status",)] == "in_use"
    clean = Sent(returned(found.body(), received.problems, received.remarks))
    assert clean.book.worksheets[0]["B1"].value == "Không có ô nào cần sửa"
    assert all(not marked(sheet) for sheet in clean.book.worksheets)
    assert all(cell.comment is None for sheet in clean.book.worksheets for row in sheet.iter_rows() for cell in row)


def test_a_note_that_somebody_wrote_stays_under_ours_and_alone_once_it_is_corrected():
    sent = faulty(Profile.COMMUNE)
    sent.cell("Máy tính", "b-1", "status").comment = Comment("hỏi lại chị Lan", "xa")
    sent.cell("Máy tính", "b-2", "place").comment = Comment("tầng mấy?", "xa")
    found = back(sent.body())
    comment = found.cell("Máy tính", "b-1", "status").comment
    assert comment is not None and comment.text.endswith("\n\nGhi chú có từ trước:\nhỏi lại chị Lan")
    found.cell("Máy tính", "b-1", "status").value = "Có"
    again = back(found.body())
    notes = [again.cell("Máy tính", key, name).comment for key, name in (("b-1", "status"), ("b-2", "place"))]
    assert [note.text for note in notes if note is not None] == ["hỏi lại chị Lan", "tầng mấy?"]


def _parts(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def _edited(body: bytes, sheet: str, old: str, new: str) -> bytes:
    parts = _parts(body)
    name = f"xl/worksheets/{sheet}.xml"
    text = parts[name].decode()
    assert re.search(old, text)
    parts[name] = re.sub(old, lambda _: new, text, count=1, flags=re.DOTALL).encode()
    return _packed(parts)


EXTENSION = (
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"><x14:dataValidations count="1" '
    'xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:dataValidation type="list" allowBlank="1" '
    'showInputMessage="1" promptTitle="Loại hình" prompt="Chọn"><x14:formula1><xm:f>_danhsach!$A$1:$A$5</xm:f></x14:formula1>'
    "<xm:sqref>E15:E19</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
)


def test_validations_that_excel_keeps_in_an_extension_are_not_lost():
    body = _edited(faulty(Profile.COMMUNE).body(), "sheet3", "</worksheet>", EXTENSION)
    found = [rule for rule in rules(back(body).tab("Hệ thống")) if rule[0] == "E15:E19"]
    assert found == [("E15:E19", "list", "_danhsach!$A$1:$A$5", "Chọn")]


def test_a_merged_range_over_the_whole_sheet_is_never_opened():
    body = _edited(
        workbook(Profile.COMMUNE),
        "sheet2",
        "<conditionalFormatting",
        '<mergeCells><mergeCell ref="B30:XFD1048576"/></mergeCells><conditionalFormatting',
    )
    assert read(body).problems == ()
    with pytest.raises(InventoryError) as raised:
        returned(body, [])
    assert str(raised.value.problems[0].message) == "Merged cells or links of the workbook cover too many cells"


def test_parts_with_a_document_type_are_never_opened():
    parts = _parts(back(faulty(Profile.COMMUNE).body()).body())
    name = next(name for name in parts if "comments" in name.lower() and name.endswith(".xml"))
    parts[name] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts[name].partition(b"?>")[2]
    with pytest.raises(InventoryError) as raised:
        returned(_packed(parts), [])
    assert str(raised.value.problems[0].message) == "A part of the workbook is damaged"


def test_what_openpyxl_cannot_open_is_said_in_a_sentence():
    body = _edited(workbook(Profile.COMMUNE), "sheet2", 'type="list"', 'type="liste"')
    assert read(body).problems == ()
    with pytest.raises(InventoryError) as raised:
        returned(body, [])
    assert str(raised.value.problems[0].message).startswith("The workbook cannot be written again with its marks")
    assert raised.value.problems[0].hint is not None


def test_what_was_typed_is_never_a_formula_in_the_list_and_problems_without_a_cell_stand_there_too():
    body = workbook(Profile.COMMUNE)
    problems = [
        Problem(msg("This cannot be read"), "x", cell="Máy tính!C7", found='=HYPERLINK("http://x")\x07'),
        Problem(msg("This cannot be read"), "x", cell="Không có!C7"),
        Problem(msg("This cannot be read"), "x", cell="Máy tính!XFE9999999"),
        Problem(msg("This cannot be read"), "x"),
        Problem(msg("This cannot be read"), "x", cell="_secaudit!A1"),
        Problem(msg("This cannot be read"), "x", cell="Máy tính!12"),
    ]
    made = returned(body, problems)
    front = load_workbook(io.BytesIO(made)).worksheets[0]
    assert front["B1"].value == "Cần sửa 2 ô"
    assert (front["D5"].value, front["D5"].data_type) == ('=HYPERLINK("http://x")\ufffd', "s")
    assert [front.cell(row, 5).value for row in range(5, 11)] == ["Không đọc được nội dung này"] * 6
    assert marked(Sent(made).tab("Máy tính")) == {"C7", "B12"}
    assert read(made).problems == ()
