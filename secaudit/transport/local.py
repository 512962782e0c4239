"""The machine that runs the program: a child process instead of a network, the same protocol."""

import contextlib
import os
import platform
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO

from secaudit.model.outcome import Sight
from secaudit.transport.base import Abandoned, Cut, Reply, Request, Target, TransportFailure, diagnostics

_CHUNK = 65536
_STDERR_KEPT = 65536
_GRACE_SECONDS = 2.0


class LocalTransport:
    """Runs requests here; host, port and user of the target mean nothing to it."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._stop = threading.Event()

    def execute(self, target: Target, request_for: Callable[[str], Request], *, deadline: float, max_bytes: int) -> Reply:
        """See :class:`secaudit.transport.base.Transport`; the child and what it started end at the deadline."""
        del target
        version = local_version()
        request = request_for(version)
        if self._stop.is_set():
            raise Abandoned
        try:
            child = _start(request.command)
        except OSError as error:
            raise TransportFailure(Sight.SHELL, f"the command cannot be started: {error.strerror}") from error
        with child:
            listener = _Listener(child, request.stdin, max_bytes)
            while not listener.finished.wait(max(min(deadline - time.monotonic(), 0.2), 0)):
                if self._stop.is_set() or time.monotonic() >= deadline:
                    break
            cut = Cut.BYTES if listener.flooded else None if listener.finished.is_set() else Cut.DEADLINE
            if cut is not None:
                _end(child)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE_SECONDS)
            if child.poll() is None:
                _end(child)
            listener.finished.wait(_GRACE_SECONDS)
        if cut is Cut.DEADLINE and self._stop.is_set():
            raise Abandoned
        stdout, stderr = bytes(listener.stdout), bytes(listener.stderr)
        status = child.returncode if cut is None and child.returncode is not None and child.returncode >= 0 else None
        return Reply(stdout, diagnostics(stderr), status, version, None, listener.received, cut)

    def abandon(self) -> None:
        """The child under way is ended."""
        self._stop.set()


def local_version() -> str:
    """Stands for a server's identification: says which kind of system this is."""
    return "local-windows" if os.name == "nt" else f"local-{platform.system().lower()}"


class _Listener:
    """Feeds stdin and drains both outputs with a thread each; pipes cannot be waited for together on every system."""

    def __init__(self, child: "subprocess.Popen[bytes]", stdin: bytes, max_bytes: int) -> None:
        self.stdout, self.stderr = bytearray(), bytearray()
        self.received = 0
        self.flooded = False
        self.finished = threading.Event()
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._open = 2
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        for work, pipe, kept in (
            (self._drain, child.stdout, self.stdout),
            (self._drain, child.stderr, self.stderr),
            (_feed, child.stdin, stdin),
        ):
            threading.Thread(target=work, args=(pipe, kept), name="secaudit-local", daemon=True).start()

    def _drain(self, pipe: IO[bytes], kept: bytearray) -> None:
        room = self._max_bytes if kept is self.stdout else _STDERR_KEPT
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(pipe.fileno(), _CHUNK):
                kept += data[: max(room - len(kept), 0)]
                with self._lock:
                    self.received += len(data)
                    self.flooded = self.flooded or self.received > self._max_bytes
                if self.flooded:
                    break
        with self._lock:
            self._open -= 1
            if self._open == 0 or self.flooded:
                self.finished.set()


def _feed(pipe: IO[bytes], data: bytes) -> None:
    # A command that ends before it has read everything is no failure of ours.
    with contextlib.suppress(OSError, ValueError), pipe:
        pipe.write(data)


def _start(command: str) -> "subprocess.Popen[bytes]":
    # On Windows the command line goes to the system as it is; elsewhere a shell of its own process group splits it.
    line: str | list[str] = command if os.name == "nt" else ["/bin/sh", "-c", command]
    return subprocess.Popen(  # noqa: S603 - the program's own probe, no text of a user
        line,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=os.name != "nt",
    )


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the child, and on POSIX everything it started."""
    killpg = getattr(os, "killpg", None)
    with contextlib.suppress(OSError):
        if killpg is None:
            child.kill()
        else:
            killpg(child.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
