"""What is read from the store; every function works inside a read transaction that its caller opened."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from secaudit.model.base import VIETNAM_TIME
from secaudit.model.capture import Capture
from secaudit.model.fact import FactSet
from secaudit.model.finding import Finding
from secaudit.model.identity import NOTHING_KNOWN, Identity
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Run, Sight, StoredOutcome, Way
from secaudit.store import schema
from secaudit.store.codec import CodecError, unpack
from secaudit.store.factsets import FactOutline, facts_from, outlines
from secaudit.store.framing import put_together
from secaudit.store.judgings import findings_from
from secaudit.store.machines import DIRECT, accepted, identity_of, open_doubts
from secaudit.store.rows import RowError, moment_from, moment_text, run_of, stored_outcome

_CHUNK = 500
"""Numbers per query: every SQLite takes 999 parameters."""


@dataclass(frozen=True, slots=True)
class EvidenceNote:
    """What is known of the evidence of one outcome without unpacking it."""

    number: int
    capture_digest: str | None
    """SHA-256 of the raw answer; stays when the answer was pruned."""
    capture_size: int | None
    """Bytes of the raw answer."""
    capture_kept: bool
    """The answer can still be loaded."""
    facts_digest: str | None
    """SHA-256 of the facts as first parsed."""
    knowledge_digest: str | None
    """Digest under which the newest facts were parsed; None without facts."""


def runs(connection: Connection, number: int | None = None) -> list[Run]:
    """All runs in order, or the one with ``number``."""
    query = select(schema.runs).order_by(schema.runs.c.number)
    tally = select(schema.outcomes.c.run, schema.outcomes.c.sight, func.count().label("count"))
    if number is not None:
        query = query.where(schema.runs.c.number == number)
        tally = tally.where(schema.outcomes.c.run == number)
    counts: dict[int, list[tuple[str, int]]] = {}
    grouped = tally.group_by(schema.outcomes.c.run, schema.outcomes.c.sight).order_by(schema.outcomes.c.sight)
    for row in connection.execute(grouped):
        counts.setdefault(row.run, []).append((row.sight, row[2]))
    return [run_of(row._asdict(), tuple(counts.get(row.number, ()))) for row in connection.execute(query)]


def outcomes(connection: Connection, *where: ColumnElement[bool]) -> list[StoredOutcome]:
    """Outcomes in the order of the chain, without captures and facts."""
    query = select(schema.outcomes).where(*where).order_by(schema.outcomes.c.number)
    return [stored_outcome(row._asdict()) for row in connection.execute(query)]


def history(connection: Connection, endpoint: str, limit: int) -> list[StoredOutcome]:
    """The newest attempts at one endpoint, newest first."""
    table = schema.outcomes
    query = select(table).where(table.c.endpoint == endpoint)
    newest_first = query.order_by(table.c.finished_at.desc(), table.c.number.desc()).limit(limit)
    return [stored_outcome(row._asdict()) for row in connection.execute(newest_first)]


def seen_since(connection: Connection, moment: datetime) -> int:
    """Machines with a sight after ``moment``."""
    table = schema.outcomes
    seen = (table.c.sight == Sight.SEEN.value) & (table.c.finished_at > moment_text(moment))
    return int(connection.scalar(select(func.count(func.distinct(table.c.endpoint))).where(seen)) or 0)


def states(connection: Connection, as_of: datetime, fresh_days: float, console_days: float) -> dict[str, EndpointState]:
    """State of every endpoint that was ever attempted up to ``as_of``; one that is in quarantine has no evidence.

    Of every way, and of every console, the newest sight is a piece of evidence while it is fresh.
    """
    moment = moment_text(as_of)
    days = {way.value: console_days if way is Way.CONSOLE else fresh_days for way in Way}
    oldest = {way: moment_text(as_of - timedelta(days=count)) for way, count in days.items()}
    seen: dict[str, list[dict[str, Any]]] = {}
    for row in _newest(connection, moment, Sight.SEEN):
        seen.setdefault(row["endpoint"], []).append(row)
    doubts, replaced = open_doubts(connection, moment), accepted(connection, moment)
    found: dict[str, EndpointState] = {}
    for row in _newest(connection, moment, None):
        endpoint = row["endpoint"]
        rows = seen.get(endpoint, [])
        # What was seen of a machine that is gone is no evidence about the one that stands there now.
        gone = replaced.get(endpoint, "")
        present = [one for one in rows if one["finished_at"] > gone]
        fresh = [one for one in present if one["finished_at"] >= oldest.get(one["way"], "")]
        if len(fresh) > 1:
            # Grades sort as they read; of two sorts the first one counts last.
            fresh.sort(key=lambda one: (one["finished_at"], one["number"]), reverse=True)
            fresh.sort(key=lambda one: str(one["grade"]))
        doubt = doubts.get(endpoint)
        counting = fresh if doubt is None else []
        pieces = tuple([stored_outcome(one) for one in counting])
        speaker = _speaker(present, fresh)
        try:
            sight = Sight(row["sight"])
            attempt_at = moment_from(row["finished_at"])
        except (ValueError, TypeError) as error:
            raise RowError(str(error)) from error
        found[endpoint] = EndpointState(
            endpoint=endpoint,
            evidence=pieces[0] if pieces else None,
            last_attempt=sight,
            last_attempt_at=attempt_at,
            last_detail=str(row["detail"]),
            stale=bool(rows) and not fresh,
            identity=_identity(speaker) if speaker is not None else NOTHING_KNOWN,
            met=speaker is not None and speaker["way"] in DIRECT,
            pieces=pieces,
            said=tuple([_identity(one) for one in counting]),
            doubt=doubt,
        )
    return found


def _speaker(present: Sequence[Mapping[str, Any]], fresh: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Whose word on which machine it is stands: the newest answer of the machine itself, else the best that others say."""
    met = [one for one in present if one["way"] in DIRECT] if len(present) > 1 else present
    if not met and fresh:
        return fresh[0]
    return max(met or present, key=lambda one: (one["finished_at"], one["number"]), default=None)


def _identity(row: Mapping[str, Any]) -> Identity:
    """Lab answers stand for no machine."""
    return NOTHING_KNOWN if row["lab"] else identity_of(row)


def _newest(connection: Connection, moment: str, sight: Sight | None) -> Iterator[dict[str, Any]]:
    """Newest outcome of every endpoint, by the moment of the evidence, then by number.

    With ``sight`` only outcomes of this class count, and of each way and each console the newest one is given.
    """
    table = schema.outcomes
    order = (table.c.finished_at.desc(), table.c.number.desc())
    parts: list[ColumnElement[Any]] = [table.c.endpoint]
    if sight is not None:
        parts += [table.c.way, case((table.c.way == Way.CONSOLE.value, table.c.server_version), else_=None)]
    rank = func.row_number().over(partition_by=parts, order_by=order).label("place")
    query: Select[Any] = select(table.c.number, rank).where(table.c.finished_at <= moment)
    if sight is not None:
        query = query.where(table.c.sight == sight.value)
    yield from _first_of(connection, query)


def _first_of(connection: Connection, ranking: Select[Any]) -> Iterator[dict[str, Any]]:
    """The outcomes in the first place of a ranking, with what the machines said of themselves."""
    table, ranked, said = schema.outcomes, ranking.subquery(), schema.identities
    joined = (
        select(table, said.c.uuid, said.c.serial, said.c.machine_id)
        .join(ranked, ranked.c.number == table.c.number)
        .outerjoin(said, said.c.outcome == table.c.number)
        .where(ranked.c.place == 1)
    )
    for row in connection.execute(joined.order_by(table.c.endpoint)):
        yield row._asdict()


def with_facts(connection: Connection, found: dict[str, EndpointState]) -> dict[str, EndpointState]:
    """The same states, facts of their evidence filled in."""
    facts = facts_of(connection, [piece.number for state in found.values() for piece in state.pieces])
    filled = {}
    for endpoint, state in found.items():
        pieces = tuple(replace(one, outcome=replace(one.outcome, facts=facts.get(one.number))) for one in state.pieces)
        filled[endpoint] = replace(state, evidence=pieces[0], pieces=pieces) if pieces else state
    return filled


def contact_hours(connection: Connection, since: datetime) -> dict[str, dict[int, int]]:
    """Endpoint -> hour of the week in Việt Nam (0: Monday from midnight) -> how often SSH saw it then, from ``since`` on.

    What came another way says when a person or a console was at work, not when the machine can be reached.
    """
    table = schema.outcomes
    zone = f"{int(VIETNAM_TIME.utcoffset(None).total_seconds()) // 3600:+d} hours"
    day = func.strftime("%w", table.c.finished_at, zone).label("day")
    hour = func.strftime("%H", table.c.finished_at, zone).label("hour")
    query = (
        select(table.c.endpoint, day, hour, func.count().label("times"))
        .where(table.c.sight == Sight.SEEN.value, table.c.way == Way.SSH.value, table.c.finished_at >= moment_text(since))
        .group_by(table.c.endpoint, day, hour)
    )
    found: dict[str, dict[int, int]] = {}
    for row in connection.execute(query):
        if row.day is None or row.hour is None:
            raise RowError("a moment that is none")
        # SQLite's week begins with Sunday.
        found.setdefault(row.endpoint, {})[(int(row.day) + 6) % 7 * 24 + int(row.hour)] = row.times
    return found


def run_starts(connection: Connection, way: Way, limit: int) -> list[datetime]:
    """When the newest runs of this way began, oldest first."""
    table = schema.runs
    query = select(table.c.started_at).where(table.c.way == way.value).order_by(table.c.number.desc()).limit(limit)
    try:
        return sorted(moment_from(text) for text in connection.scalars(query))
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error


def facts_of(connection: Connection, numbers: Iterable[int]) -> dict[int, FactSet]:
    """Newest facts of the outcomes named: those parsed again when there are any, else the first ones."""
    return {number: _decoded(number, facts_from, body) for number, body in _fact_bodies(connection, numbers).items()}


def _fact_bodies(connection: Connection, numbers: Iterable[int]) -> dict[int, object]:
    table = schema.facts
    query = select(table.c.outcome, table.c.body).order_by(table.c.outcome, table.c.original.desc())
    return {row.outcome: row.body for row in _chunked(connection, query, table.c.outcome, numbers)}


def outlines_of(connection: Connection, numbers: Iterable[int], names: Iterable[str]) -> dict[int, FactOutline]:
    """Outlines of the newest facts of the outcomes named, with the values of the facts ``names``."""
    read = outlines(names)
    return {number: _decoded(number, read, body) for number, body in _fact_bodies(connection, numbers).items()}


def captures_of(connection: Connection, numbers: Iterable[int]) -> dict[int, Capture]:
    """Captures that are still kept; CodecError when the bytes are not those that were digested."""
    table, chained = schema.captures, schema.outcomes
    query = select(table.c.outcome, table.c.framing, table.c.body, chained.c.capture_digest, chained.c.framing_digest).join(
        chained, chained.c.number == table.c.outcome
    )
    return {
        row.outcome: checked_capture(row.outcome, row.framing, row.body, row.capture_digest, row.framing_digest)
        for row in _chunked(connection, query, table.c.outcome, numbers)
    }


def checked_capture(
    number: int, framing: object, body: object, capture_digest: str | None, framing_digest: str | None
) -> Capture:
    """Unpack a capture and compare it with its digests; CodecError when they differ."""
    try:
        text = unpack(framing)
        if sha256(text).hexdigest() != framing_digest:
            raise CodecError("its sections are not those that were kept")
        capture = put_together(text, unpack(body))
        if capture.digest != capture_digest:
            raise CodecError("its bytes are not those that were kept")
    except CodecError as error:
        raise CodecError(f"outcome {number}: {error}") from error
    return capture


def findings(connection: Connection, catalog_digest: str, numbers: Iterable[int]) -> dict[int, tuple[Finding, ...]]:
    """Findings under one catalog; outcomes not judged under it are left out."""
    table = schema.findings
    query = (
        select(table.c.outcome, table.c.body)
        .join(schema.catalogs, schema.catalogs.c.number == table.c.catalog)
        .where(schema.catalogs.c.digest == catalog_digest)
    )
    rows = _chunked(connection, query, table.c.outcome, numbers)
    return {row.outcome: _decoded(row.outcome, findings_from, row.body) for row in rows}


def evidence_notes(connection: Connection, numbers: Iterable[int]) -> dict[int, EvidenceNote]:
    """Digests, sizes and what is still kept, for the outcomes named."""
    chained, table, facts = schema.outcomes, schema.captures, schema.facts
    query = (
        select(
            chained.c.number,
            chained.c.capture_digest,
            chained.c.capture_size,
            table.c.outcome.is_not(None).label("kept"),
            chained.c.facts_digest,
            facts.c.knowledge_digest,
        )
        .outerjoin(table, table.c.outcome == chained.c.number)
        .outerjoin(facts, facts.c.outcome == chained.c.number)
        .order_by(chained.c.number, facts.c.original.desc())
    )
    # The facts parsed again come last and win.
    return {
        row.number: EvidenceNote(
            row.number, row.capture_digest, row.capture_size, bool(row.kept), row.facts_digest, row.knowledge_digest
        )
        for row in _chunked(connection, query, chained.c.number, numbers)
    }


def number_of(connection: Connection, head: str) -> int | None:
    """Number of the outcome with this chain value."""
    return connection.scalar(select(schema.outcomes.c.number).where(schema.outcomes.c.chain == head))


def _chunked(
    connection: Connection, query: Select[Any], column: ColumnElement[int], numbers: Iterable[int]
) -> Iterator[Row[Any]]:
    wanted: Sequence[int] = sorted(set(numbers))
    for start in range(0, len(wanted), _CHUNK):
        yield from connection.execute(query.where(column.in_(wanted[start : start + _CHUNK])))


def _decoded(number: int, decode: Callable[[bytes], Any], body: object) -> Any:  # noqa: ANN401
    try:
        return decode(unpack(body))
    except CodecError as error:
        raise CodecError(f"outcome {number}: {error}") from error
