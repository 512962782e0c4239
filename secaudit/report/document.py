"""Everything a report shows: already decided, counted and sorted.

The pipeline fills a :class:`ReportDocument` from measurements, classifications, states and findings; renderers print it in the
order given and decide nothing. Three kinds of text stand here, and a renderer treats each differently:

* ``str`` is data (names, numbers of documents, banners): shown as it is, after the sanitiser, cut at the limit of its field;
* ``Message`` is a sentence of the program: translated; its parameters may be numbers, fractions (shown as per cent), dates,
  texts and messages, which are formatted in the language of the report, so templates use plain ``{name}`` places only;
* ``Texts`` comes from the catalog in both languages.

Ids (agencies, systems, machines, checks) tie the parts together; ids that a part names must exist in the document.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from secaudit.model.inventory import Tier
from secaudit.model.measurement import Decision
from secaudit.model.plan import Population
from secaudit.model.system import DossierStatus
from secaudit.report.figure import NOBODY, Figure, GradePart, Members
from secaudit.report.found import BeyondRow, ComparisonRow, FoundRow
from secaudit.report.machine import (
    CheckRow,
    ConflictRow,
    ConsoleLine,
    CourierLine,
    FactRow,
    HeldRow,
    MachineRow,
    MissingRow,
    NewcomerRow,
    RecheckRow,
    SectionText,
    Side,
    Trail,
    UnseenRow,
    VerdictRow,
    VisitRow,
    section_budget,
    section_text,
)
from secaudit.report.outlook import DeadlineRow, Obstacle, Step, TrendPoint, TrendRow, WayRow
from secaudit.report.standing import StandardPart
from secaudit.report.texts import Limit, Paragraph, Sentence, Sentences, Wording

__all__ = [
    "AgencyFigure",
    "AgencyRow",
    "BeyondRow",
    "CheckRow",
    "ClauseRow",
    "ComparisonRow",
    "Conclusion",
    "ConflictRow",
    "ConsoleLine",
    "CourierLine",
    "DeadlineRow",
    "FactRow",
    "Figure",
    "Footer",
    "FoundRow",
    "GradePart",
    "Header",
    "HeavyRow",
    "HeldRow",
    "LifecycleAge",
    "MachineRow",
    "Members",
    "MissingRow",
    "NewcomerRow",
    "Obstacle",
    "Order",
    "QuestionRow",
    "RecheckRow",
    "ReportDocument",
    "SectionText",
    "Side",
    "Step",
    "SubTargetRow",
    "SystemRow",
    "TargetRow",
    "Tile",
    "Trail",
    "TrendPoint",
    "TrendRow",
    "UnseenRow",
    "VerdictRow",
    "VisitRow",
    "WayRow",
    "Wording",
    "section_budget",
    "section_text",
]


@dataclass(frozen=True, slots=True)
class Header:
    """What stands over the first screen."""

    province: str
    owner: str
    as_of: datetime
    """The moment the figures are closed at; with a time zone."""
    plan: str
    """The plan as the user cites it."""
    plan_title: str | None = None
    """Only when the user entered it."""
    plan_issued_on: date | None = None
    """Only when the user entered it."""
    agencies: int = 0
    """Agencies in scope."""
    silent: int = 0
    """Agencies in scope whose inventory was not received."""
    lab: int = 0
    """Machines whose evidence is lab data; above 0 the page says so at its top."""
    scope: Wording | None = None
    """What the report was narrowed to, in words; none for the whole province."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How many targets stand how."""

    met: int
    missed: int
    undecided: int
    not_applicable: int = 0
    sentence: Wording | None = None
    previous: tuple[int, int, int] | None = None
    """Met, missed, undecided at ``previous_day``."""
    previous_day: date | None = None
    """Day of the earlier state they are from."""

    @property
    def total(self) -> int:
        """All targets of the plan."""
        return self.met + self.missed + self.undecided + self.not_applicable


@dataclass(frozen=True, slots=True)
class SubTargetRow:
    """Another reading under a target."""

    id: str
    short: Wording
    figure: Figure
    members: Members = NOBODY
    formula: Paragraph | None = None
    """How it is counted, where its name does not say it."""
    aside: bool = False
    """Not on the first screen."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One target, measured."""

    number: int
    id: str
    short: Wording
    title: Sentence
    population: Population
    sign: Literal[">=", ">"]
    share: Fraction
    figure: Figure
    decision: Decision
    formula: Paragraph
    needed: Wording | None = None
    """For the first screen, a few words: ``58 more systems needed``."""
    overdue: bool = False
    """The plan's due date is over: missed reads as not met."""
    under: tuple[SubTargetRow, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    steps: tuple[Step, ...] = ()
    members: Members = NOBODY
    notes: Sentences = ()
    beyond: tuple[BeyondRow, ...] = ()
    """Machines that answer and that the figure counts although no list has them."""


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to order: who does what by when, and what it changes."""

    who: Wording
    action: Sentence
    effect: Sentence
    due: date | None = None
    agencies: tuple[str, ...] = ()
    """Agency ids."""


class Tile(StrEnum):
    """State of an agency on the first screen."""

    GOOD = "good"
    """Everything asked of it is proven."""
    ACT = "act"
    """Something is proven not to be in order."""
    CLARIFY = "clarify"
    """Nothing is proven bad, something is unknown."""
    SILENT = "silent"
    """It has not sent its inventory."""


@dataclass(frozen=True, slots=True)
class AgencyFigure:
    """An agency's part of one target."""

    target: int
    """Number of the target."""
    proven: int
    disproven: int
    unknown: int
    tile: Tile | None = None
    """How it stands against the target's share; None where it has nobody to count."""

    @property
    def total(self) -> int:
        """Members in this agency."""
        return self.proven + self.disproven + self.unknown


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency; the document lists the heaviest first."""

    id: str
    name: str
    tier: Tier
    tile: Tile
    contact: str | None = None
    phone: str | None = None
    submitted: bool = True
    figures: tuple[AgencyFigure, ...] = ()
    """By target number; a target that does not concern the agency is left out."""
    actions: Sentences = ()
    newcomers: int = 0
    """Machines that evidence speaks of and it does not declare."""


@dataclass(frozen=True, slots=True)
class HeavyRow:
    """An agency on the first screen and what it weighs, in words."""

    agency: str
    """Agency id."""
    effect: Wording


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause that matches or may match a system."""

    clause: str
    """As cited: ``13.2.b``."""
    level: int
    title: Sentence
    matches: bool | None = None
    """None is unknown."""
    readings: Sentences = ()
    """Interpretations used, in words."""


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """What to ask so that a range becomes a level."""

    text: Sentence
    who: Literal["province", "agency"]


@dataclass(frozen=True, slots=True)
class ObligationRow:
    """What the decree asks beside the level."""

    clause: str
    title: Wording
    at_least: int | None = None
    """The level to propose at least."""


@dataclass(frozen=True, slots=True)
class SystemRow:
    """One information system; the document lists the highest level first."""

    id: str
    name: str
    owner: str
    """Name of the owning agency."""
    lowest: int | None
    """Highest level a clause proves; None is undetermined."""
    highest: int | None
    """Highest level still possible."""
    rule_set: Wording | None = None
    """The act that was applied."""
    clauses: tuple[ClauseRow, ...] = ()
    inputs: tuple[tuple[Wording, Wording], ...] = ()
    """Question -> answer used."""
    questions: tuple[QuestionRow, ...] = ()
    pending: tuple[str, ...] = ()
    """Clauses that wait for guidance."""
    inherited_from: tuple[str, ...] = ()
    """Names of components whose level raised this one."""
    inheritance: Wording | None = None
    """The label of that rule."""
    obligations: tuple[ObligationRow, ...] = ()
    declared: int | None = None
    """Level of the dossier."""
    comparison: Wording | None = None
    """Declared level against this one, in words."""
    dossier: DossierStatus | None = None
    decision: str | None = None
    """Approval decision: number, date, authority."""
    plan: Literal["none", "partial", "full"] | None = None
    """How far the security plan is deployed."""
    state_secret: bool = False
    """Only name and level are shown."""
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class LifecycleAge:
    """A table of support dates and how old it is."""

    title: Wording
    as_of: date
    source: str
    days: int = 0
    """How old it is on the day of the figures."""


@dataclass(frozen=True, slots=True)
class Footer:
    """What the figures are tied to."""

    inventory_digest: str
    catalog_digest: str
    chain_head: str
    version: str
    rule_set: Wording
    lifecycle: tuple[LifecycleAge, ...] = ()
    method: Annotated[tuple[Wording, ...], Limit(1000)] = ()
    """Settings of this report in words: how long evidence stays fresh, which grades count ..."""
    period: str = ""
    """Name of the closed period all of this is from; empty for the present."""
    period_digest: str = ""
    """What its archive is recognised by."""
    made_by: str = ""
    """Login of who had it made."""
    made_at: datetime | None = None
    """When; not the moment the figures are for."""


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """One report."""

    header: Header
    conclusion: Conclusion
    targets: tuple[TargetRow, ...]
    orders: tuple[Order, ...]
    """At most three on the first screen."""
    heaviest: tuple[HeavyRow, ...]
    """At most ten on the first screen."""
    agencies: tuple[AgencyRow, ...]
    systems: tuple[SystemRow, ...]
    checks: tuple[CheckRow, ...]
    visits: tuple[VisitRow, ...]
    unseen: tuple[UnseenRow, ...]
    machines: tuple[MachineRow, ...]
    footer: Footer
    held: tuple[HeldRow, ...] = ()
    """Machines in quarantine and doubled ones: neither seen nor unseen."""
    recheck: RecheckRow | None = None
    """None while nothing was re-checked."""
    newcomers: tuple[NewcomerRow, ...] = ()
    """By agency and id."""
    comparisons: tuple[ComparisonRow, ...] = ()
    """Agencies whose networks were searched, those with most undeclared machines first."""
    standard: StandardPart | None = None
    """Systems against the technical standard; None where none is in force."""
    trend: tuple[TrendRow, ...] = ()
    """By target number; empty while no earlier state is known."""
    improved: tuple[HeavyRow, ...] = ()
    """The agencies that improved most since the earlier state, at most ten on the first screen."""
    deadlines: tuple[DeadlineRow, ...] = ()
    """The next statutory dates, the nearest first; three on the first screen."""
    ways: tuple[WayRow, ...] = ()
    """By target number; targets that are met or not applicable are left out."""
    left_out: Sentences = ()
    """What this document leaves out so that it stays small enough; everything else is whole."""
