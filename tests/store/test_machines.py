"""Identities, doubts and acceptances beside the chain: filled with every outcome, from old stores too, and looked after."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secaudit.model.doubt import NOT_HELD, DoubtKind, changed_key, other_machine, revoked_key
from secaudit.model.fact import Known
from secaudit.model.identity import Identity
from secaudit.model.outcome import Sight, Way
from secaudit.store import FlawKind, Store
from tests.store.conftest import BACK_TO_0001

ONE = Identity("1ab00000-0000-4000-8000-000000000001", "SERIAL-1", "m1")


def facts(identity: Identity) -> dict[str, Known]:
    said = {"machine.uuid": identity.uuid, "machine.serial": identity.serial, "machine.id": identity.machine_id}
    return {name: Known(value, "dmi") for name, value in said.items() if value}


def refused(make: Any, detail: str, *, hours: float, endpoint: str = "pc-1", sight: Sight = Sight.HOST_KEY) -> Any:
    return make.outcome(endpoint, hours=hours, sight=sight, detail=detail)


CHANGED = changed_key("ssh-ed25519 SHA256:a", "ssh-ed25519 SHA256:b")


@pytest.mark.parametrize(
    ("sight", "detail", "doubt"),
    [
        (Sight.HOST_KEY, CHANGED, (DoubtKind.KEY_CHANGED, "ssh-ed25519 SHA256:a", "ssh-ed25519 SHA256:b")),
        (Sight.HOST_KEY, changed_key("x " * 400, "y")[:500], (DoubtKind.KEY_CHANGED, None, "")),
        (Sight.HOST_KEY, revoked_key("ssh-rsa SHA256:c"), (DoubtKind.KEY_REVOKED, "", "ssh-rsa SHA256:c")),
        (Sight.HOST_KEY, NOT_HELD, (DoubtKind.KEY_NOT_HELD, "", "")),
        (
            Sight.IDENTITY,
            other_machine("declared", "S/N A", "S/N B; answered C"),
            (DoubtKind.OTHER_MACHINE, "declared S/N A", "S/N B; answered C"),
        ),
        (Sight.HOST_KEY, "unknown: ssh-ed25519 SHA256:b is not enrolled", None),
        (Sight.TIMEOUT, CHANGED, None),
    ],
)
def test_what_raises_a_doubt(store: Store, make: Any, sight: Sight, detail: str, doubt: Any) -> None:
    store.keep(make.begin(store).number, [make.outcome(), refused(make, detail, hours=1, sight=sight)])
    state = store.latest(make.noon + timedelta(hours=2), 30)["pc-1"]
    if doubt is None:
        assert state.doubt is None and state.evidence is not None
        return
    assert state.evidence is None and state.doubt is not None
    kind, was, now = doubt
    assert (state.doubt.kind, state.doubt.now, state.doubt.outcome) == (kind, now, 2)
    assert was is None or state.doubt.was == was
    assert state.doubt.since == make.noon + timedelta(hours=1)
    before = store.latest(make.noon, 30)["pc-1"]
    assert before.evidence is not None and before.doubt is None, "as of the day before nothing was in doubt"


def test_only_a_sight_of_the_machine_itself_ends_a_quarantine(store: Store, make: Any) -> None:
    run = make.begin(store)
    store.keep(run.number, [make.outcome(), refused(make, CHANGED, hours=1), refused(make, CHANGED, hours=2)])
    at = make.noon + timedelta(hours=9)
    assert store.latest(at, 30)["pc-1"].doubt.since == make.noon + timedelta(hours=1)
    for hours, more in (
        (3, {"sight": Sight.TIMEOUT}),
        (4, {"way": Way.CONSOLE}),
        (5, {"way": Way.COURIER}),
        (0.5, {}),  # kept late, seen before
        (6, {"endpoint": "pc-2"}),
        (6, {"sight": Sight.TRUNCATED}),
    ):
        store.keep(run.number, [make.outcome(**{"endpoint": "pc-1", "hours": hours, **more})])
        assert store.latest(at, 30)["pc-1"].evidence is None, more
    store.keep(run.number, [make.outcome(hours=7, way=Way.LOCAL)])
    state = store.latest(at, 30)["pc-1"]
    assert state.doubt is None and state.evidence is not None


def test_identities_stand_beside_the_outcomes_and_follow_facts_parsed_again(store: Store, make: Any) -> None:
    run = make.begin(store)
    store.keep(
        run.number, [make.outcome(facts=facts(ONE)), make.outcome("pc-2"), make.outcome("pc-3", facts=facts(ONE), lab=True)]
    )
    assert store.identities(run.number) == {"pc-1": ONE}
    states = store.latest(make.noon, 1)
    assert states["pc-1"].identity == ONE
    assert not states["pc-2"].identity and not states["pc-3"].identity, "a lab answer is nobody's"
    store.save_facts(1, facts(Identity(serial="SERIAL-2")))
    assert store.latest(make.noon, 1)["pc-1"].identity == Identity(serial="SERIAL-2")
    store.save_facts(1, {})
    assert not store.latest(make.noon, 1)["pc-1"].identity
    assert store.verify().intact, store.verify().problems


def test_what_was_accepted_ends_the_old_machines_evidence(store: Store, make: Any) -> None:
    run = make.begin(store)
    store.keep(run.number, [make.outcome(facts=facts(ONE))])
    store.accept(["pc-1", "pc-9"], who="officer\nx", at=make.noon + timedelta(hours=1))
    at = make.noon + timedelta(hours=2)
    state = store.latest(at, 30)["pc-1"]
    assert state.evidence is None and state.stale and not state.identity
    assert store.latest(make.noon, 30)["pc-1"].evidence is not None, "as of then it was this machine"
    store.keep(run.number, [make.outcome(hours=1.5, facts=facts(Identity(serial="S2")))])
    state = store.latest(at, 30)["pc-1"]
    assert state.evidence is not None and state.identity.serial == "S2"
    assert [(who, name) for _, who, name in store.acceptances()] == [("officer x", "pc-1"), ("officer x", "pc-9")]


def old_store(path: Path, make: Any) -> None:
    """A store as the first release left it: none of these tables."""
    with Store.open(path) as store:
        run = make.begin(store)
        store.keep(
            run.number, [make.outcome(facts=facts(ONE)), make.outcome("pc-2"), refused(make, CHANGED, hours=1, endpoint="pc-2")]
        )
        store.save_facts(1, facts(Identity(serial="SERIAL-2")))
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in BACK_TO_0001:
        connection.execute(statement)
    connection.close()


def test_an_older_store_learns_identities_and_doubts_when_it_is_opened(path: Path, make: Any) -> None:
    old_store(path, make)
    with Store.open(path) as store:
        store.claim()
        states = store.latest(make.noon + timedelta(hours=2), 30)
        assert states["pc-1"].identity == Identity(serial="SERIAL-2"), "of the newest facts"
        assert states["pc-2"].doubt is not None and states["pc-2"].doubt.kind is DoubtKind.KEY_CHANGED
        assert store.verify().intact, store.verify().problems


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM doubts",
        "UPDATE doubts SET kind = 'key_revoked'",
        "INSERT INTO doubts VALUES (1, 'key_changed')",
        "DELETE FROM identities",
        "UPDATE identities SET serial = 'OTHER'",
        "INSERT INTO identities VALUES (2, '', 'S', '')",
    ],
)
def test_whoever_hides_a_quarantine_is_found(path: Path, make: Any, tamper: Any, statement: str) -> None:
    with Store.open(path) as store:
        store.keep(
            make.begin(store).number, [make.outcome(facts=facts(ONE)), make.outcome("pc-2"), refused(make, CHANGED, hours=1)]
        )
    tamper(statement)
    with Store.open(path) as store:
        problems = store.verify().problems
    assert {flaw.kind for flaw in problems} - {FlawKind.OPEN} == {FlawKind.MACHINE}


@pytest.mark.parametrize("statement", ["DELETE FROM acceptances", "UPDATE acceptances SET who = 'nobody'"])
def test_what_was_accepted_is_not_taken_back(path: Path, make: Any, statement: str) -> None:
    with Store.open(path) as store:
        store.accept(["pc-1"], who="officer", at=make.noon)
    connection = sqlite3.connect(path, isolation_level=None)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()
