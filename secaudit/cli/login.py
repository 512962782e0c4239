"""How commands that log in to machines are told as whom and with what; secrets come from a prompt only."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.cli.session import Session
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.secret import Secret
from secaudit.transport import Credentials, KeyFile

UserOption = Annotated[
    str | None,
    typer.Option(
        "--user", "-u", metavar="NAME", help=N_("Account to log in as where the inventory names none; yours when left out.")
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


def ask_credentials(
    session: Session, identities: list[Path] | None, *, agent: bool, ask_password: bool, ask_passphrase: bool
) -> Credentials:
    """Key files, the agent, and what is typed at the prompt."""
    passphrase = _ask(session.text(msg("Passphrase of the key: "))) if ask_passphrase else None
    password = _ask(session.text(msg("Password on the machines: "))) if ask_password else None
    return Credentials(tuple(KeyFile(path, passphrase) for path in identities or ()), agent=agent, password=password)


def _ask(prompt: str) -> Secret:
    return Secret(getpass.getpass(prompt))
