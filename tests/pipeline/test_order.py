"""Who is asked first: never seen, stale, the rest; agencies take turns; what a run left comes first in the next one."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.collect import Limits, NullObserver, collect
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.inventory import Access, Agency, AgencyFile, Endpoint, Inventory, ProvinceFile
from secaudit.model.knowledge import Knowledge
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Outcome, Run, Sight, StoredOutcome, Way
from secaudit.pipeline.order import CONTACT_DAYS, History, has_province_line, history_of, line_of, usual_hours
from secaudit.pipeline.seeing import Scope, Selection, Sweep, select
from secaudit.pipeline.ways import Asked, Ways
from secaudit.store import Store
from secaudit.transport import TransportFailure

NOW = datetime(2026, 11, 16, 3, tzinfo=UTC)
LAST_RUN = NOW - timedelta(days=1)


def evidence(name, at):
    return StoredOutcome(1, 1, Outcome(name, Way.SSH, Grade.A, Sight.SEEN, at, at), "00")


def state(name, *, seen=None, tried=None, stale=False):
    """Fresh evidence of ``seen``, stale evidence, or none; the newest attempt at ``tried``."""
    at = tried or seen
    sight = Sight.NOT_ASKED if at is None else Sight.SEEN if at == seen else Sight.TIMEOUT
    return EndpointState(name, evidence(name, seen) if seen and not stale else None, sight, at, stale=stale)


def province(**agencies):
    """Agencies with so many machines each, named after them."""
    files = tuple(
        AgencyFile(
            agency=Agency(id=name.replace("_", "-"), name=name, tier="commune"),
            endpoints=tuple(
                Endpoint(id=f"{name.replace('_', '-')}-{n}", kind="server", address=f"127.30.{number}.{n + 1}")
                for n in range(count)
            ),
        )
        for number, (name, count) in enumerate(agencies.items())
    )
    written = ProvinceFile.model_validate({"province": {"id": "t", "name": "T", "owner": "U"}})
    return SimpleNamespace(inventory=Inventory(written, files))


def order(prov, states, history=None, **scope):
    found = select(prov, states, Scope(**scope), ways=Ways(prov.inventory, Asked("audit")), day=NOW, history=history)
    return [job.endpoint.id for job in found.jobs]


def blank(prov):
    return {name: state(name) for name in prov.inventory.endpoints}


def test_agencies_take_turns():
    prov = province(a=4, b=1, c=2)
    assert order(prov, blank(prov)) == ["a-0", "b-0", "c-0", "a-1", "c-1", "a-2", "a-3"]


def test_a_short_run_comes_to_every_agency():
    prov = province(big=500, **{f"x{n}": 3 for n in range(50)})
    first = order(prov, blank(prov))[:51]
    assert {name.rsplit("-", 1)[0] for name in first} == {agency.agency.id for agency in prov.inventory.agencies}


def test_never_seen_then_stale_then_the_rest():
    prov = province(a=3, b=3)
    long_ago, fresh = NOW - timedelta(days=90), NOW - timedelta(days=2)
    states = blank(prov) | {
        "a-0": state("a-0", seen=fresh),
        "a-1": state("a-1", seen=long_ago, stale=True),
        "b-0": state("b-0", seen=long_ago, stale=True),
        "b-2": state("b-2", seen=fresh),
    }
    assert order(prov, states, again=True) == ["a-2", "b-1", "a-1", "b-0", "a-0", "b-2"]
    assert order(prov, states) == ["a-2", "b-1", "a-1", "b-0"]


def test_the_next_run_begins_with_what_the_last_one_left():
    """Inside each class: machines the last run tried in vain come after those it never came to."""
    prov = province(a=2, b=2, c=2)
    vain, old = LAST_RUN + timedelta(minutes=5), LAST_RUN - timedelta(days=9)
    states = blank(prov) | {
        "a-0": state("a-0", tried=vain),
        "a-1": state("a-1", tried=old),
        "b-0": state("b-0", seen=old, tried=vain, stale=True),
        "b-1": state("b-1", seen=old, tried=old, stale=True),
    }
    found = order(prov, states, History((LAST_RUN,)))
    assert found == ["c-0", "c-1", "a-1", "a-0", "b-1", "b-0"]


def test_asking_everything_again_in_short_runs_comes_round():
    """``--all --for`` every night: each machine is asked once before any is asked twice."""
    prov = province(a=5, b=2, c=1)
    asked = dict.fromkeys(prov.inventory.endpoints, NOW - timedelta(days=30))
    runs, tally = (), []
    for night in range(4):
        begins = NOW + timedelta(days=night)
        states = {name: state(name, seen=at) for name, at in asked.items()}
        for name in order(prov, states, History(runs), again=True)[:2]:
            asked[name] = begins + timedelta(minutes=1)
            tally.append(name)
        runs += (begins,)
    assert Counter(tally) == Counter(list(prov.inventory.endpoints))


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 8), max_size=6), st.randoms())
def test_order_is_a_rearrangement_and_always_the_same(agencies, draw):
    prov = province(**agencies)
    kinds = [{}, {"tried": LAST_RUN}, {"seen": NOW - timedelta(days=3), "stale": True}, {"seen": NOW - timedelta(days=3)}]
    states = {name: state(name, **draw.choice(kinds)) for name in prov.inventory.endpoints}
    found = order(prov, states, History((LAST_RUN,)), again=True)
    assert sorted(found) == sorted(prov.inventory.endpoints)
    assert found == order(prov, states, History((LAST_RUN,)), again=True)


# Lines.


def agency(*networks, tier="commune"):
    return Agency(id="xa-a", name="A", tier=tier, networks=tuple(ip_network(one) for one in networks))


@pytest.mark.parametrize(
    ("networks", "address", "via", "line"),
    [
        (["127.30.1.0/24", "127.30.2.0/24"], "127.30.2.7", None, "127.30.2.0/24"),
        (["127.30.0.0/16", "127.30.2.0/24"], "127.30.2.7", None, "127.30.2.0/24"),
        (["127.30.1.0/24"], "127.30.9.7", None, "xa-a"),
        (["127.30.1.0/24"], "may-01.tinh.vn", None, "xa-a"),
        (["127.30.1.0/24"], "::1", None, "xa-a"),
        (["127.30.1.0/24"], None, None, "xa-a"),
        ([], "127.30.1.7", None, "xa-a"),
        (["::1/128"], "::1", None, "::1/128"),
        (["127.30.1.0/24"], "127.30.1.7", "jump-1", "127.30.1.0/24 via jump-1"),
        ([], "127.30.1.7", "jump-1", "xa-a"),
    ],
)
def test_the_line_of_a_machine(networks, address, via, line):
    endpoint = Endpoint(id="m", kind="server", address=address)
    assert line_of(agency(*networks), endpoint, Access(via=via)) == line


def test_what_a_job_is_told():
    prov = province(a=2)
    hours = frozenset({8})
    jobs = select(
        prov, blank(prov), Scope(), ways=Ways(prov.inventory, Asked("u")), day=NOW, history=History(hours={"a-1": hours})
    ).jobs
    assert [(job.network, job.province_line, job.jump, job.hours) for job in jobs] == [
        ("a", False, None, frozenset()),
        ("a", False, None, hours),
    ]
    assert has_province_line(agency(tier="province"))


def test_a_job_names_its_jump_host():
    prov = province(a=1)
    file = prov.inventory.agencies[0]
    machine = file.endpoints[0].model_copy(update={"access": Access(via="jump-a")})
    prov.inventory = Inventory(prov.inventory.province, (file.model_copy(update={"endpoints": (machine,)}),))
    assert select(prov, blank(prov), Scope(), ways=Ways(prov.inventory, Asked("u")), day=NOW).jobs[0].jump == "jump-a"


def test_what_a_run_left_is_counted():
    run = Run(1, NOW, NOW, "x", Way.SSH, "all", "finished", "", "", (("seen", 2), ("timeout", 1)))
    prov = province(a=10)
    jobs = select(prov, blank(prov), Scope(), ways=Ways(prov.inventory, Asked("u")), day=NOW).jobs
    swept = Sweep(run, Selection(jobs, 0, 0), 2)
    assert (swept.seen, swept.unseen, swept.left) == (2, 8, 7)


# Hours.


def test_a_workday_stands_for_all_workdays_and_a_weekend_day_for_itself():
    monday_eight, saturday_nine = 8, 5 * 24 + 9
    assert usual_hours({monday_eight: 1, saturday_nine: 1}) == frozenset({*(day * 24 + 8 for day in range(5)), saturday_nine})


def test_an_hour_in_which_it_was_seen_by_chance_is_no_usual_one():
    assert usual_hours({8: 9, 14: 3, 20: 2}) == frozenset(day * 24 + hour for day in range(5) for hour in (8, 14))
    assert usual_hours({}) == frozenset()


def test_a_machine_is_tried_again_when_the_hour_begins_in_which_it_usually_answers(tmp_path):
    """Contacts of last week at eight; the run begins at three seconds to eight, and its usual wait would be half a second."""
    eight = datetime(2026, 11, 18, 8, tzinfo=VIETNAM_TIME)
    prov, tries, kept, began = province(a=1), [], [], time.monotonic()

    def clock():
        return eight + timedelta(seconds=time.monotonic() - began - 3)

    class Off:
        def execute(self, *_arguments, **_limits):
            tries.append(clock())
            raise TransportFailure(Sight.TIMEOUT, "off")

        def abandon(self):
            """Nothing is under way for long."""

    def keep(outcomes):
        kept.extend(outcomes)
        return [StoredOutcome(1, 1, outcome, "") for outcome in outcomes]

    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        run = store.begin_run(started_at=NOW, who="t", way=Way.SSH, scope="all")
        at = eight - timedelta(days=7) + timedelta(minutes=20)
        store.keep(run.number, [Outcome("a-0", Way.SSH, Grade.A, Sight.SEEN, at, at)])
        history = history_of(store, clock(), hours=True)
    jobs = select(prov, blank(prov), Scope(), ways=Ways(prov.inventory, Asked("u")), day=NOW, history=history).jobs
    limits = Limits(run_seconds=4, retries=1, retry_seconds=0.5)
    collect(
        jobs, Off(), limits=limits, knowledge=Knowledge(), keep=keep, observer=NullObserver(), stop=threading.Event(), clock=clock
    )
    first, second = tries
    assert first < eight <= second
    assert [outcome.sight for outcome in kept] == [Sight.TIMEOUT]


def test_history_comes_from_the_store_and_old_contacts_are_forgotten(tmp_path):
    def seen(name, at):
        return Outcome(name, Way.SSH, Grade.A, Sight.SEEN, at, at)

    old = NOW - timedelta(days=CONTACT_DAYS + 1)
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        assert history_of(store, NOW, hours=True) == History()
        run = store.begin_run(started_at=LAST_RUN, who="t", way=Way.SSH, scope="all")
        store.keep(run.number, [seen("a", LAST_RUN), seen("b", old), seen("c", LAST_RUN)])
        found = history_of(store, NOW, hours=True)
        assert history_of(store, NOW, hours=False) == History((LAST_RUN,))
    local = LAST_RUN.astimezone(VIETNAM_TIME)
    assert local.weekday() == 6, "a Sunday"
    assert found == History((LAST_RUN,), {"a": frozenset({6 * 24 + local.hour}), "c": frozenset({6 * 24 + local.hour})})
    assert found.hours["a"] is found.hours["c"]
