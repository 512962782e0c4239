"""Lists of machines that others keep, and which column means what: GLPI, NetBox, the directory, asset registers, Ansible."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from secaudit.model.base import Flag, Identifier, Line, Texts, Written

ListField = Literal[
    "agency", "hostname", "serial", "uuid", "asset_tag", "place", "kind", "os", "address", "port", "user", "status", "ownership",
    "quantity",
]  # fmt: skip
LIST_FIELDS: Mapping[ListField, str] = MappingProxyType(
    {
        "agency": "the agency by id or name, or a group, unit or entity that carries it",
        "hostname": "name the machine gives itself",
        "serial": "serial number of the machine",
        "uuid": "SMBIOS UUID",
        "asset_tag": "number of the asset book",
        "place": "where it stands",
        "kind": "workstation, laptop, server or isolated; or that the row is no machine at all",
        "os": "windows, linux or other",
        "address": "IP address or DNS name",
        "port": "SSH port",
        "user": "login name, never a password",
        "status": "in use or retired",
        "ownership": "the agency's or personal",
        "quantity": "how many machines the row stands for; more than one gives no machine, only a number for the register",
    }
)
"""Field -> its meaning: everything a list can say here."""
NO_MACHINE = "no_machine"
"""Value of ``kind`` for what stands in a list of things and is none of ours: a printer, a desk."""
UNKNOWN = "unknown"
"""Value of a mapping that says: this text decides nothing."""
OTHERS = "*"
"""All values of a field that a mapping does not name."""
MEANINGS: Mapping[ListField, tuple[str, ...]] = MappingProxyType(
    {
        "kind": ("workstation", "laptop", "server", "isolated", NO_MACHINE),
        "os": ("windows", "linux", "other"),
        "status": ("in_use", "retired"),
        "ownership": ("agency", "personal"),
    }
)
"""Fields with a closed choice of meanings; the others are taken as they stand."""
TELLING_APART: tuple[ListField, ...] = ("serial", "uuid", "hostname", "asset_tag")
"""One of these says which machine a row is about, the surest first."""


class ListForm(StrEnum):
    """How the file is built."""

    TABLE = "table"
    """CSV or XLSX with a row of headings."""
    ANSIBLE = "ansible"
    """Inventory of Ansible, INI or YAML: a variable is a column, ``inventory_hostname`` and ``group`` are those of the host."""


class ListProfile(Written):
    """How one kind of list is read."""

    id: Identifier
    title: Texts
    form: ListForm = ListForm.TABLE
    confirmed: Flag = False
    """A real list of this kind was read with it; else the columns are only those that are documented."""
    documented: tuple[Line, ...] = ()
    """Where columns and values are described."""
    columns: dict[ListField, tuple[Line, ...]] = Field(default_factory=dict)
    """Field -> headings that mean it, in any language, in the order of preference."""
    values: dict[ListField, dict[Line, Line]] = Field(default_factory=dict)
    """Field with a closed choice -> words of the file -> meaning. A cell that is such a word has its meaning, else the words that
    begin first in the cell decide, the longest of them: what comes first names the thing. ``*``: all other cells."""
    implies: dict[ListField, Line] = Field(default_factory=dict)
    """What standing in this list means by itself where the row does not say: ``kind: workstation`` of a list of desktops."""
    guessed: tuple[ListField, ...] = ()
    """Fields that this kind of list only hints at: taken for machines that are new, and never changing a declared one."""
    agencies: dict[Line, Identifier] = Field(default_factory=dict)
    """Group as it stands in the file -> agency id, for those that do not carry the agency's name or id."""
