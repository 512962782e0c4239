"""Signals that end a command: while it loads they end it at once, while it works it leaves nothing behind."""

import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""SIGHUP: the terminal was closed; Windows has none."""
_AGAIN_SECONDS = 0.05


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
def never_lost() -> Iterator[None]:
    """While the block runs, an interrupt that falls where Python cannot raise is given again instead of being printed and lost.

    Callbacks of weak references and ``__del__`` are such places; libraries have many of them.
    """
    before = sys.unraisablehook

    def report(found: "sys.UnraisableHookArgs") -> None:
        if not issubclass(found.exc_type, KeyboardInterrupt):
            before(found)
            return
        # From another thread and a moment later: given at once it would fall into this very place.
        again = threading.Timer(_AGAIN_SECONDS, _interrupt_again)
        again.daemon = True
        again.start()

    sys.unraisablehook = report
    try:
        yield
    finally:
        sys.unraisablehook = before


def _interrupt_again() -> None:
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)  # wakes it from a wait, too
    else:
        interrupt_main()


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
