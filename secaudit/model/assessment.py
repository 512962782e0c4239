"""How a system stands against the requirements of its level, row by row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from secaudit.messages import Message
from secaudit.model.requirement import Requirement


class Fulfilment(StrEnum):
    """Answer of one requirement for one system."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class CheckTally:
    """What one check says of the machines of a system."""

    check: str
    passed: tuple[str, ...] = ()
    """Endpoint ids."""
    failed: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    """Failures that a waiver in force excuses for a time; they stay failures of the requirement."""
    unknown: tuple[str, ...] = ()
    """Machines that nobody saw included: one of them is enough and the requirement is not met."""
    not_applicable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequirementResult:
    """One requirement of the level against one system."""

    requirement: Requirement
    fulfilment: Fulfilment
    because: tuple[Message, ...] = ()
    """Why, in sentences: machines that fail, machines nobody saw, a statement that expired."""
    checks: tuple[CheckTally, ...] = ()
    attestations: tuple[str, ...] = ()
    """Ids of statements that were looked at, the one that decides first."""
    waivers: tuple[str, ...] = ()
    """Ids of waivers that act here."""
    waived: bool = False
    """Not met or partly, and all that stands in the way is excused for a time."""


@dataclass(frozen=True, slots=True)
class SystemAssessment:
    """Everything the standard asks of one system."""

    system: str
    standard: str
    level: int
    """Whose list was taken: the approved level, else the one the dossier proposes, else the lowest the rules prove."""
    level_from: str
    """``approved``, ``proposed`` or ``classified``."""
    results: tuple[RequirementResult, ...]
    """In the order of the standard."""
    rows: int | None
    """Rows the standard's list for this level has; None where nobody counted them."""
    open_rows: int | None
    """Rows that are not held here: shown as open, never met; None where their number is not known."""
    machines: tuple[str, ...] = ()
    """Endpoint ids of the system in use; none declared means that nothing a machine shows can be proven."""
    up_to: int | None = None
    """Highest level still possible, where the rules leave a range above ``level``: a higher list may be the one that counts."""
    notes: tuple[Message, ...] = ()
    """What to know of the whole: a range, a level under what the rules prove, machines that are left out."""

    def count(self, fulfilment: Fulfilment) -> int:
        """Requirements with this answer."""
        return sum(1 for result in self.results if result.fulfilment is fulfilment)

    @property
    def failing(self) -> tuple[RequirementResult, ...]:
        """Requirements that are shown not to be met, or not everywhere."""
        return tuple(one for one in self.results if one.fulfilment in (Fulfilment.NOT_MET, Fulfilment.PARTLY))

    @property
    def fulfilled(self) -> bool | None:
        """Whether everything asked is met; None while neither that nor the opposite is proven.

        One mandatory requirement that is not met, or not everywhere, decides. A suggested one may differ with a reason: it keeps
        the answer open. So does a list of which nothing at all is met, rows nobody holds here, rows nobody looked at, and a level
        that is not settled; an exception for a time makes nothing met.
        """
        if self.up_to is not None:
            return None
        if any(result.requirement.mandatory for result in self.failing):
            return False
        answered = all(one.fulfilment in (Fulfilment.MET, Fulfilment.NOT_APPLICABLE) for one in self.results)
        shown = any(one.fulfilment is Fulfilment.MET for one in self.results)
        return True if answered and shown and self.open_rows == 0 else None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something declared of a system that evidence or another declaration speaks against, both sides named."""

    system: str
    kind: Literal["plan_full", "protection_absent", "attested", "statements", "no_regulation", "regulation_late"]
    declared: Message
    found: Message
    endpoints: tuple[str, ...] = ()
