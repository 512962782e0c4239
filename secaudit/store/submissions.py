"""Lists that agencies sent, taken or returned. Beside the chain: they are no evidence of machines."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from secaudit.messages import clean
from secaudit.model.submission import Submission
from secaudit.store import schema
from secaudit.store.database import Database
from secaudit.store.rows import RowError, moment_from, moment_text

_TEXT = 300


class Submissions:
    """Lists sent to one open store: ``store.submissions``."""

    def __init__(self, database: Database, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Made by the store, with its way of reading."""
        self._database = database
        self._reading = reading

    def save(self, received: Iterable[Submission]) -> list[Submission]:
        """Keep all of them in one transaction; each gets the next number, whatever its own says."""
        with self._database.write() as connection:
            return save(connection, received)

    def all(self, as_of: datetime | None = None) -> list[Submission]:
        """Every list that came in, oldest first; with ``as_of`` those received by then."""
        with self._reading() as connection:
            return submissions(connection, as_of)

    def newest(self, as_of: datetime | None = None) -> dict[str, Submission]:
        """Agency -> the list that came in last."""
        return {one.agency: one for one in self.all(as_of)}

    def evidence_ids(self) -> frozenset[str]:
        """Every id under which evidence stands: a new machine must not get one of them, or it would have another's evidence."""
        with self._reading() as connection:
            column = schema.outcomes.c.endpoint
            return frozenset(str(row[0]) for row in connection.execute(select(column).distinct()))


def save(connection: Connection, received: Iterable[Submission]) -> list[Submission]:
    """Keep lists, texts made harmless and bounded; returns them as they are kept."""
    table = schema.submissions
    first = (connection.scalar(select(func.max(table.c.number))) or 0) + 1
    kept = [replace(one, number=number) for number, one in enumerate(received, first)]
    rows = [
        {
            "number": one.number,
            "agency": clean(one.agency, limit=_TEXT),
            "received_at": moment_text(one.received_at),
            "name": clean(one.name, limit=_TEXT),
            "digest": one.digest,
            "who": clean(one.who, limit=_TEXT),
            "profile": clean(one.profile, limit=_TEXT),
            "made_at": None if one.made_at is None else moment_text(one.made_at),
            "changes": one.changes,
            "problems": one.problems,
            "accepted": int(one.accepted),
        }
        for one in kept
    ]
    if rows:
        connection.execute(insert(table), rows)
    return kept


def submissions(connection: Connection, as_of: datetime | None = None) -> list[Submission]:
    """Lists by number; RowError when a row is damaged."""
    table = schema.submissions
    query = select(table).order_by(table.c.number)
    if as_of is not None:
        query = query.where(table.c.received_at <= moment_text(as_of))
    try:
        return [
            Submission(
                row.number, row.agency, moment_from(row.received_at), row.name, row.digest, row.who, row.profile,
                None if row.made_at is None else moment_from(row.made_at), row.changes, row.problems, bool(row.accepted),
            )
            for row in connection.execute(query)
        ]  # fmt: skip
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error
