"""Ways into a Windows machine: idle screens, open ports, firewall rules, services (hives, network, firewall, services)."""

import re
from ipaddress import ip_address, ip_network
from typing import Any

from secaudit.facts.reading import NotReadError, Parser, Reading, whole
from secaudit.facts.windows_hardening import service_state
from secaudit.facts.windows_machine import build_number, is_server, text
from secaudit.facts.windows_protection import RUNNING
from secaudit.facts.windows_registry import Values, figure, native, setting, values, written
from secaudit.facts.windows_settings import firewall_active, rdp
from secaudit.model.fact import FactValue, Known, Missing, MissingReason, Scalar

_LISTENING = re.compile(r"(tcp|udp) (\d{1,5})")
_FIRST_WITH_IDLE_LIMIT = 9_200
_UNNEEDED = {
    "remoteregistry": "RemoteRegistry",
    "ssdpsrv": "SSDPSRV",
    "upnphost": "upnphost",
    "snmp": "SNMP",
    "snmptrap": "SNMPTRAP",
    "simptcp": "simptcp",
    "lpdsvc": "LPDSVC",
    "fax": "Fax",
    "remoteaccess": "RemoteAccess",
    "sharedaccess": "SharedAccess",
    "wmpnetworksvc": "WMPNetworkSvc",
    "p2psvc": "p2psvc",
    "pnrpsvc": "PNRPsvc",
    "browser": "Browser",
    "nfsservice": "NfsService",
    "iprip": "iprip",
    "irmon": "irmon",
    "icssvc": "icssvc",
}
_UNNEEDED_ON_WORKSTATIONS = {"w3svc": "W3SVC", "iisadmin": "IISADMIN", "wmsvc": "WMSvc"}
_UNNEEDED_ON_SERVERS = {"spooler": "Spooler"}
_WINRM_PORTS = (5985, 5986)
_SSH_PORT, _RDP_PORT = 22, 3389
_TCP = "6"
_ADMINISTRATION = frozenset({"*", "termservice", "sshd", "winrm"})
"""Services a rule may name and still open a port of remote administration."""


def lock_seconds(reading: Reading) -> FactValue:
    """The limit of the machine, else the longest of those logged in; sleep, which locks as well, is not counted."""
    native(reading)
    limit = setting(reading, "uac", "InactivityTimeoutSecs")
    if limit and build_number(reading) >= _FIRST_WITH_IDLE_LIMIT:
        return Known(limit, "settings")
    rows = reading.document("hives").get("rows")
    waits: list[int] = []
    for row in rows if isinstance(rows, list) else [None]:
        if not isinstance(row, dict) or not isinstance(row.get("own"), bool):
            reading.fail(MissingReason.ERROR, "hives", "the settings of a user cannot be read")
        if not row["own"] and row.get("seated") is not False:
            waits.append(_wait(reading, row))
    if not waits:
        return Missing(MissingReason.ABSENT, "hives", "nobody is logged in, and the machine has no limit of its own")
    return Known(0 if 0 in waits else max(waits), "hives")


def _wait(reading: Reading, row: dict[str, Any]) -> int:
    """Seconds until the screen saver of one user locks; 0 is never."""
    tables: list[Values] = []
    for name in ("policy", "desktop"):
        table = row.get(name)
        if table is not None and not isinstance(table, dict):
            reading.fail(MissingReason.DENIED if table == "denied" else MissingReason.ERROR, "hives")
        tables.append(table or {})
    active, secure, seconds = (
        next((value for table in tables if (value := figure(reading, table, name, "hives")) is not None), None)
        for name in ("ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut")
    )
    if not secure or active == 0 or seconds == 0:
        return 0
    program = any(written(reading, table, "SCRNSAVE.EXE", "hives") for table in tables)
    if active is None or seconds is None or not program:
        reading.fail(MissingReason.UNSUPPORTED, "hives", "the screen saver of a user is set in part")
    return seconds


def unneeded(reading: Reading) -> FactValue:
    """Running services of the list, which is longer for workstations and another for servers."""
    names = _UNNEEDED | (_UNNEEDED_ON_SERVERS if is_server(reading) else _UNNEEDED_ON_WORKSTATIONS)
    return Known([name for service, name in sorted(names.items()) if service_state(reading, service) == RUNNING], "services")


def _listening(reading: Reading) -> frozenset[tuple[str, int]]:
    rows = reading.document("network").get("listening")
    found: set[tuple[str, int]] = set()
    for row in rows if isinstance(rows, list) else [None]:
        match = _LISTENING.fullmatch(text(row))
        if match is None or not 0 < int(match[2]) < 65_536:
            reading.fail(MissingReason.ERROR, "network", "a listening port cannot be read")
        found.add((match[1], int(match[2])))
    return frozenset(found)


def listening(reading: Reading) -> FactValue:
    """Ports on other than loopback addresses; whether the firewall lets anyone in is another question."""
    rows: list[dict[str, Scalar]] = [{"protocol": kind, "port": port} for kind, port in sorted(reading.once(_listening))]
    return Known(rows, "network")


def sources_limited(reading: Reading) -> FactValue:
    """Every port of remote administration that listens is open to named addresses only.

    What sshd itself allows is not read: with a rule for everybody it stays unknown, unless remote desktop is open as well.
    """
    ports = _administration(reading)
    if not ports:
        return Known(value=True, section="services")
    firewall = firewall_active(reading)
    if isinstance(firewall, Missing):
        raise NotReadError(firewall)
    open_ports = set(ports) if firewall.value is not True else {port for port in ports if _open(reading, port)}
    if not open_ports:
        return Known(value=True, section="firewall")
    if open_ports == {_SSH_PORT}:
        return Missing(MissingReason.UNSUPPORTED, "firewall", "open to everybody, and the settings of sshd are not read")
    if firewall.value is True and _local_rules_ignored(reading):
        return Missing(MissingReason.UNSUPPORTED, "firewall", "a policy leaves the rules of the machine out")
    return Known(value=False, section="firewall")


def _administration(reading: Reading) -> list[int]:
    """Ports at which remote desktop, sshd and WinRM wait."""
    heard = {port for kind, port in reading.once(_listening) if kind == "tcp"}
    ports = [port for port in _WINRM_PORTS if port in heard and service_state(reading, "winrm") == RUNNING]
    desktop = rdp(reading)
    if isinstance(desktop, Missing):
        raise NotReadError(desktop)
    if desktop.value is True and service_state(reading, "termservice") == RUNNING:
        ports.append(setting(reading, "rdp_tcp", "PortNumber") or _RDP_PORT)
    if service_state(reading, "sshd") == RUNNING:
        if _SSH_PORT not in heard:
            reading.fail(MissingReason.UNSUPPORTED, "network", "sshd does not listen on its own port")
        ports.append(_SSH_PORT)
    return ports


def _local_rules_ignored(reading: Reading) -> bool:
    profiles = [reading.document("firewall").get(name) for name in ("DomainProfile", "StandardProfile", "PublicProfile")]
    policies = [
        profile.get(place)
        for profile in profiles
        if isinstance(profile, dict)
        for place in ("policy", "legacy", "mdm", "mdm_legacy")
    ]
    return any(isinstance(policy, dict) and whole(policy.get("AllowLocalPolicyMerge")) == 0 for policy in policies)


def _open(reading: Reading, port: int) -> bool:
    """A rule lets everybody in at ``port``; what no rule allows is blocked."""
    document = reading.document("firewall")
    for name in ("rules", "policy_rules", *(("mdm_rules",) if "mdm_rules" in document else ())):
        table = values(reading, name, "firewall")
        if table is None and name == "rules":
            reading.fail(MissingReason.ABSENT, "firewall", "the firewall has no list of rules, which no Windows lacks")
        rows = [] if table is None else table.get("rows")
        for rule in rows if isinstance(rows, list) else [None]:
            if not isinstance(rule, str) or "|" not in rule:
                reading.fail(MissingReason.ERROR, "firewall", "a rule cannot be read")
            pairs = [part.partition("=")[::2] for part in rule.split("|")]
            if _meets(pairs, port) and not _named(reading, pairs):
                return True
    return False


def _meets(pairs: list[tuple[str, str]], port: int) -> bool:
    """The rule is for TCP, or for everything, and for this port, or for all."""
    if any(name == "Protocol" and value != _TCP for name, value in pairs):
        return False
    if any(name in ("AppPkgId", "PFN") for name, _ in pairs):
        return False  # for the container of one app alone
    if any(name == "Svc" and value.casefold() not in _ADMINISTRATION for name, value in pairs):
        return False
    wanted = [value for name, value in pairs if name.startswith("LPort")]
    spans = (value.partition("-") for value in wanted)
    hits = (
        start.isdecimal() and int(start) <= port <= (int(end) if end.isdecimal() else int(start) if not dash else 65_535)
        for start, dash, end in spans
    )
    return not wanted or any(hits)


def _named(reading: Reading, pairs: list[tuple[str, str]]) -> bool:
    """The rule names the other side: addresses, ranges, or the machine's own subnet."""
    places = [value for name, value in pairs if name in ("RA4", "RA6", "RA42", "RA62")]
    for place in places:
        if place.casefold() == "localsubnet":
            continue
        try:
            if _is_wide(place):
                return False
        except ValueError:
            reading.fail(MissingReason.UNSUPPORTED, "firewall", "a rule names a group of addresses")
    return bool(places)


def _is_wide(place: str) -> bool:
    """More than a 256th of all addresses, written as a network or as first and last; ValueError when it is neither."""
    first, dash, last = place.partition("-")
    if not dash:
        return ip_network(place, strict=False).prefixlen < 8
    low, high = ip_address(first), ip_address(last)
    return low.version != high.version or int(high) - int(low) >= 1 << low.max_prefixlen - 8


PARSERS: dict[str, Parser] = {
    "session.lock_seconds": lock_seconds,
    "services.unneeded": unneeded,
    "network.listening": listening,
    "access.sources_limited": sources_limited,
}
