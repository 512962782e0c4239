"""Looks at the real command while it works: a stopwatch inside, its screen and its process from outside."""

import contextlib
import json
import os
import re
import select
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import wraps
from itertools import pairwise
from pathlib import Path

import psutil

from secaudit.cli.app import main as run_command
from secaudit.pipeline import seeing
from secaudit.store import Store

MEGABYTE = 1024 * 1024


def watched(notes: Path, arguments: list[str]) -> None:
    """The child: the real command with a stopwatch around what it does with the store; its times go to ``notes``."""
    began = time.perf_counter()
    spent: dict[str, float] = defaultdict(float)
    times: Counter[str] = Counter()
    marks: dict[str, float] = {}

    def timed(owner: object, name: str) -> None:
        inner = getattr(owner, name)

        @wraps(inner)
        def outer(*args: object, **kwargs: object) -> object:
            start = time.perf_counter()
            marks.setdefault(f"{name} began", start - began)
            try:
                return inner(*args, **kwargs)
            finally:
                now = time.perf_counter()
                spent[name] += now - start
                times[name] += 1
                marks[f"{name} ended"] = now - began

        setattr(owner, name, outer)

    for name in ("keep", "begin_run", "end_run", "save_findings", "latest", "findings"):
        timed(Store, name)
    timed(seeing, "judge_new")
    timed(seeing, "collect")
    sys.argv = ["secaudit", *arguments]
    try:
        run_command()
    finally:
        notes.write_text(json.dumps({"spent": spent, "times": times, "marks": marks}), encoding="utf-8")


@dataclass
class Screen:
    """What a pseudo-terminal showed, and when."""

    total: int
    drawn: list[float] = field(default_factory=list)
    shown: int = 0
    moved: list[float] = field(default_factory=list)
    """When the number of finished machines changed."""
    text: bytearray = field(default_factory=bytearray)

    def watch(self, descriptor: int, began: float) -> None:
        """Until the other side is gone."""
        pattern = re.compile(rb"(\d+)/%d" % self.total)
        while True:
            select.select([descriptor], [], [], 1.0)
            try:
                data = os.read(descriptor, 65536)
            except OSError:  # Linux says so when the last owner of the other side is gone
                return
            if not data:
                return
            now = time.monotonic() - began
            self.drawn.append(now)
            self.text += data
            del self.text[:-20_000]
            found = pattern.findall(data)
            if found and int(found[-1]) != self.shown:
                self.shown = int(found[-1])
                self.moved.append(now)

    def longest_gap(self, moments: list[float]) -> float:
        return max((later - earlier for earlier, later in pairwise(moments)), default=0.0)


@dataclass
class Gauge:
    """Looks at a process from outside, every second."""

    process: psutil.Process
    screen: Screen
    began: float
    rows: list[tuple[float, float, float, int, int, int]] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)

    def run(self) -> None:
        with contextlib.suppress(psutil.Error):
            for look in range(1_000_000):
                with self.process.oneshot():
                    cpu = self.process.cpu_times()
                    memory = self.process.memory_info().rss / MEGABYTE
                row = (time.monotonic() - self.began, memory, cpu.user + cpu.system)
                self.rows.append((*row, self.process.num_fds(), self.process.num_threads(), self.screen.shown))
                if look % 5 == 0:
                    remote = {one.raddr.ip for one in self.process.net_connections("inet") if one.raddr}
                    self.strangers |= {address for address in remote if not address.startswith("127.")}
                time.sleep(max(self.began + look + 1 - time.monotonic(), 0.05))
