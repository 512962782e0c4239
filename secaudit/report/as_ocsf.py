"""Findings as OCSF Compliance Findings (class 2003), one JSON object a line: what collectors of a SOC's data lake take in.

Lines and not an array, because a province is two million findings: Vector, Fluent Bit, Splunk and Elastic read lines as they
come, an array must be held whole. The library's models make what is the same for all machines, once for each check and verdict;
varies is filled in beside it, because two million models would take minutes; a test reads every kind of line with the models.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import orjson
from py_ocsf_models.events.findings.activity_id import ActivityID
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.compliance_finding_type_id import ComplianceFindingTypeID
from py_ocsf_models.events.findings.severity_id import SeverityID
from py_ocsf_models.events.findings.status_id import StatusID as FindingStatus
from py_ocsf_models.objects.compliance import Compliance
from py_ocsf_models.objects.compliance_status import StatusID
from py_ocsf_models.objects.finding_info import FindingInformation
from py_ocsf_models.objects.metadata import Metadata
from py_ocsf_models.objects.product import Product
from py_ocsf_models.objects.remediation import Remediation

from secaudit.messages import clean, msg
from secaudit.model.check import Severity
from secaudit.model.finding import Verdict
from secaudit.report.document import CheckRow
from secaudit.report.findings import About, FindingRow, MachineFindings, harmless
from secaudit.report.texts import Wording
from secaudit.report.voice import Voice
from secaudit.report.words import word

STATUS: Mapping[Verdict, StatusID] = {
    Verdict.PASS: StatusID.Pass,
    Verdict.FAIL: StatusID.Fail,
    Verdict.UNKNOWN: StatusID.Unknown,
    Verdict.MANUAL: StatusID.Other,
}
"""What nobody knows is Unknown: "Warning" would read as passed with a remark. What does not apply makes no finding."""
_SEVERITY: Mapping[Severity, SeverityID] = {
    Severity.CRITICAL: SeverityID.Critical,
    Severity.HIGH: SeverityID.High,
    Severity.MEDIUM: SeverityID.Medium,
    Severity.LOW: SeverityID.Low,
    Severity.INFO: SeverityID.Informational,
}
_TEXT_LIMIT = 1000
_VALUE_LIMIT = 400


def write_ocsf(about: About, machines: Iterable[MachineFindings], file: BinaryIO, voice: Voice) -> None:
    """A line for each machine and check that applies to it."""
    kinds = _Kinds(about, voice)
    for machine in machines:
        safe = harmless(machine)
        resources = orjson.Fragment(orjson.dumps([_resource(safe)]))
        lines = [
            orjson.dumps(kinds.event(safe, row, resources)) for row in safe.findings if row.verdict is not Verdict.NOT_APPLICABLE
        ]
        if lines:
            file.write(b"\n".join(lines) + b"\n")


class _Kinds:
    """What events of one check and one verdict have in common, made by the library's models when it is first needed."""

    def __init__(self, about: About, voice: Voice) -> None:
        self._about = about
        self._voice = voice
        self._checks = {check.id: check for check in about.checks}
        self._made: dict[tuple[str, Verdict, str], tuple[dict[str, Any], str]] = {}
        self._moment = _milliseconds(about.as_of)
        self._state = {
            "province": clean(about.province, limit=300),
            "plan": clean(about.plan, limit=300),
            "state_of": about.as_of.isoformat(),
            "inventory_digest": about.inventory_digest,
            "catalog_digest": about.catalog_digest,
            "chain_head": about.chain_head,
        }

    def event(self, machine: MachineFindings, row: FindingRow, resources: orjson.Fragment) -> dict[str, Any]:
        """One event, to be serialised."""
        system = machine.os or ""
        key = (row.check, row.verdict, system if row.verdict is Verdict.FAIL else "")
        if key not in self._made:
            self._made[key] = self._kind(*key)
        kind, title = self._made[key]
        info: dict[str, str | int] = {"uid": f"{machine.id}/{row.check}", "title": title}
        if row.moment is not None:
            info["created_time"] = _milliseconds(row.moment)
        event = {**kind, "finding_info": info, "resources": resources, "unmapped": self._facts(machine, row)}
        if row.reasons:
            event["status_detail"] = ", ".join(row.reasons)
        if row.excused_until is not None:
            event["comment"] = self._voice.say(msg("excused until {day}; it is a failure all the same", day=row.excused_until))
        return event

    def _kind(self, check_id: str, verdict: Verdict, system: str) -> tuple[dict[str, Any], str]:
        check = self._checks[check_id]
        title = self._text(check.title)
        finding = ComplianceFinding(
            activity_id=ActivityID.Create,
            activity_name=ActivityID.Create.name,
            category_name="Findings",
            class_name="Compliance Finding",
            compliance=Compliance(
                control=check.id,
                standards=list(dict.fromkeys(ref.partition(":")[0] for ref in check.refs)) or ["secaudit"],
                requirements=list(check.refs),
                status_id=STATUS[verdict],
            ),
            finding_info=FindingInformation(title=title, uid=check.id),
            message=f"{title}: {self._voice.say(word(verdict))}",
            metadata=Metadata(
                event_code=check.id,
                product=Product(name="secaudit", vendor_name="secaudit", version=self._about.version),
            ),
            remediation=self._remediation(check, system) if verdict is Verdict.FAIL else None,
            severity=_SEVERITY[check.severity].name,
            severity_id=_SEVERITY[check.severity],
            status=FindingStatus.New.name if verdict is Verdict.FAIL else None,
            status_code=verdict.value,
            status_id=FindingStatus.New if verdict is Verdict.FAIL else None,
            time=self._moment,
            type_name="Compliance Finding: Create",
            type_uid=ComplianceFindingTypeID.Create,
        )
        made = finding.model_dump(mode="json", exclude_none=True, exclude={"finding_info"})
        return {name: orjson.Fragment(orjson.dumps(value)) for name, value in made.items()}, title

    def _remediation(self, check: CheckRow, system: str) -> Remediation | None:
        fixes = {"windows": (check.fix_windows,), "linux": (check.fix_linux,)}.get(system, (check.fix_windows, check.fix_linux))
        said = [self._text(fix) for fix in fixes if fix is not None]
        return Remediation(desc=" · ".join(said), references=list(check.refs)) if said else None

    def _facts(self, machine: MachineFindings, row: FindingRow) -> dict[str, Any]:
        """What the schema has no place for."""
        facts: dict[str, Any] = {
            "verdict": row.verdict.value,
            "grade": row.grade,
            "captures": row.captures,
            "seen": machine.seen,
            "sight": "stale" if machine.stale and not machine.seen else machine.sight.value,
            "lab": machine.lab,
            **self._state,
        }
        if row.missing:
            facts["missing"] = dict(row.missing)
        if row.defect:
            facts["defect"] = row.defect
        if row.excused_until is not None:
            facts["excused_until"] = row.excused_until
        if row.verdict is Verdict.FAIL:
            facts["observed"] = {name: clean(value, limit=_VALUE_LIMIT) for name, value in row.observed}
        return facts

    def _text(self, wording: Wording) -> str:
        return clean(self._voice.say(wording), limit=_TEXT_LIMIT)


def _resource(machine: MachineFindings) -> dict[str, Any]:
    """The machine; the schema's device would need an address of every one, and many have none."""
    data = {"systems": list(machine.systems), "place": machine.place, "address": machine.address, "os": machine.os}
    return {
        "uid": machine.id,
        "name": machine.id,
        "type": machine.kind.value,
        "group": {"uid": machine.agency, "name": machine.agency_name, "type": "agency"},
        "data": {name: value for name, value in data.items() if value},
    }


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
