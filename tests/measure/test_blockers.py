"""What keeps a target from being met although nothing speaks against it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.model.measurement import BlockerKind, Decision, Tally


def kinds(found):
    return [blocker.kind for blocker in found.blockers]


def test_met_has_no_blockers(make):
    found = make.one(10, 10).measure()
    assert (found.decision, found.blockers, found.needed, found.to_clarify) == (Decision.MET, (), 0, 0)


def test_unknown_members_are_named_with_their_agencies(make):
    case = make.Case([
        make.agency("mot", endpoints=make.machines("a", 1)),
        make.agency("ba", endpoints=make.machines("b", 3)),
    ])  # fmt: skip
    (blocker,) = case.measure().blockers
    assert (blocker.kind, blocker.agencies, blocker.count, blocker.parts) == (
        BlockerKind.UNKNOWN_MEMBERS, ("ba", "mot"), 4, (3, 1),
    )  # fmt: skip


def test_an_agency_that_sent_nothing_keeps_the_target_from_being_met(make):
    case = make.Case([
        make.agency("xa", endpoints=make.machines("m", 10)),
        make.agency("im-lang", submitted=False),
        make.agency("nhap", submitted=False, endpoints=make.machines("n", 2)),
    ])  # fmt: skip
    seen = case.seen(*(make.state(f"{name}", installed="pass") for name in [*(f"m-{n}" for n in range(1, 11)), "n-1", "n-2"]))
    found = seen.measure()
    assert (found.tally, found.decision, kinds(found)) == (Tally(12), Decision.UNDECIDED, [BlockerKind.NOT_SUBMITTED])
    assert (found.blockers[0].agencies, found.blockers[0].count) == (("nhap", "im-lang"), 2)
    assert {share.agency: share.submitted for share in found.agencies} == {"xa": True, "im-lang": False, "nhap": False}


def test_an_inventory_accepted_later_was_not_there_on_the_day(make):
    case = make.one(1, 1)
    case.as_of = make.AS_OF.replace(month=11, day=29)
    assert kinds(case.measure()) == [BlockerKind.NOT_SUBMITTED]


def test_nothing_sent_and_nothing_declared_is_undecided_not_inapplicable(make):
    found = make.Case([make.agency("im-lang", submitted=False)]).measure()
    assert (found.decision, kinds(found)) == (Decision.UNDECIDED, [BlockerKind.NOT_SUBMITTED])
    assert make.Case([make.agency("trong")]).measure().decision is Decision.NOT_APPLICABLE


def test_a_missed_target_stays_missed_and_says_what_it_is_based_on(make):
    case = make.Case([make.agency("xa", endpoints=make.machines("m", 2)), make.agency("im-lang", submitted=False)])
    found = case.seen(make.state("m-1", installed="fail"), make.state("m-2", installed="fail")).measure()
    assert (found.decision, found.blockers) == (Decision.MISSED, ())
    assert "1 agencies have no accepted inventory" in str(found.notes[0])


def test_a_larger_asset_register_widens_the_population(make):
    register = {"computers": 12, "as_of": "2026-10-31"}
    found = make.one(10, 10, asset_register=register).measure()
    assert (found.tally, found.decision, kinds(found)) == (Tally(10, 0, 2), Decision.UNDECIDED, [BlockerKind.REGISTER_LARGER])
    assert (found.blockers[0].count, found.blockers[0].agencies, found.agencies[0].beyond) == (2, ("xa",), 2)
    assert found.agencies[0].unknown == ()


def test_a_register_that_cannot_change_the_result_blocks_nothing(make):
    found = make.one(19, 19, asset_register={"computers": 20, "as_of": "2026-10-31"}).measure()
    assert (found.tally, found.decision, found.blockers) == (Tally(19, 0, 1), Decision.MET, ())


def test_the_register_counts_own_machines_in_use_isolated_ones_too(make):
    endpoints = [
        *make.machines("m", 3), {"id": "mat", "kind": "isolated"}, {"id": "old", "kind": "server", "status": "retired"},
        {"id": "rieng", "kind": "laptop", "ownership": "personal"},
    ]  # fmt: skip

    def beyond(computers):
        register = {"computers": computers, "as_of": "2026-10-31"}
        return make.Case([make.agency("xa", endpoints=endpoints, asset_register=register)]).measure().agencies[0].beyond

    assert [beyond(computers) for computers in (0, 4, 5, 6)] == [0, 0, 1, 2]


def test_machines_that_answer_undeclared_widen_the_population(make):
    case = make.one(10, 10)
    case.undeclared = {"xa": 3}
    found = case.measure()
    assert (found.tally, kinds(found)) == (Tally(10, 0, 3), [BlockerKind.UNDECLARED])
    assert (found.blockers[0].count, found.blockers[0].parts) == (3, (3,))


def test_register_and_discovery_may_see_the_same_machines(make):
    case = make.one(10, 10, asset_register={"computers": 15, "as_of": "2026-10-31"})
    case.undeclared = {"xa": 3}
    found = case.measure()
    assert found.tally == Tally(10, 0, 5)
    assert [(blocker.kind, blocker.count) for blocker in found.blockers] == [
        (BlockerKind.REGISTER_LARGER, 5), (BlockerKind.UNDECLARED, 3),
    ]  # fmt: skip


def test_machines_in_nobodys_network_count_for_the_province(make):
    case = make.one(10, 10)
    case.undeclared = {"huyen-da-giai-the": 2, "": 1}
    found = case.measure()
    assert (found.tally, kinds(found), found.blockers[0].agencies) == (
        Tally(10, 0, 3),
        [BlockerKind.UNDECLARED],
        ("thai-nguyen",),
    )


def test_beyond_the_list_counts_in_the_readings_under_a_target_too(make, plan_246):
    case = make.one(1, 1, asset_register={"computers": 3, "as_of": "2026-10-31"})
    assert [sub.tally for sub in case.by(plan_246)[1].under] == [Tally(0, 0, 3), Tally(0, 0, 3)]


def test_machines_beyond_the_list_do_not_touch_systems_or_people(make):
    case = make.people(10, 10)
    case.undeclared = {"xa": 9}
    assert case.measure(make.target("people")).decision is Decision.MET


@given(
    passing=st.integers(0, 12), failing=st.integers(0, 12), unseen=st.integers(0, 12), register=st.integers(0, 60),
    undeclared=st.integers(0, 20), submitted=st.booleans(),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_figures_add_up_and_met_is_never_said_too_early(make, passing, failing, unseen, register, undeclared, submitted):
    total = passing + failing + unseen
    case = make.one(total, passing, failing, submitted=submitted, asset_register={"computers": register, "as_of": "2026-10-31"})
    case.undeclared = {"xa": undeclared}
    found = case.measure()
    beyond = max(register - total, undeclared, 0)
    assert found.tally == Tally(passing, failing, unseen + beyond)
    assert sum((share.tally for share in found.agencies), Tally()) == found.tally
    if found.decision is Decision.MET:
        assert submitted
        assert 10 * passing >= 9 * (total + beyond)
        assert found.blockers == ()
    if found.decision is Decision.UNDECIDED:
        assert found.blockers
    for blocker in found.blockers:
        assert blocker.count == (sum(blocker.parts) if blocker.parts else len(blocker.agencies))


@given(verdicts=st.lists(st.sampled_from(["pass", "fail", "unknown"]), min_size=1, max_size=20), data=st.data())
@settings(max_examples=60, deadline=None)
def test_seeing_one_machine_more_never_lowers_the_lower_bound(make, verdicts, data):
    case = make.Case([make.agency("xa", endpoints=make.machines("m", len(verdicts)))])
    states = [make.state(f"m-{place}", installed=verdict) for place, verdict in enumerate(verdicts, start=1)]
    before = case.seen(*states)
    place = data.draw(st.integers(1, len(verdicts)))
    if verdicts[place - 1] != "unknown":
        return
    after = before.seen(make.state(f"m-{place}", installed=data.draw(st.sampled_from(["pass", "fail"]))))
    first, second = before.measure(), after.measure()
    assert second.tally.total == first.tally.total
    assert first.tally.lower <= second.tally.lower
    assert second.tally.upper <= first.tally.upper
    if first.decision is not Decision.UNDECIDED:
        assert second.decision is first.decision


def test_what_an_agency_has_not_said_is_known_of_it_even_where_the_target_is_missed(make):
    case = make.Case([make.agency("xa", endpoints=make.machines("m", 2)), make.agency("im-lang", submitted=False)])
    found = case.seen(make.state("m-1", installed="fail"), make.state("m-2", installed="fail")).measure()
    assert found.decision is Decision.MISSED
    obstacles = {share.agency: [one.kind for one in share.obstacles] for share in found.agencies}
    assert obstacles == {"xa": [], "im-lang": [BlockerKind.NOT_SUBMITTED]}
