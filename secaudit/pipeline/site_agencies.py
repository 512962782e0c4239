"""The pages of all agencies, written into the folder by as many processes as there are processors to make them.

What was measured is shared with them by fork and never copied as a whole; each reads the store for itself, makes one agency after
the other and keeps nothing of it but a line for each machine.
"""

import gc
import multiprocessing
import os
import signal
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from secaudit.errors import OutputError, SecauditError
from secaudit.messages import msg
from secaudit.model.finding import Finding, Verdict
from secaudit.pipeline.outputs import Job
from secaudit.pipeline.publish.agency_page import AgencyPages
from secaudit.pipeline.publish.machines import severities
from secaudit.pipeline.report_folder import write_page
from secaudit.pipeline.uncollected import uncollected
from secaudit.report.agency_html import AgencyRenderer
from secaudit.report.agency_page import TALLIED, AgencyDocument, OwnMachine
from secaudit.report.charts import Chart, drawings, has_drawn, use_drawings
from secaudit.report.site import MachineLine
from secaudit.store import Store

FOLDER = "agencies"
ALONE = 1500
"""Machines up to which one process is faster than several."""
TOGETHER = 400
"""Machines after which a process ends and a new one begins: what it has copied of what was measured is free again."""


@dataclass(frozen=True, slots=True)
class WrittenAgency:
    """What is left of an agency once its pages are written."""

    agency: str
    files: tuple[tuple[str, int], ...]
    """Path of each page from the folder on, and its bytes; the first is the agency's."""
    lines: tuple[MachineLine, ...]


class AgencyWork:
    """The pages of all agencies, being made beside whatever the caller does meanwhile."""

    def __init__(self, writer: "_Writer", shares: Iterable[Sequence[str]], at_once: int, begun: Iterable[WrittenAgency]) -> None:
        """Use :func:`agencies_being_written`. ``begun``: those that are written already."""
        self._writer, self._at_once = writer, at_once
        self._waiting = deque(shares)
        self._running: dict[Connection, BaseProcess] = {}
        self._found = list(begun)

    def advance(self, seconds: float | None = 0) -> None:
        """Take what is finished, at the latest after so many seconds (None: when something is), and begin with what waits.

        Raises what a page raised.
        """
        for reader in wait(list(self._running), seconds) if self._running else ():
            self._take(cast("Connection", reader))
        # While this process makes pages itself it is one of those that run at once.
        room = self._at_once if seconds is None else self._at_once - 1
        while self._waiting and len(self._running) < room:
            self._begin(self._waiting.popleft())

    def written(self) -> list[WrittenAgency]:
        """Wait for all of them. Raises what a page raised."""
        while self._running or self._waiting:
            self.advance(None)
        return self._found

    def end(self) -> None:
        """Nothing more is wanted."""
        for reader, process in self._running.items():
            reader.close()
            process.terminate()
            process.join()

    def _begin(self, share: Sequence[str]) -> None:
        context = multiprocessing.get_context("fork")
        reader, sender = context.Pipe(duplex=False)
        process = context.Process(target=self._writer.send, args=(share, sender), daemon=True)
        process.start()
        sender.close()
        self._running[reader] = process

    def _take(self, reader: Connection) -> None:
        self._found += cast("list[WrittenAgency]", received(reader, self._writer.folder))
        self._running.pop(reader).join()
        reader.close()


def received(reader: Connection, folder: Path) -> object:
    """What a process that makes pages of ``folder`` sends; raises what it raised."""
    try:
        answer = reader.recv()
    except EOFError:
        raise OutputError(
            msg("the report cannot be written: {reason}", reason=msg("a process that wrote pages was ended")),
            where=str(folder),
            hint=msg("give the command again; if it happens again, there is not enough memory"),
        ) from None
    if isinstance(answer, SecauditError):
        raise answer
    return answer


def draw_apart(charts: Iterable[Chart], folder: Path, machines: int) -> None:
    """Have these charts drawn by a process of its own where there are several; whoever needs one finds it drawn.

    A process that has drawn already goes on doing so: it holds what draws, and those parted from it could not use it.

    Raises OutputError when that process was ended.
    """
    if _processes(machines) == 1 or has_drawn():
        return
    context = multiprocessing.get_context("fork")
    reader, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send_drawings, args=(charts, sender), daemon=True)
    process.start()
    sender.close()
    try:
        use_drawings(cast("Mapping[str, tuple[str, str]]", received(reader, folder)))
    finally:
        reader.close()
        process.terminate()
        process.join()


def _send_drawings(charts: Iterable[Chart], sender: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sender.send(drawings(charts))


@contextmanager
def agencies_being_written(job: Job, folder: Path, machines: Mapping[str, str]) -> Iterator[AgencyWork]:
    """Begin with the pages of all agencies; ``machines``: id -> agency. Whatever ends the block ends the processes."""
    writer = _Writer(job, folder)
    at_once = _processes(len(machines))
    shares = _shares(_weights(writer.pages.ids, machines), 1 if at_once == 1 else max(at_once, len(machines) // TOGETHER))
    if at_once == 1:
        yield AgencyWork(writer, (), at_once, writer.write(shares[0]))
        return
    # The first is made before the processes part, so that templates are compiled and checks described once for all of them.
    work = AgencyWork(writer, shares, at_once, writer.write([shares[0].pop()]))
    # What is frozen is not looked through by the collector, so that pages of memory stay shared.
    gc.freeze()
    try:
        work.advance()
        yield work
    finally:
        work.end()
        gc.unfreeze()


def _weights(paged: Iterable[str], machines: Mapping[str, str]) -> dict[str, int]:
    """Agency -> its machines, in the order in which they were measured."""
    counts = Counter(machines.values())
    wanted = dict.fromkeys(paged)
    return {agency: counts[agency] for agency in dict.fromkeys((*counts, *wanted)) if agency in wanted}


def _processes(machines: int) -> int:
    if machines <= ALONE or "fork" not in multiprocessing.get_all_start_methods():
        return 1
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(available, 8))


def _shares(ids: Mapping[str, int], count: int) -> list[list[str]]:
    """Agencies dealt out so that each process has about as much to do, neighbours to one.

    What was measured of neighbours lies side by side in memory: so processes look at different pages of it, and only what a
    process looks at is copied, because Python counts in each object who holds it.
    """
    shares: list[list[str]] = [[] for _ in range(count)]
    whole = sum(ids.values()) + 2 * len(ids)
    done = 0
    for agency, machines in ids.items():
        weight = machines + 2
        shares[min(count - 1, (2 * done + weight) * count // (2 * whole))].append(agency)
        done += weight
    return [share for share in shares if share] or [[]]


class _Writer:
    """Writes the pages of agencies into a folder."""

    def __init__(self, job: Job, folder: Path) -> None:
        self._job, self.folder = job, folder
        self.pages = AgencyPages(job.measured, job.store, job.past, job.made_by, job.made_at)
        self._renderer = AgencyRenderer(job.translator, job.templates)
        self._severity = severities(job.measured)

    def send(self, share: Sequence[str], sender: Connection) -> None:
        """In a process of its own: a connection to the store belongs to the process that opened it."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        store = self._job.store
        try:
            with nullcontext() if store is None else Store.peek(store.path) as own:
                self.pages.read_from(own)
                sender.send(self.write(share))
        except SecauditError as error:
            sender.send(error)
        finally:
            sender.close()

    @uncollected()
    def write(self, share: Sequence[str]) -> list[WrittenAgency]:
        """The pages of these agencies, and what is left of each."""
        return [self._written(document) for document in self.pages.documents(share)]

    def _written(self, document: AgencyDocument) -> WrittenAgency:
        files = []
        for name, text in self._renderer.pages(document):
            data = text.encode("utf-8")
            write_page(self.folder, f"{FOLDER}/{name}", data)
            files.append((f"{FOLDER}/{name}", len(data)))
        return WrittenAgency(document.head.id, tuple(files), tuple(_lines(document, self._severity)))


def _lines(document: AgencyDocument, severity: Mapping[str, int]) -> Iterator[MachineLine]:
    for machine in document.machines:
        counts = dict(zip(TALLIED, machine.tally, strict=False))
        yield MachineLine(
            id=machine.id,
            agency=document.head.id,
            kind=machine.kind,
            os=machine.os,
            place=machine.place,
            lab=machine.lab,
            seen=machine.seen,
            doubt=machine.doubt,
            sight=machine.sight,
            stale=machine.stale,
            protection=machine.protection,
            grade=machine.grades[0] if machine.grades else None,
            patch=machine.patch,
            failed=counts.get(Verdict.FAIL, 0),
            unknown=counts.get(Verdict.UNKNOWN, 0),
            worst=_worst(machine, severity),
        )


def _worst(machine: OwnMachine, severity: Mapping[str, int]) -> str:
    findings: Sequence[Finding] = machine.evidence.findings if machine.evidence is not None else ()
    fails = [finding.check for finding in findings if finding.verdict is Verdict.FAIL]
    return min(fails, key=lambda check: (severity[check], check), default="")
