"""A group of a console is one agency's, or nobody's."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.model.agency_groups import AgencyGroups, levels_of

AGENCIES = {
    "xa-an-khanh": "UBND xã An Khánh",
    "xa-hoa-binh": "Ủy ban nhân dân xã Hoà Bình",
    "so-khcn": "Sở Khoa học và Công nghệ",
    "phuong-tan-hoa-1": "UBND phường Tân Hòa",
    "phuong-tan-hoa-2": "UBND phường Tân Họa",
}
FINDER = AgencyGroups(AGENCIES, {"Sở KHCN": "so-khcn", "Managed devices/Kho": "xa-an-khanh", "Lạ": "khong-co"})


@pytest.mark.parametrize(
    ("group", "agency"),
    [
        ("Managed devices/UBND xã An Khánh/Văn phòng", "xa-an-khanh"),
        ("Managed devices\\Xã An Khánh", "xa-an-khanh"),
        ("xa-an-khanh", "xa-an-khanh"),
        ("XA AN KHANH", "xa-an-khanh"),
        (unicodedata.normalize("NFD", "ubnd xã an khánh"), "xa-an-khanh"),
        ("UBND xa Hoa Binh", "xa-hoa-binh"),
        ("UBND xã Hòa Bình", "xa-hoa-binh"),
        ("Ủy ban nhân dân xã An Khánh", "xa-an-khanh"),
        ("tinh.vn/So/Sở Khoa học và Công nghệ/PC-01", "so-khcn"),
        ("CN=PC01,OU=May tram,OU=UBND xã An Khánh,DC=tinh,DC=vn", "xa-an-khanh"),
        ("CN=PC\\, 01,OU=Phòng A\\, tầng 2,OU=xa-an-khanh,DC=tinh", "xa-an-khanh"),
        ("CN=PC,OU=UBND x\\C3\\A3 An Kh\\C3\\A1nh,DC=t", "xa-an-khanh"),
        ("Sở KHCN/Phòng 1", "so-khcn"),
        ("managed devices / kho", "xa-an-khanh"),
        ("UBND phường Tân Họa", "phuong-tan-hoa-2"),
        ("UBND phường Tân Hòa", "phuong-tan-hoa-1"),
    ],
)
def test_an_agency_is_found_by_id_name_or_what_the_mapping_says(group, agency):
    assert FINDER.agency(group) == agency


@pytest.mark.parametrize(
    "group",
    [
        None, "", "/", "Managed devices", "UBND xã An", "An Khánh", "Lạ", "UBND phuong Tan Hoa",
        "UBND xã An Khánh/Sở Khoa học và Công nghệ", "CN=xa-an-khanh,DC=tinh,DC=vn", "CN=PC,OU=x,DC=xa-an-khanh",
    ],
)  # fmt: skip
def test_nothing_and_more_than_one_are_nobody(group):
    assert FINDER.agency(group) is None


def test_the_machine_and_the_domain_are_no_levels():
    assert levels_of("CN=PC01,OU=A,OU=B,DC=t,DC=vn") == ["A", "B"]


@given(st.text(max_size=80))
def test_any_text_gives_an_agency_or_none(group):
    assert FINDER.agency(group) in {None, *AGENCIES}
