"""``credentials.yaml`` of a workspace: which account and which credentials for which agency or jump host, never a secret."""

from typing import Annotated

from pydantic import StringConstraints

from secaudit.model.base import Flag, Identifier, Line, Written

PasswordSource = Annotated[
    str, StringConstraints(pattern=r"^(prompt|descriptor|keyring:[^/\s:]{1,100}/[^/\s]{1,100})$", max_length=220)
]
"""Where a password comes from: the prompt, ``--password-fd``, or ``keyring:service/name``."""


class LoginEntry(Written):
    """Credentials of one group of machines; what is left out comes from the next source (docs/access.md)."""

    user: Line | None = None
    keys: tuple[Line, ...] | None = None
    """Private key files; ``~`` is the home folder, other relative paths start at the workspace."""
    agent: Flag | None = None
    password: PasswordSource | None = None


class LoginRule(LoginEntry):
    """For whom."""

    agencies: tuple[Identifier, ...] = ()
    jump_hosts: tuple[Line, ...] = ()
    """Endpoint ids, or ``ssh:NAME`` for a jump host that only ``~/.ssh/config`` names."""


class LoginsFile(Written):
    """The file."""

    default: LoginEntry = LoginEntry()
    logins: tuple[LoginRule, ...] = ()
