"""What a command costs: wall and processor seconds and the most memory, measured from a small process beside it."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
WATCH = """
import json, os, subprocess, sys, time
began = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(child.pid, 0)
code, wall = os.waitstatus_to_exitcode(status), time.perf_counter() - began
print(json.dumps([code, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
"""Runs a command from a small process: a child's peak begins with the memory of the process that started it."""


@dataclass(frozen=True)
class Cost:
    """One process."""

    wall: float
    cpu: float
    megabytes: float


def cost(command: Sequence[str], *, fine: Sequence[int] = (0,)) -> Cost:
    """Of a command that must end with one of these exit codes."""
    done = subprocess.run([sys.executable, "-c", WATCH, *command], stdout=subprocess.PIPE, check=True, cwd=HERE.parent)
    code, wall, cpu, megabytes = json.loads(done.stdout)
    if code not in fine:
        raise SystemExit(f"exit {code}: {' '.join(command)}")
    return Cost(wall, cpu, megabytes)


def median(costs: Sequence[Cost]) -> Cost:
    """The middle of each figure by itself."""
    return Cost(*(statistics.median(getattr(one, name) for one in costs) for name in ("wall", "cpu", "megabytes")))
