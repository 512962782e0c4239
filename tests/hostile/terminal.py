"""A command in a terminal of its own, with somebody who answers its questions."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

# The command must own the terminal: passwords are asked for at the terminal, not at stdin.
OWN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def typed(
    command: Sequence[str], answers: Sequence[tuple[bytes, bytes]], environment: Mapping[str, str], seconds: float = 120
) -> tuple[int, str]:
    """Run a Python command line, typing each answer when its question has appeared; exit status and all that was shown."""
    ours, theirs = os.openpty()
    wanted = list(answers)
    shown = bytearray()
    seen = 0
    process = subprocess.Popen(
        [sys.executable, "-c", OWN_TERMINAL, *command[1:]],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=dict(environment),
        start_new_session=True,
    )
    os.close(theirs)
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            ready, _, _ = select.select([ours], [], [], 0.2)
            try:
                data = os.read(ours, 65536) if ready else b"-"
            except OSError:  # Linux says so when the last owner of the other side is gone
                data = b""
            if not data:
                break
            shown += data if ready else b""
            if wanted and wanted[0][0] in shown[seen:]:
                seen = len(shown)
                os.write(ours, wanted.pop(0)[1])
        status = process.wait(max(until - time.monotonic(), 1))
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert not wanted, f"never asked: {wanted[0][0]!r}; shown: {bytes(shown)!r}"
    return status, shown.decode("utf-8", "replace")
