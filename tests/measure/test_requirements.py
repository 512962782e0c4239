"""Each requirement of the standard against one system: what machines show, what people state, what was excused for a time."""

import importlib
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.model.assessment import Fulfilment
from secaudit.model.level import Classification, ClauseMatch
from secaudit.model.outcome import Grade

sys.path.insert(0, str(Path(__file__).parent))
cases = importlib.import_module("requirement_cases")
Case, requirement, seen, ASKED = cases.Case, cases.requirement, cases.seen, cases.ASKED
PAPER_ONLY = (requirement(manual=ASKED),)
BOTH = (requirement(checks=["a.x"], manual=ASKED),)
WAIVED_CHECK = {"checks": ["a.x"], "endpoints": ["m1"]}


def words(result) -> str:
    return " | ".join(map(str, result.because))


@pytest.mark.parametrize(
    ("machines", "expected"),
    [
        ("", "unknown"),
        ("ppp", "met"),
        ("ppn", "met"),
        ("pp-", "unknown"),
        ("pp?", "unknown"),
        ("ppm", "unknown"),
        ("nn", "unknown"),
        ("n-", "unknown"),
        ("ff", "not_met"),
        ("fn", "not_met"),
        ("f-", "not_met"),
        ("fp", "partly"),
        ("fp-", "partly"),
        ("-", "unknown"),
    ],
)
def test_machines_decide_and_one_that_nobody_saw_prevents_met(machines, expected):
    assert Case(machines=machines).answer() == expected


def test_the_machine_that_nobody_saw_is_named_also_beside_failures():
    assert words(Case(machines="pp-").result()) == "1 of 3 machines were not seen: m3"
    assert words(Case(machines="pf-?").result()) == (
        "1 of 4 machines fail: m2 | 1 of 4 machines were not seen: m3 | 1 of 4 machines answer too little to decide: m4"
    )
    tally = Case(machines="pf-n").result().checks[0]
    assert (tally.passed, tally.failed, tally.unknown, tally.not_applicable) == (("m1",), ("m2",), ("m3",), ("m4",))


def test_a_machine_has_to_pass_every_check():
    two = (requirement(checks=["a.x", "a.y"]),)
    machines = ({"id": "q1", "kind": "server", "systems": ["s"]}, {"id": "q2", "kind": "laptop", "systems": ["s"]})

    def both(one: dict[str, str], other: dict[str, str]) -> str:
        return Case(two, endpoints=machines, states=(seen("q1", **one), seen("q2", **other))).answer()

    assert both({"x": "p", "y": "p"}, {"x": "p", "y": "n"}) == "met"
    assert both({"x": "p", "y": "f"}, {"x": "p", "y": "p"}) == "partly"
    assert both({"x": "p", "y": "f"}, {"x": "f", "y": "p"}) == "not_met"
    assert both({"x": "p", "y": "p"}, {"x": "p", "y": "?"}) == "unknown"
    assert both({"x": "p", "y": "p"}, {"x": "p"}) == "unknown"  # a check that judged nothing


def test_machines_that_are_retired_isolated_or_elsewhere_do_not_count():
    others = (
        {"id": "q1", "kind": "server", "systems": ["s"], "status": "retired"},
        {"id": "q2", "kind": "isolated", "systems": ["s"]},
        {"id": "q3", "kind": "server"},
    )
    found = Case(machines="p", endpoints=others).assess().systems["s"]
    assert (found.machines, found.results[0].fulfilment) == (("m1",), Fulfilment.MET)
    assert "1 isolated machine(s) are left out" in str(found.notes[-1])
    alone = Case(endpoints=others).assess().systems["s"]
    assert (alone.machines, alone.results[0].fulfilment) == ((), Fulfilment.UNKNOWN)


def test_evidence_of_a_grade_the_plan_does_not_accept_says_nothing():
    machine = ({"id": "q1", "kind": "server", "systems": ["s"]},)
    case = Case(endpoints=machine, states=(seen("q1", Grade.C, x="p"),))
    assert (case.answer(), replace(case, grades="AB").answer()) == ("met", "unknown")


@pytest.mark.parametrize("answer", ["met", "partly", "not_met"])
def test_a_statement_decides_what_only_paper_can_show(answer):
    result = Case(PAPER_ONLY).attested(answer).result()
    assert (result.fulfilment.value, result.attestations) == (answer, ("x1",))
    assert "x1: Trưởng phòng states that it is" in words(result) and "7/BC, 01/10/2026" in words(result)


def test_what_nobody_stated_is_unknown():
    assert Case(PAPER_ONLY).answer() == "unknown"
    assert Case(PAPER_ONLY).attested(systems=["other"]).answer() == "unknown"
    assert Case(PAPER_ONLY).attested(number=2).answer() == "unknown"
    assert Case(PAPER_ONLY).attested(stated_on="2026-12-15").answer() == "unknown"


@pytest.mark.parametrize("whom", [{"systems": ["s"]}, {"systems": [], "agencies": ["xa"]}, {"systems": [], "province": True}])
def test_a_statement_speaks_of_a_system_its_agency_or_the_province(whom):
    assert Case(PAPER_ONLY).attested(**whom).answer() == "met"


@pytest.mark.parametrize(
    ("months", "until", "day", "expected"),
    [
        ({}, None, "2027-10-02", "met"),
        ({}, None, "2027-10-03", "unknown"),
        ({2: 6}, None, "2027-04-02", "met"),
        ({2: 6}, None, "2027-04-03", "unknown"),
        ({3: 6}, None, "2027-04-03", "met"),
        ({}, "2026-11-30", "2026-12-01", "unknown"),
        ({}, "2031-12-31", "2031-12-31", "met"),
        ({2: 6}, "2031-12-31", "2027-04-03", "unknown"),  # the standard asks for a review before that
    ],
)
def test_an_expired_statement_is_unknown_and_named(months, until, day, expected):
    asked = (requirement(manual={**ASKED, "months": months}),)
    case = replace(Case(asked), day=date.fromisoformat(day)).attested(**({"valid_until": until} if until else {}))
    assert case.answer() == expected
    assert ("held until" in words(case.result())) == (expected == "unknown")
    assert case.result().attestations == ("x1",)


@pytest.mark.parametrize(("first", "second"), [("met", "not_met"), ("partly", "met"), ("not_met", "partly")])
def test_of_statements_that_contradict_each_other_the_worse_counts_and_both_are_named(first, second):
    case = Case(PAPER_ONLY).attested(first).attested(second, systems=[], province=True)
    worse = min(first, second, key=["not_met", "partly", "met"].index)
    result = case.result()
    assert (result.fulfilment.value, set(result.attestations)) == (worse, {"x1", "x2"})
    assert result.attestations[0] == ("x1" if worse == first else "x2")
    assert "contradict" in words(result) and "x1:" in words(result) and "x2:" in words(result)
    assert [conflict.kind for conflict in case.conflicts()] == ["statements"]


@pytest.mark.parametrize(
    ("machines", "stated", "expected"),
    [
        ("pp", None, "unknown"),
        ("pp", "met", "met"),
        ("pp", "partly", "partly"),
        ("pp", "not_met", "not_met"),
        ("p-", "met", "unknown"),
        ("p-", "not_met", "not_met"),
        ("pf", "met", "partly"),
        ("ff", "met", "not_met"),
        ("ff", None, "not_met"),
        ("nn", "met", "met"),
        ("nn", None, "unknown"),
        ("", "met", "unknown"),
    ],
)
def test_where_checks_and_a_paper_are_asked_for_both_are_needed(machines, stated, expected):
    case = Case(BOTH, machines)
    assert (case.attested(stated) if stated else case).answer() == expected


@pytest.mark.parametrize(
    ("machines", "stated", "expected"), [("p-", "met", "unknown"), ("", "met", "unknown"), ("pp", "not_met", "not_met")]
)
def test_a_statement_never_makes_met_what_machines_have_to_show(machines, stated, expected):
    assert Case(machines=machines).attested(stated).answer() == expected


def test_not_applicable_takes_a_statement_with_a_reason():
    assert Case(machines="nn").answer() == "unknown"
    assert Case(machines="nn").attested("not_applicable", reason="Không có Windows").answer() == "not_applicable"
    assert Case(machines="").attested("not_applicable", reason="Thuê dịch vụ").answer() == "not_applicable"
    assert Case(machines="nn").attested("not_applicable").answer() == "unknown"
    assert Case(PAPER_ONLY).attested("not_applicable").answer() == "unknown"


def test_a_failing_machine_outweighs_every_statement_and_the_contradiction_is_a_finding():
    for answer in ("met", "not_applicable"):
        case = Case(machines="pf").attested(answer, reason="Không áp dụng")
        assert case.answer() == "partly"
        (conflict,) = case.conflicts()
        assert (conflict.kind, conflict.endpoints) == ("attested", ("m2",))
        assert "Trưởng phòng" in str(conflict.declared) and "1 machines fail: m2" in str(conflict.found)
    assert Case(machines="pf").attested("met", valid_until="2026-11-01").conflicts() == ()


@pytest.mark.parametrize(
    ("waiver", "waived"),
    [
        (WAIVED_CHECK, True),
        ({"checks": ["a.x"], "systems": ["s"]}, True),
        ({"checks": ["a.x"], "agencies": ["xa"]}, True),
        ({"requirements": ["std:r1"], "systems": ["s"]}, True),
        ({"requirements": ["std:r1"], "agencies": ["xa"]}, True),
        ({"checks": ["a.x"], "endpoints": ["m2"]}, False),
        ({"checks": ["a.y"], "endpoints": ["m1"]}, False),
        ({"requirements": ["std:r2"], "systems": ["s"]}, False),
        ({"checks": ["a.x"]}, False),
        ({**WAIVED_CHECK, "valid_from": "2026-12-15"}, False),
        ({**WAIVED_CHECK, "valid_until": "2026-12-13"}, False),
        ({**WAIVED_CHECK, "valid_until": "2026-12-14"}, True),
    ],
)
def test_a_waiver_excuses_a_failure_for_a_time_and_never_makes_it_met(waiver, waived):
    result = Case(machines="fp").waived(**waiver).result()
    assert (result.fulfilment, result.waived, result.waivers) == (Fulfilment.PARTLY, waived, ("w1",) if waived else ())
    assert ("excused for a time: w1, Giám đốc, until" in words(result)) == waived


def test_excused_failures_are_counted_apart_and_an_exception_that_ended_is_named():
    tally = Case(machines="ffp").waived(**WAIVED_CHECK).result().checks[0]
    assert (tally.waived, tally.failed) == (("m1",), ("m2",))
    ended = Case(machines="f").waived(**WAIVED_CHECK, valid_until="2026-12-13").result()
    assert "the exception w1 ended on 13/12/2026: a failure again" in words(ended)
    whole = Case(machines="f").waived(requirements=["std:r1"], systems=["s"], valid_until="2026-12-13").result()
    assert (whole.waived, "ended on 13/12/2026" in words(whole)) == (False, True)


@pytest.mark.parametrize(("machines", "paper"), [("f-", None), ("ff", None), ("fp", "not_met")])
def test_not_all_is_excused_while_something_else_stands_in_the_way(machines, paper):
    case = Case(BOTH if paper else (requirement(),), machines).waived(**WAIVED_CHECK)
    assert (case.attested(paper) if paper else case).result().waived is False


def test_a_waiver_does_nothing_where_nothing_fails():
    for machines in ("pp", "p-", ""):
        result = Case(machines=machines).waived(requirements=["std:r1"], systems=["s"]).result()
        assert (result.waivers, result.waived) == ((), False)


@pytest.mark.parametrize(
    ("system", "classification", "expected"),
    [
        ({"dossier": {"status": "approved", "level": 3, "decision": cases.PAPER}}, (2, 2), (3, "approved", None)),
        ({"dossier": {"status": "approved", "level": 3}}, (2, 2), (3, "proposed", None)),
        ({"dossier": {"status": "approved", "level": 3, "decision": {**cases.PAPER, "date": "2026-12-15"}}}, (2, 2),
         (3, "proposed", None)),
        ({"dossier": {"status": "drafting", "level": 2}}, (3, 3), (2, "proposed", 3)),
        ({"dossier": {"status": "drafting", "level": 2}}, (2, 3), (2, "proposed", 3)),
        ({"dossier": {"status": "drafting", "level": 3}}, (2, 3), (3, "proposed", None)),
        ({"dossier": {"status": "approved", "level": 2, "decision": cases.PAPER}}, (3, 3), (2, "approved", None)),
        ({}, (2, 3), (2, "classified", 3)),
        ({}, (3, 3), (3, "classified", None)),
    ],
)  # fmt: skip
def test_the_list_of_the_approved_level_is_taken_else_the_proposed_else_the_lowest_proven(system, classification, expected):
    found = replace(Case(), system=system, classification=Classification("s", "r", *classification)).assess().systems["s"]
    assert (found.level, found.level_from, found.up_to) == expected


def test_a_range_and_a_level_under_what_the_rules_prove_are_said():
    open_range = replace(Case(), system={}, classification=Classification("s", "r", 2, 3)).assess().systems["s"]
    assert "level 2 to 3 open" in str(open_range.notes[0])
    too_low = replace(Case(), classification=Classification("s", "r", 3, 3)).assess().systems["s"]
    assert "the rules prove level 3" in str(too_low.notes[0])
    approved = {"dossier": {"status": "approved", "level": 2, "decision": cases.PAPER}}
    kept = Classification("s", "r", 3, 3, declared=2, declared_kept=True)
    assert replace(Case(), system=approved, classification=kept).assess().systems["s"].notes == ()


def test_no_assessment_is_invented():
    undetermined = Classification("s", "r", None, 5, matches=(ClauseMatch("13.1", 3, None),))
    for changes, why in (
        ({"system": {}, "classification": undetermined}, "not determined"),
        ({"system": {"state_secret": True, "level": 3}}, "state secret"),
        ({"system": {"status": "stopped", "dossier": {"status": "approved", "level": 3}}}, "stopped"),
    ):
        found = replace(Case(), **changes).assess()
        assert found.systems == {} and why in str(found.unassessed["s"])


def test_rows_that_are_not_held_are_open_and_prevent_fulfilled():
    whole = Case(machines="p").assess().systems["s"]
    assert (whole.rows, whole.open_rows, whole.fulfilled) == (1, 0, True)
    part = replace(Case(machines="p"), rows={2: 129}).assess().systems["s"]
    assert (part.rows, part.open_rows, part.fulfilled) == (129, 128, None)
    uncounted = replace(Case(machines="p"), rows={}).assess().systems["s"]
    assert (uncounted.rows, uncounted.open_rows, uncounted.fulfilled) == (None, None, None)


def test_only_what_the_level_asks_is_asked():
    case = Case((requirement(levels=[3]), requirement("r2", levels=[2, 4])), "p")
    assert [result.requirement.id for result in case.assess().systems["s"].results] == ["r2"]
    nothing = replace(Case((requirement(levels=[3]),), "p"), rows={2: 0}).assess().systems["s"]
    assert nothing.fulfilled is None


@pytest.mark.parametrize(
    ("strength", "machines", "expected"),
    [("mandatory", "f", False), ("suggested", "f", None), ("mandatory", "-", None), ("suggested", "p", True)],
)
def test_a_mandatory_failure_disproves_a_suggested_one_keeps_the_answer_open(strength, machines, expected):
    assert Case((requirement(strength=strength),), machines).assess().systems["s"].fulfilled is expected
    excused = Case((requirement(strength=strength),), machines).waived(**WAIVED_CHECK).assess().systems["s"]
    assert excused.fulfilled is expected


def test_a_plan_declared_fully_deployed_contradicts_what_fails():
    full = {"dossier": {"status": "submitted", "level": 2}, "plan": {"status": "full"}}
    two = (requirement(), requirement("r2", checks=["a.x"], strength="suggested"))
    (conflict,) = replace(Case(two, "pf-"), system=full).conflicts()
    assert (conflict.kind, conflict.endpoints) == ("plan_full", ("m2",))
    assert "1 mandatory requirements are not met or not everywhere: no. 1" in str(conflict.found)
    (excused,) = replace(Case(two, "f"), system=full).waived(**WAIVED_CHECK).conflicts()
    assert "1 of them excused" in str(excused.found)
    assert replace(Case(two, "p-"), system=full).conflicts() == ()
    assert replace(Case(two, "f"), system={**full, "plan": {"status": "partial"}}).conflicts() == ()


@pytest.mark.parametrize(
    ("dossier", "kind"),
    [
        ({"status": "approved", "level": 2, "decision": cases.PAPER}, "no_regulation"),
        ({"status": "approved", "level": 2, "decision": cases.PAPER, "regulation": {"number": "5", "date": "2026-10-05"}},
         "regulation_late"),
        ({"status": "approved", "level": 2, "decision": cases.PAPER, "regulation": {"number": "5", "date": "2026-10-01"}}, None),
        ({"status": "appraised", "level": 2}, None),
    ],
)  # fmt: skip
def test_a_level_approved_without_a_regulation_before_it_is_a_finding(dossier, kind):
    found = replace(Case(), system={"dossier": dossier}).conflicts()
    assert [conflict.kind for conflict in found] == ([kind] if kind else [])


def test_protection_that_is_declared_and_absent_is_a_finding():
    asked = (requirement(checks=["protection.installed"]),)
    machine = ({"id": "q1", "kind": "server", "systems": ["s"]},)
    bare = seen("q1", x="f")
    bare = replace(bare, findings=(replace(bare.findings[0], check="protection.installed"),))
    case = Case(asked, endpoints=machine, states=(bare,))
    assert case.conflicts() == ()
    attested = [conflict.kind for conflict in case.attested().conflicts()]
    planned = [conflict.kind for conflict in replace(case, system={**case.system, "plan": {"status": "full"}}).conflicts()]
    assert (attested, planned) == (["protection_absent", "attested"], ["plan_full", "protection_absent"])


ANSWERS = st.lists(st.sampled_from("pf?n-m"), max_size=6).map("".join)
PAPERS = st.lists(st.sampled_from(["met", "partly", "not_met", "not_applicable"]), max_size=3)


@settings(max_examples=150, deadline=None)
@given(ANSWERS, PAPERS, st.booleans(), st.booleans(), st.booleans())
def test_nothing_is_met_because_nobody_looked(machines, papers, checks, manual, waived):
    row = requirement(checks=["a.x"] if checks else [], **({"manual": ASKED} if manual else {}))
    case = Case((row,), machines)
    for answer in papers:
        case = case.attested(answer, reason="Lý do")
    if waived:
        case = case.waived(checks=["a.x"], requirements=["std:r1"], systems=["s"])
    result = case.result()
    if result.fulfilment is Fulfilment.MET:
        assert not set("f?-m") & set(machines) or not checks
        assert set(papers) <= {"met"}
        assert (checks and "p" in machines) or "met" in papers
        assert not manual or "met" in papers
    if result.waived:
        assert result.fulfilment in (Fulfilment.NOT_MET, Fulfilment.PARTLY)
    if checks and "f" in machines:
        assert result.fulfilment in (Fulfilment.NOT_MET, Fulfilment.PARTLY)
    if result.fulfilment is Fulfilment.NOT_APPLICABLE:
        assert "not_applicable" in papers
    backwards = replace(case, machines=machines[::-1], attestations=case.attestations[::-1]).result()
    assert (backwards.fulfilment, set(backwards.attestations)) == (result.fulfilment, set(result.attestations))


ADVICE = (requirement(checks=["a.x", "a.y"], advice=["a.y"]),)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([("p", "p")], "met"),
        ([("p", "f")], "unknown"),  # an own value fails: no failure of the standard, and nothing is met
        ([("p", "p"), ("n", "f")], "unknown"),
        ([("f", "f")], "not_met"),
        ([("f", "p"), ("p", "f")], "not_met"),
        ([("f", "p"), ("p", "p"), ("p", "f")], "partly"),
        ([("p", "f"), ("p", "?")], "unknown"),
        ([("n", "n")], "unknown"),
    ],
)
def test_a_value_that_is_only_suggested_neither_fails_a_requirement_nor_lets_it_be_met(verdicts, expected):
    own = tuple({"id": f"q{place}", "kind": "server", "systems": ["s"]} for place, _ in enumerate(verdicts))
    states = tuple(seen(f"q{place}", x=one, y=other) for place, (one, other) in enumerate(verdicts))
    case = Case(ADVICE, endpoints=own, states=states)
    result = case.result()
    assert result.fulfilment.value == expected
    assert ("differ from values that are only suggested" in words(result)) == any(pair[1] == "f" != pair[0] for pair in verdicts)
    assert case.assess().systems["s"].fulfilled is {"met": True, "unknown": None}.get(expected, False)


def test_advice_contradicts_no_statement_and_an_exception_to_it_is_shown():
    own = ({"id": "q1", "kind": "server", "systems": ["s"]},)
    asked = (requirement(checks=["a.x", "a.y"], advice=["a.y"], manual=ASKED),)
    case = Case(asked, endpoints=own, states=(seen("q1", x="p", y="f"),)).attested("met")
    assert (case.answer(), case.conflicts()) == ("unknown", ())
    waived = case.waived(checks=["a.y"], endpoints=["q1"]).result()
    assert (waived.fulfilment, waived.waivers, waived.waived) == (Fulfilment.UNKNOWN, ("w1",), False)


@pytest.mark.parametrize(
    ("machines", "expected"), [("-", "unknown"), ("pp", "unknown"), ("n?", "unknown"), ("nn", "not_applicable")]
)
def test_not_applicable_cannot_be_stated_over_machines_that_nobody_saw_or_that_pass(machines, expected):
    case = Case(machines=machines).attested("not_applicable", reason="Không dùng")
    assert case.answer() == expected
    assert [conflict.kind for conflict in case.conflicts()] == (["attested"] if "p" in machines else [])


def test_a_system_of_which_everything_is_called_not_applicable_is_not_fulfilled():
    nothing = Case(PAPER_ONLY).attested("not_applicable", reason="Không dùng").assess().systems["s"]
    assert (nothing.results[0].fulfilment, nothing.fulfilled) == (Fulfilment.NOT_APPLICABLE, None)


def test_a_level_that_is_only_proposed_and_may_rise_leaves_the_system_open():
    low = replace(Case(machines="p"), system={"dossier": {"status": "submitted", "level": 2}})
    assert low.assess().systems["s"].fulfilled is True
    assert replace(low, classification=Classification("s", "r", 3, 3)).assess().systems["s"].fulfilled is None
