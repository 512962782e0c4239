"""How many days of security support are left, at the moment of judging."""

from collections.abc import Iterable
from datetime import date, datetime

from secaudit.model.fact import FactSet, FactValue, Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge, LifecycleTable, Release

FACT = "os.support_days_left"
TABLE_DAYS = 400
"""A table older than this does not know what has been announced since."""
_MAJOR_ONLY = frozenset({"rhel", "centos", "almalinux", "rocky", "ol"})
"""Distributions whose support hangs on the first number alone."""


def derive_facts(facts: FactSet, knowledge: Knowledge, moment: datetime) -> FactSet:
    """``facts`` with ``os.support_days_left`` as of ``moment``; never raises."""
    return {**facts, FACT: _days_left(facts, knowledge, moment.date())}


def _days_left(facts: FactSet, knowledge: Knowledge, today: date) -> FactValue:
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
    if (today - table.as_of).days > TABLE_DAYS:
        return Missing(MissingReason.STALE, version.section, f"the table of {name} is of {table.as_of.isoformat()}")
    return Known((last_day(release) - today).days, version.section)


def last_day(release: Release) -> date:
    """Last day of support that needs no purchase and no registration."""
    if release.extended_is_free and release.extended_ends is not None:
        return max(release.ends, release.extended_ends)
    return release.ends


def _rows(knowledge: Knowledge, name: str, number: str) -> Iterable[tuple[LifecycleTable, Release]]:
    wanted = number.partition(".")[0] if name in _MAJOR_ONLY else number
    for table in knowledge.lifecycle:
        for release in table.releases:
            if release.os == name and release.version.casefold() == wanted.casefold():
                yield table, release


def _for_edition(rows: list[tuple[LifecycleTable, Release]], edition: str | None) -> tuple[LifecycleTable, Release] | None:
    """The row that names the edition, else the one for all others. Without an edition only a single row decides."""
    if edition is None:
        return rows[0] if len(rows) == 1 and not rows[0][1].editions else None
    for row in rows:
        if edition.casefold() in {name.casefold() for name in row[1].editions}:
            return row
    return next((row for row in rows if not row[1].editions), None)
