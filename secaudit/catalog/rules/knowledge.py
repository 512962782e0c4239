"""Rules for protection products and lifecycle tables."""

from collections.abc import Iterable, Iterator
from datetime import date

from secaudit.catalog.rules.naming import id_is_stem, place_of, unique
from secaudit.catalog.sourced import Loc, Sourced
from secaudit.errors import Problem
from secaudit.messages import Message, literal, msg
from secaudit.model.knowledge import LifecycleTable, Product, Release

_LITERAL_CHARACTERS = 3
"""A glob needs this many characters beside its stars: ``*`` alone would find protection on every machine."""
_PROTECTION = ("av", "edr")
_WINDOWS = ("windows", "windows-server")
_EARLIEST = date(2000, 1, 1)
_FAR = 20
"""Years after the day of the table beyond which an end of support is a slip of the pen."""


def sound_products(products: list[Sourced[Product]]) -> list[Problem]:
    """Unique ids, and traces from which nobody can read more protection than there is."""
    problems = unique((product, ("id",), product.value.id) for product in products)
    kinds: dict[tuple[str, str], tuple[str, str]] = {}
    for product in products:
        value = product.value
        traces = list(_traces(value))
        if not traces:
            problems.append(
                product.problem(msg("The product shows itself nowhere: it would never be found"), ("id",), found=value.id)
            )
        if value.on_demand and value.kind in _PROTECTION:
            hint = msg("a scanner that runs only when started is of kind other")
            problems.append(product.problem(msg("An on-demand scanner is no protection"), ("kind",), found=value.kind, hint=hint))
        problems.extend(
            product.problem(
                msg("A case is about one system"),
                ("cases", index),
                hint=msg("write the traces under windows or under linux, and another case for the other"),
            )
            for index, case in enumerate(value.cases)
            if (case.windows is None) == (case.linux is None)
        )
        for loc, where, trace in traces:
            if len(trace.replace("*", "").strip()) < min(_LITERAL_CHARACTERS, len(trace)):
                problems.append(product.problem(msg("The pattern matches nearly everything"), loc, found=trace))
            other, kind = kinds.setdefault((where, trace.casefold()), (value.id, value.kind))
            if kind != value.kind:
                message = msg("{other} shows the same trace and is of another kind", other=literal(other))
                hint = msg("an antivirus taken for an EDR would need no signature date; keep the trace with one of the two")
                problems.append(product.problem(message, loc, found=trace, hint=hint))
    return problems


def _traces(product: Product) -> Iterator[tuple[Loc, str, str]]:
    """(place, ``windows.services``, trace) of everything by which a product is found."""
    for system, names in (("windows", ("services", "processes", "wsc_names")), ("linux", ("packages", "units", "processes"))):
        for name in names:
            for index, trace in enumerate(getattr(getattr(product, system), name)):
                yield (system, name, index), f"{system}.{name}", trace


def sound_lifecycle(tables: list[Sourced[LifecycleTable]]) -> list[Problem]:
    """One answer per release and edition, with dates that can be."""
    problems = id_is_stem(tables, lambda table: table.id)
    first: dict[tuple[str, str, str], tuple[Sourced[LifecycleTable], Loc]] = {}
    for table in tables:
        for index, release in enumerate(table.value.releases):
            loc: Loc = ("releases", index)
            for number, edition in enumerate(release.editions or ("",)):
                here: Loc = (*loc, "editions", number)
                other = first.setdefault((release.os, release.version, edition.casefold()), (table, here))
                if other != (table, here):
                    found = f"{release.os} {release.version} {edition}".strip()
                    message = msg("The same release and edition stands at {place}", place=literal(place_of(*other)))
                    problems.append(table.problem(message, here, found=found))
            problems.extend(table.problem(message, (*loc, *inner)) for message, inner in _release(release, table.value.as_of))
    return problems


def _release(release: Release, as_of: date) -> Iterable[tuple[Message, Loc]]:
    if release.extended_ends is not None and release.extended_ends < release.ends:
        yield msg("Extended support ends before normal support"), ("extended_ends",)
    if release.extended_is_free and release.extended_ends is None:
        yield msg("Free extended support needs its last day"), ("extended_is_free",)
    windows = release.os in _WINDOWS
    if windows and release.build is None:
        yield msg("A release of Windows needs its build number"), ()
    if not windows and (release.build is not None or release.editions):
        yield msg("Build and editions are for Windows only"), ()
    if not _EARLIEST <= release.ends <= date(as_of.year + _FAR, 12, 31):
        yield msg("The end of support is no plausible day"), ("ends",)
