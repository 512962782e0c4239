"""Serial numbers and UUIDs that a manufacturer never filled in count as absent."""

import re

_JUNK_SERIALS = frozenset(
    {
        "",
        "0",
        "none",
        "n/a",
        "na",
        "null",
        "unknown",
        "default",
        "default string",
        "default_string",
        "not specified",
        "not applicable",
        "not available",
        "not settable",
        "invalid",
        "empty",
        "oem",
        "o.e.m.",
        "serial",
        "serial number",
        "system serial number",
        "chassis serial number",
        "to be filled by o.e.m.",
        "to be filled by o.e.m",
        "to be filled by oem",
        "123456789",
        "1234567890",
        "0123456789",
        "xxxxxxx",
        "type1productserialnumber",
    }
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_JUNK_UUIDS = frozenset(
    {
        "03000200-0400-0500-0006-000700080009",
        "12345678-1234-5678-90ab-cddeefaabbcc",
        "00020003-0004-0005-0006-000700080009",
    }
)


def serial_number(text: str) -> str:
    """The serial number, or empty when it is one of the fillers or repeats a single character."""
    serial = " ".join(text.split())
    plain = serial.lower()
    if plain in _JUNK_SERIALS or len(set(plain) - {" ", "-", "."}) < 2:
        return ""
    return serial


def smbios_uuid(text: str) -> str:
    """The UUID in lower case, or empty when it is none or a known filler."""
    uuid = text.strip().lower()
    if _UUID.fullmatch(uuid) is None or uuid in _JUNK_UUIDS or len(set(uuid) - {"-"}) < 2:
        return ""
    return uuid
