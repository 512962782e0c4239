"""The parsers of the Linux sections over anything: no value of another type, and no defect that the last net has to catch."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.facts import parse_facts
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FACTS, Missing
from secaudit.probe import frame

NOW = 1_795_400_000
AT = datetime.fromtimestamp(NOW, UTC)
CAPTURES = [
    frame("posix", "0" * 32, render_answer(name, "0" * 32, NOW)) for name in answer_names() if platform_of(name) == "posix"
]
LINES = sorted({line for capture in CAPTURES for section in capture.sections for line in section.body.split(b"\n")[:60] if line})
"""Real lines, so that what is changed in them reaches past the first test of its shape."""
PIECES = [
    b"\t",
    b"=",
    b":",
    b" ",
    b",",
    b"\0",
    b"\xff",
    b"-",
    b"9" * 30,
    b"\xed\xa0\x80",
    b"\xd9\xa3",
    b"1",
    b"%",
    b"!",
    b"\r",
    b"",
]


@st.composite
def _body(draw, body):
    """The lines of one section: some of another section, some with pieces put in, some twice, some gone."""
    lines = body.split(b"\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1)) if lines else 0
        change = draw(st.sampled_from(["foreign", "piece", "twice", "gone", "digits"]))
        if change == "foreign" or not lines:
            lines.insert(at, draw(st.sampled_from(LINES)))
        elif change == "piece":
            line, place = lines[at], draw(st.integers(0, len(lines[at])))
            lines[at] = line[:place] + draw(st.sampled_from(PIECES)) + line[draw(st.integers(place, len(line))) :]
        elif change == "twice":
            lines.insert(at, lines[at])
        elif change == "digits":
            lines[at] = bytes(ord("9") if 48 <= byte <= 57 else byte for byte in lines[at])
        else:
            del lines[at]
    return b"\n".join(lines)


@settings(deadline=None, max_examples=200)
@given(capture=st.sampled_from(CAPTURES), data=st.data())
def test_changed_lines_are_understood_or_refused(knowledge, capture, data):
    chosen = data.draw(st.sets(st.sampled_from([section.name for section in capture.sections]), min_size=1, max_size=6))
    sections = [
        Section(section.name, SectionStatus.OK, data.draw(_body(section.body)), 0) if section.name in chosen else section
        for section in capture.sections
    ]
    facts = parse_facts(Capture("posix", tuple(sections), b"", ""), knowledge, AT)
    assert facts.keys() == FACTS.keys()
    failed = {
        name: value.detail for name, value in facts.items() if isinstance(value, Missing) and "parser failed" in value.detail
    }
    assert not failed
