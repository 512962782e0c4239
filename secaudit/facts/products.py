"""What was found of protection products, and the record list that expressions see."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from secaudit.model.fact import Known, MissingReason, Scalar
from secaudit.model.knowledge import Product


@dataclass(slots=True)
class Found:
    """One product on one machine; a MissingReason says why a property is not known."""

    id: str
    """Of the catalogue; empty where only the kind is certain."""
    name: str
    kind: str
    vendor: str
    sources: set[str] = field(default_factory=set)
    confirmed: bool = True
    """Traces prove the product; patterns that are guesses could match anything, so that its kind stays unknown."""
    running: bool | MissingReason = MissingReason.UNSUPPORTED
    realtime: bool | MissingReason = MissingReason.UNSUPPORTED
    signature_age_days: int | MissingReason = MissingReason.UNSUPPORTED
    managed: bool | MissingReason = MissingReason.UNSUPPORTED
    version: str | MissingReason = MissingReason.UNSUPPORTED
    tamper_protected: bool | MissingReason = MissingReason.UNSUPPORTED

    @classmethod
    def of(cls, product: Product) -> "Found":
        """Nothing known yet."""
        return cls(product.id, product.name, product.kind, product.vendor, confirmed=product.status != "unconfirmed")


def settle(found: Iterable[Found], on_demand: frozenset[str]) -> list[Found]:
    """Fill in what follows from the whole list.

    What does not run protects nothing in real time, and neither do on-demand scanners and management agents. A product is
    managed when a management agent of its vendor runs; that none is seen proves nothing.
    """
    products = list(found)
    agents = {product.vendor for product in products if product.kind == "management" and product.running is True}
    for product in products:
        if product.running is False or product.kind == "management" or product.id in on_demand:
            product.realtime = False
        if product.vendor in agents:
            product.managed = True
    return products


def records(found: Iterable[Found], section: str, *, complete: bool) -> Known:
    """The fact ``protection.products``: unknown properties are left out and named."""
    rows: list[dict[str, Scalar]] = []
    missing: dict[str, MissingReason] = {}
    for product in sorted(found, key=lambda item: (item.id, item.name)):
        row: dict[str, Scalar] = {
            **({"id": product.id} if product.id else {}),
            "name": product.name,
            "kind": product.kind,
            "source": "+".join(sorted(product.sources)),
        }
        for name in ("running", "realtime", "signature_age_days", "managed", "version", "tamper_protected"):
            value = getattr(product, name)
            if isinstance(value, MissingReason):
                missing.setdefault(name, value)
            else:
                row[name] = value
        if not product.id:
            missing.setdefault("id", MissingReason.UNSUPPORTED)
        if not product.confirmed:
            del row["kind"]
            missing.setdefault("kind", MissingReason.UNSUPPORTED)
        rows.append(row)
    return Known(rows, section, complete, missing)
