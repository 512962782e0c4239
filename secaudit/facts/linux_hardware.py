"""What a Linux machine is made of (sections hardware, dmi, storage, boot): identity, memory, cards, encrypted disks."""

import re
from dataclasses import dataclass

from secaudit.facts.identity import serial_number, smbios_uuid
from secaudit.facts.reading import Parser, Reading, decimal, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason, Scalar

_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_FILLERS = frozenset({"", "to be filled by o.e.m.", "system manufacturer", "system product name", "default string", "none"})
_MAX_DEPTH = 8
"""Devices that stand on each other: more is no real machine."""


def identifiable(reading: Reading) -> FactValue:
    """A serial number or UUID of its own; false only where both were read and are fillers."""
    pairs = reading.pairs("dmi")
    if serial_number(first(pairs, "product_serial")) or smbios_uuid(first(pairs, "product_uuid")):
        return Known(value=True, section="dmi")
    if "product_serial" not in pairs or "product_uuid" not in pairs:
        reading.fail(MissingReason.ABSENT, "dmi", "the firmware does not show both numbers")
    return Known(value=False, section="dmi")


def vendor(reading: Reading) -> FactValue:
    """Manufacturer of the whole machine."""
    return _named(reading, "sys_vendor")


def model(reading: Reading) -> FactValue:
    """Name of the whole machine."""
    return _named(reading, "product_name")


def memory_mb(reading: Reading) -> FactValue:
    """What the kernel may use: a little less than what is built in."""
    kilobytes = decimal(first(reading.pairs("hardware"), "memory-kb"))
    if not kilobytes:
        reading.fail(MissingReason.ERROR, "hardware", "the size of the memory cannot be read")
    return Known(kilobytes // 1024, "hardware")


def mac(reading: Reading) -> FactValue:
    """Cards with a device behind them."""
    found = {address.strip().lower() for address in reading.pairs("hardware").get("mac", [])}
    cards = sorted(address for address in found if _MAC.fullmatch(address) and address != "00:00:00:00:00:00")
    return Known(cards, "hardware") if cards else Missing(MissingReason.ABSENT, "hardware", "no network card is seen")


def _named(reading: Reading, key: str) -> FactValue:
    name = " ".join(first(reading.pairs("hardware"), key).split())
    if name.lower() in _FILLERS:
        return Missing(MissingReason.ABSENT, "hardware", "the firmware does not name it")
    return Known(name, "hardware")


@dataclass(frozen=True, slots=True)
class _Disk:
    """One block device; a partition stands on its disk."""

    removable: bool
    encrypted: bool
    below: tuple[str, ...]


def _disks(reading: Reading) -> tuple[dict[str, _Disk], dict[str, str]]:
    """Name -> device; ``major:minor`` and paths under /dev -> name."""
    disks: dict[str, _Disk] = {}
    names: dict[str, str] = {}
    for line in reading.lines("storage"):
        kind, _, rest = line.partition("=")
        words = rest.split("\t")
        if kind == "block" and len(words) == 6:
            name, device, removable, uuid, label, below = words
            disks[name] = _Disk(removable == "1", uuid == "CRYPT", tuple(part for part in below.split(",") if part))
            names |= {device: name, f"/dev/{name}": name} | ({f"/dev/mapper/{label}": name} if label else {})
        elif kind == "part" and len(words) == 3:
            disks[words[0]] = _Disk(removable=False, encrypted=False, below=(words[2],))
            names |= {words[1]: words[0], f"/dev/{words[0]}": words[0]}
    return disks, names


def _encrypted(name: str, disks: dict[str, _Disk], depth: int = 0) -> bool | None:
    """Whether everything written there is encrypted on its way down; None when a device is not described."""
    disk = disks.get(name)
    if disk is None or depth > _MAX_DEPTH:
        return None
    if disk.encrypted or not disk.below:
        return disk.encrypted
    answers = [_encrypted(part, disks, depth + 1) for part in disk.below[:64]]
    return False if False in answers else None if None in answers else True


def _removable(name: str, disks: dict[str, _Disk], depth: int = 0) -> bool:
    disk = disks.get(name)
    if disk is None or depth > _MAX_DEPTH:
        return False
    return disk.removable or any(_removable(part, disks, depth + 1) for part in disk.below[:64])


def _volumes(reading: Reading) -> list[dict[str, Scalar]]:
    """Mounted volumes of fixed disks, without those that only start the machine: these are never encrypted."""
    disks, names = _disks(reading)
    found: dict[str, dict[str, Scalar]] = {}
    for line in reading.lines("storage"):
        words = line.removeprefix("mount=").split("\t")
        if not line.startswith("mount=") or len(words) != 4 or words[2] == "boot" or words[3].startswith("/dev/loop"):
            continue
        name = names.get(words[0]) or names.get(words[3], "")
        if name and _removable(name, disks):
            continue
        row = found.setdefault(name or f"{words[1]}:{words[0]}", {"name": name or words[1], "system": False})
        row["system"] = row["system"] or words[2] == "system"
        encrypted = _encrypted(name, disks) if name else None
        if encrypted is not None:
            row["encrypted"] = encrypted
    if not any(row["system"] for row in found.values()):
        reading.fail(MissingReason.ERROR, "storage", "the volume of the system is not listed")
    return list(found.values())


def volumes(reading: Reading) -> FactValue:
    """dm-crypt anywhere below counts; what a disk encrypts by itself is not seen."""
    rows = reading.once(_volumes)
    lacking = any("encrypted" not in row for row in rows)
    return Known(rows, "storage", missing_fields={"encrypted": MissingReason.UNSUPPORTED} if lacking else {})


def encrypted(reading: Reading) -> FactValue:
    """The volume that holds ``/``."""
    rows = [row for row in reading.once(_volumes) if row["system"]]
    if len(rows) != 1 or "encrypted" not in rows[0]:
        reading.fail(MissingReason.UNSUPPORTED, "storage", "the device below the system cannot be followed")
    return Known(rows[0]["encrypted"] is True, "storage")


def secure_boot(reading: Reading) -> FactValue:
    """The firmware's own variable; a machine started the old way has no Secure Boot."""
    pairs = reading.pairs("boot")
    if first(pairs, "efi") == "no":
        return Known(value=False, section="boot")
    words = first(pairs, "secure").split()
    if len(words) != 5 or words[4] not in ("0", "1"):
        reading.fail(MissingReason.ABSENT, "boot", "the firmware has no such variable")
    return Known(words[4] == "1", "boot")


PARSERS: dict[str, Parser] = {
    "machine.identifiable": identifiable,
    "machine.vendor": vendor,
    "machine.model": model,
    "machine.memory_mb": memory_mb,
    "machine.mac": mac,
    "disk.volumes": volumes,
    "disk.encrypted": encrypted,
    "boot.secure": secure_boot,
}
