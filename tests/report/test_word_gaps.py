"""Marks of gaps become yellow runs of their own, and no text of a paper is lost or changed on the way."""

import re

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from secaudit.report.word_gaps import OPENING, highlighted

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MARKED = f"{OPENING}: địa chỉ]"
PIECES = st.sampled_from([MARKED, f"{OPENING}]", OPENING, "]", "[", " và ", "a &amp; b", "", "&lt;w:t&gt;"])
SHAPES = st.sampled_from(["", "<w:rPr><w:b/></w:rPr>", '<w:rPr><w:sz w:val="20"/><w:u w:val="single"/></w:rPr>', "<w:rPr/>"])
RUNS = st.lists(st.tuples(SHAPES, st.lists(PIECES, max_size=5).map("".join)), max_size=5)


def _part(runs: list[tuple[str, str]]) -> str:
    inner = "".join(f'<w:r>{shape}<w:t xml:space="preserve">{text}</w:t></w:r>' for shape, text in runs)
    return f'<w:p xmlns:w="{SPACE}">{inner}</w:p>'


def _runs(part: str):
    for run in etree.fromstring(part).iter(f"{{{SPACE}}}r"):
        yield run, "".join(run.itertext())


@given(RUNS)
def test_every_mark_is_highlighted_and_every_letter_stays(runs):
    part = _part(runs)
    found = highlighted(part)
    assert "".join(etree.fromstring(found).itertext()) == "".join(etree.fromstring(part).itertext())
    yellow = [text for run, text in _runs(found) if run.find(f".//{{{SPACE}}}highlight") is not None]
    assert yellow == [mark for _, text in _runs(part) for mark in re.findall(rf"{re.escape(OPENING)}[^\]]*\]", text)]
    assert highlighted(found).count("highlight") == found.count("highlight"), "once is enough"


def test_the_shape_of_the_run_is_kept_and_the_highlight_stands_in_its_place():
    found = highlighted(_part([('<w:rPr><w:sz w:val="20"/><w:u w:val="single"/></w:rPr>', f"a {MARKED} b")]))
    assert found.count('<w:sz w:val="20"/>') == 3
    assert '<w:sz w:val="20"/><w:highlight w:val="yellow"/><w:u w:val="single"/>' in found
