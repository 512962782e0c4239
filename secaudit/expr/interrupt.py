"""Ctrl-C while the engine is at work.

The engine runs Python's signal handlers inside its own calls and turns the KeyboardInterrupt one of them raises into its
status ``ABORTED``, which nothing else gives: once as a RuntimeError, once as an error value that would look like a defect of
the expression. Both become KeyboardInterrupt again here, so that nothing is judged, remembered or reported from a call that
was cut short. An ``||`` or ``&&`` that is decided without the interrupted part keeps its answer, which is right; the
interrupt is lost and has to be given again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

_STATUS = "ABORTED:"


def require_finished(words: str) -> None:
    """Raise KeyboardInterrupt when the engine's error ``words`` say that its call was interrupted."""
    if words.startswith(_STATUS):
        raise KeyboardInterrupt


@contextmanager
def interruptible() -> Iterator[None]:
    """Around calls of the engine that fail with a RuntimeError: an interrupted one raises KeyboardInterrupt instead."""
    try:
        yield
    except RuntimeError as error:
        require_finished(str(error))
        raise
