"""``secaudit discover``: machines that answer and that nobody declared."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.discover_words import newest_json, print_newest, say_left_out, say_search, search_json
from secaudit.cli.exits import ExitCode
from secaudit.cli.interrupts import ended_by_signals
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.progress import one_bar
from secaudit.cli.session import (
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import HOST_KEYS_FILE, STORE_FILE, needed_store
from secaudit.errors import UsageError
from secaudit.inventory import load_inventory
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.discovery import AgencyFound
from secaudit.model.inventory import Inventory
from secaudit.pipeline.discovering import means_of_looking, reconcile_addresses, save_reconciliation
from secaudit.pipeline.found_keys import key_finder
from secaudit.pipeline.search_plan import Asked, SearchPlan, plan_search
from secaudit.pipeline.searching import SearchResult, search_networks
from secaudit.store import Store
from secaudit.transport import HostKeys

app = application()

RATE = 300
"""Probes a second: some 150 kbit/s, which a commune's line carries beside its work."""


@app.command(cls=Command, help=N_("Look for machines that answer in the inventory's networks and are not declared."))
def discover(
    context: typer.Context,
    network: Annotated[
        list[str] | None, typer.Argument(metavar="[NETWORK]...", help=N_("Only these addresses or networks, 192.168.1.0/24."))
    ] = None,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))
    ] = None,
    outside: Annotated[
        bool, typer.Option("--outside", help=N_("Search a NETWORK that the inventory does not name, all the same."))
    ] = False,
    rate: Annotated[
        int, typer.Option("--rate", min=1, max=50_000, metavar="N", help=N_("Probes a second; fewer for a weak line."))
    ] = RATE,
    services: Annotated[
        bool, typer.Option("--services/--no-services", help=N_("Ask open ports what runs there where nothing else tells (nmap)."))
    ] = True,
    unprivileged: Annotated[
        bool, typer.Option("--unprivileged", help=N_("Send connection attempts only, even when run as root."))
    ] = False,
    again: Annotated[bool, typer.Option("--again", help=N_("Begin anew instead of taking up an interrupted search."))] = False,
    last: Annotated[bool, typer.Option("--last", help=N_("Search nothing; show what the newest searches found."))] = False,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 3 when something undeclared answers, 4 when something was not searched."""
    session = session_of(context)
    known = load_inventory(inventory_folder(inventory))
    folder, asked = workspace_folder(workspace), Asked(tuple(agency or ()), tuple(network or ()), outside)
    if last:
        _show_last(session, known, folder, asked, output)
    plan = _planned(session, known, asked)
    means = means_of_looking(rate=rate, services=services, unprivileged=unprivileged)
    for lost in means.lost:
        session.say(lost, style="yellow")
    host_keys = HostKeys.read(folder / HOST_KEYS_FILE)
    with ended_by_signals(), Store.open(folder / STORE_FILE) as store:
        store.claim()  # before the search: nobody waits for a result that cannot be kept
        with key_finder(host_keys) as identify, one_bar(session, msg("Searching networks")) as steps:
            result = search_networks(
                store,
                plan,
                means.looker,
                who=login_user(None),
                clock=lambda: datetime.now(UTC),
                again=again,
                inventory_digest=known.digest,
                identify=identify,
                progress=steps,
            )
        at = datetime.now(UTC)
        newest = store.newest_hosts(at)
        save_reconciliation(store, reconcile_addresses(known, newest, at), at, result.run.number)
    _tell(session, known, newest, at, output, plan, result)


def _planned(session: Session, known: Inventory, asked: Asked) -> SearchPlan:
    """What will be searched; what will not is said."""
    plan = plan_search(known, asked, day_in_vietnam(datetime.now(UTC)))
    say_left_out(session, plan)
    if not plan.parts:
        hint = msg("declare each agency's networks in its file: networks: [192.168.1.0/24]")
        raise UsageError(msg("there is no network to search"), hint=hint)
    return plan


def _show_last(session: Session, known: Inventory, folder: Path, asked: Asked, output: OutputFormat) -> None:
    at = datetime.now(UTC)
    with needed_store(folder) as store:
        newest = store.newest_hosts(at)
    if asked.agencies:
        plan_search(known, Asked(asked.agencies), day_in_vietnam(at))  # names that do not exist are refused
        newest = {name: found for name, found in newest.items() if name in asked.agencies}
    _tell(session, known, newest, at, output)


def _tell(
    session: Session,
    known: Inventory,
    newest: dict[str, AgencyFound],
    at: datetime,
    output: OutputFormat,
    plan: SearchPlan | None = None,
    result: SearchResult | None = None,
) -> None:
    if output is OutputFormat.JSON:
        print_json("discovery", {**search_json(result, plan), **newest_json(known, newest, at)})
        undeclared = reconcile_addresses(known, newest, at).undeclared
    else:
        if result is not None:
            say_search(session, result)
        undeclared = print_newest(session, known, newest, at).undeclared
    if result is not None and result.interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED)
    if result is not None and plan is not None and (result.failures or plan.contested or plan.too_large):
        raise typer.Exit(ExitCode.INCOMPLETE)
    raise typer.Exit(ExitCode.FAILURES if undeclared else ExitCode.WELL)
