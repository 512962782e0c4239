"""Whatever goes in comes out the same."""

import math
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.store import Store
from secaudit.store.codec import CodecError, Compressor, unpack
from secaudit.store.factsets import facts_from, facts_text
from secaudit.store.framing import put_together, taken_apart
from secaudit.store.judgings import findings_from, findings_text

TEXT = st.text(st.characters(exclude_categories=()), max_size=20)  # lone surrogates and NUL among them
WHOLE = st.integers(min_value=-(2**80), max_value=2**80)
NUMBER = st.floats(allow_nan=False)
SCALAR = st.one_of(st.booleans(), WHOLE, NUMBER, TEXT, st.lists(TEXT, max_size=3))
RECORD = st.dictionaries(TEXT, SCALAR, max_size=4)
SEQUENCE = st.one_of(st.lists(TEXT, max_size=3), st.lists(RECORD, max_size=3))
VALUE = st.one_of(st.booleans(), WHOLE, NUMBER, TEXT, SEQUENCE, SEQUENCE.map(tuple))
REASON = st.sampled_from(MissingReason)
KNOWN = st.builds(Known, VALUE, TEXT, st.booleans(), st.dictionaries(TEXT, REASON, max_size=3))
FACTS = st.dictionaries(TEXT, st.one_of(KNOWN, st.builds(Missing, REASON, TEXT, TEXT)), max_size=6)
PAIRS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
FINDING = st.builds(
    Finding,
    check=TEXT,
    verdict=st.sampled_from(Verdict),
    missing=st.lists(st.builds(MissingFact, TEXT, REASON), max_size=3).map(tuple),
    evidence=PAIRS,
    defect=st.none() | TEXT,
)
BYTES = st.binary(max_size=60)
STATUS = st.sampled_from(SectionStatus)


@st.composite
def captures(draw: st.DrawFn) -> Capture:
    raw = draw(BYTES)
    sections = []
    for _ in range(draw(st.integers(0, 5))):
        if draw(st.booleans()):
            start = draw(st.integers(0, len(raw)))
            body = raw[start : draw(st.integers(start, len(raw)))]
        else:
            body = draw(BYTES)
        sections.append(Section(draw(TEXT), draw(STATUS), body, draw(st.none() | st.integers(-1000, 1000))))
    meta = draw(st.dictionaries(TEXT, TEXT, max_size=3))
    return Capture(draw(TEXT), tuple(sections), raw, sha256(raw).hexdigest(), draw(st.booleans()), meta)


def kinds(value: Any) -> Any:
    """Equality alone would take 1 for True and 1.0."""
    if isinstance(value, dict):
        return {name: kinds(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value), [kinds(item) for item in value]
    return type(value), value


@settings(deadline=None, max_examples=200)
@given(FACTS)
def test_facts(facts: dict[str, Any]) -> None:
    back = facts_from(facts_text(facts))
    assert back == facts
    for name, fact in facts.items():
        if isinstance(fact, Known):
            assert kinds(back[name].value) == kinds(fact.value)
    assert facts_text(back) == facts_text(facts)


def test_numbers_json_has_no_word_for() -> None:
    facts = {"a": Known(math.inf, "s"), "b": Known(-math.inf, "s"), "c": Known(math.nan, "s")}
    back = facts_from(facts_text(facts))
    assert back["a"] == facts["a"]
    assert back["b"] == facts["b"]
    assert math.isnan(back["c"].value)


@settings(deadline=None, max_examples=100)
@given(st.lists(FINDING, max_size=4))
def test_findings(findings: list[Finding]) -> None:
    assert findings_from(findings_text("pc-1", findings)) == tuple(findings)


@settings(deadline=None, max_examples=200)
@given(captures())
def test_captures(capture: Capture) -> None:
    kept = taken_apart(capture)
    assert put_together(kept.framing, kept.body) == capture


def test_sections_that_stand_in_the_answer_are_not_kept_twice() -> None:
    raw = bytes(range(256)) * 40
    sections = tuple(Section(f"s{start}", SectionStatus.OK, raw[start : start + 1000]) for start in range(0, 9000, 1000))
    assert taken_apart(Capture("posix", sections, raw, sha256(raw).hexdigest())).body == raw


def test_a_capture_with_a_wrong_digest_is_a_defect() -> None:
    with pytest.raises(ValueError, match="digest"):
        taken_apart(Capture("posix", (), b"x", "0" * 64))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=FACTS, capture=captures(), detail=TEXT, version=TEXT, key=TEXT)
def test_hostile_texts_through_the_store(
    store: Store, make: Any, facts: dict[str, Any], capture: Capture, detail: str, version: str, key: str
) -> None:
    """Neither NUL nor lone surrogates nor huge numbers lose the outcome, or its neighbours in the same transaction."""
    run = make.begin(store)
    hostile = make.outcome("pc-9", facts=facts, capture=capture, detail=detail, server_version=version, host_key=key)
    first, kept, last = store.keep(run.number, [make.outcome("pc-1"), hostile, make.outcome("pc-2")])
    assert store.facts_of([kept.number]) == {kept.number: facts}
    assert store.captures_of([kept.number]) == {kept.number: capture}
    back = store.outcome(kept.number).outcome
    assert (back.detail, back.server_version) == (kept.outcome.detail, kept.outcome.server_version)
    assert not any(0xD800 <= ord(char) < 0xE000 or char == "\x00" for char in back.detail)
    assert {first.number, last.number} <= set(store.captures_of([first.number, last.number]))
    assert [flaw for flaw in store.verify().problems if flaw.number != run.number] == []


def test_a_statement_in_a_name_stays_a_name(store: Store, make: Any) -> None:
    name = "x'); DROP TABLE outcomes; --"
    run = make.begin(store, who=name, scope=name)
    store.keep(run.number, [make.outcome(name, detail=name)])
    assert store.run(run.number).who == name
    assert store.history(name)[0].outcome.detail == name


def test_a_large_capture(store: Store, make: Any) -> None:
    capture = make.capture("x" * 30_000_000)
    [kept] = store.keep(make.begin(store).number, [make.outcome(capture=capture)])
    assert store.captures_of([kept.number])[kept.number] == capture
    assert store.path.stat().st_size < 5_000_000


def test_a_frame_that_claims_too_much_is_not_unpacked() -> None:
    bomb = b"\x28\xb5\x2f\xfd\xe0" + (1 << 50).to_bytes(8, "little") + b"\x00" * 8
    with pytest.raises(CodecError, match="claims"):
        unpack(bomb)
    with pytest.raises(CodecError):
        unpack(b"not zstd")
    packed = bytearray(Compressor().pack(b"some bytes to keep"))
    packed[-6] ^= 1
    with pytest.raises(CodecError):
        unpack(bytes(packed))


def test_moments_keep_their_microseconds_and_become_utc(store: Store, make: Any) -> None:
    outcome = make.outcome()
    [kept] = store.keep(make.begin(store).number, [outcome])
    back = store.outcome(kept.number).outcome
    assert back.finished_at == outcome.finished_at
    assert back.finished_at.tzinfo is UTC


def test_a_moment_without_time_zone_is_a_defect(store: Store, make: Any) -> None:
    run = make.begin(store)
    naive = make.noon.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        store.keep(run.number, [Outcome("pc-1", Way.SSH, Grade.A, Sight.TIMEOUT, naive, naive)])
    assert store.outcomes(run.number) == []


def test_an_outcome_comes_back_as_it_was(store: Store, make: Any, path: Path) -> None:
    given_outcome = make.outcome(lab=True)
    [kept] = store.keep(make.begin(store).number, [given_outcome])
    assert kept.outcome == given_outcome
    store.close()
    with Store.open(path, create=False) as again:
        state = again.latest(make.noon, 1, with_facts=True)["pc-1"]
        assert state.evidence is not None
        assert state.evidence.outcome.facts == given_outcome.facts
        assert again.captures_of([kept.number])[kept.number] == given_outcome.capture
        assert again.outcome(kept.number).outcome.lab is True
        assert again.outcome(kept.number).chain == kept.chain
