"""How many days of security support are left, at the moment of judging."""

from collections.abc import Iterable, Sequence
from datetime import date

from secaudit.model.fact import FactSet, FactValue, Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge, LifecycleTable, Release

SUPPORT = "os.support_days_left"
OFFICE = "software.office_support_days_left"
TABLE_DAYS = 400
"""A table older than this does not know what has been announced since."""
_MAJOR_ONLY = frozenset({"rhel", "centos", "almalinux", "rocky", "ol"})
"""Distributions whose support hangs on the first number alone."""
_BRANCHES = frozenset({"alpine"})
"""Distributions whose support hangs on the first two numbers."""
SURELY_LONG = 365
"""Days of free support from which on no check hangs on whether more was bought."""
_ENDLESS_OFFICE = "365"
"""Always current while its subscription is paid: no end that could be counted to."""


def support_days_left(facts: FactSet, knowledge: Knowledge, today: date) -> FactValue:
    """Days of support of the operating system; bought support counts only where the machine shows that it has it."""
    identity = facts.get("os.id", Missing(MissingReason.ABSENT))
    version = facts.get("os.version", Missing(MissingReason.ABSENT))
    for value in (identity, version):
        if isinstance(value, Missing):
            return Missing(value.reason, value.section, "the release is not known")
    assert isinstance(identity, Known)
    assert isinstance(version, Known)
    name, number = str(identity.value), str(version.value)
    edition = facts.get("os.edition")
    rows = list(_rows(knowledge, name, number))
    found = _for_edition(rows, str(edition.value) if isinstance(edition, Known) else None)
    if found is None:
        return Missing(MissingReason.UNSUPPORTED, version.section, f"no end of support is known for {name} {number}")
    table, release = found
    if _too_old(table, today):
        return Missing(MissingReason.STALE, version.section, f"the table of {name} is of {table.as_of.isoformat()}")
    extended = facts.get("os.extended_support")
    bought = isinstance(extended, Known) and extended.value is True
    if isinstance(extended, Missing) and _hangs_on(release, extended, today):
        detail = "free support is over or ends soon; whether more was bought could not be read"
        return Missing(extended.reason, extended.section, detail)
    return Known((last_day(release, bought=bought) - today).days, version.section)


def _hangs_on(release: Release, extended: Missing, today: date) -> bool:
    """Bought support would decide, and its sign on the machine was not readable.

    Where nothing on the machine could show it (no section was asked), it counts as not bought: who has bought it can say so.
    """
    free, bought = last_day(release), last_day(release, bought=True)
    return bool(extended.section) and free < bought >= today and (free - today).days < SURELY_LONG


def office_days_left(facts: FactSet, knowledge: Knowledge, today: date) -> FactValue:
    """Days of support of the installed Office that ends first."""
    office = facts.get("software.office", Missing(MissingReason.ABSENT))
    if isinstance(office, Missing):
        return Missing(office.reason, office.section, "which Office is installed is not known")
    if not isinstance(office.value, Sequence) or isinstance(office.value, str):
        return Missing(MissingReason.ERROR, office.section, "the list of installed Office releases is no list")
    if not office.complete:
        return Missing(MissingReason.TRUNCATED, office.section, "an older Office may be installed: not all was read")
    fixed = sorted({str(name) for name in office.value} - {_ENDLESS_OFFICE})
    if not fixed:
        return Missing(MissingReason.ABSENT, office.section, "no release of Office that has an end is installed")
    ends: list[date] = []
    for name in fixed:
        rows = list(_rows(knowledge, "office", name))
        if not rows:
            return Missing(MissingReason.UNSUPPORTED, office.section, f"no end of support is known for Office {name}")
        table, release = rows[0]
        if _too_old(table, today):
            return Missing(MissingReason.STALE, office.section, f"the table of Office is of {table.as_of.isoformat()}")
        ends.append(last_day(release))
    return Known((min(ends) - today).days, office.section)


def last_day(release: Release, *, bought: bool = False) -> date:
    """Last day of support; that which needs a purchase or a registration counts only when ``bought``."""
    if release.extended_ends is not None and (release.extended_is_free or bought):
        return max(release.ends, release.extended_ends)
    return release.ends


def _too_old(table: LifecycleTable, today: date) -> bool:
    return (today - table.as_of).days > TABLE_DAYS


def _rows(knowledge: Knowledge, name: str, number: str) -> Iterable[tuple[LifecycleTable, Release]]:
    wanted = _row_version(name, number)
    for table in knowledge.lifecycle:
        for release in table.releases:
            if release.os == name and release.version.casefold() == wanted.casefold():
                yield table, release


def _row_version(name: str, number: str) -> str:
    """The part of a version on which the end of support hangs."""
    parts = number.split(".")
    if name in _MAJOR_ONLY:
        return parts[0]
    if name in _BRANCHES:
        return ".".join(parts[:2])
    if name == "sles" and len(parts) == 1:
        return f"{number}.0"  # the first release of a version carries no service pack
    return number


def _for_edition(rows: list[tuple[LifecycleTable, Release]], edition: str | None) -> tuple[LifecycleTable, Release] | None:
    """The row that names the edition, else the one for all others. Without an edition only a single row decides."""
    if edition is None:
        return rows[0] if len(rows) == 1 and not rows[0][1].editions else None
    for row in rows:
        if edition.casefold() in {name.casefold() for name in row[1].editions}:
            return row
    return next((row for row in rows if not row[1].editions), None)
