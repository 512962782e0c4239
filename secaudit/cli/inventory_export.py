"""``secaudit inventory export``: everything declared, as workbooks or CSV files that can be read in again."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.inventory_template import ForceOption, refuse_present, target_files
from secaudit.cli.language import N_
from secaudit.cli.output import write_file
from secaudit.cli.session import InventoryOption, inventory_folder, session_of
from secaudit.cli.tree import Command, application
from secaudit.inventory import load_inventory
from secaudit.inventory.csv_export import as_csv_files
from secaudit.messages import msg
from secaudit.pipeline.giving_out import declared_files, export_workbooks


class Format(StrEnum):
    """What is written."""

    XLSX = "xlsx"
    CSV = "csv"


app = application()


@app.command(cls=Command, help=N_("Write everything declared as one workbook for each agency, or one CSV file for each sheet."))
def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=N_("Folder for the files."))],
    form: Annotated[Format, typer.Option("--format", help=N_("xlsx for people, csv for other programs."))] = Format.XLSX,
    agencies: Annotated[
        list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency; can be given more than once."))
    ] = None,
    force: ForceOption = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
) -> None:
    """What secaudit inventory import takes back without a change. Exit 0."""
    session = session_of(context)
    loaded = load_inventory(inventory_folder(inventory))
    files = declared_files(loaded, agencies or ())
    failure = msg("the export cannot be written: {reason}")
    if form is Format.CSV:
        tables = as_csv_files(files)
        refuse_present((folder / name for name in tables), force=force)
        for name, data in tables.items():
            write_file(folder / name, data, what=failure)
        session.say(
            msg("{count} agencies in {files} CSV files: {folder}", count=len(files), files=len(tables), folder=str(folder))
        )
        return
    targets = target_files(files, folder)
    refuse_present(targets.values(), force=force)
    for file, data in export_workbooks(loaded, files, datetime.now(UTC)):
        write_file(targets[file.agency.id], data, what=failure)
    session.say(msg("{count} workbooks: {folder}", count=len(files), folder=str(folder)))
