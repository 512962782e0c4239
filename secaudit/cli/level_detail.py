"""One system's level in full: clauses, answers and readings used, open questions, inheritance, declared beside proposed."""

from collections.abc import Sequence

from rich.text import Text

from secaudit.classify import compare, contradictions
from secaudit.cli.level_words import LEVEL_OPEN, grouped_outcomes, level_words
from secaudit.cli.session import Session
from secaudit.messages import Message, clean, msg
from secaudit.model.level import Classification, Obligation, OpenQuestion
from secaudit.pipeline.province import Levels, Province
from secaudit.pipeline.publish.systems import COMPARISONS, answer_words, question_words, reading_words
from secaudit.report.voice import Voice

_MOST_ANSWERS = 7
"""Printed for one level; kinds of information can be combined in more ways than a person reads."""
STATE_SECRET = msg("state secret: the level as given, not classified here")


def print_detail(
    session: Session, province: Province, levels: Levels, item: Classification, asked: Sequence[OpenQuestion]
) -> None:
    """Everything behind the level, under headings."""
    system = province.inventory.systems[item.system]
    voice = Voice(session.translator)
    session.out.print(Text(clean(f"\n{system.name} ({item.system})"), style="bold"), soft_wrap=True)
    comparison = STATE_SECRET if system.state_secret else COMPARISONS[compare(item, system)]
    declared = str(item.declared) if item.declared is not None else "–"
    _part(session, msg("Level in the dossier: {level} ({comparison})", level=declared, comparison=comparison), [])
    nothing = [] if system.state_secret else [session.text(LEVEL_OPEN)]
    _part(session, msg("Clauses that match (✓) or may match (?)"), _clauses(session, levels, item) or nothing)
    _part(
        session,
        msg("Answers used"),
        [
            f"{voice.say(question_words(levels.rules, name))} {voice.say(answer_words(value))}  [{name} = {value}]"
            for name, value in item.inputs
        ],
    )
    _part(session, msg("Readings used"), [_reading(session, voice, province, levels, used) for used in item.readings])
    _part(
        session,
        msg("Questions to ask"),
        [line for one in asked for line in _question(session, voice, levels, one)],
    )
    _part(
        session,
        msg("What the decree asks beside the level"),
        [_obligation(session, voice, one) for one in item.obligations],
    )
    raised = [f"{clean(province.inventory.systems[name].name)} ({name})" for name in item.inherited_from]
    label = levels.rules.inheritance.pick(session.translator.language)
    _part(session, msg("Raised by components: {rule}", rule=label), raised)
    _part(session, msg("Answers that contradict each other"), [session.text(message) for message in contradictions(system)])
    waiting = [f"{one.id}: {voice.say(one.pending)}" for one in levels.rules.clauses if one.pending and one.id in item.pending]
    _part(session, msg("Clauses that cannot be applied yet"), ["; ".join(waiting)] if waiting else [])


def _part(session: Session, heading: Message, lines: list[str]) -> None:
    """A heading with its lines; a heading without lines says everything itself, or has nothing to say."""
    if not lines and "level" not in heading.params:
        return
    session.out.print(Text(f"  {session.text(heading)}", style="cyan"), soft_wrap=True)
    for line in lines:
        session.out.print(Text(clean(f"    {line}")), soft_wrap=True)


def _clauses(session: Session, levels: Levels, item: Classification) -> list[str]:
    titles = {clause.id: clause.title.pick(session.translator.language) for clause in levels.rules.clauses}
    lines = []
    for match in item.matches:
        sign = "✓" if match.matches else "?"
        open_inputs = session.text(msg(" (depends on: {inputs})", inputs=", ".join(match.missing))) if match.missing else ""
        level = session.text(msg("level {level}", level=match.level))
        lines.append(f"{sign} {match.clause}, {level}: {titles.get(match.clause, '')}{open_inputs}")
    return lines


def _reading(session: Session, voice: Voice, province: Province, levels: Levels, used: str) -> str:
    """Question, choice, and the paper that fixed it."""
    name = used.partition("=")[0]
    text = f"{voice.say(reading_words(levels.rules, used))}  [{used}]"
    for fixed in province.inventory.province.interpretations:
        if fixed.id == name:
            paper = [fixed.document or "", fixed.date.strftime("%d/%m/%Y") if fixed.date else "", fixed.signer or ""]
            text += session.text(msg("; fixed by: {paper}", paper=", ".join(part for part in paper if part) or "province.yaml"))
    return text


def _question(session: Session, voice: Voice, levels: Levels, one: OpenQuestion) -> list[str]:
    """The question, who answers it, and under it what each answer would mean."""
    asked = msg("the province answers") if one.question.who == "province" else msg("the agency answers")
    lines = [f"{voice.say(one.question.text)} ({session.text(asked)})"]
    for levels_text, answers in grouped_outcomes(levels.rules, one):
        said = [voice.say(answer) for answer in answers[:_MOST_ANSWERS]]
        if len(answers) > _MOST_ANSWERS:
            said.append(session.text(msg("{count} more combinations", count=len(answers) - _MOST_ANSWERS)))
        lines.append(f"  → {session.text(level_words(levels_text))}: {'; '.join(said)}")
    return lines


def _obligation(session: Session, voice: Voice, one: Obligation) -> str:
    at_least = "" if one.at_least is None else session.text(msg(" (at least level {level})", level=one.at_least))
    return f"{one.clause}: {voice.say(one.title)}{at_least}"
