"""Many endpoints at once: a bounded number of threads ask, the caller's thread keeps.

A finished endpoint is handed to ``keep`` before the observer hears of it, in batches, from one thread. A defect met at one
endpoint becomes its outcome and goes no further. When the run is stopped, what is finished is kept and the rest is left for
the next run: an abandoned endpoint has no outcome, so it is simply asked again.
"""

import contextlib
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from secaudit.collect.job import Job, Limits
from secaudit.collect.look import Answer, Looker
from secaudit.collect.observer import Observer
from secaudit.model.inventory import Endpoint, EndpointKind
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.transport.base import Abandoned, Transport

BATCH = 64
"""Outcomes kept in one transaction; fewer when they come slowly."""
STACK_BYTES = 256 * 1024
UNREAD_BYTES = 16 * 1024 * 1024
"""Answers that came and are not kept yet: workers with more wait, so that memory goes with the connections, not the machines."""
_GATHER_SECONDS = 0.25
"""How long a finished endpoint waits for others to be kept with it: a transaction each costs as much as reading its facts."""
_LOOK_SECONDS = 0.2
"""How often a quiet run looks for its stop sign."""
_GRACE_SECONDS = 5.0
"""How long abandoned connections may take to end; their threads are daemons."""

Keep = Callable[[Sequence[Outcome]], Sequence[StoredOutcome]]
_Event = Endpoint | Answer | Outcome | None
"""What workers report: a connection is being opened, an answer or a failure, or that a worker is through."""


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
) -> Counter[Sight]:
    """See every job's endpoint once; how many ended in which class.

    Set ``stop`` from anywhere to end early; KeyboardInterrupt does the same and is raised again when what was finished is
    kept. An exception of ``keep`` ends the run at once and is raised: what was kept before it stays.
    """
    looker = Looker(transport, limits, knowledge, clock, sudo, way, grade)
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
        self._jobs: deque[Job] = deque()
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._pace = _Pace(limits.per_second)
        self._room = _Room(UNREAD_BYTES)
        self._begin = threading.Event()
        """Every worker is there."""
        self._over = threading.Event()
        """No further endpoint is begun."""
        self._ends_at: float | None = None
        self.sights: Counter[Sight] = Counter()

    def run(self, jobs: Sequence[Job]) -> None:
        """Ask all of them; back when every worker is through or the run was stopped."""
        if self._stop.is_set():
            return
        self._jobs.extend(jobs)
        if self._limits.run_seconds is not None:
            self._ends_at = time.monotonic() + self._limits.run_seconds
        with _small_stacks():
            try:
                self._listen(self._start(min(self._limits.in_flight, len(jobs))))
            except BaseException:
                self._over.set()
                self._looker.transport.abandon()
                raise
            finally:
                self._begin.set()
                self._room.close()

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
            while not self._over.is_set():
                try:
                    job = self._jobs.popleft()
                except IndexError:
                    break
                if not self._pace.wait(self._over):
                    break
                self._see(job)
        finally:
            self._events.put(None)

    def _see(self, job: Job) -> None:
        self._events.put(job.endpoint)
        try:
            found = self._looker.look(job)
        except Abandoned:
            return
        except Exception as error:  # noqa: BLE001 - the border: one endpoint never ends the run
            found = self._looker.broken(job, error)
        if isinstance(found, Answer):
            self._room.take(found.size)
        self._events.put(found)

    def _listen(self, working: int) -> None:
        """Until every worker is through, or the run is stopped."""
        try:
            while working:
                if self._stop.is_set():
                    break
                if self._ends_at is not None and time.monotonic() >= self._ends_at:
                    self._over.set()
                working -= self._take(_LOOK_SECONDS, working)
        except KeyboardInterrupt:
            self._stop.set()
            self._wind_down(working)
            raise
        if self._stop.is_set():
            self._wind_down(working)

    def _wind_down(self, working: int) -> None:
        """Give up what is under way and keep what is finished."""
        self._over.set()
        self._looker.transport.abandon()
        until = time.monotonic() + _GRACE_SECONDS
        while working and time.monotonic() < until:
            working -= self._take(_LOOK_SECONDS, working)

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
                elif isinstance(event, Answer):
                    held += event.size
                    outcomes.append(self._read(event))
                else:
                    outcomes.append(event)
                if len(outcomes) >= BATCH or held >= UNREAD_BYTES // 2 or through >= working:
                    break
                event = self._events.get(timeout=max(until - time.monotonic(), 0))
        except queue.Empty:
            pass
        self.save(outcomes)
        self._room.give(held)
        return through

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
