"""A lab of SSH machines in one process: hundreds of loopback addresses that replay answers or misbehave.

Accepts given client keys, and a password only where one is given. Binds to 127.0.0.0/8 and to nothing else.
"""

import contextlib
import errno
import io
import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import paramiko

from secaudit.errors import SecauditError
from secaudit.lab.keys import openssh_form, private_key, public_key, seed_in
from secaudit.lab.manners import before_ssh, hold
from secaudit.lab.map import Machine, is_loopback
from secaudit.lab.session import Doors, LabSession, LabTransport
from secaudit.messages import msg
from secaudit.model.secret import Secret
from secaudit.transport.base import HostKey

Answerer = Callable[[str, bytes], bytes | None]
"""(name of the answer, what came on stdin) -> stdout; None when the stdin is no probe."""

_BACKLOG = 256
_SO_BINDTODEVICE = getattr(socket, "SO_BINDTODEVICE", None)


class LabServer:
    """Serves the machines of a map while its block runs."""

    def __init__(
        self,
        machines: Mapping[str, Machine],
        *,
        folder: Path,
        client_keys: Iterable[HostKey],
        answerer: Answerer,
        platform_of: Callable[[str], str] = lambda _name: "posix",
        port: int = 0,
        wildcard: bool = False,
        password: Secret | None = None,
        interactive: bool = False,
    ) -> None:
        """``folder`` holds the lab's seed (0700); port 0 lets the system choose one port for all addresses.

        ``wildcard`` uses one listener for all of 127.0.0.0/8, bound to the loopback device (Linux): for thousands of
        addresses; an address without an entry is then closed at once. With ``password`` that password opens every machine too;
        ``interactive`` machines ask for it. Raises SecauditError for an address elsewhere.
        """
        strangers = [address for address in machines if not is_loopback(address)]
        if strangers:
            raise SecauditError(
                msg("the lab listens only on addresses in 127.0.0.0/8, not on {address}", address=strangers[0]),
                hint=msg("change the address in the lab map"),
            )
        self._machines = dict(machines)
        self._seed = seed_in(folder)
        self._doors = Doors(frozenset(key.base64 for key in client_keys), password, interactive)
        self._answerer = answerer
        self._platform_of = platform_of
        self.port = port
        self._wildcard = wildcard
        self._listeners: list[socket.socket] = []
        self._stop = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.offers: list[tuple[str, str]] = []
        """(address, method) of every login offered: lets a test prove that nothing was offered."""

    def __enter__(self) -> "LabServer":
        """Listen on all addresses; SecauditError when one cannot be had."""
        try:
            if self._wildcard:
                self._listen("0.0.0.0")  # noqa: S104 - bound to the loopback device
            else:
                for address in self._machines:
                    self._listen(address)
        except BaseException:
            self._close_listeners()
            raise
        self._thread = threading.Thread(target=self._accept, name="secaudit-lab", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close every listener and connection."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)
        self._close_listeners()
        with self._lock:
            still_open = list(self._open)
        for sock in still_open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def host_key(self, address: str) -> HostKey:
        """The key to enrol for ``address``, known without asking the network."""
        return public_key(private_key(self._seed, address))

    def known_hosts(self) -> tuple[tuple[str, HostKey], ...]:
        """(name as in known_hosts, key) of every machine."""
        return known_hosts(self._machines, self.port, self._seed)

    def _listen(self, address: str) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listeners.append(listener)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if self._wildcard:
                if _SO_BINDTODEVICE is None:
                    raise OSError(errno.ENOTSUP, "binding to a device is not supported here")
                listener.setsockopt(socket.SOL_SOCKET, _SO_BINDTODEVICE, b"lo\0")
            listener.bind((address, self.port))
            listener.listen(_BACKLOG)
        except OSError as error:
            raise SecauditError(
                msg("the lab cannot listen: {reason}", reason=error.strerror or "error"),
                where=f"{address}:{self.port}",
                hint=msg("stop what uses this port, or choose another port in the lab map"),
            ) from error
        listener.setblocking(False)
        self.port = listener.getsockname()[1]

    def _close_listeners(self) -> None:
        for listener in self._listeners:
            listener.close()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for listener in self._listeners:
                selector.register(listener, selectors.EVENT_READ)
            while not self._stop.is_set():
                for key, _ in selector.select(0.2):
                    with contextlib.suppress(OSError):
                        sock, _ = key.fileobj.accept()  # type: ignore[union-attr]
                        self._start(sock)

    def _start(self, sock: socket.socket) -> None:
        sock.setblocking(True)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = sock.getsockname()[0]
        machine = self._machines.get(address)
        if machine is None or not is_loopback(sock.getpeername()[0]):
            sock.close()
            return
        with self._lock:
            self._open.add(sock)
        threading.Thread(target=self._serve, args=(sock, address, machine), name=f"lab-{address}", daemon=True).start()

    def _serve(self, sock: socket.socket, address: str, machine: Machine) -> None:
        try:
            if not before_ssh(sock, machine.misbehave, self._stop):
                self._speak_ssh(sock, address, machine)
        except (OSError, EOFError, paramiko.SSHException):
            pass  # clients come and go
        finally:
            with self._lock:
                self._open.discard(sock)
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _speak_ssh(self, sock: socket.socket, address: str, machine: Machine) -> None:
        transport = self._transport(sock, address, machine)
        try:
            self._session(address, machine).run(transport)
        finally:
            hold(transport, self._stop)

    def _transport(self, sock: socket.socket, address: str, machine: Machine) -> LabTransport:
        """The server's side of a new connection, with its identification and host key."""
        windows = machine.answer is not None and self._platform_of(machine.answer) == "windows"
        version = f"_{machine.windows.version}" if machine.windows else ""
        transport = LabTransport(sock, f"OpenSSH_for_Windows{version}" if windows or machine.windows else "OpenSSH")
        name = f"other {address}" if machine.misbehave == "other-key" else address
        pem = openssh_form(private_key(self._seed, name)).decode("ascii")
        transport.add_server_key(paramiko.Ed25519Key.from_private_key(io.StringIO(pem)))
        return transport

    def _session(self, address: str, machine: Machine) -> LabSession:
        """How the machine behaves above SSH."""
        return LabSession(
            machine,
            self._doors,
            lambda stdin: self._answerer(machine.answer, stdin) if machine.answer else None,
            lambda method: self.offers.append((address, method)),
            self._stop,
        )


def known_hosts(machines: Iterable[str], port: int, seed: bytes) -> tuple[tuple[str, HostKey], ...]:
    """(name as in known_hosts, key) of every address: follows from the seed alone."""
    return tuple(
        (address if port == 22 else f"[{address}]:{port}", public_key(private_key(seed, address))) for address in machines
    )
