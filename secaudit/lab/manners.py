"""How a bad server behaves before it speaks SSH, and how a good one waits for its client to leave."""

import contextlib
import socket
import threading
from collections.abc import Callable

import paramiko

from secaudit.lab.map import Misbehaviour

_STEP_SECONDS = 0.05
_LONGEST_SECONDS = 600.0
"""Even a silent server lets go some time."""
_LINGER_SECONDS = 5.0
_GARBAGE = bytes(range(256)) * 8 + b"\n"


def before_ssh(sock: socket.socket, misbehaviour: Misbehaviour | None, stop: threading.Event) -> bool:
    """Misbehave below SSH; False when this misbehaviour does not belong here and SSH has to be spoken."""
    act = _ACTS.get(misbehaviour) if misbehaviour else None
    if act is None:
        return False
    sock.settimeout(_LONGEST_SECONDS)
    with contextlib.suppress(OSError):
        act(sock, stop)
    return True


def _silent(sock: socket.socket, stop: threading.Event) -> None:
    sock.settimeout(0.5)
    for _ in range(int(_LONGEST_SECONDS / 0.5)):
        if stop.is_set():
            return
        with contextlib.suppress(TimeoutError):
            if not sock.recv(4096):
                return


def _repeat(sock: socket.socket, stop: threading.Event, data: bytes, pause: float) -> None:
    for _ in range(int(_LONGEST_SECONDS / pause)):
        if stop.wait(pause):
            return
        sock.sendall(data)


def _drip(sock: socket.socket, stop: threading.Event) -> None:
    sock.sendall(b"SSH-2.0-secaudit-lab_")
    _repeat(sock, stop, b"x", _STEP_SECONDS)


def _endless_banner(sock: socket.socket, stop: threading.Event) -> None:
    _repeat(sock, stop, b"Welcome \x1b[31mto\x1b[0m a very long story\r\n" * 50, 0.001)


def _garbage(sock: socket.socket, stop: threading.Event) -> None:
    del stop
    sock.sendall(_GARBAGE)


def _close(sock: socket.socket, stop: threading.Event) -> None:
    del sock, stop


_ACTS: dict[Misbehaviour, Callable[[socket.socket, threading.Event], None]] = {
    Misbehaviour.SILENT: _silent,
    Misbehaviour.DRIP: _drip,
    Misbehaviour.ENDLESS_BANNER: _endless_banner,
    Misbehaviour.GARBAGE: _garbage,
    Misbehaviour.CLOSE_AT_ACCEPT: _close,
}


def hold(transport: paramiko.Transport, stop: threading.Event) -> None:
    """Let the client read what was sent and close; then close."""
    for _ in range(int(_LINGER_SECONDS / 0.25)):
        if stop.is_set() or not transport.is_alive():
            break
        transport.join(0.25)
    hang_up(transport)


def hang_up(transport: paramiko.Transport) -> None:
    """Close at once: closing alone would wait until the library's thread looks at its socket again."""
    with contextlib.suppress(OSError, AttributeError):
        transport.sock.shutdown(socket.SHUT_RDWR)
    transport.close()
