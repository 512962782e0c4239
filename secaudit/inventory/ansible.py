"""Hosts of an Ansible inventory as rows of a list. Nothing is run and nothing is evaluated."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from secaudit.errors import IntakeError, Problem
from secaudit.inventory.ansible_hosts import Hosts
from secaudit.inventory.ansible_ini import read_ini
from secaudit.inventory.ansible_yaml import RUN_IT, read_beside, read_yaml_inventory
from secaudit.inventory.foreign_rows import Notes, Row, Said
from secaudit.messages import Message, msg
from secaudit.model.machine_list import ListField, ListProfile
from secaudit.source import holds_secret, shown
from secaudit.tables.text import decoded

_NAME, _GROUP = "inventory_hostname", "group"
_CONNECTION, _NOT_SSH = "ansible_connection", ("winrm", "psrp")
"""Ports of these are none of SSH."""
_YAML = re.compile(r"(?:\s*(?:#[^\n]*)?\n)*(?:---|[\w.-]+:\s*(?:\n|$))")
_MOST = 8_000_000
_NAMED = 20


def read_hosts(path: Path, body: bytes, profile: ListProfile, notes: Notes) -> Iterator[Row]:
    """Every host; raises IntakeError with all lines that cannot be read."""
    name = str(path)
    _refuse(name, body)
    known = {_CONNECTION, *(heading for headings in profile.columns.values() for heading in headings)}
    hosts = Hosts(name, known, notes)
    text = decoded(name, body)
    if path.suffix.lower() in (".yml", ".yaml") or (path.suffix.lower() not in (".ini", ".cfg") and _YAML.match(text)):
        read_yaml_inventory(name, body, hosts)
    else:
        read_ini(text, hosts)
    read_beside(path, hosts)
    if hosts.problems:
        raise IntakeError(hosts.problems)
    if hosts.ignored:
        plain = [shown(one) for one in hosts.ignored if not holds_secret(one)]
        names = ", ".join(plain[:_NAMED]) + (" …" if len(plain) > _NAMED else "")
        notes.add(
            msg("{count} variables are not known to the mapping and were ignored: {names}", count=len(plain), names=names),
            Said(""),
        )
    return (_row(host.place, groups, variables, profile) for _, host, groups, variables in hosts.resolved())


def _refuse(path: str, body: bytes) -> None:
    """What is no list of hosts but a program, its answer, or a vault."""
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    refusals: tuple[tuple[bool, Message, Message], ...] = (
        (start.startswith(b"#!"), msg("This is a script (dynamic inventory); nothing is run"), RUN_IT),
        (start.startswith((b"\x7fELF", b"MZ")), msg("This is a program (dynamic inventory); nothing is run"), RUN_IT),
        (start.startswith(b"{"), msg("This is the answer of a dynamic inventory (JSON)"), RUN_IT),
        (start.startswith(b"$ANSIBLE_VAULT"), msg("The file is sealed with Ansible Vault"), RUN_IT),
        (len(body) > _MOST, msg("The file is larger than {count} bytes", count=_MOST), RUN_IT),
        (not start, msg("The file is empty"), RUN_IT),
    )
    for applies, message, hint in refusals:
        if applies:
            raise IntakeError([Problem(message, path, 1, hint=hint)])


def _row(place: Said, groups: list[str], variables: Mapping[str, Said], profile: ListProfile) -> Row:
    said: dict[ListField, tuple[Said, ...]] = {}
    connection = variables.get(_CONNECTION)
    by_winrm = connection is not None and connection.text in _NOT_SSH
    for field, headings in profile.columns.items():
        found: list[Said] = []
        for column, heading in enumerate(headings):
            if heading == _NAME:
                found.append(Said(place.text, line=place.line, column=column))
            elif heading == _GROUP and groups:
                # all groups at once say whose a host is, so that two agencies are noticed; for words each speaks for itself
                texts = ["/".join(groups)] if field == "agency" else list(reversed(groups))
                found += [Said(text, line=place.line, column=column) for text in texts]
            elif heading in variables and variables[heading].text.strip():
                one = variables[heading]
                found.append(Said(one.text, line=one.line, column=column))
        if field == "address" and not found and ("." in place.text or ":" in place.text):
            found.append(Said(place.text, line=place.line, column=len(headings)))
        if found and not (field == "port" and by_winrm):
            said[field] = tuple(found)
    return Row(place, said)
