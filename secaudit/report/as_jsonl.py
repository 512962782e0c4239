"""Findings as JSON lines: one for each machine and check, for pipelines that read a line at a time."""

from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson

from secaudit.report.findings import FindingRow, MachineFindings, harmless


def write_jsonl(machines: Iterable[MachineFindings], file: BinaryIO) -> None:
    """A line for each finding, machine by machine; nothing in it is formatted for people."""
    for machine in machines:
        shared = _shared(harmless(machine))
        lines = [orjson.dumps({**shared, **_finding(row)}) for row in machine.findings]
        if lines:
            file.write(b"\n".join(lines) + b"\n")


def _shared(machine: MachineFindings) -> dict[str, Any]:
    return {
        "agency": machine.agency,
        "agency_name": machine.agency_name,
        "machine": machine.id,
        "kind": machine.kind.value,
        "seen": machine.seen,
        "sight": "stale" if machine.stale and not machine.seen else machine.sight.value,
        "lab": machine.lab,
    }


def _finding(row: FindingRow) -> dict[str, Any]:
    return {
        "check": row.check,
        "verdict": row.verdict.value,
        "grade": row.grade,
        "moment": row.moment,
        "reason": row.reasons,
        "missing": [name for name, _ in row.missing],
        "excused_until": row.excused_until,
        "defect": row.defect,
        "captures": row.captures,
    }
