"""``secaudit inventory template``: workbooks for agencies to fill in."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.cli.output import write_file
from secaudit.cli.session import (
    ChecksOption,
    InventoryOption,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import PlanOption, existing_store
from secaudit.errors import UsageError
from secaudit.inventory.questions import Profile
from secaudit.inventory.workbook import progress_of
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import AgencyFile
from secaudit.pipeline.giving_out import evidence_for, give_out, profile_for, receivers
from secaudit.pipeline.province import DEFAULT_PLAN, load_province

SUFFIX = ".xlsx"
_TOLD = 12
"""Workbooks named one by one."""
AgenciesOption = Annotated[
    list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Agency the workbook is for; can be given more than once."))
]
ForceOption = Annotated[bool, typer.Option("--force", help=N_("Replace files that are there already."))]


app = application()


@app.command(cls=Command, help=N_("Make workbooks for agencies, in Vietnamese, with everything already known filled in."))
def template(
    context: typer.Context,
    agencies: AgenciesOption = None,
    every: Annotated[bool, typer.Option("--all", help=N_("One workbook for each agency that exists."))] = False,
    profile: Annotated[
        Profile | None,
        typer.Option("--profile", help=N_("How much is asked; for communes commune, for others full when left out.")),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="PATH", help=N_("File to write for one agency (.xlsx), or folder."))
    ] = None,
    force: ForceOption = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    plan: PlanOption = DEFAULT_PLAN,
) -> None:
    """Names what evidence says beside what the inventory says, and never asks for what a machine can say. Exit 0."""
    session = session_of(context)
    if bool(agencies) == every:
        raise UsageError(
            msg("it is not clear whom the workbooks are for"),
            hint=msg("name agencies with --agency ID, or all of them with --all"),
        )
    now = datetime.now(UTC)
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder)
    rules = province.plan(plan).evidence
    files = receivers(province.inventory, agencies or (), day_in_vietnam(now))
    targets = target_files(files, out)
    refuse_present(targets.values(), force=force)
    with existing_store(folder) as store:
        evidence = evidence_for(province, store, rules, files, now)
    asked = 0
    for file in files:
        given, data = give_out(province.inventory, file, profile or profile_for(file), now, evidence)
        write_file(targets[file.agency.id], data, what=msg("the workbook cannot be written: {reason}"))
        cells = sum(progress_of(given).values())
        asked += cells
        if len(files) <= _TOLD:
            session.say(
                msg(
                    "{path}: {agency}, profile {profile}, {count} cells asked, {new} new machines to confirm",
                    path=str(targets[file.agency.id]),
                    agency=file.agency.name,
                    profile=given.profile.value,
                    count=cells,
                    new=len(evidence.proposed.get(file.agency.id, ())),
                )
            )
    if len(files) > _TOLD:
        session.say(
            msg(
                "{count} workbooks in {folder}: {cells} cells asked, {new} new machines to confirm",
                count=len(files),
                folder=str(out if out is not None else Path()),
                cells=asked,
                new=sum(map(len, evidence.proposed.values())),
            )
        )


def target_files(files: Sequence[AgencyFile], out: Path | None) -> dict[str, Path]:
    """Agency -> where its workbook goes; UsageError when one file is to hold several."""
    if out is not None and out.suffix.lower() == SUFFIX and not out.is_dir():
        if len(files) > 1:
            raise UsageError(
                msg("one file cannot hold the workbooks of {count} agencies", count=len(files)),
                where=str(out),
                hint=msg("name a folder with --out"),
            )
        return {file.agency.id: out for file in files}
    folder = out if out is not None else Path()
    return {file.agency.id: folder / f"bang-ke-{file.agency.id}{SUFFIX}" for file in files}


def refuse_present(targets: Iterable[Path], *, force: bool) -> None:
    """A file that somebody may be filling in is not written over unasked."""
    there = [path for path in targets if path.exists() or path.is_symlink()]
    if there and not force:
        raise UsageError(
            msg("{count} of the files to write are there already", count=len(there)),
            where=str(there[0]),
            hint=msg("somebody may have filled it in: name another place with --out, or replace it with --force"),
        )
