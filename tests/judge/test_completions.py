"""What a verdict leaves open must not matter: a pass or a fail from partial facts survives every completion of them.

Facts of every shipped check are drawn at random, some are taken away, and the verdict from what is left is held against many
ways of filling in what was taken away. Half-read lists are filled in by further records, records by their missing fields.
"""

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.catalog import load_catalog
from secaudit.judge import Judge
from secaudit.model.fact import FACTS, Known, Missing, MissingReason, ValueType
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint
from secaudit.resources import data_folder

WORDS = st.sampled_from(
    ("linux", "windows", "no", "yes", "prohibit-password", "root", "av", "edr", "management", "ms-defender-endpoint", "x")
)
VALUES = {
    ValueType.BOOL: st.booleans(),
    ValueType.INT: st.sampled_from((-2_000, -61, -1, 0, 1, 5, 6, 7, 8, 35, 36, 60, 61, 4_000)),
    ValueType.DOUBLE: st.just(0.5),
    ValueType.STRING: WORDS,
    ValueType.STRINGS: st.lists(WORDS, max_size=2),
}
REASONS = st.sampled_from(MissingReason)


@cache
def court():
    return Judge(load_catalog(data_folder("checks")).checks.values())


def record(spec, draw, start=None):
    """A full record of a list, or ``start`` with its missing fields filled in."""
    return {name: draw(VALUES[kind]) for name, kind in spec.fields.items()} | (start or {})


def whole(draw, spec):
    if spec.type is not ValueType.RECORDS:
        return Known(draw(VALUES[spec.type]), "s")
    return Known([record(spec, draw) for _ in range(draw(st.integers(0, 3)))], "s")


def degraded(draw, spec, fact):
    """The fact, less of it, or none of it."""
    kind = draw(st.sampled_from(("keep", "keep", "gone", "less")))
    if kind == "gone" or (kind == "less" and spec.type is not ValueType.RECORDS):
        return Missing(draw(REASONS))
    if kind == "keep":
        return fact
    rows = [{name: value for name, value in row.items() if draw(st.booleans())} for row in fact.value]
    return Known(rows[: draw(st.integers(0, len(rows)))], "s", complete=False)


def completed(draw, spec, fact):
    """One way the whole fact could have been."""
    if isinstance(fact, Missing):
        return whole(draw, spec)
    if spec.type is not ValueType.RECORDS:
        return fact
    rows = [record(spec, draw, row) for row in fact.value]
    if not fact.complete:
        rows += [record(spec, draw) for _ in range(draw(st.integers(0, 2)))]
    return Known(rows, "s")


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_verdict_from_partial_facts_survives_every_completion(data):
    kind = data.draw(st.sampled_from(("workstation", "laptop", "server", "isolated")))
    endpoint = Endpoint.model_validate({"id": "m", "kind": kind})
    level = data.draw(st.sampled_from((None, 2, 3, 5)))
    partial = {name: degraded(data.draw, spec, whole(data.draw, spec)) for name, spec in FACTS.items()}
    said = {f.check: f.verdict for f in court().judge(endpoint, partial, level=level)}
    for _ in range(4):
        full = {name: completed(data.draw, spec, partial[name]) for name, spec in FACTS.items()}
        levels = (2, 3, 5) if level is None else (level,)
        then = {f.check: f.verdict for f in court().judge(endpoint, full, level=data.draw(st.sampled_from(levels)))}
        for check, verdict in said.items():
            assert verdict is Verdict.UNKNOWN or verdict is then[check], (check, verdict, then[check])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_nothing_seen_is_nothing_proven(data):
    endpoint = Endpoint.model_validate({"id": "m", "kind": data.draw(st.sampled_from(("workstation", "laptop", "server")))})
    facts = {name: Missing(data.draw(REASONS)) for name in FACTS}
    for finding in court().judge(endpoint, facts, level=data.draw(st.sampled_from((None, 1, 5)))):
        assert finding.verdict in (Verdict.UNKNOWN, Verdict.NOT_APPLICABLE)
