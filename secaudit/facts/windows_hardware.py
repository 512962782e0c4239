"""Hardware of a Windows machine (sections hardware, system, volumes, neighbours, network)."""

import re
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from secaudit.facts.identity import serial_number, smbios_uuid
from secaudit.facts.reading import Parser, Reading, whole
from secaudit.facts.windows_machine import text
from secaudit.model.fact import FactValue, Known, Missing, MissingReason, Scalar

_MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}")
_DRIVE = re.compile(r"([A-Za-z]):\\?")
_REAL_BUSES = ("pci\\", "usb\\", "vmbus\\", "xen", "sd\\", "acpi\\", "pcmcia\\")
"""Where a card of the machine's own hangs; tunnels, bridges and Bluetooth hang elsewhere."""
_FILLERS = frozenset({"system manufacturer", "system product name", "system name", "product name", "manufacturer"})
_ALWAYS_ON, _OPT_OUT, _POLICIES = 1, 3, range(4)
_SEEN_STATES = range(2, 6)
"""Probe, delay, stale, reachable; what is incomplete did not answer and what is permanent was never asked."""


def identifiable(reading: Reading) -> FactValue:
    """A serial number or UUID that is no filler."""
    hardware = reading.document("hardware")
    for name in ("product_serial", "serial", "uuid"):
        if name not in hardware or not isinstance(hardware[name], str | None):
            reading.fail(MissingReason.ERROR, "hardware", f"{name} could not be read")
    own = serial_number(text(hardware["product_serial"])) or serial_number(text(hardware["serial"]))
    return Known(bool(own or smbios_uuid(text(hardware["uuid"]))), "hardware")


def _computer(reading: Reading) -> dict[str, Any]:
    computer = reading.document("hardware").get("computer")
    if not isinstance(computer, dict):
        reading.fail(MissingReason.ERROR, "hardware", "the computer was not described")
    return computer


def _label(reading: Reading, name: str) -> FactValue:
    words = serial_number(text(_computer(reading).get(name)))
    if not words or words.casefold() in _FILLERS:
        return Missing(MissingReason.ABSENT, "hardware")
    return Known(words, "hardware")


def vendor(reading: Reading) -> FactValue:
    """Manufacturer; fillers are missing."""
    return _label(reading, "Manufacturer")


def model(reading: Reading) -> FactValue:
    """Model; fillers are missing."""
    return _label(reading, "Model")


def memory_mb(reading: Reading) -> FactValue:
    """What the firmware leaves to Windows."""
    size = whole(_computer(reading).get("TotalPhysicalMemory"))
    if size is None or size <= 0:
        return Missing(MissingReason.ERROR, "hardware")
    return Known(size >> 20, "hardware")


def member_of_domain(reading: Reading) -> bool:
    """PartOfDomain."""
    member = _computer(reading).get("PartOfDomain")
    if not isinstance(member, bool):
        reading.fail(MissingReason.ERROR, "hardware", "membership in a domain cannot be read")
    return member


def mac(reading: Reading) -> FactValue:
    """Addresses of cards that hang on a bus of the machine."""
    cards = reading.document("hardware").get("cards")
    found: set[str] = set()
    for card in cards if isinstance(cards, list) else [None]:
        if not isinstance(card, dict):
            reading.fail(MissingReason.ERROR, "hardware", "a network card cannot be read")
        address = text(card.get("MACAddress")).lower().replace("-", ":")
        if text(card.get("PNPDeviceID")).lower().startswith(_REAL_BUSES) and _MAC.fullmatch(address):
            found.add(address)
    return Known(sorted(found), "hardware")


def dep(reading: Reading) -> FactValue:
    """On for all programs; the default of workstations covers the parts of Windows and programs that ask for it."""
    policy = whole(reading.document("system").get("dep"))
    if policy not in _POLICIES:
        reading.fail(MissingReason.ERROR, "system", "the policy cannot be read")
    return Known(policy in (_ALWAYS_ON, _OPT_OUT), "system")


def _letter(value: object) -> str:
    """C of ``C:``, with or without a backslash; empty for anything else."""
    match = _DRIVE.fullmatch(text(value))
    return match[1].upper() if match else ""


def _system_letter(reading: Reading) -> str:
    letter = _letter(reading.document("volumes").get("system"))
    if not letter:
        reading.fail(MissingReason.ERROR, "volumes", "the system volume is not named")
    return letter


def _protection(reading: Reading) -> dict[str, bool | None]:
    """Volume -> protected by BitLocker; None while it is locked or does not say."""
    rows = reading.document("volumes").get("rows")
    found: dict[str, bool | None] = {}
    for row in rows if isinstance(rows, list) else [None]:
        if not isinstance(row, dict):
            reading.fail(MissingReason.ERROR, "volumes", "a volume cannot be read")
        if letter := _letter(row.get("DriveLetter")):
            status = whole(row.get("ProtectionStatus"))
            found[letter] = bool(status) if status in (0, 1) else None
    return found


def encrypted(reading: Reading) -> FactValue:
    """BitLocker protects the volume of Windows: wholly encrypted and not suspended."""
    state = reading.once(_protection).get(_system_letter(reading))
    if state is None:
        return Missing(MissingReason.ABSENT, "volumes", "the system volume has no such state")
    return Known(state, "volumes")


def volumes(reading: Reading) -> FactValue:
    """Fixed volumes with a letter; a fixed one that BitLocker does not know has no state."""
    fixed = reading.document("volumes").get("fixed")
    states, system = reading.once(_protection), _system_letter(reading)
    if not isinstance(fixed, list):
        reading.fail(MissingReason.ERROR, "volumes", "the list of drives cannot be read")
    letters = {_letter(name) for name in fixed}
    rows: list[dict[str, Scalar]] = []
    for letter in sorted(letters - {""}):
        row: dict[str, Scalar] = {"name": f"{letter}:", "system": letter == system}
        state = states.get(letter)
        rows.append(row if state is None else {**row, "encrypted": state})
    missing = {"encrypted": MissingReason.ABSENT} if any("encrypted" not in row for row in rows) else {}
    return Known(rows, "volumes", "" not in letters and system in letters, missing)


def neighbours(reading: Reading) -> FactValue:
    """IPv4 neighbours that answered; Windows 7 has no source without a display language."""
    if reading.status("neighbours") is MissingReason.ABSENT:
        return Missing(MissingReason.UNSUPPORTED, "neighbours", "this release has no such list")
    given = reading.document("neighbours").get("rows")
    rows: dict[str, dict[str, Scalar]] = {}
    if not isinstance(given, list):
        reading.fail(MissingReason.ERROR, "neighbours", "the list of neighbours cannot be read")
    complete = True
    for row in given:
        state = whole(row.get("State")) if isinstance(row, dict) else None
        if state is None:
            complete = False
            continue
        card = text(row.get("LinkLayerAddress")).lower().replace("-", ":")
        if state not in _SEEN_STATES or not _MAC.fullmatch(card) or int(card[:2], 16) & 1 or not int(card.replace(":", ""), 16):
            continue
        try:
            address = str(IPv4Address(text(row.get("IPAddress"))))
        except AddressValueError:
            complete = False
            continue
        rows[address] = {"address": address, "mac": card}
    return Known([rows[address] for address in sorted(rows)], "neighbours", complete)


PARSERS: dict[str, Parser] = {
    "machine.identifiable": identifiable,
    "machine.vendor": vendor,
    "machine.model": model,
    "machine.memory_mb": memory_mb,
    "machine.mac": mac,
    "exploit.dep": dep,
    "disk.encrypted": encrypted,
    "disk.volumes": volumes,
    "network.neighbours": neighbours,
}
