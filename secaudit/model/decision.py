"""Where the decision on a system's level stands: who must take it, what is due, what the law still asks."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from secaudit.messages import Message
from secaudit.model.base import Texts
from secaudit.model.system import DossierStatus


class DueState(StrEnum):
    """How a time limit stands on the day."""

    RUNNING = "running"
    OVERDUE = "overdue"
    """Past, and what was due is not on record."""
    KEPT = "kept"
    """Done in time."""
    LATE = "late"
    """Done, after the limit."""
    UNKNOWN = "unknown"
    """The day from which it runs is not on record, or the answer hangs on something nobody has confirmed."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """One statutory limit applied to one system."""

    id: str
    title: Texts
    clause: str
    """As cited, ``nd-331-2026:23.3.a``."""
    state: DueState
    since: date | None = None
    days: int | None = None
    """Length as the act says it; None for a fixed date."""
    working: bool = True
    """Working days, or days of the calendar."""
    due: date | None = None
    """Last day on which it is kept."""
    latest: date | None = None
    """The same, counted with days off that nobody has confirmed; between the two nothing is overdue and nothing is kept."""
    done_on: date | None = None
    confirmed: bool = True
    """False where what the limit rests on was read in one place only."""


@dataclass(frozen=True, slots=True)
class Caution:
    """Something wrong or remarkable in a chain, with both sides where there are two."""

    kind: str
    """``approved_below_proposed``, ``no_regulation``, ``dates_out_of_order``, ``kept_from_former_act`` ..."""
    text: Message
    clause: str = ""


@dataclass(frozen=True, slots=True)
class DecisionChain:
    """One system's way from draft to decision."""

    system: str
    status: DossierStatus | None
    """As declared; None when nobody said."""
    act: str
    """Citation of the act whose procedure applies."""
    levels: tuple[int, ...]
    """The approved or proposed level, else every level the rules leave possible; empty when undetermined."""
    proven: bool = True
    """False where no clause is proven to match: a level may come out that is none of ``levels``, or none at all."""
    appraiser: Texts | None = None
    """Who must appraise at that level; None while the possible levels differ in it."""
    approver: Texts | None = None
    authority_clause: str = ""
    authority_confirmed: bool = True
    """Whether somebody read who decides in the act itself."""
    authority_notes: tuple[Texts, ...] = ()
    """What else is to be decided at these levels, and by whom."""
    declared_appraiser: str | None = None
    """Who appraises, as declared."""
    submitted_on: date | None = None
    """Day of the submission, where it is not after the day of the chain."""
    limits: tuple[TimeLimit, ...] = ()
    cautions: tuple[Caution, ...] = ()
    last_submission: date | None = None
    """Last day on which a whole dossier handed in can still be approved within the period at the statutory maximum."""
    last_submission_careful: date | None = None
    """The same, counted with days off that nobody has confirmed."""
    owed: tuple[TimeLimit, ...] = ()
    """What transition rules still ask of it, with the last day."""

    @property
    def overdue(self) -> tuple[TimeLimit, ...]:
        """Limits that have passed."""
        return tuple(limit for limit in (*self.limits, *self.owed) if limit.state is DueState.OVERDUE)


@dataclass(frozen=True, slots=True)
class ProvinceAction:
    """One thing the province must settle for many systems at once, instead of a warning at each."""

    kind: str
    """``operator_appraises``, ``operators_missing`` ..."""
    text: Message
    clause: str
    systems: tuple[str, ...]
    """Ids of all systems it is about, sorted."""
