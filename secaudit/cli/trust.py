"""``secaudit trust``: which host keys are believed, and the explicit step that enrols one."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import AgentOption, IdentityOption, login_user
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
from secaudit.cli.tree import Command, application
from secaudit.cli.ways import (
    Given,
    NoSshConfigOption,
    PassphraseFdOption,
    PasswordFdOption,
    SshConfigOption,
    open_transport,
    open_ways,
)
from secaudit.cli.workspace import HOST_KEYS_FILE
from secaudit.messages import Message, clean, msg, msgc
from secaudit.pipeline.province import load_province
from secaudit.pipeline.seeing import Scope
from secaudit.pipeline.trusting import Offer, enrol, offered_keys
from secaudit.report.words import word
from secaudit.source import fold
from secaudit.transport import HostKeys, Standing

app = application(help=N_("Host keys: only machines whose key was enrolled are ever logged in to."))

STANDINGS: dict[Standing | None, Message] = {
    Standing.CONFIRMED: msgc("host key", "enrolled"),
    Standing.UNKNOWN: msgc("host key", "not enrolled yet"),
    Standing.CHANGED: msgc("host key", "CHANGED since it was enrolled"),
    Standing.REVOKED: msgc("host key", "REVOKED"),
    Standing.AUTHORITY: msgc("host key", "vouched for by a certificate only, which is not accepted"),
    None: msgc("host key", "none offered"),
}

AgencyOption = Annotated[list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))]
EndpointOption = Annotated[
    list[str] | None, typer.Option("--endpoint", metavar="ID", help=N_("Only this machine (may be repeated)."))
]
SecondsOption = Annotated[float, typer.Option("--deadline", min=1, help=N_("Seconds one machine may take in all."))]


@app.command("scan", cls=Command, help=N_("Show the host keys machines offer now, and how they stand; enrols nothing."))
def scan_keys(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    agency: AgencyOption = None,
    endpoint: EndpointOption = None,
    deadline: SecondsOption = 20.0,
    identity: IdentityOption = None,
    agent: AgentOption = True,
    password_fd: PasswordFdOption = None,
    passphrase_fd: PassphraseFdOption = None,
    ssh_config: SshConfigOption = None,
    no_ssh_config: NoSshConfigOption = False,
) -> None:
    """Exit 3 when a key changed or is revoked, 4 when a machine offered none."""
    session = session_of(context)
    given = _given(identity, agent, password_fd, passphrase_fd, ssh_config, no_ssh_config)
    _, offers = _offers(session, (inventory, workspace, checks), (agency, endpoint), deadline, given)
    _print_offers(session, offers)
    if any(offer.standing in (Standing.CHANGED, Standing.REVOKED) for offer in offers):
        raise typer.Exit(ExitCode.FAILURES)
    if any(offer.standing is None for offer in offers):
        raise typer.Exit(ExitCode.INCOMPLETE)


@app.command(cls=Command, help=N_("Enrol the keys of machines that have none yet, after you compared fingerprints."))
def add(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    agency: AgencyOption = None,
    endpoint: EndpointOption = None,
    deadline: SecondsOption = 20.0,
    identity: IdentityOption = None,
    agent: AgentOption = True,
    password_fd: PasswordFdOption = None,
    passphrase_fd: PassphraseFdOption = None,
    ssh_config: SshConfigOption = None,
    no_ssh_config: NoSshConfigOption = False,
    replace: Annotated[bool, typer.Option("--replace", help=N_("Also replace keys that changed; find out first why."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=N_("Do not ask; you compared the fingerprints elsewhere."))] = False,
) -> None:
    """First contact is a decision of a person; it is recorded with who and when."""
    session = session_of(context)
    given = _given(identity, agent, password_fd, passphrase_fd, ssh_config, no_ssh_config)
    host_keys, offers = _offers(session, (inventory, workspace, checks), (agency, endpoint), deadline, given)
    _print_offers(session, offers)
    wanted = [offer for offer in offers if offer.standing is Standing.UNKNOWN or (replace and offer.standing is Standing.CHANGED)]
    if wanted and not yes and not _confirmed(session):
        session.say(msg("nothing was enrolled"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    workspace_folder(workspace).mkdir(parents=True, exist_ok=True, mode=0o700)
    _, added = enrol(host_keys, offers, who=login_user(None), at=datetime.now(UTC), replace=replace)
    session.say(msg("{count} host keys enrolled", count=added), style="green")
    if any(offer.standing is Standing.CHANGED for offer in offers) and not replace:
        session.say(msg("changed keys were left alone: find out why they changed, then use --replace"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)


def _confirmed(session: Session) -> bool:
    """Yes in either language; everything else, also silence, is no."""
    answer = typer.prompt(
        session.text(msg("Do the fingerprints match what the machines show on site? Type yes to enrol them")),
        default="",
        show_default=False,
        err=True,
    )
    return fold(str(answer)).strip().lower() in ("y", "yes", "c", "co")


@app.command("list", cls=Command, help=N_("The enrolled host keys, with who enrolled them and when."))
def list_keys(context: typer.Context, workspace: Annotated[Path | None, WorkspaceOption] = None) -> None:
    """Names, fingerprints, and the record of the enrolment."""
    session = session_of(context)
    host_keys = HostKeys.read(workspace_folder(workspace) / HOST_KEYS_FILE)
    table = Table()
    for heading in (msg("Name"), msg("Fingerprint"), msg("Enrolled")):
        table.add_column(session.text(heading), overflow="fold")
    for known in host_keys.known:
        table.add_row(Text(clean(f"{known.marker} {known.names}".strip())), known.key.fingerprint, Text(clean(known.comment)))
    session.out.print(table)


def _given(
    identity: list[Path] | None,
    agent: bool,
    password_fd: int | None,
    passphrase_fd: int | None,
    ssh_config: Path | None,
    no_ssh_config: bool,
) -> Given:
    return Given(
        identities=identity or (),
        agent=agent,
        password_fd=password_fd,
        passphrase_fd=passphrase_fd,
        ssh_config=ssh_config,
        no_ssh_config=no_ssh_config,
        only_keys=True,
    )


def _offers(
    session: Session,
    folders: tuple[Path | None, Path | None, Path | None],
    names: tuple[list[str] | None, list[str] | None],
    deadline: float,
    given: Given,
) -> tuple[HostKeys, list[Offer]]:
    """Machines are offered nothing; a jump host on the way to some is logged in to, and only when its own key is enrolled."""
    inventory, workspace, checks = folders
    agency, endpoint = names
    province = load_province(inventory_folder(inventory), checks_folder(checks), None)
    host_keys = HostKeys.read(workspace_folder(workspace) / HOST_KEYS_FILE)
    scope = Scope(agencies=tuple(agency or ()), endpoints=tuple(endpoint or ()))
    ways = open_ways(session, province.inventory, workspace_folder(workspace), given)
    with closing(open_transport(session, province.inventory, ways, host_keys)) as transport:
        return host_keys, offered_keys(province, host_keys, scope, transport.scan_host_key, ways=ways, seconds=deadline)


def _why_none(session: Session, offer: Offer) -> str:
    return session.text(word(offer.sight)) if offer.sight is not None else clean(offer.detail, limit=80)


def _print_offers(session: Session, offers: list[Offer]) -> None:
    table = Table()
    for heading in (msg("Endpoint"), msg("Address"), msg("Fingerprint"), msg("Standing")):
        table.add_column(session.text(heading), overflow="fold")
    for offer in offers:
        fingerprint = offer.key.fingerprint if offer.key else _why_none(session, offer)
        style = {Standing.CONFIRMED: "green", Standing.UNKNOWN: "yellow"}.get(offer.standing, "red") if offer.standing else "dim"
        table.add_row(
            Text(clean(offer.endpoint)),
            Text(clean(offer.target.known_as)),
            Text(fingerprint),
            Text(session.text(STANDINGS[offer.standing]), style=style),
        )
    session.out.print(table)
