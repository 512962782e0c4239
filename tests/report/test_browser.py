"""The page in a real Chromium: nothing hostile runs, nothing is fetched, it fits the phone and the paper, keys suffice."""

import re
import subprocess

import pytest
from report_browser import FLAGS, Browser, executable
from report_hostile import crowded, poisoned

from secaudit.report import render_html

pytestmark = pytest.mark.lab

# Contrast of every visible text with the background behind it, as WCAG computes it; answers the texts below 4.5.
CONTRAST = """(() => {
  const light = (c) => { const v = c / 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); };
  const parts = (s) => s.match(/[\\d.]+/g).map(Number);
  const lum = (c) => 0.2126 * light(c[0]) + 0.7152 * light(c[1]) + 0.0722 * light(c[2]);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parts(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const low = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || ["SCRIPT", "STYLE", "NOSCRIPT"].includes(e.tagName)) continue;
    const a = lum(parts(getComputedStyle(e).color)), b = lum(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.push(walk.currentNode.textContent.trim().slice(0, 40) + " " + ratio.toFixed(2));
  }
  return low;
})()"""
SPILL = """[...document.querySelectorAll("main *, footer *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("thead, .unseen-heading, svg"))
  .map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 30)).slice(0, 5)"""
A4_WIDTH, A4_HEIGHT = 665, 1043
"""CSS pixels inside the first page's margins: 176 mm by 276 mm."""


@pytest.fixture(scope="module")
def browser():
    assert executable(), "install chromium: these tests look at the page with it"
    with Browser() as started:
        yield started


@pytest.fixture
def write(tmp_path, templates):
    def made(document, translator) -> str:
        path = tmp_path / "report.html"
        path.write_text(render_html(document, translator, templates), encoding="utf-8")
        return path.as_uri()

    return made


@pytest.fixture
def look(browser, write):
    """Open a document at desktop width with nothing noted yet."""

    def opened(document, translator, *, width=1280, height=1000, mobile=False, hash_=""):
        browser.size(width, height, mobile=mobile)
        browser.console.clear()
        browser.requests.clear()
        url = write(document, translator)
        browser.open(url + hash_)
        return url

    return opened


def test_hostile_texts_do_not_run_and_nothing_is_fetched(browser, look, sample, vietnamese):
    url = look(poisoned(sample(24)), vietnamese)
    machines = browser.run("JSON.parse(document.getElementById('data').textContent).machines.length")
    for number in range(machines):
        browser.run(f"location.hash = '#machine-{number}'; new Promise(done => setTimeout(done, 5))")
        browser.run("document.querySelectorAll('#panel-body details').forEach(part => { part.open = true; })")
    lists = browser.run("JSON.parse(document.getElementById('data').textContent).lists.length")
    for number in range(lists):
        browser.run(f"location.hash = '#list-{number}'; new Promise(done => setTimeout(done, 5))")
    assert machines == 24 and lists > 8
    assert browser.run("document.querySelectorAll('#panel-body .rows li').length") > 0
    assert browser.run("document.title").startswith("An ninh mạng tỉnh Thái Nguyên<img src=x onerror=document.title=")
    assert browser.run("document.title") != "owned"
    assert browser.run("document.querySelectorAll('img, iframe, script:not([id=data])').length") == 1
    assert browser.requests == [url]
    assert browser.console == []


def test_the_policy_stops_what_the_page_does_not_name(browser, look, sample, english):
    look(sample(12), english)
    assert browser.console == []
    browser.run(
        "var s = document.createElement('script'); s.textContent = 'document.title = \"owned\"'; document.body.appendChild(s); 1"
    )
    browser.run(
        "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p><img src=\"http://127.0.0.1:9/x\">'); 1"
    )
    browser.run("new Promise(done => setTimeout(done, 200))")
    assert browser.run("document.title") != "owned"
    assert len([line for line in browser.console if "Content Security Policy" in line]) >= 3


def test_a_dumped_page_was_not_changed_by_hostile_texts(write, sample, english, tmp_path):
    url = write(poisoned(sample(24)), english)
    answer = subprocess.run(
        [executable(), *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", url],
        capture_output=True,
        timeout=120,
        check=True,
    )
    text = answer.stdout.decode("utf-8", errors="replace")
    title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
    assert title is not None and title[1].startswith("Cybersecurity of tỉnh Thái Nguyên&lt;img")
    assert "<title>owned" not in text and "CONSOLE" not in answer.stderr.decode("utf-8", errors="replace")


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("bad", [False, True])
def test_a_phone_never_scrolls_sideways(browser, look, sample, vietnamese, width, bad):
    document = sample(60)
    look(poisoned(document) if bad else document, vietnamese, width=width, height=844, mobile=True)
    browser.run("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert browser.run("innerWidth") == width
    assert browser.run("document.documentElement.scrollWidth") == width
    assert browser.run(SPILL) == []
    browser.run("location.hash = '#machine-2'; new Promise(done => setTimeout(done, 20))")
    assert browser.run("document.getElementById('panel').scrollWidth") <= width


SHEET = """(() => {
  const sheet = document.querySelector(".first").getBoundingClientRect();
  const cut = (e) => e.scrollHeight - e.clientHeight > 1 || e.getBoundingClientRect().bottom > sheet.bottom + 1;
  return [sheet.height, [...document.querySelectorAll(".first > :not(.unseen-heading)")].filter(cut).map(e => e.className)];
})()"""
"""Height of the printed sheet, and its parts of which something does not show."""


@pytest.fixture
def sheet(browser, look):
    """The first sheet as it prints."""

    def printed(document, translator):
        look(document, translator, width=A4_WIDTH)
        browser.call("Emulation.setEmulatedMedia", media="print")
        try:
            return browser.run(SHEET)
        finally:
            browser.call("Emulation.setEmulatedMedia", media="")

    return printed


@pytest.mark.parametrize(("language", "machines", "communes"), [("vi", 120, 21), ("vi", 60, 900), ("en", 60, 900)])
def test_the_first_screen_is_one_sheet_of_paper(browser, sheet, sample, vietnamese, english, language, machines, communes):
    height, cut = sheet(sample(machines, communes), vietnamese if language == "vi" else english)
    assert 500 < height < A4_HEIGHT and cut == []
    assert browser.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("bad", [poisoned, crowded])
def test_long_names_and_orders_take_the_room_of_pictures_and_nothing_else(sheet, sample, vietnamese, bad):
    height, cut = sheet(bad(sample(60, 900)), vietnamese)
    assert 500 < height < A4_HEIGHT
    # The ground ends with who made the page; what figures can be compared by comes first and is short.
    assert set(cut) <= {"course", "pair last", "ground"}, "the conclusion, the targets, the orders and the names always show"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_contrast(browser, look, sample, vietnamese, english, language):
    look(sample(40), vietnamese if language == "vi" else english)
    browser.run("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert browser.run(CONTRAST) == []
    browser.run("location.hash = '#machine-0'; new Promise(done => setTimeout(done, 20))")
    browser.run("document.querySelectorAll('#panel-body details').forEach(part => { part.open = true; })")
    assert browser.run(CONTRAST) == []


def test_the_keyboard_leads_from_a_figure_to_the_bytes_and_back(browser, look, sample, vietnamese):
    look(sample(40), vietnamese)
    browser.run("document.querySelector('#target-2 a[data-list]').focus()")
    browser.press("Enter", 13)
    assert browser.run("document.getElementById('panel').open")
    assert "có bằng chứng" in browser.run("document.getElementById('panel-title').textContent")
    browser.run("document.querySelector('#panel-body .rows button').focus()")
    browser.press("Enter", 13)
    assert browser.run("document.activeElement.id") == "panel-title"
    assert browser.run("document.querySelectorAll('#panel-body details').length") > 10
    browser.run(
        "[...document.querySelectorAll('#panel-body details summary')].find(s => s.textContent.startsWith('Đạt')).focus()"
    )
    browser.press("Enter", 13)
    browser.run("document.querySelector('#panel-body details[open] details summary').focus()")  # what is in order stands folded
    browser.press("Enter", 13)
    browser.run("document.querySelector('#panel-body details[open] details[open] button.linklike').focus()")
    browser.press("Enter", 13)
    assert "clamav-daemon active" in browser.run(
        "document.activeElement.closest('details[open]').querySelector('pre').textContent"
    )
    browser.run("document.getElementById('panel-back').focus()")
    browser.press("Enter", 13)
    assert browser.run("document.querySelectorAll('#panel-body .rows li').length") > 10
    browser.press("Escape", 27)
    assert not browser.run("document.getElementById('panel').open")
    assert browser.run("document.activeElement.hasAttribute('data-list')")


def test_an_address_with_a_machine_opens_its_evidence(browser, look, sample, vietnamese):
    document = sample(40)
    look(document, vietnamese, hash_="#machine-3")
    assert browser.run("document.getElementById('panel-title').textContent") == document.machines[3].id
    assert document.machines[3].trail.digest in browser.run("document.getElementById('panel-body').textContent")


def test_lists_can_be_filtered(browser, look, sample, vietnamese):
    look(sample(120), vietnamese, hash_="#list-3")
    before = browser.run("document.querySelectorAll('#panel-body .rows li:not([hidden])').length")
    browser.run("var f = document.querySelector('.filter'); f.value = 'may-chu'; f.dispatchEvent(new Event('input'));")
    shown = (
        "[...document.querySelectorAll('#panel-body .rows li')].filter(row => row.offsetHeight > 0).map(row => row.textContent)"
    )
    after = browser.run(shown)
    assert 0 < len(after) < before
    assert all("may-chu" in text for text in after)


def test_without_scripts_the_page_still_leads_to_facts(browser, look, sample, vietnamese):
    document = sample(40)
    browser.scripts(False)
    try:
        look(document, vietnamese)
        shown = browser.call("Accessibility.getFullAXTree")["nodes"]
        names = {node.get("name", {}).get("value") for node in shown}
        assert any(name and "Trình duyệt đang tắt mã lệnh" in name for name in names)
        look(document, vietnamese, hash_="#machine-0")
        shown = browser.call("Accessibility.getFullAXTree")["nodes"]
        names = {node.get("name", {}).get("value") for node in shown}
        assert document.machines[0].trail.digest in names
    finally:
        browser.scripts(True)
