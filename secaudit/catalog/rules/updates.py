"""Rules for tables of monthly Windows releases: one that is wrong calls patched machines unpatched, or worse."""

from collections.abc import Iterator
from itertools import pairwise

from secaudit.catalog.rules.naming import id_is_stem, place_of
from secaudit.catalog.sourced import Loc, Sourced
from secaudit.errors import Problem
from secaudit.messages import literal, msg
from secaudit.model.knowledge import Update, UpdateTable


def sound_updates(tables: list[Sourced[UpdateTable]]) -> list[Problem]:
    """One release per build and month, in an order that can be, and nothing from the future of its table."""
    problems = id_is_stem(tables, lambda table: table.id)
    first: dict[tuple[str, ...], tuple[Sourced[UpdateTable], Loc]] = {}
    for table in tables:
        for index, update in enumerate(table.value.updates):
            loc: Loc = ("updates", index)
            for key in _keys(update):
                other = first.setdefault(key, (table, loc))
                if other != (table, loc):
                    message = msg("The same release stands at {place}", place=literal(place_of(*other)))
                    problems.append(table.problem(message, loc, found=" ".join(key)))
            problems.extend(_dates(table, update, loc))
        problems.extend(_order(table))
    return problems


def _keys(update: Update) -> Iterator[tuple[str, ...]]:
    """What no other row may be too."""
    yield update.os, str(update.build), str(update.revision)
    if update.kind == "security":
        yield update.os, str(update.build), update.month


def _dates(table: Sourced[UpdateTable], update: Update, loc: Loc) -> Iterator[Problem]:
    if update.date > table.value.as_of:
        hint = msg("write the day on which the table was last compared with its source")
        yield table.problem(msg("The release is younger than its table"), (*loc, "date"), found=str(update.date), hint=hint)
    if update.kind == "security" and not update.date.isoformat().startswith(update.month):
        yield table.problem(msg("A monthly security release comes out in its month"), (*loc, "date"), found=str(update.date))


def _order(table: Sourced[UpdateTable]) -> Iterator[Problem]:
    """Updates are cumulative: a later release of a build has a higher revision."""
    rows: dict[tuple[str, int], list[tuple[Update, int]]] = {}
    for index, update in enumerate(table.value.updates):
        if update.kind == "security":
            rows.setdefault((update.os, update.build), []).append((update, index))
    for releases in rows.values():
        releases.sort(key=lambda pair: pair[0].month)
        for (earlier, _), (later, index) in pairwise(releases):
            if later.revision <= earlier.revision:
                message = msg("A later release has a higher revision than {revision}", revision=earlier.revision)
                yield table.problem(message, ("updates", index, "revision"), found=str(later.revision))
