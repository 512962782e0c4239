"""``secaudit access recipe``: what the owner of a machine runs to let the audit in, with the least rights."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from secaudit.cli.language import N_
from secaudit.cli.session import session_of
from secaudit.cli.tree import Command, application
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.probe import recipe

app = application(help=N_("Access to machines with the least rights: what their owners set up, and how they take it back."))
_KEY_BYTES = 16_384


@app.callback()
def group() -> None:
    """Keep ``recipe`` a sub-command although it is the only one."""


@app.command(
    "recipe", cls=Command, help=N_("Print a script that makes the audit account, its key and its rights; changes nothing.")
)
def print_recipe(
    context: typer.Context,
    system: Annotated[Literal["linux", "windows"], typer.Argument(help=N_("linux or windows."))],
    user: Annotated[str, typer.Option("--user", metavar="NAME", help=N_("Name of the account to be made."))] = "audit",
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE.pub", help=N_("Public key that may log in; never the private one."))
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="NETWORK", help=N_("Address or network the auditor comes from (may be repeated).")),
    ] = None,
) -> None:
    """The script on standard output; what is still missing in it on standard error."""
    session = session_of(context)
    text = recipe(system, session.translator.language, user=user, key=_read(key), sources=source or ())
    if key is None:
        session.say(msg("no public key was given: put it where PUBLIC-KEY-OF-THE-AUDITOR stands, or use --key"))
    if not source:
        session.say(msg("the key is not bound to an address: use --from with the network the auditor comes from"))
    sys.stdout.write(text)


def _read(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return file.read(_KEY_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(
            msg("the file with the public key cannot be read: {reason}", reason=error.strerror or "?"),
            where=str(path),
            hint=msg("name the file made by ssh-keygen whose name ends in .pub"),
        ) from error
