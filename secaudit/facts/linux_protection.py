"""Protection products on Linux (sections packages, units, unit-files, processes, clamav, mdatp, kesl)."""

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from secaudit.facts.linux_services import (
    Processes,
    Unit,
    partial_package_names,
    process_names,
    unit_files,
    unit_states,
)
from secaudit.facts.linux_vendors import TELL
from secaudit.facts.matching import hits
from secaudit.facts.products import Found, records, settle
from secaudit.facts.reading import NotReadError, Parser, Reading, decimal, text_of, utc_moment, value_or_reason
from secaudit.model.fact import FactValue, MissingReason
from secaudit.model.knowledge import LinuxTraces, Product

_SUFFIXES = (".service", ".socket", ".timer", ".mount", ".path")
_CLAM_ENGINE = ("clamav-daemon.service", "clamd.service", "clamd@scan.service")
_DAILY_FIELDS = 9
_KESL_STATES: dict[str, bool | MissingReason] = {"running": True, "stopped": False, "disabled": False}
"""Last word of the component's line; "not running" ends like "running" and is told apart before."""
_KESL_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)")


class _Machine:
    """Names on this machine, casefolded, and how far they can be trusted."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.packages = frozenset(name.casefold() for name in partial_package_names(reading))
        self.units: dict[str, Unit] = {}
        self.known_units: frozenset[str] = frozenset()
        self.units_missing = reading.status("units")
        try:
            self.units = {name.casefold(): unit for name, unit in unit_states(reading).items()}
            files = unit_files(reading) if reading.status("unit-files") is None else {}
            loaded = {name for name, unit in self.units.items() if unit.load != "not-found"}
            self.known_units = frozenset(loaded | {name.casefold() for name in files})
        except NotReadError as error:
            self.units_missing = error.missing.reason
        self.processes = self._processes()
        self.doubt = False
        """A process was seen whose name alone does not prove a product."""

    def _processes(self) -> Processes:
        try:
            return process_names(self.reading)
        except NotReadError as error:
            return Processes(frozenset(), error.missing.reason)

    @property
    def complete(self) -> bool:
        """Everything that could show a product was read to its end."""
        units_read = self.reading.unread("units") is None and self.reading.unread("unit-files") is None
        return self.reading.status("packages") is None and units_read and self.processes.hidden is None and not self.doubt

    def runs(self, units: frozenset[str], processes: frozenset[str]) -> bool | MissingReason:
        """Whether a unit has a live process or a process of that name is seen.

        Not running only where units and processes were both read: a unit may start a process of another name, and a process
        may have been started without its unit.
        """
        if processes or any(name in self.units and self.units[name].running for name in units):
            return True
        if (unread := self.reading.unread("units")) is not None:
            return unread
        return False if self.processes.hidden is None else self.processes.hidden


def products(reading: Reading) -> FactValue:
    """Every product of the catalogue that left a trace."""
    machine = _Machine(reading)
    if not (machine.packages or machine.units or machine.processes.names):
        reading.need("packages")
    catalogue = reading.knowledge.products
    found = [item for item in (_look_for(product, machine) for product in catalogue) if item is not None]
    on_demand = frozenset(product.id for product in catalogue if product.on_demand)
    for item in found:
        if (refine := _REFINE.get(item.id)) is not None:
            refine(item, machine)
        elif (tell := TELL.get(item.id)) is not None:
            tell(item, reading)
    return records(settle(found, on_demand), "packages", complete=machine.complete)


def _look_for(product: Product, machine: _Machine) -> Found | None:
    traces = product.linux
    packages = hits(traces.packages, machine.packages)
    units = hits([_full_name(unit) for unit in traces.units], machine.known_units)
    processes = _process_hits(traces, machine)
    # A process alone could be another program of that name: it counts where the catalogue knows no other trace.
    alone = not (traces.packages or traces.units)
    if not (packages or units or (processes and alone)):
        machine.doubt = machine.doubt or bool(processes)
        return None
    found = Found.of(product)
    found.sources = {name for name, seen in (("package", packages), ("unit", units), ("process", processes)) if seen}
    found.running = machine.runs(units, processes)
    return found


def _process_hits(traces: LinuxTraces, machine: _Machine) -> frozenset[str]:
    whole = [name if "*" in name else name[:15] for name in traces.processes]
    return hits(whole, machine.processes.names)


def _full_name(unit: str) -> str:
    return unit if unit.endswith(_SUFFIXES) else f"{unit}.service"


def _refine_clamav(found: Found, machine: _Machine) -> None:
    """The scanner is clamd; clamonacc makes it look at files as they are opened; freshclam alone protects nothing."""
    engine = machine.runs(hits(_CLAM_ENGINE, machine.known_units), hits(["clamd"], machine.processes.names))
    access = machine.runs(hits(["clamav-clamonacc.service"], machine.known_units), hits(["clamonacc"], machine.processes.names))
    found.running = engine
    found.realtime = _both(engine, access)
    reading = machine.reading
    found.signature_age_days = value_or_reason(lambda: _clamav_age(reading))


def _both(one: bool | MissingReason, other: bool | MissingReason) -> bool | MissingReason:
    if one is False or other is False:
        return False
    return other if isinstance(other, MissingReason) else one


def _clamav_age(reading: Reading) -> int:
    """Age of the daily signatures by the epoch in their header: the newer of the full file and the one kept by updates."""
    moments: list[int] = []
    for line in reading.lines("clamav"):
        name, _, header = line.partition(" ")
        fields = header.strip().split(":")
        if name in ("daily.cld", "daily.cvd") and fields[0] == "ClamAV-VDB" and len(fields) >= _DAILY_FIELDS:
            moment = decimal(fields[8])
            if moment is not None:
                moments.append(moment)
    if not moments:
        reading.fail(MissingReason.ERROR, "clamav", "no signature file has a readable header")
    return reading.age_days(max(moments), "clamav")


def _refine_mdatp(found: Found, machine: _Machine) -> None:
    """Microsoft's own status: real-time protection on, not passive, the date of the definitions, onboarded."""
    reading = machine.reading
    if reading.status("mdatp") is not None:
        reason = reading.status("mdatp") or MissingReason.ERROR
        _nothing_known(found, reason)
        return
    health = value_or_reason(lambda: _mdatp_health(reading))
    if isinstance(health, MissingReason):
        _nothing_known(found, health)
        return
    passive, enabled = _plain(health.get("passiveModeEnabled")), _plain(health.get("realTimeProtectionEnabled"))
    if passive is True or enabled is False:
        found.realtime = False
    elif enabled is True and passive is False:
        found.realtime = found.running is True
    updated = decimal(str(_plain(health.get("definitionsUpdated"))))
    if updated:
        found.signature_age_days = value_or_reason(lambda: reading.age_days(updated // 1000, "mdatp"))
    if _plain(health.get("orgId")) and _plain(health.get("licensed")) is True:
        found.managed = True
    if isinstance(version := _plain(health.get("appVersion")), str) and version:
        found.version = version
    if (tamper := _plain(health.get("tamperProtection"))) in ("block", "audit", "disabled"):
        found.tamper_protected = tamper == "block"


def _nothing_known(found: Found, reason: MissingReason) -> None:
    found.realtime = found.signature_age_days = found.managed = found.version = found.tamper_protected = reason


def _mdatp_health(reading: Reading) -> dict[str, Any]:
    try:
        data = json.loads(text_of(reading.need("mdatp")))
    except (ValueError, RecursionError):
        reading.fail(MissingReason.ERROR, "mdatp")
    if not isinstance(data, dict):
        reading.fail(MissingReason.ERROR, "mdatp")
    return data


def _plain(field: object) -> object:
    """Newer versions wrap each value in an object with its origin."""
    return field.get("value") if isinstance(field, dict) else field


def _kesl_age(reading: Reading, parts: Sequence[str]) -> int:
    """Age of the databases; the moment is read as UTC, which is at most a day off."""
    return reading.age_days(utc_moment(parts, "kesl"), "kesl")


def _refine_kesl(found: Found, machine: _Machine) -> None:
    """Kaspersky's own status; it answers root and members of its group only."""
    reading = machine.reading
    reason = reading.status("kesl")
    if reason is not None:
        found.realtime = found.signature_age_days = found.version = reason
        return
    for line in reading.lines("kesl"):
        name, _, value = line.partition(":")
        label = name.strip().lower()
        if label.startswith("last release date") and (match := _KESL_DATE.search(value)):
            parts = match.groups()
            found.signature_age_days = value_or_reason(partial(_kesl_age, reading, parts))
        elif label == "version" and value.strip():
            found.version = value.strip()
        elif label == "file threat protection":
            state = value.strip().lower()
            known = _KESL_STATES.get(state.rpartition(" ")[2], MissingReason.UNSUPPORTED)
            found.realtime = False if state.endswith("not running") else known


_REFINE: dict[str, Callable[[Found, _Machine], None]] = {
    "clamav": _refine_clamav,
    "ms-defender-endpoint": _refine_mdatp,
    "kaspersky-kesl": _refine_kesl,
}

PARSERS: dict[str, Parser] = {"protection.products": products}
