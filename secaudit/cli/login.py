"""How commands that log in to machines are told as whom and with what; secrets never come from here."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.errors import UsageError
from secaudit.messages import msg

UserOption = Annotated[
    str | None,
    typer.Option(
        "--user",
        "-u",
        metavar="NAME",
        help=N_("Account to log in as; else the one the inventory, credentials.yaml or ~/.ssh/config names, else yours."),
    ),
]
IdentityOption = Annotated[
    list[Path] | None, typer.Option("--identity", "-k", metavar="FILE", help=N_("Private key file (may be repeated)."))
]
AgentOption = Annotated[bool, typer.Option("--agent/--no-agent", help=N_("Offer the keys of your SSH agent."))]
PasswordOption = Annotated[bool, typer.Option("--ask-password", help=N_("Ask for a password; it is never stored."))]
PassphraseOption = Annotated[bool, typer.Option("--ask-passphrase", help=N_("Ask for the passphrase of the key files."))]


def login_user(asked: str | None) -> str:
    """The account to log in as; :class:`UsageError` where the system does not know who we are."""
    if asked:
        return asked
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise UsageError(msg("the system does not say who you are"), hint=msg("name the account with --user")) from error
