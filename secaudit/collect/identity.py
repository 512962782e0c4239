"""Who this machine is before anything is asked of it: its name, and the numbers its firmware holds.

Nothing is run for it. The numbers decide which machine of the inventory this is: an isolated one must not be probed by mistake.
"""

import ctypes
import platform
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from secaudit.facts.identity import serial_number, smbios_uuid
from secaudit.model.identity import Identity

_DMI = Path("/sys/class/dmi/id")
_RSMB = 0x52534D42
"""``RSMB``: the firmware table that Windows hands out to every account."""
_SYSTEM_INFORMATION = 1
_END_OF_TABLE = 127
_SERIAL_AT, _UUID_AT = 7, 8


@dataclass(frozen=True, slots=True)
class ThisMachine:
    """Name and firmware numbers; empty is not known. Fillers of manufacturers count as not known."""

    host: str
    serial: str = ""
    uuid: str = ""

    @property
    def identity(self) -> Identity:
        """The numbers, to be compared like those of any answer."""
        return Identity(self.uuid, self.serial)


def this_identity() -> ThisMachine:
    """Name and firmware numbers of this machine; on Linux only root may read the numbers."""
    table = _windows_table()
    serial, uuid = smbios_system(table) if table else (_first(_DMI / "product_serial"), _first(_DMI / "product_uuid"))
    return ThisMachine(platform.node(), serial_number(serial), smbios_uuid(uuid))


def _first(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _windows_table() -> bytes:
    windll: Any = getattr(ctypes, "windll", None)
    if windll is None:
        return b""
    ask = windll.kernel32.GetSystemFirmwareTable
    size = int(ask(_RSMB, 0, None, 0))
    if not 0 < size <= 1 << 20:
        return b""
    buffer = ctypes.create_string_buffer(size)
    return buffer.raw if int(ask(_RSMB, 0, buffer, size)) == size else b""


def smbios_system(raw: bytes) -> tuple[str, str]:
    """Serial number and UUID of the record "System Information" in a raw SMBIOS table of Windows; empty where there is none.

    The header says which version wrote it: since 2.6 the first three groups of the UUID lie with their bytes turned round.
    """
    if len(raw) < 8:
        return "", ""
    _, major, minor, _, length = struct.unpack_from("<BBBBI", raw)
    table = raw[8 : 8 + length]
    at = 0
    while at + 4 <= len(table):
        kind, size = table[at], table[at + 1]
        if size < 4 or kind == _END_OF_TABLE:
            break
        end = table.find(b"\0\0", at + size)
        if end < 0:
            break
        if kind == _SYSTEM_INFORMATION:
            strings = table[at + size : end].split(b"\0")
            return _system(table[at : at + size], strings, turned=(major, minor) >= (2, 6))
        at = end + 2
    return "", ""


def _system(record: bytes, strings: list[bytes], *, turned: bool) -> tuple[str, str]:
    number = record[_SERIAL_AT] if len(record) > _SERIAL_AT else 0
    serial = strings[number - 1].decode("ascii", "replace") if 0 < number <= len(strings) else ""
    digits = record[_UUID_AT : _UUID_AT + 16]
    if len(digits) != 16:
        return serial, ""
    first, second, third = struct.unpack("<IHH" if turned else ">IHH", digits[:8])
    rest = digits[8:].hex()
    return serial, f"{first:08x}-{second:04x}-{third:04x}-{rest[:4]}-{rest[4:]}"
