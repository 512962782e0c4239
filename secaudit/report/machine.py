"""The part of a report that speaks of machines: verdicts, and the way down to the bytes that prove them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from secaudit.model.capture import Section, SectionStatus
from secaudit.model.check import Severity
from secaudit.model.console import EvidenceSource
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.model.protection import ProtectionGrade
from secaudit.report.texts import Detail, Limit, Paragraph, Sentence, Sentences, Wording


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit that a check sets to a fact, or to a field of its records."""

    fact: str
    """``password.min_length``, or ``protection.products[].signature_age_days``."""
    sign: Literal["<", "<=", ">=", ">", "=="]
    """What is in order; of ``most`` and ``least`` together ``<=``."""
    values: tuple[tuple[int, int], ...]
    """Level from which on it holds, and the number; the lowest level first."""
    least: int | None = None
    """With ``<=``: and not below this."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of the catalog, described once."""

    id: str
    title: Wording
    severity: Severity
    what: Paragraph
    why: Paragraph
    verify: Paragraph
    fix_windows: Paragraph | None = None
    fix_linux: Paragraph | None = None
    refs: tuple[str, ...] = ()
    asserted: tuple[str, ...] = ()
    """Facts and fields of records (``protection.products[].realtime``) that what is asked is about."""
    limits: tuple[LimitRow, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A machine on which something grave is proven not to be in order."""

    machine: str
    fails: tuple[str, ...]
    """Ids of critical and high checks, the most severe first."""
    lesser: int = 0
    """How many checks of lower severity it fails besides."""
    excused: tuple[str, ...] = ()
    """Those of ``fails`` that somebody excused for a time."""


@dataclass(frozen=True, slots=True)
class UnseenRow:
    """A machine without fresh evidence."""

    machine: str
    sight: Sight
    """Class of the newest attempt."""
    stale: bool = False
    """There is evidence, but it is too old."""
    attempted_at: datetime | None = None
    detail: Detail = ""
    """English and hostile: what exactly was seen."""


@dataclass(frozen=True, slots=True)
class HeldRow:
    """A machine whose evidence does not count, because it may not be the declared machine."""

    machine: str
    kind: DoubtKind
    since: datetime | None = None
    """Moment of the first attempt that raised the doubt."""
    was: Detail = ""
    """Enrolled fingerprints, or the identity that is declared or was seen before."""
    now: Detail = ""
    """The fingerprint or the identity that was met instead."""
    basis: Literal["", "declared", "seen before", "better evidence"] = ""
    """Where an identity in ``was`` comes from."""
    twins: tuple[str, ...] = ()
    """Ids of other machines that the same machine answered for."""
    sight: Sight = Sight.SEEN
    """Class of the newest attempt."""
    attempted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """One observed value."""

    name: str
    value: Annotated[str, Limit(2000)]
    """JSON text."""
    section: str = ""
    """Section of the capture it was read from."""
    pieces: tuple[int, ...] = (0,)
    """Which pieces of the machine's evidence it is from, the one that decides first: 0 is ``trail``, from 1 on ``beside``."""


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A fact that would have decided."""

    name: str
    reason: MissingReason
    detail: Detail = ""
    section: str = ""
    piece: int = 0
    """Which piece of the machine's evidence says why."""


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What one check says of one machine."""

    check: str
    """Check id."""
    verdict: Verdict
    facts: tuple[str, ...] = ()
    """Names of facts (in the machine's ``facts``) the verdict rests on."""
    missing: tuple[MissingRow, ...] = ()
    defect: Detail | None = None
    grade: Grade | None = None
    """The worst grade of evidence that was needed; None for what evidence did not decide."""
    excused_until: date | None = None
    """Of a failure that somebody excused for a time: the last day. It is a failure all the same."""


@dataclass(frozen=True, slots=True)
class SectionText:
    """One section of the capture, as text."""

    name: str
    status: SectionStatus
    text: Annotated[str, Limit(20_000)]
    size: int = 0
    """Bytes of the whole section."""
    cut: bool = False
    """``text`` is only its beginning."""
    exit_code: int | None = None
    piece: int = 0
    """Which piece of the machine's evidence it is from."""
    cells: Annotated[tuple[tuple[str, str], ...], Limit(200)] = ()
    """Of a console's row instead of ``text``: heading and cell as they stand in the file."""


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    """Where in which file a console's row stands."""

    source: EvidenceSource | None
    """None for one that this program does not know."""
    file: str
    """Name of the file."""
    digest: str
    """SHA-256 of the file, hexadecimal."""
    row: int
    """As a person counts them, from 1."""
    exporter: str = ""
    exported_at: datetime | None = None
    profile: str = ""
    """The mapping of columns that was used."""


@dataclass(frozen=True, slots=True)
class CourierLine:
    """Where in which file a collector's answer stands."""

    collector: str
    """Number of the collector that was handed out."""
    file: str
    digest: str
    """SHA-256 of the file, hexadecimal."""
    block: int


@dataclass(frozen=True, slots=True)
class Trail:
    """Where one piece of a machine's evidence lies in the store."""

    observed_at: datetime
    way: Way
    grade: Grade
    run: int
    outcome: int
    """Position in the chain."""
    digest: str
    """SHA-256 of the capture."""
    chain: str
    """Hash of this outcome and the one before it."""
    complete: bool = True
    server_version: str | None = None
    host_key: str | None = None
    size: int = 0
    """Bytes of the capture; 0 where they are not known."""
    console: ConsoleLine | None = None
    """Of evidence from a console or a list."""
    courier: CourierLine | None = None
    """Of evidence from a collector."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one piece of evidence says where two contradict each other."""

    value: Annotated[str, Limit(400)]
    """JSON text."""
    way: Way | None = None
    grade: Grade | None = None
    at: datetime | None = None
    source: str = ""
    """Of a console: an evidence source."""


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """Two pieces of evidence that contradict each other; the better grade decides."""

    fact: str
    place: str
    """Record and field of a list; empty for other facts."""
    counts: Side
    against: Side


@dataclass(frozen=True, slots=True)
class MachineRow:
    """One machine and the way down to its evidence."""

    id: str
    agency: str
    """Agency id."""
    kind: EndpointKind
    os: str | None = None
    """For people: as observed, else as declared."""
    place: str | None = None
    address: str | None = None
    systems: tuple[str, ...] = ()
    """Names of the systems on it."""
    level: int | None = None
    """Highest level of these systems, where it is determined: by it some limits differ."""
    lab: bool = False
    seen: bool = False
    """There is fresh evidence."""
    doubt: DoubtKind | None = None
    """Why evidence about it does not count; ``seen`` is False then."""
    protection: ProtectionGrade | None = None
    patch: Sentence | None = None
    """How far its monthly releases are behind and whether a restart waits; None where nothing is known of either."""
    """Of machines that were seen and are judged."""
    trail: Trail | None = None
    """The evidence that decides where several disagree."""
    beside: tuple[Trail, ...] = ()
    """Further evidence that fills in what ``trail`` leaves open: better grades first, then newer ones."""
    conflicts: tuple[ConflictRow, ...] = ()
    left_out: Sentences = ()
    """Evidence that does not count although it would fill something in, and why."""
    facts: tuple[FactRow, ...] = ()
    verdicts: tuple[VerdictRow, ...] = ()
    sections: tuple[SectionText, ...] = ()


@dataclass(frozen=True, slots=True)
class RecheckRow:
    """The newest random re-check of indirect evidence."""

    checked: int
    """Machines whose facts were really compared."""
    population: int
    """Machines that could have been drawn."""
    drawn: int
    missed: int
    """Drawn and not re-checked: they agree with nothing."""
    least: int
    """How many of the population may differ, at 95 %."""
    most: int
    at: datetime
    run: int
    seed: str
    sentences: Sentences
    """The same in words, the figure first."""
    different: tuple[str, ...] = ()
    """Ids of machines of the report of which something differs."""
    elsewhere: tuple[str, ...] = ()
    """Ids of those that are not in this report any more."""


@dataclass(frozen=True, slots=True)
class NewcomerRow:
    """A machine that evidence speaks of and no agency declares: it waits for its agency's confirmation."""

    id: str
    """Proposed: the agency's list can take it over as it is."""
    agency: str | None
    """Agency id; None when nothing says whose machine it is."""
    name: str
    """Host name."""
    os: str
    """``windows``, ``linux`` or empty."""
    source: str
    """An evidence source, or ``courier``."""
    first_seen: datetime
    last_seen: datetime
    serial: str = ""
    uuid: str = ""


def section_text(section: Section, budget: int) -> SectionText:
    """``section`` as text of at most ``budget`` characters; bytes that are not UTF-8 are shown as U+FFFD."""
    text = section.body[: budget * 4].decode("utf-8", errors="replace")
    cut = len(text) > budget or len(section.body) > budget * 4
    return SectionText(section.name, section.status, text[:budget], len(section.body), cut, section.exit_code)


def section_budget(machines: int, sections: int = 20) -> int:
    """Characters one section may have so that a page with ``machines`` seen machines keeps its size.

    Together they stay under 600,000 characters, but no section is cut below 80 nor given more than 4,000.
    """
    return max(80, min(4_000, 600_000 // max(1, machines * sections)))
