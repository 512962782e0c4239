"""What psutil read on the machine itself (section this-machine) in the place of sections of the probe that did not come.

The reading is put into the probe's own form and goes through the same parsers: a fact from here means what it means everywhere.
Only the facts named in :data:`FILLED` are taken from it, because a parser of any other fact could read "there is no such
setting" where psutil only does not know it. What the probe obtained is never replaced.
"""

import ipaddress
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from secaudit.facts.reading import whole
from secaudit.model.capture import Capture, Section, SectionStatus

SECTION = "this-machine"
LOCAL = "local"
"""Value of ``meta["way"]`` in the capture of a machine that looked at itself."""
FILLED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "posix": (
            "probe.privileged",
            "machine.name",
            "machine.uptime_days",
            "machine.memory_mb",
            "os.family",
            "os.kernel",
            "network.listening",
            "services.insecure",
            "protection.products",
            "logging.active",
            "logging.audit",
        ),
        "windows": (
            "machine.name",
            "machine.uptime_days",
            "machine.memory_mb",
            "os.family",
            "os.id",
            "os.version",
            "os.build",
            "os.server",
            "network.listening",
            "services.insecure",
            "services.unneeded",
            "protection.products",
            "logging.active",
            "settings.winrm",
        ),
    }
)
"""Facts whose meaning psutil can meet; every other fact stays missing."""
STANDS_FOR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "posix": ("clock", "privileges", "identity", "kernel", "processes", "listening", "hardware"),
        "windows": ("clock", "about", "os", "services", "processes", "network", "system", "hardware"),
    }
)
"""Sections of the probe that the reading can stand for."""
_SERVICE_STATES = {
    "stopped": 1,
    "start_pending": 2,
    "stop_pending": 3,
    "running": 4,
    "continue_pending": 5,
    "pause_pending": 6,
    "paused": 7,
}
"""Words of psutil -> numbers of Windows."""
_PRODUCT_TYPES = {1: "WinNT", 2: "LanmanNT", 3: "ServerNT"}
_STATUSES = {status.value: status for status in SectionStatus}
_Item = Mapping[str, Any]


def with_stand_ins(capture: Capture) -> Capture | None:
    """The capture as if the probe had given what psutil gave instead; None when nothing stands in for anything."""
    reading = _reading(capture)
    if reading is None:
        return None
    there = capture.by_name
    wanted = [name for name in STANDS_FOR[capture.platform] if name not in there or there[name].status is not SectionStatus.OK]
    made = {section.name: section for name in wanted if (section := _section(capture.platform, name, reading)) is not None}
    if not made:
        return None
    kept = [section for section in capture.sections if section.name not in made]
    return replace(capture, sections=(*kept, *made.values()))


def _reading(capture: Capture) -> _Item | None:
    if capture.meta.get("way") != LOCAL or capture.platform not in STANDS_FOR:
        return None  # a machine asked from afar has no such section; one that sends it wants something
    section = capture.by_name.get(SECTION)
    if section is None or section.status is not SectionStatus.OK:
        return None
    try:
        reading = json.loads(section.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return reading if isinstance(reading, dict) else None


def _section(platform: str, name: str, reading: _Item) -> Section | None:
    body = (_POSIX if platform == "posix" else _WINDOWS)[name](reading)
    if body is None:
        return None
    missing = reading.get("missing")
    why = missing.get(name) if isinstance(missing, dict) else None
    status = _STATUSES.get(str(why), SectionStatus.ERROR) if why is not None else SectionStatus.OK
    data = "\n".join(body) if isinstance(body, list) else json.dumps(body)
    return Section(name, status, data.encode("utf-8", "replace"))


_Body = list[str] | dict[str, Any] | None


def _clock(reading: _Item) -> _Body:
    now, booted = whole(reading.get("now")), whole(reading.get("booted"))
    if now is None:
        return None
    return [f"now={now}"] if booted is None or booted > now else [f"now={now}", f"uptime={now - booted}.00 0.00"]


def _privileges(reading: _Item) -> _Body:
    uid = whole(reading.get("uid"))
    return None if uid is None else [f"uid={uid}", "user="]


def _identity(reading: _Item) -> _Body:
    name = _line(reading.get("host"))
    return [f"hostname={name}"] if name else None


def _kernel(reading: _Item) -> _Body:
    system, release = _line(reading.get("system")), _line(reading.get("release"))
    return [f"system={system}", f"release={release}"] if system and release else None


def _processes(reading: _Item) -> _Body:
    rows = _rows(reading, "processes", 2)
    if rows is None:
        return None
    named = [(whole(owner), _line(name)) for owner, name in rows]
    # The kernel keeps 15 characters of a name; psutil completes them, and the facts compare what the kernel keeps.
    return [f"{owner}\t{name.encode()[:15].decode('utf-8', 'ignore')}" for owner, name in named if owner is not None and name]


def _listening(reading: _Item) -> _Body:
    rows = _rows(reading, "listening", 3)
    if rows is None:
        return None
    lines = ["looked=yes"]
    for protocol, address, port in rows:
        number, kernel = whole(port), _as_the_kernel_prints(address)
        if protocol not in ("tcp", "udp") or kernel is None or number is None or not 0 < number < 65_536:
            return None
        lines.append(f"{protocol} {kernel}:{number:04X}")
    return lines


def _as_the_kernel_prints(address: object) -> str | None:
    """Hexadecimal, each group of 32 bits turned round, as on the processors of nearly all machines."""
    found = _ip(address)
    if found is None:
        return None
    packed = found.packed
    return b"".join(packed[at : at + 4][::-1] for at in range(0, len(packed), 4)).hex().upper()


def _ip(address: object) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(str(address).partition("%")[0])
    except ValueError:
        return None


def _hardware(reading: _Item) -> _Body:
    memory = whole(reading.get("memory"))
    return [f"memory-kb={memory // 1024}"] if memory else None


def _windows_clock(reading: _Item) -> _Body:
    now = whole(reading.get("now"))
    return None if now is None else {"now": now}


def _about(reading: _Item) -> _Body:
    """Which account asks and whether it is an administrator is not read: those fields stay away."""
    name = _line(reading.get("host"))
    return {"computer": name} if name else None


def _os(reading: _Item) -> _Body:
    windows = reading.get("windows")
    if not isinstance(windows, dict):
        return None
    build, kind = whole(windows.get("build")), _PRODUCT_TYPES.get(whole(windows.get("product_type")) or 0)
    if build is None or kind is None:
        return None
    return {"version": {"CurrentBuildNumber": str(build)}, "product": {"ProductType": kind}}


def _services(reading: _Item) -> _Body:
    rows = _rows(reading, "services", 2)
    if rows is None:
        return None
    states = [(_line(name), _SERVICE_STATES.get(str(state))) for name, state in rows]
    # One service whose state is not known could be the one that is asked for.
    if not states or any(not name or state is None for name, state in states):
        return None
    return {"from": "manager", "rows": [{"name": name, "state": state} for name, state in states]}


def _windows_processes(reading: _Item) -> _Body:
    rows = _rows(reading, "processes", 2)
    if rows is None:
        return None
    names = {_line(name) for _, name in rows}
    return {"names": sorted(name[:-4] if name.casefold().endswith(".exe") else name for name in names - {""})}


def _network(reading: _Item) -> _Body:
    rows = _rows(reading, "listening", 3)
    if rows is None:
        return None
    found: set[str] = set()
    for protocol, address, port in rows:
        ip, number = _ip(address), whole(port)
        if protocol not in ("tcp", "udp") or ip is None or number is None:
            return None
        mapped = getattr(ip, "ipv4_mapped", None) or ip
        if not mapped.is_loopback:
            found.add(f"{protocol} {number}")
    return {"listening": sorted(found)}


def _system(reading: _Item) -> _Body:
    booted = whole(reading.get("booted"))
    return None if booted is None else {"booted": booted}


def _windows_hardware(reading: _Item) -> _Body:
    memory = whole(reading.get("memory"))
    return {"computer": {"TotalPhysicalMemory": memory}} if memory else None


def _rows(reading: _Item, name: str, width: int) -> Sequence[Sequence[Any]] | None:
    rows = reading.get(name)
    if not isinstance(rows, list) or any(not isinstance(row, list) or len(row) != width for row in rows):
        return None
    return rows


def _line(value: object) -> str:
    """Text of one line: names of processes may hold anything."""
    text = value if isinstance(value, str) else ""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


_POSIX: Mapping[str, Callable[[_Item], _Body]] = MappingProxyType(
    {
        "clock": _clock,
        "privileges": _privileges,
        "identity": _identity,
        "kernel": _kernel,
        "processes": _processes,
        "listening": _listening,
        "hardware": _hardware,
    }
)
_WINDOWS: Mapping[str, Callable[[_Item], _Body]] = MappingProxyType(
    {
        "clock": _windows_clock,
        "about": _about,
        "os": _os,
        "services": _services,
        "processes": _windows_processes,
        "network": _network,
        "system": _system,
        "hardware": _windows_hardware,
    }
)
