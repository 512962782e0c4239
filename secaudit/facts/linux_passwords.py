"""What a new password must be and how long it lasts (sections pam, password-policy, password-ages).

Only what stands in the stack of PAM counts: a file of settings whose module nobody calls sets nothing.
"""

import re
from dataclasses import dataclass

from secaudit.facts.accounts import accounts, can_log_in, state_of
from secaudit.facts.linux_machine import release_fields
from secaudit.facts.pam import Rule, stack
from secaudit.facts.reading import DAY, Parser, Reading, decimal
from secaudit.model.fact import FactValue, Known, MissingReason

_POLICY, _AGES = "password-policy", "password-ages"
UNIX = ("pam_unix", "pam_sss", "pam_winbind", "pam_ldap", "pam_krb5")
_CREDITS = ("lcredit", "ucredit", "dcredit", "ocredit")
_NEVER = 99_999
"""Days from which a password counts as one that never ends: the value distributions ship."""
_QUALITY_LENGTH, _QUALITY_LEAST = 8, 6
_OLD_QUALITY = {"rhel": 8, "centos": 8, "ol": 8, "scientific": 8, "amzn": 3, "debian": 10, "ubuntu": 18}
"""System -> first version whose pwquality gives no credits by itself; before it the length was 9 and every kind was worth 1."""
_OLD_QUALITY_LENGTH, _OLD_QUALITY_CREDIT = 9, 1
_CRACKLIB_LENGTH, _CRACKLIB_CREDIT, _CRACKLIB_LEAST = 9, 1, 5
_UNIX_LENGTH = 6
_HISTORY = 10
_STRONG = frozenset({"y", "gy", "2a", "2b", "2y", "7", "6", "5"})


def _policy(reading: Reading) -> dict[str, dict[str, str]]:
    """File -> keyword -> value; the last value counts, as in the files themselves."""
    found: dict[str, dict[str, str]] = {}
    looked = False
    for line in reading.lines(_POLICY):
        key, _, value = line.partition("=")
        looked = looked or key == "looked"
        if key == "read":
            found.setdefault(value, {})
        elif key == "denied":
            found.setdefault(value, {})["denied"] = "yes"
        elif key == "set":
            words = value.split("\t")
            if len(words) == 3:
                found.setdefault(words[0], {})[words[1]] = words[2]
    if not looked:
        reading.fail(MissingReason.ERROR, _POLICY)
    return found


def settings_of(reading: Reading, name: str) -> dict[str, str]:
    """Keyword -> value of one file; NotReadError when it may not be read."""
    settings = reading.once(_policy).get(name, {})
    if "denied" in settings:
        reading.fail(MissingReason.DENIED, _POLICY, f"the settings of {name} may not be read")
    return settings


def setting(reading: Reading, name: str, key: str, default: int) -> int:
    """A number of one file."""
    text = settings_of(reading, name).get(key)
    if text is None:
        return default
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        reading.fail(MissingReason.ERROR, _POLICY, f"{key} of {name} is no number")
    return int(text)


@dataclass(frozen=True, slots=True)
class _Quality:
    length: int
    classes: int


def _before_storing(reading: Reading) -> list[Rule]:
    """Modules of the stack for changing passwords that are asked before the one that stores them."""
    rules = stack(reading, "passwd", "password")
    at = next((number for number, rule in enumerate(rules) if rule.module in UNIX), None)
    if at is None:
        reading.fail(MissingReason.UNSUPPORTED, "pam", "no module that stores passwords is known")
    skipping = next((rule.module for rule in rules[:at] if _skips(rule)), "")
    if skipping:
        reading.fail(MissingReason.UNSUPPORTED, "pam", f"{skipping} may skip what checks new passwords")
    return rules[: at + 1]


def _quality(reading: Reading) -> _Quality:
    """The strictest of the modules that are asked; each may refuse."""
    found = [_Quality(0, 0)]
    for rule in reading.once(_before_storing):
        if not rule.decides:
            continue
        if "conf" in rule.arguments and rule.module != "pam_unix":
            reading.fail(MissingReason.UNSUPPORTED, "pam", "a module reads its settings from another file")
        if rule.module == "pam_pwquality":
            if setting(reading, "pwquality", "enforcing", 1) != 0:
                found.append(_counted(reading, rule, "pwquality", _quality_defaults(reading)))
        elif rule.module == "pam_cracklib":
            found.append(_counted(reading, rule, "", (_CRACKLIB_LENGTH, _CRACKLIB_CREDIT, _CRACKLIB_LEAST)))
        elif rule.module == "pam_passwdqc":
            found.append(_passwdqc(reading, rule))
        elif rule.module == "pam_unix":
            found.append(_Quality(rule.number("minlen") or _UNIX_LENGTH, 0))
        elif rule.module not in ("pam_pwhistory", *UNIX) and rule.module not in _QUIET:
            reading.fail(MissingReason.UNSUPPORTED, "pam", f"{rule.module} is asked about passwords and is not known")
    return _Quality(max(one.length for one in found), max(one.classes for one in found))


_QUIET = (
    "pam_permit",
    "pam_deny",
    "pam_gnome_keyring",
    "pam_kwallet",
    "pam_kwallet5",
    "pam_env",
    "pam_ecryptfs",
    "pam_systemd_home",
    "pam_localuser",
)
"""Modules that ask nothing of a password."""


def _skips(rule: Rule) -> bool:
    """What comes next is not asked when this one is content; systemd-homed is content with accounts of its own only."""
    return rule.module != "pam_systemd_home" and re.search(r"\bsuccess=(\d|done)", rule.control) is not None


def _quality_defaults(reading: Reading) -> tuple[int, int, int]:
    """Length and credit where no file says otherwise, and the least length; libpwquality changed them in version 1.4."""
    fields = reading.once(release_fields)
    major = decimal(fields.get("VERSION_ID", "").partition(".")[0])
    changed = _OLD_QUALITY.get(fields.get("ID", "").lower())
    if changed is not None and major is not None and major < changed:
        return _OLD_QUALITY_LENGTH, _OLD_QUALITY_CREDIT, _QUALITY_LEAST
    return _QUALITY_LENGTH, 0, _QUALITY_LEAST


def _counted(reading: Reading, rule: Rule, file: str, defaults: tuple[int, int, int]) -> _Quality:
    """Length less what kinds of characters are credited with; a negative credit demands that many of the kind instead."""

    def value(key: str, default: int) -> int:
        given = rule.number(key)
        if given is not None:
            return given
        return setting(reading, file, key, default) if file else default

    length, credit, least = defaults
    credited = [value(key, credit) for key in _CREDITS]
    wanted = value("minlen", length) - sum(number for number in credited if number > 0)
    return _Quality(max(wanted, least), max(value("minclass", 0), sum(number < 0 for number in credited)))


def _passwdqc(reading: Reading, rule: Rule) -> _Quality:
    """``min=N0,N1,N2,N3,N4``: lengths for one kind, two kinds, a phrase, three and four kinds."""
    parts = (rule.text("min") or "disabled,24,11,8,7").split(",")
    lengths = [None if part == "disabled" else decimal(part) for part in parts]
    if len(parts) != 5 or any(number is None and part != "disabled" for number, part in zip(lengths, parts, strict=True)):
        reading.fail(MissingReason.ERROR, "pam", "the lengths of passwdqc cannot be read")
    allowed = [(number, classes) for number, classes in zip(lengths, (1, 2, 1, 3, 4), strict=True) if number is not None]
    if not allowed:
        reading.fail(MissingReason.ERROR, "pam", "passwdqc allows no password")
    return _Quality(min(number for number, _ in allowed), min(classes for _, classes in allowed))


def min_length(reading: Reading) -> FactValue:
    """Shortest password the stack lets through."""
    return Known(reading.once(_quality).length, "pam")


def min_classes(reading: Reading) -> FactValue:
    """Kinds of characters the stack demands."""
    return Known(min(max(reading.once(_quality).classes, 0), 4), "pam")


def history(reading: Reading) -> FactValue:
    """pam_pwhistory or pam_unix remember so many."""
    remembered = 0
    for rule in reading.once(_before_storing):
        if rule.module == "pam_pwhistory" and rule.decides:
            given = rule.number("remember")
            remembered = max(remembered, setting(reading, "pwhistory", "remember", _HISTORY) if given is None else given)
        elif rule.module == "pam_unix":
            remembered = max(remembered, rule.number("remember") or 0)
    return Known(remembered, "pam")


@dataclass(frozen=True, slots=True)
class Stored:
    """What /etc/shadow says of one account, without the password: days since 1970 and limits in days."""

    changed: int | None
    least: int | None
    most: int | None
    expires: int | None


def stored(reading: Reading) -> dict[str, Stored]:
    """Accounts with a stored or an empty password."""
    return reading.once(_stored)[0]


def key_owners(reading: Reading) -> frozenset[str]:
    """Accounts that sshd would let in with a key from the usual file."""
    return reading.once(_stored)[2]


def far_homes(reading: Reading) -> frozenset[str]:
    """Accounts whose home lies on another machine: their keys were not looked at."""
    return reading.once(_stored)[3]


def _stored(reading: Reading) -> tuple[dict[str, Stored], dict[str, set[str]], frozenset[str], frozenset[str]]:
    days: dict[str, Stored] = {}
    hashes: dict[str, set[str]] = {}
    keys: set[str] = set()
    far: set[str] = set()
    looked = False
    for line in reading.lines(_AGES):
        kind, _, rest = line.partition("=")
        words = rest.split("\t")
        if kind == "days" and len(words) == 5:
            days[words[0]] = Stored(*(decimal(word) for word in words[1:]))
        elif kind == "hash" and len(words) == 2:
            hashes.setdefault(words[0], set()).add(words[1])
        elif kind == "key":
            keys.add(rest)
        elif kind == "far":
            far.add(rest)
        elif kind == "looked":
            looked = True
        elif line:
            reading.fail(MissingReason.ERROR, _AGES, "a line of the list of passwords cannot be read")
    if not looked:
        reading.fail(MissingReason.ERROR, _AGES)
    return days, hashes, frozenset(keys), frozenset(far)


def strong_hash(reading: Reading) -> FactValue:
    """Of every hash that is stored, whether the account is locked or not."""
    hashes = reading.once(_stored)[1]
    return Known(all(kinds <= _STRONG for kinds in hashes.values()), _AGES)


def _default_days(reading: Reading, key: str, default: int) -> int:
    if "login.defs" not in reading.once(_policy):
        reading.fail(MissingReason.ABSENT, _POLICY, "there is no login.defs")
    return setting(reading, "login.defs", key, default)


def _counts(reading: Reading, name: str, one: Stored) -> bool:
    """Its password opens something: an account that is locked or has expired keeps old days that harm nobody."""
    if one.expires is not None and one.expires <= reading.now() // DAY:
        return False
    return any(account.name == name and state_of(reading, account) != "locked" for account in accounts(reading))


def max_age_days(reading: Reading) -> FactValue:
    """The longest of what new accounts get and of every account with a password that may log in."""
    default = _default_days(reading, "PASS_MAX_DAYS", -1)
    if default < 0 or default >= _NEVER:
        return Known(0, _POLICY)
    longest = default
    shells = can_log_in(reading)
    for name, one in stored(reading).items():
        most = _NEVER if one.most is None else one.most
        if name in shells and most > longest and _counts(reading, name, one):
            longest = most
    return Known(0 if longest >= _NEVER else longest, _AGES)


def min_age_days(reading: Reading) -> FactValue:
    """The shortest of the same."""
    least = _default_days(reading, "PASS_MIN_DAYS", 0)
    if least <= 0:
        return Known(0, _POLICY)
    shells = can_log_in(reading)
    for name, one in stored(reading).items():
        if name in shells and (one.least or 0) < least and _counts(reading, name, one):
            least = one.least or 0
    return Known(least, _AGES)


PARSERS: dict[str, Parser] = {
    "password.min_length": min_length,
    "password.min_classes": min_classes,
    "password.max_age_days": max_age_days,
    "password.min_age_days": min_age_days,
    "password.history": history,
    "password.strong_hash": strong_hash,
}
