"""The page of one agency: its part of every target, its systems, its machines, and what it has to do.

It may be sent to that agency alone, so nothing of others stands in it, and nothing of how the auditors work: no accounts, no
files that speak of several agencies, no numbers of the province beside the aim of each target.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, Literal

from secaudit.model.base import Texts
from secaudit.model.decision import DueState
from secaudit.model.doubt import DoubtKind
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import EndpointKind, Tier
from secaudit.model.measurement import Decision
from secaudit.model.outcome import Grade, Sight
from secaudit.model.past import Turn
from secaudit.model.plan import Population
from secaudit.model.protection import ProtectionGrade
from secaudit.report.document import Footer, SubTargetRow, SystemRow, Tile
from secaudit.report.figure import Figure
from secaudit.report.found import FoundRow
from secaudit.report.machine import CheckRow, ConflictRow, NewcomerRow, SectionText, Trail
from secaudit.report.texts import Limit, Paragraph, Sentence, Sentences, Wording

TALLIED = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.MANUAL, Verdict.PASS, Verdict.NOT_APPLICABLE)
"""Verdicts in the order in which a machine's tally counts them."""


class Paper(StrEnum):
    """Whether something the agency has to hand in is there."""

    GIVEN = "given"
    MISSING = "missing"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One thing the agency has to hand in."""

    what: Sentence
    state: Paper
    said: Sentence = ""
    """What is there, or what is missing."""


@dataclass(frozen=True, slots=True)
class AgencyHead:
    """What stands over the page."""

    id: str
    name: str
    tier: Tier
    province: str
    owner: str
    as_of: datetime
    plan: str
    """The plan as the user cites it."""
    plan_title: str | None = None
    plan_issued_on: date | None = None
    tile: Tile = Tile.CLARIFY
    contact: str | None = None
    phone: str | None = None
    unit: str | None = None
    """Whom to call at the province: the designated unit."""
    unit_phone: str | None = None
    submitted: bool = True
    closed_on: date | None = None
    """The last day of an agency that does not exist any more."""
    nobody: bool = False
    """It is no agency: what no agency answers for stands under the province."""
    lab: int = 0
    """Machines whose evidence is lab data."""
    machines: int = 0
    """In use, isolated ones included."""
    isolated: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True)
class OwnTarget:
    """The agency's part of one target."""

    number: int
    id: str
    short: Wording
    title: Sentence
    population: Population
    sign: Literal[">=", ">"]
    share: Fraction
    figure: Figure
    decision: Decision
    """How its own part stands to the share that the target asks of the province as a whole."""
    formula: Paragraph
    said: Sentences = ()
    """What its part still lacks, and what keeps it from a conclusion."""
    under: tuple[SubTargetRow, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyRow:
    """Something owed for a system, with its last day."""

    what: Sentence
    state: DueState
    due: date | None = None
    latest: date | None = None
    """The same with days off that nobody has confirmed."""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class OwnSystem:
    """One of its systems."""

    row: SystemRow
    duties: tuple[DutyRow, ...] = ()
    """What is owed, the nearest day first."""
    appraiser: Wording | None = None
    approver: Wording | None = None


@dataclass(frozen=True, slots=True)
class Gain:
    """What an action does for a target."""

    target: int
    """Number of the target."""
    title: Wording
    """Of the target or of the reading under it."""
    count: int
    at_most: bool = False
    """It makes them visible; how they turn out nobody knows."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One of the things to do first."""

    words: Sentence
    """What to do and on how many."""
    gains: tuple[Gain, ...] = ()
    fixes: Annotated[tuple[tuple[str, Texts], ...], Limit(2000)] = ()
    """``Windows`` or ``Linux``, and what to do there."""
    how: Sentence = ""
    """The same where no check says it."""
    machines: tuple[str, ...] = ()
    check: str = ""
    """Id of the check it settles."""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """Why something could not be seen, and what to do about it."""

    why: Wording
    advice: Sentence
    machines: tuple[str, ...]
    answers: int = 0
    """Questions it leaves open; 0: everything about these machines."""
    facts: tuple[str, ...] = ()
    """Names of the facts that are missing most often."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A machine that is not as it was."""

    machine: str
    turn: Turn
    checks: tuple[str, ...] = ()
    """Ids of the checks that turned this way."""
    protection: tuple[ProtectionGrade | None, ProtectionGrade | None] | None = None
    since: datetime | None = None
    listed: bool = True
    """Whether the page holds the machine."""
    beside: tuple[tuple[Turn, tuple[str, ...]], ...] = ()
    """What else turned, another way, with its checks."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since an earlier state."""

    since: datetime | None = None
    """None: no earlier state is known."""
    rows: tuple[ChangeRow, ...] = ()
    figures: tuple[tuple[int, Figure], ...] = ()
    """Number of a target and the agency's part of it then."""
    by_machine: bool = True
    """Whether machines of then are known, and not only figures."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of the sheet an officer works through with a pencil."""

    machine: str
    place: str | None
    todo: Sentences
    """The gravest first."""
    more: int = 0
    """Further things that stand on the machine's own list."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One line of the sheet about papers: of a system, of people."""

    about: Wording
    todo: Sentence
    due: date | None = None


class Evidence:
    """What stands behind one machine's verdicts, as it was judged: the renderer makes sentences of it and keeps nothing.

    No dataclass on purpose: the walk that cleans a document leaves it alone, and whoever prints cleans each text it takes.
    """

    __slots__ = ("conflicts", "excused", "findings", "left_out", "level", "origins", "sections", "texts", "trails")

    def __init__(
        self,
        findings: Sequence[Finding],
        trails: tuple[Trail, ...],
        sections: tuple[Mapping[str, str], ...],
        *,
        origins: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
        level: int | None = None,
        excused: Mapping[str, date] = MappingProxyType({}),
        conflicts: tuple[ConflictRow, ...] = (),
        left_out: tuple[Wording, ...] = (),
        texts: tuple[SectionText, ...] = (),
    ) -> None:
        """``sections``: of each piece of evidence, fact -> section; ``origins``: fact -> places of the pieces it is from."""
        self.findings = findings
        self.trails = trails
        self.sections = sections
        self.origins = origins
        self.level = level
        self.excused = excused
        self.conflicts = conflicts
        self.left_out = left_out
        self.texts = texts


@dataclass(frozen=True, slots=True)
class OwnMachine:
    """One machine in the list."""

    id: str
    kind: EndpointKind
    name: str | None = None
    """The name it gives itself, where it is not its id."""
    os: str | None = None
    place: str | None = None
    address: str | None = None
    systems: tuple[str, ...] = ()
    lab: bool = False
    seen: bool = False
    doubt: DoubtKind | None = None
    sight: Sight = Sight.SEEN
    """Class of the newest attempt."""
    stale: bool = False
    attempted_at: datetime | None = None
    protection: ProtectionGrade | None = None
    grades: tuple[Grade, ...] = ()
    """Of its evidence, the best first."""
    observed_at: datetime | None = None
    patch: Sentence | None = None
    tally: tuple[int, ...] = ()
    """By :data:`TALLIED`; empty of machines nobody saw."""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class AgencyDocument:
    """One agency."""

    head: AgencyHead
    targets: tuple[OwnTarget, ...]
    papers: tuple[PaperRow, ...]
    systems: tuple[OwnSystem, ...]
    machines: tuple[OwnMachine, ...]
    """By id."""
    actions: tuple[ActionRow, ...]
    """At most five, the greatest gain first."""
    unseen: tuple[ReasonRow, ...]
    """Machines nobody saw, by reason; then what could not be read on machines that were seen."""
    changes: Changes
    newcomers: tuple[NewcomerRow, ...]
    found: tuple[FoundRow, ...]
    """What answers in its networks and is not as declared."""
    visits: tuple[Visit, ...]
    """By place."""
    errands: tuple[Errand, ...]
    checks: tuple[CheckRow, ...]
    """Of the whole catalog: the same object in the pages of all agencies, cleaned once."""
    footer: Footer
