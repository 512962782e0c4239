"""Form 08 from the inventory: which systems it lists, what it says of each, the totals, the owners."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from unicodedata import normalize

from secaudit.model.annual_report import (
    INSPECTIONS,
    PLANS,
    STATES,
    AnnualReport,
    Completion,
    Office,
    OwnerPart,
    Row,
    Total,
    Totals,
    period_of,
)
from secaudit.model.base import Document
from secaudit.model.inventory import Agency, Inventory, Organisation, Owner, ProvinceFile
from secaudit.model.system import DossierStatus, System
from secaudit.pipeline.province import Levels, Province

_APPRAISED = frozenset({DossierStatus.APPRAISED, DossierStatus.APPROVED})
_BUILT = _APPRAISED | {DossierStatus.SUBMITTED}


def annual_report(province: Province, levels: Levels, day: date) -> AnnualReport:
    """The report of the year of ``day`` with what stands in the inventory for that day; blank stays blank."""
    inventory = province.inventory.on(day)
    systems = tuple(managed_systems(inventory, day))
    stopped, former = _left_out(inventory, day)
    file = inventory.province
    silent = tuple(
        office_of(part.agency) for part in inventory.agencies if part.agency.exists_on(day) and not part.agency.has_sent(day)
    )
    return AnnualReport(
        as_of=day,
        period=period_of(day),
        rows=tuple(_rows(inventory, systems)),
        totals=totals_of(systems, drafting_counts=file.annual_report.drafting_counts_as_built),
        owners=tuple(_owners(file, systems)),
        agencies=sum(part.agency.exists_on(day) for part in inventory.agencies),
        silent=silent,
        stopped=stopped,
        former=former,
        secret=sum(system.state_secret for system in systems),
        rule_set=levels.rules.act,
        digest=inventory.digest,
        drafting_counts=file.annual_report.drafting_counts_as_built,
    )


def managed_systems(inventory: Inventory, day: date) -> Iterator[System]:
    """Systems in operation or under investment of agencies that exist on ``day``; a shared one once, for its owner."""
    existing = {part.agency.id for part in inventory.agencies if part.agency.exists_on(day)}
    for system in inventory.systems.values():
        if system.status != "stopped" and inventory.owner_of_system.get(system.id) in existing:
            yield system


def _left_out(inventory: Inventory, day: date) -> tuple[int, int]:
    """Systems that have stopped, and those in use by name whose agency is no more."""
    existing = {part.agency.id for part in inventory.agencies if part.agency.exists_on(day)}
    stopped = former = 0
    for system in inventory.systems.values():
        if inventory.owner_of_system.get(system.id) not in existing:
            former += 1
        elif system.status == "stopped":
            stopped += 1
    return stopped, former


def office_of(agency: Agency) -> Office:
    """Whom to call at an agency."""
    contact = agency.contact
    return Office(agency.id, agency.name, contact.name if contact else None, contact.phone if contact else None)


def owner_name(file: ProvinceFile, system: System) -> str:
    """Chủ quản: the one the system names, else the province's own."""
    return system.governed_by or file.province.owner


def _rows(inventory: Inventory, systems: Sequence[System]) -> Iterator[Row]:
    offices = {part.agency.id: office_of(part.agency) for part in inventory.agencies}
    for number, system in enumerate(systems, start=1):
        office = offices.get(inventory.owner_of_system.get(system.id, ""))
        if system.state_secret:
            yield Row(number, system.id, system.name, office, level=system.level, state_secret=True)
        else:
            yield _row(number, system, office, owner_name(inventory.province, system))


def _row(number: int, system: System, office: Office | None, owner: str) -> Row:
    dossier, plan = system.dossier, system.plan
    status = dossier.status if dossier else None
    approved = status is DossierStatus.APPROVED
    full = plan is not None and plan.status == "full"
    return Row(
        number=number,
        system=system.id,
        name=system.name,
        office=office,
        owner=owner,
        operator=system.operator or "",
        level=dossier.level if dossier else None,
        state=STATES.get(status, "") if status else "",
        decision=document_words(dossier.decision if dossier and approved else None),
        regulation=document_words(dossier.regulation if dossier else None),
        approval_expected=dossier.expected_on if dossier and not approved else None,
        plan=PLANS.get(plan.status, "") if plan and plan.status else "",
        plan_expected=plan.expected_on if plan and not full else None,
        inspected="; ".join(words for kind, words in INSPECTIONS.items() if kind in (system.inspected or ())),
    )


def document_words(document: Document | None) -> str:
    """Number, day and office as columns 7 and 8 ask; what is not known is left out."""
    if document is None:
        return ""
    parts = [f"Số {document.number}", f"ngày {document.date:%d/%m/%Y}", document.authority]
    return ", ".join(part for part in parts if part)


def totals_of(systems: Iterable[System], *, drafting_counts: bool) -> Totals:
    """Section 1; what nobody said is counted apart, never as a no."""
    listed = list(systems)
    known = [system for system in listed if not system.state_secret]
    states = [system.dossier.status if system.dossier else None for system in known]
    unknown = states.count(None)
    built = _BUILT | {DossierStatus.DRAFTING} if drafting_counts else _BUILT
    approved = [system for system, state in zip(known, states, strict=True) if state is DossierStatus.APPROVED]
    return Totals(
        managed=Total(len(listed)),
        classified=Total(sum(system.kind is not None for system in known), sum(system.kind is None for system in known)),
        built=Total(sum(state in built for state in states), unknown),
        appraised=Total(sum(state in _APPRAISED for state in states), unknown),
        approved=Total(len(approved), unknown),
        inspected=Total(
            sum("periodic" in (system.inspected or ()) for system in approved),
            sum(
                system.inspected is None or (state is None and "periodic" in system.inspected)
                for system, state in zip(known, states, strict=True)
                if state in (None, DossierStatus.APPROVED)
            ),
        ),
        completion=_completion(known),
    )


def _completion(systems: Sequence[System]) -> Completion:
    waiting = [system.dossier for system in systems if not (system.dossier and system.dossier.status is DossierStatus.APPROVED)]
    days = [dossier.expected_on for dossier in waiting if dossier and dossier.expected_on]
    return Completion(len(waiting), len(waiting) - len(days), max(days, default=None))


def plain_name(name: str) -> str:
    """What two names of one office have in common: letters, not their case, spaces or encoding."""
    return " ".join(normalize("NFC", name).casefold().split())


def _owners(file: ProvinceFile, systems: Sequence[System]) -> Iterator[OwnerPart]:
    """The province's own first, then every other owner in the order of the table."""
    described = {plain_name(owner.name): owner for owner in file.owners}
    counts: dict[str, int] = {plain_name(file.province.owner): 0}
    names = {plain_name(file.province.owner): file.province.owner}
    for system in systems:
        if not system.state_secret:
            name = owner_name(file, system)
            names.setdefault(plain_name(name), name)
            counts[plain_name(name)] = counts.get(plain_name(name), 0) + 1
    for key, name in names.items():
        owner = described.get(key)
        similar = None if owner else _similar(name, [one.name for one in file.owners if plain_name(one.name) not in names])
        yield OwnerPart(
            owner=owner or Organisation(name=name),
            designated=_designated(file, owner, own=key == plain_name(file.province.owner)),
            systems=counts.get(key, 0),
            described=owner is not None,
            similar=similar,
        )


def _designated(file: ProvinceFile, owner: Owner | None, *, own: bool) -> Organisation | None:
    if owner is not None and owner.designated is not None:
        return owner.designated
    unit = file.province.designated_unit
    return Organisation(name=unit) if own and unit else None


def _similar(name: str, others: Sequence[str]) -> str | None:
    """A described owner that this name may be meant for: one name is the other with something added."""
    for other in others:
        one, two = plain_name(name), plain_name(other)
        if one in two or two in one:
            return other
    return None
