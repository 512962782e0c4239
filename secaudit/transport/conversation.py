"""One SSH connection by paramiko, phase by phase, through its event forms: no polling, so that hundreds share one process.

Uses the private names ``Transport._active_check_timeout``, ``Transport._preferred_*``, ``Transport._kex_info``,
``Transport._compression_info``, ``Transport._filter_algorithm``, ``Transport._parse_kex_init``,
``Transport._parse_ext_info``, ``Transport._log``, ``Transport._send_user_message`` and
``KexGexSHA256._parse_kexdh_gex_group``: a test pins them.

A connection goes through phases (name, connect, greeting, host key, login, session, command). The class of a failure is
the phase it happened in; whatever happens, one absolute deadline holds, because a watchdog shuts the socket from outside.
"""

# ruff: noqa: SLF001 - the private names are listed above and pinned by a test

import logging
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, cast

import paramiko
from paramiko.kex_gex import KexGexSHA256
from paramiko.message import Message as Packet
from paramiko.packet import Packetizer
from paramiko.ssh_exception import IncompatiblePeer

from secaudit.messages import clean
from secaudit.model.doubt import NOT_HELD
from secaudit.model.outcome import Sight
from secaudit.transport.base import VERSION_LIMIT, Abandoned, Cut, HostKey, Reply, Request, Target, TransportFailure, diagnostics
from secaudit.transport.exchange import Channel, Exchange, Heard
from secaudit.transport.host_keys import HostKeys
from secaudit.transport.offering import BROKEN, Login, Wallet
from secaudit.transport.offers import Offers
from secaudit.transport.squeeze import Squeezer, Unsqueezer
from secaudit.transport.wire import Wire

GREETING_BYTES = 65536
"""Everything a server may send before its host key was confirmed; a normal one sends about 3,000 bytes."""
OVERHEAD_BYTES = 1024 * 1024
"""Room for packets, padding and login banners above the answer's own budget."""
WINDOW_BYTES = 256 * 1024
KEY_EXCHANGES = 4
"""Of one connection; an answer is far too short for a second one."""
EXTENSIONS = 100
"""That a server may name; OpenSSH names three."""
_LEAVE_SECONDS = 2.0
"""How long the library's thread may take to leave a connection that was shut; it needs a millisecond."""
_CHANNEL_FAILURE = 100
"""RFC 4254 section 5.4: the request, here the command, is refused."""
_REFUSED = "secaudit_refused"
_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")

# Nothing of the library's log is for people: it quotes banners, and at debug level names and methods.
logging.getLogger("paramiko").addHandler(logging.NullHandler())
logging.getLogger("paramiko").propagate = False

_LIBRARY: Any = paramiko.Transport
"""The library's class without its published types, which leave out the private names used here."""


class _QuietPacketizer(Packetizer):
    """Without the timer thread per handshake: the watchdog holds the deadline."""

    def start_handshake(self, timeout: float) -> None:
        """Nothing to start."""


class BoundedGroupExchange(KexGexSHA256):
    """Group exchange with a group that the server chooses, but no longer than this.

    Python's arithmetic holds the interpreter's lock: with 8,192 bits, which the library accepts, each server that nobody
    trusts yet stops all other connections for more than two seconds, with 3,072 for about 0.15.
    """

    max_bits = 3072

    def _parse_kexdh_gex_group(self, m: Packet) -> None:
        bits = m.get_mpint().bit_length()
        if bits > self.max_bits:
            raise paramiko.SSHException(f"the server wants a group of {bits} bits")
        m.rewind()
        cast("Any", super())._parse_kexdh_gex_group(m)


def _refuse_request(channel: paramiko.Channel, m: Packet) -> None:
    """The library closes the channel and forgets why; the server's own close may follow before anybody looks."""
    setattr(channel, _REFUSED, True)
    cast("Any", channel)._request_failed(m)


class FanoutTransport(paramiko.Transport):
    """A transport thread that sleeps until there is something to read."""

    _active_check_timeout = 30.0
    _channel_handler_table: ClassVar = {**_LIBRARY._channel_handler_table, _CHANNEL_FAILURE: _refuse_request}
    _kex_info: ClassVar = {**_LIBRARY._kex_info, BoundedGroupExchange.name: BoundedGroupExchange}
    _exchanges = 0
    exchanges_allowed = KEY_EXCHANGES
    _preferred_kex = tuple(
        dict.fromkeys(
            name for name in ("curve25519-sha256@libssh.org", *_LIBRARY._preferred_kex) if name in _LIBRARY._preferred_kex
        )
    )
    _preferred_ciphers = (
        "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr",
    )  # fmt: skip
    _preferred_macs = (
        "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1",
    )  # fmt: skip

    _preferred_compression: tuple[str, ...] = ("zlib@openssh.com", "none")

    def __init__(self, wire: Wire, seconds: float, known_types: Sequence[str] = ()) -> None:
        """Over ``wire``; the library's own limits are set to ``seconds``, key types already enrolled are asked for first."""
        super().__init__(wire, packetizer_class=_QuietPacketizer)  # type: ignore[arg-type]
        self._compression_info = {"none": (None, None), "zlib@openssh.com": (Squeezer, partial(Unsqueezer, wire))}
        self.banner_timeout = self.auth_timeout = self.clear_to_send_timeout = seconds
        first = [name for type_ in known_types for name in (_RSA_SIGNATURES if type_ == "ssh-rsa" else (type_,))]
        offered = _LIBRARY._preferred_keys
        self._preferred_keys = tuple(dict.fromkeys([*(name for name in first if name in offered), *offered]))

    @property
    def preferred_keys(self) -> tuple[str, ...]:
        """Plain keys only.

        The library also asks for certificates and then trusts the key inside without a look at names, dates or authority: a
        server that has nothing else must be refused, not half believed.
        """
        return tuple(cast("Any", self)._filter_algorithm("keys"))

    def run(self) -> None:
        """The library's loop; an exception that escapes its own handling must wake everyone who waits."""
        try:
            super().run()
        except Exception as error:  # noqa: BLE001 - hostile packets reach paths that the library does not guard
            self.saved_exception = error
            self.active = False
            if self.completion_event is not None:
                self.completion_event.set()
            if self.auth_handler is not None:
                self.auth_handler.abort()
            self.sock.close()

    def get_exception(self) -> Exception | None:
        """Why the connection ended; what ciphers and parsers raise over a damaged packet is no defect of ours."""
        error = super().get_exception()
        if error is None or isinstance(error, BROKEN):
            return error
        return paramiko.SSHException(f"a packet was damaged ({type(error).__name__})")

    def _parse_kex_init(self, m: Packet) -> None:
        """Bounded, because each exchange costs us more than the server: honest ones renew keys after a gigabyte."""
        self._exchanges += 1
        if self._exchanges > self.exchanges_allowed:
            raise paramiko.SSHException("the server renews its keys without end")
        cast("Any", super())._parse_kex_init(m)

    def _parse_ext_info(self, msg: Packet) -> None:
        """Bounded: the library counts as far as the server says, four thousand million, holding up all other connections."""
        if (count := msg.get_int()) > EXTENSIONS:
            raise paramiko.SSHException(f"the server names {count} extensions")
        msg.rewind()
        cast("Any", super())._parse_ext_info(msg)

    def _filter_algorithm(self, type_: str) -> tuple[str, ...]:
        """As preferred, nothing is disabled here: the library compares the names again a dozen times for every machine."""
        return tuple(getattr(self, f"_preferred_{type_}"))

    def _log(self, level: int, msg: object, *args: object) -> None:
        """Silent: what servers say does not reach a log."""


class Conversation:
    """One connection, phase by phase."""

    def __init__(
        self,
        target: Target,
        wire: Wire,
        deadline: float,
        known_types: Sequence[str],
        kind: "type[FanoutTransport] | None" = None,
    ) -> None:
        """Over a connected ``wire``; nothing is sent yet. ``kind`` is the library's transport to use."""
        self._target = target
        self._wire = wire
        self._deadline = deadline
        self._transport = (kind or FanoutTransport)(wire, max(self.left(), 0.001), known_types)
        self._phase = "greeting"
        self._offered: HostKey | None = None

    @property
    def transport(self) -> FanoutTransport:
        """The library's side of the connection."""
        return self._transport

    @property
    def version(self) -> str:
        """The server's identification, sanitised; empty when none came."""
        return clean(self._transport.remote_version, limit=VERSION_LIMIT)

    def greet(self) -> None:
        """Exchange identifications and keys."""
        started = threading.Event()
        self._transport.start_client(event=started)
        self.wait(started)
        if self._transport.initial_kex_done:
            return  # a server that leaves right now has still proved its key; what fails next is the login
        error = self._transport.get_exception()
        if not self._transport.remote_version:
            raise self.failure(Sight.BANNER, self._no_ssh(error))
        if "no acceptable host key" in str(error):
            raise self.failure(Sight.HOST_KEY, "the server offers no kind of host key that is supported (certificates are not)")
        if "Signature verification" in str(error):
            raise self.failure(Sight.HOST_KEY, NOT_HELD)
        raise self.failure(Sight.PROTOCOL, f"the key exchange failed: {reason_of(error)}")

    def host_key(self) -> HostKey:
        """The key the server proved to hold."""
        if self._offered is None:
            try:
                self._offered = HostKey.of_blob(cast("paramiko.PKey", self._transport.host_key).asbytes())
            except (AttributeError, ValueError) as error:
                raise self.failure(Sight.PROTOCOL, f"no usable host key: {reason_of(error)}") from error
        return self._offered

    def confirm_host(self, host_keys: HostKeys) -> None:
        """Refuse any server whose key is not enrolled; nothing was offered to it so far."""
        self._phase = "host key"
        offered = self.host_key()
        refusal = host_keys.refusal(self._target.known_as, offered)
        if refusal is not None:
            raise self.failure(Sight.HOST_KEY, refusal)

    def log_in(self, wallet: Wallet, offers: Offers) -> None:
        """Offer keys, then the password, to a server whose host key was confirmed."""
        self._phase = "login"
        self._wire.limit += OVERHEAD_BYTES
        Login(self, self._target, offers, reason_of).run(wallet)

    def ask(self, request: Request, max_bytes: int) -> Reply:
        """Run one command and read its answer."""
        self._phase = "session"
        # The window is a promise of the client that a hostile server need not keep: the wire's limit is what holds.
        self._wire.limit = self._wire.received + OVERHEAD_BYTES + max_bytes + max_bytes // 8
        try:
            channel = self._transport.open_session(window_size=WINDOW_BYTES, timeout=max(self.left(), 0.001))
        except paramiko.ChannelException as error:
            raise self.failure(Sight.CHANNEL, f"the server opens no session: {clean(error.text)}") from error
        except BROKEN as error:
            raise self.failure(Sight.CHANNEL, f"no session was opened: {reason_of(error)}") from error
        self._phase = "command"
        try:
            self._send_exec(channel, request.command)
        except BROKEN as error:
            raise self.failure(Sight.CHANNEL, "the server closed the connection instead of running the command") from error
        heard = self._exchange(channel, request.stdin, max_bytes)
        return Reply(
            stdout=heard.stdout,
            stderr=diagnostics(heard.stderr),
            exit_status=heard.exit_status,
            server_version=self.version,
            host_key=self.host_key().fingerprint,
            received=self._wire.received,
            cut=heard.cut,
        )

    def _send_exec(self, channel: paramiko.Channel, command: str) -> None:
        """Ask for the command without waiting for consent: the exchange shows soon enough, one round trip earlier."""
        packet = Packet()
        packet.add_byte(b"\x62")
        packet.add_int(channel.remote_chanid)
        packet.add_string("exec")
        packet.add_boolean(True)
        packet.add_string(command)
        cast("Any", self._transport)._send_user_message(packet)

    def _exchange(self, channel: paramiko.Channel, stdin: bytes, max_bytes: int) -> Heard:
        try:
            heard = Exchange(cast("Channel", channel), stdin, deadline=self._deadline, max_bytes=max_bytes).run()
        except BROKEN as error:
            raise self.failure(Sight.CHANNEL, f"the connection broke during the command: {reason_of(error)}") from error
        if self._wire.ended == "abandoned":
            raise Abandoned
        said = heard.stdout or heard.stderr
        if self._wire.ended == "deadline" or heard.cut is Cut.DEADLINE:
            if not said:
                raise self.failure(Sight.TIMEOUT, "")
            return Heard(heard.stdout, heard.stderr, None, Cut.DEADLINE)
        if self._wire.overrun:
            return Heard(heard.stdout, heard.stderr, None, Cut.BYTES)
        if not said and getattr(channel, _REFUSED, False):
            raise self.failure(Sight.SHELL, "the server refused to run a command")
        unfinished = heard.cut is None and not channel.eof_received and heard.exit_status is None
        if unfinished and not self._transport.is_active():
            if not said:
                raise self.failure(Sight.CHANNEL, "the server closed the connection instead of running the command")
            return Heard(heard.stdout, heard.stderr, None, Cut.CONNECTION)
        return heard

    def failure(self, sight: Sight, detail: str) -> TransportFailure:
        """The failure to report: a passed deadline or a flood explains everything that follows from it."""
        if self._wire.ended == "abandoned":
            raise Abandoned
        if self._wire.ended == "deadline" or self.left() <= 0:
            sight, detail = Sight.TIMEOUT, f"connected, but the {self._phase} was not finished in time"
        elif self._wire.overrun:
            sight = sight if sight is Sight.BANNER else Sight.PROTOCOL
            detail = f"more than {self._wire.limit} bytes came before the {self._phase} was finished"
        elif (lost := self._wire.lost) is not None:
            sight, detail = Sight.NO_ROUTE, f"{lost} during the {self._phase}"
        fingerprint = self._offered.fingerprint if self._offered else None
        return TransportFailure(sight, detail, host_key=fingerprint, server_version=self.version or None)

    def close(self) -> None:
        """Shut first: only that wakes the library's thread, which otherwise sleeps on.

        The descriptor is given back only when that thread has left it: a number that is free is used by the next connection at
        once, and a thread on its way into its wait would then sleep half a minute on that one, holding this one's buffers.
        """
        self._wire.shut()
        if self._transport.is_alive():
            self._transport.join(_LEAVE_SECONDS)
        self._transport.close()

    def left(self) -> float:
        """Seconds to the deadline."""
        return self._deadline - time.monotonic()

    def wait(self, event: threading.Event) -> None:
        """Until the event, the end of the connection, or the deadline (TransportFailure)."""
        while not event.wait(max(min(self.left(), 2.0), 0)):
            if self.left() <= 0 or not self._transport.is_active():
                break
        if not event.is_set() and self.left() <= 0:
            raise self.failure(Sight.TIMEOUT, "")

    def _no_ssh(self, error: Exception | None) -> str:
        if not self._wire.head:
            return "the port closed the connection before it identified itself"
        head = clean(" ".join(self._wire.head.decode("ascii", "replace").split()), limit=60)
        return f"the port does not speak SSH ({reason_of(error)}); it began with: {head}"


def reason_of(error: BaseException | None) -> str:
    """A short reason, in words of our own where the library's text quotes the server."""
    if error is None or isinstance(error, EOFError):
        return "the server closed the connection"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, IncompatiblePeer):
        return clean(str(error), limit=100)
    if isinstance(error, paramiko.SSHException):
        text = str(error)
        return "no identification" if "banner" in text or "Indecipherable" in text else clean(text, limit=100)
    return type(error).__name__
