"""Signals that end a command: while it loads they end it at once, while it works it leaves nothing behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""SIGHUP: the terminal was closed; Windows has none."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """While the block runs, ``kill`` and a closed terminal end it as Ctrl-C does: everything it started is ended too."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def ended_at_once() -> Iterator[None]:
    """While the block runs, Ctrl-C ends the process as the system does, without a KeyboardInterrupt.

    For loading modules: compiled libraries that build their tables meanwhile lose the exception, and go on with a half-made
    table or crash. There is nothing to keep yet. An interrupt that is ignored (a job in the background) stays ignored.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
