"""Who is asked next: order, places in networks and jump hosts, coming back later; with threads and without."""

import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.collect import Job, Limits
from secaudit.collect.schedule import Schedule
from secaudit.model.inventory import Endpoint
from secaudit.transport import Target

LIMITS = Limits(per_network=2, per_province_network=3, per_jump=2)
NOON = datetime(2026, 11, 2, 5, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def job(name, network=None, jump=None, *, province=False):
    endpoint = Endpoint(id=name, kind="server", address="127.20.1.1")
    return Job(endpoint, Target("127.20.1.1", 22, "audit"), network=network, jump=jump, province_line=province)


def names(turns):
    return [turn.job.endpoint.id for turn in turns]


def take(schedule, count):
    return [schedule.take() for _ in range(count)]


def idle(schedule):
    """Whether nothing can be taken now: a taker waits."""
    taken = []
    thread = threading.Thread(target=lambda: taken.append(schedule.take()), daemon=True)
    thread.start()
    thread.join(0.05)
    waits = thread.is_alive()
    schedule.close()
    thread.join(10)
    return waits and taken == [None]


def test_jobs_come_in_their_order_where_nothing_is_full():
    schedule = Schedule([job(f"m{n}", f"n{n % 5}") for n in range(10)], LIMITS)
    assert names(take(schedule, 10)) == [f"m{n}" for n in range(10)]


def test_a_full_network_holds_up_nobody_else():
    jobs = [job(f"big{n}", "big") for n in range(100)] + [job("small", "small")]
    schedule = Schedule(jobs, LIMITS)
    turns = take(schedule, 3)
    assert names(turns) == ["big0", "big1", "small"]
    schedule.give(turns[1])
    assert names(take(schedule, 1)) == ["big2"]
    assert idle(schedule)


def test_a_network_seen_through_a_full_jump_host_is_passed_over():
    jobs = [*(job(f"j{n}", f"n{n}", "jump") for n in range(5)), job("direct", "n4")]
    schedule = Schedule(jobs, LIMITS)
    turns = take(schedule, 3)
    assert names(turns) == ["j0", "j1", "direct"]
    schedule.give(turns[0])
    assert names(take(schedule, 1)) == ["j2"]
    assert idle(schedule)


def test_a_provincial_line_takes_more_and_the_weaker_of_two_claims_holds():
    assert names(take(Schedule([job(f"m{n}", "n", province=True) for n in range(4)], LIMITS), 3)) == ["m0", "m1", "m2"]
    schedule = Schedule([job("a", "n", province=True), job("b", "n"), job("c", "n", province=True)], LIMITS)
    take(schedule, 2)
    assert idle(schedule)


def test_no_more_workers_are_needed_than_there_are_places():
    jobs = [job("a", "n1"), job("b", "n1"), job("c", "n1"), job("d", "n2", province=True), job("e")]
    assert Schedule(jobs, LIMITS).most == 2 + 3 + 2
    assert Schedule([job("a", "n1")], LIMITS).most == 1
    assert Schedule([], LIMITS).most == 0


def test_machines_without_a_network_share_one():
    schedule = Schedule([job("a"), job("b"), job("c")], LIMITS)
    take(schedule, 2)
    assert idle(schedule)


def test_what_is_put_off_comes_when_it_is_time_and_after_all_first_tries():
    clock = Clock()
    schedule = Schedule([job("a", "x"), job("b", "y"), job("c", "y")], LIMITS, clock)
    first = schedule.take()
    schedule.put_off(first, 110.0, NOON)
    assert schedule.waiting == 1
    clock.now = 111.0
    schedule.ripen()
    turns = take(schedule, 3)
    assert names(turns) == ["b", "c", "a"]
    assert turns[-1].tried == (NOON,)
    for turn in turns:
        schedule.give(turn)
    assert schedule.take() is None


def test_nothing_is_handed_out_before_its_time():
    clock = Clock()
    schedule = Schedule([job("a")], LIMITS, clock)
    schedule.put_off(schedule.take(), 110.0, NOON)
    clock.now = 109.9
    schedule.ripen()
    assert schedule.waiting == 1
    assert idle(schedule)


def test_a_full_way_is_no_try():
    clock = Clock()
    schedule = Schedule([job("a")], LIMITS, clock)
    schedule.put_off(schedule.take(), 100.0, None)
    schedule.ripen()
    turn = schedule.take()
    assert (turn.tried, turn.put_off) == ((), 1)


def test_closing_wakes_everyone_and_hands_out_nothing():
    schedule = Schedule([job(f"m{n}", "n") for n in range(9)], LIMITS)
    take(schedule, 2)
    told = []
    threads = [threading.Thread(target=lambda: told.append(schedule.take()), daemon=True) for _ in range(20)]
    for thread in threads:
        thread.start()
    schedule.close()
    for thread in threads:
        thread.join(20)
    assert told == [None] * 20


def test_a_try_costs_the_same_in_a_large_province():
    """Twenty thousand jobs behind 900 networks and 9 jump hosts: the cost of one grows with logarithms, not with the number."""

    def cost(networks, each):
        jobs = [job(f"m{n}-{k}", f"n{n}", f"j{n % 9}") for k in range(each) for n in range(networks)]
        schedule = Schedule(jobs, replace(LIMITS, per_jump=20))
        began, out = time.thread_time(), []
        for _ in jobs:
            if len(out) == 150:
                schedule.give(out.pop(0))
            out.append(schedule.take())
        return (time.thread_time() - began) / len(jobs)

    small = min(cost(90, 22) for _ in range(3))
    assert min(cost(900, 22) for _ in range(2)) < 5 * small


lines = st.tuples(st.sampled_from([None, "n1", "n2", "n3", "n4"]), st.sampled_from([None, "j1", "j2"]), st.booleans())


def places(limits, jobs):
    """Most connections at once, by network and by jump host."""
    most = {}
    for each in jobs:
        cap = limits.per_province_network if each.province_line else limits.per_network
        most["network", each.network] = min(cap, most.get(("network", each.network), cap))
        if each.jump:
            most["jump", each.jump] = limits.per_jump
    return most


def groups(each):
    return [("network", each.network), *([("jump", each.jump)] if each.jump else [])]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(lines, max_size=40),
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(1, 12),
    st.lists(st.integers(0, 2), max_size=40), st.data(),
)  # fmt: skip
def test_every_job_is_handed_out_once_per_try_and_no_cap_is_passed(wanted, network, province, jump, workers, fails, data):
    """Any order of taking and giving back: a place that is free for a job that waits is never left empty."""
    limits = Limits(per_network=network, per_province_network=province, per_jump=jump)
    jobs = [job(f"m{n}", net, hop, province=strong) for n, (net, hop, strong) in enumerate(wanted)]
    tries = {n: 1 + (fails[n] if n < len(fails) else 0) for n in range(len(jobs))}
    most, used, clock = places(limits, jobs), Counter(), Clock()
    schedule = Schedule(jobs, limits, clock)
    handed, out, waiting = Counter(), [], dict.fromkeys(range(len(jobs)), 0)

    def room(each):
        return all(used[group] < most[group] for group in groups(each))

    while sum(handed.values()) < sum(tries.values()) or out:
        free = [n for n in waiting if room(jobs[n])]
        if len(out) < workers and free and (not out or data.draw(st.booleans())):
            turn = schedule.take()
            assert turn.position in free
            assert (waiting[turn.position], turn.position) == min((waiting[n], n) for n in free)
            assert len(turn.tried) == waiting.pop(turn.position) == handed[turn.position]
            handed[turn.position] += 1
            used.update(groups(turn.job))
            assert all(used[group] <= most[group] for group in groups(turn.job))
            out.append(turn)
            continue
        assert out, "jobs wait, nobody is under way, and nothing has room"
        turn = out.pop(data.draw(st.integers(0, len(out) - 1)))
        used.subtract(groups(turn.job))
        if handed[turn.position] < tries[turn.position]:
            schedule.put_off(turn, clock.now, NOON)
            waiting[turn.position] = handed[turn.position]
            schedule.ripen()
        else:
            schedule.give(turn)
    assert schedule.take() is None
    assert handed == Counter(tries)


@settings(max_examples=25, deadline=None)
@given(st.lists(lines, min_size=1, max_size=60), st.integers(1, 3), st.integers(1, 3), st.integers(1, 16))
def test_threads_never_pass_a_cap_and_all_come_to_an_end(wanted, network, jump, workers):
    limits = Limits(per_network=network, per_province_network=network, per_jump=jump)
    jobs = [job(f"m{n}", net, hop, province=strong) for n, (net, hop, strong) in enumerate(wanted)]
    most, used, lock = places(limits, jobs), Counter(), threading.Lock()
    schedule, handed, wrong = Schedule(jobs, limits), Counter(), []

    def work():
        while (turn := schedule.take()) is not None:
            with lock:
                handed[turn.position] += 1
                used.update(groups(turn.job))
                wrong.extend(group for group in groups(turn.job) if used[group] > most[group])
            time.sleep(0)
            with lock:
                used.subtract(groups(turn.job))
            if turn.position % 3 == 0 and len(turn.tried) < 2:
                schedule.put_off(turn, 0.0, NOON)
            else:
                schedule.give(turn)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    patience = time.monotonic() + 60
    while any(thread.is_alive() for thread in threads) and time.monotonic() < patience:
        schedule.ripen()
        time.sleep(0.001)
    assert not any(thread.is_alive() for thread in threads), "workers wait for each other"
    assert wrong == []
    assert handed == Counter({n: 3 if n % 3 == 0 else 1 for n in range(len(jobs))})


def test_a_job_is_never_taken_before_its_places_are_free_again():
    schedule = Schedule([job("a", "n", "j"), job("b", "n", "j")], replace(LIMITS, per_network=1))
    first = schedule.take()
    taken = []
    thread = threading.Thread(target=lambda: taken.append(schedule.take()), daemon=True)
    thread.start()
    thread.join(0.1)
    assert taken == []
    schedule.give(first)
    thread.join(20)
    assert names(taken) == ["b"]


@pytest.mark.parametrize("jobs", [[], [job("a")]])
def test_an_end_is_an_end(jobs):
    schedule = Schedule(jobs, LIMITS)
    for _ in jobs:
        schedule.give(schedule.take())
    assert schedule.take() is None
    assert schedule.take() is None
