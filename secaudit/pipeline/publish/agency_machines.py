"""The machines of agencies for their own pages: as they were judged, with evidence read for many machines at one time."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

import orjson

from secaudit.facts.windows_level import BEHIND, DUE, LEVEL, patch_level
from secaudit.measure import Waivers
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.capture import Capture
from secaudit.model.console import EvidenceSource
from secaudit.model.fact import FactSet, Known
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import AgencyFile, Endpoint
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import StoredOutcome, Way
from secaudit.pipeline.evidence_summary import pieces_of
from secaudit.pipeline.judging import BATCH, batched
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.conflicts import CONFLICTS, conflict_rows
from secaudit.pipeline.publish.evidence import Piece, Proof, section_rows
from secaudit.pipeline.publish.machines import MOST_WITH_SECTIONS, declared_os
from secaudit.report.agency_page import TALLIED, Evidence, OwnMachine
from secaudit.report.document import ConflictRow, ConsoleLine, SectionText, Trail, section_budget
from secaudit.report.patch_words import patch_sentence
from secaudit.report.words import word
from secaudit.store import EvidenceNote, FactOutline, Store

_PATCH = (LEVEL, BEHIND, DUE)
_MARKS = ("os.id", "os.build", "os.revision")
_READ = ("os.name", *_MARKS, "patch.reboot_required", "patch.restart_waiting_days")
"""Facts whose values stand in a machine's line; what verdicts rest on is in the findings already."""
_PLACE = {verdict: place for place, verdict in enumerate(TALLIED)}


class MachineReader:
    """Reads machines; keeps nothing of them."""

    def __init__(self, measured: Measured, store: Store | None) -> None:
        """What is the same for all machines is made here."""
        self._measured = measured
        self._store = store
        self._waivers = Waivers(measured.province.inventory, day_in_vietnam(measured.as_of))
        seen = sum(1 for state in measured.states.values() if state.evidence is not None)
        self._with_texts = seen <= MOST_WITH_SECTIONS
        self._patch = lru_cache(maxsize=4096)(self._patch_of)

    def read_from(self, store: Store | None) -> None:
        """Read from this store from now on; what is the same for all machines is not looked at again."""
        self._store = store

    def read(self, agencies: Sequence[AgencyFile]) -> dict[str, tuple[OwnMachine, ...]]:
        """Agency id -> its machines in use, by id."""
        declared = [(agency, endpoint) for agency in agencies for endpoint in agency.endpoints if endpoint.status == "in_use"]
        found: dict[str, list[OwnMachine]] = {agency.agency.id: [] for agency in agencies}
        for batch in batched(declared, BATCH):
            pieces = [piece for _, endpoint in batch for piece in pieces_of(self._state(endpoint))]
            kept = _Kept(self._store, pieces, with_texts=self._with_texts)
            for agency, endpoint in batch:
                found[agency.agency.id].append(self._machine(agency, endpoint, kept))
        return {name: tuple(sorted(rows, key=lambda row: row.id)) for name, rows in found.items()}

    def _state(self, endpoint: Endpoint) -> EndpointState:
        return self._measured.states[endpoint.id]

    def _machine(self, agency: AgencyFile, endpoint: Endpoint, kept: "_Kept") -> OwnMachine:
        state = self._state(endpoint)
        seen = state.evidence is not None
        pieces = pieces_of(state) if seen else ()
        facts = self._facts(pieces, kept)
        name = facts.get("os.name")
        return OwnMachine(
            id=endpoint.id,
            kind=endpoint.kind,
            name=endpoint.hostname,
            os=name.value if isinstance(name, Known) and isinstance(name.value, str) else declared_os(endpoint),
            place=endpoint.place,
            address=endpoint.address,
            systems=self._systems(agency, endpoint),
            lab=state.evidence.outcome.lab if state.evidence is not None else endpoint.lab,
            seen=seen,
            doubt=state.doubt.kind if state.doubt is not None else None,
            sight=state.last_attempt,
            stale=state.stale,
            attempted_at=state.last_attempt_at,
            protection=state.protection,
            grades=tuple(dict.fromkeys(piece.outcome.grade for piece in pieces)),
            observed_at=state.evidence.outcome.finished_at if state.evidence is not None else None,
            patch=patch_sentence({name: fact.value for name, fact in facts.items() if isinstance(fact, Known)}) if seen else None,
            tally=_tally(state.findings) if seen else (),
            evidence=self._evidence(agency, endpoint, state, pieces, kept) if seen else None,
        )

    def _systems(self, agency: AgencyFile, endpoint: Endpoint) -> tuple[str, ...]:
        """Names of systems that are the agency's own; what others run there is theirs to name."""
        own = {system.id: system.name for system in agency.systems}
        return tuple(own[name] for name in endpoint.systems if name in own)

    def _facts(self, pieces: Sequence[StoredOutcome], kept: "_Kept") -> FactSet:
        """What stands in a machine's line: each from the first piece that knows it, and what follows from these."""
        found: dict[str, Known] = {}
        counted: dict[str, Known] = {}
        for piece in pieces:
            outline = kept.outlines.get(piece.number)
            if outline is None:
                continue
            for name, fact in outline.facts.items():
                if isinstance(fact, Known):
                    found.setdefault(name, fact)
            for name, fact in self._patch(*(_plain(found.get(name)) for name in _MARKS)).items():
                counted.setdefault(name, fact)
        return {**found, **counted}

    def _patch_of(self, *marks: str | int | None) -> dict[str, Known]:
        facts = {name: Known(value, "") for name, value in zip(_MARKS, marks, strict=True) if value is not None}
        found = patch_level(facts, self._measured.province.catalog.knowledge, self._measured.as_of.date())
        return {name: fact for name in _PATCH if isinstance(fact := found[name], Known)}

    def _evidence(
        self, agency: AgencyFile, endpoint: Endpoint, state: EndpointState, pieces: Sequence[StoredOutcome], kept: "_Kept"
    ) -> Evidence:
        places = {piece.number: place for place, piece in enumerate(pieces)}
        return Evidence(
            state.findings,
            tuple(_trail(piece, kept.notes.get(piece.number)) for piece in pieces),
            tuple(kept.sections(piece.number) for piece in pieces),
            origins={
                fact: tuple(places[number] for number in numbers if number in places) for fact, numbers in state.origins.items()
            },
            level=self._measured.levels.endpoints.get(endpoint.id),
            excused=self._excused(state),
            conflicts=_conflicts(state.findings, pieces),
            left_out=tuple(_left_out(doubt.outcome, word(doubt.kind)) for doubt in state.dropped),
            texts=self._texts(agency, pieces, kept),
        )

    def _excused(self, state: EndpointState) -> Mapping[str, date]:
        if not self._waivers.known:
            return {}
        found = {}
        for finding in state.findings:
            if finding.verdict is Verdict.FAIL:
                waiver = self._waivers.on_check(finding.check, state.endpoint)
                if waiver is not None:
                    found[finding.check] = waiver.valid_until
        return found

    def _texts(self, agency: AgencyFile, pieces: Sequence[StoredOutcome], kept: "_Kept") -> tuple[SectionText, ...]:
        """The machine's own words, as far as the page has room for them."""
        if not any(piece.number in kept.captures for piece in pieces):
            return ()
        seen = sum(1 for endpoint in agency.endpoints if self._state(endpoint).evidence is not None)
        made = tuple(Piece(piece, {}, kept.captures.get(piece.number), "", 0) for piece in pieces)
        return section_rows(Proof(made, {}, section_budget(seen)))


class _Kept:
    """What the store keeps of some pieces of evidence."""

    def __init__(self, store: Store | None, pieces: Sequence[StoredOutcome], *, with_texts: bool) -> None:
        wanted = [piece.number for piece in pieces]
        self.outlines: Mapping[int, FactOutline] = {}
        self.notes: Mapping[int, EvidenceNote] = {}
        self.captures: Mapping[int, Capture] = {}
        if store is None or not wanted:
            return
        self.outlines = store.fact_outlines(wanted, _READ)
        self.notes = store.evidence_notes(wanted)
        if with_texts:
            # A console's row stands in a file that speaks of other agencies too.
            self.captures = store.captures_of([piece.number for piece in pieces if piece.outcome.way is not Way.CONSOLE])

    def sections(self, number: int) -> Mapping[str, str]:
        """Fact -> section of one piece."""
        outline = self.outlines.get(number)
        return outline.sections if outline is not None else {}


def _trail(piece: StoredOutcome, note: EvidenceNote | None) -> Trail:
    """How one piece came in; whose account it was and which file of many agencies it stood in is nobody's business here."""
    outcome = piece.outcome
    source = next((one for one in EvidenceSource if one.value == outcome.server_version), None)
    return Trail(
        observed_at=outcome.finished_at,
        way=outcome.way,
        grade=outcome.grade,
        run=piece.run,
        outcome=piece.number,
        digest=(note.capture_digest or "") if note is not None else "",
        chain=piece.chain,
        size=(note.capture_size or 0) if note is not None else 0,
        console=ConsoleLine(source, "", "", 0) if outcome.way is Way.CONSOLE else None,
    )


def _plain(fact: Known | None) -> str | int | None:
    return fact.value if fact is not None and isinstance(fact.value, str | int) else None


def _tally(findings: Sequence[Finding]) -> tuple[int, ...]:
    counts = [0] * len(TALLIED)
    for finding in findings:
        counts[_PLACE[finding.verdict]] += 1
    return tuple(counts)


def _conflicts(findings: Sequence[Finding], pieces: Sequence[StoredOutcome]) -> tuple[ConflictRow, ...]:
    """Where pieces contradict each other, as the check of it was shown."""
    if len(pieces) < 2:
        return ()
    texts = [value for finding in findings for name, value in finding.evidence if name == CONFLICTS]
    try:
        found = orjson.loads(texts[0]) if texts else []
    except orjson.JSONDecodeError:
        found = texts[:1]
    return conflict_rows({CONFLICTS: Known(found, "")}, pieces) if found else ()


def _left_out(number: int | None, why: Message) -> Message:
    return msg("evidence {number} does not count: {why}", number=str(number or "–"), why=why)
