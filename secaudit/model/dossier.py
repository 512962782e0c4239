"""What a level dossier consists of under a decree, and classes of systems whose dossiers are alike."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from secaudit.model.base import Day, Flag, Identifier, Line, Texts, Written
from secaudit.model.check import Level
from secaudit.model.inventory import Tier
from secaudit.model.system import Infrastructure, Serves, SystemKind

FormNumber = Annotated[str, Field(pattern=r"^0[1-9]$")]
Office = Literal["operator", "owner", "designated", "appraiser", "approver"]


class Form(Written):
    """One official form of the decree's annex that belongs to the way of a dossier."""

    number: FormNumber
    title: Texts
    kind: Line | None = None
    """``TỜ TRÌNH``; none for a letter."""
    subject: Line
    """Word for word as the form has it."""
    levels: tuple[Level, ...]
    """Levels whose procedure uses it."""
    issued_by: Office
    sent_to: Office | None = None
    note: Texts | None = None
    """What somebody must know who uses it outside its own wording."""
    note_levels: tuple[Level, ...] = ()
    """Levels at which the note is said; all where left out."""

    def note_at(self, levels: Collection[int]) -> Texts | None:
        """The note where one of the possible ``levels`` needs it."""
        return self.note if not self.note_levels or not levels or set(levels) & set(self.note_levels) else None


class Part(Written):
    """One of the things the security plan must treat."""

    clause: Line
    title: Texts


class DossierRules(Written):
    """``dossiers/<id>.yaml``: contents and forms of a dossier under one decree."""

    id: Identifier
    act: Line
    valid_from: Day
    valid_until: Day | None = None
    source: Line
    confirmed: Flag = True
    """False where the text was read in one place only."""
    grounds: tuple[Line, ...]
    """Legal grounds, one per line, without the punctuation at the end."""
    standard: Line
    """Technical standard as papers name it."""
    plan_parts: tuple[Part, ...]
    further: tuple[Part, ...] = ()
    """What the level statement adds for levels 4 and 5."""
    further_from: Level = 4
    forms: tuple[Form, ...]

    def in_force(self, day: date) -> bool:
        """Whether a dossier made on ``day`` follows these rules."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


Criterion = Literal["kinds", "infrastructure", "serves"]


class SystemClass(Written):
    """``dossiers/<id>.yaml``: systems that are alike, with what the province says of all of them once.

    Criteria are joined: a system belongs when each is answered and allowed. An unanswered one leaves it open, except those that
    ``unanswered`` names: there the system is taken in and the missing answer becomes a gap of its dossier.
    """

    id: Identifier
    title: Texts
    tiers: tuple[Tier, ...] = ()
    """Of the agency that declares the system; a shared system has none and belongs to no class with tiers."""
    kinds: tuple[SystemKind, ...] = ()
    infrastructure: tuple[Infrastructure, ...] = ()
    serves: tuple[Serves, ...] = ()
    unanswered: tuple[Criterion, ...] = ()
    machines: Literal["system", "agency"] = "system"
    """``agency``: all machines of the agency in use that no other system names, as a network has them."""
    operated_by_agency: Flag = False
    """The agency that declares the system operates it, unless the inventory names another."""
    purpose: Line | None = None
    """Stands where the system itself names none."""
    source: Line | None = None
    """Document in which the province lays this down; without one the dossier asks for it."""
