"""The agency's page in a real Chromium: the panel by keyboard, the list, the sheet on paper, the telephone, other pages."""

import re
from dataclasses import replace

import pytest
from figure_world import AS_OF, gather, load, write_province
from report_browser import Browser, executable
from report_hostile import PAYLOAD, poisoned

from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.publish.agency_page import AgencyPages
from secaudit.report import agency_html
from secaudit.report.agency_html import AgencyRenderer
from secaudit.resources import data_folder, translator
from secaudit.store import Store

pytestmark = pytest.mark.lab

A4_WIDTH = 665
"""CSS pixels between the margins."""
SPILL = """[...document.querySelectorAll("main *, footer *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("thead, svg"))
  .map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 30)).slice(0, 5)"""


@pytest.fixture(scope="module")
def browser():
    assert executable(), "install chromium: these tests look at the page with it"
    with Browser() as started:
        yield started


@pytest.fixture(scope="module", name="document")
def make_document(tmp_path_factory):
    home = tmp_path_factory.mktemp("agency-browser")
    folder = write_province(home / "province")
    workspace = gather(folder, home)
    province = load(folder)
    with Store.open(workspace / "store.sqlite") as store:
        measured = measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=AS_OF)
        return AgencyPages(measured, store).document("so-c")


@pytest.fixture(name="look")
def open_pages(browser, tmp_path):
    renderer = AgencyRenderer(translator("vi"), data_folder("report_templates"))

    def opened(document, *, width=1280, hash_="", mobile=False):
        for name, html in renderer.pages(document):
            (tmp_path / name).write_text(html, encoding="utf-8")
        browser.size(width, 900, mobile=mobile)
        browser.console.clear()
        browser.requests.clear()
        url = (tmp_path / "so-c.html").as_uri()
        browser.open(url + hash_)
        return url

    return opened


def test_the_keyboard_opens_a_machine_and_comes_back(browser, look, document):
    url = look(document)
    browser.run("document.getElementById('machine-may-2').focus()")
    browser.press("Enter", 13)
    assert browser.run("document.getElementById('panel').open")
    assert browser.run("document.activeElement.id") == "panel-title"
    assert browser.run("document.getElementById('panel-title').textContent") == "may-2"
    said = browser.run("[...document.querySelectorAll('#panel-body > details')].map(e => e.textContent)")
    assert any(text.startswith("Không đạt") and "giới hạn" in text for text in said)
    browser.run("document.querySelector('#panel-body > details summary').focus()")
    browser.press("Enter", 13)
    assert browser.run("new Promise(done => setTimeout(() => done(document.querySelectorAll('#panel-body dl').length), 50))") > 1
    browser.run("document.querySelector('#panel-body details[open] button.linklike').focus()")
    browser.press("Enter", 13)
    assert browser.run("document.activeElement.closest('details[open]').querySelector('pre').textContent.length") > 10
    browser.press("Escape", 27)
    assert not browser.run("document.getElementById('panel').open")
    assert browser.run("document.activeElement.id") == "machine-may-2"
    assert browser.console == [] and browser.requests == [url]


def test_the_list_is_searched_narrowed_and_sorted(browser, look, document):
    look(document)
    rows = "[...document.querySelectorAll('#machine-table tbody tr')].filter(row => !row.hidden)"
    shown = rows + ".map(row => row.cells[0].querySelector('a').textContent)"
    everybody = browser.run(shown)
    browser.run(
        "var s = document.getElementById('machine-search'); s.value = 'Phòng máy'; s.dispatchEvent(new Event('input')); 1"
    )
    assert browser.run(shown) == ["may-1"]
    browser.run("s.value = ''; s.dispatchEvent(new Event('input')); 1")
    browser.run("var w = document.getElementById('machine-show'); w.value = 'unseen'; w.dispatchEvent(new Event('change')); 1")
    assert set(browser.run(shown)) == {machine.id for machine in document.machines if not machine.seen}
    browser.run("w.value = ''; w.dispatchEvent(new Event('change')); 1")
    browser.run("document.querySelectorAll('#machine-table thead button')[0].focus()")
    browser.press("Enter", 13)
    assert browser.run(shown) == sorted(everybody)
    browser.press("Enter", 13)
    assert browser.run(shown) == sorted(everybody, reverse=True)
    assert browser.run("document.querySelector('#machine-table thead th').getAttribute('aria-sort')") == "descending"


def test_the_sheet_stands_on_paper_of_its_own_and_fits(browser, look, document):
    look(document, width=A4_WIDTH)
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        style = browser.run(
            "(e => [getComputedStyle(e).breakBefore, getComputedStyle(e).breakAfter])(document.getElementById('sheet'))"
        )
        wide = browser.run("document.querySelector('table.pencil').getBoundingClientRect().right")
        hidden = browser.run("getComputedStyle(document.getElementById('print-sheet')).display")
        box = browser.run("document.querySelector('.box').getBoundingClientRect().width")
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")
    assert style == ["page", "page"] and wide <= A4_WIDTH + 1 and hidden == "none" and box > 8
    assert browser.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("bad", [False, True])
def test_a_phone_never_scrolls_sideways_and_nothing_hostile_runs(browser, look, document, bad):
    machines = poisoned(document.machines) if bad else document.machines
    checks = document.checks
    shown = replace(poisoned(replace(document, machines=(), checks=())), machines=machines, checks=checks) if bad else document
    if bad:
        shown = replace(shown, head=replace(shown.head, id="so-c"))
    look(shown, width=390, mobile=True)
    browser.run("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert browser.run("document.documentElement.scrollWidth") == 390
    assert browser.run(SPILL) == []
    browser.run("document.querySelector('#machine-table tbody a').click()")
    assert browser.run("document.getElementById('panel').open")
    assert browser.run("document.getElementById('panel').scrollWidth") <= 390
    assert browser.run("document.title") != "owned" and browser.console == []
    assert PAYLOAD[:7] == "<script" and browser.run("document.querySelectorAll('img, iframe').length") == 0


def test_an_anchor_of_a_machine_on_another_page_leads_there(browser, look, document, monkeypatch):
    monkeypatch.setattr(agency_html, "ROOM", 60_000)
    look(document, hash_="#machine-may-2")
    for _ in range(100):
        if browser.run("!!document.getElementById('panel') && document.getElementById('panel').open"):
            break
    assert re.search(r"so-c~\d+\.html#machine-may-2$", browser.run("location.href"))
    assert browser.run("document.getElementById('panel-title').textContent") == "may-2"
