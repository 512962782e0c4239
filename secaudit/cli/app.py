"""The command tree and the border where errors become sentences and exit codes."""

import sys
from importlib import import_module
from typing import Annotated

import typer

from secaudit import __version__
from secaudit.cli.exits import ExitCode, exit_code_of
from secaudit.cli.interrupts import ended_at_once, never_lost
from secaudit.cli.language import N_
from secaudit.cli.problems import show_error
from secaudit.cli.refusals import explain
from secaudit.cli.session import Session, open_session
from secaudit.cli.tree import Entry, LazyGroup, application
from secaudit.errors import SecauditError, UsageError
from secaudit.messages import msg
from secaudit.resources import LANGUAGES

COMMANDS = {
    "demo": Entry("demo", single=True),
    "inventory": Entry("inventory"),
    "classify": Entry("classify", single=True),
    "requirements": Entry("requirements"),
    "dossier": Entry("dossier"),
    "law": Entry("law"),
    "checks": Entry("checks"),
    "lifecycle": Entry("lifecycle"),
    "products": Entry("products"),
    "probe": Entry("probe"),
    "access": Entry("access"),
    "trust": Entry("trust"),
    "discover": Entry("discover", single=True),
    "scan": Entry("scan", single=True),
    "evidence": Entry("evidence"),
    "courier": Entry("courier"),
    "soc": Entry("soc"),
    "people": Entry("people"),
    "judge": Entry("judge", single=True),
    "measure": Entry("measure", single=True),
    "report": Entry("report", single=True),
    "diff": Entry("diff", single=True),
    "history": Entry("history", single=True),
    "worklist": Entry("worklist", single=True),
    "plan": Entry("plan"),
    "period": Entry("period"),
    "runs": Entry("runs"),
    "verify": Entry("verify", single=True),
    "lab": Entry("lab"),
}


class Root(LazyGroup):
    """``secaudit``."""

    registry = COMMANDS


START = "secaudit.cli.start"
"""What is shown where no command was given; loaded then only."""

app = application(
    name="secaudit",
    cls=Root,
    no_args_is_help=False,
    help=N_("Audits the security of a province, from the inventory to the report."),
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"secaudit {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    language: Annotated[
        str | None, typer.Option("--lang", metavar="vi|en", help=N_("Language of the console; follows the locale."))
    ] = None,
    version: Annotated[  # noqa: ARG001 - the callback does the work
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help=N_("Show the version and stop."))
    ] = False,
) -> None:
    """Open the session that every command uses."""
    if language is not None and language not in LANGUAGES:
        raise UsageError(msg("there is no language {name}", name=language), hint=msg("languages: {names}", names="vi, en"))
    context.obj = open_session(language)
    if context.invoked_subcommand is None:
        import_module(START).show_start(context.obj)


def main() -> None:
    """Entry point: run the command line; errors of the family become sentences and exit codes."""
    with ended_at_once(), never_lost():
        _run()


def _run() -> None:
    try:
        # Typer returns the code of an Exit here, and nothing when the command ran to its end.
        sys.exit(app(standalone_mode=False) or ExitCode.WELL)
    except SecauditError as error:
        show_error(_session_again(), error)
        sys.exit(exit_code_of(error))
    except typer.TyperException as error:
        explain(_session_again(), error)
        sys.exit(ExitCode.USAGE)
    except typer.Abort:
        _session_again().say(msg("nobody answered the question, so nothing was done"), style="bold red")
        sys.exit(ExitCode.USAGE)


def _session_again() -> Session:
    """A session for the last words: the one of the command is gone, or its language is what was wrong."""
    asked = _asked_language(sys.argv[1:])
    return open_session(asked if asked in LANGUAGES else None)


def _asked_language(arguments: list[str]) -> str | None:
    """The value of ``--lang``, read again because the session of the failed command is gone."""
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return None
