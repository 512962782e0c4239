"""Signals that end a command must not leave its servers behind."""

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
