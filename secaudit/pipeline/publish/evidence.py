"""Pieces of evidence of machines: their facts, their bytes, and where in which file a console's row stands."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from secaudit.model.capture import Capture, Section
from secaudit.model.console import EvidenceSource
from secaudit.model.fact import FactSet, Missing, MissingReason
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import StoredOutcome, Way
from secaudit.pipeline.evidence_summary import pieces_of
from secaudit.report.document import ConsoleLine, CourierLine, SectionText, Trail, section_text
from secaudit.store import Store

CONSOLE = "console"
"""Platform of captures that are rows of an export."""
_ROW = "row"
_ABOUT = "evidence."
"""Facts about the evidence itself: all pieces together say them."""
_ANSWER = re.compile(
    r"answer [0-9a-f]+ of collector (?P<collector>[0-9a-f]+), kept in file (?P<digest>[0-9a-f]{64}): "
    r"block (?P<block>\d{1,9}) of (?P<file>.+)",
    re.DOTALL | re.ASCII,
)
_MOST_CELLS = 100
"""Cells of a row that are shown; the file has all."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence with what the store keeps of it."""

    stored: StoredOutcome
    facts: FactSet
    capture: Capture | None
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What stands behind the verdicts of one machine."""

    pieces: tuple[Piece, ...]
    """The one that decides first."""
    origins: Mapping[str, tuple[int, ...]]
    budget: int
    """Characters shown of each section; 0: none."""

    def places(self, fact: str) -> tuple[int, ...]:
        """Positions of the pieces that a fact is from, the deciding one first."""
        if fact.startswith(_ABOUT):
            return tuple(range(len(self.pieces)))
        numbers = [piece.stored.number for piece in self.pieces]
        found = tuple(numbers.index(number) for number in self.origins.get(fact, ()) if number in numbers)
        return found or (0,)

    def section(self, fact: str, place: int) -> str:
        """Section of a piece in which a fact stands or would stand."""
        value = self.pieces[place].facts.get(fact) if place < len(self.pieces) else None
        return value.section if value is not None else ""

    def missing(self, fact: str, reason: MissingReason) -> tuple[int, str]:
        """Position of the piece that says why a fact is not there, and what exactly it saw."""
        for place, piece in enumerate(self.pieces):
            value = piece.facts.get(fact)
            if isinstance(value, Missing) and value.reason is reason:
                return place, value.detail
        return 0, ""


def read_proofs(store: Store | None, states: Sequence[EndpointState], budget: int) -> dict[str, Proof]:
    """Endpoint -> what proves its verdicts.

    Rows of consoles are small and say where in which file they stand: they are read even where no text is shown.
    """
    pieces = {piece.number: piece for state in states for piece in pieces_of(state)}
    if store is None or not pieces:
        return {state.endpoint: Proof((), {}, budget) for state in states}
    facts = store.facts_of(pieces)
    wanted = [number for number, piece in pieces.items() if budget or piece.outcome.way is Way.CONSOLE]
    captures = store.captures_of(wanted)
    notes = store.evidence_notes(pieces)
    made = {}
    for number, stored in pieces.items():
        note = notes.get(number)
        digest, size = (note.capture_digest or "", note.capture_size or 0) if note is not None else ("", 0)
        made[number] = Piece(stored, facts.get(number, {}), captures.get(number), digest, size)
    return {
        state.endpoint: Proof(tuple(made[piece.number] for piece in pieces_of(state)), state.origins, budget) for state in states
    }


def trail_of(piece: Piece) -> Trail:
    """Where one piece lies in the store, and of a console's row in its file."""
    outcome = piece.stored.outcome
    row = console_row(piece.capture)
    return Trail(
        observed_at=outcome.finished_at,
        way=outcome.way,
        grade=outcome.grade,
        run=piece.stored.run,
        outcome=piece.stored.number,
        digest=piece.digest,
        chain=piece.stored.chain,
        complete=piece.capture.complete if piece.capture is not None else True,
        server_version=outcome.server_version,
        host_key=outcome.host_key,
        size=piece.size,
        console=row[0] if row is not None else None,
        courier=courier_line(outcome.detail) if outcome.way is Way.COURIER else None,
    )


def courier_line(detail: str) -> CourierLine | None:
    """Where a collector's answer stands, as its outcome says; None where it says something else."""
    found = _ANSWER.fullmatch(detail)
    return None if found is None else CourierLine(found["collector"], found["file"], found["digest"], int(found["block"]))


def section_rows(proof: Proof) -> tuple[SectionText, ...]:
    """Text of all pieces, section by section; a console's row as its cells."""
    if not proof.budget:
        return ()
    return tuple(
        _section(section, piece.capture, place, proof.budget)
        for place, piece in enumerate(proof.pieces)
        if piece.capture is not None
        for section in piece.capture.sections
    )


def _section(section: Section, capture: Capture, place: int, budget: int) -> SectionText:
    row = console_row(capture) if section.name == _ROW else None
    if row is not None:
        return SectionText(section.name, section.status, "", len(section.body), piece=place, cells=row[1])
    made = section_text(section, budget)
    return made if not place else SectionText(made.name, made.status, made.text, made.size, made.cut, made.exit_code, piece=place)


def console_row(capture: Capture | None) -> tuple[ConsoleLine, tuple[tuple[str, str], ...]] | None:
    """Where a console's row stands and its cells; None for other captures, and for one that is not as we write them."""
    if capture is None or capture.platform != CONSOLE:
        return None
    section = capture.by_name.get(_ROW)
    try:
        row = orjson.loads(section.body) if section is not None else None
    except orjson.JSONDecodeError:
        return None
    if not isinstance(row, dict):
        return None
    number = row.get("row")
    line = ConsoleLine(
        source=next((source for source in EvidenceSource if source.value == row.get("source")), None),
        file=_text(row.get("name")),
        digest=_text(row.get("file")),
        row=number if isinstance(number, int) else 0,
        exporter=_text(row.get("exporter")),
        exported_at=_moment(row.get("exported_at")),
        profile=_text(row.get("profile")),
    )
    return line, tuple(_cells(row.get("cells")))


def _cells(found: object) -> Iterable[tuple[str, str]]:
    cells = list(found.items()) if isinstance(found, dict) else []
    return [(_text(heading), _text(cell)) for heading, cell in cells[:_MOST_CELLS]]


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _moment(value: object) -> datetime | None:
    try:
        made = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return made if made is None or made.tzinfo is not None else made.replace(tzinfo=UTC)
