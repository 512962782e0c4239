"""The offices of a dossier: whose system it is, who runs it, who is in charge of security."""

from dataclasses import dataclass

from secaudit.model.inventory import AgencyFile, Inventory, Organisation
from secaudit.model.system import System
from secaudit.pipeline.annual_report import plain_name


@dataclass(frozen=True, slots=True)
class Offices:
    """As papers name them; None where nobody said."""

    owner: Organisation
    """Chủ quản."""
    designated: Organisation | None
    operator: Organisation | None
    operator_from: str | None
    """``inventory``, or the id of the class that says so."""
    agency: Organisation
    """Who declares the system: drafts go out under its name."""


def same_office(one: str, other: str) -> bool:
    """As Form 08 reads names: capitals, spaces and encoding tell no two offices apart."""
    return plain_name(one) == plain_name(other)


def offices_of(inventory: Inventory, system: System, agency: AgencyFile | None, class_says: str | None) -> Offices:
    """``class_says`` is the class by which the agency operates the system; the inventory's own word comes first."""
    province = inventory.province.province
    owner = _named(inventory, system.governed_by or province.owner)
    known = next((one for one in inventory.province.owners if same_office(one.name, owner.name)), None)
    designated = known.designated if known is not None else None
    if designated is None and province.designated_unit and same_office(system.governed_by or province.owner, province.owner):
        designated = _named(inventory, province.designated_unit)
    declaring = _of_agency(inventory, agency) if agency is not None else owner
    operator = _operator(inventory, system.operator) if system.operator else declaring if class_says else None
    told = "inventory" if system.operator else class_says if operator is not None else None
    return Offices(owner, designated, operator, told, declaring)


def _named(inventory: Inventory, name: str) -> Organisation:
    """What the province says of an office by its name; only the name where it says nothing."""
    owners = inventory.province.owners
    offices = [*owners, *(one.designated for one in owners if one.designated is not None)]
    return next((one for one in offices if same_office(one.name, name)), Organisation(name=name))


def _of_agency(inventory: Inventory, agency: AgencyFile) -> Organisation:
    """The person to call is no representative: only telephone and e-mail are taken."""
    known = _named(inventory, agency.agency.name)
    contact = agency.agency.contact
    if contact is None:
        return known
    found = {"phone": known.phone or contact.phone, "email": known.email or contact.email}
    return known.model_copy(update=found)


def _operator(inventory: Inventory, name: str) -> Organisation:
    agency = next((one for one in inventory.agencies if same_office(one.agency.name, name)), None)
    return _of_agency(inventory, agency) if agency is not None else _named(inventory, name)
