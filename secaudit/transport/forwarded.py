"""Forwarded connections: channels of a jump host's connection that look like sockets.

Uses the private names ``Transport._channels``, ``_next_channel``, ``_parse_channel_open_success``,
``_parse_channel_open_failure``, ``_channel_handler_table``, ``_send_user_message``, and of the channel ``_set_transport``,
``_set_window``, ``_check_add_window``, ``_wait_for_send_window``, ``_close_internal``, ``_send``: a test pins them.
"""

# ruff: noqa: SLF001 - the private names are listed above and pinned by a test

import contextlib
import threading
from collections.abc import Sequence
from typing import Any, ClassVar, cast

import paramiko
from paramiko.buffered_pipe import PipeTimeout
from paramiko.message import Message as Packet

from secaudit.messages import clean
from secaudit.transport.conversation import FanoutTransport
from secaudit.transport.offering import BROKEN
from secaudit.transport.outbox import Outbox
from secaudit.transport.wire import Wire

SLACK_BYTES = 64 * 1024
"""Of packets around the bytes of one channel; with a quarter of those bytes it stays in the jump host's budget."""
_EXCHANGES = 64
"""Key exchanges of one connection: honest servers renew keys after a gigabyte or an hour."""
_WINDOW_BYTES = 512 * 1024
_PACKET_BYTES = 32768
_REKEY_SECONDS = 5.0
_WINDOW_ADJUST, _DATA, _EOF, _CLOSE = 93, 94, 96, 97
"""Message numbers of RFC 4254."""
_LIBRARY: Any = paramiko.Transport
"""The library's class without its published types, which leave out the private names used here."""


class Opening:
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


class JumpChannel(paramiko.Channel):
    """A forwarded connection.

    The library may send data after the message that closes its channel, when two threads meet; a server ends the whole
    connection then, and with it everybody's way. Here nothing follows that message, and only ``close`` sends it.
    """

    def __init__(self, number: int) -> None:
        """Not open yet."""
        super().__init__(number)
        self._order = threading.Lock()
        self._over = False

    def recv(self, nbytes: int) -> bytes:
        """As the library's."""
        try:
            data: bytes = self.in_buffer.read(nbytes, self.timeout)
        except PipeTimeout:
            raise TimeoutError from None
        room = cast("Any", self)._check_add_window(len(data))
        if room > 0:
            packet = Packet()
            packet.add_byte(b"\x5d")
            packet.add_int(self.remote_chanid)
            packet.add_int(room)
            self._dispatch(packet)
        return data

    def _send(self, s: bytes, m: Packet) -> int:
        with self.lock:
            size = 0 if self.closed else int(cast("Any", self)._wait_for_send_window(len(s)))
            if size == 0:
                return 0
            m.add_string(s[:size])
        return size if self._dispatch(m) else 0

    def _dispatch(self, packet: Packet) -> bool:
        with self._order:
            if not self._over:
                cast("Any", self.transport)._send_user_message(packet)
            return not self._over

    def close(self) -> None:
        """Say the last word."""
        with self._order:
            if self._over or not self.active:
                return
            self._over = True
            with self.lock:
                messages = cast("Any", self)._close_internal()
            for message in messages:
                if message is not None:
                    cast("Any", self.transport)._send_user_message(message)

    def take(self, m: Packet) -> None:
        """Data came; the library itself would keep any amount of it."""
        data = m.get_binary()
        if len(self.in_buffer) + len(data) > 2 * _WINDOW_BYTES:
            raise paramiko.SSHException("the jump host ignores the window of a channel")
        self.in_buffer.feed(data)

    def end(self, m: Packet) -> None:
        """The other side closed it: readers and writers wake up; the answer is left to ``close``."""
        del m
        self.in_buffer.close()
        with self.lock:
            self.eof_received = True
            self.eof_sent = True
            self.out_buffer_cv.notify_all()

    def ignore(self, m: Packet) -> None:
        """What has no meaning for a forwarded connection."""


class JumpTransport(FanoutTransport):
    """The connection to a jump host: opens channels without polling, and keeps each refusal with its channel."""

    exchanges_allowed = _EXCHANGES
    _preferred_compression = ("none",)  # what passes through is encrypted
    _channel_handler_table: ClassVar = {
        **dict.fromkeys(_LIBRARY._channel_handler_table, JumpChannel.ignore),
        _WINDOW_ADJUST: _LIBRARY._channel_handler_table[_WINDOW_ADJUST],
        _DATA: JumpChannel.take,
        _EOF: JumpChannel.end,
        _CLOSE: JumpChannel.end,
    }

    def __init__(self, wire: Wire, seconds: float, known_types: Sequence[str] = ()) -> None:
        """See the parent."""
        super().__init__(wire, seconds, known_types)
        self._openings: dict[int, Opening] = {}

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

    def ask_for(self, host: str, port: int) -> "Opening":
        """Ask for a channel to ``host``; SSHException or OSError when the connection is gone."""
        library = cast("Any", self)
        self.clear_to_send_timeout = _REKEY_SECONDS
        with self.lock:
            if not self.active:
                raise EOFError
            number = library._next_channel()
            channel = JumpChannel(number)
            library._channels.put(number, channel)
            opening = self._openings[number] = Opening(channel)
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

    def answers(self, seconds: float) -> bool:
        """Whether the jump host answers a question without meaning, as every server must, within ``seconds``."""
        heard = self.completion_event = threading.Event()
        packet = Packet()
        packet.add_byte(b"\x50")
        packet.add_string("keepalive@openssh.com")
        packet.add_boolean(True)
        with contextlib.suppress(*BROKEN):
            cast("Any", self)._send_user_message(packet)
        return heard.wait(seconds)

    def _parse_channel_open_success(self, m: Packet) -> None:
        number = m.get_int()
        m.rewind()
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
