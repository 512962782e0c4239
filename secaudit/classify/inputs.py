"""What a system's record says, as the typed inputs of level rules.

A field nobody filled is simply not there. A band is an interval whose ends stand for everything between them: clauses compare
counts with thresholds only, so the ends decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import get_args

from secaudit.model.fact import FactData
from secaudit.model.inventory import Agency, Inventory
from secaudit.model.level import LevelRuleSet, reading_variable
from secaudit.model.system import BasicBand, Harm, Information, SensitiveBand, Serves, System, SystemKind

MOST_SUBJECTS = 100_000_000
"""Upper end of an open band: the largest count an inventory accepts."""
DEFAULT_SECTOR = "government"
"""Sector of the owner when none is named: the province itself."""

BANDS: Mapping[str, tuple[int, int]] = {
    BasicBand.UNDER_100000.value: (0, 99_999),
    BasicBand.FROM_100000.value: (100_000, MOST_SUBJECTS),
    SensitiveBand.NONE.value: (0, 0),
    SensitiveBand.UNDER_10000.value: (0, 9_999),
    SensitiveBand.FROM_10000.value: (10_000, MOST_SUBJECTS),
}
"""Band of data subjects -> its two ends."""


@dataclass(frozen=True)
class Inputs:
    """Answered inputs of one system."""

    known: Mapping[str, FactData]
    """Input or reading variable -> value."""
    bands: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Input -> ends of the band that was ticked instead of a number."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Input -> the value as a person reads it."""


def inputs_of(system: System, sector: str = DEFAULT_SECTOR) -> Inputs:
    """The answered inputs of ``system``; ``sector`` is the owning agency's.

    An empty list of information is no answer: a system that processes nothing is none (7.1).
    """
    subjects, harm = system.data_subjects, system.harm
    answers: dict[str, object] = {
        "kind": system.kind,
        "information": tuple(system.information) if system.information else None,
        "data_subjects.basic": subjects.basic if subjects else None,
        "data_subjects.sensitive": subjects.sensitive if subjects else None,
        "handles_administrative_procedures": system.handles_administrative_procedures,
        "conditional_business": system.conditional_business,
        "online_service_level": system.online_service_level,
        "serves": system.serves,
        "continuous_operation": system.continuous_operation,
        "works_grade": system.works_grade,
        "works_national_security": system.works_national_security,
        "harm.rights": harm.rights if harm else None,
        "harm.public": harm.public if harm else None,
        "harm.order": harm.order if harm else None,
        "harm.security": harm.security if harm else None,
        "defence_security": system.defence_security,
        "national_data_store": system.national_data_store,
        "international_gateway": system.international_gateway,
        "risk_level": system.risk_level,
        "owner_sector": sector,
    }
    return collect({f"system.{name}": value for name, value in answers.items() if value is not None})


def owner_sectors(inventory: Inventory) -> dict[str, str]:
    """System id -> sector of the agency that owns it."""
    sectors = {file.agency.id: file.agency.sector for file in inventory.agencies}
    owners = inventory.owner_of_system
    return {name: sectors.get(owners.get(name, ""), DEFAULT_SECTOR) for name in inventory.systems}


def collect(answers: Mapping[str, object]) -> Inputs:
    """Sort answers into values and bands; every value is bool, int, str or a sequence of str."""
    known: dict[str, FactData] = {}
    bands: dict[str, tuple[int, int]] = {}
    for name, value in answers.items():
        if name.startswith("system.data_subjects.") and isinstance(value, str):
            low, high = BANDS[str(value)]
            if low == high:
                known[name] = low
            else:
                bands[name] = (low, high)
        else:
            known[name] = _plain(value)
    return Inputs(known, bands, {name: text_of(value) for name, value in answers.items()})


def _plain(value: object) -> FactData:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    assert isinstance(value, Sequence)
    return [str(item) for item in value]


def text_of(value: object) -> str:
    """``true``, ``12``, ``internal``, ``public, private``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def domains(rules: LevelRuleSet) -> dict[str, tuple[FactData, ...]]:
    """Every value an input or reading can take, as far as clauses can tell values apart.

    Counts stand for their extremes; a clause that tells more than two ranges apart would ask for more.
    """
    flags: tuple[FactData, ...] = (False, True)
    counts: tuple[FactData, ...] = (0, MOST_SUBJECTS)
    harms = get_args(Harm)
    found: dict[str, tuple[FactData, ...]] = {
        "system.kind": tuple(kind.value for kind in SystemKind),
        "system.information": tuple(_subsets(item.value for item in Information)),
        "system.data_subjects.basic": counts,
        "system.data_subjects.sensitive": counts,
        "system.handles_administrative_procedures": flags,
        "system.conditional_business": flags,
        "system.online_service_level": _literals(System, "online_service_level"),
        "system.serves": tuple(item.value for item in Serves),
        "system.continuous_operation": flags,
        "system.works_grade": _literals(System, "works_grade"),
        "system.works_national_security": flags,
        "system.harm.rights": harms,
        "system.harm.public": harms,
        "system.harm.order": harms,
        "system.harm.security": harms,
        "system.defence_security": flags,
        "system.national_data_store": flags,
        "system.international_gateway": flags,
        "system.risk_level": _literals(System, "risk_level"),
        "system.owner_sector": _literals(Agency, "sector"),
    }
    found.update({reading_variable(reading.id): tuple(reading.choices) for reading in rules.readings})
    return found


def _literals(model: type[System] | type[Agency], name: str) -> tuple[str, ...]:
    """The words a field of the model accepts."""
    annotation = model.model_fields[name].annotation
    parts = get_args(annotation)
    words = [word for part in parts for word in (get_args(part) or (part,))]
    return tuple(word for word in words if isinstance(word, str))


def _subsets(items: Iterable[str]) -> Iterable[list[str]]:
    found = list(items)
    for size in range(1, len(found) + 1):
        for chosen in combinations(found, size):
            yield list(chosen)
