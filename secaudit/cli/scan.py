"""``secaudit scan``: see the machines that have no fresh evidence."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.interrupts import ending_on_interrupt
from secaudit.cli.language import N_
from secaudit.cli.login import AgentOption, IdentityOption, PassphraseOption, PasswordOption, UserOption, login_user
from secaudit.cli.output import OutputFormat
from secaudit.cli.preview import DetailOption, Form, PreviewOption, SheetOption, show_preview
from secaudit.cli.problems import show_problems
from secaudit.cli.progress import ScanDisplay, Steps, bars
from secaudit.cli.scan_limits import (
    PER_JUMP,
    Asked,
    ForOption,
    PerJumpOption,
    PerNetworkOption,
    RetriesOption,
    UntilOption,
    limits_of,
    local_now,
    parse_window,
)
from secaudit.cli.scan_local import LocalOption, local_inventory, refuse_logins, scan_here
from secaudit.cli.scan_options import (
    AcceptOption,
    AgencyOption,
    AllOption,
    ConnectionsOption,
    DeadlineOption,
    EndpointOption,
    RateOption,
    SudoOption,
    SystemOption,
)
from secaudit.cli.scan_recheck import Rechecking, RecheckOption, SeedOption, rechecking_of
from secaudit.cli.scan_words import leave, tell
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
from secaudit.cli.shares import parse_share
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
from secaudit.cli.workspace import HOST_KEYS_FILE, STORE_FILE, PlanOption
from secaudit.collect import Limits
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.plan import Plan
from secaudit.pipeline.province import DEFAULT_PLAN, Province, classify_province, load_province
from secaudit.pipeline.seeing import Scope, Sweep, sweep
from secaudit.pipeline.ways import Ways
from secaudit.store import Store
from secaudit.transport import HostKeys
from secaudit.transport.ssh import SshTransport

app = application()


@app.command(cls=Command, help=N_("See machines over SSH: those without fresh evidence, or the ones you name."))
def scan(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    again: AllOption = False,
    agency: AgencyOption = None,
    system: SystemOption = None,
    endpoint: EndpointOption = None,
    local: LocalOption = False,
    recheck: RecheckOption = None,
    seed: SeedOption = None,
    user: UserOption = None,
    identity: IdentityOption = None,
    agent: AgentOption = True,
    ask_password: PasswordOption = False,
    ask_passphrase: PassphraseOption = False,
    password_fd: PasswordFdOption = None,
    passphrase_fd: PassphraseFdOption = None,
    ssh_config: SshConfigOption = None,
    no_ssh_config: NoSshConfigOption = False,
    sudo: SudoOption = False,
    connections: ConnectionsOption = None,
    rate: RateOption = 100.0,
    deadline: DeadlineOption = 120.0,
    per_network: PerNetworkOption = None,
    per_jump: PerJumpOption = PER_JUMP,
    retries: RetriesOption = None,
    until: UntilOption = None,
    run_for: ForOption = None,
    accept_unknown: AcceptOption = "0%",
    preview: PreviewOption = False,
    detail: DetailOption = False,
    out: SheetOption = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 all seen and in order, 3 a check fails, 4 a machine was not seen, 130 interrupted."""
    session = session_of(context)
    accepted, window = parse_share(accept_unknown), parse_window(until, run_for, local_now())
    rechecking = rechecking_of(recheck, seed, local=local)
    given = Given(
        user, identity or (), agent, ask_password, ask_passphrase, password_fd, passphrase_fd, ssh_config, no_ssh_config
    )
    asked = Asked(connections, rate, deadline, per_network, per_jump, retries, window)
    form = Form(preview, detail, out, output, elsewhere=local or recheck is not None)
    if local:
        refuse_logins(given)
    folder = workspace_folder(workspace)
    province = load_province((local_inventory if local else inventory_folder)(inventory), checks_folder(checks), folder)
    scope = Scope(again or bool(endpoint), tuple(agency or ()), tuple(system or ()), tuple(endpoint or ()))
    errand = Errand(session, province, province.plan(plan), folder, scope, given, asked, sudo)
    if form.asked():
        show_preview(session, form, errand.province, errand.plan, scope, folder, given, asked.limits(local_now()), sudo=sudo)
        return
    result = errand.run(rechecking, output, accepted, local=local)
    tell(session, province, result, output)
    leave(result, accepted)


@dataclass(frozen=True, slots=True)
class Errand:
    """One scan as it was asked for."""

    session: Session
    province: Province
    plan: Plan
    folder: Path
    scope: Scope
    given: Given
    asked: Asked
    sudo: bool

    def run(self, rechecking: Rechecking | None, output: OutputFormat, accepted: float, *, local: bool) -> Sweep:
        """Do it; a re-check compares, prints and leaves by itself."""
        with Store.open(self.folder / STORE_FILE) as store:
            store.claim()
            if local:
                return scan_here(
                    self.session, self.province, self.plan, store, self.scope, sudo=self.sudo, deadline=self.asked.deadline
                )
            result = self._over_ssh(store, rechecking)
            if rechecking is not None:
                rechecking.leave(self.session, self.province, store, result, output, accepted)
            return result

    def _over_ssh(self, store: Store, rechecking: Rechecking | None) -> Sweep:
        session, province = self.session, self.province
        ways = open_ways(session, province.inventory, self.folder, self.given)
        transport = open_transport(session, province.inventory, ways, _host_keys(session, self.folder))
        limits, scope = limits_of(session, self.asked), self.scope
        if rechecking is not None:  # last: who is drawn must not be a reason to give up at the prompt and draw again
            scope = rechecking.scope(session, province, self.plan, store, scope, ways=ways)
        return watched_sweep(
            session,
            province,
            self.plan,
            store,
            transport,
            scope,
            ways=ways,
            sudo=self.sudo,
            limits=limits,
            rechecking=rechecking,
        )


def watched_sweep(
    session: Session,
    province: Province,
    plan: Plan,
    store: Store,
    transport: SshTransport,
    scope: Scope,
    *,
    ways: Ways,
    sudo: bool,
    limits: Limits,
    rechecking: Rechecking | None = None,
) -> Sweep:
    """A sweep with a progress display; Ctrl-C ends it softly."""
    levels = classify_province(province, day_in_vietnam(datetime.now(UTC)))
    with closing(transport), ending_on_interrupt() as stop, bars(session) as progress:
        return sweep(
            province,
            plan,
            levels,
            store,
            transport,
            scope,
            ways=ways,
            who=login_user(None),
            sudo=sudo,
            limits=limits,
            observer=ScanDisplay(session, progress),
            stop=stop,
            clock=lambda: datetime.now(UTC),
            offered=transport.offers,
            begun=lambda run: rechecking.begun(store, run) if rechecking is not None else None,
            progress=Steps(session, progress, msg("Judging")),
        )


def _host_keys(session: Session, folder: Path) -> HostKeys:
    host_keys = HostKeys.read(folder / HOST_KEYS_FILE)
    show_problems(session, host_keys.problems)
    return host_keys
