"""Taking in the export of a console or a list: read, reconcile with the inventory, show, and on request keep what is certain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import orjson

from secaudit.errors import IntakeError, Problem
from secaudit.facts import parse_facts
from secaudit.facts.grade import protection_steps
from secaudit.intake.columns import choose, known_headings
from secaudit.intake.matching import host_key
from secaudit.intake.reconcile import Fate, Reconciled, Reconciliation, Steps, Terms, reconcile, text_in
from secaudit.intake.rows import read_rows
from secaudit.messages import clean, msg
from secaudit.model.agency_groups import AgencyGroups
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.console import ConsoleRow, EvidenceSource, Profile
from secaudit.model.fact import FactSet, Known
from secaudit.model.intake import IntakeFile, Newcomer, StoredIntake
from secaudit.model.inventory import Inventory
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.model.plan import Plan
from secaudit.pipeline.adopting import aliases
from secaudit.pipeline.judging import signature_days
from secaudit.pipeline.known_machines import agency_names, expected_in, known_machines, names_said
from secaudit.pipeline.province import Levels, Province
from secaudit.pipeline.taking_in import Taken, take_in
from secaudit.pipeline.uncollected import uncollected
from secaudit.source import did_you_mean
from secaudit.store import Store
from secaudit.tables.reading import read_body, read_tables

PLATFORM = "console"
"""Platform of a capture that is a row."""
SECTION = "row"
_NAME_LIMIT = 200


@dataclass(frozen=True)
class Export:
    """One file as it was read."""

    file: IntakeFile
    profile: Profile
    rows: tuple[ConsoleRow, ...]
    sheet: str
    """Name of the sheet; empty for CSV."""
    exported_until: datetime | None = None
    """End of the day of the export."""
    problems: tuple[Problem, ...] = ()
    """What was passed over: rows that name no machine, columns that say nothing."""


@dataclass(frozen=True)
class Importing:
    """An export reconciled, with what would be kept of it."""

    export: Export
    found: Reconciliation
    outcomes: tuple[Outcome, ...]
    newcomers: tuple[Newcomer, ...]
    before: tuple[StoredIntake, ...] = ()
    """Imports of this very file."""


def read_export(
    path: Path,
    source: EvidenceSource,
    province: Province,
    profiles: Mapping[str, Profile],
    *,
    now: datetime,
    chosen: str | None = None,
    sheet: str | None = None,
    exporter: str = "",
    exported: tuple[datetime, datetime] | None = None,
) -> Export:
    """The rows of one list; raises :class:`IntakeError` with everything that is wrong.

    ``chosen`` is the id of a mapping, ``exported`` begin and end of the day of the export.
    """
    profile = _profile(path, source, profiles, chosen)
    body = read_body(path)
    tables = read_tables(path, body, known_headings([profile] if profile is not None else profiles.values()))
    if sheet is not None:
        names = [table.name for table in tables]
        tables = tuple(table for table in tables if table.name == sheet)
        if not tables:
            hint = did_you_mean(sheet, names) or msg("sheets: {names}", names=", ".join(names))
            raise IntakeError([Problem(msg("There is no sheet with this name"), str(path), found=sheet, hint=hint)])
    products = province.catalog.knowledge.products
    table, profile = choose(tables, profiles, source, path=str(path), chosen=profile, products=products)
    read = read_rows(table, profile, imported_at=now, path=str(path))
    file = IntakeFile(
        name=clean(path.name, limit=_NAME_LIMIT),
        source=source.value,
        digest=sha256(body).hexdigest(),
        body=body,
        exporter=exporter,
        exported_at=None if exported is None else exported[0],
        profile=orjson.dumps(profile.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS).decode(),
    )
    return Export(file, profile, read.rows, table.name, None if exported is None else exported[1], read.problems)


def _profile(path: Path, source: EvidenceSource, profiles: Mapping[str, Profile], chosen: str | None) -> Profile | None:
    if chosen is None:
        return None
    found = profiles.get(chosen)
    if found is None:
        hint = did_you_mean(chosen, profiles) or msg("secaudit evidence profiles lists all")
        raise IntakeError([Problem(msg("There is no mapping with this id"), str(path), found=chosen, hint=hint)])
    if found.source is not source:
        hint = msg("name the source of the mapping, or another mapping")
        wrong = msg("The mapping is for another source: {source}", source=found.source.value)
        raise IntakeError([Problem(wrong, str(path), found=chosen, hint=hint)])
    return found


@uncollected()
def reconcile_export(
    province: Province, plan: Plan, levels: Levels, store: Store | None, export: Export, *, now: datetime
) -> Importing:
    """Compare with the inventory and with what the store knows; nothing is written."""
    inventory, source = province.inventory, export.file.source
    rules = plan.evidence
    states = store.latest(now, rules.fresh_days, console_days=rules.console_days) if store is not None else {}
    newcomers = store.newcomers() if store is not None else []
    groups = AgencyGroups(agency_names(inventory, now), export.profile.groups)
    candidates = known_machines(inventory, states, newcomers, {})
    if store is not None:
        named = {(one.agency, name) for one in candidates for name in one.names}
        strangers = {
            agency
            for row in export.rows
            if (agency := groups.agency(text_in(row, "group"))) and (agency, host_key(text_in(row, "name"))) not in named
        }
        said = names_said(store, inventory, states, strangers)
        candidates = known_machines(inventory, states, newcomers, said) if said else candidates
    terms = Terms(now, plan.evidence.console_days, export.exported_until)
    stored = _stored_moments(inventory, store, source, newcomers) if store is not None else {}
    found = reconcile(export.rows, candidates, expected_in(inventory, now), groups, terms, stored)
    outcomes = [_outcome(province, export, line) for line in found.kept]
    found = found.with_steps(_steps(province, levels, found.kept, outcomes))
    before = [one for one in store.intake_files() if one.digest == export.file.digest] if store is not None else []
    fresh = [_newcomer(source, line, one.facts) for line, one in zip(found.kept, outcomes, strict=True) if line.fate is Fate.NEW]
    return Importing(export, found, tuple(outcomes), tuple(fresh), tuple(before))


def _stored_moments(inventory: Inventory, store: Store, source: str, newcomers: Sequence[Newcomer]) -> dict[str, datetime]:
    """Machine -> moment of its newest evidence of this source; what came in under a newcomer's id is its machine's by now."""
    found = store.console_moments(source)
    for newcomer, endpoint in aliases(inventory, newcomers).items():
        if newcomer in found:
            found[endpoint] = max(found[newcomer], found.get(endpoint, found[newcomer]))
    return found


def accept(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    importing: Importing,
    *,
    who: str,
    clock: Callable[[], datetime],
) -> Taken | None:
    """Keep what is certain, and the file; None, and nothing kept, when nothing is certain.

    Nothing is judged: a list changes what is known of the whole province, and who asks for figures judges all of it anyway.
    """
    if not importing.outcomes:
        return None
    file = importing.export.file
    return take_in(
        province,
        plan,
        levels,
        store,
        way=Way.CONSOLE,
        who=who,
        scope=f"export, source={file.source}, digest={file.digest[:12]}",
        files=[file],
        outcomes=importing.outcomes,
        newcomers=importing.newcomers,
        clock=clock,
        judging=False,
    )


def row_capture(export: Export, row: ConsoleRow) -> Capture:
    """One row as evidence: what stood in the file, what was understood, and why the rest was not."""
    file = export.file
    record = {
        "source": file.source,
        "file": file.digest,
        "name": file.name,
        "row": row.number,
        "exporter": file.exporter,
        "exported_at": None if file.exported_at is None else file.exported_at.isoformat(),
        "profile": export.profile.id,
        "cells": {_whole(heading): _whole(cell) for heading, cell in row.cells.items()},
        "values": {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.values.items()},
        "unread": {name: _whole(why) for name, why in row.unread.items()},
    }
    raw = orjson.dumps(record, option=orjson.OPT_SORT_KEYS)
    return Capture(PLATFORM, (Section(SECTION, SectionStatus.OK, raw),), raw, sha256(raw).hexdigest())


def _whole(text: str) -> str:
    """Halves of characters that a damaged file holds cannot be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _outcome(province: Province, export: Export, line: Reconciled) -> Outcome:
    if line.endpoint is None or line.at is None:
        raise ValueError("only a row about one machine at one moment is evidence")
    capture = row_capture(export, line.row)
    endpoint = province.inventory.endpoints.get(line.endpoint)
    return Outcome(
        endpoint=line.endpoint,
        way=Way.CONSOLE,
        grade=Grade.B,
        sight=Sight.SEEN,
        started_at=line.at,
        finished_at=line.at,
        detail=f"row {line.row.number} of {export.file.name}, matched by {line.basis or 'nothing: a new machine'}",
        capture=capture,
        facts=parse_facts(capture, province.catalog.knowledge, line.at),
        server_version=export.file.source,
        lab=endpoint is not None and endpoint.lab,
    )


def _steps(province: Province, levels: Levels, kept: Sequence[Reconciled], outcomes: Sequence[Outcome]) -> dict[int, Steps]:
    """What each row alone would show, by the limits that hold for its machine."""
    limits: dict[int | None, tuple[int, ...]] = {}
    found = {}
    for line, outcome in zip(kept, outcomes, strict=True):
        level = levels.endpoints.get(outcome.endpoint)
        if level not in limits:
            limits[level] = signature_days(province.catalog.checks, level)
        found[line.row.number] = protection_steps(outcome.facts or {}, signature_days=limits[level])
    return found


def _newcomer(source: str, line: Reconciled, facts: FactSet | None) -> Newcomer:
    if line.endpoint is None or line.at is None:
        raise ValueError("only a row about one machine at one moment makes a newcomer")
    family = (facts or {}).get("os.family")
    return Newcomer(
        id=line.endpoint,
        agency=line.agency or "",
        name=line.name,
        identity=line.identity,
        os=family.value if isinstance(family, Known) and isinstance(family.value, str) else "",
        source=source,
        first_seen=line.at,
        last_seen=line.at,
    )
