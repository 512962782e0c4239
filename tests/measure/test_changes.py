"""Two states compared: nothing is better because nobody looked, and looking back tells the same story the other way round."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from secaudit.measure.changes import changes
from secaudit.model.past import Basis, PastMachine, PastState, Turn

CHECKS = ("a", "b", "c", "d")
MIRROR = {
    Turn.WORSE: Turn.BETTER,
    Turn.BETTER: Turn.WORSE,
    Turn.APPEARED: Turn.VANISHED,
    Turn.VANISHED: Turn.APPEARED,
    Turn.UNKNOWN: Turn.KNOWN,
    Turn.KNOWN: Turn.UNKNOWN,
}


def state(machines, checks=CHECKS):
    return PastState(datetime(2026, 12, 1, tzinfo=UTC), Basis.STATED, "p", (), machines=machines, checks=frozenset(checks))


@st.composite
def machines(draw):
    if not draw(st.booleans()):
        return PastMachine("xa", seen=False)
    verdicts = draw(st.lists(st.sampled_from("pfu"), min_size=4, max_size=4))
    told = {mark: frozenset(check for check, one in zip(CHECKS, verdicts, strict=True) if one == mark) for mark in "fu"}
    bounds = draw(st.none() | st.tuples(st.integers(0, 5), st.integers(0, 5)))
    return PastMachine("xa", True, None if bounds is None else (min(bounds), max(bounds)), told["f"], told["u"])


provinces = st.dictionaries(st.sampled_from(["pc-1", "pc-2", "pc-3"]), machines())
judged = st.sets(st.sampled_from(CHECKS))


def parts(found):
    """Every turn of every machine with its checks."""
    return {(one.endpoint, turn): checks for one in found for turn, checks in ((one.turn, one.checks), *one.beside)}


@given(provinces)
def test_a_state_is_as_it_is(province):
    assert changes(state(province), state(province)) == ()


@given(provinces, provinces, judged, judged)
def test_looking_back_tells_the_same_the_other_way_round(was, now, first, second):
    there, back = changes(state(was, first), state(now, second)), changes(state(now, second), state(was, first))
    assert parts(back) == {(name, MIRROR[turn]): checks for (name, turn), checks in parts(there).items()}
    grades = {one.endpoint: one.protection for one in there}
    assert {one.endpoint: one.protection for one in back} == {n: g and (g[1], g[0]) for n, g in grades.items()}
    assert {one.endpoint: one.seen for one in back} == {one.endpoint: one.seen[::-1] for one in there}


@given(provinces, provinces)
def test_a_machine_stands_once_and_a_check_turns_one_way(was, now):
    found = changes(state(was), state(now))
    assert len({one.endpoint for one in found}) == len(found)
    for one in found:
        turned = [check for _, checks in ((one.turn, one.checks), *one.beside) for check in checks]
        assert len(turned) == len(set(turned))
        ways = {one.turn, *(turn for turn, _ in one.beside)}
        assert one.turn is not Turn.BETTER or not ways & {Turn.WORSE, Turn.UNKNOWN}, "what is better has nothing worse in it"


@given(provinces, provinces)
def test_a_machine_that_nobody_sees_any_more_is_unknown_and_never_better(was, now):
    for one in changes(state(was), state(now)):
        if not one.seen[1] and one.turn is not Turn.VANISHED:
            assert one.turn in (Turn.UNKNOWN, Turn.APPEARED) and not one.beside


def one(was, now, checks=CHECKS):
    (found,) = changes(state({"pc": was}), state({"pc": now}, checks))
    return found


def seen(fails="", unknown="", protection=None):
    return PastMachine("xa", True, protection, frozenset(fails), frozenset(unknown))


def test_what_was_in_order_and_is_not_seen_is_unknown():
    change = one(seen(protection=(2, 2)), PastMachine("xa", seen=False))
    assert (change.turn, change.checks, change.protection) == (Turn.UNKNOWN, (), ((2, 2), None))
    change = one(seen("ab"), PastMachine("xa", seen=False))
    assert (change.turn, change.checks) == (Turn.UNKNOWN, ("a", "b")), "what failed is not in order because nobody looks"


def test_the_gravest_turn_comes_first_and_the_others_beside_it():
    change = one(seen("ab"), seen("bc", "d"))
    assert (change.turn, change.checks) == (Turn.WORSE, ("c",))
    assert change.beside == ((Turn.UNKNOWN, ("d",)), (Turn.BETTER, ("a",)))
    change = one(seen("a"), seen("", "a"))
    assert change.turn is Turn.UNKNOWN, "a failure that cannot be read any more is no improvement"


def test_grades_that_overlap_are_a_matter_of_knowing():
    assert one(seen(protection=(2, 3)), seen(protection=(1, 1))).turn is Turn.WORSE
    assert one(seen(protection=(1, 2)), seen(protection=(3, 3))).turn is Turn.BETTER
    assert one(seen(protection=(3, 3)), seen(protection=(2, 5))).turn is Turn.UNKNOWN
    assert one(seen(protection=(1, 2)), seen(protection=(2, 3))).turn is Turn.KNOWN


def test_a_check_that_only_one_state_knows_turns_no_machine():
    assert changes(state({"pc": seen()}, "ab"), state({"pc": seen("c")}, "abc")) == ()


def test_a_machine_that_changed_its_agency_is_the_same_machine():
    assert changes(state({"pc": PastMachine("xa", True)}), state({"pc": PastMachine("so", True)})) == ()
    assert one(PastMachine("xa", True), PastMachine("so", True, fails=frozenset("a"))).agency == "so"
