"""What Windows Security Center says of a registered product.

The number has no official description. What is used here is what others observed on thousands of machines: bits 12 to 15 say
off, on, snoozed or expired, bits 4 to 7 whether signatures are current, bits 8 to 11 whether the product is Microsoft's own.
Any other value of a field is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from secaudit.facts.reading import whole

_STATES = {0: "off", 1: "on", 2: "snoozed", 3: "expired"}
_CURRENT = {0: True, 1: False}
_OWNERS = {0: False, 1: True}
_DEFENDER = "{d68ddc3a-831f-4fae-9e44-da132c1acf46}"
"""Under this number Windows registers its own antivirus, whatever the display language calls it."""


@dataclass(frozen=True, slots=True)
class ProductState:
    """``productState`` taken apart; None where the value is not one of the known ones."""

    state: str | None
    """off, on, snoozed, expired."""
    current: bool | None
    """Signatures are up to date by the product's own measure."""
    microsoft: bool | None

    @property
    def on(self) -> bool | None:
        """Protects now; None when the state is not known."""
        return None if self.state is None else self.state == "on"


def product_state(number: int) -> ProductState:
    """Take the number of AntiVirusProduct.productState apart."""
    return ProductState(
        _STATES.get(number >> 12 & 0xF),
        _CURRENT.get(number >> 4 & 0xF),
        _OWNERS.get(number >> 8 & 0xF),
    )


@dataclass(frozen=True, slots=True)
class Registered:
    """One row of Security Center."""

    name: str
    state: ProductState
    orphan: bool
    """Its program does not exist any more: the row says nothing about protection."""
    verified: bool = False
    """Its program exists. Neither is set where the row names no local file: alone such a row proves nothing."""


def registered(document: Mapping[str, Any], kind: str) -> list[Registered]:
    """Rows of ``AntiVirusProduct`` or ``FirewallProduct``; rows without name or number are left out."""
    rows = document.get(kind)
    found: list[Registered] = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        name, number = row.get("name"), whole(row.get("state"))
        guid = row.get("guid")
        if isinstance(guid, str) and guid.strip().lower() == _DEFENDER and kind == "AntiVirusProduct":
            name = "Windows Defender"
        if isinstance(name, str) and name.strip() and number is not None and number >= 0:
            found.append(Registered(name.strip(), product_state(number), row.get("exists") is False, row.get("exists") is True))
    return found


def merged(rows: list[Registered]) -> list[Registered]:
    """One row per display name: an upgrade can leave two, one of them on."""
    best: dict[str, Registered] = {}
    for row in rows:
        other = best.get(row.name.casefold())
        if other is None or _rank(row) > _rank(other):
            best[row.name.casefold()] = row
    return list(best.values())


def _rank(row: Registered) -> tuple[bool, bool, bool]:
    return (not row.orphan, row.state.on is True, row.verified)
