"""The report of a whole province: folder, workbook, page to be mailed, one agency; beside json.dumps of the same rows.

    python benchmarks/reporting.py [--agencies 900 --endpoints 20000 --systems 2500] [--checks 80] [--only html,page,agency]
        [--cache FOLDER]

The store is filled once (filled.py) and kept outside the checkout. Judging and measuring are timed apart, each shape in a process
of its own, and once more for its memory: looking at that ten times a second takes a third of a processor. Of a process with
children it is the sum over all of them of what they do not share, plus the shared part once (PSS). The peer writes a line of
JSON for each verdict of each machine with check, verdict, observed values and what is missing: no pages, no words, nothing that
a person could read.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
from filled import MOMENT, filled
from province import Size

from secaudit.model.past import NO_PAST
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.outputs import OUTPUTS, Job, render_of, stream_of, write_of
from secaudit.pipeline.province import DEFAULT_PLAN, Province, load_province
from secaudit.pipeline.publish.agency_page import AgencyPages
from secaudit.pipeline.uncollected import uncollected
from secaudit.report.agency_html import AgencyRenderer
from secaudit.resources import data_folder, translator
from secaudit.store import Store

MEGABYTE = 1_000_000
AIMS = {"html": "20 s, 500 MB", "xlsx": "20 s", "agency": "1 s"}


class Gauge:
    """Memory of this process and its children."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._children: dict[int, float] = {}
        self.most = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._over.wait(0.1):
            self.look()

    def look(self) -> None:
        """Once, now."""
        total = 0.0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                total += process.memory_full_info().pss
            except (psutil.Error, AttributeError):
                continue
        self.most = max(self.most, total / MEGABYTE)

    def measure(self, work: Callable[[], object]) -> float:
        """Most megabytes while ``work`` ran."""
        self.look()
        self._thread.start()
        work()
        self._over.set()
        self._thread.join()
        return self.most


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Wall and processor seconds of ``work``."""
    wall, cpu = time.perf_counter(), _cpu()
    work()
    return {"wall": time.perf_counter() - wall, "cpu": _cpu() - cpu}


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def rows(measured: Measured, target: Path) -> None:
    """The peer: every verdict of every machine as a line of JSON."""
    with target.open("w", encoding="utf-8") as file:
        for name, state in measured.states.items():
            for finding in state.findings:
                missing = [[item.name, item.reason.value] for item in finding.missing]
                line = [name, finding.check, finding.verdict.value, dict(finding.evidence), missing]
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


@uncollected()
def agency(job: Job, target: Path) -> None:
    """The page of one agency, made as the folder makes each: without the collector, which would look through the province."""
    pages = AgencyPages(job.measured, job.store, job.past)
    first = max(job.measured.province.inventory.agencies, key=lambda one: len(one.endpoints)).agency.id
    for name, text in AgencyRenderer(job.translator, job.templates).pages(pages.document(first)):
        (target / name).write_text(text, encoding="utf-8")


def with_checks(province: Province, count: int) -> Province:
    """With so many checks, spread over the catalogue; those of protection, which targets ask for, are always among them."""
    checks = province.catalog.checks
    asked = [name for name in checks if name.startswith("protection.")]
    others = [name for name in checks if name not in asked]
    wanted = max(0, min(count - len(asked), len(others)))
    kept = {*asked, *(others[place * len(others) // wanted] for place in range(wanted))}
    return replace(province, catalog=replace(province.catalog, checks={name: checks[name] for name in checks if name in kept}))


def one(shape: str, size: Size, cache: Path | None, checks: int, *, memory: bool) -> dict[str, object]:
    """One shape in this process, after everything was measured: how long it takes, or how much memory."""
    place = filled(size, cache)
    province = load_province(place.inventory, data_folder("checks"), None)
    if checks:
        province = with_checks(province, checks)
    with Store.peek(place.store) as store, tempfile.TemporaryDirectory() as made:
        began = time.perf_counter()
        measured = measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=MOMENT)
        before = {"measuring": time.perf_counter() - began, "held": psutil.Process().memory_full_info().uss / MEGABYTE}
        job = Job(measured, store, translator("vi"), data_folder("report_templates"), NO_PAST)
        make = partial(_make, shape, job, Path(made))
        found = {"megabytes": Gauge().measure(make)} if memory else timed(make)
        files = sorted((path for path in Path(made).rglob("*") if path.is_file()), key=lambda path: -path.stat().st_size)
        largest = [(path.relative_to(made).as_posix(), path.stat().st_size) for path in files]
        total = sum(length for _, length in largest)
        overview = next((length for name, length in largest if name.endswith("index.html")), 0)
    return {**before, **found, "files": len(largest), "bytes": total, "largest": largest[:3], "overview": overview}


def _make(shape: str, job: Job, folder: Path) -> None:
    if shape == "rows":
        rows(job.measured, folder / "rows.jsonl")
    elif shape == "agency":
        agency(job, folder)
    elif not OUTPUTS[shape].ending:
        write_of(shape)(job, folder / "report")
    elif OUTPUTS[shape].streams:
        with (folder / OUTPUTS[shape].file_name).open("wb") as file:
            stream_of(shape)(job, file)
    else:
        (folder / OUTPUTS[shape].file_name).write_bytes(render_of(shape)(job))


def main() -> None:
    """Each shape in a process of its own, as often as asked; medians and ratios to the peer."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("agencies", "endpoints", "systems"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    parser.add_argument("--only", default=",".join(["rows", "html", *(["xlsx"] if "xlsx" in OUTPUTS else []), "page", "agency"]))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--checks", type=int, default=0, help="how many of the catalogue; 0: all")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    size = Size(asked.agencies, asked.endpoints, asked.systems)
    if asked.one:
        print(json.dumps(one(asked.one, size, asked.cache, asked.checks, memory=asked.memory)))
        return
    place = filled(size, asked.cache)
    print(f"store {place.store.stat().st_size / MEGABYTE:.0f} MB; {os.cpu_count()} processors")
    heads = ("shape", "s", "CPU s", "MB held before", "most MB", "files", "MB written", "largest KB", "CPU / peer", "aim")
    print(f"| {' | '.join(heads)} |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---|")
    peer = 0.0
    for shape in asked.only.split(","):
        found = [{**_in_process(shape, asked, "--memory"), **_in_process(shape, asked)} for _ in range(asked.rounds)]
        median = {key: statistics.median(one[key] for one in found) for key in ("wall", "cpu", "held", "megabytes", "measuring")}
        last = found[-1]
        peer = median["cpu"] if shape == "rows" else peer
        ratio = f"{median['cpu'] / peer:.2f}" if peer else "-"
        cells = (
            shape, f"{median['wall']:.1f}", f"{median['cpu']:.1f}", f"{median['held']:.0f}", f"{median['megabytes']:.0f}",
            last["files"], f"{last['bytes'] / MEGABYTE:.1f}", f"{last['largest'][0][1] / 1000:.0f}", ratio, AIMS.get(shape, ""),
        )  # fmt: skip
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
        if last["overview"]:
            print(f"  overview {last['overview'] / 1000:.0f} KB; measuring took {median['measuring']:.1f} s")


def _in_process(shape: str, asked: argparse.Namespace, *more: str) -> dict:
    command = [sys.executable, __file__, "--one", shape, *more]
    for name in ("agencies", "endpoints", "systems", "checks"):
        command += [f"--{name}", str(getattr(asked, name))]
    if asked.cache:
        command += ["--cache", str(asked.cache)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


if __name__ == "__main__":
    main()
