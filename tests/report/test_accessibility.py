"""Every kind of page in a real Chromium: for everybody, by keyboard, on a phone, on paper, without scripts, in both languages."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from axe import fetch, run, why_not
from figure_walk import SPOKEN, Node, tree
from figure_world import AS_OF, gather, load, write_province
from report_browser import Browser, executable

from secaudit.model.past import Past
from secaudit.pipeline.history import state_of
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.outputs import Job, render_of, write_of
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.resources import data_folder, translator
from secaudit.store import Store

pytestmark = pytest.mark.lab
SIZES = {"desk": (1280, 900, False), "phone": (360, 780, True)}
PAGES = ("index.html", "systems.html", "machines.html", "checks.html", "unknowns.html", "history.html", "agencies/xa-a.html")
"""One of each kind of the folder."""
MAILED = "report.html"
BAD = "<img src=x onerror=document.title=1><script>document.title=2</script>=cmd|x {{ 7*7 }} javascript:alert(1) "
"""Written before names of agencies, systems, places and people."""
SPILL = """[...document.querySelectorAll("main *, footer *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("thead, .unseen-heading, svg"))
  .map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40)).slice(0, 5)"""
OPEN_ALL = "document.querySelectorAll('details').forEach(part => { part.open = true; })"
FOCUSED = "(e => e.tagName + '|' + (e.className || '') + '|' + getComputedStyle(e).outlineStyle)(document.activeElement)"


def write_all(folder: Path, job: Job) -> dict[str, Path]:
    """Name -> file of every page there is."""
    write_of("html")(job, folder)
    (folder / MAILED).write_bytes(render_of("page")(job))
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.html"))}


@pytest.fixture(scope="module", name="job")
def measure_once(tmp_path_factory):
    folder = write_province(tmp_path_factory.mktemp("pages") / "province")
    yield from jobs(folder, tmp_path_factory.mktemp("workspace"))


def jobs(folder: Path, workspace: Path):
    """One job over a store that stays open."""
    gather(folder, workspace)
    province = load(folder)
    plan = province.plan(DEFAULT_PLAN)
    with Store.open(workspace / "store.sqlite") as store:
        before = measure_province(province, plan, store, as_of=AS_OF.replace(day=10))
        measured = measure_province(province, plan, store, as_of=AS_OF)
        yield Job(
            measured, store, translator("vi"), data_folder("report_templates"),
            past=Past((state_of(before),)), made_by="officer", made_at=AS_OF,
        )  # fmt: skip


@pytest.fixture(scope="module", name="files")
def write_both(job, tmp_path_factory):
    """Language -> name -> file."""
    return {
        language: write_all(tmp_path_factory.mktemp("pages") / language, replace(job, translator=translator(language)))
        for language in ("vi", "en")
    }


@pytest.fixture(scope="module", name="browser")
def start_browser():
    assert executable(), "install chromium: these tests look at the page with it"
    with Browser() as started:
        yield started


@pytest.fixture(scope="module", name="axe")
def fetch_axe(tmp_path_factory):
    if reason := why_not():
        pytest.skip(reason)
    return fetch(tmp_path_factory.mktemp("axe"))


def open_panel(browser: Browser) -> bool:
    """Open the panel of the first machine that the page can show; False where a page has none."""
    shown = "[...document.querySelectorAll('a[data-machine]')].find(link => link.offsetParent !== null)"
    if browser.run(f"document.getElementById('panel') === null || !{shown}"):
        return False
    browser.run(f"{shown}.click(); new Promise(done => setTimeout(done, 20))")
    assert browser.run("document.getElementById('panel').open")
    browser.run("document.querySelectorAll('#panel details').forEach(part => { part.open = true; })")
    return True


@pytest.mark.parametrize(("language", "size"), [("vi", "desk"), ("vi", "phone"), ("en", "desk")])
def test_a_checker_of_accessibility_finds_nothing_serious(browser, axe, files, language, size):
    width, height, mobile = SIZES[size]
    browser.size(width, height, mobile=mobile)
    found, panels = {}, 0
    for name in PAGES if language == "vi" else ("index.html", PAGES[-1]):
        check = run(contrast=(language, size, name) == ("vi", "desk", "index.html"))
        browser.open(files[language][name].as_uri())
        if size == "phone":
            browser.run(OPEN_ALL)
        browser.run(f"{axe}; 1")
        found[name] = browser.run(check)
        if open_panel(browser):
            panels += 1
            found[f"{name}, panel"] = browser.run(check)
    assert {kind: lines for kind, lines in found.items() if lines} == {}
    assert panels == 1, "the page of an agency"


def test_no_page_scrolls_sideways_on_a_phone(browser, files):
    browser.size(360, 780, mobile=True)
    wide = {}
    for name, path in files["vi"].items():
        browser.open(path.as_uri())
        browser.run(OPEN_ALL)
        spilled = browser.run(SPILL)
        if browser.run("document.documentElement.scrollWidth") > 360 or spilled:
            wide[name] = spilled
        if open_panel(browser) and browser.run("document.getElementById('panel').scrollWidth") > 360:
            wide[f"{name}, panel"] = []
    assert wide == {}


def test_printed_on_a4_the_first_screen_is_one_sheet_and_no_table_is_cut(browser, files):
    browser.size(665, 1043)
    cut = {}
    browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        for name in (*PAGES, MAILED):
            browser.open(files["vi"][name].as_uri())
            if wide := browser.run(SPILL):
                cut[name] = wide
            if name in ("index.html", MAILED):
                assert 500 < browser.run("document.querySelector('.first').getBoundingClientRect().height") < 1043
    finally:
        browser.call("Emulation.setEmulatedMedia", media="")
    assert cut == {}
    assert browser.pdf().startswith(b"%PDF")


def test_the_keyboard_alone_reaches_everything_and_comes_back(browser, files):
    browser.size(1280, 900)
    for name in PAGES:
        browser.open(files["vi"][name].as_uri())
        browser.press("Tab", 9)
        assert browser.run("document.activeElement.classList.contains('skip')"), name
        browser.press("Enter", 13)
        assert browser.run("location.hash") == "#main", name
        for _ in range(4):
            browser.press("Tab", 9)
            tag, _, outline = browser.run(FOCUSED).split("|")
            assert tag != "BODY" and outline != "none", f"{name}: what has the focus shows it"
    browser.run("document.querySelector('a[data-machine]').focus()")
    browser.press("Enter", 13)
    browser.run("new Promise(done => setTimeout(done, 20))")
    assert browser.run("document.getElementById('panel').contains(document.activeElement)")
    for _ in range(6):
        browser.press("Tab", 9)
        inside = "document.getElementById('panel').contains(document.activeElement) || document.activeElement === document.body"
        assert browser.run(inside), "the focus does not leave the open panel for the page under it"
    browser.press("Escape", 27)
    assert not browser.run("document.getElementById('panel').open")
    assert browser.run("document.activeElement.hasAttribute('data-machine')")


def test_without_scripts_pages_say_the_same(browser, files):
    browser.size(1280, 900)
    browser.scripts(False)
    try:
        for name in ("index.html", "machines.html", "agencies/xa-a.html"):
            browser.open(files["vi"][name].as_uri())
            said = {str(node.get("name", {}).get("value", "")).casefold() for node in browser.call("Accessibility.getFullAXTree")["nodes"]}
            page = tree(files["vi"][name].read_text(encoding="utf-8"))
            headings = {node.text.casefold() for node in page.all() if node.tag in ("h1", "h2") and node.text and not hidden(node)}
            assert headings and headings <= said, name
    finally:
        browser.scripts(True)


def hidden(node: Node) -> bool:
    """What shows only when a script opens it, or on paper alone."""
    return any(around.tag == "dialog" or around.classes & {"js-only", "print-only"} for around in node.above())


def test_hostile_names_are_harmless_on_every_page(browser, tmp_path_factory):
    said = json.dumps(BAD)[1:-1]
    changed = {
        name: f'"{said}{name}"'
        for name in ("UBND xã A", "Sở C", "Một cửa điện tử", "Trang tin điện tử xã A", "Phòng máy chủ", "Tầng 1", "Lê Văn Ánh")
    }
    folder = write_province(tmp_path_factory.mktemp("hostile") / "province", changed)
    for job in jobs(folder, tmp_path_factory.mktemp("workspace")):
        pages = write_all(tmp_path_factory.mktemp("hostile") / "pages", job)
    browser.size(1280, 900)
    for name, path in pages.items():
        browser.console.clear()
        browser.requests.clear()
        browser.open(path.as_uri())
        browser.run(OPEN_ALL)
        open_panel(browser)
        assert browser.run("document.title") not in ("1", "2"), name
        assert browser.run("document.querySelectorAll('img, iframe, script[src]').length") == 0, name
        assert browser.requests == [path.as_uri()] and browser.console == [], name
        assert browser.run("document.body.textContent").count("onerror=document.title") > 0 or name not in PAGES[:2], name


def visible(page: Node) -> set[str]:
    """Every sentence of a page: texts of elements, and what is read aloud."""
    texts = set()
    for node in page.all():
        if any(around.tag in ("script", "style") or around.classes & {"raw", "facts"} for around in node.above()):
            continue
        texts |= {child.strip() for child in node.children if isinstance(child, str)}
        texts |= {node.attrs[name].strip() for name in SPOKEN if name in node.attrs}
    return texts


def test_the_vietnamese_pages_have_no_english_sentence(files):
    """No text of the English pages that is written in English only stands in the Vietnamese ones."""
    english = set().union(*(visible(tree(path.read_text(encoding="utf-8"))) for path in files["en"].values()))
    found = {
        text
        for path in files["vi"].values()
        for text in visible(tree(path.read_text(encoding="utf-8"))) & english
        if len(re.findall(r"\b(?:the|of|is|are|and|not|with|to|has|in|for|no|machines?|which|that)\b", text)) >= 2
        and not re.search(r"[à-ỹđ]", text)
    }
    assert found == set()
