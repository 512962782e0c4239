"""One writer at a time, by a lock that the operating system drops when its holder dies.

The lock is an exclusive transaction on an empty database beside the store: SQLite locks files properly on every platform, and
readers of the store itself never meet it. The lock file is never removed: two processes could then hold different files of
one name. Beside it lies a note of who holds it; the note is only shown to people and never decides anything.
"""

import contextlib
import os
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from secaudit.errors import StoreError
from secaudit.messages import clean, msg
from secaudit.store.codec import dumps, loads
from secaudit.store.failures import primary_code, store_failure
from secaudit.store.place import FILE_MODE, make_file

_PATIENCE = 2.0
"""Seconds to wait for the lock: long enough for somebody who only looks whether it is taken, or makes a new store."""
_NOTE_BYTES = 2000


class WriterLock:
    """The right to write to one store."""

    def __init__(self, store: Path) -> None:
        """``store`` is the database file; lock and note lie beside it."""
        self._store = store
        self._path = store.with_name(store.name + ".lock")
        self._note = store.with_name(store.name + ".writer")
        self._connection: sqlite3.Connection | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._connection is not None

    def acquire(self) -> None:
        """Take the lock; StoreError when another process has it or the place cannot be written."""
        if self._connection is not None:
            return
        try:
            make_file(self._path)
            connection = self._connect(_PATIENCE)
        except (sqlite3.Error, OSError) as error:
            raise store_failure(error, self._store) from error
        try:
            # Nothing is ever written to it; no journal file shall lie about either.
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            connection.close()
            if primary_code(error) == sqlite3.SQLITE_BUSY:
                raise self._taken() from error
            raise store_failure(error, self._store) from error
        self._connection = connection
        self._write_note()

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with contextlib.suppress(OSError):
            self._note.unlink(missing_ok=True)
        connection.close()

    def taken(self) -> bool:
        """Whether anybody holds the lock at this moment, this object included."""
        if self.held:
            return True
        if not self._path.exists():
            return False
        try:
            connection = self._connect(0)
        except sqlite3.Error:
            return False
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            return primary_code(error) == sqlite3.SQLITE_BUSY
        finally:
            connection.close()
        return False

    def _connect(self, patience: float) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=patience, isolation_level=None, check_same_thread=False)

    def _write_note(self) -> None:
        # The old note goes first: from here on nobody can take it for ours. A disk without room costs only the courtesy.
        with contextlib.suppress(OSError):
            self._note.unlink(missing_ok=True)
            note = {"pid": os.getpid(), "host": platform.node(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
            handle = os.open(self._note, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE)
            with os.fdopen(handle, "wb") as file:
                file.write(dumps(note))

    def _taken(self) -> StoreError:
        note = self._read_note()
        where = clean(str(self._store))
        hint = msg("Wait until it has finished, or stop it; reports and lists can be read meanwhile")
        if note is None:
            return StoreError(msg("Another process is writing to the store"), where=where, hint=hint)
        pid, host, since = note
        return StoreError(
            msg(
                "Another process is writing to the store: process {pid} on {host}, since {since}", pid=pid, host=host, since=since
            ),
            where=where,
            hint=hint,
        )

    def _read_note(self) -> tuple[int, str, str] | None:
        """What the note says, unless it cannot be the holder's: unreadable, or naming a process that is gone."""
        try:
            with self._note.open("rb") as file:
                note = loads(file.read(_NOTE_BYTES))
            pid, host = int(note["pid"]), clean(str(note["host"]), limit=100)
            since = datetime.fromisoformat(note["since"]).isoformat(timespec="seconds")
        except (OSError, ValueError, TypeError, KeyError, OverflowError):
            return None
        return (pid, host, since) if host != platform.node() or _may_live(pid) else None


def _may_live(pid: int) -> bool:
    """False when no process has this number; Windows has no harmless way to ask, there the note is believed."""
    if sys.platform == "win32":
        return True
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
