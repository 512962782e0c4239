"""Many endpoints at once: a bounded number of threads ask, the caller's thread keeps.

A finished endpoint is handed to ``keep`` before the observer hears of it, in batches, from one thread. A defect met at one
endpoint becomes its outcome and goes no further. When the run is stopped, what is finished is kept and the rest is left for
the next run: an abandoned endpoint has no outcome, so it is simply asked again.

An endpoint that did not answer may be tried again within the run. Its failure is held back until then, so that each endpoint
has one outcome, the last try's; when the run ends before the next try does, the failure held back is kept.
"""

import contextlib
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from secaudit.collect.job import Job, Limits
from secaudit.collect.look import Answer, Looker
from secaudit.collect.observer import Observer
from secaudit.collect.retry import Retries, telling_tries
from secaudit.collect.schedule import Schedule, Turn
from secaudit.model.identity import Expected
from secaudit.model.inventory import Endpoint, EndpointKind
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.transport.base import Abandoned, Transport, WayFull

BATCH = 64
"""Outcomes kept in one transaction; fewer when they come slowly."""
STACK_BYTES = 256 * 1024
UNREAD_BYTES = 16 * 1024 * 1024
"""Answers that came and are not kept yet: workers with more wait, so that memory goes with the connections, not the machines."""
_GATHER_SECONDS = 0.25
"""How long a finished endpoint waits for others to be kept with it: a transaction each costs as much as reading its facts."""
_GATHER_BYTES = 512 * 1024
"""Of answers in one transaction: on a disk that fills up only the last one is lost, and its machines are asked again."""
_LOOK_SECONDS = 0.2
"""How often a quiet run looks for its stop sign."""
_GRACE_SECONDS = 5.0
"""How long abandoned connections may take to end; their threads are daemons."""

Keep = Callable[[Sequence[Outcome]], Sequence[StoredOutcome]]


@dataclass(frozen=True, slots=True)
class _Found:
    """What one try brought: an answer or a failure; nothing when the way was full."""

    turn: Turn
    result: Answer | Outcome | None
    again: bool = False
    """The endpoint is tried again; a failure is held back until then."""


_Event = Endpoint | _Found | None
"""What workers report: a connection is being opened, what a try brought, or that a worker is through."""


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def collect(
    jobs: Sequence[Job],
    transport: Transport,
    *,
    limits: Limits,
    knowledge: Knowledge,
    keep: Keep,
    observer: Observer,
    stop: threading.Event,
    clock: Callable[[], datetime] = utc_now,
    sudo: bool = False,
    way: Way = Way.SSH,
    grade: Grade = Grade.A,
    expected: Mapping[str, Expected] | None = None,
) -> Counter[Sight]:
    """See every job's endpoint, in the order given as far as networks and jump hosts have room; how many ended in which class.

    Set ``stop`` from anywhere to end early; KeyboardInterrupt does the same and is raised again when what was finished is
    kept. An exception of ``keep`` ends the run at once and is raised: what was kept before it stays.
    """
    looker = Looker(transport, limits, knowledge, clock, sudo, way, grade, expected or {})
    fan = _Fan(looker, limits, keep, observer, stop)
    observer.begun(len(jobs))
    closed = [job for job in jobs if job.target is None or job.endpoint.kind is EndpointKind.ISOLATED]
    for start in range(0, len(closed), BATCH):
        fan.save([looker.no_way_in(job) for job in closed[start : start + BATCH]])
    fan.run([job for job in jobs if job.target is not None and job.endpoint.kind is not EndpointKind.ISOLATED])
    observer.ended(fan.sights, interrupted=stop.is_set())
    return fan.sights


class _Fan:
    """The threads of one run and what they report."""

    def __init__(self, looker: Looker, limits: Limits, keep: Keep, observer: Observer, stop: threading.Event) -> None:
        self._looker = looker
        self._limits = limits
        self._keep = keep
        self._observer = observer
        self._stop = stop
        self._schedule = Schedule((), limits)
        self._retries = Retries(limits, None)
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._pace = _Pace(limits.per_second)
        self._room = _Room(UNREAD_BYTES)
        self._begin = threading.Event()
        """Every worker is there."""
        self._over = threading.Event()
        """No further endpoint is begun."""
        self._ends: tuple[float, datetime] | None = None
        """When none is begun any more, by both clocks: a computer that slept has a monotonic clock that did, too."""
        self._held: dict[int, Outcome] = {}
        """The newest failure of each endpoint that is tried again, by its place in the schedule."""
        self.sights: Counter[Sight] = Counter()

    def run(self, jobs: Sequence[Job]) -> None:
        """Ask all of them; back when every worker is through or the run was stopped."""
        if self._stop.is_set():
            return
        seconds = self._limits.run_seconds
        if seconds is not None:
            self._ends = time.monotonic() + seconds, self._looker.clock() + timedelta(seconds=seconds)
        self._retries = Retries(self._limits, self._ends[0] if self._ends else None)
        self._schedule = Schedule(jobs, self._limits)
        with _small_stacks():
            try:
                self._listen(self._start(min(self._limits.in_flight, len(jobs), self._schedule.most)))
            except BaseException:
                self._end()
                self._looker.transport.abandon()
                raise
            finally:
                self._begin.set()
                self._room.close()

    def _end(self) -> None:
        """Nothing is begun any more."""
        self._over.set()
        self._schedule.close()

    def _is_time_over(self) -> bool:
        return self._ends is not None and (time.monotonic() >= self._ends[0] or self._looker.clock() >= self._ends[1])

    def _start(self, count: int) -> int:
        for number in range(count):
            try:
                threading.Thread(target=self._work, name=f"secaudit-{number}", daemon=True).start()
            except RuntimeError:
                # No room for another thread: those that run do the work.
                if number == 0:
                    raise
                count = number
                break
        # Only now: starting a thread takes long when others are at work, and this thread is the one that keeps.
        self._begin.set()
        return count

    def _work(self) -> None:
        self._begin.wait()
        try:
            while (turn := self._schedule.take()) is not None:
                if not self._pace.wait(self._over) or self._is_time_over():
                    break
                self._see(turn)
        finally:
            self._events.put(None)

    def _see(self, turn: Turn) -> None:
        """Ask once, report, and give the turn back; reported first, so that what a further try brings is reported later."""
        self._events.put(turn.job.endpoint)
        found: Answer | Outcome
        try:
            found = self._looker.look(turn.job)
        except Abandoned:
            return
        except WayFull as failure:
            self._wait_for_way(turn, failure)
            return
        except Exception as error:  # noqa: BLE001 - the border: one endpoint never ends the run
            found = self._looker.broken(turn.job, error)
        if isinstance(found, Answer):
            self._schedule.give(turn)  # its connection is closed: others need not wait until the answer is kept
            self._room.take(found.size)
            self._events.put(_Found(turn, found))
            return
        at = self._retries.next_try(turn, found)
        self._events.put(_Found(turn, found, again=at is not None))
        if at is None:
            self._schedule.give(turn)
        else:
            self._schedule.put_off(turn, at, found.started_at)

    def _wait_for_way(self, turn: Turn, failure: WayFull) -> None:
        at = self._retries.when_way_is_free(turn)
        if at is not None:
            self._events.put(_Found(turn, None, again=True))
            self._schedule.put_off(turn, at, None)
            return
        if not turn.tried:  # of a machine that was tried before, that failure says more
            self._events.put(_Found(turn, self._looker.way_stayed_full(turn.job, failure)))
        self._schedule.give(turn)

    def _listen(self, working: int) -> None:
        """Until every worker is through, or the run is stopped."""
        try:
            while working and not self._stop.is_set():
                if self._is_time_over():
                    self._end()
                self._schedule.ripen()
                working -= self._take(_LOOK_SECONDS, working)
        except KeyboardInterrupt:
            self._stop.set()
            self._wind_down(working)
            raise
        if self._stop.is_set():
            self._wind_down(working)
        self._keep_held()

    def _wind_down(self, working: int) -> None:
        """Give up what is under way and keep what is finished."""
        self._end()
        self._looker.transport.abandon()
        until = time.monotonic() + _GRACE_SECONDS
        while working and time.monotonic() < until:
            working -= self._take(_LOOK_SECONDS, working)
        self._keep_held()

    def _keep_held(self) -> None:
        """The run is over: a failure held back is how its endpoint ended."""
        while self._held:
            self.save([self._held.pop(position) for position in list(islice(self._held, BATCH))])

    def _take(self, seconds: float, working: int) -> int:
        """Handle what was reported, waiting at most ``seconds`` for the first; how many of the ``working`` are through."""
        through = held = 0
        outcomes: list[Outcome] = []
        try:
            event = self._events.get(timeout=seconds)
            until = time.monotonic() + _GATHER_SECONDS
            while True:
                if event is None:
                    through += 1
                elif isinstance(event, Endpoint):
                    self._observer.asking(event)
                else:
                    if isinstance(event.result, Answer):
                        held += event.result.size
                    outcomes += self._settle(event)
                if len(outcomes) >= BATCH or held >= _GATHER_BYTES or through >= working:
                    break
                event = self._events.get(timeout=max(until - time.monotonic(), 0))
        except queue.Empty:
            pass
        self.save(outcomes)
        self._room.give(held)
        return through

    def _settle(self, found: _Found) -> list[Outcome]:
        """The outcome to be kept now, if what was found is how it ends."""
        turn, result = found.turn, found.result
        if result is not None:
            outcome = telling_tries(self._read(result) if isinstance(result, Answer) else result, turn)
            if not found.again:
                self._held.pop(turn.position, None)
                return [outcome]
            self._held[turn.position] = outcome
        self._observer.deferred(turn.job.endpoint)
        return []

    def _read(self, answer: Answer) -> Outcome:
        try:
            return self._looker.read(answer)
        except Exception as error:  # noqa: BLE001 - the same border, on this side of the queue
            return self._looker.broken(answer.job, error)

    def save(self, outcomes: Sequence[Outcome]) -> None:
        """Keep, then tell."""
        if not outcomes:
            return
        for stored in self._keep(outcomes):
            self.sights[stored.outcome.sight] += 1
            self._observer.kept(stored)


class _Pace:
    """Spaces out new connections evenly."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self, over: threading.Event) -> bool:
        """Wait for this connection's turn; False when the run is over first."""
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap
        delay = turn - time.monotonic()
        return not (over.wait(delay) if delay > 0 else over.is_set())


class _Room:
    """A number of bytes that those who read hold; one answer always fits, and whoever came first is served first.

    In turn, because a large answer would otherwise wait until all small ones are through, and be held in memory until then.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._used = 0
        self._closed = False
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()

    def take(self, size: int) -> None:
        """Wait until there is room, or nobody reads any more."""
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._closed or (self._waiting[0] is ticket and self._fits(size)))
            self._waiting.remove(ticket)
            self._used += size
            self._changed.notify_all()

    def _fits(self, size: int) -> bool:
        return not self._used or self._used + size <= self._size

    def give(self, size: int) -> None:
        """So many bytes were kept and are gone."""
        if size:
            with self._changed:
                self._used -= size
                self._changed.notify_all()

    def close(self) -> None:
        """Nobody reads any more: nobody shall wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


@contextlib.contextmanager
def _small_stacks() -> Iterator[None]:
    """Threads started meanwhile, the SSH library's included, get small stacks: hundreds of them run at once."""
    before = threading.stack_size(STACK_BYTES)
    try:
        yield
    finally:
        threading.stack_size(before)
