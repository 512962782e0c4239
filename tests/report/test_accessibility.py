"""Every kind of page before an accessibility checker in a real Chromium: at a desk, on a phone, with the panel open."""

import pytest
from axe import fetch, run, why_not
from report_browser import Browser, executable

from secaudit.report import render_html

pytestmark = pytest.mark.lab
SIZES = {"desk": (1280, 900, False), "phone": (390, 844, True)}


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


@pytest.fixture(scope="module", name="addresses")
def write_pages(sample, vietnamese, english, templates, tmp_path_factory):
    """(language, kind of page) -> its address."""
    folder, found = tmp_path_factory.mktemp("pages"), {}
    for translator in (vietnamese, english):
        path = folder / f"report-{translator.language}.html"
        path.write_text(render_html(sample(8, 3), translator, templates), encoding="utf-8")
        found[translator.language, "page"] = path.as_uri()
    return found


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_serious_is_found_on_any_page(browser, axe, addresses, language, size):
    width, height, mobile = SIZES[size]
    browser.size(width, height, mobile=mobile)
    found, check = {}, run(contrast=(language, size) == ("vi", "desk"))
    for (spoken, kind), url in addresses.items():
        if spoken != language:
            continue
        browser.open(url)
        browser.run("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        browser.run(f"{axe}; 1")
        found[kind] = browser.run(check)
        if browser.run("document.getElementById('panel') !== null && document.querySelector('[data-machine]') !== null"):
            browser.run("document.querySelector('[data-machine]').click(); new Promise(done => setTimeout(done, 20))")
            browser.run("document.querySelectorAll('#panel-body details').forEach(part => { part.open = true; })")
            assert browser.run("document.getElementById('panel').open")
            found[f"{kind}, panel"] = browser.run(check)
    assert {kind: lines for kind, lines in found.items() if lines} == {}
    assert found
