"""Sheets: the same blocks as plain text, Markdown and HTML; nothing that stands in a name gets a meaning."""

import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.messages import literal, msg
from secaudit.report.as_csv import as_csv, harmless_cell
from secaudit.report.sheet import WIDTH, Grid, Heading, Items, Paragraph, Sheet, Verbatim, as_html, as_markdown, as_text
from secaudit.report.voice import Voice
from secaudit.resources import translator

VOICE = Voice(translator("en"))
WORDS = st.text(max_size=120)


def _sheet(text):
    return Sheet(
        literal(text),
        (
            Heading(literal(text)),
            Paragraph(msg("key file {file} ({type}): {fingerprint}", file=text, type="x", fingerprint=text)),
            Items((literal(text), literal(text))),
            Grid((literal(text), msg("Machines"), msg("Ports")), ((literal(text), 5, literal(text)), ("b", 1234, text))),
            Verbatim(text),
        ),
    )


def _columns(line):
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in unicodedata.normalize("NFC", line)
    )


@given(WORDS)
def test_plain_text_never_leaves_its_columns(text):
    for line in as_text(_sheet(text), VOICE).split("\n"):
        assert _columns(line) <= WIDTH


@given(WORDS)
def test_a_name_makes_no_tag_in_html(text):
    seen = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, tuple(name for name, _ in attrs)))

    Parser().feed(as_html(_sheet(text), VOICE))
    plain = []
    seen, plain = plain, seen
    Parser().feed(as_html(_sheet("x"), VOICE))
    assert plain == seen, "the same tags as with a harmless name"


@given(WORDS)
def test_a_name_makes_no_row_or_column_in_markdown(text):
    lines = as_markdown(_sheet(text), VOICE).splitlines()
    rows = [line for line in lines if line.startswith("| ") and line.endswith(" |")]
    assert len(rows) >= 4
    assert {len(re.findall(r"(?<!\\)\|", row.replace("\\\\", ""))) for row in rows[:4]} == {4}


@pytest.mark.parametrize(
    "name", ["- item", "+ item", "1. item", "12) item", "# head", "=====", "---", "> quote", "~~~", "```", "    code"]
)
def test_a_name_begins_no_block_in_markdown(name):
    paragraph = as_markdown(Sheet("t", (Paragraph(literal(name)),)), VOICE).splitlines()[2]
    assert not re.match(r"\s*([-+*] |\d+[.)] |#|=+$|-+$|>|~~~|```)|\s{4}", paragraph)


def test_a_digest_can_be_copied_and_a_long_word_is_broken_nowhere_else():
    text = as_text(Sheet("t", (Verbatim("a" * 64), Paragraph(literal("b" * 200)))), VOICE)
    assert f"    {'a' * 64}\n" in text
    assert text.replace("\n", "").count("b" * 200) == 1


def test_a_table_too_wide_for_the_page_becomes_a_list():
    head = tuple(f"column{number}" for number in range(12))
    text = as_text(Sheet("t", (Grid(head, (("first", *("x" * 20 for _ in range(11))),)),)), VOICE)
    assert "first\n    column1: " in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_numbers_stand_to_the_right():
    text = as_text(Sheet("t", (Grid(("a", "b"), (("x", 5), ("y", 1234))),)), VOICE)
    assert "x      5\ny  1,234" in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t=", "\n=", "＝", "＋", "－", "＠", "|", "%"])
def test_a_cell_is_no_formula_however_it_begins(start):
    assert harmless_cell(f"{start}cmd|'/c calc'!A1").startswith("'")


@given(WORDS)
def test_every_cell_is_one_harmless_line(text):
    cell = harmless_cell(text)
    assert cell[:1] not in tuple("=+-@\t\r\n")
    assert "\n" not in cell
    assert "\r" not in cell


def test_the_table_keeps_numbers_and_quotes_texts():
    assert as_csv(["a", "b", "c"], [{"a": 5, "b": 'x,"y"', "c": None}]) == 'a,b,c\r\n5,"x,""y""",\r\n'
