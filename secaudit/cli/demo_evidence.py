"""The part of the demo where SSH does not reach: consoles and a collector, and what they change."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from secaudit.cli.login import login_user
from secaudit.cli.session import Session
from secaudit.intake.reconcile import Fate
from secaudit.lab.evidence import read_evidence
from secaudit.messages import msg
from secaudit.model.measurement import Tally
from secaudit.model.plan import Plan
from secaudit.pipeline.import_words import FATES
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.province import Levels, Province
from secaudit.pipeline.sample_evidence import SampleAnswers, SampleImport, answers_of_agency, import_exports
from secaudit.report.format import Format
from secaudit.store import Store

FOLDER = "evidence"
"""In the demo's folder: exports with present moments, the collector, its answers."""
MOST_NAMED = 4


def bring_in(
    session: Session, province: Province, plan: Plan, levels: Levels, store: Store, *, described: Path, workspace: Path
) -> None:
    """Import the exports of consoles and the answers of a collector that ``described`` names."""
    evidence = read_evidence(described)
    folder, who, clock = workspace / FOLDER, login_user(None), partial(datetime.now, UTC)
    for one in import_exports(province, plan, levels, store, evidence, beside=described, folder=folder, who=who, clock=clock):
        _say_import(session, one)
    if evidence.courier is not None:
        answers = answers_of_agency(province, plan, levels, store, evidence.courier, folder=folder, who=who, clock=clock)
        _say_answers(session, answers)


def _say_import(session: Session, one: SampleImport) -> None:
    """How many rows became what, and by name those that prove nothing."""
    found = one.importing.found
    counts = ", ".join(f"{session.text(FATES[fate])} {found.counts[fate]}" for fate in Fate if found.counts.get(fate))
    session.say(
        msg(
            "{file} ({source}, grade B, lab data): {counts}; {absent} declared machines do not stand in it, which proves nothing",
            file=one.path.name,
            source=one.export.source.value,
            counts=counts,
            absent=found.absent,
        )
    )
    for line in found.of(Fate.REFUSED, Fate.AMBIGUOUS, Fate.TOO_OLD)[:MOST_NAMED]:
        if line.reason is not None:
            session.say(msg("  row {row}, {name}: {why}", row=line.row.number, name=line.name, why=line.reason), style="yellow")


def _say_answers(session: Session, answers: SampleAnswers) -> None:
    """Who answered, and what nobody declares."""
    imported = answers.imported
    session.say(
        msg(
            "{file} (collector of {agency}, grade C, lab data): {count} answers kept, {new} of new machines, {refused} refused",
            file=answers.sent.name,
            agency=answers.made.record.agency,
            count=len(imported.placed),
            new=len(imported.newcomers),
            refused=len(imported.refused),
        )
    )


def say_change(session: Session, before: Measured, after: Measured) -> None:
    """What that evidence changed in the figures about machines."""
    show = Format(session.translator.language)
    machines = {target.id for target in after.plan.targets if target.population == "endpoints"}
    pairs = zip(before.measurements, after.measurements, strict=True)
    for number, (old, new) in enumerate(pairs, start=1):
        if new.target in machines:
            earlier, now = _interval(show, old.tally), _interval(show, new.tally)
            session.say(msg("target {number}: from {before} to {after}", number=number, before=earlier, after=now), style="bold")


def _interval(show: Format, tally: Tally) -> str:
    if tally.lower is None or tally.upper is None:
        return "–"
    return f"{show.percent(tally.lower)} – {show.percent(tally.upper)}"
