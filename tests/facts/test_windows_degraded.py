"""Fact by fact, below any check: taking something away from a Windows answer never makes another value of it.

``test_degraded`` asks the same of the verdicts; here no check has to exist for a fact. A value may become missing, a list of
records may become shorter when it says that it is not complete, and nothing else.
"""

import json
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.facts import (
    parse_facts,
    windows_access,
    windows_accounts,
    windows_hardening,
    windows_hardware,
    windows_logs,
    windows_software,
)
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FACTS, Known, ValueType
from secaudit.model.knowledge import Knowledge
from secaudit.probe import frame

NOW = 1_795_400_000
AT = datetime.fromtimestamp(NOW + 6, UTC)
NAMES = [name for name in answer_names() if platform_of(name) == "windows"]
MODULES = (windows_hardware, windows_hardening, windows_accounts, windows_access, windows_logs, windows_software)
OWN = sorted(set().union(*(module.PARSERS.keys() for module in MODULES)))
CAPTURES = {name: frame("windows", "0" * 32, render_answer(name, "0" * 32, NOW)) for name in NAMES}
DEGRADED = [status for status in SectionStatus if status is not SectionStatus.OK]
SIGHTS = {("neighbours", SectionStatus.ABSENT)}


def facts_of(capture):
    return parse_facts(capture, Knowledge(), AT)


@cache
def before(name):
    return facts_of(CAPTURES[name])


def replaced(capture, changes):
    """Sections by name; None takes one out."""
    sections = [changes.get(section.name, section) for section in capture.sections]
    return Capture("windows", tuple(section for section in sections if section), b"", "")


def nothing_else(name, capture, what):
    seen = before(name)
    for fact, now in facts_of(capture).items():
        if fact not in OWN or isinstance(now, Known) is False:
            continue
        then = seen[fact]
        assert isinstance(then, Known), (name, what, fact, now)
        if FACTS[fact].type is not ValueType.RECORDS:
            assert now.value == then.value, (name, what, fact, now)
            continue
        assert now.complete is False or len(now.value) == len(then.value), (name, what, fact)
        assert not now.complete or then.complete, (name, what, fact)
        known = [dict(row) for row in then.value]
        for row in now.value:
            assert any(row.items() <= other.items() for other in known), (name, what, fact, row)


def test_these_are_all_facts_of_the_part():
    assert len(OWN) == 56


@pytest.mark.parametrize("name", NAMES)
def test_every_section_ended_otherwise_or_never_came(name):
    for section in CAPTURES[name].sections:
        for status in (*DEGRADED, None):
            for body in (b"", section.body):
                one = status and Section(section.name, status, body, 1)
                nothing_else(name, replaced(CAPTURES[name], {section.name: one}), (section.name, status))


@pytest.mark.parametrize("name", ["win11-24h2-hardened", "win10-22h2-unprotected", "server-2022-defender", "win7-bkav"])
def test_every_key_of_every_section_taken_out_or_unreadable(name):
    """One level and two levels down: gone altogether, refused, or of another kind."""
    for section in CAPTURES[name].sections:
        if section.status is not SectionStatus.OK:
            continue
        document = json.loads(section.body)
        for key in document:
            for value in ("denied", "error", 7.5, ["x"], [None], "gone"):
                changed = {other: document[other] for other in document if other != key or value != "gone"}
                if value != "gone":
                    changed[key] = value
                one = Section(section.name, SectionStatus.OK, json.dumps(changed).encode(), 0)
                if not _says_something_else(section.name, key, value):
                    nothing_else(name, replaced(CAPTURES[name], {section.name: one}), (section.name, key, value))


def _says_something_else(section, key, value):
    """Values that are an answer of their own: another name or number of the computer, a list of one program."""
    names = {("about", "computer"), ("hardware", "product_serial"), ("hardware", "serial")}
    return ((section, key) in names and isinstance(value, str)) or ((section, key) == ("software", "names") and value == ["x"])


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(NAMES), st.data())
def test_any_number_of_sections_degraded_in_any_way(name, data):
    changes = {}
    for section in CAPTURES[name].sections:
        status = data.draw(st.sampled_from((SectionStatus.OK, SectionStatus.OK, *DEGRADED, None)))
        if status is not SectionStatus.OK:
            cut = data.draw(st.integers(0, len(section.body)))
            changes[section.name] = status and Section(section.name, status, section.body[:cut], 1)
    nothing_else(name, replaced(CAPTURES[name], changes), sorted(changes))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(NAMES), _json, st.data())
def test_arbitrary_json_in_the_place_of_a_section_proves_nothing(name, value, data):
    """Nothing of what the section would have told is known afterwards, as far as a fact rests on that section alone."""
    section = data.draw(st.sampled_from([one.name for one in CAPTURES[name].sections if one.status is SectionStatus.OK]))
    one = Section(section, SectionStatus.OK, json.dumps(value).encode("utf-8", "surrogatepass"), 0)
    for fact, now in facts_of(replaced(CAPTURES[name], {section: one})).items():
        assert not (fact in OWN and isinstance(now, Known) and now.section == section), (section, fact, now, value)
