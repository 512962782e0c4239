"""Accounts and password rules of a Windows machine (section accounts): names, numbers and dates, never a password.

Accounts are those of the machine itself; whether a password is empty could be found out only by trying one, so it is not known.
"""

import re
from dataclasses import dataclass

from secaudit.facts.reading import DAY, Parser, Reading, value_or_reason, whole
from secaudit.facts.windows_machine import text
from secaudit.model.fact import FactValue, Known, Missing, MissingReason, Scalar

_SID = re.compile(r"S-1-5-21(?:-\d{1,10}){3}-(\d{1,10})")
_ANY_SID = re.compile(r"S-1-\d{1,3}(?:-\d{1,10}){1,14}")
_DISABLED, _NEVER_EXPIRES = 0x2, 0x10000
"""Bits of UserFlags."""
_DEFAULT_RIDS = (500, 501, 503)
"""Administrator, Guest, DefaultAccount, whatever they are called."""
_FOREVER = (-1, 0xFFFFFFFF)
_SANE = 1_000
"""A length or a count beyond this is none."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the machine."""

    name: str
    rid: int
    flags: int
    password_seconds: int | None
    """Age of the password."""
    login: int | None
    """Moment of the last login, seconds since 1970."""

    @property
    def enabled(self) -> bool:
        """Not disabled; locked for a while counts as enabled."""
        return not self.flags & _DISABLED


def _accounts(reading: Reading) -> list[Account]:
    rows = reading.document("accounts").get("users")
    found: list[Account] = []
    for row in rows if isinstance(rows, list) else []:
        sid = _SID.fullmatch(text(row.get("sid"))) if isinstance(row, dict) else None
        name, flags = (text(row.get("name")), whole(row.get("flags"))) if sid else ("", None)
        if sid is None or not name or flags is None:
            reading.fail(MissingReason.ERROR, "accounts", "an account cannot be read")
        found.append(Account(name, int(sid[1]), flags, whole(row.get("age")), whole(row.get("login"))))
    if not found:
        reading.fail(MissingReason.ERROR, "accounts", "the list of accounts is empty")
    return found


def _members(reading: Reading) -> list[tuple[bool, str]]:
    """Members of the administrators: of this machine or not, and the name; one that no directory explains is a SID."""
    paths = reading.document("accounts").get("members")
    here = text(reading.document("about").get("computer")).casefold()
    if not here:
        reading.fail(MissingReason.ERROR, "about", "without the computer's name its own accounts cannot be told from others")
    found: list[tuple[bool, str]] = []
    for path in paths if isinstance(paths, list) else []:
        scheme, _, rest = text(path).partition("://")
        parts = [part for part in rest.split("/") if part]
        if scheme.lower() != "winnt" or not parts or (len(parts) == 1 and _ANY_SID.fullmatch(parts[0]) is None):
            reading.fail(MissingReason.ERROR, "accounts", "a member of the administrators cannot be read")
        if len(parts) == 1:
            found.append((False, parts[0]))
        elif parts[-2].casefold() == here:
            found.append((True, parts[-1]))
        else:
            found.append((False, "\\".join(parts[-2:])))
    if not found:
        reading.fail(MissingReason.ERROR, "accounts", "the administrators have no member, which cannot be")
    return found


def login(reading: Reading) -> FactValue:
    """Every account of the machine with what is known of it."""
    missing: dict[str, MissingReason] = {"shell": MissingReason.UNSUPPORTED}
    members = value_or_reason(lambda: reading.once(_members))
    expiry = value_or_reason(lambda: _days(reading, "MaxPasswordAge"))
    rows: list[dict[str, Scalar]] = []
    for account in reading.once(_accounts):
        row: dict[str, Scalar] = {"name": account.name, "uid": account.rid, "enabled": account.enabled}
        if account.enabled:
            missing["password"] = MissingReason.UNSUPPORTED
        else:
            row["password"] = "locked"
        expires: bool | MissingReason = expiry if isinstance(expiry, MissingReason) else expiry > 0
        told = {
            "admin": members if isinstance(members, MissingReason) else _is_member(account, members),
            "last_login_days": _login_days(reading, account),
            "password_age_days": _password_days(account),
            "password_expires": False if account.flags & _NEVER_EXPIRES else expires,
        }
        for name, value in told.items():
            if isinstance(value, MissingReason):
                missing[name] = value
            else:
                row[name] = value
        rows.append(row)
    return Known(rows, "accounts", missing_fields=missing)


def _is_member(account: Account, members: list[tuple[bool, str]]) -> bool:
    return any(local and name.casefold() == account.name.casefold() for local, name in members)


def _login_days(reading: Reading, account: Account) -> int | MissingReason:
    if account.login is None or account.login <= 0:
        return MissingReason.ABSENT
    moment = account.login
    return value_or_reason(lambda: reading.age_days(moment, "accounts"))


def _password_days(account: Account) -> int | MissingReason:
    seconds = account.password_seconds
    return MissingReason.ABSENT if seconds is None or seconds < 0 else seconds // DAY


def admins(reading: Reading) -> FactValue:
    """Members of S-1-5-32-544: enabled ones of the machine, and all that come from a domain."""
    off = {account.name.casefold() for account in reading.once(_accounts) if not account.enabled}
    names = [name for local, name in reading.once(_members) if not (local and name.casefold() in off)]
    return Known(names, "accounts")


def default_enabled(reading: Reading) -> FactValue:
    """Built-in accounts by the last number of their SID: their names depend on the language."""
    found = [account.name for account in reading.once(_accounts) if account.rid in _DEFAULT_RIDS and account.enabled]
    return Known(found, "accounts")


def empty_password(reading: Reading) -> FactValue:
    """None where no account can log in; otherwise nobody tries a password."""
    if any(account.enabled for account in reading.once(_accounts)):
        return Missing(MissingReason.UNSUPPORTED, "accounts", "Windows does not show whether a password is empty")
    return Known([], "accounts")


def _rule(reading: Reading, name: str) -> int:
    policy = reading.document("accounts").get("policy")
    value = whole(policy.get(name)) if isinstance(policy, dict) else None
    if value is None:
        reading.fail(MissingReason.ABSENT, "accounts", f"the rule {name} was not told")
    return value


def _seconds(reading: Reading, name: str) -> int:
    """A length of time; what has no end counts as 0, as Windows shows it."""
    value = _rule(reading, name)
    if value in _FOREVER:
        return 0
    if value < 0:
        reading.fail(MissingReason.ERROR, "accounts", f"the rule {name} is no length of time")
    return value


def _days(reading: Reading, name: str) -> int:
    return _seconds(reading, name) // DAY


def _count(reading: Reading, name: str) -> FactValue:
    value = _rule(reading, name)
    if not 0 <= value <= _SANE:
        return Missing(MissingReason.ERROR, "accounts", f"the rule {name} is out of range")
    return Known(value, "accounts")


def min_length(reading: Reading) -> FactValue:
    """MinPasswordLength."""
    return _count(reading, "MinPasswordLength")


def history(reading: Reading) -> FactValue:
    """PasswordHistoryLength."""
    return _count(reading, "PasswordHistoryLength")


def threshold(reading: Reading) -> FactValue:
    """MaxBadPasswordsAllowed."""
    return _count(reading, "MaxBadPasswordsAllowed")


def max_age_days(reading: Reading) -> FactValue:
    """MaxPasswordAge."""
    return Known(_days(reading, "MaxPasswordAge"), "accounts")


def min_age_days(reading: Reading) -> FactValue:
    """MinPasswordAge."""
    return Known(_days(reading, "MinPasswordAge"), "accounts")


def lockout_minutes(reading: Reading) -> FactValue:
    """AutoUnlockInterval; where no failure locks an account there is no such time."""
    if _rule(reading, "MaxBadPasswordsAllowed") == 0:
        return Missing(MissingReason.ABSENT, "accounts", "accounts are never locked")
    return Known(_seconds(reading, "AutoUnlockInterval") // 60, "accounts")


def min_classes(_reading: Reading) -> FactValue:
    """Only a program that writes a file shows whether complex passwords are asked for."""
    return Missing(MissingReason.UNSUPPORTED, "accounts", "shown only by a program that writes a file")


PARSERS: dict[str, Parser] = {
    "accounts.login": login,
    "accounts.admins": admins,
    "accounts.default_enabled": default_enabled,
    "accounts.empty_password": empty_password,
    "password.min_length": min_length,
    "password.min_classes": min_classes,
    "password.max_age_days": max_age_days,
    "password.min_age_days": min_age_days,
    "password.history": history,
    "lockout.threshold": threshold,
    "lockout.minutes": lockout_minutes,
}
