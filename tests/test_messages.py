"""Every text has its Vietnamese, the compiled catalogs are current, and the sanitiser lets nothing harmful through."""

import io
import re
import unicodedata
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from secaudit.messages import Message, Translator, clean, msg, msgc
from secaudit.resources import translator

ROOT = Path(__file__).parent.parent
LOCALE = ROOT / "secaudit" / "locale"
KEYWORDS = {"_": None, "gettext": None, "pgettext": ((1, "c"), 2), "msg": None, "msgc": ((1, "c"), 2), "N_": None}
METHODS = [("secaudit/**.py", "python"), ("report_templates/**.j2", "jinja2"), ("report_templates/**.html", "jinja2")]


def _extracted() -> set[tuple[str | None, str]]:
    found = extract_from_dir(str(ROOT), method_map=METHODS, keywords=KEYWORDS)
    return {(context, message) for _, _, message, _, context in found if message}


def _catalog(language: str):
    path = LOCALE / language / "LC_MESSAGES" / "secaudit.po"
    return read_po(io.BytesIO(path.read_bytes()), locale=language)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_text_of_the_program_stands_in_the_catalog(language):
    catalog = {(message.context, message.id) for message in _catalog(language) if message.id}
    assert _extracted() - catalog == set(), "run `make messages`"
    assert catalog - _extracted() == set(), "run `make messages`: texts that no code uses any more"


def test_every_text_is_translated_into_vietnamese():
    empty = [message.id for message in _catalog("vi") if message.id and (not message.string or message.fuzzy)]
    assert empty == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_translations_name_the_same_places(language):
    """A place missing in the translation would hide a value; one too many would raise."""
    wrong = [
        (message.id, message.string)
        for message in _catalog(language)
        if message.id and message.string and set(re.findall(r"{(\w+)", message.id)) != set(re.findall(r"{(\w+)", message.string))
    ]
    assert wrong == []


def _text(context: bytes | str | None) -> str | None:
    return context.decode("utf-8") if isinstance(context, bytes) else context


@pytest.mark.parametrize("language", ["vi", "en"])
def test_compiled_catalogs_are_current(language):
    with (LOCALE / language / "LC_MESSAGES" / "secaudit.mo").open("rb") as file:
        compiled = {(_text(m.context), m.id): m.string for m in read_mo(file) if m.id}
    written = {(m.context, m.id): m.string for m in _catalog(language) if m.id and m.string}
    assert compiled == written, "run `make messages`"


def test_words_of_the_vocabulary():
    vietnamese = translator("vi")
    assert vietnamese.text(msgc("verdict", "pass")) == "Đạt"
    assert vietnamese.text(msgc("verdict", "unknown")) == "Chưa xác định"
    assert vietnamese.text(msgc("target", "not enough evidence to conclude")) == "Chưa đủ căn cứ kết luận"
    assert vietnamese.language == "vi"
    assert translator("xx").language == "en"


def test_parameters_are_translated_and_cleaned():
    text = translator("vi").text(msg("{count} problem(s) found in the data", count=3))
    assert text.startswith("3 ") or "3" in text
    hostile = Translator().text(msg("found: {value}", value="a\x1b[2Jb"))
    assert "\x1b" not in hostile
    assert Translator().text(msg("found: {value}", value=Message("inner"))) == "found: inner"


@given(st.text())
def test_clean_text_is_harmless(text):
    done = clean(text)
    assert len(done) == len(text)
    for char in done:
        assert char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs")
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufffe\uffff"
    done.encode("utf-8")


def test_clean_keeps_vietnamese_and_cuts_at_the_limit():
    assert clean("Sở Khoa học và Công nghệ") == "Sở Khoa học và Công nghệ"
    assert clean("x" * 50, limit=10) == "x" * 9 + "…"
