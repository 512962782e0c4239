"""The list of devices (331: 22.3.d): name and type, place, purpose, and beside what is declared what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from secaudit.messages import Message, msg
from secaudit.model.fact import MissingReason
from secaudit.model.inventory import EndpointKind
from secaudit.pipeline.dossier.sighted import Cell, Observed, Seen, isolated

_SYSTEMS = {"windows": "Windows", "linux": "Linux"}


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One machine of the system."""

    endpoint: str
    name: Cell
    kind: EndpointKind
    model: Observed | None
    os: Cell
    place: str | None
    purpose: str | None
    protection: Observed | None
    """Products found; an empty list that was read to its end says so."""
    address: str | None
    unseen: MissingReason | None
    """Why nothing was observed; None where there is evidence."""
    server: bool

    @property
    def title(self) -> str:
        """As lists name it: what it calls itself, else its declared name, else its id."""
        return self.name.observed.text if self.name.observed else self.name.declared or self.endpoint


@dataclass(frozen=True, slots=True)
class Difference:
    """Declared and observed disagree: for a person to settle, never settled here."""

    device: str
    what: Message
    declared: str
    observed: Observed


def device_rows(machines: Iterable[Seen]) -> tuple[DeviceRow, ...]:
    """Servers first, then by id; isolated machines are only counted (practice.md 3) and have no row."""
    rows = [_row(one) for one in machines if not isolated(one.endpoint)]
    return tuple(sorted(rows, key=lambda row: (not row.server, row.endpoint)))


def differences(rows: Iterable[DeviceRow]) -> tuple[Difference, ...]:
    """Every pair of values that disagree."""
    found: list[Difference] = []
    for row in rows:
        for what, cell in ((msg("operating system"), row.os), (msg("machine name"), row.name)):
            if cell.differs and cell.declared is not None and cell.observed is not None:
                found.append(Difference(row.endpoint, what, cell.declared, cell.observed))
    return tuple(found)


def _row(seen: Seen) -> DeviceRow:
    endpoint = seen.endpoint
    return DeviceRow(
        endpoint=endpoint.id,
        name=_name(seen),
        kind=endpoint.kind,
        model=_model(seen),
        os=_os(seen),
        place=endpoint.place,
        purpose=endpoint.purpose,
        protection=_protection(seen),
        address=endpoint.address,
        unseen=None if seen.state.evidence is not None else seen.state.unseen_reason,
        server=endpoint.kind is EndpointKind.SERVER or seen.value("os.server") is True,
    )


def _name(seen: Seen) -> Cell:
    declared, observed = seen.endpoint.hostname, seen.text("machine.name")
    differs = declared is not None and observed is not None and declared.casefold() != observed.text.casefold()
    return Cell(declared, observed, differs)


def _os(seen: Seen) -> Cell:
    """The family decides whether declaration and machine agree: nobody declares editions."""
    declared, family = seen.endpoint.os, seen.value("os.family")
    observed = seen.text("os.name") or seen.text("os.family")
    differs = declared is not None and isinstance(family, str) and _other(declared, family)
    return Cell(_SYSTEMS.get(declared, declared) if declared and declared != "other" else declared, observed, differs)


def _other(declared: str, family: str) -> bool:
    return family in _SYSTEMS if declared == "other" else declared != family


def _model(seen: Seen) -> Observed | None:
    vendor, model = seen.text("machine.vendor"), seen.text("machine.model")
    if model is None:
        return vendor
    named = vendor is None or model.text.casefold().startswith(vendor.text.casefold())
    return model if named or vendor is None else seen.said(f"{vendor.text} {model.text}", "machine.model")


def _protection(seen: Seen) -> Observed | None:
    found = seen.known("protection.products")
    if found is None or not isinstance(found.value, list | tuple):
        return None
    products = [product for product in found.value if isinstance(product, dict) and product.get("name")]
    if not products:
        return seen.said("", "protection.products") if found.complete else None
    names = dict.fromkeys(f"{product['name']} {product.get('version') or ''}".strip() for product in products)
    return seen.said("; ".join(names), "protection.products")
