"""Accounts that may log in, one by one (sections accounts, passwords, password-ages, last-logins, sudoers)."""

import re
from collections.abc import Callable

from secaudit.facts.accounts import Account, accounts, state_of
from secaudit.facts.linux_admins import administrators, directory
from secaudit.facts.linux_passwords import far_homes, key_owners, stored
from secaudit.facts.linux_services import package_names, unit_files, unit_states
from secaudit.facts.pam import services
from secaudit.facts.reading import DAY, NotReadError, Parser, Reading, decimal, first, utc_moment, value_or_reason
from secaudit.facts.sshd_more import no_server
from secaudit.model.fact import FactValue, Known, MissingReason, Scalar

_DEFAULTS = frozenset(
    (
        *("root", "admin", "administrator", "pi", "ubuntu", "debian", "centos", "fedora", "ec2-user", "cloud-user", "opc"),
        *("vagrant", "oracle", "postgres", "mysql", "user", "test", "guest", "demo", "support", "operator", "toor", "ftp"),
        *("supervisor", "manager", "sysadmin", "raspberry", "odroid"),
    )
)
"""Names that systems, images and manuals bring along."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LATEST = re.compile(r"(\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) [+-]0000 (\d{4})")
_YOUNG = 45
"""Days up to which a recorded login proves use, whoever else keeps no record: the standard's limit for idle accounts."""
_GREETERS = ("gdm", "gdm3", "lightdm", "sddm", "lxdm", "xdm", "kdm", "greetd", "slim", "display-manager")
_GREETER_STACKS = frozenset({"gdm-password", "lightdm", "sddm"})
_KEY_FILES = (".ssh/authorized_keys", ".ssh/authorized_keys2")


def login(reading: Reading) -> FactValue:
    """Accounts whose shell is usable; what could not be read of one is left out and named."""
    rows: list[dict[str, Scalar]] = []
    missing: dict[str, MissingReason] = {}
    for account in accounts(reading):
        if not account.can_log_in:
            continue
        row: dict[str, Scalar] = {"name": account.name, "uid": account.uid, "shell": account.shell or "/bin/sh"}
        for field, read in _FIELDS.items():
            value = value_or_reason(lambda read=read, account=account: read(reading, account))  # type: ignore[misc]
            if isinstance(value, MissingReason):
                missing.setdefault(field, value)
            else:
                row[field] = value
        rows.append(row)
    return Known(rows, "accounts", missing_fields=missing)


def _password(reading: Reading, account: Account) -> Scalar:
    return state_of(reading, account)


def _admin(reading: Reading, account: Account) -> Scalar:
    return account.uid == 0 or account.name in administrators(reading)


def _enabled(reading: Reading, account: Account) -> Scalar:
    """Neither expired nor without any way in: a locked password keeps nobody out who has a key."""
    state = state_of(reading, account)
    shadow = stored(reading).get(account.name)
    if shadow is not None and shadow.expires is not None and shadow.expires <= reading.now() // DAY:
        return False
    if state != "locked" or account.name in key_owners(reading):
        return True
    if account.name in far_homes(reading):
        reading.fail(MissingReason.UNSUPPORTED, "password-ages", "the home is on another machine, its keys were not looked at")
    if not _usual_keys(reading):
        reading.fail(MissingReason.UNSUPPORTED, "sshd-effective", "sshd takes keys from another place")
    return False


def _usual_keys(reading: Reading) -> bool:
    """Keys count only from the files that the probe looks for; without an OpenSSH server there are none."""
    if no_server(reading):
        return True
    rows = [line.split() for line in reading.lines("sshd-effective")]
    settings = {words[0].lower(): words[1:] for words in rows if words}
    if "authorizedkeysfile" not in settings:
        return False
    places = [place.removeprefix("%h/") for place in settings["authorizedkeysfile"]]
    return all(place in (*_KEY_FILES, "none") for place in places) and settings.get("authorizedkeyscommand", ["none"]) == ["none"]


def _last_login_days(reading: Reading, account: Account) -> Scalar:
    """By the system's own table; an account without a login has no day, an old day counts only in a table that is kept."""
    moments = reading.once(_moments)
    moment = max(moments.get(account.name, 0), moments.get(account.uid, 0))
    if not moment:
        reading.fail(MissingReason.ABSENT, "last-logins", "no login is recorded")
    days = reading.age_days(moment, "last-logins")
    if days > _YOUNG:
        reading.once(_kept)
    return days


def _kept(reading: Reading) -> None:
    """NotReadError where logins go by the table: greeters of desktops do not write it, newer systems write another one."""
    pairs = reading.pairs("last-logins")
    written, uptime = decimal(first(pairs, "written")), decimal(first(reading.pairs("clock"), "uptime").partition(".")[0])
    alone = "lastlog2" not in pairs.get("kind", [])
    if alone and written is not None and uptime is not None and written < reading.now() - uptime:
        reading.fail(MissingReason.UNSUPPORTED, "last-logins", "the table of logins is older than the last start")
    seen: set[str] = set()
    sources = 0
    for read in (package_names, unit_states, unit_files):
        try:
            seen.update(name.removesuffix(".service") for name in read(reading))
            sources += 1
        except NotReadError:
            continue
    try:
        greeted = bool(_GREETER_STACKS & services(reading))
    except NotReadError:
        greeted = False
    if greeted or seen.intersection(_GREETERS):
        reading.fail(MissingReason.UNSUPPORTED, "last-logins", "graphical logins are not recorded")
    if not sources:
        reading.fail(MissingReason.UNSUPPORTED, "last-logins", "whether there are graphical logins was not read")


def _moments(reading: Reading) -> dict[str | int, int]:
    """Name or number of an account -> its last login."""
    found: dict[str | int, int] = {}
    pairs = reading.pairs("last-logins")
    if "kind" not in pairs:
        reading.fail(MissingReason.ERROR, "last-logins")
    for row in pairs.get("lastlog", []):
        uid, _, moment = row.partition("\t")
        number, seconds = decimal(uid), decimal(moment)
        if number is not None and seconds is not None:
            found[number] = seconds
    for row in pairs.get("login", []):
        name, _, latest = row.partition("\t")
        match = _LATEST.fullmatch(latest.strip())
        if match is None or match[1] not in _MONTHS:
            reading.fail(MissingReason.ERROR, "last-logins", "a moment cannot be read")
        month, day, hour, minute, second, year = match.groups()
        found[name] = utc_moment((year, _MONTHS.index(month) + 1, day, hour, minute, second), "last-logins")
    return found


def _password_age_days(reading: Reading, account: Account) -> Scalar:
    shadow = stored(reading).get(account.name)
    if shadow is None or not shadow.changed:
        reading.fail(MissingReason.ABSENT, "password-ages", "no day of change is recorded")
    return reading.age_days(shadow.changed * DAY, "password-ages")


def _password_expires(reading: Reading, account: Account) -> Scalar:
    shadow = stored(reading).get(account.name)
    if shadow is None or state_of(reading, account) != "set":
        reading.fail(MissingReason.ABSENT, "password-ages", "the account has no password")
    return shadow.most is not None and shadow.most < 99_999


_FIELDS: dict[str, Callable[[Reading, Account], Scalar]] = {
    "password": _password,
    "admin": _admin,
    "enabled": _enabled,
    "last_login_days": _last_login_days,
    "password_age_days": _password_age_days,
    "password_expires": _password_expires,
}


def admins(reading: Reading) -> FactValue:
    """Those of the administrators that can log in or be switched to."""
    names = administrators(reading)
    known = {account.name: account for account in accounts(reading)}
    if names - known.keys() and directory(reading):
        reading.fail(MissingReason.UNSUPPORTED, "sudoers", "an account of the directory may become root")
    return Known(sorted(name for name in names if name in known and _enabled(reading, known[name])), "sudoers")


def default_enabled(reading: Reading) -> FactValue:
    """Accounts of well-known names that take a password."""
    found: list[str] = []
    for account in accounts(reading):
        usual = account.name.lower() in _DEFAULTS and account.can_log_in
        if usual and state_of(reading, account) != "locked" and _enabled(reading, account):
            found.append(account.name)
    return Known(sorted(found), "passwords")


PARSERS: dict[str, Parser] = {
    "accounts.login": login,
    "accounts.admins": admins,
    "accounts.default_enabled": default_enabled,
}
