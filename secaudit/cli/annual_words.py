"""How the annual report and its open points look on the console, and as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.text import Text

from secaudit.cli.session import Session
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.annual_report import AnnualReport, Issue, Office, Row, Severity, Total
from secaudit.report.voice import Voice

MOST_SHOWN = 20
"""Warnings shown without ``--detail``; errors are always shown."""
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_SEVERITIES: Mapping[Severity, Message] = {
    Severity.ERROR: msgc("annual report", "error"),
    Severity.WARNING: msgc("annual report", "to be clarified"),
    Severity.NOTE: msgc("annual report", "note"),
}
_LINES: Mapping[str, Message] = {
    "managed": msgc("annual report", "systems managed"),
    "classified": msgc("annual report", "type determined"),
    "built": msgc("annual report", "dossier built"),
    "appraised": msgc("annual report", "dossier appraised"),
    "approved": msgc("annual report", "level approved"),
    "inspected": msgc("annual report", "approved and inspected periodically"),
}


def print_totals(session: Session, report: AnnualReport) -> None:
    """Section 1 in six lines."""
    title = msg("Form 08 of {year}, figures of {day}", year=str(report.year), day=report.as_of.strftime("%d/%m/%Y"))
    session.out.print(Text(session.text(title), style="bold"))
    for name, words in _LINES.items():
        total: Total = getattr(report.totals, name)
        number = msg("at least {count}", count=total.count) if report.at_least(total) else literal(str(total.count))
        session.out.print(Text(f"  {session.text(words)}: {session.text(number)}"), soft_wrap=True)
    session.out.print(Text(f"  {session.text(_completion(report))}"), soft_wrap=True)
    if report.silent:
        line = msg(
            "{count} of {all} agencies have sent nothing: {names}",
            count=len(report.silent),
            all=report.agencies,
            names=", ".join(office.name for office in report.silent),
        )
        session.out.print(Text(session.text(line)), soft_wrap=True)


def _completion(report: AnnualReport) -> Message:
    end = report.totals.completion
    if end.undated:
        return msg("all approved by: not known, {count} system(s) have no expected day", count=end.undated)
    if end.day is None and report.end_open:
        return msg("all approved: not known for agencies that sent nothing and for state secrets")
    if end.day is None:
        return msg("all approved: nothing waits")
    day = end.day.strftime("%d/%m/%Y")
    return msg("all approved by: not before {day}", day=day) if report.end_open else msg("all approved by: {day}", day=day)


def print_issues(session: Session, issues: Sequence[Issue], *, detail: bool) -> None:
    """By agency, so that one call settles all of its points; what is not shown is counted."""
    for severity in Severity:
        found = [issue for issue in issues if issue.severity is severity]
        shown = found if detail or severity is Severity.ERROR else found[:MOST_SHOWN]
        if not found:
            continue
        heading = f"\n{session.text(_SEVERITIES[severity])} ({len(found)})"
        session.out.print(Text(heading, style=_STYLES[severity]))
        for office, points in groupby(shown, key=lambda issue: issue.office):
            session.out.print(Text(session.text(_office(office)), style="bold"), soft_wrap=True)
            for issue in points:
                _print_issue(session, issue)
        if len(shown) < len(found):
            rest = Counter(issue.part or "–" for issue in found[len(shown) :])
            parts = ", ".join(f"{part}: {count}" for part, count in sorted(rest.items()))
            left = len(found) - len(shown)
            text = msg("and {count} more ({parts}): --detail, or the workbook of a draft (--draft)", count=left, parts=parts)
            session.out.print(Text(session.text(text)), soft_wrap=True)


def _office(office: Office | None) -> Message:
    if office is None:
        return msg("the province itself")
    reached = ", ".join(part for part in (office.contact, office.phone) if part)
    if not reached:
        return msg("{name}: no contact is known", name=office.name)
    return literal(f"{office.name}: {reached}")


def _print_issue(session: Session, issue: Issue) -> None:
    place = f" {place_text(session, issue)}" if issue.part else ""
    named = f"{issue.system}{place}" if issue.system else place.strip()
    lead = f"  {clean(named)}: " if named else "  "
    voice = Voice(session.translator)  # dates as the paper writes them
    session.out.print(Text(f"{lead}{clean(voice.say(issue.message))}"), soft_wrap=True)
    session.out.print(Text(f"    → {clean(voice.say(issue.todo))}", style="dim"), soft_wrap=True)


def place_text(session: Session, issue: Issue) -> str:
    """``column (7)``, ``section 2a``."""
    words = msg("column {part}", part=issue.part) if issue.part.startswith("(") else msg("section {part}", part=issue.part)
    return session.text(words)


def annual_json(session: Session, report: AnnualReport, issues: Sequence[Issue], files: Sequence[Path]) -> dict[str, Any]:
    """The report as docs/json.md describes it."""
    end = report.totals.completion
    return {
        "year": report.year,
        "as_of": report.as_of.isoformat(),
        "period": [day.isoformat() for day in report.period],
        "writable": all(issue.severity is not Severity.ERROR for issue in issues),
        "files": [str(path.resolve()) for path in files],
        "totals": {name: _total_json(report, getattr(report.totals, name)) for name in _LINES},
        "completion": {
            "day": end.day.isoformat() if end.day else None,
            "waiting": end.waiting,
            "undated": end.undated,
            "at_least": report.end_open,
        },
        "agencies": report.agencies,
        "silent": [_office_json(office) for office in report.silent],
        "stopped": report.stopped,
        "former": report.former,
        "state_secret": report.secret,
        "owners": [
            {
                "owner": part.owner.model_dump(mode="json", include=set(type(part.owner).model_fields) - {"designated"}),
                "designated": part.designated.model_dump(mode="json") if part.designated else None,
                "systems": part.systems,
            }
            for part in report.owners
        ],
        "systems": [_row_json(row) for row in report.rows],
        "issues": [
            {
                "rule": issue.rule,
                "severity": issue.severity.value,
                "part": issue.part,
                "system": issue.system or None,
                "message": session.text(issue.message),
                "todo": session.text(issue.todo),
                "call": _office_json(issue.office) if issue.office else None,
            }
            for issue in issues
        ],
    }


def _total_json(report: AnnualReport, total: Total) -> dict[str, Any]:
    return {"count": total.count, "unknown": total.unknown, "at_least": report.at_least(total)}


def _office_json(office: Office) -> dict[str, Any]:
    return {"agency": office.id, "name": office.name, "contact": office.contact, "phone": office.phone}


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "system": row.system,
        "name": row.name,
        "agency": row.office.id if row.office else None,
        "owner": row.owner or None,
        "operator": row.operator or None,
        "level": row.level,
        "state": row.state or None,
        "decision": row.decision or None,
        "regulation": row.regulation or None,
        "approval_expected": row.approval_expected.isoformat() if row.approval_expected else None,
        "plan": row.plan or None,
        "plan_expected": row.plan_expected.isoformat() if row.plan_expected else None,
        "inspected": row.inspected or None,
        "state_secret": row.state_secret,
    }
