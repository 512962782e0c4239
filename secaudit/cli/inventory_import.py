"""``secaudit inventory import``: lists of agencies are shown, and on request merged into the inventory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.exits import ExitCode
from secaudit.cli.inventory_import_words import importing_json, print_importing
from secaudit.cli.inventory_lists import AsOfOption, AsRegisterOption, MapOption, list_reader
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.problems import show_problems
from secaudit.cli.progress import bars
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.workspace import STORE_FILE
from secaudit.errors import DataError, UsageError
from secaudit.inventory.returned import returned
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.pipeline.inventory_import import Accept, Importing, Order, import_lists, record
from secaudit.pipeline.inventory_readers import WORKBOOK, expanded
from secaudit.store import Store
from secaudit.tables.reading import read_body

app = application()


@app.command("import", cls=Command, help=N_("Compare lists that agencies sent with the inventory, and on request merge them."))
def import_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=N_("Workbooks, CSV files, or folders of them."))],
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    agency: Annotated[
        str, typer.Option("--agency", metavar="ID", help=N_("Whose list it is, where the file does not say so."))
    ] = "",
    accept: Annotated[bool, typer.Option("--accept", help=N_("Write the changes if nothing is wrong in any file."))] = False,
    accept_valid: Annotated[
        bool, typer.Option("--accept-valid", help=N_("Write the changes of all agencies whose lists have no problem."))
    ] = False,
    mapping: Annotated[str, MapOption] = "",
    as_register: Annotated[bool, AsRegisterOption] = False,
    as_of: Annotated[str | None, AsOfOption] = None,
    remove: Annotated[
        bool,
        typer.Option(
            "--remove", help=N_("Retire machines and stop systems whose rows were deleted; without it they stay as they are.")
        ),
    ] = False,
    back: Annotated[
        Path | None,
        typer.Option(
            "--return", metavar="FOLDER", help=N_("Write workbooks with problems or remarks back, cells coloured and commented.")
        ),
    ] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0 when nothing is wrong, 5 when a file, a cell or the inventory with the lists in it is wrong."""
    session = session_of(context)
    if accept and accept_valid:
        raise UsageError(
            msg("--accept and --accept-valid exclude each other"), hint=msg("--accept-valid writes what --accept would, and more")
        )
    folder, place = inventory_folder(inventory), workspace_folder(workspace)
    chosen = Accept.ALL if accept else Accept.VALID if accept_valid else Accept.NOTHING
    now = datetime.now(UTC)
    today = day_in_vietnam(now)
    reader = list_reader(folder, place, checks, today, agency, mapping=mapping, as_register=as_register, as_of=as_of)
    order = Order(today, chosen, remove)
    lists = expanded(files)
    keeps = chosen is not Accept.NOTHING or back is not None
    with _store(place, keeps=keeps) as store:
        with _progress(session, len(lists)) as progress:
            importing = import_lists(folder, lists, reader, store, order, progress=progress)
        given_back = _give_back(session, importing, back) if back is not None else []
        if keeps and store is not None:
            record(importing, store, login_user(None), now)
    if output is OutputFormat.JSON:
        print_json("inventory-import", importing_json(session, folder, importing, chosen, given_back))
    else:
        print_importing(session, importing, chosen, given_back)
    if importing.problems:
        raise typer.Exit(ExitCode.DATA)


@contextmanager
def _store(workspace: Path, *, keeps: bool) -> Iterator[Store | None]:
    """The store: for a preview only where there is one, and without a trace in it."""
    path = workspace / STORE_FILE
    if keeps:
        with Store.open(path) as store:
            store.claim()
            yield store
    elif not path.exists() or not path.stat().st_size:
        yield None
    else:
        with Store.peek(path) as store:
            yield store


@contextmanager
def _progress(session: Session, total: int) -> Iterator[Callable[[int], None]]:
    with bars(session) as progress:
        task = progress.add_task(session.text(msg("Reading lists")), total=total, note="")
        yield lambda number: progress.update(task, completed=number)


def _give_back(session: Session, importing: Importing, folder: Path) -> list[Path]:
    """Every workbook with problems or remarks, cells coloured and commented; the names of what was written."""
    written: list[Path] = []
    for one in importing.agencies:
        for file in one.files:
            source = Path(file.path)
            problems = [problem for problem in one.problems if problem.path == file.path]
            remarks = [remark for remark in one.remarks if remark.path == file.path]
            if not file.read or source.suffix.lower() != WORKBOOK or not (problems or remarks):
                continue
            try:
                made = returned(read_body(source), problems, remarks)
            except DataError as error:  # one that cannot be marked keeps no other from going back
                show_problems(session, [replace(problem, path=file.path) for problem in error.problems])
                continue
            target = folder / source.name
            if target in written or target.resolve() == source.resolve():
                target = folder / f"{one.agency}-{len(written) + 1}-{source.name}"
            write_file(target, made, what=msg("the workbook cannot be written: {reason}"))
            written.append(target)
    return written
