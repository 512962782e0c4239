"""Memory of large answers goes back to the system, although small things lie between them."""

import platform
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="GNU's C library")
SCRIPT = """
import sys, time
from pathlib import Path
from secaudit.collect import heap

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1048576

heap._PAUSE_SECONDS = 0
relieve = heap.steady_heap() if sys.argv[1] == "steady" else heap._nothing
del [bytes(24 << 20)][0]  # one large answer is enough to move the library's own bound
before = resident()
kept = []
large = []
for _ in range(100):
    large.append(bytearray(b"x") * (1 << 20))
    kept.append(bytearray(b"y") * 60_000)
del large
relieve()
print(resident() - before)
"""


def left(how):
    done = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_large_answers_leave_no_holes():
    assert left("plain") > 50  # what it is against
    assert left("steady") < 25
