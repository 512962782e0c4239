"""What happens to a session nobody sits at, and logins nobody typed (sections sessions, desktop, pam, sshd)."""

import re

from secaudit.facts.linux_lockout import factors
from secaudit.facts.reading import Parser, Reading, decimal, first
from secaudit.facts.sshd import settings
from secaudit.facts.sshd_more import no_server
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_GNOME = re.compile(r"(gnome|ubuntu)(-classic|-custom-session)?(-xorg|-wayland)?")
_SESSION = "/org/gnome/desktop/session/idle-delay"
_LOCK = "/org/gnome/desktop/screensaver/lock-enabled"
_DELAY = "/org/gnome/desktop/screensaver/lock-delay"
_AUTORUN = "/org/gnome/desktop/media-handling/autorun-never"
_STARTERS = frozenset({"usbmount", "udiskie", "udevil"})
"""Programs that act on media by themselves, without any desktop."""


def shell_timeout(reading: Reading) -> FactValue:
    """The last value that the files for all shells give; what they compute is not known."""
    pairs = reading.pairs("sessions")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "sessions")
    if any("getty" not in name and "dm" not in name for name in pairs.get("denied", [])):
        reading.fail(MissingReason.DENIED, "sessions", "a file of the shell may not be read")
    values = pairs.get("tmout", [])
    seconds = decimal(values[-1]) if values else 0
    if seconds is None:
        reading.fail(MissingReason.UNSUPPORTED, "sessions", "TMOUT is computed")
    return Known(seconds, "sessions")


def automatic(reading: Reading) -> FactValue:
    """Display managers and terminals that log somebody in by themselves."""
    pairs = reading.pairs("sessions")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "sessions")
    found = {name.strip("\"'") for key in ("lightdm", "sddm", "getty") for name in pairs.get(key, [])}
    gdm = {key: value.strip("\"' ") for key, _, value in (row.partition("=") for row in pairs.get("gdm", []))}
    for switch, account in (("AutomaticLoginEnable", "AutomaticLogin"), ("TimedLoginEnable", "TimedLogin")):
        if gdm.get(switch, "").lower() in ("true", "1") and gdm.get(account):
            found.add(gdm[account])
    if any("getty" in name or "dm" in name for name in pairs.get("denied", [])):
        reading.fail(MissingReason.DENIED, "sessions", "a file of logins may not be read")
    return Known(sorted(name for name in found if name), "sessions")


def second_factor(reading: Reading) -> FactValue:
    """Modules of PAM, and combinations that sshd demands of everybody."""
    found = set(factors(reading))
    if not no_server(reading):
        values, _, unseen = settings(reading, "authenticationmethods")
        ways = [way.lower() for value in values for way in value.split()]
        if ways and all("," in way for way in ways):
            if unseen is not None:
                raise unseen
            found.update(f"sshd:{way}" for way in ways)
    return Known(sorted(found), "pam")


def _desktop(reading: Reading) -> tuple[frozenset[str], dict[str, str], frozenset[str]]:
    """Sessions that can be chosen, what the administrator set for all, and what he locked."""
    pairs = reading.pairs("desktop")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "desktop")
    used = pairs.get("database", [])
    for name in pairs.get("denied", []):
        if name in used:
            reading.fail(MissingReason.DENIED, "desktop", "a database of settings may not be read")
    values: dict[str, str] = {}
    locks: set[str] = set()
    for row in pairs.get("key", []):
        database, _, setting = row.partition("\t")
        path, sign, value = setting.partition("=")
        if sign and used and database == used[0]:
            values[path] = value.strip()
    for row in pairs.get("lock", []):
        database, _, path = row.partition("\t")
        if database in used:
            locks.add(path.strip())
    return frozenset(pairs.get("session", [])), values, frozenset(locks)


def lock_seconds(reading: Reading) -> FactValue:
    """GNOME where the administrator fixed it for all; what users chose for themselves is theirs and is not read."""
    sessions, values, locks = _desktop(reading)
    if not sessions:
        return Missing(MissingReason.UNSUPPORTED, "desktop", "no desktop is installed")
    if not all(_GNOME.fullmatch(name) for name in sessions):
        return Missing(MissingReason.UNSUPPORTED, "desktop", "a desktop other than GNOME is installed")
    if not {_SESSION, _LOCK} <= locks:
        return Missing(MissingReason.UNSUPPORTED, "desktop", "each user may choose; the choice is not read")
    enabled, idle = values.get(_LOCK, "true"), decimal(values.get(_SESSION, "300"))
    delay = decimal(values.get(_DELAY, "0"))
    if enabled not in ("true", "false") or idle is None or delay is None:
        return Missing(MissingReason.ERROR, "desktop", "the settings of the screen lock cannot be read")
    if enabled == "false" or idle == 0:
        return Known(0, "desktop")
    if _DELAY not in locks:
        return Missing(MissingReason.UNSUPPORTED, "desktop", "each user may delay the lock")
    return Known(idle + delay, "desktop")


def autorun_off(reading: Reading) -> FactValue:
    """Without a desktop nothing looks at media; GNOME where the administrator fixed it."""
    sessions, values, locks = _desktop(reading)
    tools = reading.pairs("media")
    if "looked" not in tools:
        reading.fail(MissingReason.ERROR, "media")
    if _STARTERS & set(tools.get("tool", [])):
        return Missing(
            MissingReason.UNSUPPORTED, "media", "a program for removable media is installed whose settings are not read"
        )
    if not sessions:
        return Known(value=True, section="desktop")
    if all(_GNOME.fullmatch(name) for name in sessions) and _AUTORUN in locks and values.get(_AUTORUN) in ("true", "false"):
        return Known(values[_AUTORUN] == "true", "desktop")
    return Missing(MissingReason.UNSUPPORTED, "desktop", "each user may choose; the choice is not read")


def smb_signing(reading: Reading) -> FactValue:
    """``server signing``; a domain controller asks for it unless told otherwise."""
    pairs = reading.pairs("media")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "media")
    states = pairs.get("samba", [])
    if not states:
        return Missing(MissingReason.UNSUPPORTED, "media", "no file server of Samba is set up")
    if states[0] == "denied":
        return Missing(MissingReason.DENIED, "media", "smb.conf may not be read")
    if "include" in states:
        return Missing(MissingReason.UNSUPPORTED, "media", "smb.conf includes files that are not read")
    if "domaincontroller" in first(pairs, "samba-serverrole"):
        return Missing(MissingReason.UNSUPPORTED, "media", "a domain controller has its own rules")
    value = pairs.get("samba-serversigning", ["default"])[-1].strip()
    return Known(value in ("mandatory", "required", "force", "forced", "enforced"), "media")


PARSERS: dict[str, Parser] = {
    "session.shell_timeout_seconds": shell_timeout,
    "session.lock_seconds": lock_seconds,
    "login.automatic": automatic,
    "login.second_factor": second_factor,
    "media.autorun_off": autorun_off,
    "settings.smb_signing": smb_signing,
}
