"""Reads ``credentials.yaml``: whose credentials are meant, each agency and jump host once, and no secret in it."""

import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from secaudit.errors import DataError, Problem, UsageError
from secaudit.inventory.addresses import is_user
from secaudit.messages import Message, msg
from secaudit.model.inventory import Inventory
from secaudit.model.logins import LoginEntry, LoginsFile
from secaudit.source import Loc, YamlFile, did_you_mean, field_text, read_yaml, secrets_in, shown, validate

LOGINS_FILE = "credentials.yaml"
SSH_JUMP = "ssh:"
"""Before the name of a jump host that only the SSH configuration knows."""


def read_logins(path: Path, inventory: Inventory) -> LoginsFile:
    """The file, or an empty one when there is none; DataError with every problem, UsageError when others can write it."""
    if not path.exists():
        return LoginsFile()
    _check_owner(path)
    file = read_yaml(path)
    secrets = list(_secrets(file))
    found, problems = validate(file, LoginsFile)
    fields = {problem.field for problem in secrets}
    problems = [*secrets, *(problem for problem in problems if problem.field not in fields)]
    if found is not None:
        problems += (problem for problem in _wrong(file, found, inventory) if problem.field not in fields)
    if found is None or problems:
        raise DataError(problems)
    return found


def _check_owner(path: Path) -> None:
    """Whoever can write the file decides who is offered what."""
    if sys.platform != "win32" and path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UsageError(
            msg("other accounts of this computer can write the file of credentials"),
            where=str(path),
            hint=msg("look through it, then take the right away: chmod go-w"),
        )


def _secrets(file: YamlFile) -> Iterator[Problem]:
    """Secrets, each with its place and never its value; the source of a password is none, the model looks at that."""
    for loc in secrets_in(file.data)[: file.limits.max_problems]:
        if loc[-1:] == ("password",) and (loc[:-1] == ("default",) or (loc[:1] == ("logins",) and len(loc) == 3)):
            continue
        line, column = file.position(loc, of_key=True)
        yield Problem(
            msg("A password, token or private key must not stand in this file"),
            file.path,
            line,
            column,
            field=field_text(loc) or None,
            hint=msg("remove it and change it; name where it comes from: prompt, descriptor, keyring:service/name"),
        )


def _wrong(file: YamlFile, found: LoginsFile, inventory: Inventory) -> Iterator[Problem]:
    agencies = {agency.agency.id for agency in inventory.agencies}
    yield from _users(file, ("default",), found.default)
    seen: dict[tuple[str, str], int] = {}
    for index, rule in enumerate(found.logins):
        yield from _users(file, ("logins", index), rule)
        if not rule.agencies and not rule.jump_hosts:
            hint = msg("name agencies or jump_hosts, or move it to default")
            yield _problem(file, ("logins", index), msg("This login is for nobody"), None, hint)
        for field, names, known in (
            ("agencies", rule.agencies, agencies),
            ("jump_hosts", rule.jump_hosts, set(inventory.endpoints)),
        ):
            for number, name in enumerate(names):
                loc: Loc = ("logins", index, field, number)
                if (field, name) in seen:
                    yield _problem(file, loc, msg("Another login is for the same one"), name, msg("keep one"))
                elif name not in known and not (field == "jump_hosts" and name.startswith(SSH_JUMP)):
                    hint = did_you_mean(name, known) or msg("ids stand in the inventory; ssh:NAME is one of ~/.ssh/config")
                    yield _problem(file, loc, msg("The inventory has no such id"), name, hint)
                seen[field, name] = index


def _users(file: YamlFile, loc: Loc, entry: LoginEntry) -> Iterable[Problem]:
    if entry.user is not None and not is_user(entry.user):
        yield _problem(file, (*loc, "user"), msg("This is not a login name"), entry.user, msg("write only the name"))


def _problem(file: YamlFile, loc: Loc, message: Message, found: str | None, hint: Message) -> Problem:
    line, column = file.position(loc)
    return Problem(
        message, file.path, line, column, field=field_text(loc), found=None if found is None else shown(found), hint=hint
    )
