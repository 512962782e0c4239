"""Groups of checks, in the order in which an officer reads them: the folder's name and what people call it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from secaudit.messages import Message, literal, msgc
from secaudit.model.check import Check

GROUPS: Mapping[str, Message] = MappingProxyType(
    {
        "protection": msgc("check group", "Protection against malware"),
        "patch": msgc("check group", "Patches and support"),
        "access": msgc("check group", "Remote access"),
        "accounts": msgc("check group", "Accounts"),
        "password": msgc("check group", "Passwords"),
        "lockout": msgc("check group", "Account lockout"),
        "login": msgc("check group", "Logging in"),
        "session": msgc("check group", "Sessions and screen lock"),
        "sudo": msgc("check group", "Becoming administrator (sudo)"),
        "network": msgc("check group", "Network and firewall"),
        "services": msgc("check group", "Services"),
        "logging": msgc("check group", "Logs"),
        "time": msgc("check group", "Time"),
        "settings": msgc("check group", "Settings of Windows"),
        "software": msgc("check group", "Software"),
        "media": msgc("check group", "Removable media"),
        "disk": msgc("check group", "Disk encryption"),
        "boot": msgc("check group", "Start of the system"),
        "exploit": msgc("check group", "Protection against exploits"),
        "kernel": msgc("check group", "Kernel (Linux)"),
        "mac": msgc("check group", "Mandatory access control (Linux)"),
        "files": msgc("check group", "System files (Linux)"),
        "machine": msgc("check group", "Identity of the machine"),
        "evidence": msgc("check group", "Sources of evidence"),
    }
)
_ORDER = {group: position for position, group in enumerate(GROUPS)}


def group_of(check_id: str) -> str:
    """The part of an id before its first dot."""
    return check_id.partition(".")[0]


def group_word(group: str) -> Message:
    """What people call a group; one that an officer added has only its name."""
    return GROUPS.get(group, literal(group))


def grouped(checks: Iterable[Check]) -> list[tuple[str, list[Check]]]:
    """The checks by group, known groups in their order, others after them by name."""
    groups: dict[str, list[Check]] = {}
    for check in checks:
        groups.setdefault(group_of(check.id), []).append(check)
    return sorted(groups.items(), key=lambda item: (_ORDER.get(item[0], len(_ORDER)), item[0]))
