"""Answers come faster than they are kept: nothing piles up, nobody waits for ever, and keeping begins at once."""

import threading
import time
from collections import Counter
from dataclasses import replace

import pytest

from secaudit.collect import Limits, collect
from secaudit.collect.fanout import UNREAD_BYTES
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Sight
from secaudit.transport import Reply

BODY = 4 * 1024 * 1024
LIMITS = Limits(in_flight=6, per_network=6, per_second=10_000, endpoint_seconds=60)


class Heavy:
    """A transport whose machines answer at once, with much."""

    def __init__(self):
        self.asked = 0
        self.workers = []
        self.others = set(workers())
        """Threads of other tests in this process."""
        self._lock = threading.Lock()

    def execute(self, target, request_for, *, deadline, max_bytes):
        with self._lock:
            self.asked += 1
            self.workers.append(len(self.running()))
        mark = b"##SECAUDIT " + request_for("SSH-2.0-OpenSSH").stdin.split(b"##SECAUDIT ", 1)[1][:32]
        body = b" begin kernel\n" + b"x" * BODY + b"\n" + mark + b" end kernel ok 0 99999999\n"
        stdout = mark + b" start posix 1\n" + mark + body + mark + b" stop\n"
        return Reply(stdout, "", 0, "SSH-2.0-OpenSSH", "SHA256:x", len(stdout))

    def running(self):
        """Threads of this run."""
        return [thread for thread in workers() if thread not in self.others]

    def abandon(self):
        """Nothing is under way for long."""


def workers():
    """Threads of runs, of this one or of others."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("secaudit-")]


def settled(count):
    """The value once it has not changed for a while."""
    before = -1
    while before != count():
        before = count()
        time.sleep(0.4)
    return before


def run(transport, jobs, keep, diary):
    return collect(
        jobs, transport, limits=LIMITS, knowledge=Knowledge(), keep=keep, observer=diary, stop=threading.Event()
    )  # fmt: skip


def test_machines_wait_while_a_slow_disk_keeps(diary, job):
    heavy = Heavy()
    most = []

    def keep(outcomes):
        if not most:
            most.append(settled(lambda: heavy.asked))
        return diary.keep([replace(outcome, capture=None) for outcome in outcomes])

    assert run(heavy, [job(f"m{n}") for n in range(60)], keep, diary) == Counter({Sight.SEEN: 60})
    # Each answer stands in memory twice, as it came and as sections; every worker may hold one more.
    assert most[0] <= UNREAD_BYTES // (2 * BODY) + LIMITS.in_flight + 1


def test_a_disk_that_fails_sets_waiting_workers_free(diary, job):
    heavy = Heavy()

    def keep(outcomes):
        settled(lambda: heavy.asked)
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        run(heavy, [job(f"m{n}") for n in range(60)], keep, diary)
    for _ in range(100):
        if not heavy.running():
            return
        time.sleep(0.1)
    pytest.fail(f"{len(heavy.running())} workers wait for nobody")


def test_no_machine_is_asked_before_every_worker_is_there(diary, job):
    """Starting threads among busy ones takes so long that nothing was kept for many seconds."""
    heavy = Heavy()
    run(heavy, [job(f"m{n}") for n in range(8)], diary.keep, diary)
    assert heavy.workers[0] == LIMITS.in_flight
