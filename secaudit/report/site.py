"""What the pages of a report folder show beside the overview document: finished, counted and sorted.

Details of machines stand in the pages of their agencies; here a machine is one line.
"""

from dataclasses import dataclass
from datetime import date, datetime

from secaudit.model.decision import DueState
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.inventory import EndpointKind
from secaudit.model.outcome import Grade, Sight
from secaudit.model.past import Basis, Turn
from secaudit.model.protection import ProtectionGrade
from secaudit.report.document import HeldRow, ReportDocument, SystemRow
from secaudit.report.figure import Figure
from secaudit.report.texts import Sentence, Wording


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """A statutory limit of one system that runs or has passed."""

    system: str
    """System id."""
    what: Wording
    clause: str
    state: DueState
    due: date | None = None
    latest: date | None = None
    """The same with days off that nobody has confirmed."""


@dataclass(frozen=True, slots=True)
class LevelRow:
    """Systems of one proposed level, and where their dossiers stand."""

    lowest: int | None
    highest: int | None
    systems: int
    approved: int
    running: int
    """Systems with a limit that runs."""
    overdue: int
    """Systems with a limit that has passed."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """Levels of systems with approvals running and overdue."""

    levels: tuple[LevelRow, ...]
    """The highest first."""
    overdue: tuple[ApprovalRow, ...] = ()
    """The oldest first."""
    running: tuple[ApprovalRow, ...] = ()
    """The nearest first."""
    note: Sentence | None = None
    """Why no limits are given."""


@dataclass(frozen=True, slots=True)
class CheckTally:
    """One check over all machines that are judged."""

    check: str
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    """On machines that were seen."""
    not_applicable: int = 0
    manual: int = 0
    worst: tuple[tuple[str, int], ...] = ()
    """Agencies with most machines that fail it."""


@dataclass(frozen=True, slots=True)
class MachineLine:
    """One machine in the list of all."""

    id: str
    agency: str
    """Agency id."""
    kind: EndpointKind
    os: str | None = None
    place: str | None = None
    lab: bool = False
    seen: bool = False
    doubt: DoubtKind | None = None
    sight: Sight = Sight.SEEN
    stale: bool = False
    protection: ProtectionGrade | None = None
    grade: Grade | None = None
    """The best of its evidence."""
    patch: Sentence | None = None
    failed: int = 0
    unknown: int = 0
    worst: str = ""
    """The gravest check it fails."""


@dataclass(frozen=True, slots=True)
class UnseenGroup:
    """Machines nobody saw, for one reason."""

    sight: Sight
    stale: bool
    machines: int
    agencies: tuple[tuple[str, int], ...]
    """Where they are, the most first."""


@dataclass(frozen=True, slots=True)
class BlindGroup:
    """What could not be read on machines that were seen, for one reason."""

    reason: MissingReason
    machines: int
    answers: int
    """Verdicts that are unknown because of it."""
    facts: tuple[tuple[str, int], ...] = ()
    """Names of facts and on how many machines they are missing, the most first."""


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What nobody could see."""

    unseen: tuple[UnseenGroup, ...] = ()
    blind: tuple[BlindGroup, ...] = ()
    held: tuple[HeldRow, ...] = ()
    silent: tuple[str, ...] = ()
    """Agencies that sent nothing."""
    undetermined: tuple[str, ...] = ()
    """Systems whose level is not determined."""


@dataclass(frozen=True, slots=True)
class PastRow:
    """One earlier state, or the present."""

    moment: datetime
    basis: Basis | None
    """None is the present."""
    figures: tuple[tuple[int, Figure], ...]
    """Number of a target and its figure."""
    period: str = ""
    inventory_digest: str = ""
    catalog_digest: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """What became of the machines of one agency since the earlier state."""

    agency: str
    counts: tuple[tuple[Turn, int], ...]


@dataclass(frozen=True, slots=True)
class History:
    """The course so far."""

    states: tuple[PastRow, ...]
    """The newest first; the present is the first of them."""
    since: datetime | None = None
    """The state that changes are counted from; None: there is none to compare with."""
    turns: tuple[TurnRow, ...] = ()
    """Agencies with changes, the most first."""
    totals: tuple[tuple[Turn, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """Everything of the folder but the pages of agencies."""

    overview: ReportDocument
    approvals: Approvals
    checks: tuple[CheckTally, ...]
    unknowns: Unknowns
    history: History
    systems: tuple[SystemRow, ...] = ()
    """Those of the overview, in the order of the page."""
    homes: tuple[tuple[str, str], ...] = ()
    """System id -> id of the agency whose page has it; state secrets and systems of nobody are left out."""
    machine_homes: tuple[tuple[str, str], ...] = ()
    """Of machines that are named on these pages: machine id -> agency id."""
