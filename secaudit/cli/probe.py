"""``secaudit probe show``: exactly what would be sent to a machine."""

import hashlib
import sys
from typing import Annotated, Literal

import typer

from secaudit.cli.language import N_
from secaudit.cli.session import session_of
from secaudit.cli.tree import Command, application
from secaudit.messages import msg
from secaudit.probe import compose, show

app = application(help=N_("What is sent to a machine: read it before you allow it."))


@app.callback()
def group() -> None:
    """Keep ``show`` a sub-command although it is the only one."""


@app.command("show", cls=Command, help=N_("Print the command and the script, byte for byte; only the nonce differs each time."))
def show_probe(
    context: typer.Context,
    platform: Annotated[Literal["posix", "windows"], typer.Argument(help=N_("posix or windows."))] = "posix",
    sudo: Annotated[bool, typer.Option("--sudo", help=N_("As it is sent where sudo -n is allowed."))] = False,
    local: Annotated[bool, typer.Option("--local", help=N_("As a Windows machine runs it that audits itself."))] = False,
) -> None:
    """The script on standard output, its size and digest on standard error."""
    session = session_of(context)
    request = compose(platform, "0" * 32, sudo=sudo, local=local)
    session.say(msg("command: {command}", command=request.command))
    session.say(
        msg(
            "standard input: {bytes} bytes, SHA-256 {digest} (with a nonce of zeros)",
            bytes=len(request.stdin),
            digest=hashlib.sha256(request.stdin).hexdigest(),
        )
    )
    sys.stdout.write(show(platform, sudo=sudo, local=local))
