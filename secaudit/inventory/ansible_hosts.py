"""Groups and hosts of an Ansible inventory, and which variable a host has in the end."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from secaudit.errors import IntakeError, Problem
from secaudit.inventory.foreign_rows import Notes, Said
from secaudit.messages import Message, msg
from secaudit.source import holds_secret, looks_secret, shown

ALL, UNGROUPED = "all", "ungrouped"
SEALED = "!vault"
_MOST_HOSTS = 20_000
_RANGE = re.compile(r"\[([^\[\]]*)\]")
_NUMBERS = re.compile(r"([0-9]{1,9}):([0-9]{1,9})(?::([0-9]{1,9}))?")
_LETTERS = re.compile(r"([A-Za-z]):([A-Za-z])(?::([0-9]{1,9}))?")
_CORRECT = msg("correct the line; ansible-inventory --list shows how Ansible reads it")


@dataclass
class Group:
    """One group."""

    hosts: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    variables: dict[str, Said] = field(default_factory=dict)


@dataclass
class Host:
    """One host."""

    place: Said
    variables: dict[str, Said] = field(default_factory=dict)


class Hosts:
    """What an inventory says so far. Only variables that the mapping knows are kept; secrets never are."""

    def __init__(self, path: str, known: Collection[str], notes: Notes) -> None:
        """``known``: names of the variables that mean something."""
        self.path = path
        self.notes = notes
        self.problems: list[Problem] = []
        self.groups: dict[str, Group] = {ALL: Group()}
        self.hosts: dict[str, Host] = {}
        self.ignored: dict[str, None] = {}
        """Names of variables that mean nothing here."""
        self._known = frozenset(known)

    def problem(self, message: Message, line: int | None, hint: Message = _CORRECT) -> None:
        """A line that cannot be read; what stands in it is not shown, for it may be a password."""
        self.problems.append(Problem(message, self.path, line, hint=hint))

    def group(self, name: str) -> Group:
        """The group of this name, made if need be."""
        return self.groups.setdefault(name, Group())

    def host(self, name: str, line: int | None) -> Host:
        """The host of this name, made if need be; raises IntakeError when there are too many."""
        found = self.hosts.get(name)
        if found is None:
            if len(self.hosts) >= _MOST_HOSTS:
                raise IntakeError([Problem(msg("There are more than {count} hosts", count=_MOST_HOSTS), self.path, line)])
            found = self.hosts[name] = Host(Said(name, line=line))
        return found

    def put(self, variables: dict[str, Said], name: str, value: object, line: int | None, path: str | None = None) -> None:
        """Keep a variable if it means something, is no secret, and says it by itself."""
        at = Said("", line=line)
        where = "" if path is None or path == self.path else f" ({path})"
        if looks_secret(name) or (isinstance(value, str) and holds_secret(value)):
            hint = msg("keep it in a vault; whoever had the file has it, so change it")
            label = "***" if holds_secret(name) else shown(name)
            self.notes.add(msg("{name} may hold a secret; it was not read", name=label + where), at, hint=hint)
        elif name not in self._known:
            self.ignored[name] = None
        elif not isinstance(value, str):
            if value is not None:
                self.notes.add(msg("{name} is a list or mapping; it was not read", name=name + where), at)
        elif value == SEALED or value.startswith(("$ANSIBLE_VAULT", SEALED + " ")):
            self.notes.add(msg("{name} is sealed with Ansible Vault; it stays unknown", name=name + where), at)
        elif "{{" in value or "{%" in value:
            self.notes.add(msg("{name} is an expression, which is not evaluated; it stays unknown", name=name + where), at)
        else:
            variables[name] = Said(value, line=line)

    def resolved(self) -> Iterator[tuple[str, Host, list[str], Mapping[str, Said]]]:
        """Every host with its groups, the nearest last, and its variables; raises IntakeError for groups in a circle."""
        parents: dict[str, list[str]] = {}
        for name, group in self.groups.items():
            for child in group.children:
                parents.setdefault(child, []).append(name)
        depths = self._depths(parents)
        own: dict[str, list[str]] = {}
        for name, group in self.groups.items():
            for member in group.hosts:
                own.setdefault(member, []).append(name)
        for name, host in self.hosts.items():
            ordered = sorted(_with_parents(own.get(name, ()), parents) | {ALL}, key=lambda one: (depths.get(one, 0), one))
            variables: dict[str, Said] = {}
            for one in ordered:
                variables.update(self.groups[one].variables)
            yield name, host, [one for one in ordered if one not in (ALL, UNGROUPED)], {**variables, **host.variables}

    def _depths(self, parents: Mapping[str, list[str]]) -> dict[str, int]:
        """Longest way from ``all`` to each group."""
        depths = {name: 0 if name == ALL else 1 for name in self.groups}
        for _ in range(len(self.groups) + 1):
            changed = False
            for child, above in parents.items():
                deepest = max(depths[one] for one in above) + 1
                if child != ALL and depths.get(child, 0) < deepest:
                    depths[child] = deepest
                    changed = True
            if not changed:
                return depths
        raise IntakeError([Problem(msg("Groups contain each other in a circle"), self.path, hint=_CORRECT)])


def _with_parents(names: Collection[str], parents: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += parents.get(name, ())
    return found


def expanded(pattern: str) -> Iterator[str] | None:
    """Names that ``web[01:10].tinh.vn`` stands for; None when a range cannot be read or is too large."""
    pieces: list[list[str]] = []
    count, end = 1, 0
    for found in _RANGE.finditer(pattern):
        choices = _choices(found[1])
        if choices is None:
            return None
        count *= len(choices)
        if count > _MOST_HOSTS:
            return None
        pieces += [[pattern[end : found.start()]], choices]
        end = found.end()
    rest = pattern[end:]
    if "[" in rest or "]" in rest or any("]" in one or "[" in one for piece in pieces for one in piece):
        return None
    return map("".join, product(*pieces, [rest]))


def _choices(text: str) -> list[str] | None:
    numbers = _NUMBERS.fullmatch(text)
    if numbers:
        first, last, step = int(numbers[1]), int(numbers[2]), int(numbers[3] or 1)
        if first > last or step < 1 or (last - first) // step >= _MOST_HOSTS:
            return None
        width = len(numbers[1]) if numbers[1].startswith("0") else 0
        if width and len(numbers[2]) != width:
            return None
        return [str(number).zfill(width) for number in range(first, last + 1, step)]
    letters = _LETTERS.fullmatch(text)
    if letters:
        first, last, step = ord(letters[1]), ord(letters[2]), int(letters[3] or 1)
        if first > last or step < 1 or letters[1].isupper() != letters[2].isupper():
            return None
        return [chr(code) for code in range(first, last + 1, step)]
    return None
