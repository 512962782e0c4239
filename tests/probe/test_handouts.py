"""What goes with the collector: right digests, the warnings, nobody's secrets, one page of A4."""

import re
from dataclasses import replace
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from secaudit.probe.courier import courier_bootstrap
from secaudit.probe.handouts import POSIX_FILE, SUMS_FILE, WINDOWS_FILE, Occasion, handouts, sums
from tests.report.report_browser import Browser, executable

SCRIPTS = {WINDOWS_FILE: b"@echo off\r\n", POSIX_FILE: b"#!/bin/sh\n"}
OCCASION = Occasion(
    "xa-an-khanh", "UBND xã An Khánh", "2026-12", "Công an tỉnh", "Công an tỉnh (Nguyễn Văn An, 0912 000 000)", date(2027, 1, 31),
    "document",
)  # fmt: skip
VIAS = {
    "document": "VAN-BAN-GUI-KEM.txt",
    "gpo": "PHAT-QUA-GPO.txt",
    "av-console": "PHAT-QUA-BANG-DIEU-KHIEN.txt",
    "manual": "DI-TUNG-MAY.txt",
}


def texts(occasion: Occasion = OCCASION) -> dict[str, str]:
    return {name: data.decode("utf-8-sig").replace("\r\n", "\n") for name, data in handouts(occasion, SCRIPTS).items()}


@pytest.mark.parametrize("via", VIAS)
def test_every_way_has_its_recipe_and_no_place_is_left_open(via):
    found = texts(replace(OCCASION, via=via))
    assert set(found) == {"HUONG-DAN.html", "HUONG-DAN.txt", "CHO-PHEP.txt", VIAS[via]}
    for name, text in found.items():
        assert re.findall(r"@[A-Z_]{2,}@", text) == [], name
        assert "UBND xã An Khánh" in text and "an toàn thông tin" not in text.lower()


def test_what_people_must_know_stands_on_the_sheets():
    """Isolated machines, sticks, where to send it and until when, that nothing is installed; the two clicks as pictures."""
    for name in ("HUONG-DAN.html", "HUONG-DAN.txt"):
        text = re.sub(r"\s+", " ", texts()[name])
        for words in (
            "MÁY ĐỘC LẬP SOẠN THẢO BÍ MẬT NHÀ NƯỚC: KHÔNG CHẠY", "USB", "quét mã độc", OCCASION.contact, "31/01/2027", "Zalo",
            "thư điện tử", "văn bản điện tử", "không cài đặt", "tra-loi-xa-an-khanh-2026-12", WINDOWS_FILE, POSIX_FILE,
            "Run anyway",
        ):  # fmt: skip
            assert words in text, (name, words)
    assert texts()["HUONG-DAN.html"].count("<svg ") == 2


@pytest.mark.parametrize("via", VIAS)
def test_no_way_forgets_the_isolated_machines(via):
    text = re.sub(r"\s+", " ", texts(replace(OCCASION, via=via))[VIAS[via]]).lower()
    assert "máy độc lập soạn thảo bí mật nhà nước" in text


def test_digests_of_the_scripts_and_of_the_command_stand_in_the_allow_list():
    text = texts()["CHO-PHEP.txt"]
    for name, data in SCRIPTS.items():
        assert f"{sha256(data).hexdigest()}  {name}" in text
    assert f"\n\n{courier_bootstrap()}\n\n" in text
    assert sha256(courier_bootstrap().encode()).hexdigest() in text


def test_plain_sheets_open_in_an_old_notepad():
    for name, data in handouts(OCCASION, SCRIPTS).items():
        if name.endswith(".txt"):
            assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\n") == data.count(b"\r\n"), name


class Tags(HTMLParser):
    """Names of elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag, attrs) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_names_cannot_become_markup_or_another_place():
    hostile = replace(OCCASION, name="<script>alert(1)</script> & @HASHES@\x1b[31m", contact='"><img src=x onerror=y>')
    text = texts(hostile)["HUONG-DAN.html"]
    tags = Tags()
    tags.feed(text)
    assert not tags.found & {"script", "img", "link", "iframe", "a"}
    assert not {name for name in tags.attributes if name.startswith("on")} | tags.attributes & {"src", "href"}
    assert "@HASHES@" in text and "\x1b" not in text


def test_the_sums_are_what_sha256sum_reads():
    assert sums(SCRIPTS).decode().splitlines()[0] == f"{sha256(SCRIPTS[WINDOWS_FILE]).hexdigest()}  {WINDOWS_FILE}"
    assert SUMS_FILE.isascii()


PICTURES = """
[...document.querySelectorAll('svg')].flatMap(svg => [...svg.querySelectorAll('text')].filter(text => {
  const [box, frame] = [text.getBoundingClientRect(), svg.getBoundingClientRect()];
  return box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom;
}).map(text => text.textContent))
"""
"""Texts that run out of their picture."""


@pytest.mark.lab
@pytest.mark.parametrize("long", [False, True], ids=["usual", "longest names"])
def test_the_sheet_is_one_page_of_a4_and_nothing_runs_out_of_it(tmp_path, long):
    name = "Trung tâm Kiểm soát bệnh tật và Chăm sóc sức khỏe nhân dân " * 3
    occasion = replace(OCCASION, name=name[:150], unit=name[:120], contact=name[:180]) if long else OCCASION
    page = tmp_path / "sheet.html"
    page.write_bytes(handouts(occasion, SCRIPTS)["HUONG-DAN.html"])
    if executable() is None:
        pytest.fail("chromium is not installed; `make lab` as root installs it on Debian")
    with Browser() as browser:
        browser.size(794, 1123)
        browser.open(page.as_uri())
        pages = len(re.findall(rb"/Type ?/Page\b", browser.pdf()))
        spill = browser.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        pictures = browser.run(PICTURES)
    assert (pages, spill, pictures) == (1, 0, [])
