"""Changes to what is believed: keys removed or withdrawn for ever, machines accepted as new; the commands of ``trust``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.session import (
    ChecksOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.ways import Given, open_ways
from secaudit.cli.workspace import HOST_KEYS_FILE, needed_store
from secaudit.messages import Message, clean, msg
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.province import load_province
from secaudit.pipeline.trusting import names_of
from secaudit.source import fold
from secaudit.transport import HostKeys
from secaudit.transport.base import canonical_host

YesOption = Annotated[bool, typer.Option("--yes", help=N_("Do not ask."))]
MachinesArgument = Annotated[
    list[str], typer.Argument(metavar="MACHINE...", help=N_("Ids of machines, or names as secaudit trust list shows them."))
]


def remove(
    context: typer.Context,
    machines: MachinesArgument,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    yes: YesOption = False,
) -> None:
    """Who and when is recorded; revocations stay."""
    session = session_of(context)
    host_keys, names = _enrolled(session, machines, inventory, workspace, checks)
    _print_meant(session, host_keys, names)
    if not yes and not confirmed(session, msg("Remove these keys? Type yes to remove them")):
        session.say(msg("nothing was removed"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    host_keys.remove(names, who=login_user(None), at=datetime.now(UTC))
    session.say(msg("the keys of {count} name(s) were removed", count=len(names)), style="green")


def revoke(
    context: typer.Context,
    machines: MachinesArgument,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    yes: YesOption = False,
) -> None:
    """A revoked key is refused under every name; the machine needs a new one, which is then enrolled."""
    session = session_of(context)
    host_keys, names = _enrolled(session, machines, inventory, workspace, checks)
    _print_meant(session, host_keys, names)
    if not yes and not confirmed(session, msg("Withdraw these keys for ever? Type yes to withdraw them")):
        session.say(msg("nothing was withdrawn"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    keys = [entry.key for name in names for entry in host_keys.about(name) if not entry.marker]
    who, at = login_user(None), datetime.now(UTC)
    host_keys.revoke(keys, who=who, at=at).remove(names, who=who, at=at)
    session.say(msg("{count} key(s) are withdrawn", count=len(set(keys))), style="green")


def accept(
    context: typer.Context,
    machines: Annotated[list[str], typer.Argument(metavar="MACHINE...", help=N_("Ids of machines."))],
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    yes: YesOption = False,
) -> None:
    """The next answer is the new machine's; a declared serial number or UUID must fit it all the same."""
    session = session_of(context)
    province = load_province(inventory_folder(inventory), checks_folder(checks), None)
    known = province.inventory.endpoints
    require_known(msg("machine"), machines, known)
    question = msg(
        "What was seen of {machines} so far will count no more. Type yes to accept the new ones", machines=", ".join(machines)
    )
    if not yes and not confirmed(session, question):
        session.say(msg("nothing was accepted"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    with needed_store(workspace_folder(workspace)) as store:
        store.accept(machines, who=login_user(None), at=datetime.now(UTC))
    session.say(msg("{count} machine(s) accepted; gather their evidence: secaudit scan", count=len(machines)), style="green")


def _enrolled(
    session: Session, machines: list[str], inventory: Path | None, workspace: Path | None, checks: Path | None
) -> tuple[HostKeys, list[str]]:
    """The file, and the names in it that are meant; the inventory is read only when an id has to be looked up."""
    host_keys = HostKeys.read(workspace_folder(workspace) / HOST_KEYS_FILE)
    by_name = all(any(not one.marker for one in host_keys.about(canonical_host(name))) for name in machines)
    if by_name:
        return host_keys, names_of(host_keys, None, machines, None)
    province = load_province(inventory_folder(inventory), checks_folder(checks), None)
    ways = open_ways(session, province.inventory, workspace_folder(workspace), Given(agent=False, silent=True))
    return host_keys, names_of(host_keys, province, machines, ways)


def _print_meant(session: Session, host_keys: HostKeys, names: list[str]) -> None:
    for name in names:
        for entry in host_keys.about(name):
            if not entry.marker:
                session.out.print(Text(f"{clean(name)}  {entry.key.type}  {entry.key.fingerprint}"), soft_wrap=True)


def confirmed(session: Session, question: Message) -> bool:
    """Yes in either language; everything else, also silence, is no."""
    answer = typer.prompt(session.text(question), default="", show_default=False, err=True)
    return fold(str(answer)).strip().lower() in ("y", "yes", "c", "co")
