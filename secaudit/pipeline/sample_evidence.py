"""Evidence of the sample province from where SSH does not reach: invented exports and answers, taken in as real ones are.

Everything kept is marked as lab data, also of machines that the inventory does not mark: what came in is invented.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from secaudit.lab.evidence import LabEvidence, LabExport, write_exports
from secaudit.model.plan import Plan
from secaudit.pipeline.importing import Importing, accept, read_export, reconcile_export
from secaudit.pipeline.province import Levels, Province
from secaudit.store import Store


@dataclass(frozen=True)
class SampleImport:
    """One export and what became of it."""

    export: LabExport
    path: Path
    importing: Importing


def import_exports(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    evidence: LabEvidence,
    *,
    beside: Path,
    folder: Path,
    who: str,
    clock: Callable[[], datetime],
) -> Iterator[SampleImport]:
    """Write each export with present moments into ``folder``, reconcile it and keep what is certain."""
    profiles = province.catalog.consoles
    for export, path in write_exports(evidence, beside, folder, clock()):
        now = clock()
        read = read_export(path, export.source, province, profiles, now=now, exporter=export.exporter)
        importing = reconcile_export(province, plan, levels, store, read, now=now)
        importing = replace(importing, outcomes=tuple(replace(outcome, lab=True) for outcome in importing.outcomes))
        accept(province, plan, levels, store, importing, who=who, clock=clock)
        yield SampleImport(export, path, importing)
