"""``secaudit trust``: which host keys are believed, and the explicit step that enrols one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
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
from secaudit.cli.tree import Command, application
from secaudit.cli.trust_record import accept_machines, print_history, quarantined
from secaudit.cli.workspace import HOST_KEYS_FILE, needed_store
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, msg, msgc
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.doubt import Doubt
from secaudit.pipeline.province import Province, load_province
from secaudit.pipeline.seeing import Scope
from secaudit.pipeline.trusting import Offer, collected_offers, compared_with, enrol, names_of, offered_keys, to_enrol
from secaudit.report.words import word
from secaudit.source import did_you_mean, fold
from secaudit.transport import HostKeys, Standing
from secaudit.transport.base import canonical_host
from secaudit.transport.key_list import is_fingerprint
from secaudit.transport.ssh import scan_host_key

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

AgencyOption = Annotated[list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))]
EndpointOption = Annotated[
    list[str] | None, typer.Option("--endpoint", metavar="ID", help=N_("Only this machine (may be repeated)."))
]
SecondsOption = Annotated[float, typer.Option("--deadline", min=1, help=N_("Seconds one machine may take in all."))]


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
YesOption = Annotated[bool, typer.Option("--yes", help=N_("Do not ask."))]


@app.command("scan", cls=Command, help=N_("Show the host keys machines offer now, and how they stand; enrols nothing."))
def scan_keys(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    agency: AgencyOption = None,
    endpoint: EndpointOption = None,
    deadline: SecondsOption = 20.0,
) -> None:
    """Exit 3 when a key changed or is revoked, 4 when a machine offered none."""
    session = session_of(context)
    province = load_province(inventory_folder(inventory), checks_folder(checks), None)
    host_keys = HostKeys.read(workspace_folder(workspace) / HOST_KEYS_FILE)
    scope = Scope(agencies=tuple(agency or ()), endpoints=tuple(endpoint or ()))
    offers = offered_keys(province, host_keys, scope, scan_host_key, user=login_user(None), seconds=deadline)
    _print_offers(session, offers, quarantined(province, workspace_folder(workspace), datetime.now(UTC)))
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
    deadline: SecondsOption = 20.0,
    replace: Annotated[bool, typer.Option("--replace", help=N_("Also replace keys that changed; find out first why."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=N_("Do not ask; you compared the fingerprints elsewhere."))] = False,
) -> None:
    """First contact is a decision of a person; it is recorded with who and when."""
    session = session_of(context)
    province = load_province(inventory_folder(inventory), checks_folder(checks), None)
    folder = workspace_folder(workspace)
    host_keys = HostKeys.read(folder / HOST_KEYS_FILE)
    scope = Scope(agencies=tuple(agency or ()), endpoints=tuple(endpoint or ()))
    offers = _to_consider(province, host_keys, scope, file, fingerprint, deadline)
    _print_offers(session, offers, {})
    wanted = to_enrol(offers, replace=replace)
    if any(not offer.compared for offer in wanted) and not yes and not _confirmed(session, _COMPARE):
        session.say(msg("nothing was enrolled"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    who, at = login_user(None), datetime.now(UTC)
    # First, because a scan under way would refuse it, and then nothing shall have changed.
    accept_machines(folder, [offer.endpoint for offer in wanted if offer.standing is Standing.CHANGED], who=who, at=at)
    _, added = enrol(host_keys, offers, who=who, at=at, replace=replace)
    session.say(msg("{count} host keys enrolled", count=added), style="green")
    _say_left_alone(session, offers, wanted)


_COMPARE = msg("Do the fingerprints match what the machines show on site? Type yes to enrol them")


def _to_consider(
    province: Province, host_keys: HostKeys, scope: Scope, file: Path | None, fingerprint: str | None, deadline: float
) -> list[Offer]:
    """What could be enrolled: from machines, or from what was collected on site."""
    user = login_user(None)
    if file is not None:
        if fingerprint is not None:
            raise UsageError(msg("--from and --fingerprint exclude each other"), hint=msg("write the fingerprint into the file"))
        return collected_offers(province, host_keys, scope, file, scan_host_key, user=user, seconds=deadline)
    if fingerprint is not None and (len(scope.endpoints) != 1 or not is_fingerprint(fingerprint)):
        raise UsageError(
            msg("--fingerprint takes one SHA256 fingerprint of one machine"),
            hint=msg("name the machine with --endpoint; on it, ssh-keygen -lf shows the fingerprint"),
        )
    offers = offered_keys(province, host_keys, scope, scan_host_key, user=user, seconds=deadline)
    if fingerprint is None:
        return offers
    return compared_with(offers, {scope.endpoints[0]: frozenset({fingerprint.rstrip("=")})})


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


def _confirmed(session: Session, question: Message) -> bool:
    """Yes in either language; everything else, also silence, is no."""
    answer = typer.prompt(session.text(question), default="", show_default=False, err=True)
    return fold(str(answer)).strip().lower() in ("y", "yes", "c", "co")


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


MachinesArgument = Annotated[
    list[str], typer.Argument(metavar="MACHINE...", help=N_("Ids of machines, or names as secaudit trust list shows them."))
]


@app.command(cls=Command, help=N_("Believe the keys of these machines no more; they are not logged in to until enrolled again."))
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
    host_keys, names = _enrolled(machines, inventory, workspace, checks)
    _print_meant(session, host_keys, names)
    if not yes and not _confirmed(session, msg("Remove these keys? Type yes to remove them")):
        session.say(msg("nothing was removed"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    host_keys.remove(names, who=login_user(None), at=datetime.now(UTC))
    session.say(msg("the keys of {count} name(s) were removed", count=len(names)), style="green")


@app.command(cls=Command, help=N_("Withdraw the keys of these machines for ever, wherever they are offered: they leaked."))
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
    host_keys, names = _enrolled(machines, inventory, workspace, checks)
    _print_meant(session, host_keys, names)
    if not yes and not _confirmed(session, msg("Withdraw these keys for ever? Type yes to withdraw them")):
        session.say(msg("nothing was withdrawn"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    keys = [entry.key for name in names for entry in host_keys.about(name) if not entry.marker]
    who, at = login_user(None), datetime.now(UTC)
    host_keys.revoke(keys, who=who, at=at).remove(names, who=who, at=at)
    session.say(msg("{count} key(s) are withdrawn", count=len(set(keys))), style="green")


@app.command(
    cls=Command, help=N_("Accept that these machines were replaced or installed again: earlier evidence counts no more.")
)
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
    missing = [name for name in machines if name not in known]
    if missing:
        raise UsageError(
            msg("the inventory has no {kind} called {id}", kind=msg("machine"), id=", ".join(missing)),
            hint=did_you_mean(missing[0], set(known)) or msg("names stand in the inventory's files as id"),
        )
    question = msg(
        "What was seen of {machines} so far will count no more. Type yes to accept the new ones", machines=", ".join(machines)
    )
    if not yes and not _confirmed(session, question):
        session.say(msg("nothing was accepted"), style="yellow")
        raise typer.Exit(ExitCode.FAILURES)
    with needed_store(workspace_folder(workspace)) as store:
        store.accept(machines, who=login_user(None), at=datetime.now(UTC))
    session.say(msg("{count} machine(s) accepted; gather their evidence: secaudit scan", count=len(machines)), style="green")


def _enrolled(
    machines: list[str], inventory: Path | None, workspace: Path | None, checks: Path | None
) -> tuple[HostKeys, list[str]]:
    """The file, and the names in it that are meant; the inventory is read only when an id has to be looked up."""
    host_keys = HostKeys.read(workspace_folder(workspace) / HOST_KEYS_FILE)
    by_name = all(any(not one.marker for one in host_keys.about(canonical_host(name))) for name in machines)
    province = None if by_name else load_province(inventory_folder(inventory), checks_folder(checks), None)
    return host_keys, names_of(host_keys, province, machines, login_user(None))


def _print_meant(session: Session, host_keys: HostKeys, names: list[str]) -> None:
    for name in names:
        for entry in host_keys.about(name):
            if not entry.marker:
                session.out.print(Text(f"{clean(name)}  {entry.key.type}  {entry.key.fingerprint}"), soft_wrap=True)


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
