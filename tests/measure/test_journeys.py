"""Choosing places: within the time, nothing twice, and held against a search through every choice."""

from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.measure.journeys import Job, Place, by_minutes, by_visits

LOOK, REPAIR = 10, 30


def place(number, journey, looks, repairs):
    jobs = [Job(f"p{number}-l{n}", Fraction(1), LOOK) for n in range(looks)]
    jobs += [Job(f"p{number}-r{n}", Fraction(1), REPAIR) for n in range(repairs)]
    return Place(f"p{number}", journey, tuple(jobs))


PLACES = st.lists(
    st.tuples(st.sampled_from([30, 60, 120]), st.integers(0, 3), st.integers(0, 2)), max_size=4
).map(lambda some: [place(number, *one) for number, one in enumerate(some)])  # fmt: skip


def best_by_minutes(places, budget):
    """The peer: every set of jobs, each place they need paid once."""
    reach = {(0, 0)}  # gain, minutes
    for one in places:
        more = set()
        for size in range(1, len(one.jobs) + 1):
            for some in combinations(one.jobs, size):
                cost = one.journey + sum(job.minutes for job in some)
                more |= {(gain + size, minutes + cost) for gain, minutes in reach if minutes + cost <= budget}
        reach |= more
    return max(gain for gain, _ in reach)


@settings(max_examples=60)
@given(PLACES, st.integers(0, 400))
def test_by_minutes_fits_repeats_nothing_and_brings_at_least_half_of_the_best(places, budget):
    visits = by_minutes(places, budget)
    assert sum(visit.minutes for visit in visits) <= budget
    done = [job.key for visit in visits for job in visit.jobs]
    assert len(done) == len(set(done)) and len({visit.place for visit in visits}) == len(visits)
    known = {one.id: one for one in places}
    for visit in visits:
        assert set(visit.jobs) <= set(known[visit.place].jobs) and visit.jobs
        assert visit.minutes == known[visit.place].journey + sum(job.minutes for job in visit.jobs)
    best = best_by_minutes(places, budget)
    assert len(done) * 2 >= best
    if best and not done:
        raise AssertionError("something would have fitted")


@given(PLACES, st.integers(0, 4))
def test_no_other_choice_of_as_many_visits_brings_more(places, most):
    visits = by_visits(places, most)
    assert len(visits) <= most
    best = max((sum(len(one.jobs) for one in some) for some in combinations(places, min(most, len(places)))), default=0)
    assert sum(visit.gain for visit in visits) == best
    known = {one.id: one for one in places}
    assert all(set(visit.jobs) == set(known[visit.place].jobs) for visit in visits)


def test_the_rule_in_an_example():
    near, far = place(1, 30, 2, 0), place(2, 120, 12, 0)
    # Two machines in 50 minutes bring less for each minute than twelve in 240.
    assert [visit.place for visit in by_minutes([near, far], 290)] == ["p2", "p1"]
    assert [(visit.place, len(visit.jobs)) for visit in by_minutes([near, far], 140)] == [("p1", 2)]
    # The far one alone brings more than the near one and what would still fit beside it.
    assert [(visit.place, len(visit.jobs)) for visit in by_minutes([near, far], 160)] == [("p2", 4)]


def test_quicker_work_comes_first_and_what_does_not_fit_is_left():
    [visit] = by_minutes([place(1, 30, 2, 2)], 85)
    assert [job.key for job in visit.jobs] == ["p1-l0", "p1-l1", "p1-r0"] and visit.minutes == 80


def test_a_journey_is_paid_once_and_the_last_minute_counts():
    """All of it takes just the time there is: whoever paid a journey twice, or left the last minute, would bring less."""
    near, other = place(1, 30, 2, 1), place(2, 30, 1, 0)
    visits = by_minutes([near, other], 120)
    assert [(visit.place, len(visit.jobs), visit.minutes) for visit in visits] == [("p1", 3, 80), ("p2", 1, 40)]
    assert sum(len(visit.jobs) for visit in by_minutes([near, other], 119)) == 3


def test_of_two_places_that_bring_as_much_the_one_that_costs_less_is_gone_to():
    far, near = place(1, 120, 2, 0), place(2, 30, 2, 0)
    assert [visit.place for visit in by_visits([far, near], 1)] == ["p2"]


def test_the_order_places_are_given_in_changes_nothing():
    places = [place(n, 60, n % 3 + 1, n % 2) for n in range(6)]
    assert by_minutes(places, 300) == by_minutes(places[::-1], 300)
    assert by_visits(places, 3) == by_visits(places[::-1], 3)
