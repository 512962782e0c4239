"""The report folder: every link leads somewhere, nothing leads out, sizes hold, figures are those of the store."""

import base64
import hashlib
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from figure_world import AS_OF, gather, load, write_province
from report_browser import Browser, executable

from secaudit.errors import OutputError, ReportError
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind, Tier
from secaudit.model.outcome import Grade
from secaudit.model.past import Basis, Past, Turn
from secaudit.model.protection import ProtectionGrade
from secaudit.pipeline import output_html, site_agencies
from secaudit.pipeline.history import state_of
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.one_page import one_page
from secaudit.pipeline.outputs import Job
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.publish import fitting
from secaudit.pipeline.site import site_of
from secaudit.report import charts, render_html
from secaudit.report.document import AgencyFigure, AgencyRow, Tile
from secaudit.report.site import Approvals, CheckTally, History, MachineLine, PastRow, Site, Unknowns
from secaudit.report.site_html import MOST_BYTES, SiteRenderer
from secaudit.resources import data_folder, translator
from secaudit.store import Store

HERE = Path(__file__).parent
CHAPTERS = ("index.html", "systems.html", "machines.html", "checks.html", "unknowns.html", "history.html")


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    home = tmp_path_factory.mktemp("site")
    province = load(write_province(home / "province"))
    gather(home / "province", home)
    with Store.open(home / "store.sqlite") as store:
        measured = measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=AS_OF)
        yield Job(measured, store, translator("vi"), data_folder("report_templates"))


@pytest.fixture(scope="module")
def folder(job, tmp_path_factory):
    target = tmp_path_factory.mktemp("written") / "report"
    output_html.write(job, target)
    return target


@pytest.fixture(scope="module")
def pages(folder, page):
    return {path.relative_to(folder).as_posix(): page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


def _links(page):
    return [value for _, attrs in page.tags for name, value in attrs.items() if name in ("href", "src") and value is not None]


def _anchors(page):
    return {attrs["id"] for _, attrs in page.tags if attrs.get("id")}


def test_there_are_all_chapters_and_a_page_for_each_agency(pages):
    assert set(CHAPTERS) < set(pages)
    assert {"agencies/xa-a.html", "agencies/xa-b.html", "agencies/so-c.html", "agencies/so-d.html"} < set(pages)


def test_every_link_leads_to_a_file_and_a_place_in_it(pages):
    checked = 0
    for name, page in pages.items():
        for link in _links(page):
            parts = urlsplit(link)
            if parts.scheme == "tel":
                continue
            assert not parts.scheme and not parts.netloc and not parts.path.startswith("/"), f"{name}: {link}"
            file = name if not parts.path else (Path(name).parent / unquote(parts.path)).as_posix()
            assert file in pages, f"{name}: {link}"
            if parts.fragment:
                assert unquote(parts.fragment) in _anchors(pages[file]), f"{name}: {link}"
            checked += 1
    assert checked > 200


def test_no_page_needs_anything_beside_it(folder):
    for name in CHAPTERS:
        text = (folder / name).read_text(encoding="utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text).group(1)
        style = re.search(r"<style>(.*?)</style>", text, re.DOTALL).group(1)
        script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[-1]
        for block in (style, script):
            assert base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() in policy
        assert "default-src 'none'" in policy.replace("&#39;", "'") and "unsafe" not in policy
        assert not re.search(r"<link|@import|url\((?!#)|<iframe|<img", text)


def test_no_page_is_drawn_with_gradients(folder):
    """Chromium took 206 seconds and 88 MB to print an overview of 900 agencies with a gradient in each cell; without, 2 and 5."""
    for path in folder.rglob("*.html"):
        assert "gradient(" not in path.read_text(encoding="utf-8"), path


def test_every_chapter_has_language_title_heading_and_says_where_one_is(pages):
    titles = set()
    for name in CHAPTERS:
        page = pages[name]
        assert ("html", {"lang": "vi"}) in page.tags
        assert page.headings.count(1) == 1
        assert [attrs["href"] for _, attrs in page.tags if attrs.get("aria-current") == "page"][:1] == [name]
        titles.add(page.texts[next(i for i, text in enumerate(page.texts) if "An ninh mạng" in text)])
    assert len(titles) == len(CHAPTERS)


def test_sortable_tables_have_a_head_and_one_body(folder):
    for name in CHAPTERS:
        for table in re.findall(r"<table[^>]*data-sortable.*?</table>", (folder / name).read_text(encoding="utf-8"), re.DOTALL):
            assert table.count("<tbody>") == 1 and table.count("<thead>") == 1
            assert "data-filter" in table and 'scope="col"' in table


def test_no_agency_stands_beside_a_state_secret_system(folder):
    row = re.search(
        r'<tr[^>]*data-scope="s:mat".*?</tr>', (folder / "systems.html").read_text(encoding="utf-8"), re.DOTALL
    ).group(0)
    assert "Hệ thống số 1" in row
    assert "Sở C" not in row and "so-c" not in row
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "Hệ thống số 1" not in re.search(r'id="levels".*?</section>', text, re.DOTALL).group(0)


def test_counts_of_checks_are_those_of_the_machines_that_were_seen(job, folder):
    text = (folder / "checks.html").read_text(encoding="utf-8")
    listed = output_html.machines_of(job.measured)
    counted: Counter[tuple[str, Verdict]] = Counter()
    for name in listed:
        state = job.measured.states[name]
        if state.evidence is not None:
            counted.update((finding.check, finding.verdict) for finding in state.findings)
    for check in job.measured.province.catalog.checks:
        row = re.search(rf'<tr data-scope="c:{re.escape(check)}">.*?</tr>', text, re.DOTALL).group(0)
        shown = {name: int(value) for name, value in re.findall(r'data-figure="/:(\w+)">(\d+)<', row)}
        assert shown == {verdict.value: counted[check, verdict] for verdict in Verdict}


def test_every_machine_in_use_stands_in_the_list_once_and_says_whether_it_was_seen(job, folder):
    text = (folder / "machines.html").read_text(encoding="utf-8")
    rows = dict(re.findall(r'<tr data-scope="m:([^"]+)">(.*?)</tr>', text, re.DOTALL))
    listed = output_html.machines_of(job.measured)
    assert sorted(rows) == sorted(listed) and text.count('<tr data-scope="m:') == len(listed)
    for name, row in rows.items():
        assert ("data-figure" in row) == (job.measured.states[name].evidence is not None)
    assert "may-7" not in rows
    assert "không áp dụng (máy độc lập)" in rows["doc-lap-1"].lower()


def test_what_nobody_saw_is_counted_by_its_reason(pages):
    text = pages["unknowns.html"].text
    for words in ("Không phản hồi", "Máy từ chối kết nối", "Hệ thống không rõ", "UBND xã B"):
        assert words in text


def test_several_processes_write_the_same_pages_as_one(job, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(site_agencies, "_processes", lambda machines: 2)
    output_html.write(job, tmp_path / "report")
    for path in folder.rglob("*"):
        if path.is_file():
            assert (tmp_path / "report" / path.relative_to(folder)).read_bytes() == path.read_bytes(), path


@pytest.mark.skipif(sys.platform == "win32", reason="processes are parted by fork")
def test_what_another_process_drew_is_not_drawn_again(job, folder, tmp_path, monkeypatch):
    renderer = SiteRenderer(site_of(job), job.translator, job.templates)
    ready = charts.drawings(renderer.charts)
    monkeypatch.setattr(site_agencies, "_processes", lambda machines: 2)
    monkeypatch.setattr(site_agencies, "has_drawn", lambda: False)
    monkeypatch.setattr(site_agencies, "drawings", lambda made: {chart.spec: ready[chart.spec] for chart in made})
    monkeypatch.setattr(charts, "_engine", lambda: pytest.fail("drawn by the process that writes"))
    monkeypatch.setattr(charts, "_MADE_APART", {})
    charts._drawn.cache_clear()
    output_html.write(job, tmp_path / "report")
    assert (tmp_path / "report" / "index.html").read_bytes() == (folder / "index.html").read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="processes are parted by fork")
@pytest.mark.parametrize("drawn", [True, False])
def test_a_process_that_has_drawn_has_no_other_draw_for_it(monkeypatch, tmp_path, drawn):
    monkeypatch.setattr(charts, "_MADE_APART", {"before": ("0 0 1 1", "")})
    monkeypatch.setattr(site_agencies, "_processes", lambda machines: 2)
    monkeypatch.setattr(site_agencies, "has_drawn", lambda: drawn)
    site_agencies.draw_apart([], tmp_path, 5000)
    assert bool(charts._MADE_APART) is drawn, "whoever is parted from a process that has drawn waits for ever"


@pytest.mark.skipif(sys.platform == "win32", reason="processes are parted by fork")
def test_a_process_that_ends_before_it_has_drawn_leaves_the_old_folder(job, folder, tmp_path, monkeypatch):
    output_html.write(job, tmp_path / "report")
    monkeypatch.setattr(site_agencies, "_processes", lambda machines: 2)
    monkeypatch.setattr(site_agencies, "has_drawn", lambda: False)
    monkeypatch.setattr(site_agencies, "drawings", lambda made: sys.exit(9))
    with pytest.raises(OutputError, match="was ended"):
        output_html.write(job, tmp_path / "report")
    assert (tmp_path / "report" / "index.html").read_bytes() == (folder / "index.html").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_the_search_of_the_overview_knows_the_pages_of_systems(folder):
    assert '"parts":[["systems.html",' in (folder / "index.html").read_text(encoding="utf-8")


def test_neighbours_are_dealt_to_one_process_and_each_has_about_as_much_to_do():
    ids = {f"dv-{number:03}": number % 7 for number in range(100)}
    shares = site_agencies._shares(ids, 4)
    assert [agency for share in shares for agency in share] == list(ids), "what lies side by side is copied once"
    loads = [sum(ids[agency] + 2 for agency in share) for share in shares]
    assert len(shares) == 4 and max(loads) - min(loads) < 20
    assert site_agencies._weights(["b", "a", "c"], {"m1": "a", "m2": "a", "m3": "b", "m4": "gone"}) == {"a": 2, "b": 1, "c": 0}


@pytest.mark.skipif(sys.platform == "win32", reason="processes are parted by fork")
def test_no_more_processes_run_than_processors_this_one_counted_while_it_works(job, tmp_path, monkeypatch):
    (tmp_path / "agencies").mkdir()
    monkeypatch.setattr(site_agencies, "_processes", lambda machines: 2)
    monkeypatch.setattr(site_agencies, "_shares", lambda ids, count: [["so-d", "so-c"], ["xa-a"], ["xa-b"]])
    with site_agencies.agencies_being_written(job, tmp_path, {}) as work:
        assert len(work._running) == 1
        work.advance(None)
        assert len(work._running) + len(work._waiting) <= 2
        assert {one.agency for one in work.written()} == {"so-c", "so-d", "xa-a", "xa-b"}
        assert not work._running


@pytest.mark.skipif(sys.platform == "win32", reason="processes are parted by fork")
@pytest.mark.parametrize("problem", ["ends", "refuses"])
def test_a_process_that_fails_leaves_the_old_folder(job, folder, monkeypatch, tmp_path, problem):
    def fails(self, document):
        if document.head.id == "xa-a":
            return written(self, document)
        if problem == "ends":
            raise SystemExit(9)
        raise ReportError(fitting.msg("no page of {name}", name=document.head.name), where="t.j2:3")

    output_html.write(job, tmp_path / "report")
    before = (tmp_path / "report" / "index.html").read_bytes()
    written = site_agencies._Writer._written
    monkeypatch.setattr(site_agencies, "_processes", lambda machines: 2)
    monkeypatch.setattr(site_agencies, "_shares", lambda ids, count: [["so-d", "xa-a"], ["xa-b"]])
    monkeypatch.setattr(site_agencies._Writer, "_written", fails)
    with pytest.raises(OutputError if problem == "ends" else ReportError) as caught:
        output_html.write(job, tmp_path / "report")
    assert problem == "ends" or (caught.value.where == "t.j2:3" and "no page of" in str(caught.value))
    assert (tmp_path / "report" / "index.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_history_shows_earlier_states_and_what_changed_by_agency(job, tmp_path, page):
    now = state_of(job.measured)
    machines = {name: replace(one, fails=frozenset()) for name, one in now.machines.items() if name != "pc-d-1"}
    before = replace(now, moment=AS_OF.replace(day=1), basis=Basis.CLOSED, period="dot-1", machines=machines)
    output_html.write(replace(job, past=Past((before,))), tmp_path / "report")
    text = (tmp_path / "report" / "history.html").read_text(encoding="utf-8")
    assert "dot-1" in text and "01/11/2026" in text and "dot-1" in text
    changes = text[text.index('id="changes"') :]
    assert 'data-scope="a:so-d"' in changes
    row = re.search(r'data-scope="province".*?</tr>', changes, re.DOTALL).group(0)
    shown = {name: int(value) for name, value in re.findall(r'/:changed\.(\w+)">(\d+)<', row)}
    assert shown[Turn.APPEARED] == 1 and shown[Turn.WORSE] >= 1 and shown[Turn.VANISHED] == 0


# Size


def _site(document, agencies, systems=0):
    figures = tuple(AgencyFigure(number, 1200, 300, 45, Tile.ACT) for number in range(1, 6))
    name = "Ủy ban nhân dân xã Nguyễn Thị Minh Khai số {}"
    rows = tuple(
        AgencyRow(
            f"dv-{n:04}", name.format(n), Tier.COMMUNE, Tile.ACT, "Nguyễn Thị Phương Thảo", "0208 385 1234", figures=figures
        )
        for n in range(agencies)
    )
    (first, *_) = document.systems
    many = tuple(replace(first, id=f"ht-{n:05}", name=f"Hệ thống quản lý hồ sơ công việc {n}") for n in range(systems))
    document = replace(
        document, agencies=rows, systems=many, machines=(), visits=(), unseen=(), held=(), heaviest=(), orders=(), newcomers=(),
        comparisons=(), recheck=None, standard=None, improved=(), ways=(), trend=(),
        targets=tuple(replace(target, obstacles=(), steps=(), beyond=()) for target in document.targets),
    )  # fmt: skip
    tallies = tuple(CheckTally(check.id) for check in document.checks)
    history = History((PastRow(document.header.as_of, None, ()),))
    return Site(document, Approvals(()), tallies, Unknowns(), history, systems=many)


def _machines(agencies, each):
    return [(f"dv-{n:04}", f"dv-{n:04}.html", [f"dv-{n:04}-pc-{m:03}" for m in range(each)]) for n in range(agencies)]


def test_the_overview_of_900_agencies_and_20_000_machines_stays_under_a_megabyte(sample, vietnamese, templates):
    renderer = SiteRenderer(_site(sample(12), 900, 500), vietnamese, templates)
    assert len(renderer.systems()) >= 1
    text = renderer.index(_machines(900, 22))
    assert len(text.encode("utf-8")) < 1_000_000
    assert "dv-0899-pc-" in text and "Quá nhiều máy" not in text


def test_a_search_that_has_no_room_for_machines_says_so(sample, vietnamese, templates):
    renderer = SiteRenderer(_site(sample(12), 900, 500), vietnamese, templates)
    text = renderer.index(_machines(900, 200))
    assert len(text.encode("utf-8")) < 1_000_000
    assert "dv-0899-pc-" not in text and "Quá nhiều máy" in text


def test_lists_that_are_too_long_get_several_parts_and_lose_nobody(sample, vietnamese, templates):
    renderer = SiteRenderer(_site(sample(12), 90), vietnamese, templates)
    check = sample(12).checks[0].id
    lines = [
        MachineLine(
            f"dv-{n % 90:04}-pc-{n:05}", f"dv-{n % 90:04}", EndpointKind.WORKSTATION, os="Windows 10 Pro", seen=True,
            protection=ProtectionGrade(1, 5), grade=Grade.C, failed=12, unknown=7, worst=check,
        )
        for n in range(8000)
    ]  # fmt: skip
    made = dict(renderer.machines(lines))
    assert list(made)[:2] == ["machines.html", "machines-2.html"]
    assert all(len(text.encode("utf-8")) <= MOST_BYTES for text in made.values())
    named = [name for text in made.values() for name in re.findall(r'data-scope="m:([^"]+)"', text)]
    assert named == [line.id for line in lines]
    assert 'href="machines-2.html"' in made["machines.html"]


def test_the_page_to_be_mailed_leaves_out_what_is_least_missed_first(sample, vietnamese, templates, monkeypatch, page):
    made: dict[str, str] = {}

    def remembered(document, *more):
        """Each page is made once: making one again gives the same."""
        key = str(document.left_out)
        return made[key] if key in made else made.setdefault(key, render_html(document, *more))

    monkeypatch.setattr("secaudit.pipeline.one_page.render_html", remembered)
    wholes = [remembered(smaller, vietnamese, templates).encode() for smaller in fitting.fitting(sample(16))]
    sizes = [len(whole) for whole in wholes]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) >= 6
    figures = re.findall(rb'data-figure="t\d:interval">[^<]+', wholes[0])
    for whole in wholes:
        assert re.findall(rb'data-figure="t\d:interval">[^<]+', whole) == figures
        read = page(whole.decode("utf-8"))
        assert {link[1:] for link in _links(read) if link.startswith("#")} <= _anchors(read)
        assert ("Để gửi được qua thư" in read.text) == (whole is not wholes[0])
    assert "danh sách máy" in page(wholes[-1].decode("utf-8")).text
    monkeypatch.setattr("secaudit.pipeline.one_page.MOST_BYTES", sizes[2])
    assert one_page(sample(16), vietnamese, templates) == wholes[2]
    monkeypatch.setattr("secaudit.pipeline.one_page.MOST_BYTES", sizes[-1] - 1)
    with pytest.raises(ReportError, match=str(sizes[-1])):
        one_page(sample(16), vietnamese, templates)


def test_a_page_that_names_not_all_systems_does_not_count_them(sample, vietnamese, templates, monkeypatch):
    """The count beside a level was that of the systems that were left, which is nobody's figure."""
    monkeypatch.setattr(fitting, "MOST_SYSTEMS", 3)
    smaller = list(fitting.fitting(sample(16)))
    pages = [render_html(one, vietnamese, templates) for one in (smaller[0], smaller[-1])]
    counted = [bool(re.search(r'data-figure="levels/[^"]+:systems"', made)) for made in pages]
    assert counted == [True, False] and len(smaller[-1].systems) == 3


def test_the_last_page_of_a_large_province_has_no_line_for_each_system_s_requirements(sample, vietnamese, templates):
    """912 agencies and 2,500 systems gave 2.3 MB with everything cut: nothing could be mailed and no period closed."""
    last = list(fitting.fitting(sample(16)))[-1]
    assert last.standard is None or not last.standard.standings
    assert any("technical standard" in words.text for words in last.left_out) or sample(16).standard is None
    assert 'class="wide standings"' not in render_html(last, vietnamese, templates)


# In a real Chromium


@pytest.fixture(scope="module")
def browser():
    assert executable(), "install chromium: these tests look at the pages with it"
    with Browser() as started:
        yield started


_SEARCH = """(() => {{
  const box = document.getElementById("search-text");
  box.value = {words!r};
  box.dispatchEvent(new Event("input"));
  return [...document.querySelectorAll("#search-found a")].map(a => [a.textContent, a.getAttribute("href")]);
}})()"""


@pytest.mark.lab
def test_the_search_finds_agencies_systems_and_machines_without_marks(browser, folder):
    browser.size(1280, 1000)
    browser.open((folder / "index.html").as_uri())
    for words, name, href in (
        ("ubnd xa a", "UBND xã A", "agencies/xa-a.html"),
        ("XÃ A", "UBND xã A", "agencies/xa-a.html"),
        ("so c", "Sở C", "agencies/so-c.html"),
        ("thu dien tu", "Thư điện tử công vụ", "systems.html#system-"),
        ("pc-a-3", "pc-a-3", "agencies/xa-a.html#machine-pc-a-3"),
    ):
        found = browser.run(_SEARCH.format(words=words))
        assert any(text == name and link.startswith(href) for text, link in found), (words, found)
    assert browser.run(_SEARCH.format(words="khong co gi")) == []
    assert browser.run("document.getElementById('search-count').textContent") == "không tìm thấy"


@pytest.mark.lab
def test_tables_are_sorted_by_their_heads_and_filtered(browser, folder):
    browser.size(1280, 1000)
    browser.open((folder / "checks.html").as_uri())
    column = "[...document.querySelectorAll('.all-checks tbody tr')].map(row => parseInt(row.cells[2].textContent))"
    press = "document.querySelectorAll('.all-checks thead th')[2].querySelector('button').click()"
    browser.run(press)
    assert browser.run(column) == sorted(browser.run(column), reverse=True)
    assert browser.run("document.querySelectorAll('.all-checks thead th')[2].getAttribute('aria-sort')") == "descending"
    browser.run(press)
    assert browser.run(column) == sorted(browser.run(column))
    assert browser.run("document.querySelectorAll('[aria-sort]').length") == 1
    browser.run("document.querySelector('.tablefilter input').value = 'tuong lua'")
    browser.run("document.querySelector('.tablefilter input').dispatchEvent(new Event('input'))")
    rows = "[...document.querySelectorAll('.all-checks tbody tr')]"
    shown = browser.run(f"{rows}.filter(row => !row.hidden).map(row => row.textContent)")
    assert 0 < len(shown) < 30 and all("tường lửa" in text.lower() for text in shown)


@pytest.mark.lab
def test_no_page_of_the_folder_is_wider_than_a_phone_or_asks_for_anything(browser, folder):
    browser.size(390, 844, mobile=True)
    for name in CHAPTERS:
        browser.console.clear()
        browser.requests.clear()
        url = (folder / name).as_uri()
        browser.open(url)
        assert browser.run("document.documentElement.scrollWidth <= innerWidth"), name
        assert browser.requests == [url] and browser.console == []
