"""Jump hosts: one connection to each, shared by all machines behind it.

A machine behind a jump host is spoken to through a channel of that connection, end to end encrypted: the jump host sees neither
the credentials nor the answer. What one slow or hostile machine does to its channel must not hold up the others, so nothing here
waits for the network inside a lock, and what is to be sent waits in an outbox of its own thread.
"""

import contextlib
import threading
import time
from collections.abc import Callable

from secaudit.model.outcome import Sight
from secaudit.transport.base import Abandoned, Target, TransportFailure, WayFull
from secaudit.transport.conversation import OVERHEAD_BYTES
from secaudit.transport.forwarded import ChannelSocket, JumpTransport
from secaudit.transport.offering import BROKEN
from secaudit.transport.outbox import Outbox

LIFETIME = 1e9
"""Deadline of the connection to a jump host: it lives as long as the run."""
UNMEASURED = 1 << 40
"""Bytes of a connection to a jump host behind another one; each counts its channels itself."""
OPENING_SECONDS = 60.0
"""For connecting and logging in to a jump host; endpoints that wait for it keep their own deadlines."""
SILENT_SECONDS = 10.0
"""After a machine did not answer, its jump host has so long to say that it is still there: a cable may be cut."""
OPENINGS = 2
"""A jump host that broke off is connected to once more, not for ever."""
PAUSE_SECONDS = 30.0
"""Before one that could not be reached is tried the second time; meanwhile the machines behind it end with its failure."""

_PROHIBITED, _CONNECT_FAILED, _NO_ROOM = 1, 2, 4
"""Reason codes of RFC 4254 section 5.1."""
_SAID = (
    ("refused", Sight.REFUSED),
    ("timed out", Sight.TIMEOUT),
    ("no route", Sight.NO_ROUTE),
    ("unreachable", Sight.NO_ROUTE),
    ("not known", Sight.DNS),
    ("resolution", Sight.DNS),
    ("no address", Sight.DNS),
)
"""What OpenSSH quotes of its system's errors, and the class it means."""


Opener = Callable[[Target, float], contextlib.AbstractContextManager[tuple[JumpTransport, Outbox]]]
"""(jump host, deadline) -> a connection logged in by then, alive as long as the block; TransportFailure or Abandoned."""


class _Attempt:
    """One attempt to be connected to a jump host, shared by everyone who needs it."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.stack = contextlib.ExitStack()
        self.link: tuple[JumpTransport, Outbox] | None = None
        self.failure: TransportFailure | None = None
        self.abandoned = False
        self.ended_at = 0.0

    @property
    def usable(self) -> bool:
        """Whether it is under way or alive."""
        return not self.done.is_set() or (self.link is not None and self.link[0].is_active() and not self.link[1].gone)


class _Jump:
    """One jump host."""

    def __init__(self, target: Target, opener: Opener) -> None:
        self._target = target
        self._opener = opener
        self._lock = threading.Lock()
        self._attempt: _Attempt | None = None
        self._count = 0
        self._doubted: JumpTransport | None = None

    def link(self, deadline: float) -> tuple[JumpTransport, Outbox]:
        """The connection, opened if there is none; TransportFailure of the endpoint that needs it."""
        attempt = self._current()
        if not attempt.done.wait(max(deadline - time.monotonic(), 0)):
            raise self.failure(Sight.TIMEOUT, "its connection was not ready in time")
        if attempt.abandoned:
            raise Abandoned
        if attempt.failure is not None:
            raise self.failure(attempt.failure.sight, attempt.failure.detail)
        if attempt.link is None or not attempt.usable:
            if attempt.link is not None and attempt.link[1].ended == "abandoned":
                raise Abandoned
            raise self.failure(Sight.NO_ROUTE, "the connection to it broke")
        return attempt.link

    def failure(self, sight: Sight, detail: str) -> TransportFailure:
        """A failure that names this jump host; its key and version are not the endpoint's."""
        return TransportFailure(sight, f"jump host {self._target.label}: {detail}")

    def doubt(self, transport: JumpTransport, wire: Outbox) -> None:
        """A machine did not answer: is the jump host itself still there? Found out aside; a silent one loses its connection."""
        with self._lock:
            if self._doubted is transport:
                return
            self._doubted = transport

        def find_out() -> None:
            there = transport.answers(SILENT_SECONDS)
            with self._lock:
                self._doubted = None
            if not there:
                wire.shut("silent")

        threading.Thread(target=find_out, name="secaudit-doubt", daemon=True).start()

    def close(self) -> None:
        """End the connection."""
        with self._lock:
            attempt = self._attempt
        if attempt is not None:
            attempt.done.wait(0.2)
            attempt.stack.close()

    def _current(self) -> _Attempt:
        with self._lock:
            attempt = self._attempt
            if attempt is not None and (attempt.usable or not self._again(attempt)):
                return attempt
            self._count += 1
            before, self._attempt = attempt, _Attempt()
            threading.Thread(target=self._open, args=(self._attempt, before), name="secaudit-jump", daemon=True).start()
            return self._attempt

    def _again(self, attempt: _Attempt) -> bool:
        """Whether one more attempt may follow: a login or a host key that was refused is never tried again."""
        if self._count >= OPENINGS or attempt.abandoned:
            return False
        if attempt.failure is None:
            return True
        if attempt.failure.sight in (Sight.AUTH, Sight.HOST_KEY, Sight.INTERNAL):
            return False
        return time.monotonic() - attempt.ended_at >= PAUSE_SECONDS

    def _open(self, attempt: _Attempt, before: _Attempt | None) -> None:
        try:
            if before is not None:
                before.stack.close()
            link = attempt.stack.enter_context(self._opener(self._target, time.monotonic() + OPENING_SECONDS))
            link[1].grow(OVERHEAD_BYTES * 16)
            attempt.link = link
        except TransportFailure as failure:
            attempt.failure = failure
        except Abandoned:
            attempt.abandoned = True
        except Exception as error:  # noqa: BLE001 - a defect of ours must not leave everyone waiting
            attempt.failure = TransportFailure(Sight.INTERNAL, type(error).__name__)
        finally:
            attempt.ended_at = time.monotonic()
            attempt.done.set()


class Jumps:
    """All jump hosts of a run."""

    def __init__(self, opener: Opener) -> None:
        """None is connected to yet."""
        self._opener = opener
        self._lock = threading.Lock()
        self._jumps: dict[Target, _Jump] = {}

    def channel(self, target: Target, deadline: float, *, seconds: float, allowance: int) -> ChannelSocket:
        """A channel to ``target`` through its jump host; TransportFailure of ``target``, or Abandoned."""
        assert target.jump is not None
        with self._lock:
            jump = self._jumps.setdefault(target.jump, _Jump(target.jump, self._opener))
        transport, wire = jump.link(deadline)
        try:
            opening = transport.ask_for(target.host, target.port)
        except BROKEN:
            if wire.ended == "abandoned":
                raise Abandoned from None
            raise jump.failure(Sight.NO_ROUTE, "the connection to it broke") from None
        left = max(min(seconds, deadline - time.monotonic()), 0)
        answered = opening.done.wait(left)
        if opening.opened:
            return ChannelSocket(opening.channel, wire, allowance, target.jump.label)
        opening.give_up()
        if wire.ended == "abandoned":
            raise Abandoned
        if not answered:
            jump.doubt(transport, wire)
            raise jump.failure(Sight.TIMEOUT, f"{target.host} port {target.port} did not answer it within {left:.0f} s")
        if opening.refusal is None:
            raise jump.failure(Sight.NO_ROUTE, "the connection to it broke")
        if opening.refusal[0] == _NO_ROOM:
            raise WayFull(f"jump host {target.jump.label}: it has no room for another connection: {opening.refusal[1]}")
        raise jump.failure(*_refusal(target, *opening.refusal))

    def close(self) -> None:
        """End all connections."""
        with self._lock:
            jumps = list(self._jumps.values())
        for jump in jumps:
            jump.close()


def _refusal(target: Target, code: int, said: str) -> tuple[Sight, str]:
    """Class and detail of a channel that a jump host did not open."""
    place = f"{target.host} port {target.port}"
    if code == _PROHIBITED:
        return Sight.NO_ROUTE, f"it does not forward to {place} (administratively prohibited)"
    sight = next((sight for words, sight in _SAID if words in said.lower()), Sight.NO_ROUTE)
    what = "cannot connect to" if code == _CONNECT_FAILED else "opens no channel to"
    return sight, f"it {what} {place}: {said or f'reason {code}'}"
