"""Turns what SQLite and the operating system report into a :class:`StoreError` that says what to do next."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from secaudit.errors import StoreError
from secaudit.messages import Message, clean, msg

_KEPT = msg("Everything finished before this moment is kept; run the same command again afterwards")
_FULL = (msg("The disk is full: the store could not be written"), msg("Free some space. {kept}", kept=_KEPT))
_READ_ONLY = (
    msg("The store is read-only and cannot be written"),
    msg("Check the permissions of the file and its folder, and whether the disk is mounted read-only"),
)
_REFUSED = (
    msg("The store cannot be opened"),
    msg("Check that the file and its folder belong to the account that runs secaudit and can be read and written by it"),
)
_BUSY = (
    msg("Another program holds the store for too long"),
    msg("Close programs that have the store's file open, then run the same command again"),
)
_DAMAGED = (
    msg("The store is damaged"),
    msg("Keep the file as it is, restore the newest backup, and look at the disk"),
)
_NOT_A_STORE = (
    msg("This file is not a secaudit store"),
    msg("Name another file, or move this one away so that a new store can be made"),
)
_NOT_WRITTEN = (
    msg("The store could not be read or written: the disk, a quota or a limit on file sizes refused it"),
    msg("Look at the disk, its free space and the quota of the account. {kept}", kept=_KEPT),
)

_BY_CODE: dict[int, tuple[Message, Message]] = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _REFUSED,
    sqlite3.SQLITE_AUTH: _REFUSED,
    sqlite3.SQLITE_CANTOPEN: _REFUSED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _NOT_A_STORE,
    sqlite3.SQLITE_IOERR: _NOT_WRITTEN,
}
_BY_ERRNO: dict[int, tuple[Message, Message]] = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _REFUSED,
    errno.EPERM: _REFUSED,
    errno.EIO: _NOT_WRITTEN,
}


def primary_code(error: BaseException) -> int | None:
    """SQLite's primary result code behind ``error``; None when SQLite did not say one."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(origin, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def store_failure(error: BaseException, path: Path) -> StoreError:
    """The error for people behind an error of SQLite or of the operating system."""
    where = clean(str(path))
    if isinstance(error, OSError):
        known = _BY_ERRNO.get(error.errno or 0, _REFUSED)
    else:
        code = primary_code(error)
        if code not in _BY_CODE:
            origin = error.orig if isinstance(error, DBAPIError) else error
            reason = clean(str(origin), limit=300)
            return StoreError(msg("The store refused the operation: {reason}", reason=reason), where=where, hint=_DAMAGED[1])
        known = _BY_CODE[code]
    if known is _REFUSED and _only_readable(path):
        known = _READ_ONLY
    return StoreError(known[0], where=where, hint=known[1])


def _only_readable(path: Path) -> bool:
    """Whether nothing but the right to write is missing: SQLite then often says no more than "unable to open"."""
    if not os.access(path.parent, os.R_OK):
        return False
    if not path.exists():
        return not os.access(path.parent, os.W_OK)
    return os.access(path, os.R_OK) and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def damaged(path: Path, what: Message) -> StoreError:
    """A record in the store cannot be understood."""
    return StoreError(
        msg("The store is damaged: {what}", what=what),
        where=clean(str(path)),
        hint=msg("Run `secaudit verify` to see every damaged record, and restore the newest backup"),
    )


def not_a_store(path: Path) -> StoreError:
    """A database, but not ours."""
    return StoreError(_NOT_A_STORE[0], where=clean(str(path)), hint=_NOT_A_STORE[1])


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Errors of SQLite and of the operating system inside the block leave it as :class:`StoreError`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise store_failure(error, path) from error
