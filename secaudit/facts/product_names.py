"""Protection products by the names that consoles give them, which are longer and more than those of Windows Security Center."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from secaudit.model.knowledge import Product

_PARTS = re.compile(r" / |[()]")


def product_named(name: str, products: Sequence[Product]) -> Product | None:
    """The product of the catalogue with this id or name; the longest name decides, and what fits two products fits none.

    A version or an edition may follow the name. Patterns that stand for all products of a vendor are not used: its console and
    its agent would pass for protection.
    """
    wanted = " ".join(name.casefold().split())
    if not wanted:
        return None
    held = _HELD[0]
    if held[0] is not products:
        held = _HELD[0] = (products, {})
    answers = held[1]
    if wanted not in answers:
        if len(answers) >= _REMEMBERED:
            answers.clear()
        answers[wanted] = _best(wanted, products)
    return answers[wanted]


_REMEMBERED = 1_000
_HELD: list[tuple[Sequence[Product], dict[str, Product | None]]] = [((), {})]
"""The catalogue asked last and what names mean in it: thousands of rows name a dozen products."""


def _best(wanted: str, products: Sequence[Product]) -> Product | None:
    best: dict[str, Product] = {}
    longest = 0
    for product in products:
        if product.id == wanted:
            return product
        for known in _names(product):
            if len(known) >= longest and _begins(wanted, known):
                if len(known) > longest:
                    best, longest = {}, len(known)
                best[product.id] = product
    return next(iter(best.values())) if len(best) == 1 else None


def vendor_of(name: str, products: Sequence[Product]) -> str | None:
    """Whose product this is: by its name, else by the vendor's in front of it."""
    product = product_named(name, products)
    if product is not None:
        return product.vendor
    wanted = " ".join(name.casefold().split())
    found = {one.vendor for one in products if _begins(wanted, one.vendor.casefold())}
    return max(found, key=len) if found else None


def for_system(product: Product, system: str, products: Sequence[Product]) -> Product:
    """The vendor's product of the same kind for this system, where a list names one product for all of them."""
    if system not in ("windows", "linux") or _runs_on(product, system):
        return product
    same = [one for one in products if (one.vendor, one.kind) == (product.vendor, product.kind) and _runs_on(one, system)]
    return same[0] if len(same) == 1 else product


def _runs_on(product: Product, system: str) -> bool:
    traces = product.windows if system == "windows" else product.linux
    return traces != type(traces)()


def _begins(name: str, known: str) -> bool:
    """``name`` is ``known``, or goes on after it with something that is no letter or digit of the same word."""
    return name.startswith(known) and not name[len(known) : len(known) + 1].isalnum()


@lru_cache(maxsize=1_000)
def _known(vendor: str, name: str, listed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_spellings(vendor, name, listed))


def _names(product: Product) -> Iterable[str]:
    return _known(product.vendor, product.name, product.windows.wsc_names)


def _spellings(vendor: str, name: str, listed: tuple[str, ...]) -> Iterator[str]:
    brand = vendor.split(maxsplit=1)[0].casefold()
    for part in (one.strip().casefold() for one in _PARTS.split(name)):
        if part:
            yield part if brand in part or "," in part else f"{brand} {part}"
            if " " in part:
                yield part
    for pattern in listed:
        literal = pattern.rstrip("*").strip().casefold()
        if "*" not in literal and (" " in literal or literal == pattern.casefold()):
            yield literal
