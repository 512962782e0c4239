"""What changes the store; every function works inside a transaction that its caller opened and commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from secaudit.errors import StoreError
from secaudit.messages import Message, msg
from secaudit.model.fact import FactSet
from secaudit.model.finding import Finding
from secaudit.model.outcome import Outcome, StoredOutcome, Way
from secaudit.store import schema
from secaudit.store.chain import (
    ORIGIN,
    facts_digest,
    findings_digest,
    outcome_chain,
    reparsed_digest,
    run_opening,
    run_seal,
)
from secaudit.store.codec import Compressor
from secaudit.store.factsets import facts_text
from secaudit.store.framing import taken_apart
from secaudit.store.judgings import findings_text
from secaudit.store.machines import keep_machines, save_identities
from secaudit.store.rows import moment_text, outcome_row, run_row

RUNNING = "running"
ENDINGS = frozenset({"finished", "interrupted", "failed"})
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Prepared:
    """One outcome, digested and compressed before the transaction begins: the disk waits for no arithmetic."""

    outcome: Outcome
    row: dict[str, Any]
    capture: dict[str, Any] | None
    facts: dict[str, Any] | None


def prepare(outcome: Outcome, compressor: Compressor) -> Prepared:
    """Digest and compress; ValueError when the outcome cannot be what it says."""
    row = outcome_row(outcome)
    row.update(capture_digest=None, capture_size=None, framing_digest=None, facts_digest=None)
    capture = facts = None
    if outcome.capture is not None:
        parts = taken_apart(outcome.capture)
        row["capture_digest"] = outcome.capture.digest
        row["capture_size"] = len(outcome.capture.raw)
        row["framing_digest"] = sha256(parts.framing).hexdigest()
        capture = {"framing": compressor.pack(parts.framing), "body": compressor.pack(parts.body)}
    if outcome.facts is not None:
        text = facts_text(outcome.facts)
        row["facts_digest"] = facts_digest(text)
        facts = {"original": 1, "body": compressor.pack(text), "digest": row["facts_digest"]}
    texts = {name: row[name] for name in ("detail", "host_key", "server_version")}
    return Prepared(replace(outcome, **texts), row, capture, facts)


def begin_run(
    connection: Connection, *, started_at: datetime, who: str, way: Way, scope: str, inventory_digest: str, catalog_digest: str
) -> int:
    """Open a run; runs that a killed process left open are marked interrupted."""
    for number in connection.scalars(select(schema.runs.c.number).where(schema.runs.c.status == RUNNING)).all():
        end_run(connection, number, "interrupted", None)
    last = connection.execute(
        select(schema.runs.c.number, schema.runs.c.seal).order_by(schema.runs.c.number.desc()).limit(1)
    ).first()
    number, seal = (last.number + 1, last.seal) if last else (1, ORIGIN)
    row = run_row(number, started_at=started_at, who=who, way=way, scope=scope)
    row.update(inventory_digest=inventory_digest, catalog_digest=catalog_digest)
    row["opening"] = run_opening(seal, row)
    connection.execute(insert(schema.runs), row)
    return int(number)


def end_run(connection: Connection, number: int, status: str, at: datetime | None) -> None:
    """Close an open run for good; ``at`` is None when nobody saw it end."""
    run = _open_run(connection, number)
    last, head = newest(connection)
    ending = {"status": status, "finished_at": None if at is None else moment_text(at), "last": last}
    seal = run_seal(head, {"opening": run.opening, **ending})
    connection.execute(update(schema.runs).where(schema.runs.c.number == number).values(**ending, seal=seal))


def _open_run(connection: Connection, number: int) -> Row[Any]:
    run = connection.execute(select(schema.runs).where(schema.runs.c.number == number)).first()
    if run is None or run.status != RUNNING:
        raise refusal(msg("Run {number} is not open: nothing can be added to it", number=number))
    return run


def refusal(what: Message) -> StoreError:
    """The store works, but what is asked of it does not fit what it holds."""
    return StoreError(what, hint=msg("See what the store holds: `secaudit runs list`"))


def newest(connection: Connection) -> tuple[int, str]:
    """Number and chain value of the newest outcome; (0, origin) in an empty store."""
    query = select(schema.outcomes.c.number, schema.outcomes.c.chain).order_by(schema.outcomes.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return (row.number, row.chain) if row else (0, ORIGIN)


def keep(connection: Connection, run_number: int, prepared: Sequence[Prepared]) -> list[StoredOutcome]:
    """Append outcomes to an open run, chained in the order given."""
    run = _open_run(connection, run_number)
    number, chain = newest(connection)
    stored: list[StoredOutcome] = []
    rows: list[dict[str, Any]] = []
    captures: list[dict[str, Any]] = []
    facts: list[dict[str, Any]] = []
    for item in prepared:
        number += 1
        row = {**item.row, "number": number, "run": run_number}
        chain = row["chain"] = outcome_chain(chain, run.opening, row)
        rows.append(row)
        if item.capture is not None:
            captures.append({"outcome": number, **item.capture})
        if item.facts is not None:
            facts.append({"outcome": number, "knowledge_digest": run.catalog_digest, **item.facts})
        stored.append(StoredOutcome(number, run_number, item.outcome, chain))
    for table, values in ((schema.outcomes, rows), (schema.captures, captures), (schema.facts, facts)):
        if values:
            connection.execute(insert(table), values)
    keep_machines(connection, [(one.number, one.outcome) for one in stored])
    return stored


def save_facts(connection: Connection, knowledge_digest: str, items: Mapping[int, FactSet]) -> None:
    """Keep facts that were parsed again, beside the first ones; an earlier second parsing is replaced."""
    _check_numbers(connection, items)
    compressor = Compressor()
    rows = []
    for number, facts in items.items():
        text = facts_text(facts)
        digest = reparsed_digest(number, knowledge_digest, text)
        rows.append(
            {
                "outcome": number,
                "original": 0,
                "knowledge_digest": knowledge_digest,
                "body": compressor.pack(text),
                "digest": digest,
            }
        )
    if not rows:
        return
    statement = upsert(schema.facts)
    fresh = {name: statement.excluded[name] for name in ("knowledge_digest", "body", "digest")}
    connection.execute(statement.on_conflict_do_update(index_elements=["outcome", "original"], set_=fresh), rows)
    save_identities(connection, items)


def save_findings(connection: Connection, catalog_digest: str, at: datetime, items: Mapping[int, Sequence[Finding]]) -> None:
    """Keep findings, one row per outcome and catalog; judging again under the same catalog replaces them."""
    endpoints = _check_numbers(connection, items)
    connection.execute(upsert(schema.catalogs).on_conflict_do_nothing(), {"digest": catalog_digest})
    catalog = connection.scalar(select(schema.catalogs.c.number).where(schema.catalogs.c.digest == catalog_digest))
    judged_at = moment_text(at)
    compressor = Compressor()
    rows = []
    for number, findings in items.items():
        text = findings_text(endpoints[number], findings)
        digest = findings_digest(number, catalog_digest, judged_at, text)
        body = compressor.pack(text)
        rows.append({"outcome": number, "catalog": catalog, "judged_at": judged_at, "body": body, "digest": digest})
    if not rows:
        return
    statement = upsert(schema.findings)
    fresh = {name: statement.excluded[name] for name in ("judged_at", "body", "digest")}
    connection.execute(statement.on_conflict_do_update(index_elements=["outcome", "catalog"], set_=fresh), rows)


def _check_numbers(connection: Connection, items: Mapping[int, object]) -> dict[int, str]:
    """Endpoint of every outcome named; StoreError when one does not exist."""
    numbers = list(items)
    endpoints: dict[int, str] = {}
    for start in range(0, len(numbers), _CHUNK):
        query = select(schema.outcomes.c.number, schema.outcomes.c.endpoint)
        chunk = query.where(schema.outcomes.c.number.in_(numbers[start : start + _CHUNK]))
        endpoints.update((row.number, row.endpoint) for row in connection.execute(chunk))
    for number in numbers:
        if number not in endpoints:
            raise refusal(msg("There is no outcome {number} in the store", number=number))
    return endpoints


def prune_captures(connection: Connection, before: str, at: str, most: int) -> int:
    """Take the bytes of up to ``most`` captures older than ``before`` away; digests and chain stay. Returns how many."""
    table = schema.captures
    old = (
        select(table.c.outcome)
        .join(schema.outcomes, schema.outcomes.c.number == table.c.outcome)
        .where(schema.outcomes.c.finished_at < before)
        .order_by(table.c.outcome)
        .limit(most)
    )
    numbers = connection.scalars(old).all()
    if numbers:
        connection.execute(insert(schema.prunings), [{"outcome": number, "at": at} for number in numbers])
        # Rows are removed, not emptied: SQLite joins the pages of removed rows, those of shrunken ones stay as they are.
        connection.execute(delete(table).where(table.c.outcome.in_(numbers)))
    return len(numbers)


def prune_findings(connection: Connection, keep_digests: Sequence[str]) -> int:
    """Forget findings of catalogs that are not named; they can be made again. Returns the number of rows removed."""
    kept = select(schema.catalogs.c.number).where(schema.catalogs.c.digest.in_(list(keep_digests)))
    removed = connection.execute(delete(schema.findings).where(schema.findings.c.catalog.not_in(kept))).rowcount
    connection.execute(delete(schema.catalogs).where(schema.catalogs.c.number.not_in(kept)))
    return removed
