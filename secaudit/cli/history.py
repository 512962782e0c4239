"""``secaudit history``: how the figures, or one machine, came to where they stand."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.history_words import (
    FIGURE_COLUMNS,
    figure_rows,
    history_json,
    machine_json,
    print_figures,
    print_left,
    print_machine,
)
from secaudit.cli.language import N_
from secaudit.cli.output import print_json
from secaudit.cli.progress import one_bar
from secaudit.cli.session import ChecksOption, InventoryOption, Session, WorkspaceOption, session_of
from secaudit.cli.sources import open_sources
from secaudit.cli.states import RecountOption, say_refused, with_store
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import PlanOption
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.past import PastState
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.course import MachineCourse, course_of, left_between, machine_course
from secaudit.pipeline.frozen import Sources
from secaudit.pipeline.history import known_states, one_a_day
from secaudit.pipeline.province import DEFAULT_PLAN
from secaudit.pipeline.recounting import recount
from secaudit.report.as_csv import as_csv
from secaudit.store import Store

app = application()


class HistoryFormat(StrEnum):
    """How the course is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


@app.command(cls=Command, help=N_("The figures of each target from state to state, or all evidence of one machine."))
def history(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    agency: Annotated[str | None, typer.Option("--agency", metavar="ID", help=N_("Show this agency's part."))] = None,
    machine: Annotated[
        str | None, typer.Option("--machine", metavar="ID", help=N_("All evidence of this machine, and what became of it."))
    ] = None,
    again: RecountOption = False,
    output: Annotated[
        HistoryFormat, typer.Option("--format", help=N_("text for people, json and csv for programs (docs/json.md)."))
    ] = HistoryFormat.TEXT,
) -> None:
    """Exit 0; nothing is judged but with ``--recount``."""
    session = session_of(context)
    if machine is not None and (agency is not None or output is HistoryFormat.CSV):
        raise UsageError(msg("--machine goes with neither --agency nor --format csv"), hint=msg("leave one of them out"))
    places = {"inventory": inventory, "checks": checks, "workspace": workspace}
    with open_sources(session, **places, as_of=None, period=None) as sources:
        require_known(msg("agency"), [agency] if agency else None, {one.agency.id for one in sources.province.inventory.agencies})
        store = with_store(sources)
        states = _states(session, sources, store, plan, again=again)
        if machine is not None:
            _show_machine(session, sources, _machine(sources, store, states, machine), output)
            return
    if not states:
        raise UsageError(
            msg("nothing was written down of this plan yet"),
            hint=msg(
                "every report writes the state of the day down; --recount counts month ends again from the evidence of then"
            ),
        )
    courses = {target.id: course_of(states, target.id, agency) for target in sources.plan(plan).targets}
    machines = next((target.id for target in sources.plan(plan).targets if target.population == "endpoints"), None)
    left = left_between(store, courses[machines], agency) if machines is not None and output is not HistoryFormat.CSV else {}
    if output is HistoryFormat.JSON:
        print_json("history", history_json(states, courses, agency, left))
    elif output is HistoryFormat.CSV:
        sys.stdout.write(as_csv(FIGURE_COLUMNS, figure_rows(courses, agency)))
    else:
        print_figures(session, sources.plan(plan), states, courses)
        print_left(session, states, left)


def _states(session: Session, sources: Sources, store: Store, plan: str, *, again: bool) -> list[PastState]:
    """One state a day; month ends that nobody wrote down are counted first where that was asked for."""
    chosen = sources.plan(plan)
    if again:
        with one_bar(session, msg("Judging")) as steps:
            done = recount(sources.province, chosen, store, sources.workspace, as_of=sources.as_of, progress=steps)
        session.say(msg("month ends counted again: {count}", count=done))
    known = known_states(store, sources.workspace, sources.province, chosen.id)
    say_refused(session, known)
    return one_a_day(known.states)


def _machine(sources: Sources, store: Store, states: Iterable[PastState], machine: str) -> MachineCourse:
    """UsageError where neither the list nor the evidence knows it."""
    found = machine_course(sources.province, store, states, machine)
    if not found.attempts and not found.turns:
        require_known(msg("machine"), [machine], sources.province.inventory.endpoints)
    return found


def _show_machine(session: Session, sources: Sources, found: MachineCourse, output: HistoryFormat) -> None:
    if output is HistoryFormat.JSON:
        print_json("machine-history", machine_json(session, sources.province, found))
    else:
        print_machine(session, sources.province, found)
