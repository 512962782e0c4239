"""Every figure of every page is what the store says: each is counted anew, and no number stands without an address."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from figure_addresses import Addresses, UnknownAddressError
from figure_count import Counts
from figure_walk import Known, Node, figures, loose_numbers, spoken, tree, unexplained
from figure_world import AS_OF, LONG_AGO, gather, load, write_province
from pydantic import BaseModel

from secaudit.model.past import Past
from secaudit.pipeline.history import state_of
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.outputs import Job, render_of, write_of
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.publish.agency_page import AgencyPages
from secaudit.report import render_html
from secaudit.resources import data_folder, translator
from secaudit.store import Store

LANGUAGES = ("vi", "en")
EARLIER = (LONG_AGO + timedelta(days=2), LONG_AGO + timedelta(days=20), AS_OF - timedelta(days=8))
"""Moments of earlier states."""


class World:
    """The province, opened anew; measured as of any moment."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.store = store
        self.province = load(folder)
        plan = self.province.plan(DEFAULT_PLAN)
        self.plan = plan.model_copy(update={"due": date(2026, 12, 31)})
        self.at = cache(lambda moment: measure_province(self.province, self.plan, store, as_of=moment))

    @property
    def past(self) -> Past:
        return Past(tuple(state_of(self.at(moment)) for moment in EARLIER))

    def addresses(self, language: str) -> Addresses:
        pages = AgencyPages(self.at(AS_OF), self.store, self.past, "officer")
        return Addresses(self.at(AS_OF), language, at=self.at, earlier=EARLIER, past=self.past, pages=pages)


@pytest.fixture(scope="module", name="places")
def gather_once(tmp_path_factory):
    folder = write_province(tmp_path_factory.mktemp("figures") / "province")
    return folder, gather(folder, tmp_path_factory.mktemp("workspace")) / "store.sqlite"


@pytest.fixture(scope="module", name="world")
def open_store(places):
    with Store.open(places[1]) as store:
        yield World(places[0], store)


@pytest.fixture(scope="module", name="job")
def measure_once(world):
    return Job(
        world.at(AS_OF), world.store, translator("vi"), data_folder("report_templates"), past=world.past, made_by="officer",
        made_at=AS_OF,
    )  # fmt: skip


@pytest.fixture(scope="module", name="again")
def measure_again(places):
    """What the store says to whoever opens it afterwards and counts for himself."""
    with Store.open(places[1]) as store:
        world = World(places[0], store)
        yield {language: world.addresses(language) for language in LANGUAGES}


@pytest.fixture(scope="module", name="known")
def collect_texts(world):
    return Known([*texts_in(world.province.inventory), *texts_in(world.province.catalog)])


def shapes(job: Job, folder: Path) -> dict[str, Node]:
    """File -> page, of every shape that has pages: the folder with the pages of agencies, and the one to be mailed."""
    write_of("html")(job, folder)
    found = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html"))}
    found["report.html"] = render_of("page")(job).decode()
    return {name: tree(text) for name, text in found.items()}


@pytest.fixture(scope="module", name="pages")
def render_once(job, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return {language: shapes(replace(job, translator=translator(language)), folder / language) for language in LANGUAGES}


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts_in(getattr(value, name))
    elif is_dataclass(value) and not isinstance(value, type):
        for item in fields(value):
            yield from texts_in(getattr(value, item.name))
    elif hasattr(value, "items"):
        for pair in value.items():
            yield from texts_in(pair)
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from texts_in(item)


def wrong_figures(page: Node, again: Addresses, known: Known) -> list[str]:
    """Figures that are not what the store says, and addresses that nobody can count."""
    found = []
    for address, text in figures(page):
        try:
            wanted = again.expected(address)
        except UnknownAddressError as error:
            found.append(f"{address}: cannot be counted ({error.__cause__!r})")
            continue
        if text != wanted:
            found.append(f"{address}: the page says {text!r}, the store {wanted!r}")
    for addresses, text in spoken(page):
        rest = known.without(text)
        for address in addresses:
            try:
                before, wanted, after = rest.partition(again.expected(address))
            except UnknownAddressError as error:
                found.append(f"{address}: cannot be counted ({error.__cause__!r})")
                continue
            if wanted:
                rest = f"{before} {after}"
            else:
                found.append(f"{address}: {again.expected(address)} is not in what is read aloud: {text}")
        if unexplained(rest, known):
            found.append(f"a number without an address is read aloud: {rest}")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_what_the_store_says(pages, again, known, language):
    for name, page in pages[language].items():
        assert wrong_figures(page, again[language], known) == [], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_stands_without_an_address(pages, known, language):
    for name, page in pages[language].items():
        assert loose_numbers(page, known) == [], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_figure_reads_the_same_wherever_it_stands(pages, language):
    said: dict[str, set[str]] = {}
    for page in pages[language].values():
        for address, text in figures(page):
            said.setdefault(address, set()).add(text)
    assert {address: texts for address, texts in said.items() if len(texts) > 1} == {}
    assert len(said) > 100


def test_the_parts_of_the_agencies_make_up_the_province(pages, again):
    """As printed: every agency's part of a target, and what belongs to no agency, add up to the target."""
    printed = {address: text for page in pages["en"].values() for address, text in figures(page)}
    for target in again["en"].targets.numbers:
        parts = [text for address, text in printed.items() if re.fullmatch(rf"a:[\w-]+/t{target}:part", address)]
        numbers = [re.fullmatch(r"([\d,]+)/([\d,]+)(?: \(([\d,]+)\))?", text).groups("0") for text in parts]
        proven, total, unknown = (sum(int(one.replace(",", "")) for one in column) for column in zip(*numbers, strict=True))
        assert Counts(proven, total - proven - unknown, unknown) == again["en"].targets.counts(target)
        assert len(parts) >= 2


MISTAKES = {
    "proven and possible are swapped": (
        "figures.html.j2", "number(figure[name])", 'number(figure["possible" if name == "proven" else name])'
    ),
    "a hard-coded share": ("first_screen.html.j2", '<h2>{{ _("Twelve months") }}</h2>', "<h2>Đạt 90 %</h2>"),
    "a share in a label": ("first_screen.html.j2", '<ol class="targets">', '<ol class="targets" aria-label="90 %">'),
    "a count off by one": ("unseen.html.j2", "count=rows|length", "count=rows|length + 1"),
    "a number of another agency": ("agencies.html.j2", "number(ns.f.proven)", "number(d.agencies[0].figures[0].proven)"),
    "a figure with the address of another": ("visits.html.j2", '"province:visits"', '"province:held"'),
    "an address that nobody can count": ("visits.html.j2", '"province:visits"', '"province:visitors"'),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_template_that_prints_something_else_is_found(job, again, known, tmp_path, mistake):
    name, right, wrong = MISTAKES[mistake]
    folder = shutil.copytree(data_folder("report_templates"), tmp_path / "templates")
    text = (folder / name).read_text(encoding="utf-8")
    assert right in text, "the template has changed: state the mistake anew"
    (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
    page = tree(render_html(job.document, job.translator, folder))
    assert wrong_figures(page, again["vi"], known) or loose_numbers(page, known)
