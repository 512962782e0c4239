"""Collectors that were made, and which of their answers were taken in. Beside the chain: the outcomes themselves are chained."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

from sqlalchemy import ColumnElement, Connection, insert, select
from sqlalchemy.exc import IntegrityError

from secaudit.messages import Message, clean, msg
from secaudit.model.courier import Courier, Receipt
from secaudit.model.outcome import Way
from secaudit.store import schema
from secaudit.store.database import Database
from secaudit.store.rows import RowError, moment_from, moment_text
from secaudit.store.writing import refusal

_TEXT = 300
_CHUNK = 500


class Couriers:
    """Collectors of one open store: ``store.couriers``."""

    def __init__(self, database: Database, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Made by the store, with its way of reading."""
        self._database = database
        self._reading = reading

    def save(self, courier: Courier) -> None:
        """Keep a collector that was made, before it is handed out; StoreError when its number is taken."""
        with self._database.write() as connection:
            save(connection, courier)

    def all(self) -> list[Courier]:
        """All collectors, by the moment they were made."""
        with self._reading() as connection:
            return couriers(connection)

    def of(self, agency: str, period: str) -> list[Courier]:
        """Collectors made for one agency and period, by the moment they were made."""
        with self._reading() as connection:
            return couriers(connection, (schema.couriers.c.agency == agency) & (schema.couriers.c.period == period))

    def find(self, courier: str) -> Courier | None:
        """The collector with this number."""
        with self._reading() as connection:
            return next(iter(couriers(connection, schema.couriers.c.id == courier)), None)

    def receipts(self, ids: Sequence[str] | None = None) -> list[Receipt]:
        """Answers taken in, of the collectors named or of all, in the order they were taken."""
        with self._reading() as connection:
            return receipts(connection, ids)


def save(connection: Connection, courier: Courier) -> None:
    """Keep a collector that was made; its number is its own for ever."""
    row = {
        "id": courier.id,
        "agency": courier.agency,
        "period": courier.period,
        "via": courier.via,
        "made_at": moment_text(courier.made_at),
        "who": clean(courier.who, limit=_TEXT),
        "key": courier.key,
        "token": courier.token,
        "digest": courier.digest,
    }
    try:
        connection.execute(insert(schema.couriers), row)
    except IntegrityError:
        raise refusal(msg("the store already has a collector {id}", id=courier.id)) from None


def couriers(connection: Connection, which: ColumnElement[bool] | None = None) -> list[Courier]:
    """Collectors by the moment they were made; RowError when a row is damaged."""
    table = schema.couriers
    query = select(table).order_by(table.c.made_at, table.c.id)
    try:
        return [
            Courier(
                row.id, row.agency, row.period, row.via, moment_from(row.made_at), row.who, row.key, bytes(row.token), row.digest
            )
            for row in connection.execute(query if which is None else query.where(which))
        ]
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error


def save_receipts(connection: Connection, items: Iterable[tuple[int, Receipt]]) -> None:
    """Record that answers were taken in, each with the number of its outcome; in the transaction of the outcomes."""
    rows = [
        {
            "mac": receipt.mac,
            "courier": receipt.courier,
            "nonce": receipt.nonce,
            "machine": receipt.machine,
            "at": moment_text(receipt.at),
            "endpoint": receipt.endpoint,
            "outcome": number,
        }
        for number, receipt in items
    ]
    if not rows:
        return
    try:
        connection.execute(insert(schema.courier_answers), rows)
    except IntegrityError:
        raise refusal(msg("one of these answers was taken in before, or its collector is not in the store")) from None


def receipts(connection: Connection, ids: Sequence[str] | None = None) -> list[Receipt]:
    """Answers taken in, of the collectors named or of all, in the order they were taken; RowError when a row is damaged."""
    table = schema.courier_answers
    chunks = [None] if ids is None else [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]
    found: list[Receipt] = []
    try:
        for chunk in chunks:
            query = select(table).order_by(table.c.outcome)
            found += [
                Receipt(row.mac, row.courier, row.nonce, row.machine, moment_from(row.at), row.endpoint)
                for row in connection.execute(query if chunk is None else query.where(table.c.courier.in_(chunk)))
            ]
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error
    return found


def flaws(connection: Connection) -> Iterator[tuple[int, Message]]:
    """Collectors' answers whose receipt is gone or another's: outcome and what is wrong. The chained detail names the answer."""
    table, outcomes = schema.courier_answers, schema.outcomes
    query = (
        select(outcomes.c.number, outcomes.c.endpoint, outcomes.c.detail, table.c.mac, table.c.endpoint.label("said"))
        .select_from(outcomes.outerjoin(table, table.c.outcome == outcomes.c.number))
        .where((outcomes.c.way == Way.COURIER.value) & outcomes.c.detail.startswith(_ANSWER))
    )
    for row in connection.execute(query):
        if row.mac is None or not row.detail.startswith(_ANSWER + row.mac) or row.said != row.endpoint:
            yield (
                row.number,
                msg("Outcome {number}: the receipt of the collector's answer is not the one kept with it", number=row.number),
            )


_ANSWER = "answer "
"""How the detail of such an outcome begins; the code of the answer follows."""
