"""Where the decision on every system's level stands, and what the province settles once for all."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from secaudit.errors import UsageError
from secaudit.law import Calendars, Ground, Offices, chain_of, period_of, self_appraisals
from secaudit.messages import msg
from secaudit.model.catalog import Catalog
from secaudit.model.decision import DecisionChain, DueState, ProvinceAction, TimeLimit
from secaudit.model.inventory import Inventory
from secaudit.model.procedure import Procedure, ReportingTable
from secaudit.model.system import System
from secaudit.pipeline.province import Levels, Province

_NOT_ON_RECORD = frozenset({"act_open", "dossier_unknown", "ministry_not_on_record", "no_decision", "not_yet"})
"""Cautions that leave open where a system stands. A security regulation that is not on record is none of them: the report's form
asks for it only where there is one, and the caution says it."""


@dataclass(frozen=True)
class Chains:
    """All chains of one day."""

    day: date
    period: tuple[date, date]
    """First and last day of the reporting round that the day belongs to."""
    chains: Mapping[str, DecisionChain]
    """System id -> chain; systems that are stopped are left out."""
    state_secret: frozenset[str]
    """Systems of which only id, name and level are kept: nothing is asked of them here."""
    actions: tuple[ProvinceAction, ...]
    calendars: Calendars
    announced: bool
    """Whether the days off of the years in question are all announced."""

    def left(self, limit: TimeLimit) -> int | None:
        """Days until the last one, in the limit's own days; negative once it has passed."""
        if limit.due is None:
            return None
        return (
            self.calendars.confirmed.count(self.day, limit.due) if limit.working and limit.days else (limit.due - self.day).days
        )

    def unsettled(self, system: str) -> bool:
        """Whether the inventory leaves open where the system stands."""
        chain = self.chains[system]
        if system in self.state_secret:
            return False
        if chain.status is None or any(one.kind in _NOT_ON_RECORD for one in chain.cautions):
            return True
        return (
            not chain.proven
            or len(chain.levels) != 1
            or any(one.state is DueState.UNKNOWN for one in (*chain.limits, *chain.owed))
        )


def reporting_of(catalog: Catalog) -> ReportingTable:
    """The table of statutory dates; :class:`UsageError` when the catalog has none."""
    if catalog.law.reporting is None:
        raise UsageError(
            msg("this catalog has no statutory dates"),
            hint=msg("they stand in {path} of the catalog that comes with the program", path="law/reporting.yaml"),
        )
    return catalog.law.reporting


def chains(province: Province, levels: Levels, day: date) -> Chains:
    """The chain of every system in use or being built; raises :class:`UsageError` when no procedure is in force on ``day``."""
    procedure, period, ground = _ground(province, day)
    systems = [system for system in _systems(province.inventory, levels) if system.status != "stopped"]
    offices = offices_of(province.inventory)
    found = _found(systems, levels, ground, offices)
    possible = {system: chain.levels if chain.proven else () for system, chain in found.items()}
    actions = self_appraisals(systems, offices, possible, procedure)
    announced = all(ground.calendars.confirmed.announced(year) for year in {day.year, period[1].year})
    secret = frozenset(system.id for system in systems if system.state_secret)
    return Chains(day, period, found, secret, actions, ground.calendars, announced)


def chains_of(province: Province, levels: Levels, day: date, named: Collection[str]) -> dict[str, DecisionChain]:
    """The same chains of some systems alone, without what needs all of them."""
    _, _, ground = _ground(province, day)
    systems = [system for system in _systems(province.inventory, levels) if system.status != "stopped" and system.id in named]
    return _found(systems, levels, ground, offices_of(province.inventory))


def _ground(province: Province, day: date) -> tuple[Procedure, tuple[date, date], Ground]:
    law = province.catalog.law
    procedure = law.procedure(day)
    if procedure is None:
        raise UsageError(
            msg("no procedure for levels is in force on {day}", day=day.isoformat()),
            hint=msg("procedures: {ids}", ids=", ".join(f"{one.id} ({one.valid_from})" for one in law.procedures) or "–"),
        )
    period = period_of(reporting_of(province.catalog).period, day)
    return procedure, period, Ground.of(law, day, period[1])


def _found(systems: Iterable[System], levels: Levels, ground: Ground, offices: Mapping[str, Offices]) -> dict[str, DecisionChain]:
    found: dict[str, DecisionChain] = {}
    for system in systems:
        chain = chain_of(system, levels.classifications.get(system.id), ground, offices[system.id])
        if chain is not None:
            found[system.id] = chain
    return found


def offices_of(inventory: Inventory) -> dict[str, Offices]:
    """System id -> owner, designated unit and operator, each by the name it is declared with."""
    head = inventory.province
    designated = {owner.name: owner.designated.name for owner in head.owners if owner.designated is not None}
    found: dict[str, Offices] = {}
    for system in inventory.systems.values():
        owner = system.governed_by or head.province.owner
        own = head.province.designated_unit if owner == head.province.owner else None
        found[system.id] = Offices(owner, designated.get(owner, own), system.operator)
    return found


def _systems(inventory: Inventory, levels: Levels) -> list[System]:
    """Systems of agencies that exist; those of closed ones are history."""
    return [system for system in inventory.systems.values() if system.id in levels.classifications]
