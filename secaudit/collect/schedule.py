"""Which endpoint is asked next: the first in order whose line and jump host have room.

Jobs with the same network and jump host wait in one *lane*, and each network and each jump host is a *group* with a number of
places. A lane stands either among the ready ones or in the queue of one full group, so that taking and giving back touch a
few heaps and never walk over all jobs: a network that is full costs nothing until a place in it becomes free.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from secaudit.collect.job import Job, Limits

_Key = tuple[int, int]
"""Order among jobs: first tries before second ones, then the order in which the jobs came."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One try at one job, handed to one worker."""

    job: Job
    position: int
    """Place of the job in the order it came in; names the job within its run."""
    tried: tuple[datetime, ...] = ()
    """When earlier tries of this run began."""
    put_off: int = 0
    """How often it was put off because the way to it was full, which is no try."""

    @property
    def key(self) -> _Key:
        """Its place among all turns."""
        return (len(self.tried) + self.put_off, self.position)


@dataclass(slots=True)
class _Group:
    """A network or a jump host: places, and the lanes that wait for one."""

    places: int
    used: int = 0
    waiting: "list[_Entry]" = field(default_factory=list)

    @property
    def full(self) -> bool:
        """No place is free."""
        return self.used >= self.places


@dataclass(slots=True, eq=False)
class _Lane:
    """Turns that need places in the same groups."""

    groups: tuple[_Group, ...]
    turns: list[tuple[_Key, Turn]] = field(default_factory=list)
    place: "list[_Entry] | None" = None
    """The heap it stands in: the ready ones, or those that wait for a group."""
    key: _Key = (0, 0)
    """By which it stands there; entries with another one are left over and mean nothing."""

    def __lt__(self, other: "_Lane") -> bool:
        """Asked for entries of the same key, which are of the same lane: no order is needed."""
        return False


_Entry = tuple[_Key, _Lane]


class Schedule:
    """Hands out turns to many threads; all methods may be called from any of them."""

    def __init__(self, jobs: Sequence[Job], limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        """``jobs`` in the order in which they should be asked; ``limits`` has the places of networks and jump hosts."""
        self._limits = limits
        self._clock = clock
        self._networks: dict[str | None, _Group] = {}
        self._jumps: dict[str, _Group] = {}
        self._lanes: dict[tuple[str | None, str | None], _Lane] = {}
        self._ready: list[_Entry] = []
        self._later: list[tuple[float, int, Turn]] = []
        """Turns for which it is too early, by the moment from which on they may be taken."""
        self._numbers = itertools.count()
        self._unfinished = len(jobs)
        self._closed = False
        self._changed = threading.Condition()
        for position, job in enumerate(jobs):
            turn = Turn(job, position)
            heapq.heappush(self._lane_of(job).turns, (turn.key, turn))
        for lane in self._lanes.values():
            self._place(lane)

    @property
    def most(self) -> int:
        """No more turns than this can be out at once, whoever asks: more workers would only wait."""
        with self._changed:
            return sum(min(group.places, self._unfinished) for group in self._networks.values())

    @property
    def waiting(self) -> int:
        """Turns for which it is too early."""
        with self._changed:
            return len(self._later)

    def take(self) -> Turn | None:
        """The next turn, waiting until there is one; None when nothing is left or nothing shall be begun any more."""
        with self._changed:
            while not self._closed and self._unfinished:
                turn = self._next()
                if turn is not None:
                    if self._ready:
                        self._changed.notify()
                    return turn
                self._changed.wait()
            return None

    def give(self, turn: Turn) -> None:
        """The job is through: its places are free."""
        with self._changed:
            self._free(turn)
            self._unfinished -= 1
            if not self._unfinished:
                self._changed.notify_all()

    def put_off(self, turn: Turn, until: float, tried: datetime | None) -> None:
        """Its places are free, but the job is not through: it comes again from ``until`` on (the schedule's clock).

        ``tried`` is when this try began; None when it was none, because the way to the machine was full.
        """
        later = replace(turn, put_off=turn.put_off + 1) if tried is None else replace(turn, tried=(*turn.tried, tried))
        with self._changed:
            heapq.heappush(self._later, (until, next(self._numbers), later))
            self._free(turn)

    def ripen(self) -> None:
        """Let turns be taken whose time has come; the thread that keeps outcomes calls this again and again."""
        with self._changed:
            now = self._clock()
            while self._later and self._later[0][0] <= now:
                turn = heapq.heappop(self._later)[2]
                lane = self._lane_of(turn.job)
                heapq.heappush(lane.turns, (turn.key, turn))
                if lane.place is None:
                    self._place(lane)
                elif turn.key < lane.key:
                    lane.key = turn.key
                    heapq.heappush(lane.place, (turn.key, lane))
            if self._ready:
                self._changed.notify()

    def close(self) -> None:
        """Hand out nothing any more; whoever waits is told."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _lane_of(self, job: Job) -> _Lane:
        lane = self._lanes.get((job.network, job.jump))
        places = self._limits.per_province_network if job.province_line else self._limits.per_network
        network = self._networks.setdefault(job.network, _Group(places))
        # Two offices that declare the same network differently: the weaker one is believed.
        network.places = min(network.places, places)
        if lane is None:
            groups: tuple[_Group, ...] = (network,)
            if job.jump is not None:
                groups += (self._jumps.setdefault(job.jump, _Group(self._limits.per_jump)),)
            lane = self._lanes[job.network, job.jump] = _Lane(groups)
        return lane

    def _next(self) -> Turn | None:
        """Take the first turn of the first ready lane that is not held up; lanes that are go and wait for what holds them up."""
        while (lane := _first(self._ready)) is not None:
            if not any(group.full for group in lane.groups):
                turn = heapq.heappop(lane.turns)[1]
                for group in lane.groups:
                    group.used += 1
                if lane.turns:
                    self._place(lane)
                return turn
            self._place(lane)
            for group in lane.groups:
                if not group.full:
                    self._wake(group)
        return None

    def _free(self, turn: Turn) -> None:
        for group in self._lane_of(turn.job).groups:
            group.used -= 1
            self._wake(group)
        if self._ready:
            self._changed.notify()

    def _place(self, lane: _Lane) -> None:
        """Among the ready lanes, or among those that wait for the first of its groups that is full."""
        full = next((group for group in lane.groups if group.full), None)
        lane.place = self._ready if full is None else full.waiting
        lane.key = lane.turns[0][0]
        heapq.heappush(lane.place, (lane.key, lane))

    def _wake(self, group: _Group) -> None:
        """The first of those that wait for a place in ``group`` and for nothing else becomes ready.

        So many of them are ready as there are free places, at least, and those that still wait come after them in order.
        """
        while (lane := _first(group.waiting)) is not None:
            self._place(lane)
            if lane.place is self._ready:
                return


def _first(heap: list[_Entry]) -> _Lane | None:
    """Take the first lane that really stands in ``heap``."""
    while heap:
        key, lane = heapq.heappop(heap)
        if lane.place is heap and lane.key == key:
            lane.place = None
            return lane
    return None
