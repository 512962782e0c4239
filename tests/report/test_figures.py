"""Every figure of every page is what the store says: each is counted anew, and no number stands without an address."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest
from figure_addresses import Addresses, UnknownAddress
from figure_count import Counts
from figure_walk import Known, Node, figures, loose_numbers, spoken, tree
from figure_world import AS_OF, gather, load, write_province
from pydantic import BaseModel

from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.publish import publish
from secaudit.report import render_html
from secaudit.resources import data_folder, translator
from secaudit.store import Store

LANGUAGES = ("vi", "en")


@pytest.fixture(scope="module", name="folder")
def write_once(tmp_path_factory):
    return write_province(tmp_path_factory.mktemp("figures") / "province")


@pytest.fixture(scope="module", name="workspace")
def gather_once(folder, tmp_path_factory):
    return gather(folder, tmp_path_factory.mktemp("workspace"))


def measured_anew(folder, store) -> Measured:
    province = load(folder)
    return measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=AS_OF)


@pytest.fixture(scope="module", name="document")
def publish_once(folder, workspace):
    with Store.open(workspace / "store.sqlite") as store:
        return publish(measured_anew(folder, store), store, made_by="officer", made_at=AS_OF)


@pytest.fixture(scope="module", name="again")
def measure_again(folder, workspace):
    """What the store says to whoever opens it afterwards."""
    with Store.open(workspace / "store.sqlite") as store:
        measured = measured_anew(folder, store)
    return {language: Addresses(measured, language) for language in LANGUAGES}


@pytest.fixture(scope="module", name="known")
def collect_texts(again):
    province = again["vi"].measured.province
    return Known([*texts_in(province.inventory), *texts_in(province.catalog)])


@pytest.fixture(scope="module", name="pages")
def render_once(document):
    """(language, page) of every shape."""
    return {
        language: {"report.html": tree(render_html(document, translator(language), data_folder("report_templates")))}
        for language in LANGUAGES
    }


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


def wrong_figures(page: Node, again: Addresses) -> list[str]:
    """Figures that are not what the store says, and addresses that nobody can count."""
    found = []
    for address, text in figures(page):
        try:
            wanted = again.expected(address)
        except UnknownAddress as error:
            found.append(f"{address}: cannot be counted ({error.__cause__!r})")
            continue
        if text != wanted:
            found.append(f"{address}: the page says {text!r}, the store {wanted!r}")
    for addresses, text in spoken(page):
        rest = text
        for address in addresses:
            before, wanted, rest = rest.partition(again.expected(address))
            if not wanted:
                found.append(f"{address}: not in what is read aloud: {text}")
                rest = before
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_what_the_store_says(pages, again, language):
    for name, page in pages[language].items():
        assert wrong_figures(page, again[language]) == [], name


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
        assert len(parts) >= 3


MISTAKES = {
    "proven and possible are swapped": ("first_screen.html.j2", "t.figure, t.share", "swapped(t.figure), t.share"),
    "a hard-coded share": ("first_screen.html.j2", '<h2>{{ _("Conclusion") }}</h2>', "<h2>Đạt 90 %</h2>"),
    "a share in a label": ("first_screen.html.j2", '<ol class="targets">', '<ol class="targets" aria-label="90 %">'),
    "a count off by one": ("unseen.html.j2", "count=rows|length", "count=rows|length + 1"),
    "a number of another agency": ("agencies.html.j2", "number(ns.f.proven)", "number(d.agencies[0].figures[0].proven)"),
    "a figure with the address of another": ("visits.html.j2", '"province:visits"', '"province:held"'),
    "an address that nobody can count": ("visits.html.j2", '"province:visits"', '"province:visitors"'),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_template_that_prints_something_else_is_found(document, again, known, tmp_path, mistake):
    name, right, wrong = MISTAKES[mistake]
    folder = shutil.copytree(data_folder("report_templates"), tmp_path / "templates")
    text = (folder / name).read_text(encoding="utf-8")
    assert right in text, "the template has changed: state the mistake anew"
    (folder / name).write_text(text.replace(right, wrong), encoding="utf-8")
    page = tree(render_html(document, translator("vi"), folder))
    assert wrong_figures(page, again["vi"]) or loose_numbers(page, known)
