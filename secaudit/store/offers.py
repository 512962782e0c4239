"""Credentials offered to machines: who was shown what, when, and how it ended. Beside the chain, append-only by triggers."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select

from secaudit.messages import clean
from secaudit.model.outcome import Offer, OfferResult
from secaudit.store import schema
from secaudit.store.rows import RowError, moment_from, moment_text

_TEXT = 300


def save(connection: Connection, run: int, offers: Iterable[Offer]) -> None:
    """Append offers made in a run; texts that files and machines had a hand in are made harmless and bounded."""
    rows = [
        {
            "run": run,
            "machine": clean(offer.machine, limit=_TEXT),
            "place": clean(offer.place, limit=_TEXT),
            "account": clean(offer.account, limit=_TEXT),
            "method": clean(offer.method, limit=_TEXT),
            "fingerprint": None if offer.fingerprint is None else clean(offer.fingerprint, limit=_TEXT),
            "at": moment_text(offer.at),
            "result": offer.result.value,
        }
        for offer in offers
    ]
    if rows:
        connection.execute(insert(schema.offers), rows)


def of_run(connection: Connection, run: int) -> list[Offer]:
    """Offers of one run in the order they were made; RowError when a row is damaged."""
    table = schema.offers
    query = select(table).where(table.c.run == run).order_by(table.c.at, table.c.number)
    try:
        return [
            Offer(row.machine, row.place, row.account, row.method, row.fingerprint, moment_from(row.at), OfferResult(row.result))
            for row in connection.execute(query)
        ]
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error
