"""``secaudit courier make``: the collector of one agency and period, as a zip that can be sent."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.session import (
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command
from secaudit.cli.workspace import STORE_FILE
from secaudit.intake.keys import current_certificate
from secaudit.inventory import load_inventory
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.courier import Courier
from secaudit.pipeline.courier_making import Audience, MadeCourier, audience, check_period, keep_courier, make_courier
from secaudit.probe.handouts import Via
from secaudit.store import Store

AgencyOption = Annotated[str, typer.Option("--agency", metavar="ID", help=N_("Agency the collector is for."))]
ViaOption = Annotated[Via, typer.Option("--via", help=N_("How it is handed out: its recipe lies in the zip."))]
PeriodOption = Annotated[
    str | None, typer.Option("--period", metavar="YYYY-MM", help=N_("Period of reporting; the current month when left out."))
]
ContactOption = Annotated[
    str | None, typer.Option("--contact", metavar="TEXT", help=N_("Where answers go; the designated unit when left out."))
]
OutOption = Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help=N_("Folder for the zip."))]


def register(app: typer.Typer) -> None:
    """Add the command to its group."""
    app.command(
        cls=Command, help=N_("Make the collector of one agency and period: a zip to hand out. Needs the province's key.")
    )(make)


def make(
    context: typer.Context,
    agency: AgencyOption,
    via: ViaOption = "document",
    period: PeriodOption = None,
    contact: ContactOption = None,
    out: OutOption = Path(),
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """A token of its own goes into the scripts and, sealed, into the store; it is shown nowhere. Exit 0."""
    session = session_of(context)
    at = datetime.now(UTC)
    today = day_in_vietnam(at)
    asked = today.strftime("%Y-%m") if period is None else period
    check_period(asked, today)
    loaded = load_inventory(inventory_folder(inventory))
    whom = audience(loaded, agency, today)
    folder = workspace_folder(workspace)
    made = make_courier(
        loaded, whom, current_certificate(folder), period=asked, via=via, contact=contact, who=login_user(None), at=at
    )
    with Store.open(folder / STORE_FILE) as store:
        earlier = keep_courier(store, made)
    path = out / f"thu-thap-{agency}-{asked}.zip"
    write_file(path, made.package, what=msg("the collector cannot be written: {reason}"))
    if output is OutputFormat.JSON:
        print_json("courier-made", _payload(whom, made, earlier, path))
    _say(session, whom, made, earlier, path)


def _say(session: Session, whom: Audience, made: MadeCourier, earlier: tuple[Courier, ...], path: Path) -> None:
    record = made.record
    session.say(msg("collector {id} for {agency}, period {period}", id=record.id, agency=record.agency, period=record.period))
    session.say(msg("file: {path} ({bytes} bytes)", path=str(path.resolve()), bytes=len(made.package)), style="bold")
    session.say(msg("SHA-256 {digest}", digest=record.digest))
    session.say(msg("for {count} declared machines; any other machine of the agency may run it too", count=len(whom.machines)))
    if whom.isolated:
        session.say(
            msg(
                "{count} isolated machines must not run it, and what is sent of them is refused: {ids}",
                count=len(whom.isolated),
                ids=", ".join(endpoint.id for endpoint in whom.isolated),
            ),
            style="yellow",
        )
    if earlier:
        session.say(msg("{count} collectors made earlier for this agency and period stay valid", count=len(earlier)))
    session.say(msg("answers go to {contact} and are taken until {day}", contact=made.contact, day=made.until.isoformat()))
    session.say(msg("whoever has the zip can answer for this agency: hand it to nobody else; the recipe and hashes lie in it"))


def _payload(whom: Audience, made: MadeCourier, earlier: tuple[Courier, ...], path: Path) -> dict[str, object]:
    record = made.record
    return {
        "courier": record.id,
        "agency": record.agency,
        "period": record.period,
        "via": record.via,
        "file": str(path.resolve()),
        "bytes": len(made.package),
        "sha256": record.digest,
        "certificate_sha256": record.key,
        "made_at": record.made_at.isoformat(),
        "until": made.until.isoformat(),
        "contact": made.contact,
        "machines": len(whom.machines),
        "isolated": [endpoint.id for endpoint in whom.isolated],
        "earlier": [courier.id for courier in earlier],
        "files": [{"name": name, "sha256": digest} for name, digest in made.digests.items()],
    }
