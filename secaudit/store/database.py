"""Connections to one store: pragmas, transactions, opening, migrating.

SQLite in WAL mode with full sync: a commit has reached the disk when it returns, and readers never wait for the writer.
Reading and writing have an engine each; the writing one exists only while the writer's lock is held.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from secaudit.errors import StoreError
from secaudit.messages import clean, msg
from secaudit.store.failures import damaged, not_a_store, primary_code, store_failure, translated
from secaudit.store.lock import WriterLock
from secaudit.store.place import check_file, check_folder, close_to_others, make_file, make_folder
from secaudit.store.schema import APPLICATION_ID, REVISION

# An interrupt that falls into the closing of a connection is raised on and, besides, logged: nobody reads such a log here, and
# without a handler it is printed with its trace.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())
_PATIENCE = 10.0
"""Seconds SQLite waits for a moment's lock, such as another process recovering the log."""
_UNWRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})


class _Kind(Enum):
    """What a file turns out to be."""

    EMPTY = auto()
    FOREIGN = auto()
    STORE = auto()


class Database:
    """One open store file."""

    def __init__(self, path: Path) -> None:
        """Connects to nothing yet."""
        self.path = path
        self.lock = WriterLock(path)
        self._mutex = threading.RLock()
        self._writer: Engine | None = None
        self._frozen = False
        self._read_only = False
        self._reader = self._reading_engine()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view of everything committed so far."""
        with translated(self.path), self._reader.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed and on the disk when the block ends, or undone when it raises.

        Takes the writer's lock when it is not held; it is kept until :meth:`close`.
        """
        with self._mutex:
            engine = self.claim()
            with translated(self.path), engine.connect() as connection, connection.begin():
                yield connection

    @contextmanager
    def maintain(self) -> Iterator[sqlite3.Connection]:
        """The writer's connection outside of any transaction, for pragmas that need it."""
        with self._mutex:
            engine = self.claim()
            with translated(self.path):
                connection = engine.raw_connection()
                try:
                    driver = connection.driver_connection
                    assert isinstance(driver, sqlite3.Connection)
                    yield driver
                finally:
                    connection.close()

    @contextmanager
    def inspect(self) -> Iterator[Connection]:
        """Like :meth:`read`, for looking at damaged data: text that is not UTF-8 arrives with surrogates, not as an error."""

        def connect() -> sqlite3.Connection:
            connection = self._open_reading()
            connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            return connection

        engine = _engine(connect, NullPool, "BEGIN")
        with translated(self.path), engine.connect() as connection, connection.begin():
            yield connection

    @property
    def only_looked_at(self) -> bool:
        """Opened for a look, or lying where nothing can be written."""
        return self._read_only or self._frozen

    def claim(self) -> Engine:
        """Take the writer's lock; StoreError when another process writes, or nothing can be written here."""
        with self._mutex:
            if self._writer is not None:
                return self._writer
            with translated(self.path):
                # SQLite opens a file it may not write without a word and fails at the first change.
                close_to_others(self.path)
            self.lock.acquire()
            engine = _engine(self._open_writing, StaticPool, "BEGIN IMMEDIATE")
            try:
                with translated(self.path), engine.connect():
                    pass
            except BaseException:
                engine.dispose()
                self.lock.release()
                raise
            self._writer = engine
            return engine

    def unclaim(self) -> None:
        """Give the writer's lock back."""
        with self._mutex:
            engine, self._writer = self._writer, None
            if engine is not None:
                engine.dispose()
            self.lock.release()

    def close(self) -> None:
        """Close everything; the log is merged into the file when no other process has it open."""
        self._reader.dispose()
        self.unclaim()

    def settle(self, *, create: bool) -> None:
        """Look at what the file is and bring its schema up to date; StoreError when it is not ours to use."""
        kind, revision = self._identify()
        if kind is _Kind.FOREIGN:
            raise not_a_store(self.path)
        if revision == REVISION:
            return
        if kind is _Kind.EMPTY and not create:
            raise _missing(self.path)
        self._migrate(revision)

    def peek(self) -> None:
        """Like :meth:`settle` for somebody who must leave no trace; nothing can be written through it afterwards.

        Without a log the file is read as the unchanging one it is, so that SQLite makes no index beside it. With a log, which
        a writer or a crash has left, the index is there too, and a read-only handle cannot merge the two at its end.
        """
        self._read_only = not self._freeze()
        kind, revision = self._identify()
        if kind is _Kind.FOREIGN:
            raise not_a_store(self.path)
        if kind is _Kind.EMPTY:
            raise _missing(self.path)
        if revision != REVISION:
            raise StoreError(
                msg("The store has another schema than this secaudit ({revision})", revision=clean(str(revision), limit=40)),
                where=clean(str(self.path)),
                hint=msg("Bring it up to date with a command that may write there: secaudit runs list"),
            )

    def _migrate(self, revision: str | None) -> None:
        # Loaded by name because Alembic is slow to import and a store needs it once (see `migrate`).
        migrate = import_module("secaudit.store.migrate")
        known: Callable[[], frozenset[str]] = migrate.known_revisions
        upgrade: Callable[[Connection], None] = migrate.upgrade
        self.claim()
        try:
            _, revision = self._identify()  # another process may have been faster
            if revision == REVISION:
                return
            if revision is not None and revision not in known():
                raise StoreError(
                    msg(
                        "The store was written by a newer secaudit (its schema is {revision})", revision=clean(revision, limit=40)
                    ),
                    where=clean(str(self.path)),
                    hint=msg("Use that version of secaudit, or a newer one"),
                )
            with self.write() as connection:
                upgrade(connection)
        finally:
            self.unclaim()

    def _identify(self) -> tuple[_Kind, str | None]:
        try:
            return self._look()
        except DBAPIError as error:
            if primary_code(error) not in _UNWRITABLE or not self._freeze():
                raise store_failure(error, self.path) from error
        with translated(self.path):
            return self._look()

    def _look(self) -> tuple[_Kind, str | None]:
        with self._reader.connect() as connection, connection.begin():
            application = connection.exec_driver_sql("PRAGMA application_id").scalar()
            names = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not names and application in (0, APPLICATION_ID):
                # SQLite takes a file shorter than a page for an empty database, whatever stands in it.
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
                return (_Kind.EMPTY if pages or not self.path.stat().st_size else _Kind.FOREIGN), None
            if application != APPLICATION_ID:
                return _Kind.FOREIGN, None
            revision = None
            if "alembic_version" in names:
                revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            if revision is None:
                raise damaged(self.path, msg("it does not say which schema it has"))
            return _Kind.STORE, str(revision)

    def _freeze(self) -> bool:
        """Read a store on a disk that cannot be written as the unchanging file it is.

        SQLite keeps an index of the log beside the file even for reading and fails where it cannot make one. Without a log
        everything stands in the file itself; with one, what it holds would be missed, so then nothing is read.
        """
        log = self.path.with_name(self.path.name + "-wal")
        if self._frozen or (log.exists() and log.stat().st_size):
            return False
        self._frozen = True
        self._reader.dispose()
        self._reader = self._reading_engine()
        return True

    def _reading_engine(self) -> Engine:
        return _engine(self._open_reading, QueuePool, "BEGIN")

    def _open_reading(self) -> sqlite3.Connection:
        if self._frozen:
            target, uri = self.path.absolute().as_uri() + "?mode=ro&immutable=1", True
        elif self._read_only:
            target, uri = self.path.absolute().as_uri() + "?mode=ro", True
        else:
            target, uri = str(self.path), False
        connection = sqlite3.connect(target, uri=uri, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _open_writing(self) -> sqlite3.Connection:
        connection = sqlite3.connect(str(self.path), timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA page_count").fetchone()[0] == 0:
            # Possible in an empty file only: pruned captures give their room back to the disk.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode is None or str(mode[0]).lower() != "wal":
            raise StoreError(
                msg("The store cannot be kept safely in this place"),
                where=clean(str(self.path)),
                hint=msg("Put it on a local disk; network folders cannot guarantee what is written"),
            )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: through the disk's own cache; elsewhere without effect
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA secure_delete = FAST")


def open_database(path: Path, *, create: bool) -> Database:
    """Open the store at ``path``, making file and folder when ``create`` allows it; StoreError with the reason if not."""
    with translated(path):
        exists = check_file(path)
        if exists:
            check_folder(path.parent, creating=False)
        elif create:
            make_folder(path.parent)
            make_file(path)
        else:
            raise _missing(path)
    database = Database(path)
    try:
        database.settle(create=create)
    except BaseException:
        database.close()
        raise
    return database


def peek_database(path: Path) -> Database:
    """Open the store at ``path`` and change nothing in its folder, not even for a moment."""
    with translated(path):
        if not check_file(path):
            raise _missing(path)
        check_folder(path.parent, creating=False)
    database = Database(path)
    try:
        database.peek()
    except BaseException:
        database.close()
        raise
    return database


def _missing(path: Path) -> StoreError:
    return StoreError(
        msg("There is no store here yet"),
        where=clean(str(path)),
        hint=msg("Gather evidence first: `secaudit scan`"),
    )


def _engine(connect: Callable[[], sqlite3.Connection], pool: type[NullPool | QueuePool | StaticPool], begin: str) -> Engine:
    """An engine whose transactions start with ``begin``: the driver's own rules would start them late or not at all."""
    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=pool)

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "begin", start)
    return engine
