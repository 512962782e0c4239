"""``secaudit discover``: machines that answer and that nobody declared."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from secaudit.cli import found_options as options
from secaudit.cli.discover_words import say_left_out, say_search, search_json
from secaudit.cli.exits import ExitCode
from secaudit.cli.found_machines import Done, Found, Wish, act, found_json, look_again, say_found, write_sheets
from secaudit.cli.interrupts import ended_by_signals
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.preview import check_suffix
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
from secaudit.model.discovery import Device
from secaudit.model.inventory import Inventory
from secaudit.pipeline.discovering import Means, means_of_looking
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
    last: options.Last = False,
    adopt: options.Adopt = None,
    adopt_all: options.AdoptAll = False,
    aside: options.SetAside = None,
    device: options.As = None,
    reason: options.Reason = "",
    workbook: options.Workbook = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 3 when something undeclared answers, 4 when something was not searched."""
    session = session_of(context)
    if workbook is not None:
        check_suffix(workbook, {".xlsx": None})
    known = load_inventory(inventory_folder(inventory))
    folder, asked = workspace_folder(workspace), Asked(tuple(agency or ()), tuple(network or ()), outside)
    wish = Wish(tuple(adopt or ()), adopt_all, tuple(aside or ()), None if device is None else Device(device.value), reason)
    if last or wish:
        _show_last(session, known, folder, asked, output, wish, workbook)
    means = means_of_looking(rate=rate, services=services, unprivileged=unprivileged)
    _search(session, known, folder, asked, means, again=again, output=output, workbook=workbook)


def _search(
    session: Session,
    known: Inventory,
    folder: Path,
    asked: Asked,
    means: Means,
    *,
    again: bool,
    output: OutputFormat,
    workbook: Path | None,
) -> None:
    plan = plan_search(known, asked, day_in_vietnam(datetime.now(UTC)))
    say_left_out(session, plan)
    if not plan.parts:
        raise UsageError(
            msg("there is no network to search"),
            hint=msg("declare each agency's networks in its file: networks: [192.168.1.0/24]"),
        )
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
        found = look_again(known, store, at=datetime.now(UTC), agencies=asked.agencies)
    _tell(session, known, found, output, workbook, plan, result)


def _show_last(
    session: Session, known: Inventory, folder: Path, asked: Asked, output: OutputFormat, wish: Wish, workbook: Path | None
) -> NoReturn:
    at = datetime.now(UTC)
    if asked.networks:
        raise UsageError(
            msg("nothing is searched here, so no network can be named"), hint=msg("leave the network out, or name an --agency")
        )
    if asked.agencies:
        plan_search(known, Asked(asked.agencies), day_in_vietnam(at))  # names that do not exist are refused
    with needed_store(folder) as store:
        if wish:
            store.claim()
            done = act(known, store, wish, agencies=asked.agencies, who=login_user(None), at=at)
        else:
            done = None
        found = look_again(known, store, at=datetime.now(UTC), agencies=asked.agencies)
    _tell(session, known, found, output, workbook, done=done)


def _tell(
    session: Session,
    known: Inventory,
    found: Found,
    output: OutputFormat,
    workbook: Path | None,
    plan: SearchPlan | None = None,
    result: SearchResult | None = None,
    done: Done | None = None,
) -> NoReturn:
    if workbook is not None:
        write_sheets(session, known, found, workbook)
    if output is OutputFormat.JSON:
        print_json("discovery", {**search_json(result, plan), **found_json(session, found, done)})
    else:
        if result is not None:
            say_search(session, result)
        say_found(session, known, found, done)
    if result is not None and result.interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED)
    if result is not None and plan is not None and (result.failures or plan.contested or plan.too_large):
        raise typer.Exit(ExitCode.INCOMPLETE)
    raise typer.Exit(ExitCode.FAILURES if found.beyond else ExitCode.WELL)
