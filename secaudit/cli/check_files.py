"""``secaudit checks new`` and ``secaudit checks docs``: a file to fill in, and the page of all checks."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from secaudit.catalog import load_catalog, write_skeleton
from secaudit.cli.language import N_
from secaudit.cli.session import ChecksOption, checks_folder, leave_quietly, session_of
from secaudit.errors import UsageError
from secaudit.messages import clean, msg
from secaudit.pipeline.check_page import check_page
from secaudit.resources import packaged, translator

CheckName = Annotated[str, typer.Argument(metavar="GROUP.NAME", help=N_("Id of the new check, for example patch.uptime."))]


def new_check(context: typer.Context, name: CheckName, checks: Annotated[Path | None, ChecksOption] = None) -> None:
    """Never writes over a file; prints the path of the new one."""
    session = session_of(context)
    folder = checks_folder(checks)
    if checks is None and packaged("checks"):
        raise UsageError(
            msg("the catalog that comes with the program is not for writing"),
            where=str(folder),
            hint=msg("copy this folder to one of your own and name it with --checks FOLDER"),
        )
    path = write_skeleton(folder, name)
    typer.echo(clean(str(path)))
    session.say(msg("Until every marked place is filled in, nothing is judged with this catalog. What to do next:"))
    session.say(msg("  1. open the file and replace every <ĐIỀN> and <FILL IN>; docs/writing-checks.md leads through it"))
    given = "" if checks is None else f" {clean(str(checks))}"
    session.say(msg("  2. secaudit checks lint{folder}", folder=given))
    session.say(msg("  3. secaudit checks test{folder}", folder=given))


def check_docs(context: typer.Context, checks: Annotated[Path | None, ChecksOption] = None) -> None:
    """Markdown on standard output; ``docs/checks.md`` is this for the built-in catalog."""
    session_of(context)
    page = check_page(load_catalog(checks_folder(checks)), translator("vi"), translator("en"))
    try:
        sys.stdout.write(page)
        sys.stdout.flush()
    except BrokenPipeError:
        leave_quietly()
