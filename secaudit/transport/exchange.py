"""One command on an open channel: stdin in, stdout and stderr out, within a deadline and a byte budget.

Knows a channel only by what it can do, so that it is tested without a network.
"""

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from secaudit.transport.base import Cut

STDERR_KEPT = 65536
"""Bytes of stderr kept; the rest is read, counted and dropped."""
_CHUNK = 32768
_PUSH_SECONDS = 0.05
"""How often a full send window is looked at: the channel gives no sign when it opens."""
_STATUS_SECONDS = 5.0
"""How long an exit status may follow the end of output."""


class Pipe(Protocol):
    """A buffer that rings when it was fed."""

    def set_event(self, event: "Bell") -> None:
        """Ring this one from now on."""
        ...


class Channel(Protocol):
    """What is needed of an SSH channel."""

    in_buffer: Pipe
    in_stderr_buffer: Pipe
    status_event: threading.Event
    exit_status: int
    closed: bool
    eof_received: bool

    def settimeout(self, timeout: float) -> None:
        """Zero: nothing below waits."""
        ...

    def recv_ready(self) -> bool:
        """Whether stdout holds data."""
        ...

    def recv(self, nbytes: int) -> bytes:
        """Data of stdout."""
        ...

    def recv_stderr_ready(self) -> bool:
        """Whether stderr holds data."""
        ...

    def recv_stderr(self, nbytes: int) -> bytes:
        """Data of stderr."""
        ...

    def send(self, s: bytes) -> int:
        """Bytes taken of stdin; TimeoutError when the window is full, OSError when closed."""
        ...

    def shutdown_write(self) -> None:
        """End of stdin."""
        ...


class Bell:
    """Stands in for an event that several pipes ring; a pipe that runs empty must not silence the others."""

    def __init__(self, event: threading.Event) -> None:
        """Rings ``event``."""
        self._event = event

    def set(self) -> None:
        """Something happened."""
        self._event.set()

    def clear(self) -> None:
        """Ignored: only the reader clears, before it looks."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a command said."""

    stdout: bytes
    stderr: bytes
    exit_status: int | None
    cut: Cut | None


class Exchange:
    """Feeds and drains one channel."""

    def __init__(self, channel: Channel, stdin: bytes, *, deadline: float, max_bytes: int) -> None:
        """``deadline`` is ``time.monotonic``; ``max_bytes`` holds for stdout and stderr together."""
        self._channel = channel
        self._unsent = memoryview(stdin)
        self._stdin_open = True
        self._deadline = deadline
        self._budget = max_bytes
        self._stdout = bytearray()
        self._stderr = bytearray()

    def run(self) -> Heard:
        """Until the command is finished, the deadline, the budget or the connection ends it."""
        wake = threading.Event()
        self._channel.settimeout(0.0)
        self._channel.in_buffer.set_event(Bell(wake))
        self._channel.in_stderr_buffer.set_event(Bell(wake))
        cut: Cut | None = None
        while True:
            wake.clear()
            ended = self._channel.eof_received or self._channel.closed
            if not self._pull():
                cut = Cut.BYTES
                break
            if ended:
                break
            self._push()
            left = self._deadline - time.monotonic()
            if left <= 0:
                cut = Cut.DEADLINE
                break
            wake.wait(min(left, _PUSH_SECONDS) if self._unsent else left)
        status = None if cut else self._status()
        return Heard(bytes(self._stdout), bytes(self._stderr), status, cut)

    def _pull(self) -> bool:
        """Read what has come; False when the budget is spent or the deadline passes under a flood."""
        channel = self._channel
        while channel.recv_ready() or channel.recv_stderr_ready():
            if channel.recv_ready():
                data = channel.recv(_CHUNK)
                self._stdout += data[: max(self._budget, 0)]
                self._budget -= len(data)
            if channel.recv_stderr_ready():
                data = channel.recv_stderr(_CHUNK)
                self._stderr += data[: STDERR_KEPT - len(self._stderr)]
                self._budget -= len(data)
            if self._budget < 0:
                return False
        return True

    def _push(self) -> None:
        """Write as much of stdin as the window takes, then close it; a command that reads no further is no failure."""
        try:
            while self._unsent:
                sent = self._channel.send(bytes(self._unsent[:_CHUNK]))
                if sent == 0:
                    break
                self._unsent = self._unsent[sent:]
            else:
                if self._stdin_open:
                    self._stdin_open = False
                    self._channel.shutdown_write()
                return
        except TimeoutError:
            return
        except (OSError, EOFError):
            pass  # the connection is gone: what has come of the answer counts all the same
        self._unsent = self._unsent[:0]

    def _status(self) -> int | None:
        self._channel.status_event.wait(max(min(self._deadline - time.monotonic(), _STATUS_SECONDS), 0))
        status = self._channel.exit_status
        return status if status >= 0 else None
