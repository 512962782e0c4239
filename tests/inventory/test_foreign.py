"""Lists that others keep: what they say of each agency, and nothing they do not say."""

import io
import unicodedata
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.catalog import load_catalog
from secaudit.errors import IntakeError
from secaudit.inventory.foreign import read_foreign, read_register
from secaudit.inventory.foreign_words import Words
from secaudit.model.base import Texts
from secaudit.model.machine_list import MEANINGS, ListProfile
from secaudit.resources import data_folder

LISTS = load_catalog(data_folder("checks")).lists
NAMES = {"so-khcn": "Sở Khoa học và Công nghệ", "xa-an-khanh": "UBND xã An Khánh", "xa-an-khanh-2": "UBND xã Ân Khanh"}
UUID = "4c4c4544-0042-3510-8052-b4c04f4e3132"


def csv(*lines):
    return "\n".join(lines).encode() + b"\n"


def read(body, profile="glpi", agency=None, name="list.csv"):
    return read_foreign(Path(name), body, LISTS[profile], NAMES, agency)


def one(received):
    (found,) = received
    return found


def texts(problems):
    return [str(problem.message) for problem in problems]


def test_a_list_becomes_one_received_per_agency_in_the_order_of_the_inventory():
    body = csv(
        "Name;Entity;Type;Serial number;Inventory number;Location;Operating System;Comments",
        "AK-01;Root entity > UBND xã An Khánh;Desktop;5CD0001;TS-7;Một cửa;Microsoft Windows 10 Pro;x",
        "KHCN-01;Root entity > so-khcn;Notebook;5CD0002;;;Ubuntu 22.04;y",
    )
    first, second = read(body)
    assert (first.agency, second.agency) == ("so-khcn", "xa-an-khanh")
    assert first.profile == "glpi" and first.digest == second.digest and len(first.digest) == 64
    assert second.records[0].answers == {
        ("hostname",): "AK-01",
        ("serial",): "5CD0001",
        ("asset_tag",): "TS-7",
        ("place",): "Một cửa",
        ("kind",): "workstation",
        ("os",): "windows",
    }
    assert second.records[0].cells[("serial",)] == "D2"
    assert second.records[0].key == "" and second.records[0].base is None and second.records[0].part == "endpoints"
    assert first.records[0].answers == {("hostname",): "KHCN-01", ("serial",): "5CD0002", ("kind",): "laptop", ("os",): "linux"}
    assert not first.problems and not second.problems
    assert any("Comments" in text for text in texts(first.remarks)), "what the mapping does not know is named"


def test_blank_cells_answer_nothing():
    body = csv("Name,Entity,Type,Serial number,UUID,Location", f"PC-1,so-khcn,Desktop,,{UUID},")
    assert set(one(read(body)).records[0].answers) == {("hostname",), ("uuid",), ("kind",)}


@pytest.mark.parametrize("serial", ["To be filled by O.E.M.", "Default string", "00000000", "System Serial Number"])
def test_a_filler_is_no_serial_number(serial):
    body = csv("Name,Entity,Type,Serial number", f"PC-1,so-khcn,Desktop,{serial}")
    found = one(read(body))
    assert ("serial",) not in found.records[0].answers and any("filler" in text for text in texts(found.remarks))


def test_an_agency_that_may_be_two_is_a_problem_with_its_cell():
    body = csv(
        "Name,Entity,Type", "PC-1,UBND xa Ân Khánh,Desktop", "PC-2,Nơi khác,Desktop", "PC-3,,Desktop", "PC-4,so-khcn,Desktop"
    )
    known, unknown = read(body)
    assert known.agency == "so-khcn" and len(known.records) == 1
    assert unknown.agency == "" and not unknown.records
    assert [problem.cell for problem in unknown.problems] == ["B2", "B3", "A4"]
    assert "xa-an-khanh, xa-an-khanh-2" in str(unknown.problems[0].message)


def test_a_given_agency_takes_its_own_rows_and_refuses_those_of_another():
    body = csv("Name,Entity,Type", "PC-1,Phòng Kế toán,Desktop", "PC-2,so-khcn,Desktop", "PC-3,UBND xã An Khánh,Desktop")
    found = one(read(body, agency="xa-an-khanh"))
    assert [record.answers[("hostname",)] for record in found.records] == ["PC-1", "PC-3"]
    assert [(problem.cell, problem.found) for problem in found.problems] == [("B3", "so-khcn")]


def test_a_list_without_a_column_for_the_agency_says_what_to_do():
    with pytest.raises(IntakeError) as refused:
        read(csv("Name,Type", "PC-1,Desktop"))
    assert "--agency" in str(refused.value.problems[0].hint)
    assert one(read(csv("Name,Type", "PC-1,Desktop"), agency="so-khcn")).records


def test_a_kind_nobody_explained_is_a_problem_and_no_machine_is_guessed():
    body = csv("Name,Entity,Type", "PC-1,so-khcn,Kiosk", "PC-2,so-khcn,", "P-1,so-khcn,Printer", "PC-3,so-khcn,Mini Tower")
    found = one(read(body))
    assert [record.answers[("hostname",)] for record in found.records] == ["PC-3"]
    assert [problem.cell for problem in found.problems] == ["C2", "A3"]


def test_isolated_machines_come_only_from_the_agencys_workbook():
    body = csv("Tên tài sản,Số sê-ri,Đơn vị,Nơi đặt", "Máy soạn thảo bí mật nhà nước,BI-MAT-9,so-khcn,Văn thư")
    found = one(read(body, "so-tai-san"))
    assert not found.records and not found.problems
    assert "isolated" in texts(found.remarks)[-1] and "BI-MAT-9" not in repr(found)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Máy tính để bàn HP ProDesk 400 G7", "workstation"),
        ("Máy tính xách tay Dell Latitude", "laptop"),
        ("MÁY VI TÍNH XÁCH TAY", "laptop"),
        ("Bàn máy tính", "no_machine"),
        ("Màn hình máy tính Dell 22 inch", "no_machine"),
        ("Bộ lưu điện cho máy chủ", "no_machine"),
        ("Tủ đựng máy chủ", "no_machine"),
        ("Máy chủ Dell PowerEdge R740", "server"),
        ("Máy in Canon LBP 2900", "no_machine"),
        ("may tinh xach tay", "laptop"),
        ("Máy tính soạn thảo bí mật nhà nước", "isolated"),
        (unicodedata.normalize("NFD", "Máy tính bảng Samsung"), "no_machine"),
        ("Dell OptiPlex 3080", None),
        ("PCI card", None),
    ],
)
def test_what_comes_first_names_the_thing(text, meaning):
    words = Words(LISTS["so-tai-san"].values["kind"], MEANINGS["kind"])
    assert words.meaning(text) == meaning


def test_a_directory_hints_at_the_kind_and_says_no_more():
    body = csv(
        "DistinguishedName,DNSHostName,Name,OperatingSystem,IPv4Address",
        '"CN=PC1,OU=UBND xã An Khánh,DC=tinh,DC=vn",pc1.tinh.vn,PC1,Windows 10 Pro,127.20.1.5',
        '"CN=S1,OU=UBND xã An Khánh,DC=tinh,DC=vn",s1.tinh.vn,S1,Windows Server 2019 Standard,',
    )
    first, second = one(read(body, "ad")).records
    assert first.fresh == {("kind",): "workstation"} and second.fresh == {("kind",): "server"}
    assert first.answers == {("hostname",): "PC1", ("os",): "windows", ("address",): "127.20.1.5"}


def test_netbox_addresses_lose_the_length_of_their_network():
    body = csv(
        "Name,Status,Tenant,Role,Platform,Serial number,Asset tag,IP Address",
        "web-01,Active,so-khcn,Server,Debian 12,SN1,A1,127.20.9.11/24",
        "sw-01,Active,so-khcn,Access switch,IOS,SN2,A2,127.20.9.1/24",
        "old-01,Decommissioning,so-khcn,Server,ESXi 7,SN3,A3,",
    )
    web, old = one(read(body, "netbox")).records
    assert web.answers[("address",)] == "127.20.9.11" and web.answers[("status",)] == "in_use"
    assert ("status",) not in old.answers and old.answers[("os",)] == "other"


def test_one_machine_twice_in_a_list_is_a_problem():
    body = csv("Name,Entity,Type,Serial number", "A,so-khcn,Desktop,SN-1", "B,so-khcn,Desktop,sn-1", "C,xa-an-khanh,Desktop,SN-1")
    first, second = read(body)
    assert len(first.records) == 1 and [problem.cell for problem in first.problems] == ["D3"]
    assert not second.records and [problem.cell for problem in second.problems] == ["D4"]


def test_a_row_that_nothing_tells_apart_is_a_problem():
    body = csv("Name,Entity,Type,Serial number,Location", "Máy kế toán,so-khcn,Desktop,0,Tầng 2")
    found = one(read(body))
    assert not found.records and [problem.cell for problem in found.problems] == ["A2"]


def test_secrets_are_never_taken_shown_or_kept():
    secret = "Tr0ng-Sang!9"
    body = csv(
        "Name,Entity,Type,Mật khẩu,Location,Serial number",
        f"PC-1,so-khcn,Desktop,{secret},mật khẩu: {secret},SN-1",
        f"mk={secret},so-khcn,Desktop,{secret},,SN-2",
    )
    found = one(read(body))
    assert secret not in repr(found)
    assert len(found.records) == 2 and {problem.cell for problem in found.remarks} >= {"D1", "E2", "A3"}


def test_workbooks_name_sheet_and_cell_and_every_sheet_with_machines_is_read():
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Tầng 1"
    for row in (
        ("SỔ TÀI SẢN",),
        (),
        ("STT", "Tên tài sản", "Số sê-ri", "Số lượng"),
        (1, "Máy tính để bàn", "SN-1", 1),
        (2, "Máy in", "SN-2", 1),
    ):
        first.append(row)
    second = book.create_sheet("Tầng 2")
    for row in (("Tên tài sản", "Số sê-ri"), ("Máy tính lạ lùng nhất", "SN-3"), ("Robot", "SN-4")):
        second.append(row)
    third = book.create_sheet("Ghi chú")
    third.append(("Việc", "Ai làm"))
    third.append(("Kiểm kê", "An"))
    stream = io.BytesIO()
    book.save(stream)
    found = one(read(stream.getvalue(), "so-tai-san", "so-khcn", "so.xlsx"))
    assert [record.cells[("serial",)] for record in found.records] == ["Tầng 1!C4", "Tầng 2!B2"]
    assert [problem.cell for problem in found.problems] == ["Tầng 2!A3"]
    assert any("sheet was not read" in text for text in texts(found.remarks))


REGISTER = csv(
    "Tên tài sản;Mã tài sản;Số lượng;Tình trạng;Đơn vị",
    "Máy tính để bàn;TS1;5;Tốt;so-khcn",
    "Máy tính xách tay;TS2;;Đang sử dụng;so-khcn",
    "Máy chủ;TS3;1;Thanh lý;so-khcn",
    "Máy in;TS4;3;Tốt;so-khcn",
    "Máy độc lập;TS5;1;;so-khcn",
    "Máy vi tính;TS6;2;;UBND xã An Khánh",
)


def test_a_register_gives_only_its_number():
    first, second = read_register(Path("so.csv"), REGISTER, LISTS["so-tai-san"], NAMES, date(2026, 10, 31))
    (record,) = first.records
    assert (record.part, record.key) == ("agency", "")
    assert record.answers == {("asset_register", "computers"): 7, ("asset_register", "as_of"): "2026-10-31"}
    assert second.records[0].answers[("asset_register", "computers")] == 2 and not first.problems


def test_rows_for_several_machines_give_no_machine():
    found = read(REGISTER, "so-tai-san")[0]
    assert [record.answers[("asset_tag",)] for record in found.records] == ["TS2", "TS3"]
    assert [problem.cell for problem in found.problems] == ["C2"]


def test_a_number_that_cannot_be_read_makes_the_register_wrong():
    body = csv("Tên tài sản;Mã tài sản;Số lượng", "Máy tính để bàn;TS1;năm", "Robot;TS2;1")
    (found,) = read_register(Path("so.csv"), body, LISTS["so-tai-san"], NAMES, date(2026, 10, 31), "so-khcn")
    assert [problem.cell for problem in found.problems] == ["C2", "A3"]


def test_many_problems_of_one_kind_stay_readable():
    rows = [f"PC-{number},so-khcn,Kiosk" for number in range(300)]
    found = one(read(csv("Name,Entity,Type", *rows)))
    assert len(found.problems) == 21 and "280" in str(found.problems[-1].message)


def test_a_list_without_machines_says_so():
    found = one(read(csv("Name,Type", "P,Printer"), agency="so-khcn"))
    assert not found.records and not found.problems and "no machine" in texts(found.remarks)[-1]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.text(st.characters(exclude_categories=("Cs",)), max_size=40)] * 5),
        min_size=1,
        max_size=6,
    )
)
def test_whatever_stands_in_cells_every_answer_has_its_cell_and_no_row_is_lost(rows):
    profile = ListProfile(
        id="x",
        title=Texts(vi="x", en="x"),
        columns={"hostname": ("A",), "serial": ("B",), "kind": ("C",), "agency": ("D",), "place": ("E",)},
        implies={"kind": "workstation"},
    )
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("S")
    sheet.append(["A", "B", "C", "D", "E"])
    for row in rows:
        sheet.append([openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", text).lstrip("=") for text in row])
    stream = io.BytesIO()
    book.save(stream)
    try:
        found = read_foreign(Path("x.xlsx"), stream.getvalue(), profile, NAMES, "so-khcn")
    except IntakeError as refused:
        assert all(problem.message for problem in refused.problems)
        return
    for received in found:
        for record in received.records:
            assert set(record.answers) <= set(record.cells) and not {("port",)} & set(record.answers)
            assert all(isinstance(value, str) and value.strip() == value for value in record.answers.values())
