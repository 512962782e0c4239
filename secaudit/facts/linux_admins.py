"""Who may become root on a Linux machine (sections sudoers, groups, central): rules of sudo, groups, directories."""

from collections.abc import Iterable
from dataclasses import dataclass

from secaudit.facts.accounts import accounts
from secaudit.facts.linux_services import service_runs
from secaudit.facts.reading import Parser, Reading, decimal, first
from secaudit.model.fact import FactValue, Known, MissingReason

_AS_GOOD_AS_ROOT = ("docker", "lxd")
"""Their members start containers that see the whole disk."""
_POLKIT = ("sudo", "wheel")
"""Groups that polkit's usual rules take for administrators where pkexec is installed."""
_DIRECTORIES = {
    "sss": (("sssd.service",), ("sssd",)),
    "winbind": (("winbind.service", "winbindd.service"), ("winbindd",)),
    "ldap": (("nslcd.service",), ("nslcd",)),
    "nis": (("ypbind.service", "nis.service"), ("ypbind",)),
}
"""Word of nsswitch.conf -> what has to run for it to mean something."""
_ROOT_NAMES = frozenset({"root", "ALL", "#0"})
_MAX_MEMBERS = 2_000


@dataclass(frozen=True, slots=True)
class _Grant:
    who: str
    free: bool
    """No password is asked."""
    what: str
    """all, shell, alias (a list that is not sent) or some."""


@dataclass(frozen=True, slots=True)
class _Rules:
    grants: tuple[_Grant, ...]
    aliases: dict[str, list[str]]
    free_for_all: bool
    polkit: bool


def _rules(reading: Reading) -> _Rules:
    """What sudo allows as root; NotReadError when part of it is in a place that is not read."""
    pairs = reading.pairs("sudoers")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "sudoers")
    if "include" in pairs or "doas" in pairs:
        reading.fail(MissingReason.UNSUPPORTED, "sudoers", "rules stand in a file that is not read")
    if "some" in pairs.get("default", []):
        reading.fail(MissingReason.UNSUPPORTED, "sudoers", "some are asked by rules of their own")
    everybody, as_target = "all" in pairs.get("default", []), "target" in pairs.get("default", [])
    grants: list[_Grant] = []
    for row in pairs.get("rule", []) if "sudo" in pairs else []:
        words = row.split("\t")
        if len(words) != 4 or words[2] not in ("ask", "free"):
            reading.fail(MissingReason.ERROR, "sudoers", "a rule cannot be read")
        if as_target and words[2] == "ask" and not everybody:
            continue  # sudo then asks for root's own password: the rule gives no more than su
        if _as_root(reading, words[1]) and words[3] != "some":
            grants += [_Grant(name, words[2] == "free", words[3]) for name in words[0].split(",") if name]
    aliases: dict[str, list[str]] = {}
    for row in pairs.get("alias", []):
        for part in row.split(":"):
            name, _, members = part.partition("=")
            aliases[name] = [member for member in members.split(",") if member]
    return _Rules(tuple(grants), aliases, everybody, "pkexec" in pairs)


def _as_root(reading: Reading, targets: str) -> bool:
    """Whom a rule lets become; a list of accounts by name may hold root and is not followed."""
    names = set(targets.split(","))
    if any(name.startswith(("!", "%", "+")) or (name.isupper() and name != "ALL") for name in names):
        reading.fail(MissingReason.UNSUPPORTED, "sudoers", "a rule names a list of accounts to become")
    return bool(_ROOT_NAMES & names)


def _named(reading: Reading, rules: _Rules, name: str) -> list[str]:
    """Members of an alias, or the name itself; what sudo takes out of a list again is not followed."""
    names = rules.aliases.get(name, [name])
    if any(one.startswith(("!", "+")) or (one in rules.aliases and one != name) for one in names):
        reading.fail(MissingReason.UNSUPPORTED, "sudoers", "a list of names is more than a list")
    return [one.replace("\\040", " ") for one in names]


def nopasswd(reading: Reading) -> FactValue:
    """By rules for everything or for programs that start others; groups with their ``%``."""
    rules = reading.once(_rules)
    found: set[str] = set()
    open_lists: set[str] = set()
    for grant in rules.grants:
        if grant.free or rules.free_for_all:
            names = set(_named(reading, rules, grant.who))
            if grant.what == "alias":
                open_lists |= names
            else:
                found |= names
    found.discard("root")
    if open_lists - found - {"root"}:
        reading.fail(MissingReason.UNSUPPORTED, "sudoers", "a rule without password names a list of commands")
    return Known(sorted(found), "sudoers")


@dataclass(frozen=True, slots=True)
class _Groups:
    members: dict[str, set[str]]
    by_number: dict[int, str]


def _groups(reading: Reading) -> _Groups:
    """Group -> members, those included whose first group it is."""
    members: dict[str, set[str]] = {}
    by_number: dict[int, str] = {}
    firsts: list[tuple[str, int]] = []
    for line in reading.lines("groups"):
        kind, _, rest = line.partition("=")
        words = rest.split("\t")
        number = decimal(words[1]) if len(words) >= 2 else None
        if number is not None and kind == "group" and len(words) == 3:
            members.setdefault(words[0], set()).update(name for name in words[2].split(",")[:_MAX_MEMBERS] if name)
            by_number.setdefault(number, words[0])
        elif number is not None and kind == "first":
            firsts.append((words[0], number))
    if not by_number:
        reading.fail(MissingReason.ERROR, "groups", "no group is listed")
    for name, number in firsts:
        if number in by_number:
            members[by_number[number]].add(name)
    return _Groups(members, by_number)


def _members(reading: Reading, group: str) -> set[str]:
    groups = reading.once(_groups)
    if group.startswith("#"):
        number = decimal(group[1:])
        group = groups.by_number.get(number, "") if number is not None else ""
    if group not in groups.members and reading.once(_central):
        reading.fail(MissingReason.UNSUPPORTED, "sudoers", "a group of the directory may become root")
    return groups.members.get(group, set())


def administrators(reading: Reading) -> frozenset[str]:
    """Names of accounts that may become root, enabled or not."""
    return reading.once(_administrators)


def _administrators(reading: Reading) -> frozenset[str]:
    rules = reading.once(_rules)
    found = {account.name for account in accounts(reading) if account.uid == 0}
    lists: set[str] = set()
    for grant in rules.grants:
        for name in _named(reading, rules, grant.who):
            (lists if grant.what == "alias" else found).update(_people(reading, name))
    if lists - found:
        reading.fail(MissingReason.UNSUPPORTED, "sudoers", "a rule names a list of commands")
    for group in (*_AS_GOOD_AS_ROOT, *(_POLKIT if rules.polkit else ())):
        found |= reading.once(_groups).members.get(group, set())
    return frozenset(found)


def _people(reading: Reading, name: str) -> Iterable[str]:
    if name.startswith("%"):
        return _members(reading, name.removeprefix("%").removeprefix(":"))
    if name == "ALL":
        return [account.name for account in accounts(reading)]
    if name.startswith("#"):
        return [account.name for account in accounts(reading) if account.uid == decimal(name[1:])]
    return [name]


def directory(reading: Reading) -> bool:
    """Accounts come from a directory; NotReadError when that cannot be told."""
    return reading.once(_central)


def _central(reading: Reading) -> bool:
    pairs = reading.pairs("central")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "central")
    words = first(pairs, "passwd").split()
    return any(service_runs(reading, *needs) for word, needs in _DIRECTORIES.items() if word in words)


def central(reading: Reading) -> FactValue:
    """A directory stands in nsswitch.conf and the service that asks it runs."""
    return Known(reading.once(_central), "central")


PARSERS: dict[str, Parser] = {
    "accounts.central": central,
    "sudo.nopasswd": nopasswd,
}
