"""``secaudit courier``: the province's key, collectors' answers taken in, and who has sent what."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli import courier_make
from secaudit.cli.courier_words import import_json, print_import, print_status, status_json
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.progress import one_bar
from secaudit.cli.secret_sources import descriptor_secret, prompt_secret
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
from secaudit.cli.workspace import STORE_FILE, PlanOption, existing_store
from secaudit.errors import OutputError, UsageError
from secaudit.intake.keys import CERTIFICATE_FILE, FOLDER, KEYS_FILE, Certificate, make_key, read_keys
from secaudit.intake.opening import Opener
from secaudit.messages import Message, msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.courier import PERIOD, Courier
from secaudit.model.secret import Secret
from secaudit.pipeline.answering import Imported, import_answers, read_answer_files
from secaudit.pipeline.asked_names import require_known
from secaudit.pipeline.courier_status import newest_period, sending_report
from secaudit.pipeline.province import DEFAULT_PLAN, classify_province, load_province
from secaudit.store import Store

app = application(help=N_("Collectors for machines that SSH does not reach: the key, their answers, who has sent what."))
courier_make.register(app)

PassphraseFd = Annotated[
    int | None,
    typer.Option(
        "--passphrase-fd", metavar="N", min=0, help=N_("Read the passphrase of the province's key from this descriptor.")
    ),
]


@app.command(cls=Command, help=N_("Make the key pair that answers are sealed to; its private half is kept under a passphrase."))
def key(
    context: typer.Context,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help=N_("Make a new pair for collectors to come; answers to the old ones still open."))
    ] = False,
    passphrase_fd: PassphraseFd = None,
    new_passphrase_fd: Annotated[
        int | None,
        typer.Option(
            "--new-passphrase-fd",
            metavar="N",
            min=0,
            help=N_("With --renew: read another passphrase for all keys from this one."),
        ),
    ] = None,
) -> None:
    """Once for a province; renewed when somebody leaves who knew the passphrase."""
    session = session_of(context)
    folder = workspace_folder(workspace)
    pairs = read_keys(folder)
    where = str(folder / FOLDER / KEYS_FILE)
    if pairs and not renew:
        raise UsageError(
            msg("the province has a key already, made on {day}", day=_day(pairs[0].certificate)),
            where=where,
            hint=msg("secaudit courier key --renew makes a new one for collectors to come; answers to the old one still open"),
        )
    if new_passphrase_fd is not None and (not pairs or new_passphrase_fd == passphrase_fd):
        raise UsageError(
            msg("--new-passphrase-fd is for renewing, beside --passphrase-fd and with another descriptor"),
            hint=msg("the first key has one passphrase: --passphrase-fd"),
        )
    now = datetime.now(UTC)
    try:
        if pairs:
            present = _passphrase(session, passphrase_fd, msg("Passphrase of the province's key: "))
            earlier = [(pair, pair.open(present, where=where)) for pair in pairs]
            chosen = _new_passphrase(session, present, passphrase_fd, new_passphrase_fd)
            made = make_key(folder, name=_name(now), passphrase=chosen, at=now, earlier=earlier)
        else:
            chosen = _chosen_twice(session) if passphrase_fd is None else descriptor_secret(passphrase_fd, "--passphrase-fd")
            made = make_key(folder, name=_name(now), passphrase=chosen, at=now)
    except OSError as error:
        raise OutputError(
            msg("the key cannot be written: {reason}", reason=error.strerror or "error"),
            where=where,
            hint=msg("look at the rights and the room of the workspace"),
        ) from error
    session.say(
        msg("key made; SHA-256 of its certificate: {fingerprint}", fingerprint=made.certificate.fingerprint), style="green"
    )
    session.say(msg("private half: {path} (sealed); public half: {beside}", path=where, beside=CERTIFICATE_FILE))
    session.say(
        msg("keep a copy of that file and the passphrase in two safe places: without both no answer can ever be opened"),
        style="yellow",
    )


@app.command(
    "import", cls=Command, help=N_("Take in answers of collectors: what is good is kept, what is not is named with its reason.")
)
def import_files(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help=N_("Files, zips, or folders of them, as they were sent."))
    ],
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
    passphrase_fd: PassphraseFd = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 5 when anything was refused, 4 when machines nobody declares are among them, else 0."""
    session = session_of(context)
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
    rules = province.plan(plan)
    read = read_answer_files(files)
    if not read.blocks:
        imported = Imported((), read.problems, None)
    else:
        pairs = read_keys(folder)
        couriers = _couriers(folder)
        where = str(folder / FOLDER / KEYS_FILE)
        if couriers and not pairs:
            raise UsageError(
                msg("collectors were made in this workspace, but the key that opens their answers is gone"),
                where=where,
                hint=msg("put the file back from its safe copy; without it none of their answers can be opened"),
            )
        if not couriers:
            raise UsageError(
                msg("no collector was made in this workspace, so none of its answers can be known"),
                where=str(folder),
                hint=msg("name the workspace the collector was made in with --workspace"),
            )
        passphrase = _passphrase(session, passphrase_fd, msg("Passphrase of the province's key: "))
        opener = Opener(pairs, passphrase, {one.id: one for one in couriers}, where)
        levels = classify_province(province, day_in_vietnam(datetime.now(UTC)))
        with Store.open(folder / STORE_FILE, create=False) as store, one_bar(session, msg("Judging")) as steps:
            imported = import_answers(
                province, rules, levels, store, read, opener, who=login_user(None), clock=_now, progress=steps
            )
    if output is OutputFormat.JSON:
        print_json("courier-import", import_json(imported))
    print_import(session, province, imported, tables=output is OutputFormat.TEXT)
    if imported.refused:
        raise typer.Exit(ExitCode.DATA)
    if imported.newcomers:
        raise typer.Exit(ExitCode.INCOMPLETE)


@app.command(cls=Command, help=N_("Who was given a collector, who has sent what, what is missing, and how old it is."))
def status(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    agency: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", metavar="YYYY-MM", help=N_("Period; the newest with collectors when left out."))
    ] = None,
    missing: Annotated[bool, typer.Option("--missing", help=N_("Name the machines whose answer is missing."))] = False,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 4 while answers are missing."""
    session = session_of(context)
    if period is not None and PERIOD.fullmatch(period) is None:
        raise UsageError(msg("{period} is no period", period=period), where="--period", hint=msg("year and month: 2026-12"))
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), None)
    require_known(msg("agency"), agency, {part.agency.id for part in province.inventory.agencies})
    now = datetime.now(UTC)
    with existing_store(folder) as store:
        couriers = store.couriers.all() if store is not None else []
        receipts = store.couriers.receipts() if store is not None else []
        newcomers = store.newcomers() if store is not None else []
    wanted = period or newest_period(couriers, now)
    report = sending_report(province.inventory, couriers, receipts, period=wanted, now=now, newcomers=newcomers, only=agency)
    if output is OutputFormat.JSON:
        print_json("courier-status", status_json(report))
    else:
        print_status(session, report, now, missing=missing)
    if report.received < report.expected:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _now() -> datetime:
    return datetime.now(UTC)


def _day(certificate: Certificate) -> str:
    return f"{day_in_vietnam(certificate.made_at):%d/%m/%Y}"


def _name(now: datetime) -> str:
    """The certificate stands in every collector: it names no person and no place."""
    return f"{day_in_vietnam(now):%Y-%m-%d}"


def _couriers(folder: Path) -> list[Courier]:
    with existing_store(folder) as store:
        return store.couriers.all() if store is not None else []


def _passphrase(session: Session, descriptor: int | None, prompt: Message) -> Secret:
    return prompt_secret(session.text(prompt)) if descriptor is None else descriptor_secret(descriptor, "--passphrase-fd")


def _new_passphrase(session: Session, present: Secret, descriptor: int | None, new: int | None) -> Secret:
    """Another passphrase where one is given; nothing typed, or none given to a program, keeps the present one."""
    if new is not None:
        return descriptor_secret(new, "--new-passphrase-fd")
    return present if descriptor is not None else _chosen_twice(session, keep=present)


def _chosen_twice(session: Session, keep: Secret | None = None) -> Secret:
    prompt = msg("New passphrase: ") if keep is None else msg("New passphrase (Enter keeps the present one): ")
    first = prompt_secret(session.text(prompt))
    if keep is not None and not first.reveal():
        return keep
    if prompt_secret(session.text(msg("The same again: "))).reveal() != first.reveal():
        raise UsageError(msg("the two passphrases differ"), hint=msg("nothing was made; start again"))
    return first
