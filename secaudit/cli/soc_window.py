"""``secaudit soc sheet``: what the monitoring centre is told before a scan."""

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.days import parse_window
from secaudit.cli.language import N_
from secaudit.cli.login import AgentOption, IdentityOption, PasswordOption, UserOption
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.preview import check_suffix, make_preview, show_sheet
from secaudit.cli.scan_limits import PER_JUMP, Asked, PerJumpOption, PerNetworkOption, local_now
from secaudit.cli.scan_options import (
    AgencyOption,
    AllOption,
    ConnectionsOption,
    DeadlineOption,
    EndpointOption,
    RateOption,
    SudoOption,
    SystemOption,
)
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.ways import Given, NoSshConfigOption, SshConfigOption
from secaudit.cli.workspace import PlanOption
from secaudit.errors import UsageError
from secaudit.messages import clean, msg
from secaudit.model.base import day_in_vietnam
from secaudit.pipeline.province import DEFAULT_PLAN, load_province
from secaudit.pipeline.seeing import Scope
from secaudit.pipeline.soc import COLUMNS, SocPlan, Window, soc_plan, soc_rows
from secaudit.pipeline.soc_sheet import soc_sheet
from secaudit.report.as_csv import as_csv
from secaudit.report.sheet import RENDERERS
from secaudit.transport.source_address import source_address

app = application()

FromOption = Annotated[
    str,
    typer.Option(
        "--from", metavar="MOMENT", help=N_("Begin of the window, Vietnamese time: '2026-12-01 08:00'; 08:00 is today.")
    ),
]
ToOption = Annotated[
    str, typer.Option("--to", metavar="MOMENT", help=N_("End of the window: 17:00 is on the day it begins, or after."))
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="ADDRESS", help=N_("Address or network that machines see us from (may be repeated).")),
]
ContactOption = Annotated[
    str | None, typer.Option("--contact", metavar="TEXT", help=N_("Whom to call; the designated unit when left out."))
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help=N_("File to write: .csv for rules, .md, .html or .txt for people.")),
]
DetailOption = Annotated[bool, typer.Option("--detail", help=N_("A line for each machine instead of each network."))]


@app.callback()
def group() -> None:
    """Keep ``sheet`` a sub-command although it is the only one."""


@app.command(cls=Command, help=N_("Scan window, source addresses, targets and what it looks like; nothing is connected to."))
def sheet(
    context: typer.Context,
    start: FromOption,
    end: ToOption,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    source: SourceOption = None,
    contact: ContactOption = None,
    out: OutOption = None,
    detail: DetailOption = False,
    again: AllOption = False,
    agency: AgencyOption = None,
    system: SystemOption = None,
    endpoint: EndpointOption = None,
    user: UserOption = None,
    identity: IdentityOption = None,
    agent: AgentOption = True,
    ask_password: PasswordOption = False,
    ssh_config: SshConfigOption = None,
    no_ssh_config: NoSshConfigOption = False,
    sudo: SudoOption = False,
    connections: ConnectionsOption = None,
    rate: RateOption = 100.0,
    deadline: DeadlineOption = 120.0,
    per_network: PerNetworkOption = None,
    per_jump: PerJumpOption = PER_JUMP,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """The same options as the scan that is announced; exit 0."""
    session = session_of(context)
    if out is not None:
        check_suffix(out, {".csv": None, **RENDERERS})
    window = Window(*parse_window(start, end, day_in_vietnam(datetime.now(UTC))))
    sources = _addresses(source or [])
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
    scope = Scope(again or bool(endpoint), tuple(agency or ()), tuple(system or ()), tuple(endpoint or ()))
    given = Given(user, identity or (), agent, ask_password, ssh_config=ssh_config, no_ssh_config=no_ssh_config)
    limits = Asked(connections, rate, deadline, per_network, per_jump, None, None).limits(local_now())
    # Evidence that is fresh today may be stale when the window begins.
    begin = max(window.start, datetime.now(UTC))
    found = make_preview(session, province, province.plan(plan), scope, folder, given, limits, sudo=sudo, moment=begin)
    made = soc_plan(province, found, window, sources=sources, contact=contact, route=source_address, detail=detail)
    _show(session, made, out, output)


def _show(session: Session, made: SocPlan, out: Path | None, output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        print_json("soc-sheet", {"rows": soc_rows(made), "sources": list(made.sources), "given": made.given})
    if out is not None and out.suffix.lower() == ".csv":
        write_file(out, as_csv(COLUMNS, soc_rows(made)).encode("utf-8"), what=msg("the sheet cannot be written: {reason}"))
        session.say(msg("sheet: {path}", path=str(out.resolve())), style="bold")
    elif out is not None or output is OutputFormat.TEXT:
        show_sheet(session, soc_sheet(made), out)


def _addresses(asked: list[str]) -> tuple[str, ...]:
    """Addresses and networks as they are written in rules; UsageError for anything else."""
    found = []
    for text in asked:
        try:
            found.append(str(ip_network(text)) if "/" in text else str(ip_address(text)))
        except ValueError:
            raise UsageError(
                msg("{text} is no address", text=clean(text, limit=60)), hint=msg("write it like 192.0.2.10 or 192.0.2.0/28")
            ) from None
    return tuple(found)
