"""The plan and the findings as JUnit XML: what a build server shows as a list of tests.

One suite for the plan with a case for each target, then one suite for each agency with a case for each check that applies to some
machine of it: a case for each machine would be two million, which no build server opens. A case fails when a machine fails, names
the machines, and is skipped (never passed) while a machine of it is unknown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from secaudit.messages import Message, clean, msg
from secaudit.model.finding import Verdict
from secaudit.model.measurement import Decision
from secaudit.report.document import CheckRow
from secaudit.report.findings import About, FindingRow, MachineFindings, TargetLine, harmless
from secaudit.report.texts import Wording
from secaudit.report.voice import Voice
from secaudit.report.words import word

MOST_NAMED = 20
"""Machines named in one case; the count is always given."""
_TEXT_LIMIT = 2000


@dataclass(slots=True)
class _Tally:
    """What one check says of the machines of one agency."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    excused: int = 0
    unknown: list[str] = field(default_factory=list)
    reasons: dict[str, None] = field(default_factory=dict)
    defects: dict[str, None] = field(default_factory=dict)

    def add(self, machine: str, row: FindingRow) -> None:
        """Count what the check says of one machine."""
        if row.defect:
            self.defects[row.defect] = None
        if row.verdict is Verdict.FAIL:
            self.failed.append(machine)
            self.excused += row.excused_until is not None
        elif row.verdict is Verdict.PASS:
            self.passed += 1
        else:
            self.unknown.append(machine)
            self.reasons.update(dict.fromkeys(row.reasons or (row.verdict.value,)))

    @property
    def total(self) -> int:
        """Machines it applies to."""
        return self.passed + len(self.failed) + len(self.unknown)


@dataclass(frozen=True, slots=True)
class _Case:
    group: str
    name: str
    element: str = ""
    """``failure``, ``error``, ``skipped``, or empty for one that passed."""
    message: str = ""
    body: str = ""


def write_junit(
    about: About, targets: Iterable[TargetLine], machines: Iterable[MachineFindings], file: BinaryIO, voice: Voice
) -> None:
    """The whole file, an agency in memory at a time; machines of one agency must follow each other."""
    name = _said(voice, msg("{plan}, as of {day}", plan=about.plan, day=about.as_of))
    file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={_quoted(name)}>\n'.encode())
    _write_suite(file, about, about.plan, [_target(target, voice) for target in targets], {"province": about.province})
    for (agency, title), members in groupby(map(harmless, machines), key=lambda one: (one.agency, one.agency_name)):
        tallies = _tallies(members)
        cases = [_check(check, tallies[check.id], voice) for check in about.checks if check.id in tallies]
        _write_suite(file, about, title, cases, {"agency": agency})
    file.write(b"</testsuites>\n")


def _tallies(machines: Iterable[MachineFindings]) -> dict[str, _Tally]:
    found: dict[str, _Tally] = {}
    for machine in machines:
        for row in machine.findings:
            if row.verdict is not Verdict.NOT_APPLICABLE:
                found.setdefault(row.check, _Tally()).add(machine.id, row)
    return found


def _target(target: TargetLine, voice: Voice) -> _Case:
    said = voice.say(word(target.decision))
    counts = msg(
        "{decision}: {interval}, asked {asked}; proven {proven}, disproven {disproven}, unknown {unknown}",
        decision=said, interval=target.interval, asked=target.asked,
        proven=target.proven, disproven=target.disproven, unknown=target.unknown,
    )  # fmt: skip
    element = {Decision.MET: "", Decision.MISSED: "failure"}.get(target.decision, "skipped")
    name = f"{target.number}. {_said(voice, target.title)}"
    body = "\n".join(_said(voice, blocker) for blocker in target.blockers)
    return _Case("plan", name, element, _said(voice, counts), body)


def _check(check: CheckRow, tally: _Tally, voice: Voice) -> _Case:
    title = f"{check.id}: {_said(voice, check.title)}"
    group = check.id.partition(".")[0]
    if tally.defects:
        told = msg("defect of the check: {defect}", defect="; ".join(tally.defects))
        return _Case(group, title, "error", _said(voice, told), _named(tally.unknown))
    if tally.failed:
        return _Case(group, title, "failure", _said(voice, _failed(tally)), _named(tally.failed))
    if tally.unknown:
        told = msg(
            "unknown on {count} of {all} machines: {reasons}",
            count=len(tally.unknown), all=tally.total, reasons=", ".join(tally.reasons),
        )  # fmt: skip
        return _Case(group, title, "skipped", _said(voice, told), "")
    return _Case(group, title)


def _failed(tally: _Tally) -> Message:
    said = msg(
        "{count} of {all} machines fail, {unknown} unknown", count=len(tally.failed), all=tally.total, unknown=len(tally.unknown)
    )
    return msg("{said}; {count} excused for a time", said=said, count=tally.excused) if tally.excused else said


def _named(machines: list[str]) -> str:
    more = [f"+{len(machines) - MOST_NAMED}"] if len(machines) > MOST_NAMED else []
    return "\n".join([*machines[:MOST_NAMED], *more])


def _write_suite(file: BinaryIO, about: About, name: str, cases: list[_Case], properties: dict[str, str]) -> None:
    count = {kind: sum(case.element == kind for case in cases) for kind in ("failure", "error", "skipped")}
    moment = about.as_of.replace(tzinfo=None, microsecond=0).isoformat()
    file.write(
        (
            f' <testsuite name={_quoted(name)} tests="{len(cases)}" failures="{count["failure"]}" errors="{count["error"]}"'
            f' skipped="{count["skipped"]}" timestamp="{moment}" time="0">\n  <properties>\n'
        ).encode()
    )
    file.writelines(f"   <property name={_quoted(key)} value={_quoted(value)}/>\n".encode() for key, value in properties.items())
    file.write(b"  </properties>\n")
    file.write("".join(_lines(cases)).encode())
    file.write(b" </testsuite>\n")


def _lines(cases: Iterable[_Case]) -> Iterator[str]:
    for case in cases:
        opening = f'  <testcase classname={_quoted(case.group)} name={_quoted(case.name)} time="0"'
        if not case.element:
            yield f"{opening}/>\n"
        else:
            inner = f"<{case.element} message={_quoted(case.message)}>{escape(case.body)}</{case.element}>"
            yield f"{opening}>{inner}</testcase>\n"


def _said(voice: Voice, wording: Wording) -> str:
    return " ".join(clean(voice.say(wording), limit=_TEXT_LIMIT).split())


def _quoted(text: str) -> str:
    """An attribute's value: cleaned, so that nothing in it is illegal in XML."""
    return quoteattr(" ".join(clean(text, limit=_TEXT_LIMIT).split()))
