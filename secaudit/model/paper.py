"""What people sign beside the inventory: attestations (a dated statement with a document) and waivers (a dated exception).

Both live in folders of the inventory, ``attestations/`` and ``waivers/``; each file holds a list.
"""

from datetime import date
from typing import Literal

from secaudit.model.base import Day, Document, Flag, Identifier, Line, Written

Answer = Literal["met", "partly", "not_met", "not_applicable"]
REGULATION_KEPT = "nd-331-2026:36.7"
"""What the annual report asks of every system and no standard lists: that its regulation is kept in operation (Điều 36.7)."""


class Attestation(Written):
    """Somebody in charge states, with a document, how a requirement stands that no machine can show."""

    id: Identifier
    requirement: Line
    """``standard:requirement``, as ``tcvn-14423-2026:r18``."""
    systems: tuple[Identifier, ...] = ()
    """Systems it speaks of ..."""
    agencies: tuple[Identifier, ...] = ()
    """... or all systems of these agencies ..."""
    province: Flag = False
    """... or all of the province."""
    answer: Answer
    reason: Line | None = None
    """Asked where it is not applicable, or where an equivalent measure stands in its place."""
    role: Line
    """Position of the person who states it; names of people are not kept."""
    document: Document
    """Without one it would be a word and no attestation."""
    stated_on: Day
    valid_until: Day | None = None
    """Last day; where left out, the requirement's own period counts from ``stated_on``."""


class Waiver(Written):
    """An exception somebody approved for a time: shown wherever it acts, never a pass."""

    id: Identifier
    checks: tuple[Identifier, ...] = ()
    requirements: tuple[Line, ...] = ()
    """``standard:requirement``."""
    endpoints: tuple[Identifier, ...] = ()
    systems: tuple[Identifier, ...] = ()
    """Machines of these systems (checks) or the systems themselves (requirements)."""
    agencies: tuple[Identifier, ...] = ()
    reason: Line
    approver: Line
    """Position of who approved it."""
    document: Document
    valid_from: Day
    valid_until: Day
    """Last day; afterwards the failure is a failure again."""

    def valid_on(self, day: date) -> bool:
        """Whether it acts on ``day``."""
        return self.valid_from <= day <= self.valid_until


class AttestationFile(Written):
    """One file of ``attestations/``."""

    attestations: tuple[Attestation, ...]


class WaiverFile(Written):
    """One file of ``waivers/``."""

    waivers: tuple[Waiver, ...]
