"""A comparison of two states, for people and for programs."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from secaudit.cli.measure import COMPACT, tally_json
from secaudit.cli.session import Session
from secaudit.cli.states import interval, print_lines, state_words, titles_of
from secaudit.measure.changes import GRAVEST
from secaudit.messages import Message, clean, msg
from secaudit.model.base import Texts
from secaudit.model.measurement import Tally
from secaudit.model.past import Change, PastState, PastSystem, Turn
from secaudit.model.plan import Plan
from secaudit.model.system import DossierStatus
from secaudit.pipeline.change_words import machine_words
from secaudit.pipeline.comparing import Comparison, SystemChange, TargetChange
from secaudit.pipeline.province import Province
from secaudit.report.format import Format
from secaudit.report.voice import Voice
from secaudit.report.words import decision_word, word
from secaudit.store.states import state_digest

_FIRST = 20
"""Machines of each kind that are named without ``--detail``."""
_STYLE: Mapping[Turn, str] = {Turn.WORSE: "red", Turn.UNKNOWN: "yellow", Turn.BETTER: "green"}


def print_comparison(session: Session, province: Province, plan: Plan, found: Comparison, *, detail: bool) -> None:
    """Figures, then machines by turn, then agencies and systems."""
    before, after = state_words(session, found.before), state_words(session, found.after)
    session.out.print(
        Text(session.text(msg("From {before} to {after}", before=before, after=after)), style="bold"), soft_wrap=True
    )
    for caveat in found.caveats:
        session.say(caveat, style="yellow")
    _print_targets(session, plan, found.targets)
    names = names_of(province)
    for turn in GRAVEST:
        some = [one for one in found.machines if one.turn is turn]
        if some:
            _print_machines(session, province, names, turn, some, detail=detail)
    if not found.machines and found.before.machines and found.after.machines:
        session.out.print(Text(session.text(msg("No machine is other than it was."))))
    if found.sent:
        listed = ", ".join(names.get(agency, agency) for agency in found.sent)
        print_lines(session, [session.text(msg("Sent their data since: {agencies}", agencies=clean(listed)))])
    if found.systems:
        session.out.print(
            Text(
                session.text(
                    msg("Systems"),
                ),
                style="bold",
            )
        )
        print_lines(session, (f"  · {_system_line(session, province, one)}" for one in found.systems))


def names_of(province: Province) -> dict[str, str]:
    """Agency id -> name."""
    return {part.agency.id: part.agency.name for part in province.inventory.agencies}


def _print_targets(session: Session, plan: Plan, targets: tuple[TargetChange, ...]) -> None:
    show, language = Format(session.translator.language), session.translator.language
    titles = titles_of(plan)
    if session.out.width < COMPACT:
        _print_lines(session, titles, targets, show)
        return
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(session.text(msg("Target")), overflow="fold", ratio=3)
    for heading in (msg("Before"), msg("After"), msg("Proven"), msg("Possible")):
        table.add_column(session.text(heading), justify="right", overflow="fold")
    table.add_column(session.text(msg("Decision")), overflow="fold", ratio=2)
    for number, one in enumerate(targets, start=1):
        title = titles[one.target].pick(language) if one.target in titles else one.target
        table.add_row(
            Text(clean(f"{number}. {title}")),
            interval(one.before, show),
            interval(one.after, show),
            *_moved(one, show),
            Text(session.text(_decisions(one))),
        )
    session.out.print(table)


def _print_lines(session: Session, titles: Mapping[str, Texts], targets: tuple[TargetChange, ...], show: Format) -> None:
    """The same for a narrow console: a table would break every word."""
    for number, one in enumerate(targets, start=1):
        title = titles[one.target].pick(session.translator.language) if one.target in titles else one.target
        figures = msg("{before} → {after}", before=interval(one.before, show), after=interval(one.after, show))
        print_lines(session, (f"{number}. {title}", f"   {session.text(figures)}"))
        if one.now is not None:
            print_lines(session, (f"   {session.text(_decisions(one))}",))


def _moved(one: TargetChange, show: Format) -> tuple[Text, Text]:
    """By how much both bounds moved."""
    return _difference(*(None if tally is None else tally.lower for tally in (one.before, one.after)), show=show), _difference(
        *(None if tally is None else tally.upper for tally in (one.before, one.after)), show=show
    )


def _difference(was: Fraction | None, now: Fraction | None, *, show: Format) -> Text:
    if was is None or now is None:
        return Text("–")
    moved = now - was
    if not moved:
        return Text("0")
    sign, style = ("+", "green") if moved > 0 else ("−", "red")
    return Text(f"{sign}{show.percent(abs(moved))}", style=style)


def _decisions(one: TargetChange) -> Message:
    now = decision_word(one.now, overdue=False) if one.now is not None else msg("–")
    if one.was is None or one.was is one.now:
        return now
    return msg("{before} → {after}", before=decision_word(one.was, overdue=False), after=now)


def _print_machines(
    session: Session, province: Province, names: Mapping[str, str], turn: Turn, some: list[Change], *, detail: bool
) -> None:
    show = Format(session.translator.language)
    heading = msg("{turn}: {count} machines", turn=word(turn), count=show.number(len(some)))
    session.out.print(Text(session.text(heading)[:1].upper() + session.text(heading)[1:], style=_STYLE.get(turn, "bold")))
    shown = some if detail else some[:_FIRST]
    print_lines(session, (f"  · {machine_line(session, province, names, one)}" for one in shown))
    if len(some) > len(shown):
        session.say(msg("  and {count} more; --detail names all", count=show.number(len(some) - len(shown))))


def machine_line(session: Session, province: Province, names: Mapping[str, str], one: Change) -> str:
    """A machine and what became of it, in one line."""
    voice = Voice(session.translator)
    said = machine_words(voice, province, one)
    if one.since is not None:
        said = "; ".join((*([said] if said else []), session.text(msg("since {moment}", moment=voice.format.moment(one.since)))))
    place = f"{one.endpoint} ({names.get(one.agency, one.agency)})"
    return f"{place}: {said}" if said else place


def _system_line(session: Session, province: Province, one: SystemChange) -> str:
    system = province.inventory.systems.get(one.system)
    name = system.name if system is not None else one.system
    return f"{name}: {session.text(msg('{before} → {after}', before=_system(one.before), after=_system(one.after)))}"


def _system(one: PastSystem | None) -> Message:
    if one is None:
        return msg("not declared")
    level = msg("level not determined")
    if one.lowest is not None and one.lowest == one.highest:
        level = msg("level {level}", level=str(one.lowest))
    elif one.lowest is not None and one.highest is not None:
        level = msg("level {lowest} to {highest}", lowest=str(one.lowest), highest=str(one.highest))
    status = next((item for item in DossierStatus if item.value == one.dossier), None)
    return level if status is None else msg("{level}, dossier: {status}", level=level, status=word(status))


def comparison_json(session: Session, province: Province, found: Comparison) -> dict[str, Any]:
    """As docs/json.md describes it."""
    names = names_of(province)
    return {
        "before": state_json(found.before),
        "after": state_json(found.after),
        "caveats": [session.text(caveat) for caveat in found.caveats],
        "targets": [_target_json(one) for one in found.targets],
        "counts": {turn.value: sum(1 for one in found.machines if one.turn is turn) for turn in GRAVEST},
        "machines": list(_machines_json(session, province, names, found.machines)),
        "sent": list(found.sent),
        "systems": [
            {"system": one.system, "before": _system_json(one.before), "after": _system_json(one.after)} for one in found.systems
        ],
        "worse": found.worse,
    }


def state_json(state: PastState) -> dict[str, Any]:
    """Which state it is."""
    return {
        "moment": state.moment,
        "basis": state.basis,
        "period": state.period or None,
        "plan": state.plan,
        "inventory_digest": state.inventory_digest or None,
        "catalog_digest": state.catalog_digest or None,
        "chain_head": state.head or None,
        "machines": len(state.machines) or None,
        "digest": state_digest(state) if state.machines else None,
    }


def _target_json(one: TargetChange) -> dict[str, Any]:
    return {
        "target": one.target,
        "before": None if one.before is None else tally_json(one.before),
        "after": None if one.after is None else tally_json(one.after),
        "lower_change": _change(one.before, one.after, "lower"),
        "upper_change": _change(one.before, one.after, "upper"),
        "decision_before": one.was,
        "decision_after": one.now,
    }


def _change(before: Tally | None, after: Tally | None, bound: str) -> Fraction | None:
    was, now = (None if tally is None else getattr(tally, bound) for tally in (before, after))
    return None if was is None or now is None else now - was


def _machines_json(
    session: Session, province: Province, names: Mapping[str, str], machines: Iterable[Change]
) -> Iterable[dict[str, Any]]:
    voice = Voice(session.translator)
    for one in machines:
        yield {
            "machine": one.endpoint,
            "agency": one.agency,
            "agency_name": names.get(one.agency),
            "turn": one.turn,
            "checks": list(one.checks),
            "words": machine_words(voice, province, one) or voice.say(word(one.turn)),
            "protection_before": None if one.protection is None else one.protection[0],
            "protection_after": None if one.protection is None else one.protection[1],
            "since": one.since,
            "beside": [{"turn": turn, "checks": list(checks)} for turn, checks in one.beside],
        }


def _system_json(one: PastSystem | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "agency": one.agency or None,
        "lowest": one.lowest,
        "highest": one.highest,
        "declared": one.declared,
        "dossier": one.dossier or None,
    }
