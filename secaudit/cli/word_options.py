"""Options that every command has which writes official papers as Word documents."""

from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.report.word import ENDING
from secaudit.resources import data_folder

WordTemplates = Annotated[
    Path | None,
    typer.Option("--templates", metavar="FOLDER", help=N_("Folder of your own Word templates (docs/word-templates.md).")),
]
WordOut = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help=N_("File (.docx) or folder to write to; the workspace when left out.")),
]


def word_templates(folder: Path | None) -> Path:
    """Folder of the Word templates to use; those that come with the program when nobody named another."""
    return folder or data_folder("report_templates") / "word"


def word_target(out: Path, name: str) -> Path:
    """The file to write: ``out`` itself when it ends in .docx, else ``name`` in the folder ``out``; UsageError otherwise."""
    if out.suffix.lower() == ENDING:
        return out
    if out.suffix and not out.is_dir():
        raise UsageError(
            msg("nothing writes files like {name}", name=out.name), where=str(out), hint=msg("endings: {endings}", endings=ENDING)
        )
    return out / f"{name}{ENDING}"
