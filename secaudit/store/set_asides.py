"""What people said about found machines that nobody declares, and by which host keys machines are known that were met."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from secaudit.messages import clean
from secaudit.model.discovery import Device, SetAside
from secaudit.model.outcome import Sight, Way
from secaudit.store import schema
from secaudit.store.codec import CodecError, dumps, loads
from secaudit.store.machines import accepted
from secaudit.store.rows import RowError, moment_from, moment_text

_ADDRESS = 100
_TEXT = 300
_UNCONFIRMED = (Sight.HOST_KEY.value, Sight.IDENTITY.value)
"""A key that was refused, or that another machine showed."""


def save(connection: Connection, words: Sequence[SetAside]) -> None:
    """Keep what a person said; an older word about the same address stays as history."""
    table = schema.set_asides
    number = connection.scalar(select(func.max(table.c.number))) or 0
    rows = [
        {
            "number": number + place,
            "agency": word.agency,
            "address": clean(word.address, limit=_ADDRESS),
            "device": word.device.value,
            "reason": _line(word.reason),
            "who": _line(word.who),
            "at": moment_text(word.at),
            "likeness": dumps({name: clean(value, limit=_TEXT) for name, value in sorted(word.like.items())}).decode(),
        }
        for place, word in enumerate(words, start=1)
    ]
    if rows:
        connection.execute(insert(table), rows)


def _line(text: str) -> str:
    return " ".join(clean(text, limit=_TEXT).split())


def newest(connection: Connection, as_of: datetime) -> dict[tuple[str, str], SetAside]:
    """Agency and address -> the newest word about it up to ``as_of``."""
    table = schema.set_asides
    query = select(table).where(table.c.at <= moment_text(as_of)).order_by(table.c.at, table.c.number)
    try:
        return {(row.agency, row.address): _set_aside(row) for row in connection.execute(query)}
    except (ValueError, TypeError, AttributeError) as error:
        raise RowError(str(error)) from error


def _set_aside(row: Any) -> SetAside:  # noqa: ANN401 - a row of a query
    like = loads(row.likeness)
    if not isinstance(like, dict):
        raise CodecError("what an address was set aside for: no object")
    return SetAside(
        row.agency,
        row.address,
        Device(row.device),
        row.reason,
        row.who,
        moment_from(row.at),
        {str(name): str(value) for name, value in like.items()},
    )


def confirmed_keys(connection: Connection, as_of: datetime | None) -> dict[str, str]:
    """Endpoint -> fingerprint of the host key that it showed newest over SSH and that was the enrolled one.

    What was seen before a person accepted another machine in its place is that of the one that is gone.
    """
    table, moment = schema.outcomes, moment_text(as_of or datetime.max.replace(tzinfo=UTC))
    gone = accepted(connection, moment)
    query = (
        select(table.c.endpoint, table.c.host_key, table.c.finished_at)
        .where(
            table.c.finished_at <= moment,
            table.c.way == Way.SSH.value,
            table.c.host_key.is_not(None),
            table.c.sight.not_in(_UNCONFIRMED),
        )
        .order_by(table.c.finished_at, table.c.number)
    )
    return {row.endpoint: row.host_key for row in connection.execute(query) if row.finished_at > gone.get(row.endpoint, "")}
