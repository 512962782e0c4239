"""How much memory and computing a page or paper made of somebody's own templates may take, whatever it does.

Lengths of single texts are watched by the sandbox; but a text that doubles in a loop, or a macro that calls itself twice, is made
of steps that are each allowed. The system stops these: a limit on memory, and a clock that counts computing and not waiting.
"""

import gc
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, ModuleType

from jinja2.exceptions import SecurityError

from secaudit.messages import Message, msg

resource: ModuleType | None
try:
    import resource
except ImportError:  # not on Windows
    resource = None

MOST_MEMORY = 1_000_000_000
"""Bytes that making one page may add to what the program holds already."""
MOST_SECONDS = 120.0
"""Seconds of computing for one page: far more than the largest takes on a slow machine."""
_AGAIN_SECONDS = 1.0
"""The clock goes on ringing: what is computed while a template is compiled swallows the first."""
_HELD = Path("/proc/self/status")


class RefusedError(SecurityError):
    """What a template may not do, in words for whoever edits it."""

    def __init__(self, words: Message) -> None:
        """``words``: they stand inside a sentence."""
        super().__init__(str(words))
        self.words = words


class Bounds:
    """The bounds of one page."""

    def __init__(self) -> None:
        """Not in force yet."""
        self._before: tuple[int, int] | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While the block runs: RefusedError when it computes too long, MemoryError when it takes too much."""
        self._limit_memory()
        try:
            with _clock():
                yield
        finally:
            self.lift()

    def lift(self) -> None:
        """No limit on memory any more: what went wrong needs some to be told."""
        if self._before is not None and resource is not None:
            resource.setrlimit(resource.RLIMIT_DATA, self._before)
            self._before = None

    def _limit_memory(self) -> None:
        held = _bytes_held()
        if resource is None or held is None:
            return
        _, hard = before = resource.getrlimit(resource.RLIMIT_DATA)
        limit = min([held + MOST_MEMORY, *(value for value in before if value != resource.RLIM_INFINITY)])
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
        self._before = before


def too_large(error: MemoryError) -> RefusedError:
    """The same as something a template did, at the same place of it."""
    return RefusedError(msg("a page that takes more than {count} bytes of memory", count=MOST_MEMORY)).with_traceback(
        error.__traceback__
    )


def _bytes_held() -> int | None:
    """Data of this process as the limit counts it; None where the system does not tell."""
    try:
        lines = _HELD.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData:")), None)


@contextmanager
def _clock() -> Iterator[None]:
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise RefusedError(msg("a page that computes for more than {count} seconds", count=f"{MOST_SECONDS:g}"))

    # What rings inside a callback of the collector would be printed and lost.
    collected = gc.isenabled()
    gc.disable()
    before = signal.signal(signal.SIGVTALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS, _AGAIN_SECONDS)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if collected:
            gc.enable()
