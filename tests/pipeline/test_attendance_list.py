"""Organisers' lists as they really come, hostile ones too: counts or hashed codes per agency, never a name."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from secaudit.errors import IntakeError
from secaudit.model.inventory import AgencyFile, Inventory, Province, ProvinceFile
from secaudit.model.session import Audience
from secaudit.pipeline.attendance_list import Asked, read_list
from secaudit.pipeline.staff_codes import StaffKey, normalised

KEY = StaffKey(b"k" * 32)
DAY = date(2026, 10, 5)
PERSON, PHONE, CODE = "Nguyễn Văn Bí Mật", "0912 345 678", "TN-0099"


def inventory() -> Inventory:
    agencies = [
        {"id": "so-y-te", "name": "Sở Y tế", "tier": "province"},
        {"id": "xa-ba-be", "name": "UBND xã Ba Bể", "tier": "commune"},
        {"id": "xa-tan-cuong", "name": "UBND xã Tân Cương", "tier": "commune"},
        {"id": "xa-tan-cuong-2", "name": "UBND xã Tân Cường", "tier": "commune"},
        {"id": "huyen-cu", "name": "UBND huyện Cũ", "tier": "district", "valid_until": "2025-06-30", "successors": ["xa-ba-be"]},
    ]
    head = ProvinceFile(province=Province(id="t", name="T", owner="UBND tỉnh"))
    return Inventory(head, tuple(AgencyFile.model_validate({"agency": one}) for one in agencies))


@pytest.fixture
def read(tmp_path):
    """Read rows written as CSV or, with ``book``, as a workbook."""

    def run(*rows, book=False, key=KEY, audience=Audience.STAFF, sheets=None, **asked):
        path = tmp_path / ("list.xlsx" if book or sheets else "list.csv")
        if sheets or book:
            made = Workbook()
            made.remove(made.active)
            for name, cells in (sheets or {"Danh sách": rows}).items():
                sheet = made.create_sheet(name)
                for row in cells:
                    sheet.append(row)
            made.save(path)
        else:
            path.write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n", encoding="utf-8")
        return read_list(path, inventory(), key, Asked(DAY, audience, **asked))

    return run


def sizes(listed):
    return {(one.agency, one.audience.value): one.count if one.roster is None else len(one.roster) for one in listed.lines}


def refusals(caught):
    return [(problem.cell, str(problem.message)) for problem in caught.value.problems]


ROSTER = [
    ("STT", "Họ và tên", "Đơn vị", "Mã CBCC", "Điện thoại"),
    (1, PERSON, "Sở Y tế", "TN-0012", PHONE),
    (2, PERSON, "UBND xã Ba Bể", "TN 0013", PHONE),
    (3, PERSON, "xa-ba-be", "tn.0013", PHONE),
    (4, PERSON, "xã ba bể", "TN-0014", PHONE),
]


@pytest.mark.parametrize("book", [False, True])
def test_a_roster_becomes_hashes_and_everybody_counts_once(read, book):
    listed = read(*ROSTER, book=book)
    assert sizes(listed) == {("so-y-te", "staff"): 1, ("xa-ba-be", "staff"): 2}
    assert listed.rosters
    assert "1 rows name somebody" in str(listed.remarks[0])
    assert not {PERSON, PHONE, CODE} & set(repr(listed).split('"'))
    for secret in (PERSON, PHONE, "0012", "TN"):
        assert secret not in repr(listed)


def test_the_same_person_has_the_same_hash_in_every_list_and_another_under_another_key(read):
    first = read(*ROSTER).lines[0].roster
    again = read(("Cơ quan, đơn vị", "Mã cán bộ"), ("so-y-te", "tn0012")).lines[0].roster
    other = read(*ROSTER, key=StaffKey(b"x" * 32)).lines[0].roster
    assert first == again != other


def test_zeros_that_a_spreadsheet_dropped_make_no_second_person(read):
    listed = read(("Đơn vị", "Mã CBCC"), ("Sở Y tế", "00077"), ("Sở Y tế", 77), ("Sở Y tế", 77.0), book=True)
    assert sizes(listed) == {("so-y-te", "staff"): 1}


@pytest.mark.parametrize("code", ["", "-", "x", "không", "N/A", "0", "không có", " . "])
def test_a_missing_code_is_a_problem_with_its_cell_unless_only_numbers_are_wanted(read, code):
    rows = (("Đơn vị", "Mã CBCC", "Họ tên"), ("Sở Y tế", "A1", PERSON), ("Sở Y tế", code, PERSON))
    with pytest.raises(IntakeError) as caught:
        read(*rows)
    assert refusals(caught) == [("B3", "The staff code is missing in this row")]
    assert sizes(read(*rows, counts_only=True)) == {("so-y-te", "staff"): 2}


def test_codes_that_a_spreadsheet_spoilt_are_refused_without_being_shown(read):
    rows = [("Đơn vị", "Mã CBCC"), *(("Sở Y tế", bad) for bad in (date(2026, 5, 1), 1.5, 12345678901234567, True))]
    with pytest.raises(IntakeError) as caught:
        read(*rows, book=True)
    assert [cell for cell, _ in refusals(caught)] == [f"Danh sách!B{number}" for number in (2, 3, 4, 5)]
    assert "123456" not in str(caught.value) + repr(caught.value.problems)


def test_counts_per_agency_of_heads_and_staff(read):
    rows = (
        ("", "THỐNG KÊ", ""),
        ("Đơn vị", "Số lãnh đạo", "Số CBCC"),
        ("Sở Y tế", 3, 70),
        ("UBND xã Ba Bể", "", 20),
        ("Tổng cộng", 3, 90),
    )
    listed = read(*rows, audience=None)
    assert sizes(listed) == {("so-y-te", "heads"): 3, ("so-y-te", "staff"): 70, ("xa-ba-be", "staff"): 20}
    assert not listed.rosters
    assert [str(one) for one in listed.remarks] == [
        "1 rows have no number: nothing is known of them, and nothing is kept", "1 rows with a total were left out",
    ]  # fmt: skip


def test_heads_and_staff_may_be_a_column(read):
    rows = (("Đơn vị", "Số người", "Đối tượng"), ("Sở Y tế", 3, "Lãnh đạo"), ("Sở Y tế", 70, "Cán bộ, công chức, viên chức"))
    assert sizes(read(*rows, audience=None)) == {("so-y-te", "heads"): 3, ("so-y-te", "staff"): 70}
    with pytest.raises(IntakeError) as caught:
        read(*rows, ("xa-ba-be", 2, PERSON), audience=None)
    assert refusals(caught) == [("C4", "This is no audience")]
    assert PERSON not in repr(caught.value.problems)


def test_whom_a_list_is_about_is_never_guessed(read):
    with pytest.raises(IntakeError) as caught:
        read(("Đơn vị", "Số người"), ("Sở Y tế", 3), audience=None)
    assert "heads or staff" in refusals(caught)[0][1]


@pytest.mark.parametrize("number", ["1.234", "1,234", "-3", "3.5", "ba", "1000001", "٣", "1e3", "=A1"])
def test_what_is_no_plain_number_is_refused_with_its_cell(read, number):
    with pytest.raises(IntakeError) as caught:
        read(("Đơn vị", "Số người"), ("Sở Y tế", number))
    assert refusals(caught) == [("B2", "This is no number of people")]


def test_an_agency_that_stands_twice_among_counts_is_a_problem(read):
    with pytest.raises(IntakeError) as caught:
        read(("Đơn vị", "Số người"), ("Sở Y tế", 3), ("so-y-te", 4))
    assert refusals(caught) == [("B3", "The agency has a number for this audience already")]


def test_without_codes_and_numbers_rows_are_counted(read):
    listed = read(("Họ tên", "Đơn vị"), (PERSON, "Sở Y tế"), (PERSON, "Sở Y tế"))
    assert sizes(listed) == {("so-y-te", "staff"): 2}
    assert "cannot be told apart" in str(listed.remarks[0])


def test_a_list_with_both_asks_which(read):
    rows = (("Đơn vị", "Số người", "Mã CBCC"), ("Sở Y tế", 3, "A1"))
    with pytest.raises(IntakeError):
        read(*rows)
    assert sizes(read(*rows, columns={"count": "Số người"})) == {("so-y-te", "staff"): 3}
    assert read(*rows, columns={"code": "Mã CBCC"}).rosters


def test_an_ambiguous_or_near_name_is_a_problem_with_candidates(read):
    with pytest.raises(IntakeError) as caught:
        read(("Đơn vị", "Số người"), ("xa tan cuong", 3), ("xa tan cuong", 3), ("Sở Y tê", 3), ("Sở Y tếe", 4))
    first, second = caught.value.problems
    assert (first.cell, first.found) == ("A2", "xa tan cuong")
    assert "(2 rows)" in str(first.message)
    assert "xa-tan-cuong (UBND xã Tân Cương); xa-tan-cuong-2 (UBND xã Tân Cường)" in str(first.hint)
    assert (second.cell, second.found) == ("A5", "Sở Y tếe")
    assert "so-y-te (Sở Y tế)" in str(second.hint)


def test_accents_decide_between_agencies_that_differ_by_them_alone(read):
    assert sizes(read(("Đơn vị", "Số người"), ("xã Tân Cường", 3))) == {("xa-tan-cuong-2", "staff"): 3}


def test_an_agency_that_did_not_exist_that_day_is_refused_with_its_successors(read):
    with pytest.raises(IntakeError) as caught:
        read(("Đơn vị", "Số người"), ("UBND huyện Cũ", 3))
    [problem] = caught.value.problems
    assert "did not exist on the day" in str(problem.message)
    assert "xa-ba-be" in str(problem.hint)


def test_the_wrong_column_for_agencies_shows_nobodys_name(read):
    with pytest.raises(IntakeError) as caught:
        read(("Họ tên", "Đơn vị", "Mã CBCC"), (PERSON, "Sở Y tế", "A1"), columns={"agency": "Họ tên"})
    assert PERSON not in repr(caught.value.problems) + str(caught.value)


def test_a_list_without_headings_shows_nobodys_name(read):
    with pytest.raises(IntakeError) as caught:
        read((PERSON, "Sở Y tế", CODE), (PERSON, "Sở Y tế", CODE))
    assert "No column with the agencies" in refusals(caught)[0][1]
    assert PERSON not in repr(caught.value.problems)
    assert CODE not in repr(caught.value.problems)


def test_a_column_may_be_given_by_heading_or_letter(read):
    rows = ((None, "Tổ chức", "Đoàn"), (None, "Sở Y tế", 4))
    for column in ("B", "tổ chức"):
        assert sizes(read(*rows, book=True, columns={"agency": column, "count": "C"})) == {("so-y-te", "staff"): 4}
    with pytest.raises(IntakeError) as caught:
        read(*rows, book=True, columns={"agency": "Z"})
    assert "heading given for agency" in refusals(caught)[0][1]


def test_one_sheet_of_many_must_be_told_apart(read):
    good = [("Đơn vị", "Số người"), ("Sở Y tế", 3)]
    notes = [("Ghi chú", "Khác"), ("a", "b")]
    assert sizes(read(sheets={"Ghi chú": notes, "DS": good})) == {("so-y-te", "staff"): 3}
    with pytest.raises(IntakeError) as caught:
        read(sheets={"DS": good, "DS 2": good})
    assert "Several sheets" in refusals(caught)[0][1]
    assert sizes(read(sheets={"DS": good, "DS 2": good}, sheet="DS 2")) == {("so-y-te", "staff"): 3}


def test_a_workbook_with_a_formula_is_refused(read):
    with pytest.raises(IntakeError):
        read(("Đơn vị", "Số người"), ("Sở Y tế", "=1+2"), book=True)


def test_many_problems_are_cut_and_counted(read):
    with pytest.raises(IntakeError) as caught:
        read(("Đơn vị", "Số người"), *(("Sở Y tế", "x") for _ in range(80)))
    assert len(caught.value.problems) == 51
    assert "30 more problems" in str(caught.value.problems[-1].message)


@given(st.text(max_size=30))
def test_one_code_has_one_spelling(text):
    once = normalised(text)
    assert normalised(once) == once
    assert normalised(f" {text}-".upper()) == normalised(text.upper())


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8)), max_size=6))
def test_any_list_is_read_or_refused_in_our_words(tmp_path_factory, rows):
    path: Path = tmp_path_factory.mktemp("any") / "list.csv"
    text = io.StringIO()
    text.write("Đơn vị,Mã CBCC,Số người\n")
    for row in rows:
        text.write(",".join(json.dumps(cell, ensure_ascii=False).replace('\\"', '""') for cell in row) + "\n")
    path.write_text(text.getvalue(), encoding="utf-8", errors="replace")
    try:
        listed = read_list(path, inventory(), KEY, Asked(DAY, Audience.STAFF, {"code": "Mã CBCC"}))
    except IntakeError as refused:
        assert refused.problems
    else:
        assert all(len(code) == 32 for line in listed.lines for code in line.roster or ())
