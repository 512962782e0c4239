"""What the kernel forbids, and who may touch system files (sections kernel-settings, mac, apparmor, file-modes, media)."""

from secaudit.facts.linux_services import service_runs
from secaudit.facts.reading import Parser, Reading, decimal, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_SECTION = "kernel-settings"
_ALLOWED = {
    "/etc/shadow": 0o640,
    "/etc/shadow-": 0o640,
    "/etc/gshadow": 0o640,
    "/etc/gshadow-": 0o640,
    "/etc/sudoers": 0o640,
    "/etc/sudoers.d": 0o755,
    "/root": 0o755,
    "/var/spool/cron/crontabs": 0o1770,
}
"""Most that may be set; for other files and folders, others read and only the owner writes."""
_HOST_KEY, _HOST_KEY_MODE = "/etc/ssh/ssh_host_", 0o640
_READ_BY_ALL = 0o755
_MAX_MODE = 0o7777


def _number(reading: Reading, key: str) -> int:
    value = decimal(first(reading.pairs(_SECTION), key))
    if value is None:
        reading.fail(MissingReason.ERROR, _SECTION, f"{key} cannot be read")
    return value


def _at_least(reading: Reading, key: str, least: int) -> FactValue:
    """``none`` is the probe's sight that this kernel has no such setting: it then does nothing of the kind."""
    if first(reading.pairs(_SECTION), key) == "none":
        return Known(value=False, section=_SECTION)
    return Known(_number(reading, key) >= least, _SECTION)


def aslr(reading: Reading) -> FactValue:
    """2 is everything, the heap too."""
    return _at_least(reading, "kernel/randomize_va_space", 2)


def dep(reading: Reading) -> FactValue:
    """The processor's mark for data, as the kernel uses it."""
    pairs = reading.pairs(_SECTION)
    flag = first(pairs, "nx")
    if flag not in ("yes", "no"):
        reading.fail(MissingReason.UNSUPPORTED, _SECTION, "this processor does not list the mark")
    return Known(flag == "yes" and "noexec" not in pairs, _SECTION)


def pointers_hidden(reading: Reading) -> FactValue:
    """1 hides from programs without privilege, 2 from all."""
    return _at_least(reading, "kernel/kptr_restrict", 1)


def messages_restricted(reading: Reading) -> FactValue:
    """Dmesg is for administrators."""
    return _at_least(reading, "kernel/dmesg_restrict", 1)


def tracing_limited(reading: Reading) -> FactValue:
    """Yama; a kernel without it lets programs of one account read each other."""
    return _at_least(reading, "kernel/yama/ptrace_scope", 1)


def syncookies(reading: Reading) -> FactValue:
    """1 when needed, 2 always."""
    return _at_least(reading, "net/ipv4/tcp_syncookies", 1)


def _rows(reading: Reading) -> dict[str, dict[str, list[tuple[int, int, int]]]]:
    """Family -> all, default or card -> forwarding, redirects, source route; rows that are not numbers are an error."""
    rows: dict[str, dict[str, list[tuple[int, int, int]]]] = {}
    for line in reading.pairs(_SECTION).get("conf", []):
        words = line.split()
        if len(words) != 5 or not all(word.lstrip("-").isdecimal() and len(word) < 6 for word in words[2:]):
            reading.fail(MissingReason.ERROR, _SECTION, "a network setting cannot be read")
        one, two, three = (int(word) for word in words[2:])
        rows.setdefault(words[0], {}).setdefault(words[1], []).append((one, two, three))
    if "ipv4" not in rows or "all" not in rows["ipv4"]:
        reading.fail(MissingReason.ERROR, _SECTION, "the network settings are not listed")
    return rows


def _cards(rows: dict[str, dict[str, list[tuple[int, int, int]]]], family: str) -> list[tuple[int, int, int]]:
    """Settings of the cards; without any, those a new card would get."""
    kinds = rows.get(family, {})
    return kinds.get("card") or kinds.get("default") or []


def forwarding(reading: Reading) -> FactValue:
    """For either family, on any card."""
    rows = reading.once(_rows)
    shown = [row[0] for family in rows for row in (*rows[family].get("all", []), *_cards(rows, family))]
    return Known(any(shown) or _number(reading, "net/ipv4/ip_forward") > 0, _SECTION)


def redirects(reading: Reading) -> FactValue:
    """The kernel's own rule: IPv4 asks ``all`` and the card (either suffices on a machine that forwards nothing)."""
    rows = reading.once(_rows)
    whole = any(row[1] > 0 for row in rows["ipv4"]["all"])
    four = any((whole and card[1] > 0) if card[0] > 0 else (whole or card[1] > 0) for card in _cards(rows, "ipv4"))
    six = any(card[1] > 0 and card[0] == 0 for card in _cards(rows, "ipv6"))
    return Known(four or six, _SECTION)


def source_route(reading: Reading) -> FactValue:
    """Both ``all`` and the card have to allow it, in either family."""
    rows = reading.once(_rows)
    accepted = False
    for family, kinds in rows.items():
        whole = min((row[2] for row in kinds.get("all", [])), default=0)
        accepted = accepted or (whole > 0 and any(card[2] > 0 for card in _cards(rows, family)))
    return Known(accepted, _SECTION)


def mac_kind(reading: Reading) -> FactValue:
    """What the kernel was started with."""
    return Known(reading.once(_mac_kind), "mac")


def _mac_kind(reading: Reading) -> str:
    pairs = reading.pairs("mac")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "mac")
    if "selinux" in pairs:
        return "selinux"
    if first(pairs, "apparmor") == "Y":
        return "apparmor"
    if {"smack", "tomoyo"} & set(first(pairs, "lsm").split(",")):
        reading.fail(MissingReason.UNSUPPORTED, "mac", "another kind of access control is loaded")
    return "none"


def mac_enforcing(reading: Reading) -> FactValue:
    """SELinux enforces as a whole; AppArmor where at least one profile is enforced, which root alone sees."""
    kind = reading.once(_mac_kind)
    if kind == "none":
        return Known(value=False, section="mac")
    if kind == "selinux":
        state = first(reading.pairs("mac"), "selinux")
        if state not in ("0", "1"):
            reading.fail(MissingReason.ERROR, "mac", "the state of SELinux cannot be read")
        return Known(state == "1", "mac")
    pairs = reading.pairs("apparmor")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "apparmor")
    count = decimal(first(pairs, "(enforce)") or "0")
    if count is None:
        reading.fail(MissingReason.ERROR, "apparmor")
    return Known(count > 0, "apparmor")


def files_loose(reading: Reading) -> FactValue:
    """Owner other than root, or more than the table allows."""
    loose: list[str] = []
    seen: set[str] = set()
    for line in reading.lines("file-modes"):
        words = line.split(" ", 3)
        if words == [""]:
            continue
        if len(words) != 4 or not set(words[0]) <= set("01234567") or not 0 < len(words[0]) <= 4 or decimal(words[1]) is None:
            reading.fail(MissingReason.ERROR, "file-modes", "a line cannot be read")
        mode, path = int(words[0], 8), words[3]
        seen.add(path)
        allowed = _HOST_KEY_MODE if path.startswith(_HOST_KEY) else _ALLOWED.get(path, _READ_BY_ALL)
        if mode & ~(allowed | 0o7000) & _MAX_MODE or words[1] != "0":
            loose.append(path)
    if "/etc/passwd" not in seen:
        reading.fail(MissingReason.ERROR, "file-modes", "the modes are not listed")
    return Known(sorted(loose), "file-modes")


def storage_blocked(reading: Reading) -> FactValue:
    """The driver may not be loaded and is not, or a guard of USB devices runs (its rules are root's and are not read)."""
    pairs = reading.pairs("media")
    if "looked" not in pairs or "modules" not in pairs or "builtin" not in pairs:
        reading.fail(MissingReason.UNSUPPORTED, "media", "the drivers of the running kernel are not listed")
    inside = "loaded" in pairs or any(name.startswith("usb") for name in pairs["builtin"] if name != "read")
    barred = "usb_storage nothing" in pairs.get("install", []) or "usb_storage" in pairs.get("blacklist", [])
    if barred and not inside:
        return Known(value=True, section="media")
    if "denied" in pairs:
        reading.fail(MissingReason.DENIED, "media", "a file of modprobe may not be read")
    if "usbguard" in pairs.get("tool", []) and service_runs(reading, ("usbguard.service",), ("usbguard-daemon",)):
        return Missing(MissingReason.UNSUPPORTED, "media", "USBGuard runs and its rules are not read")
    return Known(value=False, section="media")


PARSERS: dict[str, Parser] = {
    "exploit.aslr": aslr,
    "exploit.dep": dep,
    "kernel.forwarding": forwarding,
    "kernel.redirects": redirects,
    "kernel.source_route": source_route,
    "kernel.syncookies": syncookies,
    "kernel.pointers_hidden": pointers_hidden,
    "kernel.messages_restricted": messages_restricted,
    "kernel.tracing_limited": tracing_limited,
    "mac.kind": mac_kind,
    "mac.enforcing": mac_enforcing,
    "files.loose": files_loose,
    "media.storage_blocked": storage_blocked,
}
