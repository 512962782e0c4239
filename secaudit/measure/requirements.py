"""Every system against the technical standard: Standard x level x machines x statements x exceptions x day.

Which list is taken: of the level that a dated decision approved; else of the level the dossier proposes; else of the lowest level
that the rules prove. A range is said (``up_to``, and a note): its lowest list is the least that will be asked. A proposal that
the rules may still lift is a range, too; only a decision settles the level. Where nothing proves a level there is no list to take
and no assessment; why stands in ``unassessed``. Neither have systems that hold state secrets (only name and level are kept of
them), stopped ones, and any system on a day without a standard in force.

How one requirement is decided stands in :mod:`secaudit.measure.fulfilment`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from secaudit.measure.fulfilment import Papers, fulfil
from secaudit.measure.statements import Statements
from secaudit.measure.system_machines import Evidence, Machines, gather_machines, machines_by_system
from secaudit.measure.waivers import Waivers
from secaudit.messages import Message, msg
from secaudit.model.assessment import SystemAssessment
from secaudit.model.check import LEVELS
from secaudit.model.inventory import Inventory
from secaudit.model.level import Classification
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade
from secaudit.model.requirement import Requirement, Standard
from secaudit.model.system import DossierStatus, System


@dataclass(frozen=True)
class Assessed:
    """All systems of one day."""

    systems: Mapping[str, SystemAssessment] = field(default_factory=dict)
    """By system, in the order of the classifications."""
    unassessed: Mapping[str, Message] = field(default_factory=dict)
    """System -> why nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class LevelTaken:
    """Whose list is taken, and why."""

    level: int
    source: str
    """``approved``, ``proposed`` or ``classified``."""
    up_to: int | None = None


def assess_systems(
    standard: Standard | None,
    inventory: Inventory,
    classifications: Mapping[str, Classification],
    states: Mapping[str, EndpointState],
    *,
    grades: frozenset[Grade],
    as_of: date,
) -> Assessed:
    """Assess every classified system as of a day.

    ``states``: as for measuring, with findings; a verdict that rests on a grade outside ``grades`` says nothing.
    """
    assessed: dict[str, SystemAssessment] = {}
    unassessed: dict[str, Message] = {}
    present = frozenset(file.agency.id for file in inventory.agencies if file.agency.exists_on(as_of))
    machines = machines_by_system(inventory, present)
    waivers = Waivers(inventory, as_of)
    papers = Papers(Statements(inventory), waivers, standard.id if standard else "", as_of)
    checks = frozenset(check for one in standard.requirements for check in one.checks) if standard else frozenset()
    evidence = Evidence(states, grades, checks)
    lists = {level: (standard.at(level), standard.open_rows(level)) for level in LEVELS} if standard else {}
    for name, classification in classifications.items():
        system = inventory.systems[name]
        taken = level_taken(system, classification, as_of)
        reason = _left_out(system)
        if standard is None or taken is None or reason is not None:
            unassessed[name] = reason or _no_list(standard, as_of)
            continue
        of_it = gather_machines(machines.get(name, ()), evidence, waivers)
        assessed[name] = _assess(standard, name, taken, of_it, papers, classification, lists[taken.level])
    return Assessed(assessed, unassessed)


def level_taken(system: System, classification: Classification | None, day: date) -> LevelTaken | None:
    """The level whose list is taken; None where nothing gives one."""
    dossier = system.dossier
    if dossier is not None and dossier.level is not None:
        decided = dossier.decision is not None and dossier.decision.date <= day
        if dossier.status is DossierStatus.APPROVED and decided:
            return LevelTaken(dossier.level, "approved")
        return LevelTaken(dossier.level, "proposed", _beyond(classification, dossier.level))
    if classification is None or classification.lowest is None:
        return None
    return LevelTaken(classification.lowest, "classified", _beyond(classification, classification.lowest))


def _beyond(classification: Classification | None, level: int) -> int | None:
    """The highest level the rules still allow, where it is above ``level``; nothing proven, nothing to compare with."""
    if classification is None or classification.lowest is None or classification.declared_kept:
        return None
    highest = max(classification.possible, default=classification.lowest)
    return highest if highest > level else None


def _left_out(system: System) -> Message | None:
    if system.state_secret:
        return msg("state secret: only name and level are kept here")
    return msg("stopped: nothing is asked of it any more") if system.status == "stopped" else None


def _no_list(standard: Standard | None, day: date) -> Message:
    if standard is None:
        return msg("no technical standard is in force on {day}", day=day.strftime("%d/%m/%Y"))
    return msg("its level is not determined: no list of requirements applies")


def _assess(
    standard: Standard,
    name: str,
    taken: LevelTaken,
    machines: Machines,
    papers: Papers,
    classification: Classification,
    held: tuple[tuple[Requirement, ...], int | None],
) -> SystemAssessment:
    asked, open_rows = held
    results = tuple(fulfil(one, name, taken.level, machines, papers) for one in asked)
    return SystemAssessment(
        system=name,
        standard=standard.id,
        level=taken.level,
        level_from=taken.source,
        results=results,
        rows=standard.rows.get(taken.level),
        open_rows=open_rows,
        machines=machines.ids,
        up_to=taken.up_to,
        notes=_notes(taken, machines, classification),
    )


def _notes(taken: LevelTaken, machines: Machines, classification: Classification) -> tuple[Message, ...]:
    found: list[Message] = []
    if taken.up_to is not None and (classification.lowest or 0) <= taken.level:
        found.append(
            msg("the rules leave level {lowest} to {highest} open: the list of level {lowest} is the least that will be asked",
                lowest=taken.level, highest=taken.up_to)
        )  # fmt: skip
    kept = taken.source == "approved" and classification.declared_kept
    if classification.lowest is not None and classification.lowest > taken.level and not kept:
        found.append(msg("the rules prove level {level}, a higher one than is taken here", level=classification.lowest))
    if machines.isolated:
        found.append(msg("{count} isolated machine(s) are left out: nobody looks at them", count=machines.isolated))
    return tuple(found)
