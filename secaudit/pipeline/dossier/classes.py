"""Which systems belong to a class: yes, no, or open while an answer is missing."""

from dataclasses import dataclass

from secaudit.model.dossier import SystemClass
from secaudit.model.inventory import AgencyFile, Inventory
from secaudit.model.system import System


@dataclass(frozen=True, slots=True)
class Members:
    """Systems of a class in the order of the inventory."""

    belong: tuple[str, ...]
    open: tuple[str, ...]
    """An answer is missing that could take them in: named, never taken in silently and never dropped silently."""


def members(inventory: Inventory, one: SystemClass) -> Members:
    """Sort every system; stopped ones and those of state secrets belong to no class."""
    found: dict[bool | None, list[str]] = {True: [], None: [], False: []}
    owners = agencies_of(inventory)
    for system in inventory.systems.values():
        found[belongs(system, owners.get(system.id), one)].append(system.id)
    return Members(tuple(found[True]), tuple(found[None]))


def agencies_of(inventory: Inventory) -> dict[str, AgencyFile]:
    """System id -> the file of the agency it belongs to; shared systems without an owner are left out."""
    files = {file.agency.id: file for file in inventory.agencies}
    return {system: files[agency] for system, agency in inventory.owner_of_system.items() if agency in files}


def belongs(system: System, agency: AgencyFile | None, one: SystemClass) -> bool | None:
    """None while a missing answer decides."""
    if system.state_secret or system.status == "stopped":
        return False
    if one.tiers and (agency is None or agency.agency.tier not in one.tiers):
        return False
    answers = [
        _allowed(system.kind, one.kinds, open_counts="kinds" in one.unanswered),
        _allowed(system.infrastructure, one.infrastructure, open_counts="infrastructure" in one.unanswered),
        _allowed(system.serves, one.serves, open_counts="serves" in one.unanswered),
    ]
    if False in answers:
        return False
    return None if None in answers else True


def _allowed(answer: str | None, allowed: tuple[str, ...], *, open_counts: bool) -> bool | None:
    if not allowed:
        return True
    if answer is None:
        return True if open_counts else None
    return answer in allowed
