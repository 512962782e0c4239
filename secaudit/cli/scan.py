"""``secaudit scan``: see the machines that have no fresh evidence."""

<<<<<<< HEAD
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
=======
from contextlib import closing
from dataclasses import dataclass, replace
>>>>>>> local
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode, verdict_code
from secaudit.cli.interrupts import ending_on_interrupt
from secaudit.cli.language import N_
from secaudit.cli.login import (
    AgentOption,
    IdentityOption,
    PassphraseOption,
    PasswordOption,
    UserOption,
    login_user,
)
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.preview import DetailOption, Form, Login, PreviewOption, SheetOption, show_preview
from secaudit.cli.problems import show_problems
from secaudit.cli.progress import ScanDisplay, bars
from secaudit.cli.runs import run_json
<<<<<<< HEAD
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
=======
from secaudit.cli.scan_local import LocalOption, local_inventory, refuse_logins, scan_here
from secaudit.cli.scan_recheck import Rechecking, RecheckOption, SeedOption, rechecking_of
>>>>>>> local
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
from secaudit.cli.workspace import HOST_KEYS_FILE, STORE_FILE, PlanOption, say_changed
from secaudit.collect import Limits
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.finding import Verdict
from secaudit.model.outcome import Sight
from secaudit.model.plan import Plan
from secaudit.pipeline.judging import BATCH, batched, gather_states
from secaudit.pipeline.province import DEFAULT_PLAN, Province, classify_province, load_province
from secaudit.pipeline.seeing import Scope, Sweep, sweep
from secaudit.pipeline.ways import Ways
from secaudit.report.words import word
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
<<<<<<< HEAD
    again: AllOption = False,
    agency: AgencyOption = None,
    system: SystemOption = None,
    endpoint: EndpointOption = None,
=======
    again: Annotated[bool, typer.Option("--all", help=N_("Ask machines with fresh evidence too."))] = False,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))
    ] = None,
    system: Annotated[list[str] | None, typer.Option("--system", metavar="ID", help=N_("Only machines of this system."))] = None,
    endpoint: Annotated[
        list[str] | None, typer.Option("--endpoint", metavar="ID", help=N_("Only this machine (may be repeated)."))
    ] = None,
    local: LocalOption = False,
    recheck: RecheckOption = None,
    seed: SeedOption = None,
>>>>>>> local
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
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 all seen and in order, 3 a check fails, 4 a machine was not seen, 130 interrupted."""
    session = session_of(context)
    accepted = parse_share(accept_unknown)
<<<<<<< HEAD
    window = parse_window(until, run_for, local_now())
    asked = Asked(connections, rate, deadline, per_network, per_jump, retries, window)
=======
    rechecking = rechecking_of(recheck, seed, local=local)
>>>>>>> local
    folder = workspace_folder(workspace)
    if local:
        refuse_logins(identity, asked=ask_password or ask_passphrase, user=user)
    province = load_province((local_inventory if local else inventory_folder)(inventory), checks_folder(checks), folder)
    chosen = province.plan(plan)
    scope = Scope(again or bool(endpoint), tuple(agency or ()), tuple(system or ()), tuple(endpoint or ()))
<<<<<<< HEAD
    given = Given(
        user, identity or (), agent, ask_password, ask_passphrase, password_fd, passphrase_fd, ssh_config, no_ssh_config
    )
    with Store.open(folder / STORE_FILE) as store:
        store.claim()
        ways = open_ways(session, province.inventory, folder, given)
        transport = open_transport(session, province.inventory, ways, _host_keys(session, folder))
        limits = limits_of(session, asked)
        result = watched_sweep(session, province, chosen, store, transport, scope, ways=ways, sudo=sudo, limits=limits)
=======
    login = Login(tuple(identity or ()), agent, ask_password, ask_passphrase)
    how = How(login_user(user), sudo, _limits(connections, rate, deadline))
    with Store.open(folder / STORE_FILE) as store:
        store.claim()
        if local:
            result = scan_here(session, province, chosen, store, scope, sudo=sudo, deadline=deadline)
        else:
            result = _over_ssh(session, province, chosen, store, scope, how, login, rechecking)
        if rechecking is not None:
            rechecking.leave(session, province, store, result, output, accepted)
>>>>>>> local
        failures = _failures(province, store, result, chosen.evidence.fresh_days)
    _tell(session, province, result, failures, output)
    _leave(result, failures, accepted)


def _tell(session: Session, province: Province, result: Sweep, failures: int, output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        print_json("scan", sweep_json(result, failures))
        return
    print_sweep(session, result)
    say_changed(session, province.catalog)
    print_next_steps(session, result)


@dataclass(frozen=True, slots=True)
class Login:
    """With what to log in, as the options say it; secrets are asked for when they are needed."""

    identities: tuple[Path, ...]
    agent: bool
    ask_password: bool
    ask_passphrase: bool


@dataclass(frozen=True, slots=True)
class How:
    """As whom, with which rights and within which limits."""

    user: str
    sudo: bool
    limits: Limits


def _over_ssh(
    session: Session, province: Province, plan: Plan, store: Store, scope: Scope, how: How, login: Login, draw: Rechecking | None
) -> Sweep:
    credentials = ask_credentials(
        session,
        list(login.identities),
        agent=login.agent,
        ask_password=login.ask_password,
        ask_passphrase=login.ask_passphrase,
    )
    transport = SshTransport(credentials, _host_keys(session, store.path.parent))
    if draw is not None:  # last: who is drawn must not be a reason to give up at the prompt and draw again
        scope = draw.scope(session, province, plan, store, scope, user=how.user)
    return watched_sweep(
        session, province, plan, store, transport, scope, user=how.user, sudo=how.sudo, limits=how.limits, rechecking=draw
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
<<<<<<< HEAD
            offered=transport.offers,
=======
            begun=lambda run: rechecking.begun(store, run) if rechecking is not None else None,
>>>>>>> local
        )


def _host_keys(session: Session, folder: Path) -> HostKeys:
    host_keys = HostKeys.read(folder / HOST_KEYS_FILE)
    show_problems(session, host_keys.problems)
    return host_keys


<<<<<<< HEAD
@contextmanager
def ending_on_interrupt() -> Iterator[threading.Event]:
    """Ctrl-C sets the event, so that what is finished is kept; a second one interrupts at once."""
    stop = threading.Event()

    def asked_to_stop(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = signal.signal(signal.SIGINT, asked_to_stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
=======
def _limits(connections: int | None, rate: float, deadline: float) -> Limits:
    limits = Limits(per_second=rate, endpoint_seconds=deadline)
    return safe_limits(limits) if connections is None else replace(limits, in_flight=connections)
>>>>>>> local


def _failures(province: Province, store: Store, result: Sweep, fresh_days: int) -> int:
    """Machines of this run with at least one failed check."""
    states = gather_states(province, store, as_of=datetime.now(UTC), fresh_days=fresh_days)
    asked = {job.endpoint.id for job in result.selection.jobs}
    numbers = [s.evidence.number for s in states.values() if s.evidence is not None and s.endpoint in asked]
    failed = 0
    for batch in batched(numbers, BATCH):  # the findings of a whole province would not fit into the memory of an office PC
        findings = store.findings(province.catalog.digest, batch)
        failed += sum(1 for rows in findings.values() if any(row.verdict is Verdict.FAIL for row in rows))
    return failed


def _leave(result: Sweep, failures: int, accepted: float) -> None:
    if result.interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED)
    unknown = result.unseen + result.held
    code = verdict_code(failures=failures > 0, unknown=unknown, total=len(result.selection.jobs), accepted_share=accepted)
    if code is not ExitCode.WELL:
        raise typer.Exit(code)


def print_sweep(session: Session, result: Sweep) -> None:
    """How the machines of the run ended, by class."""
    counts = {Sight(sight): count for sight, count in result.run.counts}
    if counts:
        table = Table(title=session.text(msg("Run {number}", number=result.run.number)))
        table.add_column(session.text(msg("Result")), overflow="fold")
        table.add_column(session.text(msg("Machines")), justify="right")
        for kind in sorted(counts, key=lambda sight: (sight is not Sight.SEEN, -counts[sight], sight)):
            table.add_row(Text(session.text(word(kind)), style="green" if kind is Sight.SEEN else "yellow"), str(counts[kind]))
        session.out.print(table)
    elif not result.left:
        session.say(msg("no machine had to be asked"))
    lab = sum(job.endpoint.lab for job in result.selection.jobs)
    for count, sentence in (
        (lab, msg("lab data: {count} of the machines asked stand for no real machine", count=lab)),
        (result.selection.fresh, msg("{count} machines were not asked, their evidence is fresh", count=result.selection.fresh)),
        (result.held, msg("{count} machines answered but do not count: secaudit measure says why", count=result.held)),
        (result.selection.isolated, msg("{count} isolated machines are never asked", count=result.selection.isolated)),
    ):
        if count:
            session.say(sentence)
    if result.left and not result.interrupted:
        left = msg(
            "the time of this run is over: {count} machines were not asked, the next scan begins with them", count=result.left
        )
        session.say(left, style="yellow")
    if result.interrupted:
        session.say(msg("interrupted: what was finished is kept, the next scan asks the rest"), style="yellow")


_NEXT: dict[Sight, Message] = {
    Sight.HOST_KEY: msg(
        "compare host keys on site: secaudit trust scan shows them, secaudit trust add enrols new ones; "
        "find out why a key changed"
    ),
    Sight.IDENTITY: msg(
        "another machine answered at these addresses: correct address or serial number in the inventory, or accept the new "
        "machine with secaudit trust accept"
    ),
    Sight.AUTH: msg("name the key that the machines let in with --identity FILE, and the account with --user"),
    Sight.SUDO: msg("allow the account sudo without a password there, or leave --sudo out"),
    Sight.NO_WAY_IN: msg("give machines that SSH can reach an address in the inventory; the others stay unknown"),
}


def print_next_steps(session: Session, result: Sweep) -> None:
    """What would let more machines be seen."""
    counts = {Sight(sight): count for sight, count in result.run.counts}
    for kind, sentence in _NEXT.items():
        if counts.get(kind):
            session.say(msg("  → {count}: {next}", count=counts[kind], next=sentence))
    session.say(msg("  → each machine where a credential was offered: secaudit runs offers {number}", number=result.run.number))
    if any(kind is not Sight.SEEN for kind in counts):
        session.say(msg("  → each machine with the reason: secaudit runs show {number}", number=result.run.number))


def sweep_json(result: Sweep, failures: int) -> dict[str, Any]:
    """A run of ``scan`` as docs/json.md describes it."""
    return {
        "run": run_json(result.run),
        "asked": len(result.selection.jobs),
        "seen": result.seen,
        "lab": sum(job.endpoint.lab for job in result.selection.jobs),
        "not_seen": result.unseen,
        "left": result.left,
        "held": result.held,
        "fresh": result.selection.fresh,
        "isolated": result.selection.isolated,
        "judged": result.judged,
        "machines_with_failures": failures,
    }
