"""The machine this program runs on, seen without a network: the same probe in a child process, psutil for what it leaves open.

Both readings lie in one capture. Where the probe gave a whole answer nothing is added to it; where it could not run, ran out of
time, or could not read what psutil can, psutil's reading is one more section of the same bytes.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from secaudit.collect.job import Job, Limits
from secaudit.collect.look import Answer, Looker
from secaudit.collect.psutil_reading import this_machine_reading
from secaudit.facts.this_machine import LOCAL, SECTION, STANDS_FOR
from secaudit.messages import clean
from secaudit.model.capture import Capture, SectionStatus
from secaudit.model.inventory import Endpoint, EndpointKind
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.probe import FrameError, Platform, added_section, compose, frame, new_nonce
from secaudit.transport.base import DETAIL_LIMIT, Abandoned, Cut, Reply, Target, Transport, TransportFailure
from secaudit.transport.local import LocalTransport, local_version

_HERE = Target("localhost", 22, "")
"""Means nothing to the local transport."""
_CUT_WORDS = {
    Cut.DEADLINE: "the probe did not end in its time",
    Cut.BYTES: "the probe gave more than an answer may have",
    Cut.CONNECTION: "the probe broke off",
}
Reader = Callable[[str], bytes]


def see_this_machine(
    endpoint: Endpoint,
    *,
    knowledge: Knowledge,
    limits: Limits,
    clock: Callable[[], datetime],
    stop: threading.Event,
    sudo: bool = False,
    transport: Transport | None = None,
    reader: Reader = this_machine_reading,
) -> Outcome | None:
    """The outcome of looking at this machine as ``endpoint``, way local; None when ``stop`` was set before it ended.

    An isolated machine is never probed, by nobody: its outcome says so. A defect of ours becomes an outcome, as over SSH.
    """
    transport = transport or LocalTransport()
    looker = Looker(transport, limits, knowledge, clock, sudo, Way.LOCAL, Grade.A)
    job = Job(endpoint, _HERE)
    if endpoint.kind is EndpointKind.ISOLATED:
        return looker.no_way_in(job)
    try:
        with _abandoned_on(stop, transport):
            return _see(looker, job, reader)
    except Abandoned:
        return None
    except Exception as error:  # noqa: BLE001 - the same border as in the fan-out: what went wrong here is kept by place and type
        return looker.broken(job, error)


def this_platform() -> Platform:
    """Which script this machine gets; what the inventory declares plays no part."""
    return "windows" if "windows" in local_version() else "posix"


def _see(looker: Looker, job: Job, reader: Reader) -> Outcome:
    platform, nonce, started = this_platform(), new_nonce(), looker.clock()
    request = compose(platform, nonce, sudo=looker.sudo and platform == "posix", local=True)
    deadline = time.monotonic() + looker.limits.endpoint_seconds
    try:
        reply = looker.transport.execute(_HERE, lambda _: request, deadline=deadline, max_bytes=looker.limits.answer_bytes)
        lacking = ""
    except TransportFailure as failure:
        reply = Reply(b"", "", None, local_version(), None, 0)
        lacking = f"the probe could not run: {failure.detail}"
    capture, lacking = _whole(platform, nonce, reply, lacking, reader)
    outcome = looker.read(Answer(job, started, looker.clock(), replace(reply, stdout=b""), capture))
    if not lacking:
        return outcome
    return replace(outcome, sight=Sight.SEEN, detail=clean(f"{lacking}; psutil was asked instead", limit=DETAIL_LIMIT))


def _whole(platform: Platform, nonce: str, reply: Reply, lacking: str, reader: Reader) -> tuple[Capture, str]:
    """The capture, completed by psutil where something is lacking, and what that was."""
    stdout = reply.stdout
    capture: Capture | None = None
    if not lacking:
        try:
            capture = frame(platform, nonce, stdout if reply.cut is None else stdout[: stdout.rfind(b"\n") + 1])
        except FrameError as error:
            lacking = _CUT_WORDS[reply.cut] if reply.cut else f"the probe could not run: {error.detail}"
    if capture is not None:
        lacking = _open_in(capture, reply.cut)
        if lacking:
            body = reader(lacking)
            capture = frame(platform, nonce, added_section(platform, nonce, stdout[: stdout.rfind(b"\n") + 1], SECTION, body))
    else:
        capture = frame(platform, nonce, added_section(platform, nonce, b"", SECTION, reader(lacking)))
    return replace(capture, meta={"way": LOCAL}), lacking


def _open_in(capture: Capture, cut: Cut | None) -> str:
    """What the probe left open that psutil can read, in words; empty when it left nothing."""
    if not capture.complete:
        return _CUT_WORDS[cut] if cut else "the end of the probe's answer is missing"
    there = capture.by_name
    names = STANDS_FOR[capture.platform]
    unread = [name for name in names if name not in there or there[name].status is not SectionStatus.OK]
    return f"the probe did not read {', '.join(unread)}" if unread else ""


@contextmanager
def _abandoned_on(stop: threading.Event, transport: Transport) -> Iterator[None]:
    """While the block runs, setting ``stop`` gives the request up."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            if stop.is_set():
                transport.abandon()
                return

    watcher = threading.Thread(target=watch, name="secaudit-local-stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
