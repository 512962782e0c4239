"""``make test``: all tests that need no root, in two processes side by side, because half of them wait for sockets and deadlines.

Everything is run exactly once; arguments go to both. Exit 0 when both halves pass.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
WAITING = (
    "collect",
    "discover",
    "hostile",
    "lab",
    "pipeline",
    "store",
    "transport",
    "inventory",
    "test_docs.py",
    "test_structure.py",
)
"""Folders of the first half, and what makes both about as long; the second is everything else, so that a new folder is never
forgotten."""


def main() -> int:
    """Run both, print the first as it goes and the second when it is through."""
    shared = [sys.executable, "-m", "pytest", "-q", *sys.argv[1:]]
    waiting = [str(HERE / name) for name in WAITING]
    rest = [*shared, "-p", "no:cacheprovider", *(f"--ignore={folder}" for folder in waiting), str(HERE)]
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen(rest, stdout=output, stderr=subprocess.STDOUT) as second:
            first = subprocess.run([*shared, *waiting]).returncode
        output.seek(0)
        sys.stdout.buffer.write(output.read())
    sys.stdout.flush()
    return 1 if first or second.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
