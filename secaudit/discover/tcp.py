"""Connection attempts of our own: all that is left where nmap is missing, and how greetings are read in either case.

Nothing is ever sent: a connection is opened, what the server says of itself is read up to a bound, and it is closed.
"""

import errno
import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from ipaddress import ip_address

from secaudit.discover.ports import GREETS, NAMES, SSH, Network
from secaudit.discover.sighting import Hints, Look, Sighting, believable, tidy
from secaudit.errors import SecauditError
from secaudit.messages import msg
from secaudit.model.discovery import SearchMethod, Service

IN_FLIGHT = 256
"""Attempts at a time in one network; routers of small offices keep few connections in mind."""
CONNECT_SECONDS = 2.0
GREETING_SECONDS = 3.0
GREETING_BYTES = 255
_BURST_SECONDS = 0.05
_CHUNK = 1024
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})
"""Failures of this machine: taken for silence they would hide machines."""


class Answer(Enum):
    """How an attempt ended."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One address and port, tried."""

    address: str
    port: int
    answer: Answer
    greeting: bytes = b""
    """At most :data:`GREETING_BYTES`; whatever the other side liked to say."""


@dataclass(slots=True)
class _Open:
    """One connection under way."""

    address: str
    port: int
    until: float
    heard: bytearray
    connected: bool = False

    def done(self, answer: Answer) -> Attempt:
        """How it ended."""
        return Attempt(self.address, self.port, answer, bytes(self.heard))


def attempts(targets: Iterable[tuple[str, int]], *, rate: float, listen: bool = True) -> Iterator[Attempt]:
    """Try each address and port once, at most ``rate`` a second; with ``listen`` greetings are waited for where one may come."""
    waiting = iter(targets)
    following = next(waiting, None)
    may_start = time.monotonic()
    with selectors.DefaultSelector() as selector:
        try:
            while following is not None or selector.get_map():
                now = time.monotonic()
                while following is not None and len(selector.get_map()) < IN_FLIGHT and now >= may_start:
                    may_start = max(may_start, now - _BURST_SECONDS) + 1 / rate
                    ended = _begin(selector, *following, now)
                    if ended is not None:
                        yield ended
                    following = next(waiting, None)
                until = min((key.data.until for key in selector.get_map().values()), default=may_start)
                if following is not None and len(selector.get_map()) < IN_FLIGHT:
                    until = min(until, may_start)
                for key, _ in selector.select(max(until - now, 0.0)):
                    if (attempt := _advance(selector, key, listen=listen)) is not None:
                        yield attempt
                yield from _expired(selector)
        finally:
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]


def _begin(selector: selectors.BaseSelector, address: str, port: int, now: float) -> Attempt | None:
    """Start a connection; an attempt that ended at once, or None."""
    try:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    except OSError as error:
        raise _ours(error) from error
    sock.setblocking(False)
    code = sock.connect_ex((address, port))
    if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
        sock.close()
        return Attempt(address, port, _answer(code))
    selector.register(sock, selectors.EVENT_WRITE, _Open(address, port, now + CONNECT_SECONDS, bytearray()))
    return None


def _advance(selector: selectors.BaseSelector, key: selectors.SelectorKey, *, listen: bool) -> Attempt | None:
    """Something happened to a connection: the attempt when it is over, or None."""
    one: _Open = key.data
    sock: socket.socket = key.fileobj  # type: ignore[assignment]
    if not one.connected:
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            return _end(selector, sock, one.done(_answer(code)))
        if sock.getsockname()[:2] == (one.address, one.port):  # a connection to itself: nobody listens there
            return _end(selector, sock, one.done(Answer.REFUSED))
        if not (listen and _may_greet(one.port)):
            return _end(selector, sock, one.done(Answer.OPEN))
        one.connected, one.until = True, time.monotonic() + GREETING_SECONDS
        selector.modify(sock, selectors.EVENT_READ, one)
        return None
    try:
        data = sock.recv(_CHUNK)
    except BlockingIOError:
        return None
    except OSError:
        data = b""
    one.heard += data[: GREETING_BYTES - len(one.heard)]
    # A greeting is a line, except that of telnet, which is whatever comes first.
    over = not data or len(one.heard) >= GREETING_BYTES or b"\n" in one.heard
    return _end(selector, sock, one.done(Answer.OPEN)) if over else None


def _expired(selector: selectors.BaseSelector) -> Iterator[Attempt]:
    now = time.monotonic()
    for key in [key for key in selector.get_map().values() if key.data.until <= now]:
        answer = Answer.OPEN if key.data.connected else Answer.SILENT
        yield _end(selector, key.fileobj, key.data.done(answer))  # type: ignore[arg-type]


def _end(selector: selectors.BaseSelector, sock: socket.socket, attempt: Attempt) -> Attempt:
    selector.unregister(sock)
    sock.close()
    return attempt


def _may_greet(port: int) -> bool:
    return port in GREETS or port not in NAMES


def _answer(code: int) -> Answer:
    if code in _OURS:
        raise _ours(OSError(code, errno.errorcode.get(code, str(code))))
    return Answer.REFUSED if code in (errno.ECONNREFUSED, errno.ECONNRESET) else Answer.SILENT


def _ours(error: OSError) -> SecauditError:
    return SecauditError(
        msg("this computer cannot open more connections: {reason}", reason=error.strerror or str(error)),
        hint=msg("search with a lower --rate"),
    )


def greeting_words(greeting: bytes) -> str:
    """The first line that can be shown; telnet's negotiation and other bytes that are no text are left out."""
    text = "".join(chr(byte) if 32 <= byte < 127 else " " if byte in (9, 10, 13) else "" for byte in greeting)
    return tidy(text)


def with_greeting(service: Service, greeting: bytes) -> Service:
    """The service as it called itself; SSH is what greets as SSH, wherever it listens, and nothing else is."""
    words = greeting_words(greeting)
    if words.startswith("SSH-"):
        return Service(service.port, "ssh", words)
    return Service(service.port, "" if words and service.port in SSH else service.name, words or service.product)


def greeted(found: Sequence[Sighting], rate: float) -> list[Sighting]:
    """The sightings with what servers that speak first said of themselves."""
    targets = [(one.address, service.port) for one in found for service in one.services if _may_greet(service.port)]
    said = {(one.address, one.port): one.greeting for one in attempts(targets, rate=rate) if one.greeting}
    return [
        replace(
            one,
            services=tuple(
                with_greeting(service, said[one.address, service.port]) if (one.address, service.port) in said else service
                for service in one.services
            ),
        )
        for one in found
    ]


@dataclass(frozen=True)
class TcpLooker:
    """Looks by connecting, without any other program."""

    rate: int

    @property
    def method(self) -> SearchMethod:
        """See :class:`~secaudit.discover.sighting.Looker`."""
        return SearchMethod.TCP

    def look(self, network: Network, ports: Sequence[int]) -> Look:
        """See :class:`~secaudit.discover.sighting.Looker`."""
        answered: dict[str, list[Service]] = {}
        # Port by port, so that no machine is asked on all ports at once.
        targets = ((str(address), port) for port in ports for address in network)
        for one in attempts(targets, rate=self.rate):
            if one.answer is Answer.SILENT:
                continue
            services = answered.setdefault(one.address, [])
            if one.answer is Answer.OPEN:
                services.append(with_greeting(Service(one.port, NAMES.get(one.port, "")), one.greeting))
        found = [
            Sighting(address, tuple(sorted(services, key=lambda one: one.port)), Hints())
            for address, services in answered.items()
        ]
        return believable(network, sorted(found, key=lambda one: int(ip_address(one.address))))
