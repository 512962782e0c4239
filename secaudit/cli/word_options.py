"""Options that every command has which writes official papers as Word documents."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.cli.output import write_file
from secaudit.cli.session import Session
from secaudit.errors import OutputError, UsageError
from secaudit.messages import Message, clean, msg
from secaudit.report.word import ENDING
from secaudit.report.word_edits import is_edited
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


def write_paper(target: Path, data: bytes, *, what: Message) -> tuple[Path, ...]:
    """Write a paper, and return where one in its place that somebody worked on was put aside; OutputError as write_file."""
    kept = put_aside_edited(target)
    write_file(target, data, what=what)
    return kept


def put_aside_edited(target: Path) -> tuple[Path, ...]:
    """Rename a paper that somebody worked on, and return its new name; nothing for one nobody touched, or none."""
    return (_put_aside(target),) if is_edited(target) else ()


def say_kept(session: Session, kept: Iterable[Path]) -> None:
    """Where papers are now that somebody worked on."""
    for path in kept:
        told = msg("somebody worked on the paper that was there; it is kept as {path}", path=clean(str(path)))
        session.say(told, style="yellow")


def _put_aside(target: Path) -> Path:
    free = (target.with_name(f"{target.stem}.da-sua-{number}{target.suffix}") for number in range(1, 10_000))
    kept = next(path for path in free if not path.exists() and not path.is_symlink())
    try:
        return target.rename(kept)
    except OSError as error:
        raise OutputError(
            msg("the paper that somebody worked on cannot be put aside: {reason}", reason=error.strerror or str(error)),
            where=clean(str(target)),
            hint=msg("name another file with --out, or make room"),
        ) from error
