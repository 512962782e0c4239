"""Effective settings of the OpenSSH server (sections sshd, sshd-effective, sshd-config).

``sshd -T`` is what counts when root could ask it; else the files are read by the server's own rules: the first value of a
keyword wins, Include stands for the files it names, and a Match block may weaken what stands outside. Where blocks differ, the
weakest value is the fact: somebody gets it.
"""

import re
from collections.abc import Callable

from secaudit.facts.matching import matches
from secaudit.facts.reading import NotReadError, Parser, Reading, decimal, first
from secaudit.model.fact import FactValue, Known, MissingReason

_DEFAULTS = {
    "passwordauthentication": "yes",
    "permitemptypasswords": "no",
    "maxauthtries": "6",
    "x11forwarding": "no",
    "logingracetime": "120",
    "clientaliveinterval": "0",
    "clientalivecountmax": "3",
    "authenticationmethods": "any",
    "loglevel": "INFO",
    "port": "22",
    "listenaddress": "",
    "allowusers": "",
    "ciphers": "",
    "macs": "",
    "kexalgorithms": "",
}
"""Where no line names them, in every version; the default of PermitRootLogin has changed once. Empty: the version decides."""
_KEYWORDS = ("permitrootlogin", *_DEFAULTS)
_FIRST = ("permitrootlogin", "passwordauthentication", "permitemptypasswords", "maxauthtries")
"""Keywords that every probe asked for; captures of older ones say nothing of the others."""
_UNSET = ("allowusers",)
"""What ``sshd -T`` does not print when it is not set."""
_ADDED = frozenset({"port", "listenaddress", "allowusers"})
"""Every line of these adds to the one before."""
_LISTS = _ADDED | {"authenticationmethods"}
"""Keywords that take several words."""
_ROOT_ORDER = ("yes", "without-password", "prohibit-password", "forced-commands-only", "no")
"""Weakest first."""
_VERSION = re.compile(r"OpenSSH_(\d{1,3})\.(\d{1,3})")
_ROOT_DEFAULT_CHANGED = (7, 0)
_MAX_INCLUDES = 64


def installed(reading: Reading) -> FactValue:
    """The program or its configuration is there."""
    if reading.status("sshd") is MissingReason.ABSENT:
        return Known(value=False, section="sshd")
    reading.need("sshd")
    return Known(value=True, section="sshd")


def permit_root_login(reading: Reading) -> FactValue:
    """yes, prohibit-password, forced-commands-only or no."""
    values, section, unseen = reading.once(_settings)
    found = values.get("permitrootlogin") or [_root_default(reading)]
    known = [value.lower() for value in found if value.lower() in _ROOT_ORDER]
    if len(known) != len(found):
        reading.fail(MissingReason.ERROR, section, "PermitRootLogin has an unknown value")
    weakest = min(known, key=_ROOT_ORDER.index)
    if unseen is not None and weakest != "yes":
        raise unseen
    return Known("prohibit-password" if weakest == "without-password" else weakest, section)


def password_authentication(reading: Reading) -> FactValue:
    """Passwords are accepted, for anybody at all."""
    return switch(reading, "passwordauthentication")


def permit_empty_passwords(reading: Reading) -> FactValue:
    """Empty passwords are accepted, for anybody at all."""
    return switch(reading, "permitemptypasswords")


def max_auth_tries(reading: Reading) -> FactValue:
    """The largest number any block allows."""
    values, section, unseen = settings(reading, "maxauthtries")
    if unseen is not None:
        raise unseen
    numbers = [decimal(value) for value in values]
    if not numbers or None in numbers:
        reading.fail(MissingReason.ERROR, section, "MaxAuthTries is no number")
    return Known(max(number for number in numbers if number is not None), section)


def switch(reading: Reading, keyword: str) -> FactValue:
    """A keyword that is yes or no; yes for somebody is yes."""
    given, section, unseen = settings(reading, keyword)
    found = [value.lower() for value in given]
    if any(value not in ("yes", "no") for value in found):
        reading.fail(MissingReason.ERROR, section, f"{keyword} is neither yes nor no")
    if unseen is not None and "yes" not in found:
        raise unseen
    return Known("yes" in found, section)


def settings(reading: Reading, keyword: str) -> tuple[list[str], str, NotReadError | None]:
    """All values of a keyword, the section they come from, and why values of Match blocks may be lacking."""
    values, section, unseen = reading.once(_settings)
    if keyword not in _FIRST and first(reading.pairs("sshd"), "settings") != "2":
        reading.fail(MissingReason.UNSUPPORTED, "sshd", "the probe that was sent did not ask for it")
    if section == "sshd-effective" and keyword not in values and keyword not in _UNSET:
        reading.fail(MissingReason.ERROR, section, f"{keyword} is not listed")
    return values.get(keyword, [_DEFAULTS[keyword]]), section, unseen


def version(reading: Reading) -> tuple[int, int] | None:
    """Of the OpenSSH that is installed."""
    match = _VERSION.search(first(reading.pairs("sshd"), "version"))
    return (int(match[1]), int(match[2])) if match else None


def _settings(reading: Reading) -> tuple[dict[str, list[str]], str, NotReadError | None]:
    """Keyword -> the value outside Match blocks, then those inside; the section they come from; why blocks are not known.

    ``sshd -T`` answers for one connection: what a Match block gives to others stands in the files alone.
    """
    if reading.status("sshd") is MissingReason.ABSENT:
        reading.fail(MissingReason.ABSENT, "sshd", "no OpenSSH server is installed")
    if reading.status("sshd-effective") is None:
        values = _effective(reading.lines("sshd-effective"))
        if values:
            values |= {name: "" for name in _UNSET if name not in values}
            inside: dict[str, list[str]] = {}
            unseen = None
            try:
                inside = _configured(reading)[1]
            except NotReadError as error:
                unseen = error
            return {name: [value, *inside.get(name, [])] for name, value in values.items()}, "sshd-effective", unseen
    outside, inside = _configured(reading)
    return (
        {
            name: [outside[name] if name in outside else _default(name, reading), *inside.get(name, [])]
            for name in _KEYWORDS
            if name in outside or name in inside
        },
        "sshd-config",
        None,
    )


def _default(name: str, reading: Reading) -> str:
    return _DEFAULTS[name] if name in _DEFAULTS else _root_default(reading)


def _root_default(reading: Reading) -> str:
    release = version(reading)
    if release is None:
        reading.fail(MissingReason.UNSUPPORTED, "sshd", "the version is not known, so its default is not")
    return "prohibit-password" if release >= _ROOT_DEFAULT_CHANGED else "yes"


def _effective(lines: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in lines:
        name, _, rest = line.partition(" ")
        name, words = name.lower(), rest.split()
        if name in _ADDED and words:
            values[name] = " ".join([*values.get(name, "").split(), *words])
        elif name in _KEYWORDS and (len(words) == 1 or (words and name in _LISTS)):
            values[name] = " ".join(words)
    return values


def _configured(reading: Reading) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Values outside Match blocks (the first wins), and all values inside them."""
    files = _files(reading)
    main = "/etc/ssh/sshd_config"
    if main not in files:
        reading.fail(MissingReason.ABSENT, "sshd-config", "there is no sshd_config")
    outside: dict[str, str] = {}
    inside: dict[str, list[str]] = {}

    def take(keyword: str, value: str, matched: bool) -> None:
        if matched:
            inside.setdefault(keyword, []).append(value)
        elif keyword in _ADDED and keyword in outside:
            outside[keyword] += f" {value}"
        else:
            outside.setdefault(keyword, value)

    _walk(reading, files, main, take, matched=False, depth=0)
    return outside, inside


def _walk(
    reading: Reading,
    files: dict[str, list[str] | None],
    path: str,
    take: Callable[[str, str, bool], None],
    *,
    matched: bool,
    depth: int,
) -> None:
    """One file in order; a Match block ends with its file, and an Include inside one stays inside it."""
    lines = files[path]
    if lines is None:
        reading.fail(MissingReason.DENIED, "sshd-config", f"{path} may not be read")
    for line in lines:
        keyword, value = _split(line)
        if keyword == "match":
            matched = value.lower() != "all"
        elif keyword == "include":
            for name in _included(reading, files, value):
                if depth < 4:
                    _walk(reading, files, name, take, matched=matched, depth=depth + 1)
        elif keyword in _KEYWORDS and value:
            words = [word.strip('"') for word in value.split()]
            take(keyword, " ".join(words) if keyword in _LISTS else words[0], matched)


def _included(reading: Reading, files: dict[str, list[str] | None], value: str) -> list[str]:
    """Files in the order of their names; the probe reads the usual folder only, so another place is not known."""
    names: list[str] = []
    for pattern in value.split():
        absolute = pattern.strip('"')
        absolute = absolute if absolute.startswith("/") else f"/etc/ssh/{absolute}"
        if absolute != "/etc/ssh/sshd_config.d/*.conf" and absolute not in files:
            reading.fail(MissingReason.UNSUPPORTED, "sshd-config", f"{absolute} is included and was not read")
        names += sorted(name for name in files if matches(absolute, name) and name != "/etc/ssh/sshd_config")
    return names[:_MAX_INCLUDES]


def _files(reading: Reading) -> dict[str, list[str] | None]:
    """Path -> relevant lines; None for a file that may not be read."""
    files: dict[str, list[str] | None] = {}
    current: list[str] = []
    for line in reading.lines("sshd-config"):
        if line.startswith("file "):
            current = []
            files[line.removeprefix("file ")] = current
        elif line.startswith("denied "):
            files[line.removeprefix("denied ")] = None
        elif line.startswith("| "):
            current.append(line.removeprefix("| "))
    return files


def _split(line: str) -> tuple[str, str]:
    words = re.split(r"[ \t]*=[ \t]*|[ \t]+", line.strip(), maxsplit=1)
    return words[0].lower(), words[1].strip() if len(words) > 1 else ""


PARSERS: dict[str, Parser] = {
    "sshd.installed": installed,
    "sshd.permit_root_login": permit_root_login,
    "sshd.password_authentication": password_authentication,
    "sshd.permit_empty_passwords": permit_empty_passwords,
    "sshd.max_auth_tries": max_auth_tries,
}
