"""From options, ``credentials.yaml`` and ``~/.ssh/config`` to the ways in of a scan, and the transport that takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.problems import show_problems
from secaudit.cli.secret_sources import descriptor_secret, keyring_secret, prompt_secret
from secaudit.cli.session import Session
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.inventory import Inventory
from secaudit.model.logins import LoginEntry, LoginsFile
from secaudit.model.secret import Secret
from secaudit.pipeline.logins import LOGINS_FILE, read_logins
from secaudit.pipeline.ways import Asked, Login, Logins, Ways
from secaudit.transport import Credentials, HostKeys, KeyFile
from secaudit.transport.ssh import SshTransport
from secaudit.transport.ssh_config import SshConfig

SshConfigOption = Annotated[
    Path | None, typer.Option("--ssh-config", metavar="FILE", help=N_("SSH configuration to read instead of ~/.ssh/config."))
]
NoSshConfigOption = Annotated[bool, typer.Option("--no-ssh-config", help=N_("Read no SSH configuration."))]
PasswordFdOption = Annotated[
    int | None,
    typer.Option("--password-fd", metavar="N", min=0, help=N_("Read a password from this file descriptor, once (a pipe).")),
]
PassphraseFdOption = Annotated[
    int | None,
    typer.Option("--passphrase-fd", metavar="N", min=0, help=N_("Read the key files' passphrase from this file descriptor.")),
]


@dataclass(frozen=True)
class Given:
    """What the options say about ways in."""

    user: str | None = None
    identities: Sequence[Path] = ()
    agent: bool = True
    ask_password: bool = False
    ask_passphrase: bool = False
    password_fd: int | None = None
    passphrase_fd: int | None = None
    ssh_config: Path | None = None
    no_ssh_config: bool = False
    only_keys: bool = False
    """The machines are asked for their host keys only: no password but a jump host's is needed."""
    silent: bool = False
    """Nothing is asked for or taken: a password that would be used is an empty one, and nobody may log in with these ways."""


def open_ways(session: Session, inventory: Inventory, workspace: Path, given: Given) -> Ways:
    """Read what there is to read, then ask what there is to ask; UsageError or DataError before any machine is asked."""
    own = login_user(None) if given.user is None else _own(given.user)
    ssh = _ssh_config(given, own)
    show_problems(session, ssh.problems)
    logins = read_logins(workspace / LOGINS_FILE, inventory)
    if given.only_keys:
        logins = _without_machines(logins)
    _refuse_twice(given)
    if given.silent:
        return Ways(inventory, _asked_silently(own, given), _resolved_silently(logins, workspace), ssh)
    passphrase = _passphrase(session, given)
    asked_password, piped = _passwords(session, given)
    needs_pipe = any(entry.password == "descriptor" for entry in (logins.default, *logins.logins))
    if needs_pipe and piped is None:
        raise UsageError(
            msg("a login takes its password from a descriptor, and none was given"),
            where=str(workspace / LOGINS_FILE),
            hint=msg("name it with --password-fd N"),
        )
    asked = Asked(
        own=own,
        user=given.user,
        keys=tuple(KeyFile(path, passphrase) for path in given.identities),
        agent=given.agent,
        # What is piped is for the logins that ask for it; nobody else is offered it then.
        password=asked_password or (None if needs_pipe else piped),
        passphrase=passphrase,
    )
    return Ways(inventory, asked, _resolved(session, logins, workspace, piped), ssh)


def open_transport(session: Session, inventory: Inventory, ways: Ways, host_keys: HostKeys) -> SshTransport:
    """The transport for these ways; keys are loaded now, so that one that cannot be used is said before any machine is asked."""
    transport = SshTransport(Credentials(), host_keys)
    show_problems(session, transport.prepare(ways.credentials(inventory.endpoints.values())))
    return transport


_NOTHING = Secret("")
"""Stands for a password that would be asked for or taken."""


def _asked_silently(own: str, given: Given) -> Asked:
    piped = given.password_fd is not None or given.ask_password
    passphrase = _NOTHING if given.ask_passphrase or given.passphrase_fd is not None else None
    keys = tuple(KeyFile(path, passphrase) for path in given.identities)
    return Asked(own, given.user, keys, given.agent, _NOTHING if piped else None, passphrase)


def _resolved_silently(file: LoginsFile, workspace: Path) -> Logins:
    def login(entry: LoginEntry) -> Login:
        keys = None if entry.keys is None else tuple(workspace / Path(name).expanduser() for name in entry.keys)
        return Login(entry.user, keys, entry.agent, None if entry.password is None else _NOTHING)

    return Logins(
        login(file.default),
        {name: login(rule) for rule in file.logins for name in rule.agencies},
        {name: login(rule) for rule in file.logins for name in rule.jump_hosts},
    )


def _without_machines(logins: LoginsFile) -> LoginsFile:
    """No password that is meant for machines."""
    nothing = {"password": None}
    rules = tuple(rule if rule.jump_hosts else rule.model_copy(update=nothing) for rule in logins.logins)
    return LoginsFile(default=logins.default.model_copy(update=nothing), logins=rules)


def _own(user: str) -> str:
    """Whoever runs the program, or the account named, where the system does not say."""
    try:
        return login_user(None)
    except UsageError:
        return user


def _ssh_config(given: Given, own: str) -> SshConfig:
    if given.no_ssh_config and given.ssh_config is not None:
        raise UsageError(msg("--ssh-config and --no-ssh-config exclude each other"), hint=msg("leave one of them out"))
    if given.no_ssh_config:
        return SshConfig()
    try:
        home = Path.home()
    except RuntimeError:  # an account without a home folder has no configuration either
        home = Path("/nonexistent")
    path = given.ssh_config or home / ".ssh" / "config"
    return SshConfig.read(path, home=home, local_user=own, needed=given.ssh_config is not None)


def _refuse_twice(given: Given) -> None:
    for asked, number, names in (
        (given.ask_password, given.password_fd, "--ask-password, --password-fd"),
        (given.ask_passphrase, given.passphrase_fd, "--ask-passphrase, --passphrase-fd"),
    ):
        if asked and number is not None:
            raise UsageError(msg("these options exclude each other: {names}", names=names), hint=msg("leave one of them out"))
    if given.password_fd is not None and given.password_fd == given.passphrase_fd:
        raise UsageError(
            msg("password and passphrase cannot come from the same descriptor"), hint=msg("give each a descriptor of its own")
        )


def _passphrase(session: Session, given: Given) -> Secret | None:
    if given.passphrase_fd is not None:
        return descriptor_secret(given.passphrase_fd, "--passphrase-fd")
    return prompt_secret(session.text(msg("Passphrase of the key: "))) if given.ask_passphrase else None


def _passwords(session: Session, given: Given) -> tuple[Secret | None, Secret | None]:
    """What was typed, and what came through the descriptor."""
    piped = descriptor_secret(given.password_fd, "--password-fd") if given.password_fd is not None else None
    typed = prompt_secret(session.text(msg("Password on the machines: "))) if given.ask_password else None
    return typed, piped


def _resolved(session: Session, file: LoginsFile, workspace: Path, piped: Secret | None) -> Logins:
    where = workspace / LOGINS_FILE
    agencies: dict[str, Login] = {}
    jumps: dict[str, Login] = {}
    for rule in file.logins:
        login = _login(session, rule, where, ", ".join([*rule.agencies, *rule.jump_hosts]), piped)
        agencies.update(dict.fromkeys(rule.agencies, login))
        jumps.update(dict.fromkeys(rule.jump_hosts, login))
    return Logins(_login(session, file.default, where, session.text(msg("all others")), piped), agencies, jumps)


def _login(session: Session, entry: LoginEntry, where: Path, whom: str, piped: Secret | None) -> Login:
    keys = None if entry.keys is None else tuple(where.parent / Path(name).expanduser() for name in entry.keys)
    password: Secret | None = None
    if entry.password == "prompt":
        password = prompt_secret(session.text(msg("Password for {whom}: ", whom=whom)))
    elif entry.password == "descriptor":
        password = piped
    elif entry.password is not None:
        service, _, name = entry.password.removeprefix("keyring:").partition("/")
        password = keyring_secret(service, name, str(where))
    return Login(entry.user, keys, entry.agent, password)
