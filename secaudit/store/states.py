"""States that were written down: figures and machines of a moment, as they were counted then. Beside the chain: no evidence.

Each row carries a digest over its content, so that one that was changed is refused. One state stands for each plan, day and
basis: the newest of a day takes the place of those before it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, select

from secaudit.errors import StoreError
from secaudit.messages import Message, clean, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.outcome import StoredOutcome
from secaudit.model.past import Basis, PastState
from secaudit.store import reading, schema
from secaudit.store.chain import digest_of
from secaudit.store.codec import CodecError, Compressor, unpack
from secaudit.store.database import Database
from secaudit.store.failures import damaged
from secaudit.store.past_codec import figures_from, figures_text, machines_from, machines_text
from secaudit.store.rows import moment_from, moment_text

DAYS_KEPT = 40
"""So many days back each day keeps its state."""
MONTHS_KEPT = 24
"""So many months back the last state of each month is kept; those of closed periods stay for good."""
_FIELDS = (
    "plan", "day", "basis", "period", "moment", "inventory_digest", "catalog_digest", "head", "figures_digest", "machines_digest",
)  # fmt: skip
_TABLE = schema.states


class States:
    """Recorded states of one open store: ``store.states``."""

    def __init__(self, database: Database, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Made by the store, with its way of reading."""
        self._database = database
        self._reading = reading

    def record(self, state: PastState) -> None:
        """Write a state down; one of the same plan, day and basis gives way, and so does what is too old.

        The writer's lock is given back when it was not held before. ValueError for a moment without time zone.
        """
        row = _row(state)
        held = self._database.lock.held
        try:
            with self._database.write() as connection:
                same = (_TABLE.c.plan == row["plan"], _TABLE.c.day == row["day"], _TABLE.c.basis == row["basis"])
                if state.basis is not Basis.CLOSED:
                    connection.execute(delete(_TABLE).where(*same))
                number = (connection.scalar(select(func.max(_TABLE.c.number))) or 0) + 1
                connection.execute(insert(_TABLE), {"number": number, **row})
                _prune(connection, day_in_vietnam(state.moment))
        finally:
            if not held:
                self._database.unclaim()

    def try_record(self, state: PastState) -> bool:
        """The same for those who only read otherwise: False, and nothing is written, where somebody else writes or nobody may."""
        if self._database.only_looked_at or (not self._database.lock.held and self._database.lock.taken()):
            return False
        try:
            self.record(state)
        except StoreError:
            return False
        return True

    def of_plan(self, plan: str) -> tuple[list[PastState], list[date]]:
        """States of a plan without their machines, oldest first, and the days of those that were changed and are refused."""
        found, refused = [], []
        with self._reading() as connection:
            for row in connection.execute(
                _without_machines().where(_TABLE.c.plan == plan).order_by(_TABLE.c.moment, _TABLE.c.number)
            ):
                try:
                    found.append(_state(row))
                except CodecError:
                    refused.append(_day(row))
        return found, refused

    def with_machines(self, state: PastState) -> PastState:
        """The same state with its machines; StoreError where its record was changed, unchanged where there is none."""
        day = day_in_vietnam(state.moment).isoformat()
        same = (
            _TABLE.c.plan == state.plan, _TABLE.c.day == day, _TABLE.c.basis == state.basis.value,
            _TABLE.c.period == state.period,
        )  # fmt: skip
        with self._reading() as connection:
            row = connection.execute(select(_TABLE).where(*same)).one_or_none()
        if row is None:
            return state
        try:
            known = machines_from(_body(row.machines, _sound(row).machines_digest))
        except CodecError as error:
            raise damaged(self._database.path, changed_words(_day(row))) from error
        return replace(state, machines=known.machines, checks=known.checks)

    def since(self) -> datetime | None:
        """Moment of the oldest evidence; None in a store without any."""
        with self._reading() as connection:
            found = connection.scalar(select(func.min(schema.outcomes.c.finished_at)))
        return None if found is None else moment_from(found)

    def head_at(self, moment: datetime) -> str:
        """Chain value of the newest outcome that speaks of a moment up to this one: later evidence of earlier days changes it."""
        table = schema.outcomes
        query = select(table.c.chain).where(table.c.finished_at <= moment_text(moment)).order_by(table.c.number.desc()).limit(1)
        with self._reading() as connection:
            return connection.scalar(query) or ""

    def gathered(self, before: PastState, after: PastState) -> list[StoredOutcome]:
        """Attempts that one state does not rest on and a later one does, in the order of their moments."""
        table = schema.outcomes
        with self._reading() as connection:
            found = reading.outcomes(
                connection, _after(connection, before), ~_after(connection, after),
                table.c.finished_at <= moment_text(after.moment),
            )  # fmt: skip
        return sorted(found, key=lambda one: (one.outcome.finished_at, one.number))


def _after(connection: Connection, state: PastState) -> ColumnElement[bool]:
    """What a state does not rest on: what came in after its head, or where it was counted again, after its moment."""
    number = None
    if state.basis is not Basis.RECOUNTED and state.head:
        number = reading.number_of(connection, state.head)
    if number is None:
        return schema.outcomes.c.finished_at > moment_text(state.moment)
    return schema.outcomes.c.number > number


def state_digest(state: PastState) -> str:
    """Digest of all a state holds, as its record carries it."""
    return str(_row(state)["digest"])


def changed_words(day: date) -> Message:
    """What is said of a row that is not what was written down."""
    return msg("the state recorded for {day} is not what was written down", day=day.strftime("%d/%m/%Y"))


def flaws(connection: Connection) -> Iterator[tuple[int, Message]]:
    """Number of every row that is not what was written down, and what is said of it."""
    for row in connection.execute(select(_TABLE).order_by(_TABLE.c.number)):
        try:
            _state(row)
            machines_from(_body(row.machines, row.machines_digest))
        except CodecError:
            yield row.number, msg("The state recorded for {day} is not what was written down", day=clean(str(row.day), limit=20))


def _row(state: PastState) -> dict[str, Any]:
    compressor = Compressor()
    figures, machines = figures_text(state), machines_text(state)
    row: dict[str, Any] = {
        "plan": state.plan,
        "day": day_in_vietnam(state.moment).isoformat(),
        "basis": state.basis.value,
        "period": state.period,
        "moment": moment_text(state.moment),
        "inventory_digest": state.inventory_digest,
        "catalog_digest": state.catalog_digest,
        "head": state.head,
        "figures_digest": sha256(figures).hexdigest(),
        "machines_digest": sha256(machines).hexdigest(),
    }
    row["digest"] = _digest(row)
    return {**row, "figures": compressor.pack(figures), "machines": compressor.pack(machines)}


def _digest(row: dict[str, Any]) -> str:
    return digest_of("secaudit state 1", *(row[name] for name in _FIELDS))


def _without_machines() -> Select[Any]:
    return select(*(column for column in _TABLE.columns if column.name != "machines"))


def _sound(row: Row[Any]) -> Row[Any]:
    """The row when its digest is that of its columns; CodecError otherwise."""
    try:
        fits = _digest(row._asdict()) == row.digest
    except (TypeError, ValueError, AttributeError) as error:
        raise CodecError(str(error)) from error
    if not fits:
        raise CodecError("its columns are not those that were written down")
    return row


def _body(packed: object, digest: str) -> bytes:
    text = unpack(packed)
    if sha256(text).hexdigest() != digest:
        raise CodecError("its body is not the one that was written down")
    return text


def _state(row: Row[Any]) -> PastState:
    figures = figures_from(_body(_sound(row).figures, row.figures_digest))
    try:
        return PastState(
            moment=moment_from(row.moment),
            basis=Basis(row.basis),
            plan=row.plan,
            targets=figures.targets,
            inventory_digest=row.inventory_digest,
            catalog_digest=row.catalog_digest,
            head=row.head,
            period=row.period,
            systems=figures.systems,
            silent=figures.silent,
        )
    except (ValueError, TypeError) as error:
        raise CodecError(str(error)) from error


def _day(row: Row[Any]) -> date:
    """The day the row says it is for, or none at all when that cannot be read either."""
    try:
        return date.fromisoformat(str(row.day))
    except ValueError:
        return date.min


def _prune(connection: Connection, today: date) -> None:
    """Keep the last days, the last state of each month, and closed periods; the rest goes."""
    rows = connection.execute(
        select(_TABLE.c.number, _TABLE.c.plan, _TABLE.c.day, _TABLE.c.basis)
        .where(_TABLE.c.basis != Basis.CLOSED.value)
        .order_by(_TABLE.c.day)
    ).all()
    last = {(row.plan, row.basis, row.day[:7]): row.number for row in rows}
    young = (today - timedelta(days=DAYS_KEPT)).isoformat()
    oldest = f"{today.year - MONTHS_KEPT // 12:04}-{today.month:02}"
    gone = [
        row.number
        for row in rows
        if row.day < young and (row.day[:7] < oldest or last[row.plan, row.basis, row.day[:7]] != row.number)
    ]
    if gone:
        connection.execute(delete(_TABLE).where(_TABLE.c.number.in_(gone)))
