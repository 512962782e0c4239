"""The store: everything that was gathered and judged, in one file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from secaudit.messages import clean, msg
from secaudit.model.capture import Capture
from secaudit.model.courier import Receipt
from secaudit.model.fact import FactSet
from secaudit.model.finding import Finding
from secaudit.model.identity import Identity
from secaudit.model.intake import IntakeFile, Newcomer, StoredIntake
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Offer, Outcome, Run, StoredOutcome, Way
from secaudit.model.plan import CONSOLE_DAYS
from secaudit.store import (
    couriers,
    intakes,
    machines,
    periods,
    reading,
    rechecks,
    schema,
    states,
    submissions,
    verify,
    writing,
)
from secaudit.store import offers as offers_table
from secaudit.store.codec import CodecError, Compressor
from secaudit.store.database import Database, open_database, peek_database
from secaudit.store.factsets import FactOutline
from secaudit.store.failures import damaged
from secaudit.store.fieldwork import Fieldwork
from secaudit.store.reading import EvidenceNote
from secaudit.store.rows import RowError, moment_text
from secaudit.store.verify import Verification

_PRUNE_BATCH = 500


class Store(Fieldwork):
    """One open store; a context manager.

    Any number of processes may read while one writes. The first call that writes takes the writer's lock and keeps it until
    the store is closed; :meth:`claim` takes it at once. Methods may be called from several threads. All raise StoreError when
    the file cannot be read or written, and ValueError for arguments that can only be a defect of the caller.
    """

    def __init__(self, database: Database) -> None:
        """Use :meth:`open`."""
        self._database = database
        self.couriers = couriers.Couriers(database, self._reading)
        self.submissions = submissions.Submissions(database, self._reading)
        self.periods = periods.Periods(database, self._reading)
        self.states = states.States(database, self._reading)

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> Self:
        """Open the store file at ``path``; with ``create`` a missing one (and its folder, closed to others) is made.

        StoreError for a file that is no store, was written by a newer secaudit, is damaged, or lies where others can write.
        """
        return cls(open_database(path, create=create))

    @classmethod
    def peek(cls, path: Path) -> Self:
        """Open for a look that leaves no trace: no lock, no side file, no change of schema.

        StoreError also where the schema is older than this program: the next command that may write brings it up to date.
        """
        return cls(peek_database(path))

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the file and give the writer's lock back."""
        self._database.close()

    @property
    def path(self) -> Path:
        """The database file."""
        return self._database.path

    def claim(self) -> None:
        """Take the writer's lock now: StoreError names who has it. A scan asks before it connects to anything."""
        self._database.claim()

    # Runs and outcomes

    def begin_run(
        self, *, started_at: datetime, who: str, way: Way, scope: str, inventory_digest: str = "", catalog_digest: str = ""
    ) -> Run:
        """Open a run. Runs that a killed process left open are marked interrupted, without an end time."""
        with self._database.write() as connection:
            number = writing.begin_run(
                connection,
                started_at=started_at,
                who=who,
                way=way,
                scope=scope,
                inventory_digest=inventory_digest,
                catalog_digest=catalog_digest,
            )
            return reading.runs(connection, number)[0]

    def keep(
        self, run: int, outcomes: Sequence[Outcome], offers: Sequence[Offer] = (), receipts: Sequence[Receipt] = ()
    ) -> list[StoredOutcome]:
        """Append outcomes to an open run in the order given, in one transaction; on the disk when this returns.

        ``offers`` made meanwhile are recorded in the same transaction, and so are ``receipts`` of collectors' answers: one for
        each outcome, or none at all.
        """
        compressor = Compressor()
        prepared = [writing.prepare(outcome, compressor) for outcome in outcomes]
        with self._database.write() as connection:
            offers_table.save(connection, run, offers)
            kept = writing.keep(connection, run, prepared)
            if receipts:
                couriers.save_receipts(connection, zip((one.number for one in kept), receipts, strict=True))
            return kept

    def end_run(self, run: int, status: str, at: datetime) -> Run:
        """Close a run for good; ``status`` is finished, interrupted or failed."""
        if status not in writing.ENDINGS:
            raise ValueError(f"a run cannot end as {status!r}")
        with self._database.write() as connection:
            writing.end_run(connection, run, status, at)
            return reading.runs(connection, run)[0]

    def runs(self) -> list[Run]:
        """All runs, oldest first."""
        with self._reading() as connection:
            return reading.runs(connection)

    def run(self, number: int) -> Run:
        """One run; StoreError when there is none with this number."""
        with self._reading() as connection:
            found = reading.runs(connection, number)
        if not found:
            raise writing.refusal(msg("There is no run {number} in the store", number=number))
        return found[0]

    def outcomes(self, run: int) -> list[StoredOutcome]:
        """Outcomes of one run in the order of the chain, without captures and facts."""
        with self._reading() as connection:
            return reading.outcomes(connection, schema.outcomes.c.run == run)

    def outcome(self, number: int) -> StoredOutcome:
        """One outcome, without capture and facts; StoreError when there is none with this number."""
        with self._reading() as connection:
            found = reading.outcomes(connection, schema.outcomes.c.number == number)
        if not found:
            raise writing.refusal(msg("There is no outcome {number} in the store", number=number))
        return found[0]

    # Credentials

    def keep_offers(self, run: int, offers: Sequence[Offer]) -> None:
        """Record which credentials were offered to which machines in a run; on the disk when this returns."""
        if offers:
            with self._database.write() as connection:
                offers_table.save(connection, run, offers)

    def offers(self, run: int) -> list[Offer]:
        """Credentials offered in one run, in the order of time; never the credentials themselves."""
        with self._reading() as connection:
            return offers_table.of_run(connection, run)

    # States

    def latest(
        self, as_of: datetime, fresh_days: float, *, console_days: float = CONSOLE_DAYS, with_facts: bool = False
    ) -> dict[str, EndpointState]:
        """State of every endpoint attempted up to ``as_of``: the newest sight of each way is evidence while it is fresh.

        What consoles say is fresh for ``console_days``, everything else for ``fresh_days``. An endpoint with older evidence only
        is stale and has none. Captures are not loaded (:meth:`captures_of`), facts only on request; findings stay empty.
        """
        with self._reading() as connection:
            found = reading.states(connection, as_of, fresh_days, console_days)
            return reading.with_facts(connection, found) if with_facts else found

    def seen_since(self, moment: datetime) -> int:
        """How many machines were seen after ``moment``, whichever way and whether it counts or not: cheap, and no figure."""
        with self._reading() as connection:
            return reading.seen_since(connection, moment)

    def history(self, endpoint: str, *, limit: int = 100) -> list[StoredOutcome]:
        """Attempts at one endpoint, newest first, without captures and facts."""
        with self._reading() as connection:
            return reading.history(connection, endpoint, limit)

    def contact_hours(self, since: datetime) -> dict[str, dict[int, int]]:
        """Endpoint -> hour of the week in Việt Nam (0: Monday from midnight) -> how often SSH saw it then, from ``since`` on."""
        with self._reading() as connection:
            return reading.contact_hours(connection, since)

    def run_starts(self, way: Way, *, limit: int = 100) -> list[datetime]:
        """When the newest runs of this way began, oldest first."""
        with self._reading() as connection:
            return reading.run_starts(connection, way, limit)

    # Which machine answered

    def identities(self, run: int) -> dict[str, Identity]:
        """Endpoint -> what the machine said of itself, of the machines that a run saw; those that said nothing are left out."""
        with self._reading() as connection:
            return machines.identities(connection, run)

    def accept(self, endpoints: Sequence[str], *, who: str, at: datetime) -> None:
        """A person says that these machines were replaced or installed again: what was seen up to ``at`` counts no more.

        The next answer is taken for the new machine's; a declared serial number or UUID must fit it all the same.
        """
        with self._database.write() as connection:
            machines.accept(connection, endpoints, who=who, at=at)

    def acceptances(self) -> list[tuple[datetime, str, str]]:
        """Moment, who, endpoint of everything accepted, oldest first."""
        with self._reading() as connection:
            return machines.acceptances(connection)

    # Evidence from files

    def keep_file(self, run: int, file: IntakeFile, at: datetime) -> None:
        """Keep a file that evidence came in, whole; on the disk when this returns."""
        with self._database.write() as connection:
            intakes.save_file(connection, run, file, at)

    def intake_files(self) -> list[StoredIntake]:
        """All files taken in, oldest first, without their bytes."""
        with self._reading() as connection:
            return intakes.files(connection)

    def intake_body(self, number: int) -> bytes | None:
        """The bytes of a file taken in; None when there is none with this number."""
        with self._reading() as connection:
            return intakes.body(connection, number)

    def console_moments(self, source: str) -> dict[str, datetime]:
        """Endpoint -> moment of the newest evidence of this console, so that the same rows are not kept twice."""
        with self._reading() as connection:
            return intakes.console_moments(connection, source)

    def keep_newcomers(self, found: Iterable[Newcomer]) -> None:
        """Keep machines that evidence speaks of and nobody declares."""
        with self._database.write() as connection:
            intakes.save_newcomers(connection, found)

    def newcomers(self, as_of: datetime | None = None) -> list[Newcomer]:
        """Machines nobody declared when they were seen, by agency and id; with ``as_of`` those known by then."""
        with self._reading() as connection:
            return intakes.newcomers(connection, as_of)

    # Evidence

    def captures_of(self, numbers: Iterable[int]) -> dict[int, Capture]:
        """Captures of the outcomes named; pruned ones are left out. They are large: ask for some hundred at a time.

        StoreError when the bytes are not those that were digested.
        """
        with self._reading() as connection:
            return reading.captures_of(connection, numbers)

    def facts_of(self, numbers: Iterable[int]) -> dict[int, FactSet]:
        """Newest facts of the outcomes named: parsed again if they ever were, else as first parsed."""
        with self._reading() as connection:
            return reading.facts_of(connection, numbers)

    def fact_outlines(self, numbers: Iterable[int], names: Iterable[str]) -> dict[int, FactOutline]:
        """Of the same facts their sections, and the values of those named only."""
        with self._reading() as connection:
            return reading.outlines_of(connection, numbers, names)

    def evidence_notes(self, numbers: Iterable[int]) -> dict[int, EvidenceNote]:
        """Digests and sizes of the evidence, whether the capture is still kept, and under what the facts were parsed."""
        with self._reading() as connection:
            return reading.evidence_notes(connection, numbers)

    def save_facts(self, number: int, facts: FactSet, *, knowledge_digest: str = "") -> None:
        """Keep facts parsed again from the capture of one outcome; the first ones stay, chained."""
        self.save_facts_of({number: facts}, knowledge_digest=knowledge_digest)

    def save_facts_of(self, items: Mapping[int, FactSet], *, knowledge_digest: str = "") -> None:
        """Like :meth:`save_facts` for many outcomes, in one transaction."""
        with self._database.write() as connection:
            writing.save_facts(connection, knowledge_digest, items)

    # Findings

    def save_findings(self, catalog_digest: str, at: datetime, items: Mapping[int, Sequence[Finding]]) -> None:
        """Keep the findings about each outcome under one catalog, in one transaction; judging again replaces them."""
        with self._database.write() as connection:
            writing.save_findings(connection, catalog_digest, at, items)

    def findings(self, catalog_digest: str, numbers: Iterable[int]) -> dict[int, tuple[Finding, ...]]:
        """Findings under one catalog; outcomes not judged under it are left out."""
        with self._reading() as connection:
            return reading.findings(connection, catalog_digest, numbers)

    # Retention and proof

    def prune_captures(self, before: datetime) -> int:
        """Remove the bytes of captures whose evidence is older than ``before``; returns how many.

        Digests, facts, findings and the chain stay, and so does the record that it was done. The room goes back to the disk.
        """
        limit, at = moment_text(before), moment_text(datetime.now(UTC))
        total = 0
        while True:
            with self._database.write() as connection:
                pruned = writing.prune_captures(connection, limit, at, _PRUNE_BATCH)
            total += pruned
            if not pruned:
                return total
            # After every batch, so that pruning needs little room itself.
            self._give_back_room()

    def prune_findings(self, keep: Sequence[str]) -> int:
        """Forget findings made under catalogs whose digest is not in ``keep``; returns how many outcomes' rows went."""
        with self._database.write() as connection:
            removed = writing.prune_findings(connection, keep)
        self._give_back_room()
        return removed

    def head(self) -> str:
        """Chain value of the newest outcome, printed in reports; empty in an empty store."""
        with self._reading() as connection:
            return writing.newest(connection)[1]

    def number_of(self, head: str) -> int | None:
        """Number of the outcome with this chain value: whether the store still holds what a report stood on."""
        with self._reading() as connection:
            return reading.number_of(connection, head)

    def verify(self, progress: Callable[[int], None] | None = None) -> Verification:
        """Recompute chain and digests of the whole store; ``progress`` hears the number of outcomes looked at so far."""
        inspection = verify.Inspection()
        with self._database.inspect() as connection:
            verify.check_file(connection, inspection)
            verify.load_runs(connection, inspection)
        more = True
        while more:
            with self._database.inspect() as connection:
                more = verify.check_outcomes(connection, inspection)
            if progress is not None:
                progress(inspection.count)
        # In this order: a run that was open at the start, with nobody holding the lock now, can have no process behind it.
        writer = self._database.lock.taken()
        with self._database.inspect() as connection:
            abandoned = set() if writer else verify.open_runs(connection)
        verify.check_runs(inspection, abandoned)
        with self._database.inspect() as connection:
            for run, message in rechecks.flaws(connection):
                inspection.note(verify.FlawKind.RECHECK, run, message)
            for number, message in couriers.flaws(connection):
                inspection.note(verify.FlawKind.ANSWER, number, message)
            for number, message in states.flaws(connection):
                inspection.note(verify.FlawKind.STATE, number, message)
        return inspection.result()

    def _give_back_room(self) -> None:
        with self._database.maintain() as connection:
            # As a script: `execute` would take a single step, which frees a single page.
            connection.executescript("PRAGMA incremental_vacuum")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A read transaction; records that cannot be understood leave it as StoreError."""
        try:
            with self._database.read() as connection:
                yield connection
        except (CodecError, RowError) as error:
            what = clean(str(error), limit=300)
            raise damaged(self._database.path, msg("{what}", what=what)) from error
