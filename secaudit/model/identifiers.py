"""Serial numbers and UUIDs that makers, tools and people write when there is none: they count as absent (practice.md 3).

One list for everything that reads such identifiers: probes, inventories, exports of consoles.
"""

import re
from typing import Final

_FILLERS: Final = frozenset(
    {"", "0", "none", "n/a", "na", "null", "nil", "unknown", "default", "default string", "default_string", "empty", "invalid"}
    | {"not specified", "not applicable", "not available", "not settable", "no asset tag", "oem", "o.e.m."}
    | {"serial", "serial number", "system serial number", "chassis serial number", "type1productserialnumber"}
    | {"to be filled by o.e.m.", "to be filled by o.e.m", "to be filled by oem"}
    | {"123456789", "1234567890", "0123456789", "xxxxxxx"}
    | {"khong", "khong co", "không", "không có", "chưa rõ"}
)
_DASHED = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DIGITS = re.compile(r"[0-9a-f]{32}")
_FILLER_UUIDS: Final = frozenset(
    {"03000200040005000006000700080009", "00020003000400050006000700080009"}
    | {"12345678123456781234567812345678", "123456781234567890abcddeefaabbcc"}
)


def serial_number(text: str) -> str:
    """The serial number, or empty when it is one of the fillers or repeats a single character."""
    serial = " ".join(text.split())
    plain = serial.casefold()
    if plain in _FILLERS or len(set(plain) - {" ", "-", "."}) < 2:
        return ""
    return serial


def real_serial(text: str | None) -> str | None:
    """The serial number in one spelling; None for a filler."""
    return None if text is None else serial_number(text).casefold() or None


def parse_uuid(text: str) -> str | None:
    """The 32 hexadecimal digits of a UUID, or None when it is not one."""
    digits = text.strip().strip("{}").replace("-", "").lower()
    return digits if _DIGITS.fullmatch(digits) else None


def real_uuid(text: str | None) -> str | None:
    """The 32 digits; None for zeros, ones and the placeholders makers leave in their boards."""
    digits = parse_uuid(text) if text is not None else None
    return None if digits is None or digits in _FILLER_UUIDS or len(set(digits)) < 2 else digits


def smbios_uuid(text: str) -> str:
    """The UUID in lower case as firmware shows it, or empty when it is none or a filler."""
    uuid = text.strip().lower()
    return uuid if _DASHED.fullmatch(uuid) and real_uuid(uuid) else ""


def dashed(digits: str) -> str:
    """32 digits as firmware shows them."""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
