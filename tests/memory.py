"""The most memory a process had, from Linux itself.

``ru_maxrss`` cannot answer that here: of a child it begins with the memory of the process that started it, and of this process it
stays at the highest of all tests before, so that a limit on its growth would hold whatever happens.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def most_kb(process: int | str = "self") -> int:
    """Kilobytes; OSError when the process is gone."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise ProcessLookupError(process)
    return int(found[1])


@contextmanager
def grown_kb() -> Iterator[Callable[[], int]]:
    """Gives what this process grew by at most since the block began."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = most_kb()
    yield lambda: most_kb() - before
