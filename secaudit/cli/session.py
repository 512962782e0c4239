"""What every command needs: consoles, language, folders."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from secaudit.cli.language import N_, choose_language, speak
from secaudit.errors import UsageError
from secaudit.messages import Message, Translator, clean, msg
from secaudit.resources import data_folder, translator

InventoryOption = typer.Option(
    "--inventory",
    "-i",
    metavar="FOLDER",
    envvar="SECAUDIT_INVENTORY",
    help=N_("Folder of the inventory (province.yaml and agencies/)."),
)
WorkspaceOption = typer.Option(
    "--workspace", "-w", metavar="FOLDER", envvar="SECAUDIT_WORKSPACE", help=N_("Folder for the store, host keys and reports.")
)
ChecksOption = typer.Option(
    "--checks", metavar="FOLDER", envvar="SECAUDIT_CHECKS", help=N_("Folder of the catalog instead of the built-in one.")
)
FormatOption = typer.Option("--format", help=N_("text for people, json for programs (docs/json.md)."))
AsOfOption = typer.Option("--as-of", metavar="YYYY-MM-DD", help=N_("Day the figures are for; today when left out."))


READER_GONE = 141
"""Exit code when whoever read our output stopped reading (``| head``), as shells write the end by SIGPIPE; no defect."""


def leave_quietly() -> NoReturn:
    """End without a word: nobody reads any more, and what the interpreter flushes at its end must not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(READER_GONE)


class QuietConsole(Console):
    """A console whose reader may go away."""

    def on_broken_pipe(self) -> None:
        """Rich would end with the code of a defect."""
        self.quiet = True
        leave_quietly()


@dataclass(frozen=True)
class Session:
    """Consoles and language of one invocation."""

    out: Console
    err: Console
    translator: Translator

    def text(self, message: Message | str) -> str:
        """The message in the console's language, harmless for the terminal."""
        return clean(self.translator.text(message))

    def say(self, message: Message | str, *, style: str | None = None) -> None:
        """Print one message for people to standard error, so that standard output stays data."""
        self.err.print(self.text(message), style=style, markup=False, highlight=False, soft_wrap=True)


def open_session(language: str | None) -> Session:
    """Consoles that never interpret text as markup; UTF-8 where the stream allows it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and not stream.isatty():
            reconfigure(encoding="utf-8", errors="replace")
        elif reconfigure is not None:
            reconfigure(errors="replace")
    chosen = choose_language(language)
    speak(chosen)
    return Session(QuietConsole(highlight=False), Console(stderr=True, highlight=False), translator(chosen))


def session_of(context: typer.Context) -> Session:
    """The session the root command opened."""
    session = context.find_root().obj
    if not isinstance(session, Session):
        session = open_session(None)
        context.find_root().obj = session
    return session


def checks_folder(asked: Path | None) -> Path:
    """The catalog that was asked for, or the one that comes with the program."""
    return asked if asked is not None else data_folder("checks")


def inventory_folder(asked: Path | None) -> Path:
    """The inventory that was asked for, the current folder, or the only one under ``inventories/``."""
    if asked is not None:
        return asked
    here = Path()
    if (here / "province.yaml").is_file():
        return here
    candidates = sorted(path.parent for path in (here / "inventories").glob("*/province.yaml"))
    if len(candidates) == 1:
        return candidates[0]
    raise UsageError(
        msg("no inventory was named and none was found here"),
        where=os.fspath(here.resolve()),
        hint=msg("name its folder with --inventory FOLDER (it holds province.yaml)"),
    )


def workspace_folder(asked: Path | None) -> Path:
    """The workspace that was asked for, or ``workspace`` in the current folder."""
    return asked if asked is not None else Path("workspace")
