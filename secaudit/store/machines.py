"""Which machine answered: identities beside the outcomes, doubts about them, and what people accepted.

Nothing here is chained: identities can be read from the facts again, doubts from class and detail of the outcomes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, exists, func, insert, or_, select
from sqlalchemy.dialects.sqlite import insert as upsert

from secaudit.messages import clean
from secaudit.model.doubt import Doubt, doubt_of, kind_of
from secaudit.model.fact import FactSet
from secaudit.model.identity import NOTHING_KNOWN, Identity
from secaudit.model.outcome import Outcome, Sight, Way
from secaudit.store import schema
from secaudit.store.rows import RowError, moment_from, moment_text

DIRECT = (Way.SSH.value, Way.LOCAL.value)
"""Ways on which the machine itself is met: an export of a console does not show that the right machine is at the address."""
_WHO = 200
_CHUNK = 500


def keep_machines(connection: Connection, kept: Sequence[tuple[int, Outcome]]) -> None:
    """What outcomes just kept say of their machines."""
    save_identities(connection, {number: outcome.facts for number, outcome in kept if outcome.facts is not None})
    found = [{"outcome": number, "kind": kind.value} for number, one in kept if (kind := kind_of(one.sight, one.detail))]
    if found:
        connection.execute(insert(schema.doubts), found)


def save_identities(connection: Connection, items: Mapping[int, FactSet]) -> None:
    """Keep what facts say of identity; facts that were parsed again replace what the first ones said."""
    identities = {number: Identity.of_facts(facts) for number, facts in items.items()}
    rows = [{"outcome": number, **asdict(_kept_form(identity))} for number, identity in identities.items() if identity]
    blank = [number for number, identity in identities.items() if not identity]
    for start in range(0, len(blank), _CHUNK):
        connection.execute(delete(schema.identities).where(schema.identities.c.outcome.in_(blank[start : start + _CHUNK])))
    if not rows:
        return
    statement = upsert(schema.identities)
    fresh = {name: statement.excluded[name] for name in ("uuid", "serial", "machine_id")}
    connection.execute(statement.on_conflict_do_update(index_elements=["outcome"], set_=fresh), rows)


def identity_of(row: Mapping[str, Any]) -> Identity:
    """The identity in a row that was joined with ``identities``."""
    return Identity(row["uuid"] or "", row["serial"] or "", row["machine_id"] or "")


def identities(connection: Connection, run: int) -> dict[str, Identity]:
    """Endpoint -> identity, of the machines that one run saw; answers of the lab are nobody's."""
    table, of = schema.identities, schema.outcomes
    query = select(of.c.endpoint, table).join(table, table.c.outcome == of.c.number)
    rows = connection.execute(query.where(of.c.run == run, of.c.sight == Sight.SEEN.value, of.c.lab == 0))
    return {row.endpoint: identity_of(row._asdict()) for row in rows}


def differing(connection: Connection, chained: Mapping[int, Mapping[str, Any]], said: Mapping[int, Identity]) -> list[int]:
    """Numbers whose doubt or identity is not what outcome (``chained``: its columns) and facts say; part of ``verify``."""
    first, last = min(chained), max(chained)
    kept_doubts = _between(connection, schema.doubts, first, last)
    kept = {number: identity_of(row) for number, row in _between(connection, schema.identities, first, last).items()}
    wrong = []
    for number, outcome in chained.items():
        try:
            kind = kind_of(Sight(outcome["sight"]), outcome["detail"])
        except (ValueError, TypeError):
            continue  # the chain says that this one was changed
        doubt = kept_doubts.get(number)
        identity = said.get(number, NOTHING_KNOWN if outcome["facts_digest"] is None else None)
        if (doubt["kind"] if doubt else None) != kind or (
            identity is not None and kept.get(number, NOTHING_KNOWN) != _kept_form(identity)
        ):
            wrong.append(number)
    return wrong


def _between(connection: Connection, table: Table, first: int, last: int) -> dict[int, dict[str, Any]]:
    rows = connection.execute(select(table).where(table.c.outcome.between(first, last)))
    return {row.outcome: row._asdict() for row in rows}


def _kept_form(identity: Identity) -> Identity:
    """As it stands in the store: made harmless."""
    return Identity(clean(identity.uuid), clean(identity.serial), clean(identity.machine_id))


def open_doubts(connection: Connection, moment: str) -> dict[str, Doubt]:
    """Endpoint -> the newest doubt after which the machine itself was not seen, with the moment of the first of them."""
    of, later = schema.outcomes, schema.outcomes.alias("later")
    seen_since = exists().where(
        later.c.endpoint == of.c.endpoint,
        later.c.sight == Sight.SEEN.value,
        later.c.way.in_(DIRECT),
        later.c.finished_at <= moment,
        or_(
            later.c.finished_at > of.c.finished_at,
            and_(later.c.finished_at == of.c.finished_at, later.c.number > of.c.number),
        ),
    )
    query = (
        select(of.c.number, of.c.endpoint, of.c.sight, of.c.detail, of.c.finished_at)
        .join(schema.doubts, schema.doubts.c.outcome == of.c.number)
        .where(of.c.finished_at <= moment, ~seen_since)
        .order_by(of.c.finished_at, of.c.number)
    )
    found: dict[str, Doubt] = {}
    for row in connection.execute(query):
        try:
            doubt = doubt_of(Sight(row.sight), row.detail, moment_from(row.finished_at), row.number)
        except (ValueError, TypeError) as error:
            raise RowError(str(error)) from error
        if doubt is not None:
            first = found.get(row.endpoint, doubt)
            found[row.endpoint] = replace(doubt, since=first.since)
    return found


def accept(connection: Connection, endpoints: Sequence[str], *, who: str, at: datetime) -> None:
    """A person says that the machines behind these endpoints were replaced or installed again on purpose."""
    rows = [{"endpoint": name, "at": moment_text(at), "who": " ".join(clean(who, limit=_WHO).split())} for name in endpoints]
    if rows:
        connection.execute(insert(schema.acceptances), rows)


def accepted(connection: Connection, moment: str) -> dict[str, str]:
    """Endpoint -> moment (as it is kept) up to which its evidence is that of a machine that is gone."""
    table = schema.acceptances
    query = select(table.c.endpoint, func.max(table.c.at)).where(table.c.at <= moment).group_by(table.c.endpoint)
    return {row[0]: row[1] for row in connection.execute(query)}


def acceptances(connection: Connection) -> list[tuple[datetime, str, str]]:
    """Everything that was accepted: moment, who, endpoint; oldest first."""
    table = schema.acceptances
    query = select(table.c.at, table.c.who, table.c.endpoint).order_by(table.c.number)
    try:
        return [(moment_from(row.at), row.who, row.endpoint) for row in connection.execute(query)]
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error
