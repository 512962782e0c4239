"""``secaudit trust``: which host keys are believed, and the explicit step that enrols one."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import AgentOption, IdentityOption, login_user
from secaudit.cli.scan_options import AgencyOption, DeadlineOption, EndpointOption
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
from secaudit.cli.trust_changes import accept, confirmed, remove, revoke
from secaudit.cli.trust_record import accept_machines, print_history, quarantined
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
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.doubt import Doubt
from secaudit.pipeline.province import Province, load_province
from secaudit.pipeline.seeing import Scope
from secaudit.pipeline.trusting import Offer, ScanKey, collected_offers, compared_with, enrol, offered_keys, to_enrol
from secaudit.pipeline.ways import Ways
from secaudit.report.words import word
from secaudit.resources import own_folder
from secaudit.transport import HostKeys, Standing
from secaudit.transport.key_list import is_fingerprint

app = application(help=N_("Host keys: only machines whose key was enrolled are ever logged in to."))

STANDINGS: dict[Standing | None, Message] = {
    Standing.CONFIRMED: msgc("host key", "enrolled"),
    Standing.UNKNOWN: msgc("host key", "not enrolled yet"),
    Standing.CHANGED: msgc("host key", "CHANGED since it was enrolled"),
    Standing.REVOKED: msgc("host key", "REVOKED"),
    Standing.AUTHORITY: msgc("host key", "vouched for by a certificate only, which is not accepted"),
    None: msgc("host key", "none offered"),
}

DIFFERS = msgc("host key", "NOT the key read on site")

FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from", metavar="FILE", help=N_("Keys collected on site: lines of known_hosts, or machine and SHA256 fingerprint.")
    ),
]
FingerprintOption = Annotated[
    str | None,
    typer.Option(
        "--fingerprint", metavar="SHA256:...", help=N_("Enrol the one machine named only if its key has this fingerprint.")
    ),
]


@dataclass(frozen=True)
class _Door:
    """What is needed to ask machines for their keys."""

    province: Province
    host_keys: HostKeys
    scope: Scope
    ways: Ways
    scan: ScanKey
    seconds: float

    def offered(self) -> list[Offer]:
        """The keys that the machines offer now."""
        return offered_keys(self.province, self.host_keys, self.scope, self.scan, ways=self.ways, seconds=self.seconds)


@app.command("scan", cls=Command, help=N_("Show the host keys machines offer now, and how they stand; enrols nothing."))
def scan_keys(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    agency: AgencyOption = None,
    endpoint: EndpointOption = None,
    deadline: DeadlineOption = 20.0,
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
    with _opened(session, (inventory, workspace, checks), (agency, endpoint), given, deadline) as door:
        offers = door.offered()
    _print_offers(session, offers, quarantined(door.province, workspace_folder(workspace), datetime.now(UTC)))
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
    file: FromOption = None,
    fingerprint: FingerprintOption = None,
    deadline: DeadlineOption = 20.0,
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
    folder = workspace_folder(workspace)
    with _opened(session, (inventory, workspace, checks), (agency, endpoint), given, deadline) as door:
        offers = _to_consider(door, file, fingerprint)
    _print_offers(session, offers, {})
    wanted = to_enrol(offers, replace=replace)
    if any(not offer.compared for offer in wanted) and not yes and not confirmed(session, _COMPARE):
        session.say(msg("nothing was enrolled"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    own_folder(folder)
    who, at = login_user(None), datetime.now(UTC)
    # First, because a scan under way would refuse it, and then nothing shall have changed.
    accept_machines(folder, [offer.endpoint for offer in wanted if offer.standing is Standing.CHANGED], who=who, at=at)
    _, added = enrol(door.host_keys, offers, who=who, at=at, replace=replace)
    session.say(msg("{count} host keys enrolled", count=added), style="green")
    _say_left_alone(session, offers, wanted)


_COMPARE = msg("Do the fingerprints match what the machines show on site? Type yes to enrol them")


def _to_consider(door: _Door, file: Path | None, fingerprint: str | None) -> list[Offer]:
    """What could be enrolled: from machines, or from what was collected on site."""
    if file is not None:
        if fingerprint is not None:
            raise UsageError(msg("--from and --fingerprint exclude each other"), hint=msg("write the fingerprint into the file"))
        return collected_offers(door.province, door.host_keys, door.scope, file, door.scan, ways=door.ways, seconds=door.seconds)
    names = door.scope.endpoints
    if fingerprint is not None and (len(names) != 1 or not is_fingerprint(fingerprint)):
        raise UsageError(
            msg("--fingerprint takes one SHA256 fingerprint of one machine"),
            hint=msg("name the machine with --endpoint; on it, ssh-keygen -lf shows the fingerprint"),
        )
    offers = door.offered()
    return offers if fingerprint is None else compared_with(offers, {names[0]: frozenset({fingerprint.rstrip("=")})})


def _say_left_alone(session: Session, offers: list[Offer], wanted: list[Offer]) -> None:
    """Exit 3 when a key differs from what was read on site, or changed and was not to be replaced."""
    differing = [offer.endpoint for offer in offers if offer.differs]
    for name in differing:
        session.say(msg("{machine} offers another key than the one read on site: it was not enrolled", machine=name), style="red")
    left = any(offer.standing is Standing.CHANGED and offer not in wanted and not offer.differs for offer in offers)
    if left:
        session.say(msg("changed keys were left alone: find out why they changed, then use --replace"), style="yellow")
    if differing or left:
        raise typer.Exit(ExitCode.FAILURES)


@app.command("list", cls=Command, help=N_("The enrolled host keys, with who enrolled them and when."))
def list_keys(
    context: typer.Context,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    history: Annotated[
        bool, typer.Option("--history", help=N_("Everything that was enrolled, replaced, removed, revoked and accepted."))
    ] = False,
) -> None:
    """Names, fingerprints, and the record of the enrolment."""
    session = session_of(context)
    host_keys = HostKeys.read(workspace_folder(workspace) / HOST_KEYS_FILE)
    if history:
        print_history(session, host_keys, workspace_folder(workspace))
        return
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


@contextmanager
def _opened(
    session: Session,
    folders: tuple[Path | None, Path | None, Path | None],
    names: tuple[list[str] | None, list[str] | None],
    given: Given,
    seconds: float,
) -> Iterator[_Door]:
    """Machines are offered nothing; a jump host on the way to some is logged in to, and only when its own key is enrolled."""
    inventory, workspace, checks = folders
    agency, endpoint = names
    province = load_province(inventory_folder(inventory), checks_folder(checks), None)
    folder = workspace_folder(workspace)
    host_keys = HostKeys.read(folder / HOST_KEYS_FILE)
    scope = Scope(agencies=tuple(agency or ()), endpoints=tuple(endpoint or ()))
    ways = open_ways(session, province.inventory, folder, given)
    with closing(open_transport(session, province.inventory, ways, host_keys)) as transport:
        yield _Door(province, host_keys, scope, ways, transport.scan_host_key, seconds)


for _name, _act, _help in (
    ("remove", remove, N_("Believe the keys of these machines no more; they are not logged in to until enrolled again.")),
    ("revoke", revoke, N_("Withdraw the keys of these machines for ever, wherever they are offered: they leaked.")),
    ("accept", accept, N_("Accept that these machines were replaced or installed again: earlier evidence counts no more.")),
):
    app.command(_name, cls=Command, help=_help)(_act)


def _why_none(session: Session, offer: Offer) -> str:
    return session.text(word(offer.sight)) if offer.sight is not None else clean(offer.detail, limit=80)


def _print_offers(session: Session, offers: list[Offer], held: Mapping[str, Doubt]) -> None:
    """A table; machines in quarantine are named below it, because their evidence does not count whatever they offer now."""
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
            Text(session.text(DIFFERS if offer.differs else STANDINGS[offer.standing]), style="red" if offer.differs else style),
        )
    session.out.print(table)
    for offer in offers:
        doubt = held.get(offer.endpoint)
        if doubt is not None:
            since = doubt.since.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M") if doubt.since else "-"
            line = msg(
                "{machine} is in quarantine since {day}: {reason}", machine=offer.endpoint, day=since, reason=word(doubt.kind)
            )
            session.out.print(Text(session.text(line), style="red"), soft_wrap=True)
