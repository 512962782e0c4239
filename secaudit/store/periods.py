"""Rounds of reporting: opened, and closed once with the digest of what was frozen. Beside the chain: they are no evidence."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from secaudit.errors import UsageError
from secaudit.messages import clean, msg
from secaudit.model.period import Closing, Period
from secaudit.store import freezing, schema
from secaudit.store.database import Database
from secaudit.store.rows import RowError, moment_from, moment_text

_WHO = 200
_REASON = 500


class Periods:
    """Periods of one open store: ``store.periods``."""

    def __init__(self, database: Database, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Made by the store, with its way of reading."""
        self._database = database
        self._reading = reading

    def all(self) -> list[Period]:
        """Every period in the order of opening."""
        with self._reading() as connection:
            return periods(connection)

    def find(self, name: str) -> Period:
        """The period called ``name``; UsageError with those there are."""
        known = self.all()
        for one in known:
            if one.name == name:
                return one
        listed = ", ".join(one.name for one in known)
        raise UsageError(
            msg("there is no period called {name}", name=name),
            hint=msg("periods: {names}", names=listed) if known else msg("open one: secaudit period open"),
        )

    def point(self, moment: datetime) -> tuple[int, str]:
        """Number and chain value of the newest outcome that was gathered up to ``moment``; 0 and nothing for none."""
        with self._reading() as connection:
            return freezing.frozen_point(connection, moment_text(moment))

    def copy(self, target: Path, *, moment: datetime, outcome: int) -> None:
        """Make ``target`` a store of what was there at ``moment``, up to one outcome, without captures and facts."""
        self._database.claim()
        freezing.copy_store(self._database, target, moment=moment_text(moment), outcome=outcome)

    def copy_evidence(self, target: Path, numbers: Iterable[int]) -> None:
        """Add captures, as far as they are kept, and facts of the outcomes named to such a copy."""
        self._database.claim()
        freezing.add_evidence(self._database, target, numbers)

    def begin(self, period: Period) -> Period:
        """Open a period; UsageError while its plan has an open one, when days would belong to two, or the name is taken."""
        opened = replace(period, opened_by=_line(period.opened_by, _WHO), closing=None)
        with self._database.write() as connection:
            for one in periods(connection):
                _refuse_beside(one, opened)
            number = (connection.scalar(select(func.max(schema.periods.c.number))) or 0) + 1
            connection.execute(insert(schema.periods), {"number": number, **_opening_row(opened)})
        return opened

    def close(self, name: str, closing: Closing) -> Period:
        """Close a period for good; UsageError when it is closed already. On the disk when this returns."""
        kept = replace(closing, closed_by=_line(closing.closed_by, _WHO), early=_line(closing.early, _REASON))
        table = schema.periods
        with self._database.write() as connection:
            found = next((one for one in periods(connection) if one.name == name), None)
            if found is None or found.closing is not None:
                raise closed_already(name)
            connection.execute(update(table).where(table.c.name == name).values(_closing_row(kept)))
        return replace(found, closing=kept)


def periods(connection: Connection) -> list[Period]:
    """All of them by number; RowError when a row is damaged."""
    try:
        return [_period(row) for row in connection.execute(select(schema.periods).order_by(schema.periods.c.number))]
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error


def closed_already(name: str) -> UsageError:
    """A period is closed once."""
    return UsageError(
        msg("the period {name} is closed already", name=name),
        hint=msg("later data go to the next period; print this one again with --period {name}", name=name),
    )


def _refuse_beside(one: Period, opened: Period) -> None:
    """What one that is there already has against a new one."""
    if one.name == opened.name:
        raise UsageError(msg("there is a period called {name} already", name=one.name), hint=msg("choose another name"))
    if one.plan != opened.plan:
        return
    if one.closing is None:
        raise UsageError(
            msg("the period {name} of this plan is still open", name=one.name),
            hint=msg("close it first: secaudit period close {name}", name=one.name),
        )
    if one.overlaps(opened.first, opened.last):
        raise UsageError(
            msg(
                "days would belong to two periods: {name} is from {first} to {last}",
                name=one.name, first=one.first.isoformat(), last=one.last.isoformat(),
            ),
            hint=msg("begin the day after it, with --from"),
        )  # fmt: skip


def _opening_row(one: Period) -> dict[str, object]:
    return {
        "name": one.name,
        "plan": one.plan,
        "first_day": one.first.isoformat(),
        "last_day": one.last.isoformat(),
        "opened_at": moment_text(one.opened_at),
        "opened_by": one.opened_by,
    }


def _closing_row(one: Closing) -> dict[str, object]:
    return {
        "closed_at": moment_text(one.closed_at),
        "closed_by": one.closed_by,
        "moment": moment_text(one.moment),
        "digest": one.digest,
        "outcome": one.outcome,
        "head": one.head,
        "early": one.early,
        "accepted_open": int(one.accepted_open),
    }


def _period(row: Row[Any]) -> Period:
    closing = None
    if row.closed_at is not None:
        closing = Closing(
            moment_from(row.closed_at), str(row.closed_by), moment_from(row.moment), str(row.digest), int(row.outcome),
            str(row.head), str(row.early), bool(row.accepted_open),
        )  # fmt: skip
    first, last = date.fromisoformat(row.first_day), date.fromisoformat(row.last_day)
    return Period(row.name, row.plan, first, last, moment_from(row.opened_at), row.opened_by, closing)


def _line(text: str, limit: int) -> str:
    return " ".join(clean(text, limit=limit).split())
