"""The course of a plan's figures over its states, and of one machine over its evidence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from secaudit.errors import StoreError, UsageError
from secaudit.measure.changes import changes
from secaudit.messages import msg
from secaudit.model.inventory import EndpointKind
from secaudit.model.measurement import Decision, Tally
from secaudit.model.outcome import StoredOutcome
from secaudit.model.past import Basis, Change, PastState
from secaudit.pipeline.adopting import aliases
from secaudit.pipeline.province import Province
from secaudit.store import Store

MOST_ATTEMPTS = 1000


@dataclass(frozen=True, slots=True)
class Point:
    """One target in one state."""

    state: PastState
    tally: Tally | None
    """None where the state has no such target, or nothing of the agency counts there."""
    decision: Decision | None = None
    """Of the province; an agency's part has none."""


@dataclass(frozen=True, slots=True)
class MachineTurn:
    """What became of a machine from one state to the next."""

    before: PastState
    after: PastState
    change: Change


@dataclass(frozen=True, slots=True)
class MachineCourse:
    """All that is known of a machine."""

    machine: str
    attempts: tuple[StoredOutcome, ...]
    """Newest first."""
    turns: tuple[MachineTurn, ...]
    """Oldest first."""


def course_of(states: Iterable[PastState], target: str, agency: str | None = None) -> tuple[Point, ...]:
    """A target through the states, or one agency's part of it."""
    points = []
    for state in states:
        found = next((one for one in state.targets if one.target == target), None)
        if found is None:
            points.append(Point(state, None))
        elif agency is None:
            points.append(Point(state, found.tally, found.decision))
        else:
            points.append(Point(state, found.agencies.get(agency)))
    return tuple(points)


def left_between(store: Store, points: Sequence[Point], agency: str | None = None) -> dict[int, int]:
    """Place of a state -> machines that left the list since the one before, where the proven share of machines rose.

    Only where machines are kept of both; states that were counted again are of the present list. ``agency``: its list alone.
    """
    found = {}
    for place, (before, after) in enumerate(pairwise(points), start=1):
        if before.tally is None or after.tally is None or (after.tally.lower or 0) <= (before.tally.lower or 0):
            continue
        if Basis.RECOUNTED in (before.state.basis, after.state.basis):
            continue
        then, now = _with_machines(store, before.state), _with_machines(store, after.state)
        if then is not None and now is not None:
            gone = [name for name, one in then.machines.items() if agency in (None, one.agency) and _left(name, now, agency)]
            found[place] = len(gone)
    return found


def _left(machine: str, now: PastState, agency: str | None) -> bool:
    found = now.machines.get(machine)
    return found is None or (agency is not None and found.agency != agency)


def machine_course(province: Province, store: Store, states: Iterable[PastState], machine: str) -> MachineCourse:
    """Evidence and turns of a machine; UsageError for one that stands isolated, of which nothing is kept.

    States that were counted again tell no turn: they are of the present list and the present checks.
    """
    endpoint = province.inventory.endpoints.get(machine)
    if endpoint is not None and endpoint.kind is EndpointKind.ISOLATED:
        raise UsageError(
            msg("{machine} stands isolated for state secrets", machine=machine),
            hint=msg("such machines are counted and never examined, so that nothing is known of them"),
        )
    known_as = aliases(province.inventory, store.newcomers())
    names = [machine, *(name for name, own in known_as.items() if own == machine)]
    attempts = [one for name in names for one in store.history(name, limit=MOST_ATTEMPTS)]
    attempts.sort(key=lambda one: (one.outcome.finished_at, one.number), reverse=True)
    return MachineCourse(machine, tuple(attempts), tuple(_turns(store, states, machine)))


def _turns(store: Store, states: Iterable[PastState], machine: str) -> Iterable[MachineTurn]:
    before = None
    for state in states:
        if state.basis is Basis.RECOUNTED:
            continue
        after = _of_machine(store, state, machine)
        if after is None:
            continue
        if before is not None:
            yield from (MachineTurn(before, after, change) for change in changes(before, after))
        before = after


def _of_machine(store: Store, state: PastState, machine: str) -> PastState | None:
    """The state with this machine alone; None where its machines are not kept, or were changed."""
    whole = _with_machines(store, state)
    return whole.only(machine) if whole is not None and whole.machines else None


def _with_machines(store: Store, state: PastState) -> PastState | None:
    """None where its machines are not kept, or were changed."""
    try:
        whole = store.states.with_machines(state)
    except StoreError:
        return None
    return whole if whole.tells_machines else None
