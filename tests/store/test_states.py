"""States: the newest valid evidence of every endpoint as of a moment."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.errors import StoreError
from secaudit.model.outcome import Sight
from secaudit.store import Store, UndeclaredMachine


def test_evidence_goes_stale_and_the_last_attempt_is_told(store: Store, make: Any) -> None:
    run = make.begin(store)
    store.keep(
        run.number,
        [
            make.outcome("pc-1", hours=0),
            make.outcome("pc-1", hours=30, sight=Sight.TIMEOUT),
            make.outcome("pc-2", hours=1, sight=Sight.NO_WAY_IN),
        ],
    )
    at = make.noon + timedelta(hours=31)
    fresh = store.latest(at, 2)["pc-1"]
    assert fresh.evidence is not None
    assert (fresh.evidence.number, fresh.stale) == (1, False)
    assert (fresh.last_attempt, fresh.last_attempt_at) == (Sight.TIMEOUT, make.noon + timedelta(hours=30))
    stale = store.latest(at, 1)["pc-1"]
    assert (stale.evidence, stale.stale, stale.last_attempt) == (None, True, Sight.TIMEOUT)
    never = store.latest(at, 1)["pc-2"]
    assert (never.evidence, never.stale, never.last_attempt) == (None, False, Sight.NO_WAY_IN)
    assert set(store.latest(make.noon, 1)) == {"pc-1"}
    assert store.latest(make.noon - timedelta(seconds=1), 1) == {}


def test_the_limit_of_freshness_is_inside(store: Store, make: Any) -> None:
    store.keep(make.begin(store).number, [make.outcome()])
    assert store.latest(make.noon + timedelta(days=7), 7)["pc-1"].evidence is not None
    assert store.latest(make.noon + timedelta(days=7, microseconds=1), 7)["pc-1"].evidence is None


def test_evidence_that_came_in_late_does_not_hide_newer(store: Store, make: Any) -> None:
    """A courier's envelope opened today may hold an answer of last week."""
    run = make.begin(store)
    store.keep(run.number, [make.outcome("pc-1", hours=5), make.outcome("pc-1", hours=1)])
    state = store.latest(make.noon + timedelta(hours=6), 30)["pc-1"]
    assert state.evidence is not None
    assert state.evidence.number == 1
    assert [one.number for one in store.history("pc-1")] == [1, 2]
    assert [one.number for one in store.history("pc-1", limit=1)] == [1]


def test_facts_only_on_request(store: Store, make: Any) -> None:
    store.keep(make.begin(store).number, [make.outcome("pc-1"), make.outcome("pc-2", facts=None)])
    plain = store.latest(make.noon, 1)
    assert all(state.evidence is not None and state.evidence.outcome.facts is None for state in plain.values())
    filled = store.latest(make.noon, 1, with_facts=True)
    assert filled["pc-1"].evidence.outcome.facts == make.facts("pc-1")
    assert filled["pc-2"].evidence.outcome.facts is None
    assert filled["pc-1"].evidence.outcome.capture is None


ATTEMPT = st.tuples(
    st.sampled_from(["a", "b", "c"]),
    st.integers(0, 20),
    st.sampled_from([Sight.SEEN, Sight.SEEN, Sight.TIMEOUT, Sight.TRUNCATED]),
)
FOLDERS = count()


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(attempts=st.lists(ATTEMPT, max_size=12), as_of=st.integers(-1, 21), fresh=st.integers(0, 12))
def test_against_a_naive_reading(
    tmp_path: Path, make: Any, attempts: list[tuple[str, int, Sight]], as_of: int, fresh: int
) -> None:
    with Store.open(tmp_path / str(next(FOLDERS)) / "s.db") as store:
        store.keep(make.begin(store).number, [make.outcome(name, hours=hours, sight=sight) for name, hours, sight in attempts])
        found = store.latest(make.noon + timedelta(hours=as_of), fresh / 24)
    known = [(hours, number, name, sight) for number, (name, hours, sight) in enumerate(attempts, 1) if hours <= as_of]
    assert set(found) == {name for _, _, name, _ in known}
    for name, state in found.items():
        mine = sorted(entry for entry in known if entry[2] == name)
        seen = [entry for entry in mine if entry[3] is Sight.SEEN]
        newest = seen[-1] if seen and seen[-1][0] >= as_of - fresh else None
        assert (state.evidence.number if state.evidence else None) == (newest[1] if newest else None)
        assert state.stale is bool(seen and newest is None)
        assert (state.last_attempt, state.last_attempt_at) == (mine[-1][3], make.noon + timedelta(hours=mine[-1][0]))


def machine(address: str, agency: str = "so-khcn", *ports: int) -> UndeclaredMachine:
    return UndeclaredMachine(address, agency, ports or (22,))


def test_undeclared_machines_of_the_newest_sweep(store: Store, make: Any) -> None:
    day = timedelta(days=1)
    store.save_discovery(
        make.noon, ["so-khcn", "so-yt"], [machine("127.0.0.9", "so-khcn", 443, 22), machine("127.0.1.9", "so-yt")]
    )
    run = make.begin(store)
    store.save_discovery(make.noon + day, ["so-khcn"], [machine("127.0.0.9"), machine("127.0.0.8")], run=run.number)
    first = store.undeclared(make.noon)
    assert [(one.agency, one.address, one.ports) for one in first] == [
        ("so-khcn", "127.0.0.9", (22, 443)),
        ("so-yt", "127.0.1.9", (22,)),
    ]
    second = store.undeclared(make.noon + day)
    assert [(one.address, one.first_seen) for one in second] == [
        ("127.0.0.8", make.noon + day),
        ("127.0.0.9", make.noon),
        ("127.0.1.9", make.noon),
    ]
    store.save_discovery(make.noon + 2 * day, ["so-khcn"], [])
    assert [one.address for one in store.undeclared(make.noon + 2 * day)] == ["127.0.1.9"]
    assert store.undeclared(make.noon - day) == ()
    assert store.verify().problems == ()


def test_a_hostile_address_is_kept_once_and_harmless(store: Store, make: Any) -> None:
    store.save_discovery(make.noon, [], [machine("127.0.0.1\x1b"), machine("127.0.0.1\x1b"), machine("127.0.0.1\x00")])
    assert [one.address for one in store.undeclared(make.noon)] == ["127.0.0.1\ufffd"]


def test_damaged_discoveries_are_said(store: Store, make: Any, tamper: Any, path: Path) -> None:
    store.save_discovery(make.noon, [], [machine("127.0.0.1")])
    store.close()
    tamper("UPDATE discoveries SET ports = '{'")
    with Store.open(path) as again, pytest.raises(StoreError, match="damaged"):
        again.undeclared(make.noon)
