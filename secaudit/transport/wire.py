"""Sockets that cannot outstay their welcome: name resolution, connecting, counting bytes, one absolute deadline.

Nothing here knows SSH. Everything that may block is either bounded by a time limit or ended by the watchdog, which shuts
the socket from outside at the deadline: a server that drips, floods or falls silent gains nothing.
"""

import contextlib
import errno
import heapq
import ipaddress
import itertools
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from secaudit.model.outcome import Sight
from secaudit.transport.base import Abandoned, TransportFailure

HEAD_KEPT = 120
"""First bytes of a connection kept for the failure's detail."""
_CHUNK = 65536
_CLOSE_WAKES = os.name == "nt"
"""On Windows only closing the socket wakes a thread that sleeps in it; elsewhere shutting it does, and is safe."""

Address = tuple[Any, ...]
Resolver = Callable[[str, int], Sequence[tuple[int, Address]]]
"""(host, port) -> (address family, socket address) in the order to try; raises OSError."""
Dialer = Callable[[int, Address, float], socket.socket]
"""(address family, socket address, seconds) -> connected socket; raises OSError."""

# Windows reports its own numbers; names missing on this system are skipped.
_NO_ROUTE = frozenset(
    number
    for name in (
        "EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "EADDRNOTAVAIL", "EACCES", "EPERM", "EAFNOSUPPORT",
        "WSAEHOSTUNREACH", "WSAENETUNREACH", "WSAEHOSTDOWN", "WSAENETDOWN", "WSAEADDRNOTAVAIL", "WSAEACCES",
    )
    if (number := getattr(errno, name, None)) is not None
)  # fmt: skip
_TIMED_OUT = frozenset(n for name in ("ETIMEDOUT", "WSAETIMEDOUT") if (n := getattr(errno, name, None)) is not None)
_REFUSED = frozenset(n for name in ("ECONNREFUSED", "WSAECONNREFUSED") if (n := getattr(errno, name, None)) is not None)


def system_resolver(host: str, port: int) -> Sequence[tuple[int, Address]]:
    """The system's resolver, stream sockets only."""
    return [(int(family), address) for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def system_dialer(family: int, address: Address, seconds: float) -> socket.socket:
    """Connect with the system's sockets; small writes leave at once."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(max(seconds, 0.001))
        sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def resolve(host: str, port: int, resolver: Resolver, deadline: float) -> Sequence[tuple[int, Address]]:
    """Addresses of ``host`` by ``deadline``; TransportFailure ``dns`` or ``timeout``.

    A literal address needs no resolver. A name is looked up in a thread of its own, because no time limit can be given to
    the system's resolver: a dead name server costs that thread, not the endpoint's deadline.
    """
    with contextlib.suppress(ValueError):
        version = ipaddress.ip_address(host).version
        return [(socket.AF_INET, (host, port))] if version == 4 else [(socket.AF_INET6, (host, port))]
    found: list[Sequence[tuple[int, Address]] | OSError | UnicodeError] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            found.append(resolver(host, port))
        except (OSError, UnicodeError) as error:
            found.append(error)
        finally:
            done.set()

    threading.Thread(target=look_up, name="secaudit-resolve", daemon=True).start()
    if not done.wait(max(deadline - time.monotonic(), 0)):
        raise TransportFailure(Sight.TIMEOUT, f"the name {host} was not resolved in time")
    answer = found[0] if found else OSError("the resolver failed")
    if isinstance(answer, Exception) or not answer:
        reason = getattr(answer, "strerror", None) or "no address"
        raise TransportFailure(Sight.DNS, f"the name {host} is not known: {reason}")
    return answer


def connect(addresses: Sequence[tuple[int, Address]], dialer: Dialer, *, seconds: float, deadline: float) -> socket.socket:
    """Connect to the first address that answers within ``seconds`` each; TransportFailure of the last one's class."""
    failure = TransportFailure(Sight.TIMEOUT, "no time was left to connect")
    for family, address in addresses:
        left = min(seconds, deadline - time.monotonic())
        if left <= 0:
            break
        try:
            return dialer(family, address, left)
        except OSError as error:
            failure = _connect_failure(error, address, left)
    raise failure


def _connect_failure(error: OSError, address: Address, seconds: float) -> TransportFailure:
    place = f"{address[0]} port {address[1]}"
    if isinstance(error, TimeoutError) or error.errno in _TIMED_OUT:
        return TransportFailure(Sight.TIMEOUT, f"{place} did not answer within {seconds:.0f} s")
    if isinstance(error, ConnectionRefusedError) or error.errno in _REFUSED:
        return TransportFailure(Sight.REFUSED, f"{place} refused the connection")
    if error.errno in _NO_ROUTE:
        return TransportFailure(Sight.NO_ROUTE, f"no way to {place}: {error.strerror}")
    if isinstance(error, ConnectionError):
        return TransportFailure(Sight.REFUSED, f"{place} broke off while connecting: {error.strerror}")
    raise error


class Socket(Protocol):
    """What a wire needs of a socket; the channel of a jump host has it too."""

    def recv(self, size: int, /) -> bytes:
        """At most ``size`` bytes, empty at the end."""
        ...

    def send(self, data: bytes, /) -> int:
        """Bytes accepted."""
        ...

    def settimeout(self, seconds: float | None, /) -> None:
        """How long either may wait."""
        ...

    def shutdown(self, how: int, /) -> None:
        """Wake whoever waits in it; must never wait itself."""
        ...

    def close(self) -> None:
        """Give it back."""
        ...

    def fileno(self) -> int:
        """Negative once it is closed."""
        ...


class Wire:
    """A connected socket that counts what it receives and ends itself at a limit; looks like a socket to SSH.

    Reads are buffered: one system call serves several small reads. A read beyond ``limit`` looks like the end of the
    stream, and ``overrun`` tells why.
    """

    def __init__(self, sock: Socket, limit: int) -> None:
        """Take over ``sock``; ``limit`` is in bytes received and may be raised later."""
        self._sock = sock
        self._buffer = b""
        self._position = 0
        self.limit = limit
        self.received = 0
        self.overrun = False
        self.head = b""
        self.ended: str | None = None
        """Why it was shut from outside: ``deadline`` or ``abandoned``."""

    def recv(self, size: int) -> bytes:
        """At most ``size`` bytes; empty at the end, at the limit or after the socket was shut."""
        if self._position >= len(self._buffer):
            self._fill()
        chunk = self._buffer[self._position : self._position + size]
        self._position += len(chunk)
        return chunk

    def _fill(self) -> None:
        self._buffer, self._position = b"", 0
        if self.overrun:
            return
        chunk = self._sock.recv(_CHUNK)
        self.received += len(chunk)
        if len(self.head) < HEAD_KEPT:
            self.head += chunk[: HEAD_KEPT - len(self.head)]
        if self.received > self.limit:
            self.overrun = True
            return
        self._buffer = chunk

    def send(self, data: bytes) -> int:
        """Bytes accepted by the system."""
        return self._sock.send(data)

    def settimeout(self, seconds: float | None) -> None:
        """Passed on to the socket."""
        self._sock.settimeout(seconds)

    def mark(self, reason: str) -> None:
        """Say why it is about to be shut; the first reason given is kept."""
        if self.ended is None:
            self.ended = reason

    def shut(self, reason: str | None = None) -> None:
        """End the connection from any thread; whoever sleeps in it wakes up. The first reason given is kept."""
        if reason is not None:
            self.mark(reason)
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        if _CLOSE_WAKES and isinstance(self._sock, socket.socket):
            self._sock.close()

    def close(self) -> None:
        """Shut and give the descriptor back."""
        self.shut()
        self._sock.close()

    @property
    def lost(self) -> str | None:
        """What carried this connection and broke, in words; None while it works, and for a direct one."""
        return getattr(self._sock, "lost", None)

    @property
    def _closed(self) -> bool:
        return self._sock.fileno() < 0


class Watchdog:
    """Shuts each wire at its deadline, from a thread of its own; also shuts all of them when a run is abandoned."""

    def __init__(self) -> None:
        """The thread starts with the first wire and ends after some idle seconds."""
        self._lock = threading.Condition()
        self._heap: list[tuple[float, int]] = []
        self._watched: dict[int, Wire] = {}
        self._numbers = itertools.count()
        self._running = False
        self._abandoned = False

    @contextlib.contextmanager
    def over(self, wire: Wire, deadline: float) -> Iterator[None]:
        """Watch ``wire`` until the block ends."""
        with self._lock:
            if self._abandoned:
                raise Abandoned
            number = next(self._numbers)
            self._watched[number] = wire
            heapq.heappush(self._heap, (deadline, number))
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="secaudit-watchdog", daemon=True).start()
            elif self._heap[0][1] == number:
                self._lock.notify()
        try:
            yield
        finally:
            with self._lock:
                del self._watched[number]

    def abandon(self) -> None:
        """Shut everything under way; wires that come later are refused.

        All are marked before the first is shut: whoever goes through another one's connection sees that break at once, and must
        not take it for a failure of the way.
        """
        with self._lock:
            self._abandoned = True
            wires = list(self._watched.values())
        for wire in wires:
            wire.mark("abandoned")
        for wire in wires:
            wire.shut()

    def _run(self) -> None:
        while True:
            with self._lock:
                while self._heap and self._heap[0][1] not in self._watched:
                    heapq.heappop(self._heap)
                if not self._heap:
                    if not self._lock.wait(5.0) and not self._heap:
                        self._running = False
                        return
                    continue
                left = self._heap[0][0] - time.monotonic()
                if left > 0:
                    self._lock.wait(left)
                    continue
                wire = self._watched[heapq.heappop(self._heap)[1]]
            wire.shut("deadline")
