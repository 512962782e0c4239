"""CSV files that were exported come back as they went out; what a spreadsheet does to them is understood or refused."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from secaudit.inventory.csv_export import as_csv_files
from secaudit.inventory.csv_reading import read_csv_file
from secaudit.inventory.received import Received, Value
from tests.inventory.sent import ASKED, SO_A, XA_B, record

FILES = as_csv_files([SO_A, XA_B])


def received(name: str, body: bytes | None = None) -> dict[str, Received]:
    return {one.agency: one for one in read_csv_file(Path(name), FILES[name] if body is None else body, ASKED)}


def answered(one: Received, part: str, key: str = "") -> Mapping[str, Value]:
    return {".".join(path): value for path, value in record(one, part, key).answers.items() if value is not None}


def test_a_file_holds_all_agencies_and_says_what_each_of_them_declares():
    found = received("endpoints.csv")
    assert list(found) == ["so-a", "xa-b"]
    assert (found["xa-b"].profile, found["xa-b"].given, found["xa-b"].problems, found["xa-b"].remarks) == ("csv", {}, (), ())
    assert answered(found["so-a"], "endpoints", "a-1") == {"kind": "server"}
    assert answered(found["xa-b"], "endpoints", "b-1") == {
        "kind": "workstation", "place": "Tầng 1", "serial": "5CD1", "hostname": "PC-01", "address": "127.20.9.1",
    }  # fmt: skip
    assert record(found["xa-b"], "endpoints", "b-1").base is None


def test_forms_lists_and_papers_come_back():
    assert answered(received("agency.csv")["xa-b"], "agency")["asset_register.computers"] == 12
    assert answered(received("people.csv")["xa-b"], "people") == {"heads": 3, "staff": 40, "as_of": "2026-10-31"}
    assert answered(received("uses.csv")["xa-b"], "uses") == {"uses": ("van-ban",)}
    systems = received("systems.csv")["xa-b"]
    assert answered(systems, "systems", "mot-cua") == {
        "name": "Một cửa xã B", "kind": "internal", "information": ("private",), "defence_security": False,
        "dossier.status": "approved", "dossier.level": 2, "dossier.decision.number": "12/QĐ",
        "dossier.decision.date": "2026-03-02",
    }  # fmt: skip
    assert answered(systems, "systems", "kin") == {"name": "Hệ thống kín", "state_secret": True, "level": 3}


@pytest.mark.parametrize("separator", [";", "\t"])
def test_a_spreadsheet_saved_it_again_with_other_separators_line_ends_and_words(separator):
    lines = FILES["endpoints.csv"].decode("utf-8-sig").replace(",", separator).replace("workstation", "Máy trạm")
    found = received("endpoints.csv", lines.encode("utf-16"))
    assert found["xa-b"].problems == ()
    assert record(found["xa-b"], "endpoints", "b-1").answers["kind",] == "workstation"


def test_columns_are_known_by_key_or_heading_wherever_they_stand_and_strange_ones_are_remarked():
    body = "Nơi đặt,Ghi chú riêng,id,agency,status\nKho,x,b-1,xa-b,Không\n".encode()
    one = received("may.csv", body)["xa-b"]
    assert answered(one, "endpoints", "b-1") == {"place": "Kho", "status": "retired"}
    assert record(one, "endpoints", "b-1").cells["place",] == "A2"
    assert [(remark.line, remark.found) for remark in one.remarks] == [(1, "Ghi chú riêng")]


def test_bad_cells_lines_and_agencies_are_named_with_line_and_column():
    body = "agency,id,place,status\nxa-b,b-1,Kho,để đâu\nxa-x,c-1,Kho,Có\nxa-b,b-2,a,b,c\nxa-b,Tổng cộng,,\n".encode()
    one = received("endpoints.csv", body)["xa-b"]
    assert {(problem.line, problem.cell, str(problem.message)) for problem in one.problems} == {
        (2, "D", "This is none of the choices"),
        (3, None, "The inventory has no such agency"),
        (5, None, "This row counts the list; it is no record"),
        (4, None, "The line has 5 cells, but there are 4 headings"),
    }
    assert [one.key for one in one.records] == ["b-1"]


@pytest.mark.parametrize(
    ("body", "sentence"), [(b"a;b\n1;2\n", "no headings"), (b"", "is empty"), (b"PK\x03\x04x", "is a workbook")]
)
def test_other_files_are_refused_with_a_sentence(sentence, body):
    [one] = read_csv_file(Path("x.csv"), body, ASKED)
    assert (one.agency, one.records) == ("", ())
    assert [sentence in str(problem.message) for problem in one.problems] == [True]


def test_a_text_that_looks_like_a_formula_comes_back_without_its_apostrophe():
    changed = XA_B.model_copy(update={"endpoints": (XA_B.endpoints[0].model_copy(update={"place": "=1+1"}),)})
    body = as_csv_files([changed])["endpoints.csv"]
    assert b"'=1+1" in body
    assert record(received("endpoints.csv", body)["xa-b"], "endpoints", "b-1").answers["place",] == "=1+1"
