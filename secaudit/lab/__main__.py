"""``python -m secaudit.lab``: the child of :class:`secaudit.lab.process.LabProcess`, ordered through stdin."""

import os
import signal
import sys

from secaudit.errors import SecauditError
from secaudit.lab.process import serve_order


def main() -> int:
    """Serve until stdin ends; 1 with one line on stderr when the lab cannot be served."""
    # Ctrl-C reaches every process of a terminal; the lab outlives it until its parent has kept what was finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve_order(sys.stdin.buffer.readline(), _end_of_stdin)
    except SecauditError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _end_of_stdin() -> None:
    # Not through the buffered reader: its lock, held by a waiting thread, is fatal when the interpreter ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass


if __name__ == "__main__":
    raise SystemExit(main())
