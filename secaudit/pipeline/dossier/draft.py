"""Everything one dossier says, as data: papers only print it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from secaudit.model.assessment import SystemAssessment
from secaudit.model.base import day_in_vietnam
from secaudit.model.decision import DecisionChain
from secaudit.model.dossier import DossierRules, Form, SystemClass
from secaudit.model.inventory import AgencyFile, Endpoint, Inventory
from secaudit.model.level import LevelRuleSet
from secaudit.model.measurement import EndpointState
from secaudit.model.procedure import Authority
from secaudit.model.requirement import Standard
from secaudit.model.system import System
from secaudit.pipeline.dossier.classes import agencies_of, belongs
from secaudit.pipeline.dossier.devices import DeviceRow, Difference, device_rows, differences
from secaudit.pipeline.dossier.level import LevelStatement, level_statement
from secaudit.pipeline.dossier.offices import Offices, offices_of
from secaudit.pipeline.dossier.plan import PlanTable, plan_table
from secaudit.pipeline.dossier.services import Services, services_of
from secaudit.pipeline.dossier.sighted import isolated, see
from secaudit.pipeline.dossier.zones import ZonePlan, zone_plan
from secaudit.pipeline.province import Levels, Province
from secaudit.store import Store


@dataclass(frozen=True)
class Sources:
    """What all dossiers of one command are made from: read once."""

    province: Province
    """With the tree of the day."""
    levels: Levels
    rules: DossierRules
    standard: Standard | None
    states: Mapping[str, EndpointState]
    store: Store | None
    moment: datetime
    chains: Mapping[str, DecisionChain] = field(default_factory=dict)
    assessments: Mapping[str, SystemAssessment] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """The day of the dossiers."""
        return day_in_vietnam(self.moment)


@dataclass(frozen=True)
class Draft:
    """One dossier."""

    system: System
    agency: AgencyFile | None
    day: date
    rules: DossierRules
    level_rules: LevelRuleSet
    standard: Standard | None
    offices: Offices
    level: LevelStatement
    devices: tuple[DeviceRow, ...]
    alone: int
    """Isolated machines: counted, nothing else."""
    differences: tuple[Difference, ...]
    services: Services
    zones: ZonePlan
    plans: tuple[PlanTable, ...]
    """One for the level that is proposed; the lowest and the highest where it is open."""
    chain: DecisionChain | None
    authority: Authority | None
    """Who decides at the level that is proposed; None while it is open."""
    one_of: SystemClass | None
    """The class whose words stand in."""
    from_agency: bool
    """The machines are all those of the agency: the inventory assigns none to the system."""
    connected: tuple[str, ...]
    """Names of systems that the inventory ties to it."""
    inventory_digest: str
    catalog_digest: str

    @property
    def purpose(self) -> str | None:
        """What it is for."""
        return self.system.purpose or (self.one_of.purpose if self.one_of is not None else None)

    @property
    def further(self) -> bool:
        """Whether the statement needs what is asked of the higher levels, as far as they are possible."""
        highest = self.level.proposal.highest
        return highest is not None and highest >= self.rules.further_from

    def forms(self, asked: tuple[str, ...] | None) -> tuple[Form, ...]:
        """Those asked for; None for those that the procedure of a possible level uses."""
        if asked is not None:
            return tuple(form for form in self.rules.forms if form.number in asked)
        levels = set(self.level.proposal.levels) or {1, 2, 3, 4, 5}
        return tuple(form for form in self.rules.forms if levels & set(form.levels))


def draft(sources: Sources, system_id: str) -> Draft:
    """Read what is known of one system; it is no state secret and stands in the classification."""
    inventory, catalog = sources.province.inventory, sources.province.catalog
    system = inventory.systems[system_id]
    agency = agencies_of(inventory).get(system_id)
    one_of = next((one for one in catalog.classes.values() if belongs(system, agency, one)), None)
    machines, from_agency = machines_of(inventory, system, agency, one_of)
    seen = tuple(see(sources.province, sources.store, machines, sources.states, sources.moment))
    devices = device_rows(seen)
    statement = level_statement(inventory, system, sources.levels.classifications[system_id], sources.levels.rules)
    class_says = one_of.id if one_of is not None and one_of.operated_by_agency else None
    return Draft(
        system=system,
        agency=agency,
        day=sources.day,
        rules=sources.rules,
        level_rules=sources.levels.rules,
        standard=sources.standard,
        offices=offices_of(inventory, system, agency, class_says),
        level=statement,
        devices=devices,
        alone=sum(1 for one in machines if isolated(one)),
        differences=differences(devices),
        services=services_of(system.name, seen, devices),
        zones=zone_plan(system, agency, devices),
        plans=_plans(sources, system_id, statement),
        chain=sources.chains.get(system_id),
        authority=_authority(sources, statement.proposal.level),
        one_of=one_of,
        from_agency=from_agency,
        connected=_connected(inventory, system),
        inventory_digest=inventory.digest,
        catalog_digest=catalog.digest,
    )


def machines_of(
    inventory: Inventory, system: System, agency: AgencyFile | None, one_of: SystemClass | None
) -> tuple[tuple[Endpoint, ...], bool]:
    """Machines in use that name the system; for a class of networks all of the agency that name no other."""
    own = tuple(one for one in inventory.endpoints.values() if system.id in one.systems and one.status == "in_use")
    if own or agency is None or one_of is None or one_of.machines != "agency":
        return own, False
    return tuple(one for one in agency.endpoints if one.status == "in_use" and not one.systems), True


def _authority(sources: Sources, level: int | None) -> Authority | None:
    procedure = sources.province.catalog.law.procedure_called(sources.rules.id)
    return procedure.authority(level) if procedure is not None and level is not None else None


def _plans(sources: Sources, system: str, statement: LevelStatement) -> tuple[PlanTable, ...]:
    if sources.standard is None or not statement.proposal.levels:
        return ()
    ends = dict.fromkeys((min(statement.proposal.levels), max(statement.proposal.levels)))
    return tuple(plan_table(sources.standard, level, sources.assessments.get(system)) for level in ends)


def _connected(inventory: Inventory, system: System) -> tuple[str, ...]:
    """Of a system of state secrets nothing is said in the papers of another."""
    parts = [inventory.systems[name] for name in system.components if name in inventory.systems]
    wholes = [other for other in inventory.systems.values() if system.id in other.components]
    return tuple(dict.fromkeys(other.name for other in (*parts, *wholes) if not other.state_secret))
