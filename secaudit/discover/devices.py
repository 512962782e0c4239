"""What an answering address most probably is, and why.

Whoever is taken for no computer leaves the plan's count, so a guess in that direction needs evidence and no evidence against it:
a computer that also prints is a computer, and what nobody can tell counts as a machine. Banners are the machine's own words: they
are matched, never believed beyond that, and every reason is shown to the person who signs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from secaudit.discover.sighting import Sighting
from secaudit.model.discovery import Device, HostFound

STRONG, WEAK = 2, 1
_MOST_REASONS = 10

_COMPUTERS = (Device.WINDOWS, Device.STORAGE, Device.LINUX, Device.COMPUTER)
_OTHERS = (Device.PRINTER, Device.CAMERA, Device.NETWORK, Device.PHONE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a kind of device."""

    device: Device
    weight: int
    because: str


_PORTS: dict[int, tuple[Device, int]] = {
    135: (Device.WINDOWS, STRONG),
    3389: (Device.WINDOWS, STRONG),
    5985: (Device.WINDOWS, STRONG),
    139: (Device.COMPUTER, WEAK),  # printers that scan into folders have it as well
    445: (Device.COMPUTER, WEAK),
    111: (Device.LINUX, WEAK),
    2049: (Device.STORAGE, WEAK),
    548: (Device.STORAGE, WEAK),
    9100: (Device.PRINTER, STRONG),
    515: (Device.PRINTER, STRONG),
    631: (Device.PRINTER, WEAK),  # every Linux desktop that prints
    554: (Device.CAMERA, STRONG),
    37777: (Device.CAMERA, STRONG),
    8291: (Device.NETWORK, STRONG),
    23: (Device.NETWORK, WEAK),
    161: (Device.NETWORK, WEAK),
    62078: (Device.PHONE, STRONG),
    5060: (Device.PHONE, WEAK),  # exchanges are computers
}
"""Open ports; the web ports tell nothing by themselves."""

_TYPES: dict[str, Device] = {
    "printer": Device.PRINTER,
    "print server": Device.PRINTER,
    "router": Device.NETWORK,
    "broadband router": Device.NETWORK,
    "switch": Device.NETWORK,
    "WAP": Device.NETWORK,
    "firewall": Device.NETWORK,
    "bridge": Device.NETWORK,
    "hub": Device.NETWORK,
    "load balancer": Device.NETWORK,
    "webcam": Device.CAMERA,
    "phone": Device.PHONE,
    "VoIP phone": Device.PHONE,
    "VoIP adapter": Device.PHONE,
    "storage-misc": Device.STORAGE,
}
"""Kinds of device as nmap's signatures of services name them; "general purpose" and the like tell nothing."""


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z])(?:" + "|".join(words) + r")(?![a-z])", re.IGNORECASE)


_BANNERS: tuple[tuple[Device, int, re.Pattern[str]], ...] = (
    (Device.WINDOWS, STRONG, _words("windows", "for_windows", "microsoft")),
    (Device.STORAGE, STRONG, _words("synology", "diskstation", "qnap", "truenas", "freenas", "readynas", "terramaster")),
    (Device.LINUX, STRONG, _words("debian", "ubuntu", "raspbian", "centos", "red hat", "fedora", "xrdp")),
    (Device.LINUX, WEAK, _words("samba", "linux")),
    (Device.COMPUTER, STRONG, _words("openssh")),
    (
        Device.NETWORK,
        STRONG,
        _words(
            "cisco", "mikrotik", "routeros", "rosssh", "huawei", "comware", "h3c", "junos", "netscreen", "fortinet", "fortigate",
            "fortissh", "draytek", "zyxel", "ruijie", "edgeos", "edgeswitch", "ubiquiti", "unifi", "tp-link", "d-link", "tenda",
            "openwrt", "arubaos", "procurve", "ruckus", "sonicwall", "adtran", "extremexos",
        ),
    ),
    (
        Device.PRINTER,
        STRONG,
        _words(
            "jetdirect", "laserjet", "officejet", "deskjet", "hp-chaisoe", "hp-chaiserver", "brother", "kyocera", "ricoh",
            "konica", "lexmark", "xerox", "epson", "canon http", "oki data", "zebra", "pantum", "sharp mx",
        ),
    ),
    (
        Device.CAMERA,
        STRONG,
        _words(
            "hikvision", "dahua", "dvrdvs-webs", "dnvrs-webs", "app-webs", "uniview", "kbvision", "ip camera", "network camera",
            "netcam", "webcam", "vivotek", "axis video",
        ),
    ),
    (Device.PHONE, STRONG, _words("yealink", "grandstream", "polycom", "snom", "aastra", "mitel", "fanvil")),
)  # fmt: skip
"""Words of greetings and of the products that nmap recognises."""

_VENDORS: tuple[tuple[Device, int, re.Pattern[str]], ...] = (
    (
        Device.PRINTER,
        STRONG,
        _words(
            "brother industries", "canon", "seiko epson", "kyocera", "ricoh", "konica minolta", "lexmark", "xerox",
            "oki electric", "zebra technologies", "pantum", "toshiba tec",
        ),
    ),
    (Device.CAMERA, STRONG, _words("hikvision", "dahua", "axis communications", "uniview", "hanwha vision", "vivotek")),
    (
        Device.NETWORK,
        STRONG,
        _words(
            "cisco", "mikrotik", "routerboard", "ubiquiti", "juniper", "fortinet", "ruckus", "aruba", "ruijie", "h3c", "draytek",
            "zyxel", "extreme networks", "allied telesis", "sophos", "watchguard", "palo alto", "cambium",
        ),
    ),
    # They make adapters for computers, telephones and laptops too.
    (Device.NETWORK, WEAK, _words("tp-link", "d-link", "tenda", "netgear", "linksys", "huawei", "zte", "totolink")),
    (Device.PHONE, STRONG, _words("yealink", "grandstream", "polycom", "snom", "fanvil")),
    (Device.STORAGE, STRONG, _words("synology", "qnap")),
    (
        Device.COMPUTER,
        WEAK,
        _words(
            "dell", "lenovo", "lcfc", "hewlett packard", "hp", "acer", "asustek", "micro-star", "giga-byte", "intel", "wistron",
            "compal", "quanta", "elitegroup", "vmware", "qemu", "microsoft", "pcs systemtechnik", "xensource", "apple",
        ),
    ),
)  # fmt: skip
"""Makers of the network card, known inside the own segment only."""


def guess(seen: Sighting) -> tuple[Device, tuple[str, ...]]:
    """The most probable device and the reasons, strongest first; reasons after ``against:`` speak for something else."""
    found = list({one.because: one for one in _evidence(seen)}.values())
    computers = [one for one in found if one.device in _COMPUTERS]
    others = [one for one in found if one.device in _OTHERS]
    if any(one.weight >= STRONG for one in computers):
        return _computer(computers), _reasons(computers, others)
    weight = {device: sum(one.weight for one in others if one.device is device) for device in _OTHERS}
    best = max(_OTHERS, key=lambda device: weight[device])
    # One sign is enough where nothing speaks for a computer; else two are needed.
    if weight[best] >= (2 * STRONG if computers else STRONG):
        mine = [one for one in others if one.device is best]
        return best, _reasons(mine, [one for one in found if one not in mine])
    if computers and not others:
        return _computer(computers), _reasons(computers, [])
    return Device.UNKNOWN, _reasons(found, [])


def host_found(seen: Sighting, agency: str, at: datetime) -> HostFound:
    """The sighting as it is kept, with the guess and its reasons."""
    device, because = guess(seen)
    return HostFound(
        address=seen.address,
        agency=agency,
        at=at,
        services=seen.services,
        device=device,
        because=because,
        name=seen.name,
        mac=seen.mac,
        vendor=seen.vendor,
    )


def _computer(evidence: Iterable[Evidence]) -> Device:
    """Which kind of computer; a single weak sign names none."""
    weight: dict[Device, int] = {}
    for one in evidence:
        weight[one.device] = weight.get(one.device, 0) + one.weight
    return next((device for device in _COMPUTERS if weight.get(device, 0) >= STRONG), Device.COMPUTER)


def _reasons(mine: Iterable[Evidence], against: Iterable[Evidence]) -> tuple[str, ...]:
    ordered = sorted(mine, key=lambda one: -one.weight)
    words = [one.because for one in ordered] + [f"against:{one.because}" for one in sorted(against, key=lambda one: -one.weight)]
    return tuple(words[:_MOST_REASONS])


def _evidence(seen: Sighting) -> Iterable[Evidence]:
    for service in seen.services:
        if service.port in _PORTS:
            device, weight = _PORTS[service.port]
            yield Evidence(device, weight, f"port:{service.port}")
        yield from _said(service.product, _BANNERS, "banner")
    for word in seen.hints.types:
        if word in _TYPES:
            yield Evidence(_TYPES[word], STRONG, f"type:{word}")
    for word in seen.hints.systems:
        # A Linux inside says nothing: cameras and routers run it too.
        yield from (one for one in _said(re.sub("[:_]", " ", word), _BANNERS, "system") if one.weight >= STRONG)
    yield from _said(seen.vendor, _VENDORS, "vendor")


def _said(text: str, table: Iterable[tuple[Device, int, re.Pattern[str]]], kind: str) -> Iterable[Evidence]:
    for device, weight, pattern in table:
        if (match := pattern.search(text)) is not None:
            yield Evidence(device, weight, f"{kind}:{match[0].lower()}")
