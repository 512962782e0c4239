"""Exports of consoles and lists: which column means what, and rows as they were read.

A console is whatever manages many machines and can print a list of them: an antivirus console, the SOC's list, the directory.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from secaudit.model.base import Flag, Identifier, Line, Texts, Whole, Written


class EvidenceSource(StrEnum):
    """Whose list it is; also what ``--source`` takes."""

    KSC = "ksc"
    ESET = "eset"
    DEFENDER = "defender"
    BKAV = "bkav"
    CSV = "csv"
    SOC_LIST = "soc-list"
    AD = "ad"


FieldType = Literal["text", "flag", "moment"]
FieldName = Literal[
    "name", "group", "uuid", "serial", "mac", "address", "os", "os_version", "last_contact",
    "product", "version", "installed", "running", "realtime", "signature_date", "managed", "edr", "siem", "shared",
]  # fmt: skip
FIELDS: Mapping[FieldName, tuple[FieldType, str]] = MappingProxyType(
    {
        "name": ("text", "host name; what follows the first dot does not count"),
        "group": ("text", "group or organisational unit that stands for an agency; levels separated by / or \\"),
        "uuid": ("text", "SMBIOS UUID"),
        "serial": ("text", "serial number of the machine"),
        "mac": ("text", "hardware addresses, separated by commas or spaces"),
        "address": ("text", "IP address; never decides which machine it is"),
        "os": ("text", "operating system as the console names it"),
        "os_version": ("text", "its version or build"),
        "last_contact": ("moment", "when the console last heard of the machine: the moment of the evidence"),
        "product": ("text", "protection product as the console names it"),
        "version": ("text", "version of the product"),
        "installed": ("flag", "the product is installed"),
        "running": ("flag", "the product runs"),
        "realtime": ("flag", "real-time protection is on"),
        "signature_date": ("moment", "date of the signatures on the machine; never the console's own word that they are fresh"),
        "managed": ("flag", "the machine is managed by the console"),
        "edr": ("flag", "an EDR sensor runs on the machine"),
        "siem": ("flag", "events of the machine reach the SIEM"),
        "shared": ("flag", "its data reaches the province's or the national centre"),
    }
)
"""Field -> its type and meaning: everything an export can say here."""
IDENTIFYING: tuple[FieldName, ...] = ("name", "uuid", "serial")
"""One of these says which machine a row is about."""
WHOSE: frozenset[FieldName] = frozenset(
    ("name", "group", "uuid", "serial", "mac", "address", "os", "os_version", "last_contact")
)  # fmt: skip
"""Fields that say which machine it is and when it was heard of, and nothing of its protection."""
UNKNOWN = "unknown"
"""Value of a profile that says: this text decides nothing."""
OTHERS = "*"
"""All values of a field that a profile does not name."""


def spelled(text: str) -> str:
    """One spelling for headings and values: composed, without case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def unaccented(text: str) -> str:
    """:func:`spelled` without diacritics: people leave them out, and tone marks have two places (hoà, hòa)."""
    plain = unicodedata.normalize("NFD", spelled(text).replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char))


class Profile(Written):
    """How the exports of one console are read."""

    id: Identifier
    title: Texts
    source: EvidenceSource
    confirmed: Flag = False
    """A real export of this console was read with it; else the columns are only those that are documented."""
    documented: tuple[Line, ...] = ()
    """Where columns and values are described."""
    product: Identifier | None = None
    """Id in ``checks/products`` of the only product this console manages; else the column ``product`` says it."""
    implies: dict[FieldName, Flag] = Field(default_factory=dict)
    """What standing in this list means by itself, where nothing in the row says otherwise: ``managed: true``."""
    columns: dict[FieldName, tuple[Line, ...]] = Field(default_factory=dict)
    """Field -> headings that mean it, in any language, in the order of preference."""
    values: dict[FieldName, dict[Line, Line]] = Field(default_factory=dict)
    """Field -> value as it stands in the file -> ``true``, ``false``, ``unknown`` or a text; ``*``: all other values."""
    bits: dict[FieldName, dict[Line, Line]] = Field(default_factory=dict)
    """Field -> bit of the column ``status_mask`` (``0`` is the lowest) -> value where it is set."""
    mask: tuple[Line, ...] = ()
    """Headings of the status mask."""
    day_first: Flag | None = None
    """31/12/2026 (true) or 12/31/2026 (false); None: the file itself must leave no doubt."""
    zone_hours: Annotated[Whole, Field(ge=-12, le=14)] = 7
    """Hours by which the clock of the file is ahead of UTC where a cell does not say."""
    groups: dict[Line, Identifier] = Field(default_factory=dict)
    """Group as it stands in the file -> agency id, for those that do not carry the agency's name or id."""


@dataclass(frozen=True, slots=True)
class ConsoleRow:
    """One machine of an export."""

    number: int
    """Row in the file, from 1, as a person sees it."""
    cells: Mapping[str, str]
    """Heading -> cell as text: what the evidence consists of."""
    values: Mapping[FieldName, str | bool | datetime]
    """What was understood; a field that is not known is not there."""
    unread: Mapping[FieldName, str] = field(default_factory=dict)
    """Field with a column whose cell was empty or not understood -> why (English). A field without a column stands nowhere."""
