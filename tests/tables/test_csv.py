"""Text files as offices and consoles really send them: what a person sees is what is read, and what is damaged is refused."""

import random
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.errors import IntakeError
from secaudit.report.as_csv import harmless_cell
from secaudit.tables.reading import TableLimits, read_tables

FILE = Path("may-tinh.csv")
HEADINGS = ("Tên máy", "Đơn vị", "Kết nối lần cuối", "Trạng thái")
ROWS = (("XA-01", "UBND xã Phú Lương", "01/11/2026", "Đang chạy"), ("XA-02", "UBND xã Định Hóa", "13/11/2026", "Tắt"))
TEXT = "\r\n".join(";".join(row) for row in (HEADINGS, *ROWS)) + "\r\n"


def read(body: bytes, known=(), **limits):
    (table,) = read_tables(FILE, body, known, TableLimits(**limits))
    return table


def refused(body: bytes, **limits):
    with pytest.raises(IntakeError) as caught:
        read_tables(FILE, body, (), TableLimits(**limits))
    for problem in caught.value.problems:
        assert problem.path == str(FILE)
    return caught.value.problems


def cells(table):
    return tuple(row.cells for row in table.rows)


def old_windows(text: str) -> bytes:
    """As Windows-1258 writes it: letters composed with what is part of the letter, the tone after it."""
    out = bytearray()
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        letter = unicodedata.normalize("NFC", parts[0] + "".join(part for part in parts[1:] if part in "\u0302\u0306\u031b"))
        out += (letter + "".join(part for part in parts[1:] if part not in "\u0302\u0306\u031b")).encode("cp1258")
    return bytes(out)


@pytest.mark.parametrize(
    "body",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        unicodedata.normalize("NFD", TEXT).encode(),
        old_windows(TEXT),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16 mark", "utf-16-le", "utf-16-be", "utf-16-be mark", "utf-32", "nfd", "windows-1258"],
)
def test_every_encoding_reads_as_the_same_text(body):
    table = read(body)
    assert (table.headings, cells(table)) == (HEADINGS, ROWS)
    assert (table.name, table.heading_row, [row.number for row in table.rows]) == ("", 1, [2, 3])


def test_western_text_is_read_as_windows_1252():
    assert cells(read("Name;Group\r\nCafé;Île-de-France\r\n".encode("cp1252"))) == (("Café", "Île-de-France"),)


def test_text_of_the_old_fonts_is_refused_with_a_sentence():
    (problem,) = refused("Tªn m¸y;§¬n vÞ;Tr¹ng th¸i\r\nXA-01;X· Phó L­¬ng;§ang ch¹y\r\n".encode("latin-1"))
    assert "TCVN3" in str(problem.message) and "UTF-8" in str(problem.hint)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_are_found(separator, end):
    text = end.join(separator.join(f'"{cell}"' for cell in row) for row in (HEADINGS, *ROWS))
    table = read(text.encode())
    assert (table.headings, cells(table)) == (HEADINGS, ROWS)


def test_commas_inside_every_value_do_not_make_the_comma_the_separator():
    text = "Name;Group;Note\nA;x, y;1,5\nB;x, z;2,5\nC;x, w;3,5\n"
    assert read(text.encode()).headings == ("Name", "Group", "Note")


def test_the_first_line_of_excel_names_the_separator():
    table = read(b"sep=|\r\na;b|c\r\n1;2|3\r\n")
    assert (table.headings, cells(table), table.heading_row) == (("a;b", "c"), (("1;2", "3"),), 2)


def test_quotes_and_line_breaks_stay_inside_their_cell_and_rows_keep_their_line():
    table = read(b'Name,Note,Day\r\n"a","say ""no""\r\nthen",1\r\nb,,2\r\n')
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("a", 'say "no"\r\nthen', "1")), (4, ("b", None, "2"))]


def test_titles_empty_rows_columns_and_footers_are_not_rows():
    above = "DANH SÁCH MÁY TÍNH;;;;\n;;;;\nThời điểm:;26/11/2026;;;\n\n"
    body = "".join(f";{';'.join(row)}\n;;;;\n" for row in (HEADINGS, *ROWS))
    below = "\nTổng số: 2;;;;\n\n;Người lập;;;\n"
    table = read((above + body + below).encode())
    assert (table.headings, cells(table), table.heading_row) == (HEADINGS, ROWS, 5)


def test_a_total_right_under_the_list_is_not_a_row():
    assert cells(read((TEXT + "Total: 2;;;\n").encode())) == ROWS


def test_a_nearly_empty_row_inside_the_list_stays():
    text = TEXT + "XA-03;;;\n" + ";".join(ROWS[0]) + "\n"
    assert cells(read(text.encode())) == (*ROWS, ("XA-03", None, None, None), ROWS[0])


def test_headings_repeated_on_every_printed_page_are_not_rows():
    assert cells(read((TEXT + TEXT).encode())) == ROWS * 2


def test_spaces_around_a_value_do_not_count():
    assert cells(read("Name;Group\n\u00a0A \t; \u200b x y\u00a0\n".encode())) == (("A", "x y"),)


def test_equal_and_missing_headings_get_the_letter_of_their_column():
    table = read(b"Name;Name;;Day;\na;b;c;d;\n")
    assert (table.headings, cells(table)) == (("Name", "Name [B]", "[C]", "Day"), (("a", "b", "c", "d"),))


def test_known_headings_decide_which_row_they_are():
    text = "Báo cáo;của;đơn vị;tháng;11\nx;y;z;u;v\ntên máy ;Ngày;;;\nA;1;;;\n"
    assert read(text.encode()).heading_row == 1
    assert read(text.encode(), known=("Tên  máy", "Ngày")).heading_row == 3


def test_a_value_that_looks_like_a_formula_stays_text_and_is_harmless_when_shown():
    attack = "=cmd|' /C calc'!A0"
    ((cell, _),) = cells(read(f"Name;Day\n{attack};1\n".encode()))
    assert cell == attack
    assert harmless_cell(cell).startswith("'=")


def test_a_separator_inside_an_unquoted_value_is_refused_with_all_its_lines():
    problems = refused(b"a,b,c\n1,2,3\n1,2,3,4\n1,2,3\nx,y,z,w\n")
    assert [problem.line for problem in problems] == [3, 5]
    problems = refused(b"a,b,c\n" + b"1,2,3,4\n" * 50, max_problems=20)
    assert len(problems) == 21 and "30 more" in str(problems[-1].message)


@pytest.mark.parametrize(
    ("body", "line", "word"),
    [
        (TEXT.encode()[:-25], 3, "cut off"),
        (TEXT.encode("utf-16")[:-1], 4, "cut off"),
        (TEXT.encode()[:60] + b"\xff" + TEXT.encode()[60:], 2, "damaged"),
        (("\ufeff" + TEXT[:-20]).encode()[:-1] + b"\xe1", 3, "cut off"),
        (b'a,b\n1,"2\n3,4\n5,6\n', 2, "CSV"),
        (b'a,b\n1,"2"3\n', 2, "CSV"),
        (b"a,b\n1,\x00\n", 2, "NUL"),
        (TEXT.encode("utf-16") + "\0".encode("utf-16-le"), 4, "NUL"),
        (b"a,b\r\n" + b"z" * 10_000_000 + b",1\r\n", 2, "CSV"),
        (b"a,b\n" + b"z" * 40_000 + b",1\n", 2, "32767"),
        (b",".join([b"x"] * 100_000), 1, "100000 cells"),
    ],
)
def test_damage_is_refused_with_its_line(body, line, word):
    (problem,) = refused(body)
    assert problem.line == line and word in str(problem.message)


def test_a_whole_file_without_a_last_line_end_is_read():
    assert cells(read(TEXT.rstrip("\r\n").encode())) == ROWS


@pytest.mark.parametrize(
    ("limits", "word"),
    [({"max_rows": 2}, "2 rows"), ({"max_cells": 11}, "11 cells"), ({"max_columns": 3}, "at most 3"), ({"max_bytes": 40}, "MB")],
)
def test_limits_refuse_instead_of_cutting(limits, word):
    (problem,) = refused(TEXT.encode(), **limits)
    assert word in str(problem.message)


@pytest.mark.parametrize("body", [b"", b"\r\n \r\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00" * 50, b";;;\n;;;\n"])
def test_files_without_a_list_are_refused(body):
    refused(body)


@given(st.binary(max_size=3000))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(body):
    try:
        tables = read_tables(FILE, body)
    except IntakeError as error:
        assert error.problems and all(problem.path == str(FILE) for problem in error.problems)
    else:
        for table in tables:
            assert len(set(table.headings)) == len(table.headings)
            assert all(len(row.cells) == len(table.headings) for row in table.rows)


@given(st.integers(0, 2**32), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1258"]), st.integers(1, 12))
@settings(deadline=None)
def test_a_list_with_changed_bytes_is_read_or_refused(seed, encoding, count):
    body = bytearray(old_windows(TEXT) if encoding == "cp1258" else TEXT.encode(encoding))
    chance = random.Random(seed)
    for _ in range(count):
        at = chance.randrange(len(body))
        match chance.randrange(4):
            case 0:
                body[at] = chance.randrange(256)
            case 1:
                del body[at : at + chance.randrange(1, 9)]
            case 2:
                body[at:at] = bytes(chance.choices(b';,\t"\r\n\x00=\xff', k=3))
            case _:
                body[at:at] = body[: chance.randrange(40)]
        if not body:
            return
    try:
        read_tables(FILE, bytes(body))
    except IntakeError as error:
        assert error.problems


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters='"'), min_size=1), min_size=3, max_size=3
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(";,\t"),
    st.sampled_from(["utf-8", "utf-16"]),
)
@settings(deadline=None)
def test_what_is_quoted_comes_back_whole(rows, separator, encoding):
    lines = [["Máy", "Ngày", "Trạng thái"], *rows]
    text = "".join(separator.join(f'"{cell}"' for cell in row) + "\r\n" for row in lines)
    table = read(text.encode(encoding), known=lines[0])
    expected = [tuple(unicodedata.normalize("NFC", cell) for cell in row) for row in rows]
    assert [row.cells for row in table.rows] == [row for row in expected if row != ("Máy", "Ngày", "Trạng thái")]
