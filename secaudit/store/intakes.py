"""Files that evidence came in, and machines that nobody declared. Beside the chain: every capture names the file it is from."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from secaudit.messages import clean
from secaudit.model.identity import Identity
from secaudit.model.intake import FOUND, IntakeFile, Newcomer, StoredIntake
from secaudit.model.outcome import Sight, Way
from secaudit.store import schema
from secaudit.store.codec import CodecError, Compressor, unpack
from secaudit.store.rows import RowError, moment_from, moment_text

_TEXT = 300


def save_file(connection: Connection, run: int, file: IntakeFile, at: datetime) -> None:
    """Keep a file that was taken in, whole."""
    connection.execute(
        insert(schema.intakes),
        {
            "run": run,
            "at": moment_text(at),
            "name": clean(file.name, limit=_TEXT),
            "source": file.source,
            "digest": file.digest,
            "size": len(file.body),
            "exporter": clean(file.exporter, limit=_TEXT),
            "exported_at": None if file.exported_at is None else moment_text(file.exported_at),
            "profile": file.profile,
            "body": Compressor().pack(file.body),
        },
    )


def files(connection: Connection) -> list[StoredIntake]:
    """All files taken in, oldest first, without their bytes; RowError when a row is damaged."""
    table = schema.intakes
    columns = [column for column in table.c if column.name not in ("body", "profile")]
    try:
        return [
            StoredIntake(
                row.number, row.run, moment_from(row.at), row.name, row.source, row.digest, row.size, row.exporter,
                None if row.exported_at is None else moment_from(row.exported_at),
            )
            for row in connection.execute(select(*columns).order_by(table.c.number))
        ]  # fmt: skip
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error


def body(connection: Connection, number: int) -> bytes | None:
    """The bytes of a file taken in; None when there is none with this number, CodecError when they are not those kept."""
    row = connection.execute(
        select(schema.intakes.c.body, schema.intakes.c.digest).where(schema.intakes.c.number == number)
    ).one_or_none()
    if row is None:
        return None
    found = unpack(row.body)
    if sha256(found).hexdigest() != row.digest:
        raise CodecError(f"file {number}: its bytes are not those that were kept")
    return found


def console_moments(connection: Connection, source: str) -> dict[str, datetime]:
    """Endpoint -> moment of the newest evidence of this console; RowError when a row is damaged."""
    table = schema.outcomes
    query = (
        select(table.c.endpoint, func.max(table.c.finished_at))
        .where(table.c.way == Way.CONSOLE.value, table.c.sight == Sight.SEEN.value, table.c.server_version == source)
        .group_by(table.c.endpoint)
    )
    try:
        return {row[0]: moment_from(row[1]) for row in connection.execute(query)}
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error


def save_newcomers(connection: Connection, found: Iterable[Newcomer]) -> None:
    """Keep machines nobody declared; of one that is known the newest sight and what was learnt since are added."""
    table = schema.newcomers
    rows = [
        {
            "id": one.id,
            "agency": one.agency,
            "name": clean(one.name, limit=_TEXT),
            "uuid": clean(one.identity.uuid, limit=_TEXT),
            "serial": clean(one.identity.serial, limit=_TEXT),
            "machine_id": clean(one.identity.machine_id, limit=_TEXT),
            "os": one.os,
            "source": one.source,
            "first_seen": moment_text(one.first_seen),
            "last_seen": moment_text(one.last_seen),
            "address": clean(one.address, limit=_TEXT) or None,
            "host_key": clean(one.host_key, limit=_TEXT) or None,
            "adopted_by": " ".join(clean(one.adopted_by, limit=_TEXT).split()) or None,
            "adopted_at": None if one.adopted_at is None else moment_text(one.adopted_at),
        }
        for one in found
    ]
    if not rows:
        return
    statement = upsert(table)
    new = statement.excluded
    learnt: dict[str, ColumnElement[Any]] = {name: func.coalesce(func.nullif(new[name], ""), table.c[name]) for name in _LEARNT}
    learnt |= {name: func.coalesce(new[name], table.c[name]) for name in ("address", "host_key")}
    learnt |= {name: func.coalesce(table.c[name], new[name]) for name in ("adopted_by", "adopted_at")}  # adopted once
    # Evidence of the machine says more of it than that it answered.
    learnt["source"] = case((table.c.source == FOUND, new.source), else_=table.c.source)
    learnt["first_seen"] = func.min(new.first_seen, table.c.first_seen)
    learnt["last_seen"] = func.max(new.last_seen, table.c.last_seen)
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=learnt), rows)


_LEARNT = ("agency", "name", "uuid", "serial", "machine_id", "os")


def newcomers(connection: Connection, as_of: datetime | None = None) -> list[Newcomer]:
    """Machines nobody declared, by agency and id; with ``as_of`` those that were known by then."""
    table = schema.newcomers
    query = select(table).order_by(table.c.agency, table.c.id)
    if as_of is not None:
        query = query.where(table.c.first_seen <= moment_text(as_of))
    try:
        return [
            Newcomer(
                row.id, row.agency, row.name, Identity(row.uuid, row.serial, row.machine_id), row.os, row.source,
                moment_from(row.first_seen), moment_from(row.last_seen), row.address or "", row.host_key or "",
                row.adopted_by or "", None if row.adopted_at is None else moment_from(row.adopted_at),
            )
            for row in connection.execute(query)
        ]  # fmt: skip
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error
