"""Workbooks: typed cells come as they are, and a package that is more than a list is refused before anything in it is used."""

import io
import random
import struct
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import numbers

from secaudit.errors import IntakeError
from secaudit.tables.reading import TableLimits, read_sheets, read_tables
from tests.intake.exports import CONSOLES, WORKBOOKS, export, machines
from tests.memory import grown_kb

FILE = Path("may-tinh.xlsx")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{RELATIONS}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="Máy" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
HEADINGS = '<row r="1"><c r="A1" t="inlineStr"><is><t>Tên máy</t></is></c><c r="B1" t="inlineStr"><is><t>Ngày</t></is></c></row>'


def at(*parts: int) -> datetime:
    """A moment without zone, as workbooks have it."""
    return datetime(*parts)  # noqa: DTZ001


def sheet(rows: str, after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{HEADINGS}{rows}</sheetData>{after}</worksheet>'


def package(rows: str = "", after: str = "", **more: str | bytes) -> bytes:
    """A workbook made by hand; ``more`` adds or replaces parts."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet(rows, after), **more}.items():
            archive.writestr(name, text)
    return body.getvalue()


def read(body: bytes, **limits):
    return read_tables(FILE, body, (), TableLimits(**limits))


def refused(body: bytes, **limits):
    with pytest.raises(IntakeError) as caught:
        read(body, **limits)
    assert all(problem.path == str(FILE) for problem in caught.value.problems)
    return caught.value.problems


def sentence(body: bytes, **limits) -> str:
    (problem,) = refused(body, **limits)
    assert problem.message.text.strip() and (problem.cell or problem.hint or limits)
    return f"{problem.message}|{problem.hint or ''}"


def cells(table):
    return tuple(row.cells for row in table.rows)


def test_typed_cells_come_as_they_are():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Tên", "Ngày", "Lúc", "Số", "Bật", "Sê-ri", "Giờ", "Phần"])
    page.append(["A", date(2026, 11, 1), at(2026, 11, 1, 8, 15, 30), 5, True, 7, at(1899, 12, 30, 8, 15), 0.25])
    page["B2"].number_format = "DD/MM/YYYY"
    page["C2"].number_format = "[$-42A]d/m/yyyy h:mm:ss AM/PM;@"
    page["F2"].number_format = "00000"
    page["G2"].value, page["G2"].number_format = 0.34375, "h:mm"
    page["H2"].number_format = numbers.FORMAT_PERCENTAGE
    body = io.BytesIO()
    book.save(body)
    (table,) = read(body.getvalue())
    assert cells(table) == (("A", date(2026, 11, 1), at(2026, 11, 1, 8, 15, 30), 5, True, "00007", "08:15:00", 0.25),)


def test_workbooks_of_old_macs_count_from_1904():
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, {"date_1904": True}) as book:
        page = book.add_worksheet("Máy")
        page.write_row(0, 0, ["Tên", "Ngày"])
        page.write(1, 0, "A")
        page.write_datetime(1, 1, at(2026, 11, 1, 8, 15), book.add_format({"num_format": "dd/mm/yyyy hh:mm"}))
    assert cells(read(body.getvalue())[0]) == (("A", at(2026, 11, 1, 8, 15)),)


def test_rich_text_line_breaks_and_forbidden_characters_are_read_as_shown():
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        page = book.add_worksheet()
        bold = book.add_format({"bold": True})
        page.write_row(0, 0, ["Tên", "Ghi chú", "Ngày\ncuối"])
        page.write_rich_string(1, 0, bold, "XA", "-01")
        page.write_row(1, 1, ["một\nhai\x1b", "\u00a0x "])
    (table,) = read(body.getvalue())
    assert table.headings == ("Tên", "Ghi chú", "Ngày cuối")
    assert cells(table) == (("XA-01", "một\nhai\x1b", "x"),)


def test_how_a_text_is_pronounced_is_not_part_of_it():
    rows = '<row r="2"><c r="A2" t="inlineStr"><is><t>Máy</t><rPh sb="0" eb="1"><t>x</t></rPh></is></c></row>'
    assert cells(read(package(rows))[0]) == (("Máy", None),)


def test_titles_sums_hidden_sheets_and_far_formats_do_not_disturb():
    body = io.BytesIO()
    with xlsxwriter.Workbook(body) as book:
        sums = book.add_worksheet("Tổng hợp")
        sums.write_row(0, 0, ["Đơn vị", "Số máy"])
        sums.write_row(1, 0, ["Xã A", 5])
        page = book.add_worksheet("Danh sách")
        page.merge_range(0, 0, 0, 3, "DANH SÁCH")
        page.write_row(2, 1, ["Tên máy", "Đơn vị", "Ngày"])
        page.merge_range(3, 2, 5, 2, "Xã A")
        for row in range(3, 6):
            page.write(row, 1, f"PC-{row}")
            page.write(row, 3, "01/11/2026")
        page.write_blank(5, 16000, None, book.add_format({"bold": True}))
        page.write(8, 1, "Tổng số: 3")
        secret = book.add_worksheet("Ẩn")
        secret.write_row(0, 0, ["Tên máy", "Ngày"])
        secret.hide()
        pie = book.add_chart({"type": "pie"})
        pie.add_series({"values": "='Tổng hợp'!$B$2:$B$2"})
        book.add_chartsheet("Biểu đồ").set_chart(pie)
    sums, table = read(body.getvalue())
    assert (sums.name, table.name, table.heading_row, table.headings) == (
        "Tổng hợp",
        "Danh sách",
        3,
        ("Tên máy", "Đơn vị", "Ngày"),
    )
    assert cells(table) == tuple((f"PC-{row}", "Xã A", "01/11/2026") for row in range(3, 6))
    assert [row.number for row in table.rows] == [4, 5, 6]


@pytest.mark.parametrize("console", CONSOLES)
def test_what_openpyxl_reads_in_an_export_is_what_is_read(console):
    """An independent reader sees the same values in the same cells."""
    body = export(console, machines(40), WORKBOOKS[console])
    peer = openpyxl.load_workbook(io.BytesIO(body))
    for table in read(body):
        page = peer[table.name]
        columns = [cell.column for cell in page[table.heading_row] if cell.value is not None]
        assert [page.cell(table.heading_row, column).value for column in columns] == list(table.headings)
        for row in table.rows:
            seen = [page.cell(row.number, column).value for column in columns]
            assert [cell.strip() if isinstance(cell, str) else cell for cell in seen] == list(row.cells)


def test_every_cell_with_a_formula_is_named_and_its_stored_result_not_used():
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><f>HYPERLINK("x")</f><v>5</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(2, 40)
    )
    problems = refused(package(rows))
    assert [problem.cell for problem in problems[:3]] == ["Máy!A2", "Máy!A3", "Máy!A4"]
    assert len(problems) == 21 and "18 more" in str(problems[-1].message)
    assert "Paste Special" in str(problems[0].hint)


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "DDE"),
        ("xl/connections.xml", "data connections"),
        ("xl/queryTables/queryTable1.xml", "data connections"),
        ("xl/embeddings/oleObject1.bin", "embedded"),
        ("xl/activeX/activeX1.xml", "embedded"),
    ],
)
def test_workbooks_that_act_are_refused(part, word):
    assert word in sentence(package(**{part: b"x"}))


def test_macros_named_only_in_the_list_of_types_are_refused():
    types = PARTS["[Content_Types].xml"].replace("sheet.main", "sheet.macroEnabled.main")
    assert "macros" in sentence(package(**{"[Content_Types].xml": types}))


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("start", [BOMB, '<!DOCTYPE x SYSTEM "file:///etc/passwd">'], ids=["entities", "outside"])
def test_document_types_are_refused_in_every_part(part, encoding, start):
    text = {**PARTS, "xl/worksheets/sheet1.xml": sheet("")}[part]
    assert "damaged" in sentence(package(**{part: f'<?xml version="1.0" encoding="{encoding}"?>{start}{text}'.encode(encoding)}))


def test_bombs_are_refused_before_they_are_unpacked():
    empty = " " * (50 << 20)
    assert "bomb" in sentence(package(**{"xl/media/a.bin": empty}))
    assert "unpacks to more than 1 MB" in sentence(
        package(**{"xl/media/a.bin": random.Random(1).randbytes(2 << 20)}), max_unpacked=1 << 20
    )
    assert "parts" in sentence(package(**{f"xl/media/{n}": "x" for n in range(60)}), max_parts=50)


def test_a_part_that_is_larger_than_it_declares_is_refused():
    body = package("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 2000)))
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    lied = body.replace(struct.pack("<L", info.file_size), struct.pack("<L", 900))
    assert lied != body and "damaged" in sentence(lied)


def test_parts_that_share_their_bytes_are_refused():
    """The overlapping bomb: many names, one packed part."""
    body = bytearray(package("", **{"xl/media/a": "x" * 5000, "xl/media/b": "x" * 5000}))
    entries = [at for at in range(len(body)) if body[at : at + 4] == b"PK\x01\x02"]
    body[entries[-1] + 42 : entries[-1] + 46] = body[entries[-2] + 42 : entries[-2] + 46]
    assert "damaged" in sentence(bytes(body))


def test_two_parts_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        body = io.BytesIO(package())
        with zipfile.ZipFile(body, "a") as archive:
            archive.writestr("xl/worksheets/sheet1.xml", sheet(""))
    assert "damaged" in sentence(body.getvalue())


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "xl/../../x"])
def test_names_that_lead_out_of_the_package_are_refused(name):
    assert "leads out" in sentence(package(**{name: "x"}))


def test_a_value_in_the_last_cell_of_the_sheet_costs_nothing_and_is_named():
    (problem,) = refused(package('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
    assert problem.cell == "Máy!XFD1048576"
    far = package(
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c><c r="B1048576"><v>1</v></c></row>'
    )
    assert [row.number for row in read(far)[0].rows] == [2, 1048576]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="0"/>',
        '<row r="-1"/>',
        '<row r="1048577"/>',
        '<row r="x"/>',
        '<row r="1"/>',
        '<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>',
        '<row r="2"><c r="ZZZZ2"><v>1</v></c></row>',
        '<row r="2"><c r="XFE2"><v>1</v></c></row>',
        '<row r="2"><c r="2"><v>1</v></c></row>',
        '<row r="2"><c r="ß2"><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>one</v></c></row>',
        '<row r="2"><c r="A2"><v>nan</v></c></row>',
        '<row r="2"><c r="A2"><v>1e999</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>7</v></c></row>',
        '<row r="2"><c r="A2" t="s"><v>-1</v></c></row>',
        '<row r="2"><c r="A2" s="x"><v>7</v></c></row>',
    ],
)
def test_sheets_that_contradict_themselves_are_refused(rows):
    assert "damaged" in sentence(package(rows))


def test_a_long_cell_and_long_lists_are_refused():
    rows = f'<row r="2"><c r="A2" t="inlineStr"><is><t>{"x" * 32768}</t></is></c></row>'
    assert refused(package(rows))[0].cell == "Máy!A2"
    many = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 12))
    assert "5 rows" in sentence(package(many), max_rows=5)
    assert "6 cells" in sentence(package(many), max_cells=6)


@pytest.mark.parametrize("encoding", ["UTF-x8", "gb18030", "rot13", "zlib_codec", "", "undefined"])
@pytest.mark.parametrize("part", ["_rels/.rels", "xl/worksheets/sheet1.xml"])
def test_parts_in_encodings_that_xml_does_not_have_are_damage(part, encoding):
    text = {**PARTS, "xl/worksheets/sheet1.xml": sheet("")}[part]
    assert "damaged" in sentence(package(**{part: f'<?xml version="1.0" encoding="{encoding}"?>{text}'}))


def container(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + b"".join(name.encode("utf-16-le") for name in names) + b"\0" * 500


def zipped(**parts: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (container("Root Entry", "Workbook"), ".xls"),
        (container("EncryptionInfo", "EncryptedPackage"), "password"),
        (container("WordDocument"), ".doc"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00" + b"\0" * 100, ".xls"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": "<x/>"}), ".ods"),
        (zipped(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<x/>"}), ".docx"),
        (zipped(**{"[Content_Types].xml": "<Types/>", "xl/workbook.bin": "x"}), ".xlsb"),
        (zipped(**{"may.csv": "a,b"}), "unpack"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"<html><body><table><tr><td>x</td></tr></table>", "HTML"),
        ("\ufeff\r\n<!DOCTYPE html><html>".encode("utf-16-le"), "HTML"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "2003",
        ),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", ".mht"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"\xff\xd8\xff\xe0....", "picture"),
        (b"Rar!\x1a\x07\x01\x00", "archive"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"SQLite format 3\x00", "database"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "program"),
        (b'{"value": [{"name": "x"}]}', "JSON"),
        (b'[\n {"name": "x"}]', "JSON"),
    ],
)
def test_other_files_are_called_by_their_name(body, word):
    assert word in sentence(body)


@pytest.mark.parametrize("part", [*list(PARTS)[1:], "xl/worksheets/sheet1.xml"])
def test_missing_and_torn_parts_are_damage(part):
    assert "damaged" in sentence(package(**{part: "<worksheet"}))


def test_no_unpacked_list_takes_much_memory():
    """400 MB of sheet stay out of memory: rows are read one by one and end at the limit."""
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n % 7}</v></c></row>' for n in range(2, 150_000))
    body = package(rows)
    with grown_kb() as grown:
        refused(body, max_rows=1000)
        assert grown() < 40_000


@given(st.integers(0, 2**32), st.integers(1, 30))
@settings(deadline=None)
def test_a_workbook_with_changed_bytes_is_read_or_refused(seed, count):
    body = bytearray(BOOK)
    chance = random.Random(seed)
    for _ in range(count):
        at = chance.randrange(len(body))
        body[at] = chance.randrange(256)
    if chance.random() < 0.3:
        del body[chance.randrange(len(body)) :]
    try:
        read(bytes(body))
    except IntakeError as error:
        assert error.problems


@given(st.integers(0, 2**32), st.integers(1, 12))
@settings(deadline=None)
def test_a_sheet_with_changed_markup_is_read_or_refused(seed, count):
    """Behind a sound archive: the XML itself is changed."""
    chance = random.Random(seed)
    parts = dict(UNPACKED)
    name = chance.choice(sorted(parts))
    body = bytearray(parts[name])
    for _ in range(count):
        at = chance.randrange(len(body))
        piece = chance.choice((b"<", b">", b'"', b"</c>", b'r="', b"9999999999", b"&amp;", b"<f/>", b"\xff", b"", b"-", b"x"))
        body[at : at + chance.randrange(4)] = piece
    try:
        read(zipped(**{**parts, name: bytes(body)}))
    except IntakeError as error:
        assert error.problems


BOOK = export("ksc", machines(12), WORKBOOKS["ksc"])
with zipfile.ZipFile(io.BytesIO(BOOK)) as _archive:
    UNPACKED = {name: _archive.read(name) for name in _archive.namelist()}


def test_a_form_of_ours_is_read_with_its_hidden_sheets_and_says_which_cells_hold_formulas():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        seen, hidden = book.add_worksheet("Đơn vị"), book.add_worksheet("_goc")
        hidden.hide()
        seen.write("A1", "Câu hỏi")
        seen.write("C4", 12)
        seen.write_formula("B2", "=1+1", None, 2)
        hidden.write("A1", "id")
    form, base = read_sheets(Path("mau.xlsx"), out.getvalue())
    assert (form.name, form.hidden, form.formulas) == ("Đơn vị", False, {"B2"})
    assert [(row.number, row.cells) for row in form.rows] == [(1, ("Câu hỏi",)), (2, (None, 2)), (4, (None, None, 12))]
    assert (base.name, base.hidden, base.rows[0].cells) == ("_goc", True, ("id",))


@pytest.mark.parametrize("body", [b"a;b\n1;2\n", b"", b"%PDF-1.7"])
def test_a_form_is_a_workbook_and_nothing_else(body):
    with pytest.raises(IntakeError):
        read_sheets(Path("mau.xlsx"), body)
