"""What people said of found machines, and the host keys by which machines are known."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secaudit.model.discovery import Device, SetAside
from secaudit.model.identity import Identity
from secaudit.model.intake import FOUND, Newcomer
from secaudit.model.outcome import Sight
from secaudit.store import Store


def word(make: Any, device: Device = Device.PRINTER, *, days: int = 0, agency: str = "xa-a", reason: str = "máy in") -> SetAside:
    return SetAside(agency, "127.0.9.1", device, reason, "an", make.noon + timedelta(days=days), {"ports": "9100", "mac": ""})


def test_the_newest_word_counts_and_the_older_ones_stay(store: Store, make: Any, path: Path) -> None:
    store.set_aside([word(make), word(make, agency="xa-b")])
    store.set_aside([word(make, Device.COMPUTER, days=1, reason="nhầm\nrồi\x1b")])
    early, late = store.set_asides(make.noon), store.set_asides(make.noon + timedelta(days=1))
    assert early["xa-a", "127.0.9.1"] == word(make)
    assert (late["xa-a", "127.0.9.1"].device, late["xa-b", "127.0.9.1"].device) == (Device.COMPUTER, Device.PRINTER)
    assert late["xa-a", "127.0.9.1"].reason == "nhầm rồi\ufffd"
    assert store.set_asides(make.noon - timedelta(days=1)) == {}
    store.close()
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM set_asides")
    connection.close()


def test_the_key_shown_newest_and_confirmed_counts_until_the_machine_was_replaced(store: Store, make: Any) -> None:
    run = make.begin(store).number
    store.keep(run, [
        make.outcome("a", hours=1, host_key="SHA256:old"),
        make.outcome("a", hours=2, sight=Sight.AUTH, host_key="SHA256:new"),
        make.outcome("a", hours=3, sight=Sight.HOST_KEY, host_key="SHA256:strange"),
        make.outcome("a", hours=4, sight=Sight.IDENTITY, host_key="SHA256:other"),
        make.outcome("b", hours=1, host_key="SHA256:b"),
    ])  # fmt: skip
    store.end_run(run, "finished", make.noon + timedelta(hours=5))
    assert store.confirmed_keys() == {"a": "SHA256:new", "b": "SHA256:b"}
    assert store.confirmed_keys(make.noon + timedelta(hours=1)) == {"a": "SHA256:old", "b": "SHA256:b"}
    store.accept(["a"], who="an", at=make.noon + timedelta(hours=3))
    assert store.confirmed_keys() == {"b": "SHA256:b"}


def test_a_proposal_keeps_who_made_it_first_and_evidence_takes_it_over(store: Store, make: Any) -> None:
    def found(**more: Any) -> Newcomer:
        known = {"source": FOUND, "address": "127.0.9.1", "host_key": "K", "adopted_by": "an", "adopted_at": make.noon}
        return Newcomer("xa-a-1", "xa-a", "", Identity(), "", first_seen=make.noon, last_seen=make.noon, **{**known, **more})

    store.keep_newcomers([found()])
    assert store.newcomers() == [found()]
    store.keep_newcomers([found(adopted_by="bình", adopted_at=make.noon + timedelta(days=1))])
    assert store.newcomers() == [found()]
    store.keep_newcomers([found(source="ksc", address="", host_key="", adopted_by="", adopted_at=None)])
    assert store.newcomers() == [found(source="ksc")]
