"""``secaudit scan``: see the machines that have no fresh evidence."""

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from secaudit.cli.exits import ExitCode, verdict_code
from secaudit.cli.language import N_
from secaudit.cli.login import (
    AgentOption,
    IdentityOption,
    PassphraseOption,
    PasswordOption,
    UserOption,
    ask_credentials,
    login_user,
)
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.progress import ScanDisplay, Steps, bars
from secaudit.cli.runs import run_json
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
from secaudit.cli.workspace import HOST_KEYS_FILE, STORE_FILE, PlanOption, say_changed
from secaudit.collect import Limits
from secaudit.collect.machine import safe_limits
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.outcome import Sight
from secaudit.model.plan import Plan
from secaudit.pipeline.province import DEFAULT_PLAN, Province, classify_province, load_province
from secaudit.pipeline.seeing import Scope, Sweep, sweep
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
    again: Annotated[bool, typer.Option("--all", help=N_("Ask machines with fresh evidence too."))] = False,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))
    ] = None,
    system: Annotated[list[str] | None, typer.Option("--system", metavar="ID", help=N_("Only machines of this system."))] = None,
    endpoint: Annotated[
        list[str] | None, typer.Option("--endpoint", metavar="ID", help=N_("Only this machine (may be repeated)."))
    ] = None,
    user: UserOption = None,
    identity: IdentityOption = None,
    agent: AgentOption = True,
    ask_password: PasswordOption = False,
    ask_passphrase: PassphraseOption = False,
    sudo: Annotated[bool, typer.Option("--sudo", help=N_("Use sudo -n where the machine allows it without a password."))] = False,
    connections: Annotated[
        int | None, typer.Option("--connections", min=1, max=2000, help=N_("Connections open at once."))
    ] = None,
    rate: Annotated[float, typer.Option("--rate", min=0.1, help=N_("New connections per second."))] = 100.0,
    deadline: Annotated[float, typer.Option("--deadline", min=1, help=N_("Seconds one machine may take in all."))] = 120.0,
    accept_unknown: Annotated[
        str, typer.Option("--accept-unknown", metavar="5%", help=N_("Share of machines that may stay unseen."))
    ] = "0%",
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 all seen and in order, 3 a check fails, 4 a machine was not seen, 130 interrupted."""
    session = session_of(context)
    accepted = parse_share(accept_unknown)
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
    chosen = province.plan(plan)
    scope = Scope(again or bool(endpoint), tuple(agency or ()), tuple(system or ()), tuple(endpoint or ()))
    account = login_user(user)
    with Store.open(folder / STORE_FILE) as store:
        store.claim()
        credentials = ask_credentials(session, identity, agent=agent, ask_password=ask_password, ask_passphrase=ask_passphrase)
        transport = SshTransport(credentials, _host_keys(session, folder))
        limits = _limits(connections, rate, deadline)
        result = watched_sweep(session, province, chosen, store, transport, scope, user=account, sudo=sudo, limits=limits)
    if output is OutputFormat.JSON:
        print_json("scan", sweep_json(result))
    else:
        print_sweep(session, result)
        say_changed(session, province.catalog)
        print_next_steps(session, result)
    _leave(result, accepted)


def watched_sweep(
    session: Session,
    province: Province,
    plan: Plan,
    store: Store,
    transport: SshTransport,
    scope: Scope,
    *,
    user: str,
    sudo: bool,
    limits: Limits,
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
            user=user,
            who=login_user(None),
            sudo=sudo,
            limits=limits,
            observer=ScanDisplay(session, progress),
            stop=stop,
            clock=lambda: datetime.now(UTC),
            progress=Steps(session, progress, msg("Judging")),
        )


def _host_keys(session: Session, folder: Path) -> HostKeys:
    host_keys = HostKeys.read(folder / HOST_KEYS_FILE)
    show_problems(session, host_keys.problems)
    return host_keys


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


def _limits(connections: int | None, rate: float, deadline: float) -> Limits:
    limits = Limits(per_second=rate, endpoint_seconds=deadline)
    return safe_limits(limits) if connections is None else replace(limits, in_flight=connections)


def _leave(result: Sweep, accepted: float) -> None:
    if result.interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED)
    code = verdict_code(
        failures=result.failing > 0, unknown=result.unseen, total=len(result.selection.jobs), accepted_share=accepted
    )
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
    else:
        session.say(msg("no machine had to be asked"))
    lab = sum(job.endpoint.lab for job in result.selection.jobs)
    for count, sentence in (
        (lab, msg("lab data: {count} of the machines asked stand for no real machine", count=lab)),
        (result.selection.fresh, msg("{count} machines were not asked, their evidence is fresh", count=result.selection.fresh)),
        (result.selection.isolated, msg("{count} isolated machines are never asked", count=result.selection.isolated)),
    ):
        if count:
            session.say(sentence)
    if result.interrupted:
        session.say(msg("interrupted: what was finished is kept, the next scan asks the rest"), style="yellow")


_NEXT: dict[Sight, Message] = {
    Sight.HOST_KEY: msg(
        "compare host keys on site: secaudit trust scan shows them, secaudit trust add enrols new ones; "
        "find out why a key changed"
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
    if any(kind is not Sight.SEEN for kind in counts):
        session.say(msg("  → each machine with the reason: secaudit runs show {number}", number=result.run.number))


def sweep_json(result: Sweep) -> dict[str, Any]:
    """A run of ``scan`` as docs/json.md describes it."""
    return {
        "run": run_json(result.run),
        "asked": len(result.selection.jobs),
        "seen": result.seen,
        "lab": sum(job.endpoint.lab for job in result.selection.jobs),
        "not_seen": result.unseen,
        "fresh": result.selection.fresh,
        "isolated": result.selection.isolated,
        "judged": result.judged,
        "machines_with_failures": result.failing,
    }
