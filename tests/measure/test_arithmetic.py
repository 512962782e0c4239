"""Shares, signs and what is still needed; the published figures of the user's documents are the reference."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.measure.arithmetic import decide, needed, satisfies, share_of, to_clarify
from secaudit.model.measurement import Decision, Tally

tallies = st.builds(Tally, st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
signs = st.sampled_from([">=", ">"])
shares = st.integers(0, 1000).map(lambda tenths: Fraction(tenths, 1000))


@pytest.mark.parametrize(
    ("proven", "total", "percent"),
    [(9, 19, "47.4"), (22, 22, "100.0"), (11, 11, "100.0"), (195, 195, "100.0"), (323 + 82, 1996, "20.3")],
)
def test_published_figures_come_out(proven, total, percent):
    tally = Tally(proven, total - proven)
    assert tally.lower == tally.upper == Fraction(proven, total)
    assert f"{float(100 * tally.lower):.1f}" == percent


def test_shares_are_exact():
    assert share_of("70 %") == Fraction(7, 10)
    assert share_of("47.4%") == Fraction(237, 500)
    assert share_of("100 %") == 1
    assert Tally(1, 2).lower == Fraction(1, 3)


def test_the_walk_through_of_a_province():
    """practice.md 9: 231 of 412 systems for 70 %, 15,870 of 19,412 machines for 90 %."""
    assert needed(Tally(231, 147, 34), ">=", share_of("70 %")) == 58
    assert decide(Tally(231, 147, 34), ">=", share_of("70 %"), blocked=False) is Decision.MISSED
    machines = Tally(15_870, 768, 18_644 - 15_870)
    assert (needed(machines, ">=", share_of("90 %")), to_clarify(machines, ">=", share_of("90 %"))) == (1601, 1601)
    assert decide(machines, ">=", share_of("90 %"), blocked=False) is Decision.UNDECIDED


def test_at_exactly_ninety_percent_the_signs_part():
    tally = Tally(90, 10)
    assert decide(tally, ">=", share_of("90 %"), blocked=False) is Decision.MET
    assert decide(tally, ">", share_of("90 %"), blocked=False) is Decision.MISSED
    assert (needed(tally, ">=", share_of("90 %")), needed(tally, ">", share_of("90 %"))) == (0, 1)
    assert decide(Tally(91, 9), ">", share_of("90 %"), blocked=False) is Decision.MET
    assert decide(Tally(90, 9, 1), ">", share_of("90 %"), blocked=False) is Decision.UNDECIDED


def test_a_hundred_percent_bears_no_exception():
    assert decide(Tally(611, 1), ">=", Fraction(1), blocked=False) is Decision.MISSED
    assert decide(Tally(603, 0, 9), ">=", Fraction(1), blocked=False) is Decision.UNDECIDED
    assert to_clarify(Tally(603, 0, 9), ">=", Fraction(1)) == 9
    assert decide(Tally(612), ">=", Fraction(1), blocked=False) is Decision.MET


def test_an_empty_population_is_not_applicable_unless_it_is_unknown():
    assert decide(Tally(), ">=", Fraction(1), blocked=False) is Decision.NOT_APPLICABLE
    assert decide(Tally(), ">=", Fraction(1), blocked=True) is Decision.UNDECIDED
    assert (needed(Tally(), ">", Fraction(1, 2)), Tally().lower, Tally().upper) == (0, None, None)


def test_what_blocks_turns_met_into_undecided_and_leaves_missed():
    assert decide(Tally(100), ">=", Fraction(9, 10), blocked=True) is Decision.UNDECIDED
    assert decide(Tally(0, 100), ">=", Fraction(9, 10), blocked=True) is Decision.MISSED


@given(tally=tallies, sign=signs, share=shares)
@settings(max_examples=300, deadline=None)
def test_needed_is_the_smallest_number_that_satisfies(tally, sign, share):
    count = needed(tally, sign, share)
    if not tally.total:
        assert count == 0
        return
    reached = Fraction(tally.proven + count, tally.total)
    assert satisfies(reached, sign, share)
    if count:
        assert not satisfies(Fraction(tally.proven + count - 1, tally.total), sign, share)
    assert to_clarify(tally, sign, share) == (count if count <= tally.unknown else 0)


@given(tally=tallies, sign=signs, share=shares, blocked=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_decision_is_right_however_the_unknown_turn_out(tally, sign, share, blocked):
    if not tally.total:
        return
    outcomes = {
        satisfies(Fraction(tally.proven + good, tally.total), sign, share) for good in {0, tally.unknown // 2, tally.unknown}
    }
    decision = decide(tally, sign, share, blocked=blocked)
    if decision is Decision.MET:
        assert outcomes == {True}
        assert not blocked
    elif decision is Decision.MISSED:
        assert outcomes == {False}
    else:
        assert decision is Decision.UNDECIDED
        assert blocked or outcomes == {True, False}


@given(tally=tallies.filter(lambda tally: tally.unknown), sign=signs, share=shares, blocked=st.booleans(), good=st.booleans())
@settings(max_examples=300, deadline=None)
def test_clarifying_one_member_narrows_the_interval_and_never_undoes_a_decision(tally, sign, share, blocked, good):
    after = Tally(tally.proven + good, tally.disproven + (not good), tally.unknown - 1)
    assert after.total == tally.total
    assert tally.lower <= after.lower <= after.upper <= tally.upper
    before = decide(tally, sign, share, blocked=blocked)
    if before is not Decision.UNDECIDED:
        assert decide(after, sign, share, blocked=blocked) is before
