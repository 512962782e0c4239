"""What the database itself refuses, whichever program asks."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secaudit.store import Store, schema

COLUMNS = ", ".join(column.name for column in schema.outcomes.columns if column.name != "number")


@pytest.fixture
def connection(path: Path, make: Any) -> Any:
    with Store.open(path) as store:
        run = make.begin(store)
        [kept] = store.keep(run.number, [make.outcome()])
        store.keep(run.number, [make.outcome("pc-2", hours=-1)])
        store.save_facts(kept.number, make.facts("ubuntu"))
        store.end_run(run.number, "finished", make.noon)
        store.prune_captures(make.noon + timedelta(minutes=-1))
    opened = sqlite3.connect(path, isolation_level=None)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE outcomes SET {column.name} = {column.name}" for column in schema.outcomes.columns),
        "DELETE FROM outcomes",
        "DELETE FROM outcomes WHERE number = 2",
        f"INSERT OR REPLACE INTO outcomes (number, {COLUMNS}) SELECT number, {COLUMNS} FROM outcomes WHERE number = 1",
        f"INSERT INTO outcomes (number, {COLUMNS}) SELECT 9, {COLUMNS} FROM outcomes WHERE number = 1",
        "DELETE FROM captures",
        "UPDATE captures SET body = x'00'",
        "UPDATE captures SET framing = x'00'",
        "DELETE FROM prunings",
        "UPDATE prunings SET at = 'never'",
        "INSERT OR REPLACE INTO prunings VALUES (2, 'never')",
        "INSERT INTO captures VALUES (2, x'00', x'00')",
        "UPDATE captures SET outcome = 7 WHERE outcome = 1",
        "INSERT OR REPLACE INTO captures VALUES (1, x'00', x'00')",
        "DELETE FROM facts WHERE original = 1",
        "UPDATE facts SET body = x'00' WHERE original = 1",
        "UPDATE facts SET outcome = 2 WHERE original = 0",
        "UPDATE OR REPLACE facts SET original = 1 WHERE original = 0",
        "INSERT OR REPLACE INTO facts VALUES (1, 1, 'k', x'00', 'd')",
        "DELETE FROM runs",
        "UPDATE runs SET status = 'running'",
        "UPDATE runs SET who = 'somebody else'",
        "INSERT OR REPLACE INTO runs SELECT * FROM runs",
    ],
)
def test_refused(connection: sqlite3.Connection, statement: str) -> None:
    before = list(connection.iterdump())
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|pruned|gaps|ended"):
        connection.execute(statement)
    assert list(connection.iterdump()) == before


def test_pruning_and_parsing_again_are_allowed(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO prunings VALUES (1, 'now')")
    connection.execute("DELETE FROM captures WHERE outcome = 1")
    connection.execute("UPDATE facts SET body = x'00' WHERE original = 0")
    connection.execute("DELETE FROM facts WHERE original = 0")
