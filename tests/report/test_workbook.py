"""Workbooks hold texts and numbers and nothing that runs, whatever stands in a name."""

import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from secaudit.messages import Translator, clean, msg
from secaudit.report.voice import Voice
from secaudit.report.workbook import NAME_LENGTH, Column, Tab, as_xlsx

VOICE = Voice(Translator())


def tab(*rows, name="Sheet", columns=2):
    return Tab(name, "Title", tuple(Column(f"C{n}", 12) for n in range(columns)), rows, ("A note",))


def opened(*tabs):
    return load_workbook(io.BytesIO(as_xlsx(tabs, VOICE)))


def test_a_sheet_has_title_notes_headings_and_rows_that_can_be_filtered():
    sheet = opened(tab(("x", 3), (msg("{count} rows", count=2), None))).active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Title", None], ["A note", None], [None, None], ["C0", "C1"], ["x", 3], ["2 rows", None],
    ]  # fmt: skip
    assert sheet.auto_filter.ref == "A4:B6"
    assert sheet.freeze_panes == "A5"


HOSTILE = ["=1+1", "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "http://x.example", "{=1}", "\t=1", "＝1", "1e5", "#REF!"]


def test_nothing_in_a_cell_is_a_formula_or_a_link():
    data = as_xlsx([tab(*((text, text) for text in HOSTILE))], VOICE)
    sheet = load_workbook(io.BytesIO(data)).active
    for text, row in zip(HOSTILE, sheet.iter_rows(min_row=5), strict=True):
        for cell in row:
            assert (cell.data_type, cell.value, cell.hyperlink) == ("s", clean(text), None)
        assert cell.quotePrefix == (text[0] in "=+-@\t＝"), "editing the cell must not make it one"
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in xml and "hyperlink" not in xml
        assert not [name for name in parts.namelist() if "external" in name.lower() or "vba" in name.lower()]


def test_equal_tabs_are_equal_bytes_whenever_they_are_written():
    assert b"1980-01-01T00:00:00Z" in zipfile.ZipFile(io.BytesIO(as_xlsx([tab(("x", 1))], VOICE))).read("docProps/core.xml")


def test_sheets_have_names_that_excel_takes_and_all_differ():
    book = opened(tab(name="a/b:c*d?[e]\\f" + "x" * 40), tab(name="A" * 50), tab(name="a" * 50), tab(name="''"), tab(name=""))
    assert len({name.casefold() for name in book.sheetnames}) == 5
    assert all(0 < len(name) <= NAME_LENGTH and not set(name) & set("[]:*?/\\") for name in book.sheetnames)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_text_comes_back_as_a_harmless_text(texts):
    sheet = opened(tab(*((text,) for text in texts), columns=1)).active
    rows = list(sheet.iter_rows(min_row=5, max_row=4 + len(texts)))
    assert len(rows) == len(texts)
    assert all(isinstance(row[0].value, str | None) and row[0].data_type in ("s", "n") for row in rows)


def test_a_sheet_to_be_signed_has_lists_to_choose_from_numbers_signers_and_a_footer():
    signed = Tab(
        "S", "Title", tuple(Column(f"C{n}", 12) for n in range(4)), (("x", 1, None, None), ("=y", 2, None, None)),
        figures=(("declared", 3), ("register", None), ("found", 0)), choices=((2, ("yes", "no")),),
        signatures=(("A", "sign"), ("B", "stamp")), footer="100 % &R by me",
    )  # fmt: skip
    sheet = opened(signed).active
    [choice] = sheet.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1, choice.type) == ("C8:C9", '"yes,no"', "list")
    assert [sheet.cell(row, 4).value for row in (3, 4, 5)] == [3, None, 0]
    assert [sheet.cell(11, 1).value, sheet.cell(11, 3).value, sheet.cell(12, 3).value] == ["A", "B", "stamp"]
    assert sheet.oddFooter.left.text.strip() == "100 % +R by me", "no code of a footer comes from outside"
    assert sheet.auto_filter.ref is None and sheet.freeze_panes is None
    assert sheet["C8"].fill.fgColor.rgb != sheet["A8"].fill.fgColor.rgb
