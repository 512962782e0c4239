"""A re-check for people and for programs."""

from typing import Any

from rich.table import Table
from rich.text import Text

from secaudit.cli.session import Session
from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.outcome import Sight
from secaudit.model.recheck import Agreement, MachineRecheck, Recheck, RecheckReport
from secaudit.pipeline.rechecking import bounds
from secaudit.report.recheck_words import recheck_sentences
from secaudit.report.words import word

_RESULTS: dict[Recheck, Message] = {
    Recheck.AGREES: msgc("recheck", "agrees"),
    Recheck.DIFFERS: msgc("recheck", "differs"),
    Recheck.NOTHING_COMPARABLE: msgc("recheck", "not re-checked: nothing to compare"),
    Recheck.NOT_SEEN: msgc("recheck", "not re-checked: not seen"),
}
_STYLES = {Recheck.AGREES: "green", Recheck.DIFFERS: "red"}
_MOST_DIFFERENCES = 4
"""Facts that one row of the table names."""


def print_recheck(session: Session, report: RecheckReport) -> None:
    """The sentence of the report, then every machine drawn: those that differ first."""
    draw = report.draw
    table = Table(title=session.text(msg("Re-check in run {number}", number=draw.run)))
    for heading in (msg("Endpoint"), msg("Grade"), msg("Result"), msg("Same"), msg("Differs"), msg("What differs")):
        table.add_column(session.text(heading), overflow="fold")
    for machine in sorted(report.machines, key=lambda one: (one.result is not Recheck.DIFFERS, one.result, one.endpoint)):
        table.add_row(
            Text(clean(machine.endpoint)),
            machine.grade.value,
            Text(_result(session, machine), style=_STYLES.get(machine.result, "yellow")),
            str(machine.count(Agreement.SAME)),
            str(machine.count(Agreement.DIFFERS)),
            Text(_differences(machine)),
        )
    if report.machines:
        session.out.print(table)
    for sentence in recheck_sentences(report, *bounds(report)):
        session.say(sentence)


def _result(session: Session, machine: MachineRecheck) -> str:
    text = session.text(_RESULTS[machine.result])
    if machine.result is Recheck.NOT_SEEN:
        text += f" ({session.text(word(machine.sight or Sight.NOT_ASKED))})"
    return text + (session.text(msgc("mark", " (lab data)")) if machine.lab else "")


def _differences(machine: MachineRecheck) -> str:
    found = [f"{fact.name}: {fact.detail}" for fact in machine.facts if fact.agreement is Agreement.DIFFERS]
    shown = [clean(text, limit=160) for text in found[:_MOST_DIFFERENCES]]
    return "\n".join(shown + (["…"] if len(found) > _MOST_DIFFERENCES else []))


def recheck_json(report: RecheckReport) -> dict[str, Any]:
    """A re-check as docs/json.md describes it."""
    draw = report.draw
    least, most = bounds(report)
    return {
        "run": draw.run,
        "finished": report.finished,
        "drawn_at": draw.at,
        "seed": draw.seed,
        "seed_given": draw.seed_given,
        "asked": draw.asked,
        "scope": draw.scope,
        "population": len(draw.population),
        "out_of_reach": draw.out_of_reach,
        "drawn": draw.size,
        "checked": report.checked,
        "not_checked": draw.size - report.checked,
        "different": [machine.endpoint for machine in report.different],
        "lab": sum(machine.lab for machine in report.machines),
        "may_differ": {"least": least, "most": most, "confidence": "0.95"},
        "drawn_from": [{"endpoint": one.endpoint, "outcome": one.outcome} for one in draw.population],
        "machines": [_machine_json(machine) for machine in report.machines],
    }


def _machine_json(machine: MachineRecheck) -> dict[str, Any]:
    return {
        "endpoint": machine.endpoint,
        "grade": machine.grade,
        "result": machine.result,
        "sight": machine.sight,
        "before": machine.before,
        "before_at": machine.before_at,
        "after": machine.after,
        "after_at": machine.after_at,
        "lab": machine.lab,
        "facts": [
            {"fact": one.name, "agreement": one.agreement, "before": one.before, "after": one.after, "detail": one.detail}
            for one in machine.facts
        ],
    }
