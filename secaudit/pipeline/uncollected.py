"""Work on the facts of a whole province without Python's collector of circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Without Python's collector of circles: looking for some among the facts of a whole province takes a quarter of the time.

    There are none, so that what nobody holds any more is freed at once all the same.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
