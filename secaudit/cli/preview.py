"""``secaudit scan --preview``: what a scan would do, on paper before anything is done."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.problems import show_problems
from secaudit.cli.session import Session
from secaudit.cli.ways import Given, open_ways
from secaudit.cli.workspace import HOST_KEYS_FILE, STORE_FILE
from secaudit.collect import Limits
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.plan import Plan
from secaudit.pipeline.preview_sheet import preview_sheet
from secaudit.pipeline.previewing import AgencyPlan, Offer, Planned, Preview, preview
from secaudit.pipeline.province import Province
from secaudit.pipeline.seeing import Scope
from secaudit.report.probe_words import what_is_read
from secaudit.report.record_words import NEVER, what_is_recorded
from secaudit.report.sheet import RENDERERS, Sheet, as_text
from secaudit.report.voice import Voice
from secaudit.store import Store
from secaudit.transport import HostKeys

PreviewOption = Annotated[
    bool, typer.Option("--preview", help=N_("Only show what would be sent, as whom, and what is read; nothing is connected to."))
]
DetailOption = Annotated[bool, typer.Option("--detail", help=N_("With --preview: each machine, however many they are."))]
SheetOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help=N_("With --preview: write the sheet to a .txt, .md or .html file.")),
]


@dataclass(frozen=True, slots=True)
class Form:
    """How a preview is shown."""

    wanted: bool
    detail: bool
    out: Path | None
    output: OutputFormat
    elsewhere: bool = False
    """The scan is one that has no preview."""

    def asked(self) -> bool:
        """Whether a preview was asked for; UsageError for its options without it, because a scan would begin instead."""
        if not self.wanted and (self.detail or self.out is not None):
            raise UsageError(
                msg("--detail and --out belong to a preview"),
                hint=msg("add --preview to see what would be done, or leave them out"),
            )
        if self.wanted and self.elsewhere:
            raise UsageError(
                msg("--preview is about machines over SSH that have no fresh evidence"),
                hint=msg("leave out --local and --recheck; secaudit probe show prints what runs on a machine"),
            )
        return self.wanted


def make_preview(
    session: Session,
    province: Province,
    plan: Plan,
    scope: Scope,
    folder: Path,
    given: Given,
    limits: Limits,
    *,
    sudo: bool,
    moment: datetime | None = None,
) -> Preview:
    """Read inventory, host keys and store, and work it out for ``moment`` (now); the workspace is left as it is."""
    host_keys = HostKeys.read(folder / HOST_KEYS_FILE)
    show_problems(session, host_keys.problems)
    ways = open_ways(session, province.inventory, folder, replace(given, silent=True))
    path = folder / STORE_FILE

    def worked_out(store: Store | None) -> Preview:
        return preview(
            province,
            plan,
            store,
            host_keys,
            scope,
            ways=ways,
            # The agent itself is not asked: that would open a connection.
            agent=bool(os.environ.get("SSH_AUTH_SOCK", "")) or os.name == "nt",
            sudo=sudo,
            limits=limits,
            now=moment or datetime.now(UTC),
        )

    if not path.exists() or not path.stat().st_size:
        return worked_out(None)
    with Store.peek(path) as store:
        return worked_out(store)


def show_preview(
    session: Session,
    form: Form,
    province: Province,
    plan: Plan,
    scope: Scope,
    folder: Path,
    given: Given,
    limits: Limits,
    *,
    sudo: bool,
) -> None:
    """Print or write the sheet; exit 0, because nothing was judged."""
    if form.out is not None:
        check_suffix(form.out, RENDERERS)
    found = make_preview(session, province, plan, scope, folder, given, limits, sudo=sudo)
    if form.output is OutputFormat.JSON:
        print_json("preview", preview_json(session, found))
    if form.out is not None or form.output is OutputFormat.TEXT:
        show_sheet(session, preview_sheet(found, detail=form.detail or None), form.out)


def check_suffix(path: Path, known: "dict[str, Any]") -> None:
    """UsageError for a kind of file that nothing writes, before any work is done."""
    if path.suffix.lower() not in known:
        raise UsageError(
            msg("nothing writes files like {name}", name=path.name),
            where=str(path),
            hint=msg("endings: {endings}", endings=", ".join(known)),
        )


def show_sheet(session: Session, sheet: Sheet, out: Path | None) -> None:
    """To standard output as plain text, or to a file in the language of its ending."""
    voice = Voice(session.translator)
    if out is None:
        session.out.print(as_text(sheet, voice).rstrip("\n"), markup=False, highlight=False, soft_wrap=True)
        return
    text = RENDERERS[out.suffix.lower()](sheet, voice)
    write_file(out, text.encode("utf-8"), what=msg("the sheet cannot be written: {reason}"))
    session.say(msg("sheet: {path}", path=str(out.resolve())), style="bold")


def preview_json(session: Session, found: Preview) -> dict[str, Any]:
    """A preview as docs/json.md describes it."""
    return {
        "made_at": found.made_at.isoformat(),
        "asked": len(found.machines),
        "logged_in": len(found.logged_in),
        "bytes_out": sum(machine.bytes_out for machine in found.logged_in),
        "bytes_back": sum(machine.bytes_back for machine in found.logged_in),
        "seconds": round(found.seconds),
        "limits": {
            "in_flight": found.limits.in_flight,
            "per_second": found.limits.per_second,
            "endpoint_seconds": found.limits.endpoint_seconds,
            "answer_bytes": found.limits.answer_bytes,
            "per_network": found.limits.per_network,
            "per_province_network": found.limits.per_province_network,
            "per_jump": found.limits.per_jump,
            "retries": found.limits.retries,
            "run_seconds": found.limits.run_seconds,
        },
        "sudo": found.sudo,
        "offers": [_offer_json(offer) for offer in found.offers],
        "scripts": [
            {
                "platform": script.platform,
                "command": script.command,
                "command_sha256": script.command_digest,
                "script_bytes": script.size,
                "script_sha256": script.digest,
                "reads": {name: session.text(text) for _, group in what_is_read(script.platform) for name, text in group.items()},
                "records": [session.text(text) for text in what_is_recorded(script.platform, sudo=found.sudo)],
            }
            for script in found.scripts
        ],
        "never": [session.text(text) for text in NEVER],
        "agencies": [_agency_json(plan) for plan in found.agencies],
    }


def _offer_json(offer: Offer) -> dict[str, Any]:
    return {
        "offered": offer.kind.value,
        "file": offer.source or None,
        "key_type": offer.key_type,
        "fingerprint": offer.fingerprint,
        "usable": offer.usable,
        "encrypted": offer.encrypted,
        "machines": offer.machines,
    }


def _agency_json(plan: AgencyPlan) -> dict[str, Any]:
    return {
        "agency": plan.agency.id,
        "name": plan.agency.name,
        "machines": [_machine_json(machine) for machine in plan.machines],
        "not_asked": [{"endpoint": one.endpoint, "why": one.why.value, "detail": one.detail} for one in plan.not_asked],
    }


def _machine_json(machine: Planned) -> dict[str, Any]:
    return {
        "endpoint": machine.endpoint,
        "address": machine.address,
        "port": machine.port,
        "via": machine.via,
        "user": machine.user,
        "platform": machine.platform,
        "platform_sure": machine.platform_sure,
        "enrolled": list(machine.enrolled),
        "bytes_out": machine.bytes_out,
        "bytes_back": machine.bytes_back,
        "seconds": round(machine.seconds, 1),
        "measured": machine.measured,
        "lab": machine.lab,
    }
