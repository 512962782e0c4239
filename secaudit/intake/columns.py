"""Which column of a list means what, and whether the list is of the console it is said to be of."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from secaudit.errors import IntakeError, Problem
from secaudit.facts.product_names import vendor_of
from secaudit.messages import Message, literal, msg
from secaudit.model.console import IDENTIFYING, EvidenceSource, FieldName, Profile, spelled
from secaudit.model.knowledge import Product
from secaudit.tables.columns import matched
from secaudit.tables.model import Table, text_of

_OWN = 2
"""Headings of one console alone from which on a list that has none of the named console's is taken for that one's."""
_SAMPLE = 500
"""Rows whose products are looked at."""
_CONTACT: tuple[FieldName, ...] = ("last_contact",)


@dataclass(frozen=True)
class Columns:
    """Where the fields of a mapping stand in one table."""

    fields: Mapping[FieldName, tuple[int, ...]]
    """Field -> columns that mean it, the preferred first; a field without a column stands nowhere."""
    mask: int | None = None
    """Column of the status mask."""
    headings: frozenset[str] = field(default=frozenset())
    """Headings of the table that mean something, as :func:`spelled`."""

    @property
    def decisive(self) -> bool:
        """Rows can say which machine they are about and when it was heard of."""
        return "last_contact" in self.fields and any(name in self.fields for name in IDENTIFYING)


def columns_of(table: Table, profile: Profile) -> Columns:
    """Match headings: case, composition and spaces do not count; without diacritics where that leaves one column."""
    fields = matched(table.headings, profile.columns)
    masks = matched(table.headings, {"mask": profile.mask}).get("mask", ())
    mask = masks[0] if masks else None
    used = {index for indexes in fields.values() for index in indexes} | ({mask} if mask is not None else set())
    return Columns(fields, mask, frozenset(spelled(table.headings[index]) for index in used))


def known_headings(profiles: Iterable[Profile]) -> frozenset[str]:
    """All headings that mean something to one of the mappings: they show where in a file the list begins."""
    return frozenset(
        heading for profile in profiles for headings in (*profile.columns.values(), profile.mask) for heading in headings
    )


def choose(
    tables: Sequence[Table],
    profiles: Mapping[str, Profile],
    source: EvidenceSource,
    *,
    path: str,
    chosen: Profile | None = None,
    products: Sequence[Product] = (),
) -> tuple[Table, Profile]:
    """The sheet and the mapping of ``source`` that fit best; IntakeError when none does, naming the source that would.

    ``chosen`` is the mapping somebody named: then only the sheet is chosen, and that it is the wrong product's.
    """
    candidates = [chosen] if chosen is not None else [one for one in profiles.values() if one.source is source]
    fits = [(table, profile, columns_of(table, profile)) for table in tables for profile in candidates]
    if not fits:
        hint = msg("make a mapping with secaudit evidence map {file}", file=path)
        raise IntakeError([Problem(msg("There is no mapping for the source {source}", source=source.value), path, hint=hint)])
    table, profile, columns = max(fits, key=lambda fit: (fit[2].decisive, len(fit[2].headings)))
    others = [one for one in profiles.values() if one.source is not profile.source]
    better = _other_source(tables, profile, columns, others) if chosen is None else None
    if better is not None:
        raise IntakeError([_wrong_source(path, table, profile, better)])
    if not columns.decisive:
        raise IntakeError(_missing(path, table, profile, columns))
    problem = _wrong_product(path, table, profile, columns, products)
    if problem is not None:
        raise IntakeError([problem])
    return table, profile


def _other_source(tables: Sequence[Table], profile: Profile, columns: Columns, others: Sequence[Profile]) -> Profile | None:
    """A mapping of another source whose headings these are; None when nothing speaks for one."""
    best: tuple[int, Profile] | None = None
    for other in others:
        rivals = [one for one in (profile, *others) if one.source is not other.source]
        alone = _spellings((other,)) - _spellings(rivals)
        for table in tables:
            found = columns_of(table, other)
            own = len(found.headings & alone)
            if own >= _OWN and found.decisive and (best is None or own > best[0]):
                best = own, other
    if best is None:
        return None
    own = len(columns.headings & (_spellings((profile,)) - _spellings(others)))
    return best[1] if not columns.decisive or (own == 0 and best[0] > own) else None


def _spellings(profiles: Iterable[Profile]) -> frozenset[str]:
    return frozenset(spelled(heading) for heading in known_headings(profiles))


def _wrong_source(path: str, table: Table, profile: Profile, other: Profile) -> Problem:
    return Problem(
        msg("The columns are those of {other}, not of {named}", other=other.source.value, named=profile.source.value),
        path,
        cell=row_place(table, table.heading_row),
        hint=msg("import it with --source {source}", source=other.source.value),
    )


def _missing(path: str, table: Table, profile: Profile, columns: Columns) -> list[Problem]:
    """What must be there and is not, with the headings that would do."""
    hint = msg("tick the column in the console and export again, or name it: secaudit evidence map {file}", file=path)
    wanted: list[tuple[Message, Collection[FieldName]]] = []
    if not any(name in columns.fields for name in IDENTIFYING):
        wanted.append((msg("No column says which machine a row is about"), IDENTIFYING))
    if "last_contact" not in columns.fields:
        wanted.append((msg("No column says when the console last heard of the machine"), _CONTACT))
    return [
        Problem(
            message,
            path,
            cell=row_place(table, table.heading_row),
            found=", ".join(table.headings[:12]),
            expected=literal(" | ".join(heading for name in names for heading in profile.columns.get(name, ()))),
            hint=hint,
        )
        for message, names in wanted
    ]


def _wrong_product(path: str, table: Table, profile: Profile, columns: Columns, products: Sequence[Product]) -> Problem | None:
    """The column of products names other vendors' alone: a list of another console under headings that look alike."""
    fixed = next((one for one in products if one.id == profile.product), None)
    if fixed is None or "product" not in columns.fields:
        return None
    index = columns.fields["product"][0]
    named = {text for row in table.rows[:_SAMPLE] if (text := text_of(row.cells[index]))}
    vendors = {vendor for text in named if (vendor := vendor_of(text, products)) is not None}
    if not vendors or fixed.vendor in vendors:
        return None
    sources = {"Kaspersky": "ksc", "ESET": "eset", "Microsoft": "defender", "Bkav": "bkav"}
    fitting = next((sources[vendor] for vendor in sorted(vendors) if vendor in sources), EvidenceSource.CSV.value)
    return Problem(
        msg("The list names products of {vendors}, none of {vendor}", vendors=", ".join(sorted(vendors)), vendor=fixed.vendor),
        path,
        cell=row_place(table, table.rows[0].number if table.rows else table.heading_row),
        found=", ".join(sorted(named)[:3]),
        hint=msg("import it with --source {source}", source=fitting),
    )


def row_place(table: Table, number: int) -> str:
    """Where a person finds a row."""
    return f"{table.name}!{number}" if table.name else str(number)
