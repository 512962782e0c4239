"""``secaudit period templates``: the Word templates of official papers, copied to where an officer can edit them."""

from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.cli.output import write_file
from secaudit.cli.session import session_of
from secaudit.cli.tree import Command, application
from secaudit.cli.word_options import word_templates
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.report.word import ENDING

app = application()


@app.command(
    cls=Command, help=N_("Copy the Word templates of official papers into a folder, to edit them and name it with --templates.")
)
def templates(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=N_("Folder to copy to; what lies there is kept."))],
) -> None:
    """A template that lies there already is somebody's work: nothing is copied then."""
    session = session_of(context)
    found = sorted(word_templates(None).glob(f"*{ENDING}"))
    if there := [path.name for path in found if (folder / path.name).exists()]:
        raise UsageError(
            msg("templates lie in this folder already: {names}", names=", ".join(there)),
            where=str(folder),
            hint=msg("name another folder, or move them away first"),
        )
    for path in found:
        write_file(folder / path.name, path.read_bytes(), what=msg("the template cannot be written: {reason}"))
    session.say(msg("{count} templates: {path}", count=len(found), path=str(folder.resolve())), style="bold")
