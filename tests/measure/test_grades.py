"""Grades in figures: a verdict counts by the evidence it needs, not by the best that stands beside it."""

from dataclasses import replace

from secaudit.model.finding import Finding, Verdict
from secaudit.model.measurement import Tally
from secaudit.model.outcome import Grade


def graded(make, endpoint, own=Grade.A, **verdicts):
    """``installed=("pass", Grade.B)``: evidence of grade ``own`` and verdicts that need others besides."""
    base = make.state(endpoint, own)
    found = tuple(Finding(f"protection.{name}", Verdict(said), grade=grade) for name, (said, grade) in verdicts.items())
    return replace(base, findings=found)


def test_a_verdict_that_needs_a_grade_the_plan_does_not_take_is_unknown(make):
    case = make.one(2, 0).seen(graded(make, "m-1", installed=("pass", Grade.A)), graded(make, "m-2", installed=("pass", Grade.C)))
    found = case.measure(evidence={"grades": ["A", "B"]})
    assert (found.tally, found.declared_only, found.proven_by) == (Tally(1, 0, 1), 1, ((Grade.A, 1),))
    assert case.measure().proven_by == ((Grade.A, 1), (Grade.C, 1))


def test_a_failure_that_rests_on_a_grade_that_does_not_count_is_unknown_too(make):
    case = make.one(1, 0).seen(graded(make, "m-1", installed=("fail", Grade.C)))
    assert case.measure(evidence={"grades": ["A"]}).tally == Tally(0, 0, 1)
    assert case.measure().proven_by == ()


def test_the_worst_grade_that_is_needed_proves_a_member_and_no_worse_one(make):
    both = 'verdict.protection.active == "pass" && verdict.protection.managed == "pass"'
    either = 'verdict.protection.active == "pass" || verdict.protection.managed == "pass"'
    case = make.one(1, 0).seen(graded(make, "m-1", active=("pass", Grade.A), managed=("pass", Grade.B)))
    assert case.measure(make.target(meets=both)).proven_by == ((Grade.B, 1),)
    assert case.measure(make.target(meets=either)).proven_by == ((Grade.A, 1),)


def test_each_reading_has_grades_of_its_own(make, plan_246):
    case = make.one(2, 0).seen(
        graded(make, "m-1", installed=("pass", Grade.A), active=("pass", Grade.A), managed=("pass", Grade.B)),
        graded(make, "m-2", Grade.C, installed=("pass", Grade.C), active=("unknown", None), managed=("unknown", None)),
    )
    found = case.by(plan_246)[1]
    assert found.proven_by == ((Grade.A, 1), (Grade.C, 1))
    assert [sub.proven_by for sub in found.under] == [((Grade.A, 1),), ((Grade.B, 1),)]
    assert sum(count for _, count in found.proven_by) == found.tally.proven


def test_what_no_evidence_decides_is_proven_by_no_grade(make):
    case = make.one(1, 1)
    assert case.measure(make.target(meets='endpoint.kind == "workstation"')).proven_by == ()
    systems = make.Case([make.agency("xa", systems=[{"id": "s"}])])
    assert systems.measure(make.target("systems", meets="system.shared == false")).proven_by == ()
