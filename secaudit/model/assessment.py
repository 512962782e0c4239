"""How a system stands against the requirements of its level, row by row."""

from dataclasses import dataclass
from enum import StrEnum

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
    rows: int
    """Rows the standard's list for this level has."""
    open_rows: int
    """Rows that are not held here: shown as open, never met."""
    machines: tuple[str, ...] = ()
    """Endpoint ids of the system in use; none declared means that nothing a machine shows can be proven."""

    def count(self, fulfilment: Fulfilment) -> int:
        """Requirements with this answer."""
        return sum(1 for result in self.results if result.fulfilment is fulfilment)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something declared of a system that evidence or another declaration speaks against, both sides named."""

    system: str
    kind: str
    """``plan_full``, ``no_regulation``, ``protection_absent`` ..."""
    declared: Message
    found: Message
    endpoints: tuple[str, ...] = ()
