"""``secaudit diff``: what is not as it was, between two states."""

from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.days import parse_day
from secaudit.cli.diff_words import comparison_json, print_comparison
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.progress import one_bar
from secaudit.cli.session import ChecksOption, FormatOption, InventoryOption, Session, WorkspaceOption, session_of
from secaudit.cli.sources import open_sources
from secaudit.cli.states import RecountOption, say_refused, with_store
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import PlanOption
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.comparing import Comparison, compare
from secaudit.pipeline.frozen import Sources
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.state_book import NOW, StateBook

app = application()

State = typer.Argument(
    metavar="[STATE]", help=N_("A day (31/10/2026 or 2026-10-31), the number of a run, the name of a closed period, or now.")
)


@app.command(cls=Command, help=N_("What became better, worse or unknown between two states; the last earlier one and now."))
def diff(
    context: typer.Context,
    before: Annotated[str | None, State] = None,
    after: Annotated[str | None, State] = None,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Show this agency's part (may be repeated)."))
    ] = None,
    recount: RecountOption = False,
    detail: Annotated[bool, typer.Option("--detail", help=N_("Every machine, not only the first of each kind."))] = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help=N_("End with code 3 when a machine became worse or a target is proven to a smaller share.")
        ),
    ] = False,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0; with ``--exit-code`` 3 when something became worse."""
    session = session_of(context)
    places = {"inventory": inventory, "checks": checks, "workspace": workspace}
    with open_sources(session, **places, as_of=None, period=None) as sources:
        require_known(msg("agency"), agency, {part.agency.id for part in sources.province.inventory.agencies})
        found = _compared(session, sources, plan, before, after, tuple(agency or ()), again=recount)
    if output is OutputFormat.JSON:
        print_json("diff", comparison_json(session, sources.province, found))
    else:
        print_comparison(session, sources.province, sources.plan(plan), found, detail=detail)
    if exit_code and found.worse:
        raise typer.Exit(ExitCode.FAILURES)


def _compared(
    session: Session,
    sources: Sources,
    plan: str,
    before: str | None,
    after: str | None,
    agencies: tuple[str, ...],
    *,
    again: bool,
) -> Comparison:
    with one_bar(session, msg("Judging")) as steps:
        book = StateBook(sources, with_store(sources), sources.plan(plan), again, steps)
        later = book.find(after or NOW, parse_day)
        earlier = book.find(before, parse_day) if before is not None else book.previous(later)
    say_refused(session, book.known)
    if earlier.moment > later.moment:
        raise UsageError(
            msg("the first state is later than the second one"),
            hint=msg("name the earlier one first: secaudit diff EARLIER LATER"),
        )
    return compare(sources.province, book.store, earlier, later, agencies)
