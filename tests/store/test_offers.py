"""Offers: what was offered to whom is kept with the outcomes, cannot be changed, and older stores get the table."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from secaudit.model.outcome import Offer, OfferResult, Sight, Way
from secaudit.store import Store
from tests.store.conftest import BACK_TO_0001

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
OFFER = Offer("pc-1", "[127.0.0.1]:2222", "audit", "publickey", "SHA256:abc", NOON, OfferResult.ACCEPTED)
PASSWORD = Offer("jump-a", "10.0.0.1", "nhảy", "password", None, NOON + timedelta(seconds=1), OfferResult.REFUSED)


@pytest.fixture
def run(store):
    return store.begin_run(started_at=NOON, who="w", way=Way.SSH, scope="all").number


def test_offers_come_back_as_they_were_kept(store, run, make):
    store.keep(run, [make.outcome("pc-1", sight=Sight.AUTH)], [PASSWORD, OFFER])
    store.keep_offers(run, [replace(OFFER, machine="pc-2", at=NOON + timedelta(minutes=1))])
    assert store.offers(run) == [OFFER, PASSWORD, replace(OFFER, machine="pc-2", at=NOON + timedelta(minutes=1))]
    assert store.offers(run + 1) == []
    assert store.verify().intact


def test_hostile_texts_are_made_harmless(store, run):
    store.keep_offers(run, [replace(OFFER, account="a\x1b[31m\u202e", machine="m" * 1000)])
    (kept,) = store.offers(run)
    assert "\x1b" not in kept.account and "\u202e" not in kept.account
    assert len(kept.machine) == 300


@pytest.mark.parametrize("change", ["UPDATE offers SET account = 'x'", "DELETE FROM offers"])
def test_offers_are_append_only(store, run, path, change):
    store.keep_offers(run, [OFFER])
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(change)
    connection.close()


def test_a_store_without_the_table_gets_it_and_keeps_what_it_has(store, run, path, make):
    store.keep(run, [make.outcome("pc-1")])
    head = store.head()
    store.close()
    connection = sqlite3.connect(path)
    connection.executescript(";".join(BACK_TO_0001))
    connection.commit()
    connection.close()
    with Store.open(path) as again:
        assert again.head() == head
        assert again.offers(run) == []
        again.keep_offers(run, [OFFER])
        assert again.offers(run) == [OFFER]
        assert again.verify().intact
