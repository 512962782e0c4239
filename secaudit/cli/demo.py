"""``secaudit demo``: the main job over the sample province, with real SSH on loopback."""

import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from secaudit.classify import TOO_LOW, compare
from secaudit.cli.demo_evidence import bring_in, say_change
from secaudit.cli.discover_words import say_search
from secaudit.cli.found_machines import look_again, say_found
from secaudit.cli.interrupts import ended_by_signals
from secaudit.cli.judge import print_group_tallies
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.measure import print_measurements
from secaudit.cli.progress import one_bar
from secaudit.cli.report import conclusion
from secaudit.cli.scan import watched_sweep
from secaudit.cli.scan_words import print_sweep
from secaudit.cli.session import ChecksOption, Session, checks_folder, session_of
from secaudit.cli.shapes import Shape, write_shape
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import HOST_KEYS_FILE, REPORT_FOLDER, STORE_FILE
from secaudit.collect import Limits
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.finding import Verdict
from secaudit.pipeline.discovering import means_of_looking
from secaudit.pipeline.found_keys import key_finder
from secaudit.pipeline.history import past_of, state_of
from secaudit.pipeline.judging import count_verdicts
from secaudit.pipeline.measuring import Measured, measure_province
from secaudit.pipeline.outputs import Job
from secaudit.pipeline.practice import Practice, practice_range
from secaudit.pipeline.province import DEFAULT_PLAN, Levels, Province, classify_province, load_province
from secaudit.pipeline.search_plan import Asked as SearchAsked
from secaudit.pipeline.search_plan import plan_search
from secaudit.pipeline.searching import search_networks
from secaudit.pipeline.seeing import Scope
from secaudit.pipeline.ways import Asked, Ways
from secaudit.resources import data_folder, translator
from secaudit.store import Store
from secaudit.transport import Credentials, KeyFile
from secaudit.transport.ssh import SshTransport

app = application()

LOOPBACK_RATE = 100_000
"""Probes per second: no line and no machine of others is in the way."""
LIMITS = Limits(in_flight=60, per_network=60, per_province_network=60, per_jump=60, per_second=200.0, endpoint_seconds=15.0)
"""Lab endpoints that keep silent would otherwise hold the demo for minutes; loopback is no weak line."""


@app.command(cls=Command, help=N_("The whole job over the sample province, on this machine alone. Run it again as you like."))
def demo(
    context: typer.Context,
    inventory: Annotated[Path, typer.Option("--inventory", "-i", help=N_("The sample province."))] = Path(
        "inventories/thai-nguyen"
    ),
    lab_map: Annotated[Path, typer.Option("--lab", metavar="FILE", help=N_("Which lab answer stands at which address."))] = Path(
        "inventories/lab/thai-nguyen.yaml"
    ),
    evidence: Annotated[
        Path, typer.Option("--evidence", metavar="FILE", help=N_("What comes in beside SSH: exports and answers of a collector."))
    ] = Path("inventories/lab/evidence.yaml"),
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help=N_("Folder for the store and the report."))] = Path("demo"),
    checks: Annotated[Path | None, ChecksOption] = None,
) -> None:
    """Load, classify, see, take in, judge, measure, report; exit 0 when the job ran to its end, whatever it found."""
    session = session_of(context)
    _check_sample(lab_map, evidence)
    began = time.monotonic()
    session.say(msg("1/7 Loading and validating the inventory"), style="bold")
    province = load_province(inventory, checks_folder(checks), workspace)
    _say_loaded(session, province)
    session.say(msg("2/7 Classifying every system"), style="bold")
    levels = classify_province(province, day_in_vietnam(datetime.now(UTC)))
    _print_levels(session, province, levels)
    with (
        ended_by_signals(),
        practice_range(province.inventory, lab_map, workspace, workspace / HOST_KEYS_FILE) as practice,
        Store.open(workspace / STORE_FILE) as store,
    ):
        store.claim()
        _say_practice(session, practice)
        session.say(msg("3/7 Looking for machines nobody declared"), style="bold")
        _discover(session, province, store, practice)
        session.say(msg("4/7 Seeing machines over SSH"), style="bold")
        _see(session, province, store, practice)
        plan = province.plan(DEFAULT_PLAN)
        before = measure_province(province, plan, store, as_of=datetime.now(UTC))
        session.say(msg("5/7 Taking in what consoles and a collector know"), style="bold")
        bring_in(session, province, plan, levels, store, described=evidence, workspace=workspace)
        session.say(msg("6/7 Judging and measuring"), style="bold")
        with one_bar(session, msg("Judging")) as steps:
            measured = measure_province(province, plan, store, as_of=datetime.now(UTC), progress=steps)
        tallies = count_verdicts(state for state in measured.states.values() if state.evidence is not None)
        print_group_tallies(session, province, tallies)
        session.say(msg("7/7 Writing the report"), style="bold")
        target = _report(measured, store, workspace)
    print_measurements(session, measured)
    say_change(session, before, measured)
    session.say(conclusion(measured), style="bold")
    failures = sum(counts[Verdict.FAIL] for counts in tallies.values())
    session.say(msg("{count} failed checks on machines that were seen", count=failures))
    session.say(
        msg(
            "finished in {seconds} s; open this page: {path}",
            seconds=round(time.monotonic() - began),
            path=(target / "index.html").resolve().as_uri(),
        )
    )


def _report(measured: Measured, store: Store, workspace: Path) -> Path:
    """Write the folder and write its state down, so that the next demo has something earlier to compare with."""
    target = workspace / REPORT_FOLDER
    past = past_of(measured, store, workspace)
    job = Job(measured, store, translator("vi"), data_folder("report_templates"), past, made_by=login_user(None))
    write_shape(replace(job, made_at=datetime.now(UTC)), Shape("html", target))
    store.states.try_record(state_of(measured))
    return target


def _check_sample(*paths: Path) -> None:
    for path in paths:
        if not path.is_file():
            raise UsageError(
                msg("the sample province is not here"), where=str(path), hint=msg("run the demo in a checkout of secaudit")
            )


def _say_loaded(session: Session, province: Province) -> None:
    session.say(
        msg(
            "{agencies} agencies, {systems} systems, {endpoints} endpoints: no problem found",
            agencies=len(province.inventory.agencies),
            systems=len(province.inventory.systems),
            endpoints=len(province.inventory.endpoints),
        )
    )


def _print_levels(session: Session, province: Province, levels: Levels) -> None:
    table = Table(title=session.text(msg("Levels under {act}", act=levels.rules.act)))
    table.add_column(session.text(msg("Level")))
    table.add_column(session.text(msg("Systems")), justify="right")
    counts = Counter(item.level for item in levels.classifications.values())
    for level in sorted(level for level in counts if level is not None):
        table.add_row(str(level), str(counts[level]))
    if counts[None]:
        table.add_row(session.text(msg("open, questions to ask")), str(counts[None]))
    lower = sum(
        1 for item in levels.classifications.values() if compare(item, province.inventory.systems[item.system]) in TOO_LOW
    )
    session.out.print(table)
    if lower:
        session.say(msg("{count} systems are declared lower than the clauses propose", count=lower), style="yellow")


def _say_practice(session: Session, practice: Practice) -> None:
    session.say(
        msg("lab: {count} addresses on loopback answer with captured or misbehaving SSH (lab data)", count=practice.lab_machines)
    )
    if practice.this_machine:
        session.say(msg("this machine is audited for real, through OpenSSH on loopback"))
    for message in practice.missing:
        session.say(message, style="yellow")


def _discover(session: Session, province: Province, store: Store, practice: Practice) -> None:
    plan = plan_search(province.inventory, SearchAsked(), day_in_vietnam(datetime.now(UTC)))
    means = means_of_looking(rate=LOOPBACK_RATE, services=False)
    for lost in means.lost:
        session.say(lost, style="yellow")
    with key_finder(practice.host_keys, seconds=3.0) as identify, one_bar(session, msg("Searching networks")) as steps:
        result = search_networks(
            store,
            plan,
            means.looker,
            who=login_user(None),
            clock=lambda: datetime.now(UTC),
            again=True,
            inventory_digest=province.inventory.digest,
            identify=identify,
            progress=steps,
        )
    if result.interrupted:
        raise KeyboardInterrupt
    say_search(session, result)
    say_found(session, province.inventory, look_again(province.inventory, store, at=datetime.now(UTC), agencies=()), None)


def _see(session: Session, province: Province, store: Store, practice: Practice) -> None:
    ways = Ways(province.inventory, Asked(login_user(None), keys=(KeyFile(practice.client_key),), agent=False))
    transport = SshTransport(Credentials(), practice.host_keys)
    result = watched_sweep(
        session,
        province,
        province.plan(DEFAULT_PLAN),
        store,
        transport,
        Scope(again=True),
        ways=ways,
        sudo=False,
        limits=LIMITS,
    )
    print_sweep(session, result)
    if result.interrupted:
        raise KeyboardInterrupt
