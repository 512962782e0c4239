"""Which places to go to when there is only so much time: pure choosing, with a rule that can be told in one sentence.

By visits: the places that bring most; no choice of as many places brings more. By minutes: again and again whatever brings most
for each minute it still costs, a journey there included, until nothing fits any more; where one place alone would bring more than
all of that together, that one. The second rule is not the best choice there is (that would be a search through every set of
places, and nobody could check it with a pencil), but never less than half of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work at a place."""

    key: str
    gain: Fraction
    minutes: int
    """More than 0."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where work waits."""

    id: str
    journey: int
    """Minutes to go there and back."""
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """One journey to one place and what is done there, the most worthwhile first."""

    place: str
    jobs: tuple[Job, ...]
    minutes: int
    """The journey and the work."""

    @property
    def gain(self) -> Fraction:
        """What it brings at most."""
        return _gain(self.jobs)


def by_visits(places: Sequence[Place], most: int) -> tuple[Visit, ...]:
    """The ``most`` places that bring most; everything that waits there is done."""
    worth = [place for place in places if place.jobs]
    worth.sort(key=lambda place: (-_gain(place.jobs), place.journey + _minutes(place.jobs), place.id))
    return tuple(_visit(place, _ordered(place.jobs)) for place in worth[:most])


def by_minutes(places: Sequence[Place], budget: int) -> tuple[Visit, ...]:
    """As much as fits into ``budget`` minutes by the rule above, in the order it was chosen."""
    waiting = {place.id: _ordered(place.jobs) for place in places}
    done: dict[str, list[Job]] = {}
    by_id = {place.id: place for place in sorted(places, key=lambda place: place.id)}
    single = max((_alone(place, budget) for place in by_id.values()), key=lambda visit: visit.gain, default=None)
    offers = {name: _offer(by_id[name], waiting[name], budget, there=False) for name in by_id}
    left = budget
    while True:
        fitting = {name: _offer(by_id[name], waiting[name], left, there=name in done) if cost > left else (jobs, cost)
                   for name, (jobs, cost) in offers.items() if jobs}  # fmt: skip
        offers = {name: offer for name, offer in fitting.items() if offer[0]}
        if not offers:
            break
        name = max(offers, key=lambda one: (_gain(offers[one][0]) / offers[one][1], _gain(offers[one][0])))
        jobs, cost = offers[name]
        left -= cost
        done.setdefault(name, []).extend(jobs)
        waiting[name] = waiting[name][len(jobs) :]
        offers[name] = _offer(by_id[name], waiting[name], left, there=True)
    chosen = tuple(_visit(by_id[name], tuple(jobs)) for name, jobs in done.items())
    if single is not None and single.gain > sum((visit.gain for visit in chosen), Fraction(0)):
        return (single,)
    return chosen


def _offer(place: Place, waiting: tuple[Job, ...], left: int, *, there: bool) -> tuple[tuple[Job, ...], int]:
    """The first jobs that bring most for each minute they cost, as far as they fit; and what they cost."""
    best: tuple[tuple[Job, ...], int] = ((), 0)
    cost = 0 if there else place.journey
    gain, density = Fraction(0), Fraction(0)
    for count, job in enumerate(waiting, start=1):
        cost += job.minutes
        gain += job.gain
        if cost > left:
            break
        if gain / cost >= density:
            density = gain / cost
            best = (waiting[:count], cost)
    return best


def _alone(place: Place, budget: int) -> Visit:
    left = budget - place.journey
    jobs = []
    for job in _ordered(place.jobs):
        if job.minutes <= left:
            jobs.append(job)
            left -= job.minutes
    return _visit(place, tuple(jobs))


def _ordered(jobs: Sequence[Job]) -> tuple[Job, ...]:
    return tuple(sorted(jobs, key=lambda job: (-job.gain / job.minutes, job.key)))


def _visit(place: Place, jobs: tuple[Job, ...]) -> Visit:
    return Visit(place.id, jobs, place.journey + _minutes(jobs))


def _gain(jobs: Sequence[Job]) -> Fraction:
    return sum((job.gain for job in jobs), Fraction(0))


def _minutes(jobs: Sequence[Job]) -> int:
    return sum(job.minutes for job in jobs)
