"""Ports, neighbours, services few machines need, and programs by name (sections listening, neighbours, units, packages, apps)."""

import ipaddress
import re

from secaudit.facts.linux_services import Processes, Unit, package_names, process_names, unit_states
from secaudit.facts.linux_system import reachable_ports
from secaudit.facts.matching import hits
from secaudit.facts.reading import Parser, Reading
from secaudit.model.fact import FactValue, Known, MissingReason, Scalar

_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_UNNEEDED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rpcbind": (("rpcbind.service", "rpcbind.socket"), ("rpcbind", "portmap")),
    "avahi": (("avahi-daemon.service", "avahi-daemon.socket"), ("avahi-daemon",)),
    "nfs": (("nfs-server.service", "nfs-kernel-server.service"), ()),
    "snmpd": (("snmpd.service",), ("snmpd",)),
    "xinetd": (("xinetd.service",), ("xinetd",)),
    "inetd": (("inetd.service", "openbsd-inetd.service", "inetutils-inetd.service"), ("inetd",)),
    "nis": (("ypserv.service", "ypbind.service"), ("ypserv", "ypbind")),
    "rsync": (("rsync.service", "rsyncd.service"), ()),
    "squid": (("squid.service",), ("squid",)),
    "slapd": (("slapd.service",), ("slapd",)),
    "vnc": (("vncserver.service", "x11vnc.service"), ("x11vnc", "xvnc", "vncserver-x11-s")),
    "bluetooth": (("bluetooth.service",), ("bluetoothd",)),
    "cups-browsed": (("cups-browsed.service",), ("cups-browsed",)),
}
"""Name -> units and processes; a unit has a live process, a socket waits for one."""
_WITHOUT_PROCESS = frozenset({"nfs"})
"""The kernel itself serves."""
_REMOTE = {
    "TeamViewer": ("teamviewer*",),
    "AnyDesk": ("anydesk*",),
    "RustDesk": ("rustdesk*",),
    "UltraViewer": ("ultraviewer*",),
    "NoMachine": ("nomachine*", "nxserver"),
    "DWService": ("dwagent", "dwservice"),
    "Splashtop": ("splashtop*",),
    "Chrome Remote Desktop": ("chrome-remote-desktop",),
    "Parsec": ("parsec",),
    "AeroAdmin": ("aeroadmin*",),
    "Supremo": ("supremo*",),
    "x11vnc": ("x11vnc",),
    "VNC server": ("tigervnc-standalone-server", "tigervnc-server", "tightvncserver", "realvnc-vnc-server", "vnc4server"),
}
_UNWANTED = {
    "transmission": ("transmission*", "com.transmissionbt.transmission"),
    "qbittorrent": ("qbittorrent*", "org.qbittorrent.qbittorrent"),
    "deluge": ("deluge*",),
    "ktorrent": ("ktorrent*",),
    "rtorrent": ("rtorrent",),
    "amule": ("amule*",),
    "frostwire": ("frostwire*",),
    "nicotine": ("nicotine*",),
    "xmrig": ("xmrig*",),
    "cpuminer": ("cpuminer*", "minerd"),
    "ethminer": ("ethminer*",),
    "bfgminer": ("bfgminer", "cgminer"),
}


def listening(reading: Reading) -> FactValue:
    """Ports on any address but those of the machine itself."""
    rows: list[dict[str, Scalar]] = [
        {"protocol": protocol, "port": port} for protocol, port in sorted(reachable_ports(reading)) if 0 < port < 65_536
    ]
    return Known(rows, "listening")


def neighbours(reading: Reading) -> FactValue:
    """From the tables of the kernel; nothing is asked of the network."""
    lines = reading.lines("neighbours")
    if lines[:1] != ["looked=yes"]:
        reading.fail(MissingReason.ERROR, "neighbours")
    found: dict[str, str] = {}
    for line in lines[1:]:
        words = line.split()
        if len(words) != 2 or _MAC.fullmatch(words[1].lower()) is None or words[1] == "00:00:00:00:00:00":
            continue
        try:
            address = ipaddress.ip_address(words[0].partition("%")[0])
        except ValueError:
            continue
        if not address.is_multicast:
            found[str(address)] = words[1].lower()
    rows: list[dict[str, Scalar]] = [{"address": address, "mac": found[address]} for address in sorted(found)]
    return Known(rows, "neighbours")


def unneeded(reading: Reading) -> FactValue:
    """Units and processes together: either one alone may have another name here."""
    seen = process_names(reading)
    units = unit_states(reading) if reading.unread("units") is None and reading.status("units") is None else {}
    if reading.unread("units") is not None:
        reading.need("units")
    names = {name for name, traces in _UNNEEDED.items() if _runs(name, traces, seen, units)}
    seen.complete_or_fail(reading)
    return Known(sorted(names), "units" if units else "processes")


def _runs(name: str, traces: tuple[tuple[str, ...], tuple[str, ...]], seen: Processes, units: dict[str, Unit]) -> bool:
    known, processes = traces
    if any(seen.has(process) for process in processes):
        return True
    active = [unit for unit in known if unit in units and units[unit].active]
    return any(units[unit].running or unit.endswith(".socket") or name in _WITHOUT_PROCESS for unit in active)


def count(reading: Reading) -> FactValue:
    """Packages of the package manager, and programs that came past it."""
    return Known(len(package_names(reading)) + len(_apps(reading)), "packages")


def remote_control(reading: Reading) -> FactValue:
    """By the names of packages and applications; what was only copied onto the disk is not seen."""
    return _programs(reading, _REMOTE)


def unwanted(reading: Reading) -> FactValue:
    """By the names of packages and applications; what was only copied onto the disk is not seen."""
    return _programs(reading, _UNWANTED)


def _apps(reading: Reading) -> list[str]:
    pairs = reading.pairs("apps")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "apps")
    return pairs.get("app", [])


def _programs(reading: Reading, wanted: dict[str, tuple[str, ...]]) -> FactValue:
    names = {name.casefold() for name in (*package_names(reading), *_apps(reading))}
    return Known(sorted(name for name, patterns in wanted.items() if hits(patterns, names)), "packages")


PARSERS: dict[str, Parser] = {
    "network.listening": listening,
    "network.neighbours": neighbours,
    "services.unneeded": unneeded,
    "software.count": count,
    "software.remote_control": remote_control,
    "software.unwanted": unwanted,
}
