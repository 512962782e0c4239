"""Signals that end a command: while it loads they end it at once, while it works it leaves nothing behind."""

import signal
import threading
from collections.abc import Callable, Iterator
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

    For everything before a command begins: compiled libraries that are being loaded lose the exception and go on with half-made
    tables, or crash. There is nothing to keep yet. An interrupt that is ignored (a job in the background) stays ignored.
    """
    with _handled(signal.default_int_handler, signal.SIG_DFL):
        yield


@contextmanager
def raised() -> Iterator[None]:
    """Inside :func:`ended_at_once`: while the block runs, Ctrl-C raises KeyboardInterrupt, so that what is finished is kept."""
    with _handled(signal.SIG_DFL, signal.default_int_handler):
        yield


@contextmanager
def ending_on_interrupt() -> Iterator[threading.Event]:
    """Ctrl-C sets the event, so that what is finished is kept; a second one interrupts at once."""
    stop = threading.Event()

    def asked_to_stop(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, asked_to_stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _handled(before: object, handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> Iterator[None]:
    if signal.getsignal(signal.SIGINT) is not before:
        yield
        return
    previous = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
