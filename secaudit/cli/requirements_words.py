"""Systems against the standard, in words for a console of any width."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from secaudit.cli.progress import WIDE
from secaudit.cli.session import Session
from secaudit.measure import UNSTATED
from secaudit.messages import Message, clean, msg
from secaudit.model.assessment import Fulfilment, RequirementResult
from secaudit.model.base import VIETNAM_TIME
from secaudit.pipeline.assessing import Standing, standard_of, waivers_acting
from secaudit.pipeline.measuring import Measured
from secaudit.report.assessment_words import CONFLICTS, LEVEL_FROM
from secaudit.report.voice import Voice
from secaudit.report.words import word

_ORDER = (Fulfilment.MET, Fulfilment.PARTLY, Fulfilment.NOT_MET, Fulfilment.UNKNOWN, Fulfilment.NOT_APPLICABLE)
_STYLES = {Fulfilment.MET: "green", Fulfilment.NOT_MET: "red", Fulfilment.PARTLY: "red"}
MOST_CONFLICTS = 10
"""Contradictions of one kind that are named; JSON and the report's page have all."""


def print_standings(session: Session, measured: Measured, shown: tuple[Standing, ...]) -> None:
    """A line for each system, and what the counts are counted of."""
    voice = Voice(session.translator)
    standard = standard_of(measured)
    day = measured.as_of.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y")
    if standard is not None:
        title = msg("Systems against {standard}, as of {day}", standard=standard.title, day=day)
        session.out.print(Text(clean(voice.say(title)), style="bold"), soft_wrap=True)
    if not shown:
        session.out.print(Text(session.text(msg("no system is to be shown"))))
        return
    wide = session.out.width >= WIDE
    table = Table(box=None if wide else SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(session.text(msg("Information system")), overflow="fold", ratio=1)
    table.add_column(session.text(msg("Level")), justify="right")
    names = _ORDER if wide else ()
    for fulfilment in names:
        table.add_column(session.text(word(fulfilment)), justify="right")
    if not wide:
        table.add_column(" · ".join(session.text(word(one)) for one in _ORDER), justify="right", overflow="fold", ratio=1)
    for heading in (msg("Open"), msg("Rows of the list")):
        table.add_column(session.text(heading), justify="right")
    table.add_column(session.text(msg("Contradictions")), justify="right", overflow="fold")
    for standing in shown:
        table.add_row(*_row(session, voice, standing, wide=wide))
    session.out.print(table)
    _say_basis(session, voice, shown)


def _row(session: Session, voice: Voice, standing: Standing, *, wide: bool) -> list[Text | str]:
    name = Text(clean(standing.name, limit=120)) + Text(f"\n{standing.system}", style="dim")
    assessment = standing.assessment
    if assessment is None:
        why = voice.say(standing.unassessed) if standing.unassessed is not None else ""
        name += Text(f"\n{clean(why)}", style="yellow")
        return [name, "?", *([""] * (len(_ORDER) if wide else 1)), "?", "?", str(len(standing.conflicts) or "")]
    if standing.excused:
        name += Text("\n" + session.text(msg("excused for a time: {count}", count=standing.excused)), style="yellow")
    level = f"{assessment.level}" if assessment.up_to is None else f"{assessment.level}–{assessment.up_to}"
    counts = [voice.format.number(assessment.count(one)) for one in _ORDER]
    shown = [voice.format.number(number) if number is not None else "?" for number in (assessment.open_rows, assessment.rows)]
    return [name, level, *(counts if wide else [" · ".join(counts)]), *shown, str(len(standing.conflicts) or "")]


def _say_basis(session: Session, voice: Voice, shown: tuple[Standing, ...]) -> None:
    """What a reader must know before using the counts."""
    ranges = sum(1 for one in shown if one.assessment is not None and one.assessment.up_to is not None)
    if ranges:
        said = msg(
            "{count} systems have a range of levels: the list of the lowest is taken, a higher one may be asked", count=ranges
        )
        session.out.print(Text(session.text(said), style="yellow"), soft_wrap=True)
    said = msg("Open: rows of the standard's list that no requirement here answers; they are never met.")
    session.out.print(Text(clean(voice.say(said)), style="dim"), soft_wrap=True)
    said = msg("Whether a system complies is decided by the inspection.")
    session.out.print(Text(clean(voice.say(said)), style="dim"), soft_wrap=True)


def print_detail(session: Session, measured: Measured, standing: Standing) -> None:
    """Every requirement of one system with reasons, machines and papers."""
    voice = Voice(session.translator)
    session.out.print(Text(clean(f"\n{standing.name} ({standing.system})"), style="bold"), soft_wrap=True)
    assessment = standing.assessment
    if assessment is None:
        if standing.unassessed is not None:
            _line(session, voice, standing.unassessed, indent=2)
        return
    head = msg("level {level}, {source}; {count} machines: {names}",
               level=assessment.level, source=LEVEL_FROM[assessment.level_from], count=len(assessment.machines),
               names=", ".join(assessment.machines) or "–")  # fmt: skip
    _line(session, voice, head, indent=2)
    for note in assessment.notes:
        _line(session, voice, note, indent=2)
    titles = {check.id: check.title for check in measured.province.catalog.checks.values()}
    for result in assessment.results:
        _print_result(session, voice, result)
        for tally in result.checks:
            if tally.failed or tally.waived:
                title = titles[tally.check].pick(voice.language) if tally.check in titles else tally.check
                names = ", ".join((*tally.failed, *tally.waived))
                advice = tally.check in result.requirement.advice
                failing = (
                    msg("{check} (only advice): {names}", check=title, names=names)
                    if advice
                    else msg("{check}: {names}", check=title, names=names)
                )
                _line(session, voice, failing, indent=8, style="dim")
    if assessment.open_rows or assessment.open_rows is None:
        count: object = assessment.open_rows if assessment.open_rows is not None else "?"
        _line(
            session, voice, msg("{count} further rows of the list are not held here: open", count=count), indent=2, style="yellow"
        )


def _print_result(session: Session, voice: Voice, result: RequirementResult) -> None:
    asked = result.requirement
    answer = Text(session.text(word(result.fulfilment)), style=_STYLES.get(result.fulfilment, "yellow"))
    title = Text(clean(f"  {asked.number:>3}. {asked.title.pick(voice.language)} "))
    if not asked.mandatory:
        title += Text(session.text(msg("(suggested)")) + " ", style="dim")
    if not asked.confirmed:
        title += Text(session.text(msg("(not confirmed)")) + " ", style="dim")
    if result.waived:
        answer += Text(" · " + session.text(msg("excused for a time")), style="yellow")
    session.out.print(title + Text("– ") + answer, soft_wrap=True)
    for reason in result.because:
        paper = asked.manual.asked if reason is UNSTATED and asked.manual is not None else None
        said = reason if paper is None else msg("{said}; asked is: {paper}", said=reason, paper=paper)
        _line(session, voice, said, indent=6)


def print_conflicts(session: Session, shown: tuple[Standing, ...]) -> None:
    """Contradictions by kind, with both sides."""
    voice = Voice(session.translator)
    for kind, heading in CONFLICTS.items():
        found = [(standing, one) for standing in shown for one in standing.conflicts if one.kind == kind]
        if not found:
            continue
        session.out.print(Text(clean(f"{voice.say(heading)} ({len(found)})"), style="bold"), soft_wrap=True)
        for standing, one in found[:MOST_CONFLICTS]:
            both = msg("{system}: {declared} – {found}", system=standing.name, declared=one.declared, found=one.found)
            _line(session, voice, both, indent=2)
        if len(found) > MOST_CONFLICTS:
            more = msg("and {count} more, see --format json or the report", count=len(found) - MOST_CONFLICTS)
            _line(session, voice, more, indent=2, style="dim")


def print_waivers(session: Session, measured: Measured, shown: tuple[Standing, ...]) -> None:
    """Exceptions that act here: what they excuse is not met all the same."""
    voice = Voice(session.translator)
    acting = waivers_acting(measured, shown)
    if acting:
        session.out.print(Text(session.text(msg("Excused for a time")), style="bold"))
    for one, count in acting:
        said = msg("{id}, until {day}, on {count} requirements: {reason} ({approver})",
                   id=one.id, day=one.valid_until, count=count, reason=one.reason, approver=one.approver)  # fmt: skip
        _line(session, voice, said, indent=2)


def _line(session: Session, voice: Voice, said: Message, *, indent: int, style: str = "") -> None:
    session.out.print(Text(" " * indent + clean(voice.say(said)), style=style), soft_wrap=True)
