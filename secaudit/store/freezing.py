"""A part of a store as a store of its own: what was gathered up to a moment, as one file that nothing changes any more.

What is copied are rows as they are, so that digests and chain hold in the copy as well. Captures and facts are copied for the
outcomes that count (:func:`add_evidence`): the copy must print everything again when captures have long been pruned here.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, func, select

from secaudit.messages import clean, msg
from secaudit.store import schema
from secaudit.store.database import Database, open_database
from secaudit.store.failures import damaged, translated

_CHUNK = 500
_BESIDE = (".lock", ".writer", "-wal", "-shm")
"""What a store leaves beside its file; a file that is only read needs none of them."""
# What is told apart by the run it came in, and what by its own moment. Left out: findings (made again), files as they came in,
# collectors and credentials (nothing is printed from them).
_BY_MOMENT = (
    (schema.acceptances, "at"),
    (schema.set_asides, "at"),
    (schema.submissions, "received_at"),
    (schema.sweeps, "at"),
    (schema.states, "moment"),
)
_BY_OUTCOME = ((schema.prunings, "outcome"), (schema.identities, "outcome"), (schema.doubts, "outcome"))


def frozen_point(connection: Connection, moment: str) -> tuple[int, str]:
    """Number and chain value of the newest outcome gathered up to ``moment``; 0 and nothing when there is none.

    What was taken in later does not count, whatever moment it speaks of: it is in the next period.
    """
    table, runs = schema.outcomes, schema.runs
    query = (
        select(func.max(table.c.number))
        .join(runs, runs.c.number == table.c.run)
        .where(runs.c.started_at <= moment, table.c.finished_at <= moment)
    )
    number = connection.scalar(query)
    if number is None:
        return 0, ""
    return int(number), str(connection.scalar(select(table.c.chain).where(table.c.number == number)))


def copy_store(source: Database, target: Path, *, moment: str, outcome: int) -> None:
    """Make ``target`` a store with all that ``source`` held at ``moment``, up to one outcome; no captures and no facts."""
    made = open_database(target, create=True)
    try:
        with made.maintain() as driver, translated(target), _from(driver, source.path):
            _copy_tables(driver, moment, outcome)
    finally:
        made.close()


def add_evidence(source: Database, target: Path, numbers: Iterable[int]) -> None:
    """Copy captures, as far as they are kept, and facts of the outcomes named."""
    wanted = sorted(set(numbers))
    made = open_database(target, create=False)
    try:
        with made.maintain() as driver, translated(target), _from(driver, source.path):
            for start in range(0, len(wanted), _CHUNK):
                chunk = ",".join(str(int(number)) for number in wanted[start : start + _CHUNK])
                for table in (schema.captures, schema.facts):
                    _copy(driver, table, f"outcome IN ({chunk})")
    finally:
        made.close()


def settle_copy(target: Path) -> None:
    """One file without log, lock or note beside it: whoever reads it needs to write nothing. Nobody may have it open."""
    with translated(target):
        with closing(sqlite3.connect(target, isolation_level=None)) as driver:
            driver.execute("PRAGMA synchronous = FULL")
            mode = driver.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode is None or str(mode[0]).lower() != "delete":
            raise damaged(target, msg("its log cannot be merged: {mode}", mode=clean(str(mode), limit=40)))
        for ending in _BESIDE:
            target.with_name(target.name + ending).unlink(missing_ok=True)


@contextmanager
def _from(driver: sqlite3.Connection, path: Path) -> Iterator[None]:
    """One transaction with the other store in sight as ``live``; undone when the block raises."""
    # A search may have been taken up again in a run that is not copied: its row points at nothing then.
    driver.execute("PRAGMA foreign_keys = OFF")
    driver.execute("ATTACH DATABASE ? AS live", (str(path),))
    try:
        driver.execute("BEGIN IMMEDIATE")
        yield
        driver.execute("COMMIT")
    finally:
        if driver.in_transaction:
            driver.execute("ROLLBACK")
        driver.execute("DETACH DATABASE live")


def _copy_tables(driver: sqlite3.Connection, moment: str, outcome: int) -> None:
    _copy(driver, schema.runs, "number <= coalesce((SELECT max(number) FROM live.runs WHERE started_at <= ?), 0)", moment)
    _copy(driver, schema.outcomes, "number <= ?", outcome)
    for table, column in _BY_OUTCOME:
        _copy(driver, table, f"{column} <= ?", outcome)
    for table, column in _BY_MOMENT:
        _copy(driver, table, f"{column} <= ?", moment)
    # Machines nobody declares learn: what they learnt later is not told apart, so they stand as they are known now.
    _copy(driver, schema.newcomers, "first_seen <= ?", moment)
    _copy(driver, schema.discoveries, "sweep IN (SELECT number FROM live.sweeps WHERE at <= ?)", moment)
    _copy(driver, schema.searches, "started_at <= ?", moment)
    for table in (schema.search_parts, schema.hosts_found):
        _copy(driver, table, "at <= ? AND search IN (SELECT number FROM main.searches)", moment)
    drawn = "run IN (SELECT number FROM main.runs)"
    _copy(driver, schema.rechecks, f"at <= ? AND {drawn}", moment)
    # A re-check whose machines answered in part later came to its end later: none of its results was there.
    known = "run IN (SELECT run FROM main.rechecks) AND run NOT IN (SELECT run FROM live.recheck_results WHERE after > ?)"
    _copy(driver, schema.recheck_results, known, outcome)


def _copy(driver: sqlite3.Connection, table: Table, where: str, *values: object) -> None:
    """Rows in the order of their keys: triggers watch that numbers have no gaps."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    order = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    statement = f"INSERT INTO main.{table.name} ({names}) SELECT {names} FROM live.{table.name} WHERE {where} ORDER BY {order}"  # noqa: S608 - names of ours
    driver.execute(statement, values)
