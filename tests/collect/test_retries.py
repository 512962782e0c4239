"""Trying again within a run: who, when, how often, and that each endpoint keeps one outcome whatever ends the run."""

import re
import threading
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from secaudit.collect import Job, Limits, NullObserver, collect
from secaudit.collect.retry import LONGEST_SECONDS, PUT_OFFS, RETRIED, Retries, may_be_tried_again, next_usual_hour
from secaudit.collect.schedule import Turn
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.inventory import Endpoint
from secaudit.model.knowledge import Knowledge
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.transport import Abandoned, Target, TransportFailure, WayFull
from tests.collect.test_fanout import Says, good

LIMITS = Limits(in_flight=8, per_network=8, per_second=10_000, endpoint_seconds=20, retries=1, retry_seconds=0.02)
MONDAY = datetime(2026, 11, 2, 6, 0, tzinfo=VIETNAM_TIME)
NEVER_AGAIN = sorted(set(Sight) - RETRIED - {Sight.SEEN, Sight.NOT_ASKED})


def run(jobs, transport, diary, **options):
    options.setdefault("limits", LIMITS)
    options.setdefault("stop", threading.Event())
    options.setdefault("observer", diary)
    return collect(jobs, transport, knowledge=Knowledge(), keep=diary.keep, **options)


class Fails:
    """Fails so many times for each address, then answers; notes when each was asked."""

    def __init__(self, times, sight=Sight.TIMEOUT, **known):
        self.times, self.sight, self.known = times, sight, known
        self.asked = defaultdict(list)
        self.lock = threading.Lock()

    def __call__(self, target, request_for, deadline):
        with self.lock:
            self.asked[target.host].append(time.monotonic())
            times = len(self.asked[target.host])
        if times <= self.times:
            raise TransportFailure(self.sight, f"failure {times}", **self.known)
        return good(target, request_for, deadline)


def failure(sight=Sight.TIMEOUT, at=MONDAY, **more):
    return Outcome("m", Way.SSH, Grade.A, sight, at.astimezone(UTC), at.astimezone(UTC), **more)


def turn(tries=0, hours=frozenset(), put_off=0):
    job = Job(Endpoint(id="m", kind="server"), Target("127.20.1.1", 22, "audit"), hours=frozenset(hours))
    return Turn(job, 0, (MONDAY,) * tries, put_off)


@pytest.mark.parametrize("sight", sorted(RETRIED))
def test_machines_that_did_not_answer_are_tried_again(diary, job, sight):
    act = Fails(1, sight)
    assert run([job("a")], Says(act), diary) == Counter({Sight.SEEN: 1})
    assert len(act.asked["127.20.1.1"]) == 2
    assert [kind for kind, _ in diary.events] == ["ask", "defer", "ask", "keep", "tell"]
    assert re.fullmatch(r"tried 2 times, at \d\d:\d\d:\d\d, \d\d:\d\d:\d\d \(\+07:00\)", diary.of("a").detail)


@pytest.mark.parametrize("sight", NEVER_AGAIN)
def test_all_others_are_never_tried_again_in_a_run(diary, job, sight):
    act = Fails(1, sight)
    limits = replace(LIMITS, retries=5)
    assert run([job("a")], Says(act), diary, limits=limits) == Counter({sight: 1})
    assert len(act.asked["127.20.1.1"]) == 1
    assert diary.of("a").detail == "failure 1"


def test_a_machine_to_which_a_credential_may_have_been_offered_is_not_asked_again(diary, job):
    """A login that hung may have been counted as a failed one; a session after a login that succeeded was not."""
    act = Fails(1, Sight.TIMEOUT, host_key="SHA256:k")
    assert run([job("a")], Says(act), diary) == Counter({Sight.TIMEOUT: 1})
    assert len(act.asked["127.20.1.1"]) == 1
    assert may_be_tried_again(failure(Sight.CHANNEL, host_key="SHA256:k"))
    assert not any(may_be_tried_again(failure(sight, host_key="SHA256:k")) for sight in set(Sight) - {Sight.CHANNEL})


@pytest.mark.parametrize(("retries", "tries"), [(0, 1), (1, 2), (3, 4)])
def test_the_last_try_is_the_one_outcome(diary, job, retries, tries):
    act = Fails(99, Sight.REFUSED)
    jobs = [job(f"m{n}", f"127.20.1.{n}") for n in range(1, 31)]
    sights = run(jobs, Says(act), diary, limits=replace(LIMITS, retries=retries))
    assert sights == Counter({Sight.REFUSED: 30})
    for number, each in enumerate(jobs, start=1):
        outcome = diary.of(each.endpoint.id)
        assert outcome.detail.startswith(f"failure {tries}")
        assert ("tried" in outcome.detail) == (tries > 1)
        assert len(act.asked[f"127.20.1.{number}"]) == tries
    assert len(diary.outcomes) == 30


def test_tries_are_further_and_further_apart(diary, job):
    act = Fails(3)
    run([job("a")], Says(act), diary, limits=replace(LIMITS, retries=3, retry_seconds=0.3))
    first, second, third, fourth = act.asked["127.20.1.1"]
    assert second - first >= 0.3
    assert third - second >= 0.6
    assert fourth - third >= 1.2


def test_every_first_try_comes_before_the_second_ones(diary, job):
    """One connection at a time: the machine that failed first waits until everyone was asked once."""
    order = []

    def act(target, request_for, deadline):
        order.append(target.host)
        time.sleep(0.02)
        if target.host == "127.20.1.1" and order.count(target.host) == 1:
            raise TransportFailure(Sight.TIMEOUT, "off")
        return good(target, request_for, deadline)

    jobs = [job(f"m{n}", f"127.20.1.{n}") for n in range(1, 41)]
    run(jobs, Says(act), diary, limits=replace(LIMITS, in_flight=1, retry_seconds=0.001))
    assert order == [*(f"127.20.1.{n}" for n in range(1, 41)), "127.20.1.1"]


def test_a_long_list_of_tries_is_told_shortly_and_a_long_detail_is_cut(diary, job):
    def act(*_):
        raise TransportFailure(Sight.TIMEOUT, "x" * 490)

    run([job("a")], Says(act), diary, limits=replace(LIMITS, retries=9, retry_seconds=0.001))
    detail = diary.of("a").detail
    assert "tried 10 times, at " in detail
    assert len(re.findall(r"\d\d:\d\d:\d\d", detail)) == 5
    assert len(detail) <= 500


def test_a_stopped_run_keeps_the_failures_it_held_back(diary, job):
    stop = threading.Event()

    class Stopping(NullObserver):
        def deferred(self, endpoint):
            diary.deferred(endpoint)
            if len(diary.events) == 100:
                stop.set()

    jobs = [job(f"m{n}", f"127.20.{1 + n // 200}.{1 + n % 200}") for n in range(300)]
    limits = replace(LIMITS, retry_seconds=600, per_second=300)
    sights = run(jobs, Says(Fails(9)), diary, limits=limits, stop=stop, observer=Stopping())
    assert 100 <= sights[Sight.TIMEOUT] < 300
    assert max(Counter(outcome.endpoint for outcome in diary.outcomes).values()) == 1
    assert sights[Sight.TIMEOUT] == len(diary.outcomes)
    assert {name for _, name in diary.events if name} == {outcome.endpoint for outcome in diary.outcomes}


def test_an_interrupt_keeps_the_failures_it_held_back(diary, job):
    class Interrupting(NullObserver):
        def kept(self, stored):
            if stored.outcome.sight is Sight.SEEN:
                raise KeyboardInterrupt

    def act(target, request_for, deadline):
        if target.host == "127.20.1.3":
            time.sleep(0.3)
            return good(target, request_for, deadline)
        raise TransportFailure(Sight.REFUSED, "off")

    jobs = [job(f"m{n}", f"127.20.1.{n}") for n in range(1, 4)]
    with pytest.raises(KeyboardInterrupt):
        run(jobs, Says(act), diary, limits=replace(LIMITS, retry_seconds=600), observer=Interrupting())
    assert Counter(outcome.sight for outcome in diary.outcomes) == Counter({Sight.REFUSED: 2, Sight.SEEN: 1})


def test_a_try_given_up_leaves_the_failure_before_it(diary, job):
    """Stopped in the middle of a second try: the first one's failure is how it ended."""
    stop, transport, asked = threading.Event(), None, []

    def act(target, request_for, deadline):
        asked.append(target.host)
        if len(asked) == 1:
            raise TransportFailure(Sight.TIMEOUT, "off")
        stop.set()
        transport.abandoned.wait(20)
        raise Abandoned

    transport = Says(act)
    assert run([job("a")], transport, diary, stop=stop) == Counter({Sight.TIMEOUT: 1})
    assert diary.of("a").detail == "off"


def test_a_store_that_fails_ends_a_run_that_waits_for_second_tries(diary, job):
    def keep(outcomes):
        raise OSError("disk full")

    jobs = [job("seen"), *(job(f"m{n}", "127.20.1.2") for n in range(9))]

    def act(target, request_for, deadline):
        if target.host == "127.20.1.2":
            raise TransportFailure(Sight.TIMEOUT, "off")
        time.sleep(0.2)
        return good(target, request_for, deadline)

    before = set(threading.enumerate())
    with pytest.raises(OSError, match="disk full"):
        collect(
            jobs, Says(act), limits=replace(LIMITS, retry_seconds=600), knowledge=Knowledge(), keep=keep, observer=diary,
            stop=threading.Event(),
        )  # fmt: skip
    patience = time.monotonic() + 20
    while {one for one in threading.enumerate() if one not in before} and time.monotonic() < patience:
        time.sleep(0.05)
    assert not [one for one in threading.enumerate() if one not in before], "workers wait for a run that is over"


def test_the_time_of_a_run_is_used_for_further_tries_and_ends_with_the_last_failure(diary, job):
    act = Fails(10_000)
    limits = replace(LIMITS, retries=None, run_seconds=1.5, retry_seconds=0.05)
    began = time.monotonic()
    assert run([job("a")], Says(act), diary, limits=limits) == Counter({Sight.TIMEOUT: 1})
    assert time.monotonic() - began < 10
    # 0, 0.05, 0.15, 0.35, 0.75; the next one would begin after the end.
    assert 3 <= len(act.asked["127.20.1.1"]) <= 5
    assert all(at - began < 1.5 for at in act.asked["127.20.1.1"])


def test_a_run_does_not_wait_for_tries_that_lie_after_its_end(diary, job):
    began = time.monotonic()
    limits = replace(LIMITS, retries=None, run_seconds=600, retry_seconds=601)
    assert run([job("a")], Says(Fails(9)), diary, limits=limits) == Counter({Sight.TIMEOUT: 1})
    assert time.monotonic() - began < 60


def test_nothing_is_begun_after_the_end_and_the_rest_has_no_outcome(diary, job):
    """Slow pace: turns that were taken before the end and would begin after it are given up."""
    transport = Says(good)
    jobs = [job(f"m{n}") for n in range(50)]
    began = time.monotonic()
    sights = run(jobs, transport, diary, limits=replace(LIMITS, per_second=10, run_seconds=0.55))
    assert all(at - began < 0.6 for at in transport.begun_at)
    assert sights == Counter({Sight.SEEN: len(transport.begun_at)})
    assert 1 <= len(diary.outcomes) < 10
    assert diary.ends == [False]


def test_a_wall_clock_that_jumped_over_the_end_ends_the_run(diary, job):
    """A laptop slept through the window: the monotonic clock knows nothing of it."""
    moments = iter([MONDAY, MONDAY])

    def clock():
        return next(moments, MONDAY + timedelta(hours=9))

    transport = Says(good)
    run([job(f"m{n}") for n in range(500)], transport, diary, limits=replace(LIMITS, run_seconds=3600), clock=clock)
    assert transport.asked < 10


def test_a_full_way_is_no_failure_of_the_machine(diary, job):
    """A jump host has no room three times: the machine is asked when it has, and no try is counted."""
    asked = []

    def act(target, request_for, deadline):
        asked.append(time.monotonic())
        if len(asked) <= 3:
            raise WayFull("the jump host j has no room")
        return good(target, request_for, deadline)

    sights = run([job("a")], Says(act), diary, limits=replace(LIMITS, retries=0))
    assert sights == Counter({Sight.SEEN: 1})
    assert diary.of("a").detail == ""


def test_a_way_that_stays_full_is_named_in_the_end(diary, job):
    transport = Says(None)
    transport.act = lambda *_: (_ for _ in ()).throw(WayFull("the jump host j has no room"))
    assert run([job("a")], transport, diary, limits=replace(LIMITS, retry_seconds=0.001)) == Counter({Sight.NO_ROUTE: 1})
    assert transport.asked == 1 + PUT_OFFS
    assert diary.of("a").detail == "the jump host j has no room"


def test_a_way_that_is_full_at_a_second_try_leaves_the_first_failure(diary, job):
    asked = []

    def act(*_):
        asked.append(1)
        if len(asked) == 1:
            raise TransportFailure(Sight.REFUSED, "off")
        raise WayFull("the jump host j has no room")

    run([job("a")], Says(act), diary, limits=replace(LIMITS, retry_seconds=0.001))
    assert diary.of("a").sight is Sight.REFUSED


def test_a_stopped_run_leaves_machines_behind_a_full_way_without_outcome(diary, job):
    stop = threading.Event()

    def act(*_):
        stop.set()
        raise WayFull("the jump host j has no room")

    assert run([job("a")], Says(act), diary, limits=replace(LIMITS, retry_seconds=600), stop=stop) == Counter()
    assert diary.outcomes == []


# When: pure rules with a clock that stands.


def rule(run_seconds=None, **limits):
    limits = Limits(run_seconds=run_seconds, **{"retries": 100, "retry_seconds": 60.0, **limits})
    return Retries(limits, None if run_seconds is None else 1000.0 + run_seconds, lambda: 1000.0)


def test_waits_double_up_to_a_longest():
    waits = [rule().next_try(turn(tries), failure()) - 1000.0 for tries in range(8)]
    assert waits == [60, 120, 240, 480, 900, 900, 900, 900]
    assert rule().next_try(turn(99), failure()) == 1000.0 + LONGEST_SECONDS


def test_a_machine_waits_for_the_hour_in_which_it_usually_answers():
    """It is six on Monday morning, and it usually answers from eight on."""
    eight = 8
    assert rule(run_seconds=4 * 3600).next_try(turn(hours={eight, 9}), failure()) == 1000.0 + 2 * 3600
    late = MONDAY + timedelta(minutes=30)
    assert rule(run_seconds=4 * 3600).next_try(turn(hours={eight}), failure(at=late)) == 1000.0 + 1.5 * 3600


def test_within_its_hours_a_machine_is_tried_with_the_usual_waits():
    assert rule(run_seconds=4 * 3600).next_try(turn(1, hours={6, 8}), failure()) == 1000.0 + 120


@pytest.mark.parametrize("hours", [{10}, {24 + 7}, set()])
def test_hours_that_the_run_does_not_reach_change_nothing(hours):
    assert rule(run_seconds=4 * 3600).next_try(turn(hours=hours), failure()) == 1000.0 + 60


def test_a_run_without_a_time_waits_for_no_hour():
    assert rule().next_try(turn(hours={8}), failure()) == 1000.0 + 60


def test_the_next_usual_hour_goes_round_the_week():
    sunday = datetime(2026, 11, 8, 23, 59, 59, tzinfo=VIETNAM_TIME)
    assert next_usual_hour(frozenset({0}), sunday) == sunday + timedelta(seconds=1)
    assert next_usual_hour(frozenset({167}), sunday) == sunday
    assert next_usual_hour(frozenset({166}), sunday) == datetime(2026, 11, 15, 22, tzinfo=VIETNAM_TIME)
    assert next_usual_hour(frozenset(), sunday) is None
    # The same moment, written in another zone.
    assert next_usual_hour(frozenset({167}), sunday.astimezone(UTC)) == sunday
