"""Collectors and the receipts of their answers: kept with their outcomes or not at all."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import StoreError
from secaudit.model.courier import Courier, Receipt
from secaudit.model.outcome import Way
from secaudit.store import FlawKind, Store

MADE = datetime(2026, 12, 1, tzinfo=UTC)


def courier(number: str = "0" * 16, **changes: Any) -> Courier:
    known = {"agency": "so-a", "period": "2026-12", "via": "gpo", "made_at": MADE, "who": "An", "key": "k" * 64}
    return Courier(**{"id": number, **known, "token": b"\x30\x00sealed", "digest": "d" * 64, **changes})


def receipt(mac: str, **changes: Any) -> Receipt:
    known = {"courier": "0" * 16, "nonce": mac, "machine": "m", "at": MADE, "endpoint": "pc"}
    return Receipt(**{"mac": mac, **known, **changes})


def test_collectors_are_found_by_number_agency_and_period(store: Store) -> None:
    first, second = courier(), courier("1" * 16, period="2027-01", made_at=MADE + timedelta(days=30))
    store.couriers.save(second)
    store.couriers.save(first)
    assert store.couriers.all() == [first, second]
    assert store.couriers.find("1" * 16) == second
    assert store.couriers.find("2" * 16) is None
    assert store.couriers.of("so-a", "2026-12") == [first]
    assert store.couriers.of("so-b", "2026-12") == []


def test_a_number_is_given_once(store: Store) -> None:
    store.couriers.save(courier())
    with pytest.raises(StoreError, match="already has a collector"):
        store.couriers.save(courier(agency="so-b"))
    assert [one.agency for one in store.couriers.all()] == ["so-a"]


def test_receipts_stand_with_their_outcomes(store: Store, make: Any) -> None:
    store.couriers.save(courier())
    run = make.begin(store).number
    kept = store.keep(run, [make.outcome(), make.outcome()], receipts=[receipt("a"), receipt("b")])
    assert [one.mac for one in store.couriers.receipts()] == ["a", "b"]
    assert store.couriers.receipts(["0" * 16]) == store.couriers.receipts()
    assert store.couriers.receipts(["1" * 16]) == []
    assert store.couriers.receipts([]) == []
    assert len(kept) == 2


@pytest.mark.parametrize(
    "second",
    [receipt("a", nonce="z"), receipt("z", nonce="a"), receipt("z", courier="9" * 16)],
    ids=["same code", "same nonce", "unknown collector"],
)
def test_an_answer_taken_in_before_leaves_no_second_outcome(store: Store, make: Any, second: Receipt) -> None:
    store.couriers.save(courier())
    run = make.begin(store).number
    store.keep(run, [make.outcome()], receipts=[receipt("a")])
    head = store.head()
    with pytest.raises(StoreError, match="taken in before"):
        store.keep(run, [make.outcome()], receipts=[second])
    assert (store.head(), len(store.couriers.receipts()), len(store.outcomes(run))) == (head, 1, 1)


def test_a_receipt_for_some_outcomes_only_is_a_defect(store: Store, make: Any) -> None:
    store.couriers.save(courier())
    run = make.begin(store).number
    with pytest.raises(ValueError, match="zip"):
        store.keep(run, [make.outcome(), make.outcome()], receipts=[receipt("a")])
    assert store.outcomes(run) == []


def test_collectors_and_receipts_are_never_changed(store: Store, make: Any, path: Path) -> None:
    store.couriers.save(courier())
    run = make.begin(store).number
    store.keep(run, [make.outcome()], receipts=[receipt("a")])
    store.close()
    connection = sqlite3.connect(path)
    for statement in (
        "UPDATE couriers SET agency = 'x'",
        "DELETE FROM couriers",
        "UPDATE courier_answers SET endpoint = 'x'",
        "DELETE FROM courier_answers",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def test_a_damaged_row_is_an_error_of_the_store(store: Store, path: Path) -> None:
    store.couriers.save(courier())
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER couriers_no_update")
    connection.execute("UPDATE couriers SET made_at = 'yesterday'")
    connection.commit()
    connection.close()
    with Store.open(path) as again, pytest.raises(StoreError):
        again.couriers.all()


def test_a_receipt_that_was_taken_away_is_found(store: Store, make: Any, path: Path) -> None:
    store.couriers.save(courier())
    run = make.begin(store).number
    outcomes = [make.outcome("pc", way=Way.COURIER, detail=f"answer {mac} of collector") for mac in "ab"]
    store.keep(run, outcomes, receipts=[receipt("a"), receipt("b")])
    store.end_run(run, "finished", make.noon)
    assert store.verify().intact
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER courier_answers_no_delete")
    connection.execute("DROP TRIGGER courier_answers_no_update")
    connection.execute("DELETE FROM courier_answers WHERE mac = 'a'")
    connection.execute("UPDATE courier_answers SET endpoint = 'another'")
    connection.commit()
    connection.close()
    with Store.open(path) as again:
        assert [(flaw.kind, flaw.number) for flaw in again.verify().problems] == [(FlawKind.ANSWER, 1), (FlawKind.ANSWER, 2)]
