"""One endpoint: ask it, frame what came back, read the facts. Every way this can go ends in an outcome."""

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePath

from secaudit.collect.job import Job, Limits
from secaudit.facts import parse_facts
from secaudit.messages import clean
from secaudit.model.capture import Capture
from secaudit.model.doubt import other_machine
from secaudit.model.identity import Expected, Identity
from secaudit.model.inventory import EndpointKind
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.probe import FrameError, Platform, Request, compose, frame, new_nonce, platform_for
from secaudit.transport.base import DETAIL_LIMIT, Cut, Reply, Target, Transport, TransportFailure, WayFull

_LAB_MARK = "secaudit-lab"
_CUT_WORDS = {
    Cut.DEADLINE: "the time for this machine was over",
    Cut.BYTES: "more came than an answer may have",
    Cut.CONNECTION: "the connection broke",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A framed answer whose facts are not read yet."""

    job: Job
    started: datetime
    finished: datetime
    reply: Reply
    """Without its stdout, which the capture holds."""
    capture: Capture

    @property
    def size(self) -> int:
        """Bytes it holds in memory: the answer as it came, and its sections."""
        return len(self.capture.raw) + sum(len(section.body) for section in self.capture.sections)


@dataclass(frozen=True, slots=True)
class Looker:
    """Sees endpoints one at a time; shared by the threads of a run, holds no state of any endpoint.

    ``look`` runs in threads with small stacks; ``read`` takes apart what a machine wrote and runs in the caller's thread,
    whose stack is large enough for any nesting that the interpreter itself allows.
    """

    transport: Transport
    limits: Limits
    knowledge: Knowledge
    clock: Callable[[], datetime]
    sudo: bool = False
    way: Way = Way.SSH
    grade: Grade = Grade.A
    expected: Mapping[str, Expected] = field(default_factory=dict)
    """Endpoint -> what is known of its machine; an answer that contradicts it is another machine's."""

    def look(self, job: Job) -> Outcome | Answer:
        """A failure's outcome, or an answer to be read; Abandoned, WayFull and defects of ours pass through."""
        if job.target is None or job.endpoint.kind is EndpointKind.ISOLATED:
            return self.no_way_in(job)
        started = self.clock()
        try:
            return self._ask(job, job.target, started)
        except WayFull:
            raise
        except TransportFailure as failure:
            return self._outcome(
                job, failure.sight, started, failure.detail, version=failure.server_version, host_key=failure.host_key
            )

    def way_stayed_full(self, job: Job, failure: WayFull) -> Outcome:
        """Nobody could be asked: what lies between had no room, however often it was tried."""
        return self._outcome(job, failure.sight, self.clock(), failure.detail)

    def broken(self, job: Job, error: Exception) -> Outcome:
        """A defect of ours met this endpoint; named by place and type, because its text may hold anything."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return self._outcome(job, Sight.INTERNAL, self.clock(), f"{type(error).__name__}{place}")

    def no_way_in(self, job: Job) -> Outcome:
        """Nobody can be asked: no target, or a machine that must never be connected to."""
        isolated = job.endpoint.kind is EndpointKind.ISOLATED
        return self._outcome(job, Sight.NO_WAY_IN, self.clock(), "an isolated machine is never probed" if isolated else job.note)

    def _ask(self, job: Job, target: Target, started: datetime) -> Outcome | Answer:
        asked: list[tuple[Platform, str]] = []

        def request_for(version: str) -> Request:
            platform, nonce = platform_for(job.endpoint.os, version), new_nonce()
            asked.append((platform, nonce))
            return compose(platform, nonce, sudo=self.sudo and platform == "posix")

        deadline = time.monotonic() + self.limits.endpoint_seconds
        reply = self.transport.execute(target, request_for, deadline=deadline, max_bytes=self.limits.answer_bytes)
        platform, nonce = asked[-1]
        try:
            capture = frame(platform, nonce, reply.stdout)
        except FrameError as error:
            sight, detail = _unframed(error, reply)
            return self._outcome(job, sight, started, detail, version=reply.server_version, host_key=reply.host_key)
        return Answer(job, started, self.clock(), replace(reply, stdout=b""), capture)

    def read(self, answer: Answer) -> Outcome:
        """Facts of a whole or a partial capture; a partial one, and another machine's, is kept but does not count as seen."""
        reply, capture = answer.reply, answer.capture
        sight, detail = Sight.SEEN, ""
        facts = parse_facts(capture, self.knowledge, answer.finished)
        lab, seen = _is_lab(answer.job, reply.server_version), Identity.of_facts(facts)
        # Lab answers stand for no machine: one of them is replayed at many addresses.
        expected = Expected() if lab else self.expected.get(answer.job.endpoint.id, Expected())
        stranger = expected.contradicted_by(seen)
        if stranger is not None:
            sight, detail = Sight.IDENTITY, clean(other_machine(stranger[0], str(stranger[1]), str(seen)), limit=DETAIL_LIMIT)
        elif not capture.complete:
            why = _CUT_WORDS[reply.cut] if reply.cut else "the end of the answer is missing"
            sight, detail = Sight.TRUNCATED, f"{why}; {len(capture.sections)} sections came"
        return Outcome(
            endpoint=answer.job.endpoint.id,
            way=self.way,
            grade=self.grade,
            sight=sight,
            started_at=answer.started,
            finished_at=answer.finished,
            detail=detail,
            capture=capture,
            facts=facts,
            host_key=reply.host_key,
            server_version=reply.server_version,
            lab=lab,
        )

    def _outcome(
        self, job: Job, sight: Sight, started: datetime, detail: str, *, version: str | None = None, host_key: str | None = None
    ) -> Outcome:
        return Outcome(
            endpoint=job.endpoint.id,
            way=self.way,
            grade=self.grade,
            sight=sight,
            started_at=started,
            finished_at=self.clock(),
            detail=clean(detail, limit=DETAIL_LIMIT),
            host_key=host_key,
            server_version=version,
            lab=_is_lab(job, version),
        )


def _unframed(error: FrameError, reply: Reply) -> tuple[Sight, str]:
    """Class and detail of an answer without a frame: why it stopped explains more than what is missing in it."""
    if reply.cut is Cut.DEADLINE and error.begun:
        # A dead machine never says that it has begun: this one only needs longer.
        detail = f"the script had begun there, but {_CUT_WORDS[reply.cut]} before its first section was complete: a slow machine"
        return Sight.TIMEOUT, detail
    if reply.cut is Cut.DEADLINE:
        return Sight.TIMEOUT, f"logged in, but {_CUT_WORDS[reply.cut]} before anything useful came: {error.detail}"
    if reply.cut is not None:
        return Sight.TRUNCATED, f"{_CUT_WORDS[reply.cut]}: {error.detail}"
    said = " ".join(reply.stderr.split())[:200]
    status = "" if reply.exit_status is None else f"; exit status {reply.exit_status}"
    detail = f"{error.detail}{status}" + (f"; it complained: {said}" if said else "")
    if error.sight is Sight.SHELL and said.startswith("sudo:"):
        return Sight.SUDO, detail
    return error.sight, detail


def _is_lab(job: Job, version: str | None) -> bool:
    """Lab data never passes for a real machine's, whichever side says so."""
    return job.endpoint.lab or _LAB_MARK in (version or "")
