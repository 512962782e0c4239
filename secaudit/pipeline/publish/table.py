"""A report as one table for spreadsheets: a line for each machine, declared or waiting to be confirmed."""

from collections.abc import Collection, Iterable, Iterator

from secaudit.model.intake import FOUND
from secaudit.model.inventory import EndpointKind
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agencies import names_of
from secaudit.pipeline.publish.machines import each_machine
from secaudit.pipeline.publish.newcomers import newcomer_rows
from secaudit.report.document import MachineRow, NewcomerRow, Trail
from secaudit.store import Store

COLUMNS = (
    "agency", "agency_name", "machine", "status", "name", "kind", "os", "place", "way", "grade", "observed_at", "console", "file",
    "row", "outcome", "capture_sha256", "other_evidence", "contradictions", "protection", "target_verdicts", "failed_checks",
    "first_seen", "last_seen",
)  # fmt: skip
"""``status``: seen, unseen, held, isolated, or new (awaits its agency's confirmation)."""

_NEW_WAYS = {"courier": "courier", FOUND: "search"}


def report_rows(measured: Measured, store: Store | None, agencies: Collection[str] = ()) -> Iterator[dict[str, object]]:
    """By agency and id, new machines last; of ``agencies`` alone where some are named."""
    names = names_of(measured)
    answers = _answers(measured)
    for machine in each_machine(measured, store, agencies=agencies):
        said = [f"{number}: {found[machine.id]}" for number, found in answers.items() if machine.id in found]
        yield {"agency_name": names.get(machine.agency), "target_verdicts": "; ".join(said), **_machine(machine)}
    for newcomer in newcomer_rows(measured):
        if not agencies or newcomer.agency in agencies:
            yield {"agency_name": names.get(newcomer.agency or ""), **_newcomer(newcomer)}


def _answers(measured: Measured) -> dict[int, dict[str, str]]:
    """Number of a target about machines -> machine -> what it is for it."""
    populations = {target.id: target.population for target in measured.plan.targets}
    return {
        number: {
            name: answer
            for share in one.agencies
            for answer in ("proven", "disproven", "unknown")
            for name in getattr(share, answer)
        }
        for number, one in enumerate(measured.measurements, start=1)
        if populations[one.target] == "endpoints"
    }


def _machine(machine: MachineRow) -> dict[str, object]:
    grade = machine.protection
    return {
        "agency": machine.agency,
        "machine": machine.id,
        "status": _status(machine),
        "kind": machine.kind.value,
        "os": machine.os,
        "place": machine.place,
        **_trail(machine.trail),
        "other_evidence": "; ".join(_short(machine.beside)),
        "contradictions": len(machine.conflicts),
        "protection": None if grade is None else f"P{grade.proven}" if grade.exact else f"P{grade.proven}-P{grade.possible}",
        "failed_checks": sum(row.verdict.value == "fail" for row in machine.verdicts),
    }


def _status(machine: MachineRow) -> str:
    if machine.kind is EndpointKind.ISOLATED:
        return "isolated"
    return "seen" if machine.seen else "held" if machine.doubt is not None else "unseen"


def _trail(trail: Trail | None) -> dict[str, object]:
    if trail is None:
        return {}
    line = trail.console
    return {
        "way": trail.way.value,
        "grade": trail.grade.value,
        "observed_at": trail.observed_at.isoformat(),
        "console": line.source.value if line is not None and line.source is not None else None,
        "file": line.file if line is not None else None,
        "row": line.row if line is not None else None,
        "outcome": trail.outcome,
        "capture_sha256": trail.digest,
    }


def _short(trails: Iterable[Trail]) -> Iterator[str]:
    for trail in trails:
        source = trail.console.source if trail.console is not None else None
        yield f"{trail.grade.value} {source.value if source is not None else trail.way.value} {trail.observed_at.isoformat()}"


def _newcomer(row: NewcomerRow) -> dict[str, object]:
    return {
        "agency": row.agency,
        "machine": row.id,
        "status": "new",
        "os": row.os,
        "way": _NEW_WAYS.get(row.source, "console"),
        "console": None if row.source in _NEW_WAYS else row.source,
        "name": row.name,
        "first_seen": row.first_seen.isoformat(),
        "last_seen": row.last_seen.isoformat(),
    }
