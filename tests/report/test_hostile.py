"""Nothing that comes from outside can become markup, script, template or control sequence."""

import json
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_hostile import poisoned, texts_of

from secaudit.messages import Message, msg
from secaudit.model.base import Texts
from secaudit.report import render_html, render_json
from secaudit.report.document import ReportDocument
from secaudit.report.sanitise import sanitised
from secaudit.report.voice import Voice


@pytest.fixture(scope="module")
def sample_document(sample) -> ReportDocument:
    return sample(12)


@pytest.fixture(scope="module")
def poisoned_document(sample) -> ReportDocument:
    return poisoned(sample(24))


@pytest.fixture(scope="module")
def hostile_text(poisoned_document, vietnamese, templates) -> str:
    return render_html(poisoned_document, vietnamese, templates)


def test_every_text_of_the_sample_is_poisoned(poisoned_document):
    clean_ones = [(field, text) for field, text in texts_of(poisoned_document, frozenset()) if "owned" not in text]
    assert not clean_ones


def test_hostile_texts_make_no_element_and_no_attribute(hostile_text, sample, vietnamese, templates, page):
    hostile, harmless = page(hostile_text), page(render_html(sample(24), vietnamese, templates))
    assert {tag for tag, _ in hostile.tags} == {tag for tag, _ in harmless.tags}
    for tag in ("script", "style", "img", "svg", "meta", "title", "pre", "dialog"):
        assert sum(name == tag for name, _ in hostile.tags) == sum(name == tag for name, _ in harmless.tags)
    assert not [name for _, attrs in hostile.tags for name in attrs if name.startswith("on") or name == "src"]
    assert "document.title=" in hostile.text  # shown, as text


def test_hostile_texts_are_no_template(hostile_text):
    assert hostile_text.count("{{ 7*7 }}{% raw %}") > 100


def test_the_island_stays_one_element(hostile_text, page):
    hostile = page(hostile_text)
    data = hostile.blocks["script"][0]
    assert not set(data) & set("<>&\u2028\u2029")
    assert any("</script>" in text for text in json.loads(data)["texts"])


def test_no_control_character_reaches_the_page(hostile_text, page):
    island = "".join(page(hostile_text).island["texts"])
    for text in (hostile_text, island):
        assert not {char for char in text if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"}
        assert not set(text) & set("\u202e\u2066\ufffe")
        assert "\ufffd" in text


def test_json_is_sanitised_too(poisoned_document):
    text = render_json(poisoned_document).decode()
    found = json.dumps(json.loads(text), ensure_ascii=False)
    assert "\u202e" not in found and "\\u001b" not in found and "\\ud800" not in found


def test_texts_without_end_are_cut(sample, english, templates):
    endless = poisoned(sample(24), "A" * 10_000)
    text = render_html(endless, english, templates)
    assert "A" * 2100 not in text.split('id="data"')[0]
    assert len(text.encode()) < 4_000_000
    assert "…" in text


def test_fields_keep_their_own_limits(sample):
    document = sanitised(poisoned(sample(24), "A" * 30_000))
    machine = document.machines[0]
    assert len(machine.place) == 300
    assert len(machine.facts[0].value) == 2000
    assert len(machine.sections[0].text) == 20_000
    assert len(document.unseen[0].detail or "") in (0, 500)


def test_telephone_numbers_lead_only_to_a_telephone(hostile_text, page):
    addresses = {attrs["href"] for tag, attrs in page(hostile_text).tags if tag == "a" and attrs.get("class") == "phone"}
    assert addresses
    assert all(address.removeprefix("tel:").strip("+0123456789") == "" for address in addresses)


def test_clean_documents_pass_unchanged(sample):
    document = sample(12)
    assert sanitised(document) == document


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(), max_size=400))
def test_any_text_is_harmless_after_the_walk(sample_document, english, text):
    document = sanitised(replace(sample_document, header=replace(sample_document.header, province=text)))
    shown = document.header.province
    assert len(shown) <= 300
    assert not {char for char in shown if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"}
    assert not set(shown) & set("\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff")
    assert Voice(english).say(msg("{name} here", name=shown)) == f"{shown} here"


def test_messages_and_catalog_texts_are_walked(sample_document):
    dirty = msg("see {what} and {more}", what="a\x1b[31m", more=Texts(vi="b\u202e", en="c\u202e"))
    scope = sanitised(replace(sample_document, header=replace(sample_document.header, scope=dirty))).header.scope
    assert isinstance(scope, Message)
    assert scope.params["what"] == "a\ufffd[31m"
    assert scope.params["more"] == Texts.model_construct(vi="b\ufffd", en="c\ufffd")
