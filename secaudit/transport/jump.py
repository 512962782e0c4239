"""Jump hosts: one connection to each, shared by all machines behind it.

A machine behind a jump host is spoken to through a channel of that connection, end to end encrypted: the jump host sees neither
the credentials nor the answer. What one slow or hostile machine does to its channel must not hold up the others, so nothing here
waits for the network inside a lock, and what is to be sent waits in an outbox of its own thread.

Uses the private names ``Transport._channels``, ``_next_channel``, ``_handler_table``, ``_parse_channel_open_success``,
``_parse_channel_open_failure``, ``_channel_handler_table``, ``Channel._set_transport``, ``_set_window``, ``_feed``: a test pins
them.
"""

# ruff: noqa: SLF001 - the private names are listed above and pinned by a test

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar, cast

import paramiko
from paramiko.message import Message as Packet

from secaudit.messages import clean
from secaudit.model.outcome import Sight
from secaudit.transport.base import Abandoned, Target, TransportFailure
from secaudit.transport.conversation import OVERHEAD_BYTES, FanoutTransport
from secaudit.transport.login import BROKEN
from secaudit.transport.wire import Socket, Wire

LIFETIME = 1e9
"""Deadline of the connection to a jump host: it lives as long as the run."""
UNMEASURED = 1 << 40
"""Bytes of a connection to a jump host behind another one; each counts its channels itself."""
SLACK_BYTES = 64 * 1024
"""Of packets around the bytes of one channel; with a quarter of those bytes it stays in the jump host's budget."""
OPENING_SECONDS = 60.0
"""For connecting and logging in to a jump host; endpoints that wait for it keep their own deadlines."""
OPENINGS = 2
"""A jump host that broke off is connected to once more, not for ever."""
PAUSE_SECONDS = 30.0
"""Before one that could not be reached is tried the second time; meanwhile the machines behind it end with its failure."""
OUTBOX_BYTES = 64 * 1024 * 1024
"""What may wait to be sent to one jump host; more means that it has stopped reading."""
_EXCHANGES = 64
"""Key exchanges of one connection: honest servers renew keys after a gigabyte or an hour."""
_WINDOW_BYTES = 512 * 1024
_PACKET_BYTES = 32768
_REKEY_SECONDS = 5.0
_SENDER_SECONDS = 30.0

_CHANNEL_DATA, _CHANNEL_EXTENDED = 94, 95
"""Message numbers of RFC 4254."""
_LIBRARY: Any = paramiko.Transport
"""The library's class without its published types, which leave out the private names used here."""
_PROHIBITED, _CONNECT_FAILED = 1, 2
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


class Outbox(Wire):
    """A wire whose sender never waits: a thread of its own writes, and a peer that stops reading loses the connection."""

    def __init__(self, sock: Socket, limit: int) -> None:
        """Take over ``sock``."""
        super().__init__(sock, limit)
        self._pending: deque[bytes] = deque()
        self._size = 0
        self._changed = threading.Condition()
        self.gone = False
        """Nothing can be sent any more."""
        threading.Thread(target=self._write, name="secaudit-outbox", daemon=True).start()

    def send(self, data: bytes) -> int:
        """All of it, at once; it leaves when the network takes it."""
        with self._changed:
            if not self.gone and self._size + len(data) > OUTBOX_BYTES:
                self.shut("stalled")
            if self.gone:
                raise BrokenPipeError
            self._pending.append(bytes(data))
            self._size += len(data)
            self._changed.notify_all()
        return len(data)

    def recv(self, size: int) -> bytes:
        """As a wire; remembers the end before anybody can ask for the reason."""
        try:
            data = super().recv(size)
        except TimeoutError:
            raise
        except OSError:
            self.shut()
            raise
        if not data:
            self.shut()
        return data

    def grow(self, size: int) -> None:
        """So many bytes more (or less) may come."""
        with self._changed:
            self.limit += size

    def shut(self, reason: str | None = None) -> None:
        """As a wire; ends the writer too."""
        with self._changed:
            self.gone = True
            self._changed.notify_all()
        super().shut(reason)

    @property
    def _sending(self) -> bool:
        return not self.gone

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self.gone)
                if self.gone:
                    return
                data = memoryview(b"".join(self._pending))
                self._pending.clear()
                self._size = 0
            moved = time.monotonic()
            while data:
                try:
                    sent = super().send(cast("bytes", data))
                except TimeoutError:
                    sent = 0
                except OSError:
                    self.shut()
                    return
                if sent:
                    moved = time.monotonic()
                elif not self._sending or time.monotonic() - moved > _SENDER_SECONDS:
                    self.shut("stalled")
                    return
                data = data[sent:]


class _Opening:
    """A channel that was asked for."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self.channel = channel
        self.done = threading.Event()
        self.refusal: tuple[int, str] | None = None
        self.opened = False
        self.given_up = False
        self.lock = threading.Lock()

    def set(self) -> None:
        """The library's word for: the jump host agreed. A channel nobody waits for any more is closed again."""
        with self.lock:
            self.opened = True
            late = self.given_up
        self.done.set()
        if late:
            # Not in the library's thread, which must never wait.
            threading.Thread(target=_close, args=(self.channel,), name="secaudit-late", daemon=True).start()

    def give_up(self) -> None:
        """Nobody waits any more."""
        with self.lock:
            self.given_up = True
            late = self.opened
        if late:
            _close(self.channel)


def _feed(channel: paramiko.Channel, m: Packet) -> None:
    """Data for a channel; the library itself would keep any amount of it."""
    data = m.get_binary()
    if len(channel.in_buffer) + len(data) > 2 * _WINDOW_BYTES:
        raise paramiko.SSHException("the jump host ignores the window of a channel")
    cast("Any", channel)._feed(data)


def _drop(channel: paramiko.Channel, m: Packet) -> None:
    """Extended data has no meaning for a forwarded connection."""


class JumpTransport(FanoutTransport):
    """The connection to a jump host: opens channels without polling, and keeps each refusal with its channel."""

    exchanges_allowed = _EXCHANGES
    _channel_handler_table: ClassVar = {**_LIBRARY._channel_handler_table, _CHANNEL_DATA: _feed, _CHANNEL_EXTENDED: _drop}

    def __init__(self, wire: Wire, seconds: float, known_types: Any = ()) -> None:  # noqa: ANN401 - as the parent's
        """See the parent."""
        super().__init__(wire, seconds, known_types)
        self._openings: dict[int, _Opening] = {}

    def run(self) -> None:
        """The library's loop; its end wakes everyone who waits for a channel."""
        try:
            super().run()
        finally:
            with self.lock:
                waiting = list(self._openings.values())
                self._openings.clear()
            for opening in waiting:
                opening.done.set()

    def ask_for(self, host: str, port: int) -> "_Opening":
        """Ask for a channel to ``host``; SSHException or OSError when the connection is gone."""
        library = cast("Any", self)
        self.clear_to_send_timeout = _REKEY_SECONDS
        with self.lock:
            if not self.active:
                raise EOFError
            number = library._next_channel()
            channel = paramiko.Channel(number)
            library._channels.put(number, channel)
            opening = self._openings[number] = _Opening(channel)
            library.channel_events[number] = opening
            library.channels_seen[number] = True
            cast("Any", channel)._set_transport(self)
            cast("Any", channel)._set_window(_WINDOW_BYTES, _PACKET_BYTES)
        packet = Packet()
        packet.add_byte(b"\x5a")
        packet.add_string("direct-tcpip")
        for value in (number, _WINDOW_BYTES, _PACKET_BYTES):
            packet.add_int(value)
        packet.add_string(host)
        packet.add_int(port)
        packet.add_string("127.0.0.1")
        packet.add_int(0)
        library._send_user_message(packet)
        return opening

    def _parse_channel_open_success(self, m: Packet) -> None:
        number = m.get_int()
        m.rewind()
        m.get_byte()
        cast("Any", super())._parse_channel_open_success(m)
        with self.lock:
            self._openings.pop(number, None)

    def _parse_channel_open_failure(self, m: Packet) -> None:
        number, code, text = m.get_int(), m.get_int(), m.get_text()
        library = cast("Any", self)
        with self.lock:
            opening = self._openings.pop(number, None)
            library.channel_events.pop(number, None)
            if opening is not None:
                library._channels.delete(number)
        if opening is not None:
            opening.refusal = (code, clean(" ".join(text.split()), limit=100))
            opening.done.set()


class ChannelSocket:
    """A channel of a jump host that looks like a socket to the connection inside it."""

    def __init__(self, channel: paramiko.Channel, wire: Outbox, allowance: int, jump: str) -> None:
        """``allowance`` bytes may come through it at most; the jump host's own budget grows by them while it is open."""
        self._channel = channel
        self._wire = wire
        self._allowance = allowance
        self._jump = jump
        self._received = 0
        self._shut = False
        self._closed = False
        wire.grow(allowance)

    @property
    def lost(self) -> str | None:
        """In words, when the connection to the jump host is gone."""
        return f"jump host {self._jump}: the connection to it broke" if self._wire.gone else None

    def recv(self, size: int, /) -> bytes:
        """At most ``size`` bytes; empty at the end and when it was shut."""
        data = self._channel.recv(size)
        self._received += len(data)
        return data

    def send(self, data: bytes, /) -> int:
        """Bytes that the channel's window took."""
        sent = 0 if self._shut else self._channel.send(data)
        if not sent:
            raise BrokenPipeError
        return sent

    def settimeout(self, seconds: float | None, /) -> None:
        """Passed on."""
        self._channel.settimeout(cast("float", seconds))

    def shutdown(self, how: int, /) -> None:
        """Wake readers and writers on this side only: the watchdog calls this and must never wait for a network."""
        del how
        self._shut = True
        self._channel.in_buffer.close()
        with self._channel.lock:
            self._channel.eof_sent = True
            self._channel.out_buffer_cv.notify_all()

    def close(self) -> None:
        """Close the channel and give the unused part of its budget back."""
        if self._closed:
            return
        self._closed = True
        _close(self._channel)
        used = self._received + self._received // 4 + SLACK_BYTES
        self._wire.grow(-max(self._allowance - used, 0))

    def fileno(self) -> int:
        """Negative once it is closed; it is no descriptor."""
        return -1 if self._closed else 0


def _close(channel: paramiko.Channel) -> None:
    with contextlib.suppress(*BROKEN):
        channel.close()


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
            raise self.failure(Sight.NO_ROUTE, "the connection to it broke")
        return attempt.link

    def failure(self, sight: Sight, detail: str) -> TransportFailure:
        """A failure that names this jump host; its key and version are not the endpoint's."""
        return TransportFailure(sight, f"jump host {self._target.label}: {detail}")

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
            raise jump.failure(Sight.NO_ROUTE, "the connection to it broke") from None
        left = max(min(seconds, deadline - time.monotonic()), 0)
        answered = opening.done.wait(left)
        if opening.opened:
            return ChannelSocket(opening.channel, wire, allowance, target.jump.label)
        opening.give_up()
        if wire.ended == "abandoned":
            raise Abandoned
        if not answered:
            raise jump.failure(Sight.TIMEOUT, f"{target.host} port {target.port} did not answer it within {left:.0f} s")
        if opening.refusal is None:
            raise jump.failure(Sight.NO_ROUTE, "the connection to it broke")
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
