"""Machines: what evidence proves, what stays unknown, who is counted."""

import pytest

from secaudit.model.measurement import Decision, Tally
from secaudit.model.outcome import Grade, Sight


def test_only_evidence_proves_and_what_nobody_saw_is_unknown(make):
    case = make.one(10, passing=6, failing=1)
    found = case.measure()
    assert (found.tally, found.decision) == (Tally(6, 1, 3), Decision.UNDECIDED)
    (share,) = found.agencies
    assert share.proven == tuple(f"m-{number}" for number in range(1, 7))
    assert (share.disproven, share.unknown) == (("m-7",), ("m-8", "m-9", "m-10"))


@pytest.mark.parametrize("sight", [Sight.TIMEOUT, Sight.REFUSED, Sight.HOST_KEY, Sight.NO_WAY_IN, Sight.INTERNAL])
def test_a_machine_that_was_not_seen_is_unknown_not_failed(make, sight):
    case = make.one(1, 0).seen(make.state("m-1", sight=sight))
    assert case.measure().tally == Tally(0, 0, 1)


def test_stale_evidence_is_unknown(make):
    assert make.one(1, 0).seen(make.state("m-1", stale=True)).measure().tally == Tally(0, 0, 1)


@pytest.mark.parametrize(
    ("verdict", "tally"),
    [
        ("pass", Tally(1)), ("fail", Tally(0, 1)), ("unknown", Tally(0, 0, 1)), ("manual", Tally(0, 0, 1)),
        ("not_applicable", Tally(0, 1)),
    ],
)  # fmt: skip
def test_verdicts(make, verdict, tally):
    assert make.one(1, 0).seen(make.state("m-1", installed=verdict)).measure().tally == tally


def test_a_check_that_was_not_judged_is_unknown(make):
    assert make.one(1, 0).seen(make.state("m-1", active="pass")).measure().tally == Tally(0, 0, 1)


@pytest.mark.parametrize(
    ("grade", "proves"), [(Grade.A, True), (Grade.B, True), (Grade.C, True), (Grade.D, False), (Grade.E, False)]
)
def test_declared_evidence_is_drawn_apart_and_proves_nothing(make, grade, proves):
    found = make.one(1, 0).seen(make.state("m-1", grade, installed="pass")).measure()
    assert (found.tally, found.declared_only) == ((Tally(1), 0) if proves else (Tally(0, 0, 1), 1))


def test_declared_evidence_of_a_failure_is_not_declared_to_meet_it(make):
    found = make.one(1, 0).seen(make.state("m-1", Grade.E, installed="fail")).measure()
    assert (found.tally, found.declared_only) == (Tally(0, 0, 1), 0)


def test_a_plan_says_which_grades_count(make):
    found = make.one(1, 0).seen(make.state("m-1", Grade.C, installed="pass")).measure(evidence={"grades": ["A"]})
    assert (found.tally, found.declared_only) == (Tally(0, 0, 1), 1)


def test_the_plan_counts_machines_in_use_and_says_who_is_left_out(make, plan_246):
    endpoints = [
        {"id": "pc", "kind": "workstation"}, {"id": "lap", "kind": "laptop"}, {"id": "srv", "kind": "server"},
        {"id": "mat", "kind": "isolated"}, {"id": "old", "kind": "workstation", "status": "retired"},
        {"id": "own", "kind": "laptop", "ownership": "personal"},
    ]  # fmt: skip
    case = make.Case([make.agency("xa", endpoints=endpoints)])
    found = case.by(plan_246)[1]
    assert found.tally == Tally(0, 0, 4)
    assert [str(note) for note in found.notes] == ["1 isolated machine(s): not applicable", "1 retired machine(s) do not count"]


def test_readings_under_a_target_decide_nothing_and_are_nested(make, plan_246):
    case = make.Case([make.agency("xa", endpoints=make.machines("m", 4))]).seen(
        make.state("m-1", installed="pass", active="pass", managed="pass"),
        make.state("m-2", installed="pass", active="pass", managed="unknown"),
        make.state("m-3", installed="pass", active="fail", managed="pass"),
        make.state("m-4", installed="pass", active="unknown", managed="unknown"),
    )
    found = case.by(plan_246)[1]
    assert (found.tally, found.decision) == (Tally(4), Decision.MET)
    assert [(sub.id, sub.tally) for sub in found.under] == [("active", Tally(2, 1, 1)), ("managed", Tally(1, 1, 2))]
    assert found.under[0].agencies[0].disproven == ("m-3",)


def test_lab_evidence_is_counted_apart(make):
    case = make.Case([make.agency("xa", endpoints=[{"id": "a", "kind": "server", "lab": True}, {"id": "b", "kind": "server"}])])
    assert case.measure().lab == 0
    seen = case.seen(make.state("a", installed="pass"), make.state("b", installed="fail", lab=True))
    assert (seen.measure().lab, seen.measure().tally) == (2, Tally(1, 1))


def test_closed_agencies_are_history(make):
    closed = make.agency("huyen", endpoints=make.machines("h", 5), valid_until="2025-06-30", submitted=False)
    open_one = make.agency("xa", endpoints=make.machines("m", 1))
    case = make.Case([closed, open_one]).seen(make.state("m-1", installed="pass"))
    found = case.measure()
    assert (found.tally, found.decision, [share.agency for share in found.agencies]) == (Tally(1), Decision.MET, ["xa"])


def test_the_level_of_a_machine_may_decide_who_counts(make):
    from secaudit.model.level import Classification

    endpoints = [
        {"id": "three", "kind": "server", "systems": ["cao"]}, {"id": "two", "kind": "server", "systems": ["thap"]},
        {"id": "open", "kind": "server", "systems": ["mo"]}, {"id": "none", "kind": "server"},
    ]  # fmt: skip
    levels = {"cao": (3, 3), "thap": (2, 2), "mo": (2, 3)}
    case = make.Case(
        [make.agency("xa", endpoints=endpoints, systems=[{"id": name} for name in levels])],
        classifications={name: Classification(name, "r", *ends) for name, ends in levels.items()},
    ).seen(*(make.state(item["id"], installed="pass") for item in endpoints))
    found = case.measure(make.target(counts="endpoint.level >= 3"))
    assert found.agencies[0].proven == ("three",)
    assert found.agencies[0].unknown == ("open", "none")
    assert [str(note) for note in found.notes] == ["1 machine(s) are of a kind that does not count"]


def test_agencies_stand_with_those_that_can_win_most_first(make):
    case = make.Case([
        make.agency("it", endpoints=make.machines("a", 2)),
        make.agency("nhieu", endpoints=make.machines("b", 10)),
        make.agency("xong", endpoints=make.machines("c", 3)),
    ]).seen(
        *(make.state(f"c-{number}", installed="pass") for number in (1, 2, 3)),
        *(make.state(f"b-{number}", installed="fail") for number in (1, 2)),
    )  # fmt: skip
    found = case.measure()
    assert [(share.agency, share.needed) for share in found.agencies] == [("nhieu", 9), ("it", 2), ("xong", 0)]
    assert (found.needed, found.to_clarify) == (11, 0)
    assert found.decision is Decision.MISSED


def test_a_defect_in_an_expression_is_unknown_and_said(make):
    found = make.one(2, 2).measure(make.target(meets='1 / 0 > 2 && verdict.protection.installed == "pass"'))
    assert found.tally == Tally(0, 0, 2)
    assert "could not be computed for 2 member(s)" in str(found.notes[0])
