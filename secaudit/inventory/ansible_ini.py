"""Reads an Ansible inventory in INI form."""

import re
import shlex

from secaudit.inventory.addresses import parse_ip
from secaudit.inventory.ansible_hosts import ALL, UNGROUPED, Hosts, expanded
from secaudit.messages import msg

_SECTION = re.compile(r"\[([^:\[\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?")
_HOST = re.compile(r"((?:[^\[\]:\s]|\[[^\[\]\s]*\])+)(?::([0-9]{1,5}))?")
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::([0-9]{1,5}))?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def read_ini(text: str, into: Hosts) -> None:
    """All lines; what cannot be read is a problem of ``into``."""
    section, kind = UNGROUPED, "hosts"
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        found = _SECTION.fullmatch(line)
        if found:
            section, kind = found[1], found[2] or "hosts"
            if kind not in ("hosts", "children", "vars"):
                into.problem(msg("The section is of no kind that Ansible knows"), number)
            into.group(section)
        elif line.startswith("[") and not _BRACKETED.match(line):
            into.problem(msg("The heading of the section cannot be read"), number)
        elif kind == "hosts":
            _host(line, number, section, into)
        elif kind == "children":
            _child(line, number, section, into)
        elif kind == "vars":
            _variable(line, number, section, into)


def _host(line: str, number: int, section: str, into: Hosts) -> None:
    try:
        pattern, *pairs = shlex.split(line, comments=True)
    except ValueError:
        into.problem(msg("A quotation mark on the line is never closed"), number)
        return
    name, port = _named(pattern)
    names = expanded(name) if name and parse_ip(name) is None else iter((name,)) if name else None
    if names is None:
        into.problem(msg("The name or the range of hosts cannot be read"), number)
        return
    if not all(_NAME.fullmatch(pair.partition("=")[0]) and "=" in pair for pair in pairs):
        into.problem(msg("Behind the host only name=value may stand"), number)
        return
    for one in names:
        host = into.host(one, number)
        into.group(section).hosts[one] = None
        if port:
            into.put(host.variables, "ansible_port", port, number)
        for pair in pairs:
            key, _, value = pair.partition("=")
            into.put(host.variables, key, value, number)


def _named(pattern: str) -> tuple[str, str | None]:
    """Host and port; an address of IPv6 stands in brackets, or alone."""
    if parse_ip(pattern) is not None:
        return pattern, None
    found = _BRACKETED.fullmatch(pattern) or _HOST.fullmatch(pattern)
    return (found[1], found[2]) if found else ("", None)


def _child(line: str, number: int, section: str, into: Hosts) -> None:
    name = line.partition("#")[0].strip()
    if not name or any(char in name for char in " =[]:"):
        into.problem(msg("Only the name of a group may stand here"), number)
        return
    into.group(name)
    if name != ALL:
        into.group(section).children[name] = None


def _variable(line: str, number: int, section: str, into: Hosts) -> None:
    name, equals, value = line.partition("=")
    name, value = name.strip(), value.strip()
    if not equals or not _NAME.fullmatch(name):
        into.problem(msg("Only name=value may stand here"), number)
        return
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    else:
        value = re.split(r"\s#", value, maxsplit=1)[0].strip()
    into.put(into.group(section).variables, name, value, number)
