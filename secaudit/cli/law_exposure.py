"""``secaudit law exposure``: which omissions would fall under which article; for the designated unit alone, never in a file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from secaudit.cli.days import parse_day
from secaudit.cli.exits import verdict_code
from secaudit.cli.language import N_
from secaudit.cli.law_words import UNCONFIRMED, day_text, words
from secaudit.cli.session import (
    AsOfOption,
    ChecksOption,
    InventoryOption,
    Session,
    checks_folder,
    inventory_folder,
    session_of,
)
from secaudit.cli.tree import Command, application
from secaudit.errors import UsageError
from secaudit.law import Exposure, exposure_of
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.procedure import PenaltyTable
from secaudit.pipeline.decision_chains import chains
from secaudit.pipeline.province import classify_province, load_province
from secaudit.report.format import clause_text

_MILLION = 1_000_000
_NAMED = 30
"""Systems named under an article."""

app = application()


@app.callback()
def _group() -> None:
    """Nothing is common to all."""


@app.command("exposure", cls=Command, help=N_("Internal: omissions and the articles they would fall under (needs a switch)."))
def exposure(
    context: typer.Context,
    show: Annotated[
        bool, typer.Option("--show-penalties", help=N_("Say that you want to see amounts; without it the command refuses."))
    ] = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    as_of: Annotated[str | None, AsOfOption] = None,
) -> None:
    """Exit 4 while something is not on record, 3 when an article would apply, 0 otherwise."""
    session = session_of(context)
    if not show:
        raise UsageError(
            msg("penalties are shown only when they are asked for: such figures are internal and belong in no document"),
            hint=msg("secaudit law exposure --show-penalties shows them on the screen; they are never written to a file"),
        )
    day = parse_day(as_of) if as_of else day_in_vietnam(datetime.now(UTC))
    province = load_province(inventory_folder(inventory), checks_folder(checks), None).on(day)
    table = province.catalog.law.penalties
    if table is None:
        raise UsageError(
            msg("this catalog has no penalties"),
            hint=msg("they stand in {path} of the catalog that comes with the program", path="law/penalties.yaml"),
        )
    found = chains(province, classify_province(province, day), day)
    exposed = [
        one
        for name, chain in found.chains.items()
        for one in exposure_of(province.inventory.systems[name], chain.levels if chain.proven else (), table, day)
    ]
    title = msg("INTERNAL. {act}, amounts for organisations, as of {day}", act=table.act, day=day_text(day))
    session.out.print(Text(session.text(title), style="bold"))
    _print(session, table, exposed)
    applies = [one for one in exposed if one.applies]
    raise typer.Exit(verdict_code(failures=bool(applies), unknown=len(exposed) - len(applies), total=len(exposed)))


def _print(session: Session, table: PenaltyTable, exposed: Sequence[Exposure]) -> None:
    for penalty in table.penalties:
        certain = sorted(one.system for one in exposed if one.penalty is penalty and one.applies)
        unknown = sorted(one.system for one in exposed if one.penalty is penalty and one.applies is None)
        if not certain and not unknown:
            continue
        amounts = msg("{least} to {most} million dong", least=penalty.least // _MILLION, most=penalty.most // _MILLION)
        doubt = "" if penalty.confirmed else " " + session.text(UNCONFIRMED)
        head = f"\n{clause_text(penalty.clause)}: {words(session, penalty.title)} · {session.text(amounts)}{doubt}"
        session.out.print(Text(head, style="bold"), soft_wrap=True)
        for text, systems in (
            (msg("would apply to {count} systems: {names}"), certain),
            (msg("not on record for {count} systems: {names}"), unknown),
        ):
            if systems:
                names = ", ".join(systems[:_NAMED]) + ("…" if len(systems) > _NAMED else "")
                session.out.print(
                    Text("  " + session.text(Message(text.text, {"count": len(systems), "names": names}))), soft_wrap=True
                )
    notes = (
        msg("Internal to the designated unit: not part of any report, letter or document."),
        msg(
            "Declared omissions beside articles, no finding of a violation: whether and which article applies the authority "
            "decides. One omission may stand under two articles."
        ),
        msg("What is not on record is not counted as done and not as omitted."),
        msg("{act}: {source}", act=table.act, source=table.source),
    )
    session.out.print()
    for note in notes:
        session.out.print(Text(session.text(note), style="dim"), soft_wrap=True)
