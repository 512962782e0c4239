"""``secaudit classify --what-if``: what would come and go if some answers were other ones. Nothing is written."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rich.table import Table
from rich.text import Text

from secaudit.classify import compare, contradictions
from secaudit.cli.level_words import grouped_outcomes, level_text, level_words
from secaudit.cli.output import print_json
from secaudit.cli.session import Session
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.level import Classification, Obligation
from secaudit.model.procedure import Authority
from secaudit.model.requirement import Requirement
from secaudit.pipeline.level_effects import Moved, levels_asked
from secaudit.pipeline.province import Levels, Province
from secaudit.pipeline.publish.systems import COMPARISONS
from secaudit.pipeline.what_if import WhatIf
from secaudit.report.voice import Voice

ASKED = {
    "no": msgc("what if", "not asked"),
    "maybe": msgc("what if", "depends on the level"),
    "yes": msgc("what if", "asked"),
}
_MOST_MACHINES = 10


def print_what_if(session: Session, province: Province, levels: Levels, found: WhatIf, day: date) -> None:
    """Now and then side by side, then everything that comes or goes."""
    voice = Voice(session.translator)
    before, after = found.before, found.after
    system = province.inventory.systems[before.system]
    given = ", ".join(f"{name}={_written(value)}" for name, value in _given(found))
    title = msg("{name} ({id}) if {changes}", name=literal(clean(system.name)), id=before.system, changes=literal(clean(given)))
    session.out.print(Text(session.text(title), style="bold"), soft_wrap=True)
    table = Table()
    for heading in (literal(""), msgc("what if", "now"), msgc("what if", "then")):
        table.add_column(session.text(heading), overflow="fold")
    for label, was, now in _rows(found, before, after):
        table.add_row(session.text(label), voice.say(was), voice.say(now))
    session.out.print(table)
    _obligations(session, voice, before.obligations, after.obligations)
    was, now = levels_asked(before), levels_asked(after)
    requirements = found.effects.requirements(was, now)
    if found.effects.standard is not None:
        heading = msg("Requirements of {act} that come or go: {count}", act=found.effects.standard.act, count=len(requirements))
        lines = [
            f"{_moved(session, one)}  {_requirement(session, voice, found.effects.requirement(one.id))}" for one in requirements
        ]
        lines += [session.text(_open_rows(level, rows)) for level, rows in found.effects.open_rows({*was, *now}).items()]
        _part(session, heading, lines)
    checks = found.effects.checks(was, now)
    titles = province.catalog.checks
    lines = [f"{_moved(session, one)}  {voice.say(titles[one.id].title)}" for one in checks]
    lines += [
        f"{one.check}: {one.parameter} {_values(one.before)} → {_values(one.after)}" for one in found.effects.values(was, now)
    ]
    _part(session, msg("Checks on its machines that come, go or ask for other values: {count}", count=len(lines)), lines)
    _beside(session, voice, province, levels, found)
    for source in (levels.rules, found.effects.standard):
        if source is not None:
            line = msg("{rules}: {source}", rules=literal(source.id), source=literal(source.source))
            session.out.print(Text(clean(session.text(line)), style="dim"), soft_wrap=True)
    session.out.print(
        Text(session.text(msg("A proposal by {rules}; the appraisal decides.", rules=literal(levels.rules.id)))), soft_wrap=True
    )
    text = msg("As of {day}. Nothing was written.", day=day.strftime("%d/%m/%Y"))
    session.out.print(Text(session.text(text)), soft_wrap=True)


def _rows(found: WhatIf, before: Classification, after: Classification) -> Iterable[tuple[Message, Any, Any]]:
    yield msg("Level"), literal(level_text(before)), literal(level_text(after))
    yield msg("Clauses"), literal(_clauses(before)), literal(_clauses(after))
    was, now = (found.effects.authorities(item.possible) for item in (before, after))
    yield msg("Appraises"), _authorities(was, approving=False), _authorities(now, approving=False)
    yield msg("Approves"), _authorities(was, approving=True), _authorities(now, approving=True)
    yield msg("Dossier"), COMPARISONS[compare(before)], COMPARISONS[compare(after)]


def _clauses(item: Classification) -> str:
    return ", ".join(f"{match.clause}{'' if match.matches else '?'}" for match in item.matches) or "–"


def _authorities(found: Sequence[Authority], *, approving: bool) -> Message:
    parts = tuple(
        msg(
            "level {levels}: {who} ({clause})",
            levels=literal(", ".join(str(level) for level in one.levels)),
            who=one.approver if approving else one.appraiser,
            clause=literal(one.clause) if one.confirmed else msg("{clause}, not confirmed", clause=literal(one.clause)),
        )
        for one in found
    )
    return Message("{parts}", {"parts": parts}) if parts else literal("–")


def _given(found: WhatIf) -> list[tuple[str, object]]:
    return [*found.changes.fields.items(), *((f"reading.{name}", choice) for name, choice in found.changes.readings.items())]


def _written(value: object) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return "" if value is None else str(value)


def _moved(session: Session, one: Moved) -> str:
    sign = "+" if (one.before, one.after) in (("no", "yes"), ("no", "maybe"), ("maybe", "yes")) else "−"
    return f"{sign} {one.id} ({session.text(ASKED[one.before])} → {session.text(ASKED[one.after])})"


def _requirement(session: Session, voice: Voice, one: Requirement) -> str:
    return voice.say(one.title) + ("" if one.confirmed else session.text(msg(" (not confirmed)")))


def _open_rows(level: int, rows: int | None) -> Message:
    """What is not held of a list may ask what is shown as going."""
    if rows is None:
        return msg("Nobody counted the list of level {level}: more may be asked there than is held here", level=level)
    return msg("{rows} rows of the list of level {level} are not held here and are asked too", rows=rows, level=level)


def _values(values: Sequence[object]) -> str:
    return " | ".join(str(value) for value in values)


def _obligations(session: Session, voice: Voice, before: Sequence[Obligation], after: Sequence[Obligation]) -> None:
    lines = []
    for sign, these, those in (("+", after, before), ("−", before, after)):
        for one in these:
            if one not in those:
                at_least = "" if one.at_least is None else session.text(msg(" (at least level {level})", level=one.at_least))
                lines.append(f"{sign} {one.clause}: {voice.say(one.title)}{at_least}")
    _part(session, msg("Obligations that come or go: {count}", count=len(lines)), lines)


def _beside(session: Session, voice: Voice, province: Province, levels: Levels, found: WhatIf) -> None:
    names = province.inventory.systems
    lines = [
        f"{clean(names[was.system].name)} ({was.system}): {level_text(was)} → {level_text(now)}" for was, now in found.others
    ]
    _part(session, msg("Other systems whose level changes with it: {count}", count=len(lines)), lines)
    machines = [f"{name}: {was or '?'} → {now or '?'}" for name, (was, now) in sorted(found.machines.items())]
    rest = len(machines) - _MOST_MACHINES
    shown = machines[:_MOST_MACHINES] + ([session.text(msg("and {count} more", count=rest))] if rest > 0 else [])
    _part(session, msg("Machines whose level changes: {count}", count=len(machines)), shown)
    lines = []
    for question in found.questions:
        lines.append(voice.say(question.question.text))
        for text, answers in grouped_outcomes(levels.rules, question):
            lines.append(f"  → {session.text(level_words(text))}: {'; '.join(voice.say(answer) for answer in answers[:7])}")
    _part(session, msg("Questions that would be open then: {count}", count=len(found.questions)), lines)
    wrong = [session.text(message) for message in contradictions(found.system)]
    _part(session, msg("Answers that would contradict each other: {count}", count=len(wrong)), wrong)


def _part(session: Session, heading: Message, lines: Sequence[str]) -> None:
    if not lines:
        return
    session.out.print(Text(session.text(heading), style="cyan"), soft_wrap=True)
    for line in lines:
        session.out.print(Text(clean(f"  {line}")), soft_wrap=True)


def print_what_if_json(session: Session, levels: Levels, found: WhatIf, day: date) -> None:
    """The same as docs/json.md describes it."""
    language = session.translator.language
    was, now = levels_asked(found.before), levels_asked(found.after)
    requirements, checks = found.effects.requirements(was, now), found.effects.checks(was, now)
    print_json(
        "what-if",
        {
            "as_of": day.isoformat(),
            "rule_set": levels.rules.id,
            "system": found.before.system,
            "changes": dict(_given(found)),
            "before": _item_json(found, found.before, language),
            "after": _item_json(found, found.after, language),
            "standard": found.effects.standard.id if found.effects.standard else None,
            "requirements": [{"id": one.id, "before": one.before, "after": one.after} for one in requirements],
            "open_rows": {str(level): rows for level, rows in found.effects.open_rows({*was, *now}).items()},
            "checks": [{"id": one.id, "before": one.before, "after": one.after} for one in checks],
            "values": [
                {"check": one.check, "parameter": one.parameter, "before": list(one.before), "after": list(one.after)}
                for one in found.effects.values(was, now)
            ],
            "systems": [
                {"system": a.system, "before": _range_json(a), "after": _range_json(b)} for a, b in found.others
            ],
            "machines": {name: {"before": a, "after": b} for name, (a, b) in sorted(found.machines.items())},
            "questions": [
                {"input": one.name, "who": one.question.who, "text": one.question.text.pick(language)} for one in found.questions
            ],
            "contradictions": [session.text(message) for message in contradictions(found.system)],
        },
    )  # fmt: skip


def _range_json(item: Classification) -> dict[str, Any]:
    return {"level": item.level, "lowest": item.lowest, "highest": item.highest, "possible": list(item.possible)}


def _item_json(found: WhatIf, item: Classification, language: str) -> dict[str, Any]:
    return {
        **_range_json(item),
        "clauses": [{"clause": match.clause, "level": match.level, "matches": match.matches} for match in item.matches],
        "comparison": compare(item),
        "obligations": [
            {"clause": one.clause, "at_least": one.at_least, "text": one.title.pick(language)} for one in item.obligations
        ],
        "authorities": [
            {
                "levels": list(one.levels),
                "appraiser": one.appraiser.pick(language),
                "approver": one.approver.pick(language),
                "clause": one.clause,
                "confirmed": one.confirmed,
            }
            for one in found.effects.authorities(item.possible)
        ],
    }
