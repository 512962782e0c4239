"""Whatever a machine sends: every fact is there, typed as declared, harmless; nothing raises."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.facts import DERIVED, derive_facts, parse_facts
from secaudit.facts.gate import MAX_ITEMS, MAX_TEXT, admit
from secaudit.facts.registry import REGISTRY
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.messages import clean
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FACTS, FactSpec, Known, Missing, MissingReason, ValueType
from secaudit.probe import frame

NOW = 1_795_400_000
AT = datetime.fromtimestamp(NOW, UTC)
PYTHON = {ValueType.BOOL: bool, ValueType.INT: int, ValueType.DOUBLE: float, ValueType.STRING: str}
CAPTURES = {name: frame(platform_of(name), "0" * 32, render_answer(name, "0" * 32, NOW)) for name in answer_names()}


def check(facts):
    assert facts.keys() == FACTS.keys()
    for name, value in facts.items():
        spec = FACTS[name]
        if isinstance(value, Missing):
            assert value.reason in MissingReason
            assert value.detail == clean(value.detail)
            continue
        rows = [{"": value.value}] if spec.type is not ValueType.RECORDS else value.value
        for row in rows:
            for field, item in row.items():
                kind = spec.fields.get(field, spec.type)
                items = item if kind is ValueType.STRINGS else [item]
                wanted = str if kind is ValueType.STRINGS else PYTHON[kind]
                for one in items:
                    assert type(one) is wanted, (name, field, one)
                    if isinstance(one, str):
                        assert len(one) <= MAX_TEXT
                        assert one == clean(one)
                    elif wanted is int:
                        assert -(2**63) <= one < 2**63


def test_both_platforms_give_declared_facts_only():
    for parsers in REGISTRY.values():
        assert parsers.keys() <= FACTS.keys()
    covered = set().union(*(parsers.keys() for parsers in REGISTRY.values()))
    assert FACTS.keys() - covered == DERIVED


@pytest.mark.parametrize("platform", ["posix", "windows", "plan9"])
def test_an_empty_capture(platform, knowledge):
    facts = parse_facts(Capture(platform, (), b"", "", complete=False), knowledge, AT)
    check(facts)
    assert all(isinstance(value, Missing) for value in facts.values())


def test_facts_of_the_other_platform_are_unsupported(knowledge):
    facts = parse_facts(CAPTURES["debian-13-server"], knowledge, AT)
    assert facts["settings.uac"].reason is MissingReason.UNSUPPORTED
    facts = parse_facts(CAPTURES["win11-25h2-defender"], knowledge, AT)
    assert facts["sshd.installed"].reason is MissingReason.UNSUPPORTED


@settings(deadline=None, max_examples=150)
@given(name=st.sampled_from(sorted(CAPTURES)), data=st.data())
def test_any_change_of_any_section(knowledge, name, data):
    """Real captures with sections replaced by bytes, cut, repeated, or given another status."""
    capture = CAPTURES[name]
    sections = []
    for section in capture.sections:
        change = data.draw(st.sampled_from(["keep"] * 6 + ["bytes", "cut", "status", "drop", "splice"]))
        body, status = section.body, section.status
        if change == "bytes":
            body = data.draw(st.binary(max_size=200))
        elif change == "cut":
            body = body[: data.draw(st.integers(0, len(body)))]
        elif change == "status":
            status = data.draw(st.sampled_from(SectionStatus))
        elif change == "splice":
            at = data.draw(st.integers(0, len(body)))
            body = (
                body[:at]
                + data.draw(st.sampled_from([b"\0", b"\xff", b"\n", b"\t", b"9" * 50, b"\xe2\x80\xae", b'"', b"{"]))
                + body[at:]
            )
        if change != "drop":
            sections.append(Section(section.name, status, body, section.exit_code))
    changed = Capture(capture.platform, tuple(sections), capture.raw, capture.digest, data.draw(st.booleans()))
    facts = derive_facts(parse_facts(changed, knowledge, AT), knowledge, AT)
    check(facts)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_json_in_the_place_of_a_windows_value(knowledge, data):
    name = data.draw(st.sampled_from([name for name in sorted(CAPTURES) if platform_of(name) == "windows"]))
    sections = []
    for section in CAPTURES[name].sections:
        body = section.body
        if section.status is SectionStatus.OK and data.draw(st.booleans()):
            document = json.loads(body)
            for key in document:
                if data.draw(st.booleans()):
                    document[key] = data.draw(_json)
            body = json.dumps(document).encode()
        sections.append(Section(section.name, section.status, body, 0))
    changed = Capture("windows", tuple(sections), b"", "")
    check(parse_facts(changed, knowledge, AT))


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"now":' * 50_000, b'{"now": 1' + b"0" * 6_000 + b"}", b"\xff\xfe", b"null"])
def test_json_bombs(knowledge, body):
    sections = tuple(Section(section.name, SectionStatus.OK, body) for section in CAPTURES["win10-orphan"].sections)
    facts = parse_facts(Capture("windows", sections, b"", ""), knowledge, AT)
    check(facts)
    assert all(isinstance(value, Missing) for value in facts.values())


@pytest.mark.parametrize(
    "piece", [b"x" * 1_000_000, b"a=b\n" * 100_000, b"a\tb\tc\td\n" * 50_000, b"1 0 shadow\n" * 50_000, b"\0" * 500_000]
)
def test_huge_sections(knowledge, piece):
    sections = tuple(Section(section.name, SectionStatus.OK, piece) for section in CAPTURES["debian-13-server"].sections)
    check(parse_facts(Capture("posix", sections, b"", ""), knowledge, AT))


def test_a_parser_that_fails_costs_its_own_fact_only(knowledge, monkeypatch):
    def broken(reading):
        raise ZeroDivisionError

    parsers = dict(REGISTRY["posix"]) | {"os.id": broken}
    monkeypatch.setattr("secaudit.facts.parse.REGISTRY", {"posix": parsers})
    facts = parse_facts(CAPTURES["debian-13-server"], knowledge, AT)
    assert facts["os.id"].reason is MissingReason.ERROR
    assert "ZeroDivisionError" in facts["os.id"].detail
    assert isinstance(facts["os.version"], Known)


def spec(kind, **fields):
    return FactSpec("x", kind, "", fields)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ValueType.BOOL, 1),
        (ValueType.INT, True),
        (ValueType.INT, 2**63),
        (ValueType.INT, "1"),
        (ValueType.STRING, b"x"),
        (ValueType.STRINGS, "abc"),
        (ValueType.STRINGS, [1]),
        (ValueType.STRINGS, ["x"] * (MAX_ITEMS + 1)),
        (ValueType.DOUBLE, 1),
        (ValueType.RECORDS, "abc"),
        (ValueType.RECORDS, ["abc"]),
        (ValueType.RECORDS, [{"undeclared": 1}]),
    ],
)
def test_the_gate_lets_nothing_of_another_type_through(kind, value):
    assert admit(spec(kind, a=ValueType.INT), Known(value, "s")).reason is MissingReason.ERROR


def test_the_gate_makes_texts_harmless_and_short():
    value = admit(spec(ValueType.STRING), Known("a\x1b[31m\0\ud800\u202e" + "x" * 900, "s"))
    assert len(value.value) == MAX_TEXT
    assert value.value.startswith("a\ufffd[31m\ufffd\ufffd\ufffd")
    rows = admit(spec(ValueType.RECORDS, a=ValueType.STRING), Known([{"a": "x"}] * (MAX_ITEMS + 5), "s"))
    assert len(rows.value) == MAX_ITEMS
    assert not rows.complete
