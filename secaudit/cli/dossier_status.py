"""``secaudit dossier status``: where the decision on each system's level stands, what runs, what is overdue, what is owed."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from secaudit.cli.days import parse_day
from secaudit.cli.exits import verdict_code
from secaudit.cli.language import N_
from secaudit.cli.law_words import COUNTING, DECIDES, STEPS, UNCONFIRMED, day_text, doubtful_day, left_text, words
from secaudit.cli.level_words import range_text
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.session import (
    AsOfOption,
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    checks_folder,
    inventory_folder,
    session_of,
)
from secaudit.cli.tree import Command, application
from secaudit.messages import Message, clean, msg
from secaudit.model.base import Texts, day_in_vietnam
from secaudit.model.decision import DecisionChain, TimeLimit
from secaudit.model.system import DossierStatus
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.decision_chains import Chains, chains
from secaudit.pipeline.province import Province, classify_province, load_province
from secaudit.report.format import clause_text

_DETAILED = 5
"""Up to as many systems everything is said about each; of more, what they have in common stands once."""
_SHARED = frozenset({"regulation_not_on_record"})
"""Cautions that are the same for many."""

app = application()


@app.callback()
def _group() -> None:
    """Nothing is common to all."""


@app.command("status", cls=Command, help=N_("Where each level dossier stands: who decides, what is due, what is owed."))
def status(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    system: Annotated[
        list[str] | None, typer.Option("--system", metavar="ID", help=N_("Only this system (may be repeated)."))
    ] = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only systems of this agency (may be repeated)."))
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help=N_("Only systems with something overdue."))] = False,
    as_of: Annotated[str | None, AsOfOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 4 while something is not on record, 3 when something is overdue, 0 otherwise: over the systems that were asked for."""
    session = session_of(context)
    day = parse_day(as_of) if as_of else day_in_vietnam(datetime.now(UTC))
    province = load_province(inventory_folder(inventory), checks_folder(checks), None).on(day)
    found = chains(province, classify_province(province, day), day)
    asked = _asked(province, found, system, agency)
    shown = [name for name in asked if not overdue or found.chains[name].overdue]
    shown.sort(key=lambda name: not found.chains[name].overdue)
    if output is OutputFormat.JSON:
        print_json("dossier-status", _json(session, province, found, shown))
    else:
        _print(session, province, found, shown)
    late = any(found.chains[name].overdue for name in asked)
    unknown = sum(found.unsettled(name) for name in asked)
    raise typer.Exit(verdict_code(failures=late, unknown=unknown, total=len(asked)))


def _asked(province: Province, found: Chains, systems: Sequence[str] | None, agencies: Sequence[str] | None) -> list[str]:
    owners = province.inventory.owner_of_system
    require_known(msg("system in use or being built"), systems, found.chains)
    require_known(msg("agency"), agencies, {file.agency.id for file in province.inventory.agencies})
    return [name for name in found.chains if (not systems or name in systems) and (not agencies or owners.get(name) in agencies)]


def _print(session: Session, province: Province, found: Chains, shown: Sequence[str]) -> None:
    title = msg(
        "Level dossiers as of {day}, reporting period until {end}", day=day_text(found.day), end=day_text(found.period[1])
    )
    _line(session, session.text(title), style="bold")
    for action in found.actions:
        _line(session, f"! {session.text(action.text)} [{clause_text(action.clause)}]: {', '.join(action.systems)}")
    detailed = len(shown) <= _DETAILED
    if not detailed:
        _print_shared(session, found, shown)
    quiet = [name for name in shown if not detailed and _quiet(session, found, found.chains[name])]
    for name in shown:
        if name not in quiet:
            _print_system(session, province, found, name, detailed=detailed)
    if quiet:
        _line(
            session,
            "\n"
            + session.text(msg("Approved, nothing else to say ({count}): {names}", count=len(quiet), names=", ".join(quiet))),
        )
    if not shown:
        _line(session, session.text(msg("No system to show.")))
    _print_foot(session, province, found)


def _print_shared(session: Session, found: Chains, shown: Sequence[str]) -> None:
    """What many systems have in common stands once, above them."""
    owing = Counter(limit for name in shown for limit in found.chains[name].owed)
    for limit, count in sorted(owing.items(), key=lambda one: (one[0].due or date.max, one[0].id)):
        _line(session, session.text(msg("Owed by {count} systems: {what}", count=count, what=_limit(session, found, limit))))
    warned = [one for name in shown for one in found.chains[name].cautions if one.kind in _SHARED]
    for text, clause in dict.fromkeys((session.text(one.text), one.clause) for one in warned):
        count = sum(session.text(one.text) == text for one in warned)
        _line(session, session.text(msg("{count} systems: {what}", count=count, what=f"{text} [{clause_text(clause)}]")))


def _print_system(session: Session, province: Province, found: Chains, name: str, *, detailed: bool) -> None:
    chain = found.chains[name]
    _line(session, f"\n{name}: {clean(province.inventory.systems[name].name, limit=200)}", style="bold")
    level = range_text(chain.levels[0] if chain.levels and chain.proven else None, None, chain.levels)
    step = "" if name in found.state_secret else f" · {session.text(STEPS[chain.status])}"
    _line(session, f"  {session.text(msg('level {level}', level=level))}{step}")
    if name not in found.state_secret and (chain.status is not DossierStatus.APPROVED or detailed):
        _line(session, f"  {_offices(session, chain)}")
        for note in chain.authority_notes if detailed else ():
            _line(session, f"  ({words(session, note)})")
    for line in _lines(session, found, chain, detailed=detailed):
        _line(session, f"  {line}")


def _quiet(session: Session, found: Chains, chain: DecisionChain) -> bool:
    return chain.status is DossierStatus.APPROVED and not _lines(session, found, chain, detailed=False)


def _line(session: Session, text: str, *, style: str = "") -> None:
    session.out.print(Text(text, style=style), soft_wrap=True)


def _print_foot(session: Session, province: Province, found: Chains) -> None:
    procedures = [one for one in province.catalog.law.procedures if one.id in {chain.act for chain in found.chains.values()}]
    notes = [Message(DECIDES.text, {"acts": "; ".join(one.act for one in procedures)}), COUNTING]
    if not found.announced:
        notes.append(msg("The days off of this period are not all announced: days may still move."))
    notes.extend(msg("{act}: {source}", act=one.act, source=one.source) for one in procedures)
    session.out.print()
    for note in notes:
        _line(session, session.text(note), style="dim")


def _offices(session: Session, chain: DecisionChain) -> str:
    open_ = msg("open while the level is open")
    text = msg(
        "appraises: {appraiser}; approves: {approver}",
        appraiser=words(session, chain.appraiser) or open_,
        approver=words(session, chain.approver) or open_,
    )
    if chain.declared_appraiser is not None:
        text = msg("{required}; declared appraiser: {office}", required=text, office=chain.declared_appraiser)
    clauses = ", ".join(clause_text(one) for one in chain.authority_clause.split(", ") if one)
    doubt = "" if chain.authority_confirmed else " " + session.text(UNCONFIRMED)
    return session.text(text) + (f" [{clauses}]" if clauses else "") + doubt


def _lines(session: Session, found: Chains, chain: DecisionChain, *, detailed: bool) -> list[str]:
    """Limits, the last day for handing in, cautions, what is owed."""
    lines = [_limit(session, found, limit) for limit in chain.limits]
    if (text := _submission(found, chain)) is not None:
        lines.append(session.text(text))
    for caution in chain.cautions:
        if detailed or caution.kind not in _SHARED:
            cited = f" [{clause_text(caution.clause)}]" if caution.clause else ""
            lines.append(f"! {session.text(caution.text)}{cited}")
    if detailed:
        lines.extend(_limit(session, found, limit) for limit in chain.owed)
    return lines


def _submission(found: Chains, chain: DecisionChain) -> Message | None:
    """The last day for handing in, beside the day on which it was handed in."""
    if chain.last_submission is None:
        return None
    last = doubtful_day(chain.last_submission, chain.last_submission_careful)
    handed_in = chain.submitted_on
    if handed_in is not None:
        if handed_in <= chain.last_submission:
            return msg("handed in on {on}; last submission for this period: {day}", on=day_text(handed_in), day=last)
        return msg("handed in on {on}, after the last submission for this period: {day}", on=day_text(handed_in), day=last)
    if chain.last_submission < found.day:
        return msg("last submission for this period was {day}", day=last)
    return msg("last submission for this period: {day}", day=last)


def _limit(session: Session, found: Chains, limit: TimeLimit) -> str:
    doubt = "" if limit.confirmed else " " + session.text(UNCONFIRMED)
    return f"{words(session, limit.title)}: {session.text(left_text(found, limit))} [{clause_text(limit.clause)}]{doubt}"


def _json(session: Session, province: Province, found: Chains, shown: Sequence[str]) -> dict[str, Any]:
    return {
        "as_of": found.day.isoformat(),
        "period": [found.period[0].isoformat(), found.period[1].isoformat()],
        "holidays_complete": found.announced,
        "actions": [
            {"kind": one.kind, "text": session.text(one.text), "clause": one.clause, "systems": list(one.systems)}
            for one in found.actions
        ],
        "systems": [_chain_json(session, province, found, name) for name in shown],
    }


def _chain_json(session: Session, province: Province, found: Chains, name: str) -> dict[str, Any]:
    chain = found.chains[name]
    return {
        "system": name,
        "name": province.inventory.systems[name].name,
        "owner": province.inventory.owner_of_system.get(name),
        "status": chain.status,
        "act": chain.act,
        "levels": list(chain.levels),
        "proven": chain.proven,
        "appraiser": _texts(session, chain.appraiser),
        "approver": _texts(session, chain.approver),
        "authority_clause": chain.authority_clause,
        "authority_confirmed": chain.authority_confirmed,
        "declared_appraiser": chain.declared_appraiser,
        "submitted_on": _iso(chain.submitted_on),
        "limits": [limit_json(session, found, limit) for limit in chain.limits],
        "owed": [limit_json(session, found, limit) for limit in chain.owed],
        "cautions": [{"kind": one.kind, "text": session.text(one.text), "clause": one.clause} for one in chain.cautions],
        "last_submission": _iso(chain.last_submission),
        "last_submission_careful": _iso(chain.last_submission_careful),
        "unsettled": found.unsettled(name),
    }


def limit_json(session: Session, found: Chains, limit: TimeLimit) -> dict[str, Any]:
    """One limit as docs/json.md describes it."""
    return {
        "id": limit.id,
        "title": words(session, limit.title),
        "clause": limit.clause,
        "state": limit.state,
        "since": _iso(limit.since),
        "days": limit.days,
        "working": limit.working,
        "due": _iso(limit.due),
        "latest": _iso(limit.latest),
        "done_on": _iso(limit.done_on),
        "left": found.left(limit),
        "confirmed": limit.confirmed,
    }


def _texts(session: Session, texts: Texts | None) -> str | None:
    return None if texts is None else texts.pick(session.translator.language)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
