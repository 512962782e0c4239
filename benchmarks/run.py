"""``make bench``: every benchmark of this folder, one after the other, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ORDER = (
    "startup.py",
    "inventory_load.py",
    "status.py",
    "workbooks.py",
    "letters.py",
    "judging.py",
    "storing.py",
    "importing.py",
    "reporting.py",
    "fanout.py",
    "peers.py",
    "scale.py",
    "killing.py",
    "probing.py",
)


def main() -> int:
    """0 when all of them ran to the end."""
    failed = []
    for name in ORDER:
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, str(HERE / name)], cwd=HERE.parent).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
