"""Several pieces of evidence about one machine: verdicts with their grades, and no verdict turned by worse evidence."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.catalog import load_catalog
from secaudit.facts import parse_facts
from secaudit.judge import Judge
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.model.fact import FACTS, Known, Missing, MissingReason, ValueType
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.pipeline.combining import combine
from secaudit.probe import frame
from secaudit.resources import data_folder

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
CATALOG = load_catalog(data_folder("checks"))
JUDGE = Judge(CATALOG.checks.values())
ENDPOINT = Endpoint.model_validate({"id": "pc-1", "kind": "server"})
WAYS = {Grade.A: Way.SSH, Grade.B: Way.CONSOLE, Grade.C: Way.COURIER}
NAMES = sorted(answer_names())
ABOUT_EVIDENCE = "evidence.consistent"
"""The one check that is not about the machine: it asks how much evidence there is."""
REASON = Missing(MissingReason.DENIED, "x")


def parsed(name):
    """What a machine of the lab answers."""
    capture = frame(platform_of(name), "0" * 32, render_answer(name, "0" * 32, int(AT.timestamp())))
    return parse_facts(capture, CATALOG.knowledge, AT)


ANSWERS = {}


def answer(name):
    if name not in ANSWERS:
        ANSWERS[name] = parsed(name)
    return ANSWERS[name]


def state_of(grades):
    pieces = tuple(
        StoredOutcome(number, 1, Outcome("pc-1", WAYS[grade], grade, Sight.SEEN, AT, AT - timedelta(days=number)), "")
        for number, grade in enumerate(grades, 1)
    )
    return EndpointState("pc-1", pieces[0] if pieces else None, Sight.SEEN, AT, pieces=pieces)


def combined(*pieces):
    """``pieces``: grade and facts, the best first."""
    state = state_of([grade for grade, _ in pieces])
    return combine(state, {number: facts for number, (_, facts) in enumerate(pieces, 1)}, CATALOG.knowledge, AT)


def verdicts(*pieces):
    return {one.check: (one.verdict, one.grade) for one in JUDGE.judge_steps(ENDPOINT, combined(*pieces).steps, level=3)}


def worn(facts, seed, share):
    """The same facts with holes: facts gone, records without fields, lists cut short or not read to their end."""
    chance = random.Random(seed)
    found = {}
    for name, fact in facts.items():
        if not isinstance(fact, Known) or chance.random() < share:
            found[name] = REASON if isinstance(fact, Known) else fact
            continue
        value, complete, missing = fact.value, fact.complete, dict(fact.missing_fields)
        if FACTS[name].type is ValueType.RECORDS:
            rows = [dict(row) for row in value if chance.random() >= share]
            for row in rows:
                for field in [field for field in row if chance.random() < share / 2]:
                    del row[field]
                    missing[field] = MissingReason.DENIED
            value, complete = rows, complete and len(rows) == len(fact.value) and chance.random() < 0.7
        elif FACTS[name].type is ValueType.STRINGS and chance.random() < share:
            value, complete = list(value)[:1], False
        elif isinstance(value, bool) and chance.random() < share:
            value = not value
        elif isinstance(value, int) and chance.random() < share:
            value = max(value + chance.choice((-30, -1, 1, 30, 400)), 0)
        found[name] = Known(value, fact.section, complete, missing)
    return found


PIECE = st.tuples(st.sampled_from(NAMES), st.integers(0, 10**6), st.sampled_from([0.0, 0.1, 0.3, 0.6]))


@settings(deadline=None, max_examples=150)
@given(st.lists(PIECE, min_size=2, max_size=4), st.booleans())
def test_worse_evidence_turns_no_verdict_of_any_check(pieces, same_machine):
    """The information order: adding evidence may only make unknown into something, never change what was decided."""
    names = [pieces[0][0]] * len(pieces) if same_machine else [name for name, _, _ in pieces]
    grades = [Grade.A, Grade.B, Grade.B, Grade.C]
    facts = [worn(answer(name), seed, share) for name, (_, seed, share) in zip(names, pieces, strict=True)]
    given_pieces = list(zip(grades, facts, strict=False))
    before: dict[str, Verdict] = {}
    for count in range(1, len(given_pieces) + 1):
        together = combined(*given_pieces[:count])
        now = {one.check: one.verdict for one in JUDGE.judge(ENDPOINT, together.facts, level=3)}
        turned = {check for check, verdict in before.items() if verdict is not Verdict.UNKNOWN and now[check] is not verdict}
        assert turned <= {ABOUT_EVIDENCE}
        before = now
    stepped = JUDGE.judge_steps(ENDPOINT, combined(*given_pieces).steps, level=3)
    assert {one.check: one.verdict for one in stepped} == before, "step by step the verdicts are those of everything together"


@settings(deadline=None, max_examples=60)
@given(st.lists(PIECE, min_size=2, max_size=3))
def test_the_grade_is_the_best_with_which_the_verdict_is_reached(pieces):
    given_pieces = [(grade, worn(answer(name), seed, share)) for grade, (name, seed, share) in zip(WAYS, pieces, strict=False)]
    blind = {one.check: one.verdict for one in JUDGE.judge(ENDPOINT, None, level=3)}
    alone = []
    for count in range(1, len(given_pieces) + 1):
        together = combined(*given_pieces[:count]).facts
        alone.append({one.check: one.verdict for one in JUDGE.judge(ENDPOINT, together, level=3)})
    for check, (verdict, grade) in verdicts(*given_pieces).items():
        reached = [given_pieces[place][0] for place, found in enumerate(alone) if found[check] is not Verdict.UNKNOWN]
        wanted = None if verdict is Verdict.UNKNOWN or blind[check] is not Verdict.UNKNOWN else reached[0]
        assert grade is wanted or check == ABOUT_EVIDENCE, check


def known(value, **more):
    return Known(value, "s", **more)


RUNNING = {"id": "kaspersky-kes-windows", "name": "KES", "kind": "av", "running": True, "realtime": True, "signature_age_days": 1}


def test_what_only_the_console_knows_has_its_grade():
    seen = {"protection.products": known([RUNNING])}
    told = {"protection.products": known([{"id": "kaspersky-kes-windows", "managed": True}], complete=False)}
    found = verdicts((Grade.A, seen), (Grade.B, told))
    assert found["protection.active"] == (Verdict.PASS, Grade.A)
    assert found["protection.managed"] == (Verdict.PASS, Grade.B)
    assert verdicts((Grade.A, seen))["protection.managed"] == (Verdict.UNKNOWN, None)


def test_a_console_that_lists_nothing_fails_nobody():
    found = verdicts((Grade.B, {"protection.products": known([], complete=False)}))
    assert found["protection.installed"] == (Verdict.UNKNOWN, None)


def test_what_the_inventory_alone_decides_has_no_grade():
    desk = Endpoint.model_validate({"id": "pc-2", "kind": "workstation"})
    facts = combined((Grade.B, {"protection.products": known([], complete=False)})).steps
    found = {one.check: one for one in JUDGE.judge_steps(desk, facts)}
    assert (found["protection.edr"].verdict, found["protection.edr"].grade) == (Verdict.NOT_APPLICABLE, None)
    apart = Endpoint.model_validate({"id": "pc-3", "kind": "isolated"})
    assert {(one.verdict, one.grade) for one in JUDGE.judge_steps(apart, facts)} == {(Verdict.NOT_APPLICABLE, None)}


def test_what_is_counted_from_several_facts_is_not_turned_by_one_more_of_them():
    """Without extended support the release is out of support; a console that claims it must not turn that."""
    seen = {"os.family": known("linux"), "os.id": known("ubuntu"), "os.version": known("18.04")}
    told = {"os.extended_support": known(True)}
    alone = combined((Grade.A, seen)).facts["os.support_days_left"]
    assert isinstance(alone, Known)
    assert combined((Grade.A, seen), (Grade.B, told)).facts["os.support_days_left"] == alone


def test_facts_name_the_outcomes_they_were_taken_from():
    seen = {"protection.products": known([RUNNING]), "boot.secure": REASON, "disk.encrypted": known(True)}
    told = {"protection.products": known([{**RUNNING, "managed": True}], complete=False), "disk.encrypted": known(False)}
    held = {"boot.secure": known(True)}
    found = combined((Grade.A, seen), (Grade.B, told), (Grade.C, held))
    assert found.origins == {"protection.products": (1, 2), "boot.secure": (3,)}
    assert combined((Grade.A, seen)).origins == {}


def test_pieces_of_one_grade_are_one_step():
    found = combined((Grade.B, {"boot.secure": known(True)}), (Grade.B, {"disk.encrypted": known(True)}), (Grade.C, {}))
    assert [grade for grade, _ in found.steps] == [Grade.B, Grade.C]
    assert found.steps[0][1]["disk.encrypted"] == known(True)


@pytest.mark.parametrize("grades", [[], [Grade.A]])
def test_without_facts_nothing_is_known(grades):
    assert combine(state_of(grades), {}, CATALOG.knowledge, AT).facts is None


def test_one_piece_has_nothing_to_contradict():
    alone = combined((Grade.B, {"boot.secure": known(True)}))
    assert alone.facts["evidence.ways"] == Known(("console:unknown",), "evidence")
    assert isinstance(alone.facts["evidence.conflicts"], Missing)
    assert verdicts((Grade.B, {"boot.secure": known(True)}))[ABOUT_EVIDENCE] == (Verdict.NOT_APPLICABLE, Grade.B)


def test_a_contradiction_is_a_finding_and_the_better_grade_decides_all_the_same():
    seen = {"protection.products": known([{**RUNNING, "running": False}])}
    told = {"protection.products": known([RUNNING], complete=False)}
    found = {one.check: one for one in JUDGE.judge_steps(ENDPOINT, combined((Grade.A, seen), (Grade.C, told)).steps)}
    assert (found["protection.active"].verdict, found["protection.active"].grade) == (Verdict.FAIL, Grade.A)
    finding = found[ABOUT_EVIDENCE]
    assert (finding.verdict, finding.grade) == (Verdict.FAIL, Grade.C)
    assert (
        "kaspersky-kes-windows running: false (ssh, A, 2026-11-21) <> true (courier, C, 2026-11-20)"
        in dict(finding.evidence)["evidence.conflicts"]
    )
    agreed = verdicts((Grade.A, seen), (Grade.B, seen))
    assert agreed[ABOUT_EVIDENCE] == (Verdict.PASS, Grade.B)
