"""Protection products on Windows (sections services, processes, wsc, defender, vendors)."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from secaudit.facts.matching import hits, matches
from secaudit.facts.products import Found, records, settle
from secaudit.facts.reading import NotReadError, Parser, Reading, utc_moment, value_or_reason, whole
from secaudit.facts.windows_machine import build_number, dword, key, server_or_none, text
from secaudit.facts.wsc import Registered, merged, registered
from secaudit.model.fact import FactValue, MissingReason
from secaudit.model.knowledge import Product
from secaudit.model.record import UNLISTED

RUNNING = 4
"""ServiceController state."""
NO_DATA = frozenset({65_535, 4_294_967_295})
"""What Defender and Kaspersky write for "never"."""
_DEFENDER = "ms-defender-av"
_SENSE = "ms-defender-endpoint"
_FIRST_DEFENDER_BUILD = 9_200
"""Before Windows 8 the service of that name was an anti-spyware tool, no antivirus."""
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,5}")
_FROM_1601 = 11_644_473_600
"""Seconds between 1601, where Windows begins to count, and 1970."""
_ESET_DATE = re.compile(r"\((\d{4})(\d\d)(\d\d)\)\s*$")


class Machine:
    """Names on this machine, casefolded, and why a source is missing."""

    def __init__(self, reading: Reading) -> None:
        """Every source that fails leaves its reason; the others are used."""
        self.reading = reading
        self.services: dict[str, int | None] = {}
        self.service_states: MissingReason | None = None
        """Why it is not known which services run."""
        self.services_missing = self._try(self._read_services)
        self.processes: frozenset[str] = frozenset()
        self.processes_missing = self._try(self._read_processes)
        self.rows: list[Registered] = []
        self.wsc_missing = self._try(self._read_wsc)
        self.doubt = False
        """A trace was seen that neither proves a product nor leaves it out."""

    @property
    def complete(self) -> bool:
        """Everything that could show a product was read: Security Center is for workstations only."""
        missing = (self.services_missing, self.processes_missing, self.wsc_unread)
        return not self.doubt and missing == (None, None, None)

    @property
    def wsc_unread(self) -> MissingReason | None:
        """Why Security Center said nothing; None on a server, which has none."""
        no_wsc_here = self.wsc_missing is MissingReason.ABSENT and server_or_none(self.reading) is True
        return None if no_wsc_here else self.wsc_missing

    def _try(self, read: Callable[[], None]) -> MissingReason | None:
        try:
            read()
        except NotReadError as error:
            return error.missing.reason
        return None

    def _read_services(self) -> None:
        document = self.reading.document("services")
        if document.get("from") != "manager":
            self.service_states = MissingReason.DENIED
        for row in _dicts(document.get("rows")):
            if name := text(row.get("name")):
                self.services[name.casefold()] = whole(row.get("state"))
        if not self.services:
            self.reading.fail(MissingReason.ERROR, "services")

    def _read_processes(self) -> None:
        names = self.reading.document("processes").get("names")
        found = {text(name).casefold() for name in names} if isinstance(names, list) else set()
        self.processes = frozenset(found - {""})
        if not self.processes:
            self.reading.fail(MissingReason.ERROR, "processes")

    def _read_wsc(self) -> None:
        document = self.reading.document("wsc")
        rows = registered(document, "AntiVirusProduct")
        self.rows = merged(rows)
        told = document.get("AntiVirusProduct")
        if not isinstance(told, list) or len(told) != len(rows):
            self.reading.fail(MissingReason.ERROR, "wsc", "a registered product cannot be read")


def products(reading: Reading) -> FactValue:
    """Every product of the catalogue that left a trace, and registered ones that no catalogue names."""
    machine = Machine(reading)
    if machine.services_missing and machine.processes_missing and machine.wsc_missing:
        reading.need("services")
        reading.fail(machine.services_missing, "services")
    catalogue = [product for product in reading.knowledge.products if not _is_old_tool(product, machine)]
    owner = {row.name: _owner(row, catalogue, machine) for row in machine.rows}
    found: list[Found] = []
    for product in catalogue:
        rows = [row for row in machine.rows if owner[row.name] == product.id]
        item = _look_for(product, rows, machine)
        if item is not None:
            if (refine := _REFINE.get(item.id)) is not None:
                refine(item, machine)
            if not _only_came_with_windows(item, machine):
                found.append(item)
    found += _unlisted([row for row in machine.rows if owner[row.name] is None and not row.orphan], machine)
    on_demand = frozenset(product.id for product in catalogue if product.on_demand)
    settled = settle(found, on_demand)
    if _onboarded(machine):
        for item in settled:
            if item.id in (_DEFENDER, _SENSE):
                item.managed = True
    return records(settled, "services", complete=machine.complete)


def _is_old_tool(product: Product, machine: Machine) -> bool:
    """The service of Defender's name before Windows 8; where the build is not known, it may be that one."""
    if product.id != _DEFENDER:
        return False
    try:
        return build_number(machine.reading) < _FIRST_DEFENDER_BUILD
    except NotReadError:
        machine.doubt = True
        return True


def _only_came_with_windows(found: Found, machine: Machine) -> bool:
    """Every Windows brings Defender, and since 10 the sensor of Defender for Endpoint: nobody has installed a protection there.

    Defender counts where it runs, the sensor where it runs or was onboarded.
    """
    if found.id not in (_DEFENDER, _SENSE) or found.running is True or (found.id == _SENSE and _onboarding(machine) == 1):
        return False
    if found.running is not False or (found.id == _SENSE and isinstance(_onboarding(machine), MissingReason)):
        machine.doubt = True
    return True


def _owner(row: Registered, catalogue: list[Product], machine: Machine) -> str | None:
    """Product of a registered row: of several whose pattern fits, one with a service or process, else the longest pattern."""
    fits = [
        (bool(_services(product, machine) or _processes(product, machine)), len(pattern), -position, product.id)
        for position, product in enumerate(catalogue)
        for pattern in product.windows.wsc_names
        if matches(pattern, row.name)
    ]
    return max(fits)[3] if fits else None


def _services(product: Product, machine: Machine) -> frozenset[str]:
    return hits(product.windows.services, machine.services.keys())


def _processes(product: Product, machine: Machine) -> frozenset[str]:
    return hits([name.casefold().removesuffix(".exe") for name in product.windows.processes], machine.processes)


def _look_for(product: Product, rows: list[Registered], machine: Machine) -> Found | None:
    """The product, if a trace proves it; a trace that does not leaves a doubt.

    A process alone could be another program of that name: it counts where the catalogue knows no service to look for. A
    registered row whose program is not known to exist could be an orphan: it counts beside a service or a process.
    """
    services, processes = _services(product, machine), _processes(product, machine)
    live = [row for row in rows if not row.orphan]
    alone = bool(processes) and not product.windows.services
    if not (services or any(row.verified for row in live) or alone or (rows and processes)):
        machine.doubt = machine.doubt or bool(processes or live)
        return None
    found = Found.of(product)
    found.sources = {name for name, seen in (("service", services), ("process", processes), ("wsc", live)) if seen}
    if any(row.verified for row in live):
        found.confirmed = True  # Windows itself says that this is an antivirus
    found.running = _running(product, live, machine)
    found.realtime = _realtime(live, machine)
    return found


def _running(product: Product, live: list[Registered], machine: Machine) -> bool | MissingReason:
    """Seen running; not running only where every place that could show it was read.

    Security Center's word alone does not stand against services that are seen stopped, nor a service alone against an EDR
    that Security Center shows as off.
    """
    services, processes = _services(product, machine), _processes(product, machine)
    unread = (
        (machine.services_missing or machine.service_states) if product.windows.services else None,
        machine.processes_missing if product.windows.processes else None,
        machine.wsc_unread,
        MissingReason.UNSUPPORTED if any(row.state.on is None for row in live) else None,
    )
    unclear = next((reason for reason in unread if reason is not None), None)
    if processes or any(machine.services[name] == RUNNING for name in services):
        if product.kind != "edr" or not product.windows.wsc_names:
            return True
        off = bool(live) and all(row.state.on is False for row in live)
        return machine.wsc_unread or (MissingReason.ERROR if off else True)
    if unclear is None and any(row.state.on for row in live):
        return MissingReason.ERROR if services else True
    return False if unclear is None else unclear


def _realtime(live: list[Registered], machine: Machine) -> bool | MissingReason:
    """On as Security Center says; several rows of one product count as their best."""
    states = [row.state.on for row in live]
    if True in states:
        return True
    if states and None not in states:
        return False
    return machine.wsc_missing if machine.wsc_missing in _UNREAD else MissingReason.UNSUPPORTED


_UNREAD = (MissingReason.DENIED, MissingReason.TIMEOUT, MissingReason.TRUNCATED, MissingReason.ERROR)


def _unlisted(rows: list[Registered], machine: Machine) -> Iterator[Found]:
    """Registered products that no catalogue names; one whose program is not known to exist leaves a doubt."""
    for row in rows:
        if row.verified:
            state: bool | MissingReason = MissingReason.UNSUPPORTED if row.state.on is None else row.state.on
            yield Found(UNLISTED, row.name, "av", "", {"wsc"}, running=state, realtime=state)
        else:
            machine.doubt = True


def _refine_defender(found: Found, machine: Machine) -> None:
    """Defender's own status; passive beside another product is no protection of its own."""
    reading = machine.reading
    status = value_or_reason(lambda: reading.document("defender"))
    if isinstance(status, MissingReason):
        age = value_or_reason(lambda: _applied_age(reading))
        found.signature_age_days = status if isinstance(age, MissingReason) else age
        found.version = found.tamper_protected = status
        if isinstance(found.realtime, MissingReason):
            found.realtime = status
        return
    mode = text(status.get("AMRunningMode")).lower()
    enabled = status.get("RealTimeProtectionEnabled")
    if mode == "not running" or status.get("AMServiceEnabled") is False or status.get("AntivirusEnabled") is False:
        found.running = False
    if "passive" in mode or mode == "not running" or enabled is False:
        found.realtime = False
    elif enabled is True:
        found.realtime = found.running is True
    found.signature_age_days = value_or_reason(lambda: _defender_age(reading, status))
    found.version = _version(status.get("AMProductVersion"))
    tamper = status.get("IsTamperProtected")
    found.tamper_protected = tamper if isinstance(tamper, bool) else MissingReason.ABSENT


def _version(value: object) -> str | MissingReason:
    """Numbers with dots; nothing where the product has none."""
    written = text(value)
    return written if _VERSION.fullmatch(written) and set(written) - {"0", "."} else MissingReason.ABSENT


def _applied_age(reading: Reading) -> int:
    """Age of the signatures in use, for those who may not ask Defender: its own key holds their moment since 1601."""
    value = (key(reading, "vendors", "defender") or {}).get("AVSignatureApplied")
    if not (isinstance(value, list) and len(value) == 8 and all(whole(item) in range(256) for item in value)):
        reading.fail(MissingReason.ABSENT, "vendors", "Defender has no signatures")
    moment = int.from_bytes(bytes(value), "little") // 10_000_000 - _FROM_1601
    if moment <= 0:
        reading.fail(MissingReason.ABSENT, "vendors", "Defender has no signatures")
    return reading.age_days(moment, "vendors")


def _defender_age(reading: Reading, status: dict[str, Any]) -> int:
    updated = whole(status.get("signature_updated"))
    if updated is not None and updated > 0:
        return reading.age_days(updated, "defender")
    age = whole(status.get("AntivirusSignatureAge"))
    if age is None or age in NO_DATA or age < 0:
        reading.fail(MissingReason.ABSENT, "defender", "Defender has no signatures")
    return age


def _refine_kaspersky(found: Found, machine: Machine) -> None:
    found.signature_age_days = value_or_reason(lambda: _kaspersky_age(machine.reading))
    found.version = value_or_reason(lambda: _kaspersky_version(machine.reading))


def _kaspersky_version(reading: Reading) -> str | MissingReason:
    """The one version on the machine; with several it is not known which of them runs."""
    rows = _dicts(reading.document("vendors").get("kaspersky"))
    told = {_version(row["about"].get("ProductVersion")) for row in rows if isinstance(row.get("about"), dict)}
    told.discard(MissingReason.ABSENT)
    return told.pop() if len(told) == 1 else MissingReason.ABSENT


def _kaspersky_age(reading: Reading) -> int:
    """Newest successful update of any version on the machine."""
    moments: list[int] = []
    for row in _dicts(reading.document("vendors").get("kaspersky")):
        data = row.get("data")
        if data == MissingReason.DENIED.value:
            reading.fail(MissingReason.DENIED, "vendors")
        moment = dword(data.get("LastSuccessfulUpdate")) if isinstance(data, dict) else None
        if moment and moment not in NO_DATA:
            moments.append(moment)
    if not moments:
        reading.fail(MissingReason.ABSENT, "vendors", "no update is recorded")
    return reading.age_days(max(moments), "vendors")


def _refine_eset(found: Found, machine: Machine) -> None:
    found.signature_age_days = value_or_reason(lambda: _eset_age(machine.reading))
    found.version = value_or_reason(lambda: _version((key(machine.reading, "vendors", "eset") or {}).get("ProductVersion")))


def _eset_age(reading: Reading) -> int:
    """The day in brackets at the end of ScannerVersion."""
    match = _ESET_DATE.search(text((key(reading, "vendors", "eset") or {}).get("ScannerVersion")))
    if match is None:
        reading.fail(MissingReason.ABSENT, "vendors", "no signature date is recorded")
    return reading.age_days(utc_moment(match.groups(), "vendors"), "vendors")


def _onboarded(machine: Machine) -> bool:
    """Defender for Endpoint is onboarded and its service runs."""
    return _onboarding(machine) == 1 and machine.services.get("sense") == RUNNING


def _onboarding(machine: Machine) -> int | MissingReason | None:
    """OnboardingState; None where there is none."""
    state = value_or_reason(lambda: (key(machine.reading, "vendors", "sense") or {}).get("OnboardingState"))
    return state if isinstance(state, MissingReason) else dword(state)


def _dicts(rows: object) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


_REFINE: dict[str, Callable[[Found, Machine], None]] = {
    _DEFENDER: _refine_defender,
    "kaspersky-kes-windows": _refine_kaspersky,
    "eset-windows": _refine_eset,
}

PARSERS: dict[str, Parser] = {"protection.products": products}
