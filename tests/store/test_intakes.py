"""Files that evidence came in, and machines nobody declared."""

import sqlite3
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import StoreError
from secaudit.model.identity import Identity
from secaudit.model.intake import IntakeFile, Newcomer
from secaudit.store import Store
from tests.store.conftest import BACK_TO_0004


def file_of(body: bytes) -> IntakeFile:
    return IntakeFile("máy.csv", "ksc", sha256(body).hexdigest(), body, exporter="Nguyễn A")


def newcomer(make: Any, **changes: Any) -> Newcomer:
    known = {"agency": "so-a", "name": "PC-9", "identity": Identity(serial="S9"), "os": "windows", "source": "ksc"}
    return Newcomer(**{"id": "so-a-pc-9", **known, "first_seen": make.noon, "last_seen": make.noon, **changes})


def test_a_file_is_kept_to_the_byte_and_found_again(store: Store, make: Any) -> None:
    run = make.begin(store).number
    body = bytes(range(256)) * 100
    store.keep_file(run, file_of(body), make.noon)
    found = store.intake_files()
    assert [(one.name, one.source, one.size, one.exporter, one.run) for one in found] == [
        ("máy.csv", "ksc", 25_600, "Nguyễn A", run)
    ]
    assert store.intake_body(found[0].number) == body
    assert store.intake_body(99) is None


def test_a_file_whose_bytes_were_changed_is_not_given_out(store: Store, make: Any, path: Path) -> None:
    run = make.begin(store).number
    store.keep_file(run, file_of(b"one"), make.noon)
    store.keep_file(run, file_of(b"two"), make.noon)
    store.close()
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE intakes SET name = 'x'")
    connection.execute("DROP TRIGGER intakes_no_update")
    connection.execute("UPDATE intakes SET body = (SELECT body FROM intakes WHERE number = 2) WHERE number = 1")
    connection.commit()
    connection.close()
    with Store.open(path) as again, pytest.raises(StoreError):
        again.intake_body(1)


def test_a_newcomer_seen_again_is_one_and_learns(store: Store, make: Any) -> None:
    store.keep_newcomers([newcomer(make)])
    later = make.noon + timedelta(days=3)
    store.keep_newcomers([newcomer(make, identity=Identity(uuid="u-1"), first_seen=later, last_seen=later, os="")])
    (found,) = store.newcomers()
    assert found.identity == Identity("u-1", "S9")
    assert (found.os, found.first_seen, found.last_seen) == ("windows", make.noon, later)
    assert store.newcomers(make.noon - timedelta(seconds=1)) == []


def test_a_store_from_before_files_is_brought_up_to_date(store: Store, make: Any, path: Path, tamper: Any) -> None:
    run = make.begin(store)
    store.keep(run.number, [make.outcome()])
    store.end_run(run.number, "finished", make.noon)
    head = store.head()
    store.close()
    tamper(*BACK_TO_0004)
    with Store.open(path) as again:
        again.keep_newcomers([newcomer(make)])
        assert (again.head(), again.verify().intact, len(again.newcomers())) == (head, True, 1)
