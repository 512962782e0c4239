"""What answers in the networks against what is declared, agency by agency; beside figures what they count beyond the lists."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from secaudit.model.discovery import Meeting, Met
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.reconciliation_sheet import ORDER, figures, since_when
from secaudit.report.found import BeyondRow, ComparisonRow, FoundRow
from secaudit.report.texts import Wording
from secaudit.report.words import word
from secaudit.store import Store

MOST_ADDRESSES = 20
"""Of one agency beside a figure; the comparison has all."""


def comparison_rows(measured: Measured, store: Store | None, machines: Iterable[str]) -> tuple[ComparisonRow, ...]:
    """Agencies that were searched, those with most undeclared machines first; ``machines``: ids the document holds."""
    found = measured.reconciliation
    since = store.first_found(measured.as_of) if store is not None else {}
    known, lines = frozenset(machines), found.by_agency()
    rows = []
    for agency in sorted({*found.found, *lines}, key=lambda name: (-_beyond(lines.get(name, ())), name)):
        count, own = found.counts.get(agency), lines.get(agency, [])
        networks = found.found[agency].networks if agency in found.found else ()
        moments = sorted(part.at for part in networks)
        ordered = sorted(own, key=lambda line: ORDER.index(line.kind))
        rows.append(
            ComparisonRow(
                agency=agency if count is not None else None,
                numbers=figures(count, own) if count is not None else _numbers(own),
                searched=(moments[0], moments[-1]) if moments else None,
                found=tuple(row for line in ordered if (row := _found(line, known, since)) is not None),
                silent=tuple(line.endpoint for line in own if line.kind is Meeting.SILENT and line.endpoint in known),
            )
        )
    return tuple(rows)


def _numbers(lines: Iterable[Met]) -> tuple[tuple[Wording, int | None], ...]:
    """Networks of no agency have no list to stand beside."""
    kinds = [line.kind for line in lines]
    return tuple((word(kind), kinds.count(kind)) for kind in (Meeting.UNDECLARED, Meeting.SET_ASIDE))


def _beyond(lines: Iterable[Met]) -> int:
    return sum(line.kind in (Meeting.UNDECLARED, Meeting.RETIRED_ALIVE) for line in lines)


def _found(line: Met, known: frozenset[str], since: Mapping[tuple[str, str], datetime]) -> FoundRow | None:
    if line.host is None or line.kind is Meeting.ANSWERING:
        return None
    machine = line.endpoint if line.endpoint in known else None
    return FoundRow(
        meeting=line.kind,
        address=line.host.address,
        machine=machine,
        name=line.host.name if machine is not None else " · ".join(part for part in (line.endpoint, line.host.name) if part),
        device=line.host.device,
        since=since_when(line.host, since),
        reason=line.reason,
    )


def beyond_rows(measured: Measured) -> tuple[BeyondRow, ...]:
    """Machines that answer beyond the lists, agency by agency; those of no present agency last."""
    counted = measured.reconciliation.counts
    rows = [
        BeyondRow(agency if agency in counted else None, addresses[:MOST_ADDRESSES], max(len(addresses) - MOST_ADDRESSES, 0))
        for agency, addresses in sorted(measured.undeclared.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return tuple(sorted(rows, key=lambda row: row.agency is None))
