"""Workbooks of many rows: typed cells, heads in sight, sheets that go on, nothing that runs."""

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from secaudit.messages import Translator, msg
from secaudit.report.table_book import MOST_ROWS, Share, Table, TableBook
from secaudit.report.voice import Voice
from secaudit.report.workbook import Column

VOICE = Voice(Translator())
HOSTILE = ("=1+1", "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "a;=1+1", 'a","b";=3')


def table(columns=2, name="Sheet"):
    return Table(name, "Title", tuple(Column(f"C{place}", 12) for place in range(columns)), ("A note",))


def made(rows, columns=2, most_rows=MOST_ROWS):
    book, file = TableBook(VOICE, footer="100 % &R by me", most_rows=most_rows), io.BytesIO()
    filled = book.add(table(columns))
    for row in rows:
        filled.add(row)
    book.close(file)
    return file.getvalue()


def opened(*arguments, **more):
    return load_workbook(io.BytesIO(made(*arguments, **more)))


def test_cells_have_types_and_people_see_days_and_shares():
    day, moment = date(2026, 12, 14), datetime(2026, 12, 14, 18, 30, tzinfo=UTC)
    shares = (Fraction(1, 3), Share(Fraction(89_996, 100_000), Fraction(9, 10)), Fraction(1))
    [row] = opened([(1234, day, moment, *shares, None, date(1899, 1, 1))], columns=8).active.iter_rows(min_row=4)
    assert [cell.value for cell in row] == [
        1234, datetime.fromisoformat("2026-12-14"), datetime.fromisoformat("2026-12-15T01:30"),
        pytest.approx(1 / 3), 0.89996, 1, None, "1 Jan 1899",
    ]  # fmt: skip
    assert [cell.number_format for cell in row[:6]] == [
        "#,##0", "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "0.0\\ %", "0.000\\ %", "0\\ %",
    ]  # fmt: skip
    assert row[7].number_format == "@", "before Excel's own mistake a day is a text"


def test_the_head_stays_in_sight_and_every_table_can_be_filtered():
    sheet = opened([("x", 1), (msg("{count} rows", count=2), None)]).active
    assert [cell.value for cell in sheet["A"]] == ["Title", "A note", "C0", "x", "2 rows"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.dimensions) == ("A4", "A3:B5", "A1:B5")
    assert sheet.oddFooter.left.text.strip() == "100 % +R by me", "no code of a footer comes from outside"


def test_an_empty_table_is_a_table():
    sheet = opened([]).active
    assert [cell.value for cell in sheet["A"]] == ["Title", "A note", "C0"]


def test_a_full_sheet_is_continued_and_both_say_so():
    book = opened([(f"row {number}", number) for number in range(10)], most_rows=8)
    assert book.sheetnames == ["Sheet", "Sheet (2)", "Sheet (3)"]
    assert [sheet["A8"].value for sheet in book][:2] == ["continued on sheet “Sheet (2)”", "continued on sheet “Sheet (3)”"]
    assert [sheet["A2"].value for sheet in book] == ["A note", "continued from sheet “Sheet”", "continued from sheet “Sheet (2)”"]
    rows = [row for sheet in book for row in sheet.iter_rows(min_row=4, values_only=True) if isinstance(row[1], int)]
    assert rows == [(f"row {number}", number) for number in range(10)]
    assert all(sheet.auto_filter.ref for sheet in book)


def test_two_tables_are_filled_side_by_side():
    book, file = TableBook(VOICE, footer=""), io.BytesIO()
    one, two = book.add(table(name="one")), book.add(table(name="two"))
    for number in range(3):
        one.add((number, None))
        two.add((None, number))
    book.close(file)
    found = load_workbook(file)
    assert [[cell.value for cell in sheet[column]][3:] for sheet, column in ((found["one"], "A"), (found["two"], "B"))] == [
        [0, 1, 2], [0, 1, 2],
    ]  # fmt: skip


def test_equal_rows_are_equal_bytes_whenever_they_are_written():
    parts = zipfile.ZipFile(io.BytesIO(made([("x", 1)])))
    assert b"1980-01-01T00:00:00Z" in parts.read("docProps/core.xml")
    assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.compress_type for info in parts.infolist()} == {zipfile.ZIP_DEFLATED}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_any_text_comes_back_as_a_harmless_text(texts):
    sheet = opened([(text,) for text in texts], columns=1).active
    rows = list(sheet.iter_rows(min_row=4, max_row=3 + len(texts)))
    assert len(rows) == len(texts)
    for (cell,) in rows:
        assert cell.data_type in ("s", "n", "inlineStr") and not str(cell.value or "").startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.lab
def test_libreoffice_runs_nothing_of_it_nor_of_a_copy_as_csv(tmp_path):
    assert shutil.which("soffice") is not None
    (tmp_path / "b.xlsx").write_bytes(made([(text, number) for number, text in enumerate(HOSTILE)]))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    for source, wanted in (("b.xlsx", "csv:Text - txt - csv (StarCalc):44,34,76,1"), ("b.csv", "ods")):
        command = ["soffice", profile, "--headless", "--convert-to", wanted, "--outdir", tmp_path, tmp_path / source]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    rows = list(csv.reader(io.StringIO((tmp_path / "b.csv").read_text(encoding="utf-8"))))
    assert [row[1] for row in rows[3:]] == [str(number) for number in range(len(HOSTILE))]
    assert not [row[0] for row in rows if row[0].startswith(("=", "+", "-", "@", "\t", "\uff1d"))]
    content = zipfile.ZipFile(tmp_path / "b.ods").read("content.xml").decode()
    assert "table:formula" not in content
