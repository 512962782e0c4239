"""The C library's heap while hundreds of threads ask: memory goes back to the system instead of lying in holes.

The library raises its own bound for memory that is mapped apart as soon as a large answer was freed; later large answers then
lie between small ones and leave holes that nobody can give back. And what hundreds of threads freed stays with their arenas.
"""

import ctypes
import sys
import time
from collections.abc import Callable

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
_APART_BYTES = 128 * 1024
_ARENAS = 2
"""One interpreter's lock lets one thread run at a time: more arenas are more holes."""
_PAUSE_SECONDS = 2.0
"""Giving back takes some milliseconds."""


def steady_heap() -> Callable[[], None]:
    """Set the bounds for this process; back comes what gives free memory to the system, at most every two seconds.

    Does nothing where the C library is another one than GNU's.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "mallopt") or not hasattr(library, "malloc_trim"):
        return _nothing
    for name, value in ((_M_MMAP_THRESHOLD, _APART_BYTES), (_M_TRIM_THRESHOLD, _APART_BYTES), (_M_ARENA_MAX, _ARENAS)):
        library.mallopt(name, value)
    give_back, last = library.malloc_trim, time.monotonic()

    def relieve() -> None:
        nonlocal last
        if time.monotonic() - last >= _PAUSE_SECONDS:
            give_back(0)
            last = time.monotonic()

    return relieve


def _nothing() -> None:
    """Other C libraries have no such holes, or no such words."""
