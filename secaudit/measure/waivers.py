"""Exceptions that somebody approved for a time: an overlay on failures, never a pass.

A waiver of a check covers machines: those it names, those of the systems and those of the agencies it names. A waiver of a
requirement covers systems: those it names and those of the agencies. One that names none of them covers nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from secaudit.model.inventory import Endpoint, Inventory
from secaudit.model.paper import Waiver


class Waivers:
    """All waivers of an inventory on one day."""

    def __init__(self, inventory: Inventory, day: date) -> None:
        """Those in force and those that are over; one that begins later does nothing yet."""
        begun = [one for one in inventory.waivers if one.valid_from <= day]
        self.known = bool(begun)
        """Whether there is any, in force or over."""
        on_system, of_agency = _places(inventory, begun)
        acting = [one for one in begun if one.valid_on(day)]
        over = [one for one in begun if not one.valid_on(day)]
        self._machines = _by_check(acting, on_system, of_agency)
        self._machines_over = _by_check(over, on_system, of_agency)
        owner = inventory.owner_of_system
        self._systems = _by_requirement(acting, owner)
        self._systems_over = _by_requirement(over, owner)

    def on_check(self, check: str, endpoint: str) -> Waiver | None:
        """The one in force for a failure of ``check`` on a machine; of several the one that lasts longest."""
        return self._machines.get(check, {}).get(endpoint)

    def over_on_check(self, check: str, endpoint: str) -> Waiver | None:
        """The newest one that is over: the failure is a failure again."""
        return self._machines_over.get(check, {}).get(endpoint)

    def on_requirement(self, requirement: str, system: str) -> Waiver | None:
        """The one in force for ``standard:requirement`` of a system."""
        return self._systems.get(requirement, {}).get(system)

    def over_on_requirement(self, requirement: str, system: str) -> Waiver | None:
        """The newest one that is over."""
        return self._systems_over.get(requirement, {}).get(system)

    def of_checks(self, checks: Iterable[str]) -> bool:
        """Whether some waiver, in force or over, names one of the checks: most requirements have none to look for."""
        return self.known and any(check in self._machines or check in self._machines_over for check in checks)


def _places(inventory: Inventory, waivers: Iterable[Waiver]) -> tuple[Mapping[str, list[str]], Mapping[str, list[str]]]:
    """Machines by system and by agency, as far as waivers ask for them."""
    systems = {name for one in waivers for name in one.systems}
    agencies = {name for one in waivers for name in one.agencies}
    on_system: dict[str, list[str]] = defaultdict(list)
    of_agency: dict[str, list[str]] = {}
    for file in inventory.agencies if systems or agencies else ():
        if file.agency.id in agencies:
            of_agency[file.agency.id] = [endpoint.id for endpoint in file.endpoints]
        for endpoint in file.endpoints:
            for name in _named(endpoint, systems):
                on_system[name].append(endpoint.id)
    return on_system, of_agency


def _named(endpoint: Endpoint, systems: set[str]) -> Iterable[str]:
    return (name for name in endpoint.systems if name in systems)


def _by_check(
    waivers: Iterable[Waiver], on_system: Mapping[str, list[str]], of_agency: Mapping[str, list[str]]
) -> dict[str, dict[str, Waiver]]:
    found: dict[str, dict[str, Waiver]] = {}
    for one in sorted(waivers, key=lambda one: (one.valid_until, one.id)):
        machines = [*one.endpoints]
        for system in one.systems:
            machines += on_system.get(system, ())
        for agency in one.agencies:
            machines += of_agency.get(agency, ())
        for check in one.checks:
            found.setdefault(check, {}).update(dict.fromkeys(machines, one))
    return found


def _by_requirement(waivers: Iterable[Waiver], owner: Mapping[str, str]) -> dict[str, dict[str, Waiver]]:
    found: dict[str, dict[str, Waiver]] = {}
    for one in sorted(waivers, key=lambda one: (one.valid_until, one.id)):
        agencies = set(one.agencies)
        systems = [*one.systems, *(system for system, agency in owner.items() if agency in agencies)]
        for requirement in one.requirements:
            found.setdefault(requirement, {}).update(dict.fromkeys(systems, one))
    return found
