"""Reads an Ansible inventory in YAML form, and the files of variables that lie beside an inventory."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from secaudit.errors import IntakeError, Problem
from secaudit.inventory.ansible_hosts import SEALED, Group, Hosts, expanded
from secaudit.inventory.foreign_rows import Said
from secaudit.messages import msg
from secaudit.source import DEFAULT_LIMITS, Loc, YamlFile, parse_yaml, scan_yaml

LIMITS = replace(DEFAULT_LIMITS, opaque_tags=frozenset((SEALED, "!vault-encrypted", "!unsafe")))
RUN_IT = msg("run ansible-inventory --list --yaml > hosts.yml where it belongs, and import that file")
_PORT = re.compile(r"(.+):([0-9]{1,5})")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}")
_MOST_FILES = 500
_GROUP_KEYS = ("hosts", "vars", "children")


def read_yaml_inventory(path: str, body: bytes, into: Hosts) -> None:
    """All groups; raises IntakeError for a file that is no inventory at all."""
    file, problems = parse_yaml(path, body, LIMITS)
    if file is None or problems:
        raise IntakeError([replace(problem, found=None) for problem in problems])
    data = file.data
    if not isinstance(data, dict):
        what = msg("This is no Ansible inventory: groups with hosts are expected at the top")
        raise IntakeError([Problem(what, path, 1, hint=msg("import the file that ansible-inventory --list --yaml prints"))])
    if "plugin" in data or "_meta" in data:
        what = msg("This file asks a program for its hosts (dynamic inventory); nothing is run")
        raise IntakeError([Problem(what, path, file.position(("plugin",), of_key=True)[0], hint=RUN_IT)])
    for name, value in data.items():
        _group(file, (name,), name, value, into)


def _line(file: YamlFile, loc: Loc) -> int:
    return file.position(loc, of_key=True)[0]


def _group(file: YamlFile, loc: Loc, name: str, value: object, into: Hosts) -> None:
    """Recursion is bounded by the depth limit of the reader."""
    group = into.group(name)
    if value is None:
        return
    if not isinstance(value, dict):
        into.problem(msg("A group holds hosts, vars and children"), _line(file, loc))
        return
    for key in value:
        if key not in _GROUP_KEYS:
            into.problem(msg("A group holds hosts, vars and children"), _line(file, (*loc, key)))
    _hosts(file, (*loc, "hosts"), value.get("hosts"), group, into)
    _variables(file, (*loc, "vars"), value.get("vars"), group.variables, into)
    children = value.get("children")
    if isinstance(children, dict):
        for child, inside in children.items():
            group.children[child] = None
            _group(file, (*loc, "children", child), child, inside, into)
    elif children is not None:
        into.problem(msg("Children are written as name: {mapping}", mapping="{}"), _line(file, (*loc, "children")))


def _hosts(file: YamlFile, loc: Loc, value: object, group: Group, into: Hosts) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        into.problem(msg("Hosts are written as name: {mapping}", mapping="{}"), _line(file, loc), RUN_IT)
        return
    for pattern, variables in value.items():
        line = _line(file, (*loc, pattern))
        with_port = _PORT.fullmatch(pattern) if pattern.count(":") == 1 else None
        names = expanded(with_port[1] if with_port else pattern)
        if names is None:
            into.problem(msg("The name or the range of hosts cannot be read"), line)
            continue
        for name in names:
            host = into.host(name, line)
            group.hosts[name] = None
            if with_port:
                into.put(host.variables, "ansible_port", with_port[2], line)
            _variables(file, (*loc, pattern), variables, host.variables, into)


def _variables(file: YamlFile, loc: Loc, value: object, variables: dict[str, Said], into: Hosts) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        into.problem(msg("Variables are written as name: value"), _line(file, loc))
        return
    for name, one in value.items():
        into.put(variables, name, one, _line(file, (*loc, name)), file.path)


def read_beside(path: Path, into: Hosts) -> None:
    """``group_vars`` and ``host_vars`` beside the inventory, as Ansible reads them: they go before what the inventory says."""
    count = 0
    for folder, owners in (
        ("group_vars", {name: group.variables for name, group in into.groups.items()}),
        ("host_vars", {name: host.variables for name, host in into.hosts.items()}),
    ):
        if not (path.parent / folder).is_dir():
            continue
        for name, variables in owners.items():
            for file in _files(path.parent / folder, name):
                count += 1
                if count > _MOST_FILES:
                    what = msg("There are more than {count} files of variables beside the inventory", count=_MOST_FILES)
                    raise IntakeError([Problem(what, str(path), hint=RUN_IT)])
                _beside(file, variables, into)


def _files(folder: Path, name: str) -> Sequence[Path]:
    """Files of one group or host; a name that could lead elsewhere has none."""
    if not _PLAIN.fullmatch(name) or ".." in name:
        return ()
    found = [path for suffix in ("", ".yml", ".yaml") if (path := folder / f"{name}{suffix}").is_file()]
    inside = folder / name
    if inside.is_dir():
        found += sorted(path for path in inside.iterdir() if path.suffix in ("", ".yml", ".yaml") and path.is_file())
    return found


def _beside(path: Path, variables: dict[str, Said], into: Hosts) -> None:
    file, problems = scan_yaml(path, LIMITS)
    into.problems += [replace(problem, found=None) for problem in problems]
    if file is None or file.data is None:
        return
    if isinstance(file.data, str):
        what = msg("The file is sealed with Ansible Vault or holds no variables; it was not read: {name}", name=str(path))
        into.notes.add(what, Said(""))
        return
    _variables(file, (), file.data, variables, into)
