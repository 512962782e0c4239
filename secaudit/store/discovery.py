"""Machines that answer but were not declared, as sweeps of the agencies' networks found them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from secaudit.messages import clean
from secaudit.store import schema
from secaudit.store.codec import CodecError, dumps, loads
from secaudit.store.rows import moment_from, moment_text

_ADDRESS = 100


@dataclass(frozen=True, slots=True)
class UndeclaredMachine:
    """One machine that answered without standing in the inventory."""

    address: str
    agency: str
    """Agency whose network it is in; empty when no agency declares that network."""
    ports: tuple[int, ...] = ()
    """TCP ports that answered."""
    first_seen: datetime | None = None
    """Filled in by the store: the first sweep that found it."""


def save(
    connection: Connection, run: int | None, at: datetime, agencies: Iterable[str], machines: Sequence[UndeclaredMachine]
) -> None:
    """Record what one sweep found; agencies where nothing was found are named too, so that an old result does not stay."""
    moment = moment_text(at)
    covered = sorted({*agencies, *(machine.agency for machine in machines)})
    found = {(machine.agency, clean(machine.address, limit=_ADDRESS)): machine for machine in machines}
    for agency in covered:
        statement = insert(schema.sweeps).values(run=run, agency=agency, at=moment)
        [sweep] = connection.execute(statement).inserted_primary_key or (None,)
        rows = [
            {
                "sweep": sweep,
                "agency": agency,
                "address": address,
                "ports": dumps(sorted(set(machine.ports))).decode(),
                "first_seen": _first_seen(connection, agency, address, moment),
            }
            for (owner, address), machine in sorted(found.items())
            if owner == agency
        ]
        if rows:
            connection.execute(insert(schema.discoveries), rows)


def _first_seen(connection: Connection, agency: str, address: str, moment: str) -> str:
    table = schema.discoveries
    query = select(func.min(table.c.first_seen)).where(table.c.agency == agency, table.c.address == address)
    return min(connection.scalar(query) or moment, moment)


def swept(connection: Connection, as_of: datetime) -> frozenset[str]:
    """Agencies whose networks were searched at least once up to ``as_of``."""
    sweeps = schema.sweeps
    query = select(sweeps.c.agency).where(sweeps.c.at <= moment_text(as_of)).distinct()
    return frozenset(str(row.agency) for row in connection.execute(query))


def undeclared(connection: Connection, as_of: datetime) -> tuple[UndeclaredMachine, ...]:
    """What the newest sweep of each agency up to ``as_of`` found, by agency and address."""
    sweeps, table = schema.sweeps, schema.discoveries
    order = (sweeps.c.at.desc(), sweeps.c.number.desc())
    rank = func.row_number().over(partition_by=sweeps.c.agency, order_by=order).label("place")
    ranked = select(sweeps.c.number, rank).where(sweeps.c.at <= moment_text(as_of)).subquery()
    query = (
        select(table)
        .join(ranked, ranked.c.number == table.c.sweep)
        .where(ranked.c.place == 1)
        .order_by(table.c.agency, table.c.address)
    )
    try:
        return tuple(
            UndeclaredMachine(row.address, row.agency, tuple(int(port) for port in loads(row.ports)), moment_from(row.first_seen))
            for row in connection.execute(query)
        )
    except (TypeError, ValueError) as error:
        raise CodecError(f"a discovered machine: {error}") from error
