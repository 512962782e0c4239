"""Recomputes the chain and every digest, and says what does not fit.

Nothing here trusts a column: each is read as it stands, hashed again and compared. A damaged record never stops the rest from
being looked at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from secaudit.messages import Message, clean, msg
from secaudit.model.fact import FactSet
from secaudit.model.identity import Identity
from secaudit.store import schema
from secaudit.store.chain import (
    ORIGIN,
    findings_digest,
    outcome_chain,
    reparsed_digest,
    run_opening,
    run_seal,
)
from secaudit.store.codec import CodecError, unpack
from secaudit.store.factsets import facts_from
from secaudit.store.judgings import findings_from
from secaudit.store.machines import differing
from secaudit.store.reading import checked_capture
from secaudit.store.rows import moment_from
from secaudit.store.writing import ENDINGS, RUNNING, newest

BATCH = 500
"""Outcomes looked at in one transaction: a scan that goes on meanwhile is not held up."""
MAX_FLAWS = 1000
_FILE_FLAWS = 20


class FlawKind(StrEnum):
    """Which promise of the store is broken."""

    FILE = "file"
    """The database file itself is damaged."""
    GAP = "gap"
    """Outcomes or runs are missing."""
    CHAIN = "chain"
    """A column of an outcome is not what it was when it was kept."""
    RUN = "run"
    """A run's record was changed."""
    OPEN = "open"
    """A run was never ended, because it was killed: what it kept is whole, so this alone breaks no promise."""
    CAPTURE = "capture"
    FACTS = "facts"
    MACHINE = "machine"
    """What is kept beside the chain about the machine is not what outcome and facts say: a quarantine could be hidden."""
    FINDINGS = "findings"
    RECHECK = "recheck"
    """How a sample was drawn or what came of it was changed; the number is that of its run."""
    ANSWER = "answer"
    """What is kept beside the chain about a collector's answer is not what its outcome says: it could be taken in again."""
    STATE = "state"
    """A recorded state is not what was written down; the number is that of its row."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that does not fit."""

    kind: FlawKind
    number: int | None
    """Outcome, or run for kinds RUN, OPEN and RECHECK, or row for STATE; None for the file as a whole."""
    message: Message


@dataclass(frozen=True, slots=True)
class Verification:
    """What looking at the whole store gave."""

    count: int
    """Outcomes in the chain."""
    head: str
    """Chain value of the newest outcome; empty in an empty store."""
    problems: tuple[Flaw, ...]
    """At most 1,000, in the order found."""
    more: int = 0
    """Problems beyond those."""
    pruned: int = 0
    """Captures that were removed by age, on record; no problem."""

    @property
    def intact(self) -> bool:
        """Nothing was changed, removed or added; a run that was killed is no such thing."""
        return not self.more and all(flaw.kind is FlawKind.OPEN for flaw in self.problems)


@dataclass(slots=True)
class Inspection:
    """The state of one verification as it goes through the store."""

    count: int = 0
    head: str = ORIGIN
    pruned: int = 0
    more: int = 0
    flaws: list[Flaw] = field(default_factory=list)
    runs: dict[Any, Mapping[str, Any]] = field(default_factory=dict)
    chains: dict[int, str] = field(default_factory=dict)
    """Chain value at the numbers where a run says it ended."""
    last_run: int = 0
    newest: int = 0
    """Number of the newest outcome when the inspection began."""

    def note(self, kind: FlawKind, number: int | None, message: Message) -> None:
        """Remember a flaw, up to a bound."""
        if len(self.flaws) < MAX_FLAWS:
            self.flaws.append(Flaw(kind, number, message))
        else:
            self.more += 1

    def result(self) -> Verification:
        """What was found."""
        return Verification(self.count, self.head, tuple(self.flaws), self.more, self.pruned)


def check_file(connection: Connection, inspection: Inspection) -> None:
    """SQLite's own check of pages and indexes, and records that belong to nothing."""
    for (text,) in connection.exec_driver_sql(f"PRAGMA quick_check({_FILE_FLAWS})"):
        if text != "ok":
            inspection.note(FlawKind.FILE, None, msg("SQLite finds damage: {text}", text=clean(str(text), limit=300)))
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_FILE_FLAWS):
        table, owner = clean(str(row[0])), clean(str(row[2]))
        inspection.note(FlawKind.FILE, None, msg("A record of {table} belongs to nothing in {owner}", table=table, owner=owner))


def load_runs(connection: Connection, inspection: Inspection) -> None:
    """Read all runs, to which outcomes are chained, and where the chain ends: what is added from now on is left out."""
    inspection.newest = newest(connection)[0]
    for row in connection.execute(select(schema.runs).order_by(schema.runs.c.number)):
        inspection.runs[row.number] = row._asdict()
        if isinstance(row.last, int):
            inspection.chains[row.last] = ""


def check_outcomes(connection: Connection, inspection: Inspection) -> bool:
    """Look at the next batch of outcomes; False when there are no more."""
    table = schema.outcomes
    rest = select(table).where(table.c.number > inspection.count, table.c.number <= inspection.newest)
    rows = [row._asdict() for row in connection.execute(rest.order_by(table.c.number).limit(BATCH))]
    for row in rows:
        _check_outcome(row, inspection)
    if not rows:
        return False
    first, last = rows[0]["number"], rows[-1]["number"]
    chained = {row["number"]: row for row in rows}
    _check_captures(connection, first, last, chained, inspection)
    said = _check_facts(connection, first, last, chained, inspection)
    for number in differing(connection, chained, said):
        inspection.note(FlawKind.MACHINE, number, msg("What is kept of the machine is not what this outcome says"))
    _check_findings(connection, first, last, chained, inspection)
    return True


def _check_outcome(row: Mapping[str, Any], inspection: Inspection) -> None:
    number = row["number"]
    if number != inspection.count + 1:
        missing = number - inspection.count - 1
        inspection.note(FlawKind.GAP, number, msg("{count} outcome(s) before this one are missing", count=missing))
    run = inspection.runs.get(row["run"])
    if run is None:
        inspection.note(FlawKind.RUN, number, msg("The run of this outcome is missing"))
    elif row["run"] < inspection.last_run or (isinstance(run["last"], int) and number > run["last"]):
        inspection.note(FlawKind.RUN, number, msg("This outcome was added to a run that had ended"))
    else:
        inspection.last_run = row["run"]
    opening = run["opening"] if run is not None else ""
    if outcome_chain(inspection.head, opening, row) != row["chain"]:
        inspection.note(FlawKind.CHAIN, number, msg("This outcome, or the one before it, is not what it was when it was kept"))
    inspection.count = number
    inspection.head = row["chain"]
    if number in inspection.chains:
        inspection.chains[number] = row["chain"]


def _check_captures(
    connection: Connection, first: int, last: int, chained: Mapping[int, Mapping[str, Any]], inspection: Inspection
) -> None:
    table = schema.captures
    expected = {number for number, row in chained.items() if row["capture_digest"] is not None}
    pruned = _prunings(connection, first, last, expected, inspection)
    for row in connection.execute(select(table).where(table.c.outcome.between(first, last))):
        outcome = chained.get(row.outcome)
        if outcome is None or row.outcome not in expected:
            inspection.note(FlawKind.CAPTURE, row.outcome, msg("There is a capture where none was kept"))
            continue
        expected.discard(row.outcome)
        if row.outcome in pruned:
            inspection.note(FlawKind.CAPTURE, row.outcome, msg("The capture is on record as pruned, and is still there"))
        try:
            capture = checked_capture(row.outcome, row.framing, row.body, outcome["capture_digest"], outcome["framing_digest"])
            fits = len(capture.raw) == outcome["capture_size"]
        except CodecError:
            fits = False
        if not fits:
            inspection.note(FlawKind.CAPTURE, row.outcome, msg("The capture is not what the machine answered"))
    for number in sorted(expected - pruned):
        inspection.note(FlawKind.CAPTURE, number, msg("The capture is gone, and no pruning is on record"))


def _prunings(connection: Connection, first: int, last: int, expected: set[int], inspection: Inspection) -> set[int]:
    """Outcomes whose capture is on record as pruned."""
    table = schema.prunings
    pruned = set()
    for row in connection.execute(select(table).where(table.c.outcome.between(first, last))):
        pruned.add(row.outcome)
        inspection.pruned += 1
        if row.outcome not in expected or not _is_moment(row.at):
            inspection.note(FlawKind.CAPTURE, row.outcome, msg("The record of pruning this capture is damaged"))
    return pruned


def _check_facts(
    connection: Connection, first: int, last: int, chained: Mapping[int, Mapping[str, Any]], inspection: Inspection
) -> dict[int, Identity]:
    """What the newest intact facts of each outcome say of its machine."""
    table = schema.facts
    expected = {number for number, row in chained.items() if row["facts_digest"] is not None}
    said: dict[int, Identity] = {}
    query = select(table).where(table.c.outcome.between(first, last)).order_by(table.c.outcome, table.c.original.desc())
    for row in connection.execute(query):
        outcome = chained.get(row.outcome)
        if row.original == 1 and row.outcome in expected and outcome is not None:
            expected.discard(row.outcome)
            run = inspection.runs.get(outcome["run"])
            knowledge = run["catalog_digest"] if run is not None else row.knowledge_digest
            facts = _intact(row.body, lambda text: sha256(text).hexdigest(), outcome["facts_digest"])
            intact = facts is not None and row.digest == outcome["facts_digest"] and row.knowledge_digest == knowledge
        else:
            facts = _intact(row.body, partial(reparsed_digest, row.outcome, row.knowledge_digest), row.digest)
            intact = row.original == 0 and facts is not None
        if intact:
            said[row.outcome] = Identity.of_facts(facts)
        else:
            inspection.note(FlawKind.FACTS, row.outcome, msg("The facts are not those that were kept"))
            said.pop(row.outcome, None)
    for number in sorted(expected):
        inspection.note(FlawKind.FACTS, number, msg("The facts are gone"))
    return said


def _intact(body: object, digest_of: Callable[[bytes], str], kept: object) -> FactSet | None:
    """The facts, when they can be read and their digest is the one that was kept."""
    try:
        text = unpack(body)
        facts = facts_from(text)
    except CodecError:
        return None
    return facts if digest_of(text) == kept else None


def _check_findings(
    connection: Connection, first: int, last: int, chained: Mapping[int, Mapping[str, Any]], inspection: Inspection
) -> None:
    table = schema.findings
    query = (
        select(table, schema.catalogs.c.digest.label("catalog_digest"))
        .outerjoin(schema.catalogs, schema.catalogs.c.number == table.c.catalog)
        .where(table.c.outcome.between(first, last))
    )
    for row in connection.execute(query):
        try:
            text = unpack(row.body)
            findings_from(text)
            intact = findings_digest(row.outcome, row.catalog_digest, row.judged_at, text) == row.digest
        except CodecError:
            intact = False
        if not intact or row.outcome not in chained:
            inspection.note(
                FlawKind.FINDINGS,
                row.outcome,
                msg("The findings are not those that were kept; `secaudit judge` makes them again"),
            )


def open_runs(connection: Connection) -> set[int]:
    """Numbers of the runs that are open now."""
    return set(connection.scalars(select(schema.runs.c.number).where(schema.runs.c.status == RUNNING)))


def check_runs(inspection: Inspection, abandoned: set[int]) -> None:
    """Recompute how runs began and ended; ``abandoned`` are open runs that nobody works on."""
    seal: Any = ORIGIN
    expected = 1
    for number, row in inspection.runs.items():
        if number != expected:
            inspection.note(FlawKind.GAP, None, msg("Runs before run {number} are missing", number=number))
        expected = number + 1
        if run_opening(seal or "", row) != row["opening"]:
            inspection.note(FlawKind.RUN, number, msg("The record of how run {number} began was changed", number=number))
        seal = row["seal"]
        if row["status"] == RUNNING and (seal, row["last"], row["finished_at"]) == (None, None, None):
            if number in abandoned:
                inspection.note(
                    FlawKind.OPEN, number, msg("Run {number} was never ended; the next run marks it interrupted", number=number)
                )
            continue
        if not _sealed(row, inspection):
            inspection.note(FlawKind.RUN, number, msg("The record of how run {number} ended was changed", number=number))


def _sealed(row: Mapping[str, Any], inspection: Inspection) -> bool:
    last = row["last"]
    if row["status"] not in ENDINGS or not isinstance(last, int):
        return False
    if last > inspection.count:
        missing = last - inspection.count
        inspection.note(FlawKind.GAP, last, msg("The newest {count} outcome(s) are missing", count=missing))
        return True
    head = inspection.chains.get(last, "") if last else ORIGIN
    return bool(run_seal(head, row) == row["seal"])


def _is_moment(text: object) -> bool:
    try:
        moment_from(str(text))
    except ValueError:
        return False
    return True
