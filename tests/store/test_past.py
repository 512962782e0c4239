"""Recorded states: what is written down is read again, stays as it was, and is refused when somebody changed it."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import StoreError
from secaudit.model.measurement import Decision, Tally
from secaudit.model.outcome import Grade
from secaudit.model.past import Basis, PastMachine, PastState, PastSystem, PastTarget
from secaudit.store import FlawKind, Store
from secaudit.store.states import state_digest
from tests.store.conftest import BACK_TO_0007

NOON = datetime(2026, 12, 10, 5, tzinfo=UTC)


def state(moment: datetime = NOON, *, proven: int = 3, **more: Any) -> PastState:
    machines = {
        "pc-1": PastMachine("xa-a", True, (2, 5), frozenset({"x", "y"}), frozenset({"z"}), Grade.B),
        "pc-2": PastMachine("xa-b", True, None, frozenset(), frozenset({"x"}), Grade.A),
        "pc-3": PastMachine("xa-b", seen=False),
    }
    target = PastTarget("t", Tally(proven, 1, 2), Decision.UNDECIDED, {"xa-a": Tally(1, 0, 2), "xa-b": Tally(2, 1, 0)})
    values: dict[str, Any] = {
        "basis": Basis.STATED,
        "targets": (target,),
        "inventory_digest": "i" * 64,
        "catalog_digest": "c" * 64,
        "head": "h" * 64,
        "machines": machines,
        "checks": frozenset("xyzw"),
        "systems": {"web": PastSystem("xa-a", 2, 3, None, "drafting"), "<b>": PastSystem("", None, None)},
        "silent": frozenset({"xa-c"}),
    }
    return PastState(moment, plan="plan", **(values | more))


def known(store: Store, plan: str = "plan") -> list[PastState]:
    found, refused = store.states.of_plan(plan)
    assert not refused
    return [store.states.with_machines(one) for one in found]


def test_what_is_written_down_is_read_again(store: Store, path: Path) -> None:
    first = state()
    store.states.record(first)
    store.states.record(replace(first, plan="other", silent=None, machines={}, systems={}))
    assert known(store) == [first]
    assert not store.states.of_plan("plan")[0][0].machines, "figures alone are read without the machines"
    assert known(store, "other")[0].silent is None
    store.close()
    with Store.peek(path) as look:
        assert known(look) == [first]
        assert not look.states.try_record(state(NOON + timedelta(days=1))), "whoever only looks writes nothing"
        assert known(look) == [first]


def test_equal_states_have_equal_digests_whatever_their_order() -> None:
    other = replace(state(), machines=dict(reversed(state().machines.items())))
    assert state_digest(other) == state_digest(state()) != state_digest(state(proven=4))


def test_the_newest_of_a_day_in_vietnam_takes_the_place_of_the_others(store: Store) -> None:
    late, next_day = datetime(2026, 12, 10, 16, 59, tzinfo=UTC), datetime(2026, 12, 10, 17, tzinfo=UTC)
    for moment in (NOON, late, next_day):
        store.states.record(state(moment))
    assert [one.moment for one in known(store)] == [late, next_day]
    store.states.record(state(NOON, basis=Basis.RECOUNTED))
    store.states.record(state(NOON, basis=Basis.CLOSED, period="2026"))
    assert [one.basis for one in known(store)] == [Basis.RECOUNTED, Basis.CLOSED, Basis.STATED, Basis.STATED]


def test_two_periods_that_were_closed_on_one_day_are_two_states(store: Store) -> None:
    first = state(basis=Basis.CLOSED, period="a")
    second = state(NOON + timedelta(hours=1), basis=Basis.CLOSED, period="b", machines={"pc-9": PastMachine("xa-a", seen=False)})
    for one in (first, second):
        store.states.record(one)
    assert known(store) == [first, second]


def test_old_days_leave_the_last_of_their_month_and_closed_periods_stay(store: Store) -> None:
    store.states.record(state(NOON - timedelta(days=1200), basis=Basis.CLOSED, period="2023"))
    days = [NOON - timedelta(days=number) for number in range(800, -1, -10)]
    for day in days:
        store.states.record(state(day, proven=1, machines={}))
    left = [one.moment for one in known(store) if one.basis is Basis.STATED]
    young = [day for day in days if (NOON - day).days <= 40]
    assert left[-len(young) :] == young
    old = left[: -len(young)]
    assert len({(day.year, day.month) for day in old}) == len(old) and min(old).strftime("%Y-%m") == "2024-12"
    for day in old:
        assert not any(day < other and (other.year, other.month) == (day.year, day.month) for other in days)
    assert [one.period for one in known(store) if one.basis is Basis.CLOSED] == ["2023"]


def test_a_state_that_was_given_to_another_plan_is_refused_there(store: Store, path: Path, tamper: Any) -> None:
    store.states.record(state())
    store.close()
    tamper("UPDATE states SET plan = 'other'")
    with Store.open(path) as opened:
        assert opened.states.of_plan("plan") == ([], [])
        assert opened.states.of_plan("other") == ([], [NOON.date()])


def test_a_day_is_kept_for_forty_days_and_no_longer(store: Store) -> None:
    first, last = datetime(2026, 11, 1, 5, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC)
    for moment in (first, last, first + timedelta(days=40)):
        store.states.record(state(moment, machines={}))
    assert len(known(store)) == 3
    store.states.record(state(first + timedelta(days=41), machines={}))
    assert known(store)[0].moment == last, "the last of November is another one"


def test_what_came_in_between_two_states_is_neither_older_nor_newer(store: Store, make: Any) -> None:
    """A state may speak of a moment that is over: what came in until it was written down, but happened later, is not its own."""
    run = make.begin(store)
    [old] = store.keep(run.number, [make.outcome()])
    before = state(make.noon + timedelta(minutes=30), head=old.chain)
    store.keep(run.number, [make.outcome("pc-2", hours=-1), make.outcome("pc-3", hours=1), make.outcome("pc-4", hours=9)])
    after = state(make.noon + timedelta(hours=2), head=store.head())
    assert [one.outcome.endpoint for one in store.states.gathered(before, after)] == ["pc-2", "pc-3"]
    again = [replace(one, basis=Basis.RECOUNTED) for one in (before, after)]
    assert [one.outcome.endpoint for one in store.states.gathered(*again)] == ["pc-3"], "counted again, only the moments decide"


def test_neither_evidence_nor_chain_is_touched(store: Store, path: Path, make: Any) -> None:
    run = make.begin(store)
    store.keep(run.number, [make.outcome()])

    def everything() -> list[str]:
        with sqlite3.connect(path) as connection:
            return [line for line in connection.iterdump() if '"states"' not in line and " states" not in line]

    before, head = everything(), store.head()
    store.states.record(state())
    assert (everything(), store.head()) == (before, head)
    assert store.verify().intact


@pytest.mark.parametrize(
    "statement",
    ["UPDATE states SET head = 'x'", "UPDATE states SET figures = machines", "DELETE FROM states WHERE basis = 'closed'"],
)
def test_the_database_itself_refuses_to_change_a_state(store: Store, path: Path, statement: str) -> None:
    store.states.record(state(basis=Basis.CLOSED, period="2026"))
    store.close()
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        "moment = '2026-12-10T06:00:00.000000+00:00'",
        "day = '2026-12-09'",
        "basis = 'closed'",
        "inventory_digest = 'x'",
        "catalog_digest = 'x'",
        "period = '2026'",
        "head = ''",
        "figures = machines",
        "machines = figures",
        "figures = x'00'",
        "machines = x'00'",
        "digest = ''",
    ],
)
def test_a_row_that_was_changed_is_refused_and_named(store: Store, path: Path, tamper: Any, change: str) -> None:
    store.states.record(state(NOON - timedelta(days=9)))
    store.states.record(state())
    store.close()
    tamper(f"UPDATE states SET {change} WHERE number = 2")
    with Store.open(path) as opened:
        found, refused = opened.states.of_plan("plan")
        if change.startswith("machines"):
            with pytest.raises(StoreError, match="is not what was written down"):
                opened.states.with_machines(found[-1])
        else:
            assert len(found) == 1 and len(refused) == 1
        flaws = opened.verify().problems
        assert [(flaw.kind, flaw.number) for flaw in flaws] == [(FlawKind.STATE, 2)]
        assert not opened.verify().intact


def test_whoever_only_reads_gives_way_to_a_writer_and_gives_the_lock_back(store: Store, path: Path) -> None:
    with Store.open(path) as other:
        assert other.states.try_record(state())
        store.claim()
        assert not other.states.try_record(state(NOON + timedelta(days=1)))
        assert store.states.try_record(state(NOON + timedelta(days=2)))
        assert not other.states.try_record(state(NOON + timedelta(days=3))), "a lock that was held before stays held"
        assert [one.moment for one in known(other)] == [NOON, NOON + timedelta(days=2)]


def test_a_store_from_before_gets_its_table_and_a_look_says_so(store: Store, path: Path, tamper: Any) -> None:
    store.close()
    tamper(*BACK_TO_0007)
    with pytest.raises(StoreError, match="another schema"):
        Store.peek(path)
    with Store.open(path) as opened:
        assert known(opened) == []
        opened.states.record(state())
        assert known(opened) == [state()]


def test_a_head_of_a_day_changes_when_later_evidence_speaks_of_it(store: Store, make: Any) -> None:
    assert store.states.since() is None and store.states.head_at(NOON) == ""
    run = make.begin(store)
    [first] = store.keep(run.number, [make.outcome()])
    store.keep(run.number, [make.outcome("pc-2", hours=30)])
    moment = make.noon + timedelta(hours=1)
    assert store.states.since() == make.noon and store.states.head_at(moment) == first.chain
    [late] = store.keep(run.number, [make.outcome("pc-3", hours=-2)])
    assert store.states.head_at(moment) == late.chain
