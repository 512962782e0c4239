"""The shortest way: agencies that really suffice, none too many; gains never above what is unknown or disproven."""

from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from secaudit.measure.shortest import forbidding, shortest_way
from secaudit.model.measurement import AgencyShare, Blocker, BlockerKind, Decision, Measurement, Tally

COUNTS = st.integers(0, 9)
SHARES = st.lists(st.builds(Tally, COUNTS, COUNTS, COUNTS), max_size=7).map(
    lambda tallies: [AgencyShare(f"a-{n}", tally) for n, tally in enumerate(tallies)]
)


def proven_after(shares, chosen):
    """Count again, member by member: what is proven when the chosen agencies' parts turn out well."""
    by_agency = {one.agency: one for one in chosen}
    proven = 0
    for share in shares:
        members = ["proven"] * share.tally.proven + ["look"] * share.tally.unknown + ["repair"] * share.tally.disproven
        done = by_agency.get(share.agency)
        left = {"look": done.look if done else 0, "repair": done.repair if done else 0}
        for member in members:
            if member == "proven":
                proven += 1
            elif left[member]:
                left[member] -= 1
                proven += 1
    return proven


def fewest(needed, gains):
    """The peer: every set of agencies, the smallest that holds what is needed."""
    for size in range(len(gains) + 1):
        if any(sum(some) >= needed for some in combinations(gains, size)):
            return size
    return None


@given(SHARES, st.integers(0, 80))
def test_the_chosen_agencies_suffice_and_are_the_fewest(shares, needed):
    way = shortest_way(needed, shares)
    now = sum(share.tally.proven for share in shares)
    looking = sum(share.tally.unknown for share in shares) >= needed
    gains = [share.tally.unknown + (0 if looking else share.tally.disproven) for share in shares]
    if way.short:
        assert fewest(needed, gains) is None
        assert proven_after(shares, way.chosen) == now + needed - way.short
    else:
        assert proven_after(shares, way.chosen) >= now + needed
        assert len(way.chosen) == fewest(needed, gains)
        for left_out in way.chosen:
            rest = [one for one in way.chosen if one is not left_out]
            assert proven_after(shares, rest) < now + needed


@given(SHARES, st.integers(0, 80))
def test_no_agency_is_promised_more_than_it_holds_and_looking_comes_first(shares, needed):
    way = shortest_way(needed, shares)
    tallies = {share.agency: share.tally for share in shares}
    for one in way.chosen:
        assert one.gain > 0
        assert one.look <= tallies[one.agency].unknown and one.repair <= tallies[one.agency].disproven
    assert way.look == sum(tally.unknown for tally in tallies.values())
    assert way.repair == sum(tally.disproven for tally in tallies.values())
    if way.look >= needed:
        assert not way.repair_least and not any(one.repair for one in way.chosen)
    assert way.repair_least <= way.repair
    assert way.needed <= way.look + way.repair_least + way.short


@given(st.permutations([AgencyShare(f"a-{n}", Tally(0, n % 3, n % 2)) for n in range(6)]))
def test_the_order_of_the_agencies_changes_nothing(shares):
    assert shortest_way(4, shares) == shortest_way(4, sorted(shares, key=lambda share: share.agency))


def measurement(decision, *, blockers=(), submitted=True):
    share = AgencyShare("a", Tally(1, 2, 0), submitted=submitted)
    return Measurement("t", share.tally, decision, ">=", Fraction(9, 10), 2, 0, blockers, (share,))


def test_what_forbids_met_is_what_is_not_known_of_the_population():
    kinds = list(BlockerKind)
    found = forbidding(measurement(Decision.UNDECIDED, blockers=tuple(Blocker(kind, ("a",), 1) for kind in kinds)))
    assert [one.kind for one in found] == [
        BlockerKind.NOT_SUBMITTED,
        BlockerKind.COUNT_MISSING,
        BlockerKind.INDICATOR_MISSING,
        BlockerKind.ATTENDANCE_LARGER,
    ]


def test_a_missed_target_still_names_the_agencies_that_sent_nothing():
    assert forbidding(measurement(Decision.MISSED)) == ()
    [found] = forbidding(measurement(Decision.MISSED, submitted=False))
    assert (found.kind, found.agencies) == (BlockerKind.NOT_SUBMITTED, ("a",))
