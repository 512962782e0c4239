"""Registry values of the Windows probe, read so that nothing damaged looks like a setting that was never made."""

from collections.abc import Mapping
from typing import Any

from secaudit.facts.reading import Reading
from secaudit.facts.windows_machine import dword, key
from secaudit.model.fact import MissingReason

Values = Mapping[str, Any]
SETTINGS = "settings"


def values(reading: Reading, name: str, section: str = SETTINGS) -> Values | None:
    """Values of a key that was asked for; None when it does not exist. An answer without the name did not look."""
    if name not in reading.document(section):
        reading.fail(MissingReason.UNSUPPORTED, section, f"this answer was not asked for {name}")
    return key(reading, section, name)


def number(reading: Reading, table: Values | None, name: str, section: str = SETTINGS) -> int | None:
    """A number of a key; None when it is not set. Text and anything else in its place is an error, never a default."""
    if table is None or table.get(name) is None:
        return None
    value = dword(table[name])
    if value is None:
        reading.fail(MissingReason.ERROR, section, f"{name} is no number")
    return value


def written(reading: Reading, table: Values | None, name: str, section: str = SETTINGS) -> str | None:
    """A text of a key, without spaces round it; None when it is not set."""
    value = None if table is None else table.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        reading.fail(MissingReason.ERROR, section, f"{name} is no text")
    return value.strip()


def figure(reading: Reading, table: Values | None, name: str, section: str = SETTINGS) -> int | None:
    """A number that the registry may hold as text."""
    value = None if table is None else table.get(name)
    if isinstance(value, str):
        digits = value.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
            reading.fail(MissingReason.ERROR, section, f"{name} is no number")
        return int(digits)
    return number(reading, table, name, section)


def native(reading: Reading) -> None:
    """NotReadError where a 32-bit PowerShell on 64-bit Windows would see other keys than the system uses."""
    if reading.document("about").get("wow64") is not False:
        reading.fail(MissingReason.UNSUPPORTED, "about", "a 32-bit PowerShell does not see these keys on 64-bit Windows")


def setting(reading: Reading, name: str, value: str) -> int | None:
    """One number of one key of the section ``settings``."""
    return number(reading, values(reading, name), value)
