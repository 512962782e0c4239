"""What commands about earlier states share."""

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.text import Text

from secaudit.cli.language import N_
from secaudit.cli.session import Session
from secaudit.cli.workspace import STORE_FILE
from secaudit.errors import StoreError
from secaudit.messages import Message, clean, msg
from secaudit.model.base import Texts, day_in_vietnam
from secaudit.model.measurement import Tally
from secaudit.model.past import PastState
from secaudit.model.plan import Plan
from secaudit.pipeline.frozen import Sources
from secaudit.pipeline.history import Known
from secaudit.report.format import Format
from secaudit.report.words import word
from secaudit.store import Store

RecountOption = Annotated[
    bool,
    typer.Option(
        "--recount", help=N_("Count again from the evidence of then, with the present list and checks; it takes a while.")
    ),
]


def with_store(sources: Sources) -> Store:
    """The store; StoreError where nothing was ever gathered."""
    if sources.store is None:
        raise StoreError(
            msg("there is no store yet"),
            where=str(sources.workspace / STORE_FILE),
            hint=msg("gather evidence first: secaudit scan; or name the workspace with --workspace"),
        )
    return sources.store


def say_refused(session: Session, known: Known) -> None:
    """States that were changed on the disk are named, and never used."""
    for day in known.refused:
        said = msg(
            "the state recorded for {day} is not what was written down and is not used: secaudit verify",
            day=day.strftime("%d/%m/%Y"),
        )
        session.say(said, style="red")


def state_words(session: Session, state: PastState) -> Message:
    """Day and basis, and the name of a closed period."""
    day = Format(session.translator.language).day(day_in_vietnam(state.moment))
    if state.period:
        return msg("{day} (closed period {name})", day=day, name=clean(state.period))
    return msg("{day} ({basis})", day=day, basis=word(state.basis))


def titles_of(plan: Plan) -> dict[str, Texts]:
    """Target -> its short title, in the order of the plan."""
    return {target.id: target.short for target in plan.targets}


def interval(tally: Tally | None, show: Format) -> str:
    """``56,1–64,3 %``; a dash where nothing is known."""
    if tally is None or tally.lower is None or tally.upper is None:
        return "–"
    if tally.lower == tally.upper:
        return show.percent(tally.lower)
    return f"{show.percent(tally.lower)} – {show.percent(tally.upper)}"


def print_lines(session: Session, lines: Iterable[str]) -> None:
    """Lines for people, harmless for the terminal, broken by the terminal alone."""
    for line in lines:
        session.out.print(Text(clean(line)), soft_wrap=True)
