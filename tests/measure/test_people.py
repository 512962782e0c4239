"""People: a head count proves something only with a dated paper that is still valid."""

import pytest

from secaudit.model.measurement import BlockerKind, Decision, Tally


def measured(make, case, **fields):
    return case.measure(make.target("people", **fields))


def test_published_figures_become_decisions(make):
    """documents.md: 9 of 19 departments, 22 of 22 units, 405 of 1,996 procedures."""
    for total, reached, decision in ((19, 9, Decision.MISSED), (22, 22, Decision.MET), (1996, 405, Decision.MISSED)):
        found = measured(make, make.people(total, reached))
        assert (found.tally, found.decision) == (Tally(reached, total - reached), decision)


def test_strictly_more_than_ninety_percent(make):
    assert measured(make, make.people(100, 90), sign=">").decision is Decision.MISSED
    assert measured(make, make.people(100, 90), sign=">=").decision is Decision.MET
    assert measured(make, make.people(100, 91), sign=">").decision is Decision.MET


@pytest.mark.parametrize(
    "papers",
    [
        {"evidence": []},
        {"as_of": None},
        {"as_of": "2026-12-15"},
        {"as_of": "2025-12-13"},
    ],
)
def test_without_a_valid_paper_a_count_is_only_declared(make, papers):
    found = measured(make, make.people(100, 95, **papers))
    assert (found.tally, found.declared_only, found.decision) == (Tally(0, 0, 100), 95, Decision.UNDECIDED)
    assert [(blocker.kind, blocker.count) for blocker in found.blockers] == [
        (BlockerKind.UNKNOWN_MEMBERS, 5), (BlockerKind.DOCUMENT_MISSING, 95),
    ]  # fmt: skip


@pytest.mark.parametrize("as_of", ["2026-12-14", "2025-12-14"])
def test_a_paper_is_valid_from_its_day_to_the_last_day_of_the_plan(make, as_of):
    assert measured(make, make.people(100, 95, as_of=as_of)).tally == Tally(95, 5)


def test_how_long_papers_hold_is_the_plans(make):
    found = make.people(10, 10).measure(make.target("people"), evidence={"people_valid_days": 30})
    assert found.tally == Tally(0, 0, 10)


def test_an_unknown_number_of_people_blocks(make):
    case = make.Case([
        make.agency("du", people={"staff": 10, "staff_briefed": 10, **make.PAPERS}),
        make.agency("khong-khai"),
        make.agency("thieu", people={"staff_briefed": None, "heads": 3, **make.PAPERS}),
    ])  # fmt: skip
    found = measured(make, case)
    assert (found.tally, found.decision) == (Tally(10), Decision.UNDECIDED)
    (blocker,) = found.blockers
    assert (blocker.kind, blocker.agencies, blocker.count) == (BlockerKind.COUNT_MISSING, ("khong-khai", "thieu"), 2)


def test_nobody_counted_at_all_is_undecided(make):
    found = measured(make, make.Case([make.agency("xa")]))
    assert (found.tally.total, found.decision) == (0, Decision.UNDECIDED)


def test_how_many_were_reached_is_unknown_when_nobody_said(make):
    found = measured(make, make.people(10, 10, staff_briefed=None))
    assert (found.tally, found.declared_only, [blocker.kind for blocker in found.blockers]) == (
        Tally(0, 0, 10), 0, [BlockerKind.UNKNOWN_MEMBERS],
    )  # fmt: skip


def test_each_target_reads_its_own_counts(make, plan_246):
    people = {"heads": 4, "heads_briefed": 4, "staff": 100, "staff_briefed": 91, "staff_trained": 79, **make.PAPERS}
    found = make.Case([make.agency("xa", people=people)]).by(plan_246)
    assert [(item.tally, item.decision) for item in found[2:]] == [
        (Tally(4), Decision.MET), (Tally(91, 9), Decision.MET), (Tally(79, 21), Decision.MISSED),
    ]  # fmt: skip
    assert found[4].needed == 1


def test_people_of_one_tier(make):
    case = make.Case([
        make.agency("so", tier="province", people={"staff": 10, "staff_briefed": 10, **make.PAPERS}),
        make.agency("xa", people={"staff": 10, "staff_briefed": 0, **make.PAPERS}),
    ])  # fmt: skip
    found = measured(make, case, counts='agency.tier == "province"')
    assert (found.tally, [share.agency for share in found.agencies]) == (Tally(10), ["so"])


def test_people_of_whom_nobody_knows_whether_they_count_prove_nothing(make):
    """Two agencies of 10; that the second belongs cannot be computed: 9 of 20 for certain, at most 19 of 20."""
    first = make.agency("xa", people={"staff": 10, "staff_briefed": 9, **make.PAPERS})
    second = make.agency("xb", people={"staff": 10, "staff_briefed": 10, **make.PAPERS}, endpoints=make.machines("m", 1))
    found = make.Case([first, second]).measure(
        make.target("people", counts="agency.endpoints == 0 || 1 / (agency.endpoints - 1) > 0")
    )
    assert found.tally == Tally(9, 1, 10)
    assert found.decision is Decision.UNDECIDED
