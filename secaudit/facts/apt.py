"""Updates of Debian and Ubuntu (sections apt-updates, apt-lists, apt-sources, apt-periodic, dpkg-log)."""

import re
from dataclasses import dataclass

from secaudit.facts import linux_machine
from secaudit.facts.linux_services import package_names, process_names, unit_states
from secaudit.facts.reading import NotReadError, Parser, Reading, decimal, first, utc_moment
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

STALE_DAYS = 7
"""Lists older than this prove that something is pending, never that nothing is."""
FIRST_NAMED_SECURITY = 11
"""Debian release from which the security archive has a suite name of its own."""
_ROW = re.compile(r"(?P<name>[^/\s]+)/(?P<suites>\S+) (?P<version>\S+) (?P<arch>\S+)(?: \[(?P<state>[^\]]*)\])?")
_ANY_SECURITY = r"\S-security\b|security\.(debian|ubuntu)\.(org|com)|/debian-security\b"
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"([+-])(\d\d)(\d\d)")


@dataclass(frozen=True, slots=True)
class Pending:
    """Upgradable packages: all of them, and those for which a security source offers a version newer than the installed one."""

    packages: tuple[str, ...]
    security: tuple[str, ...]
    phased: tuple[str, ...] = ()
    """Those that only wait for their turn: the distribution has not yet given the version to every machine."""


def pending_updates(reading: Reading) -> Pending:
    """Rows of ``apt list --upgradable --all-versions``; what is rolled out in phases and is no security update does not count."""
    lines = reading.lines("apt-updates")
    found = _upgradable(reading, "apt-updates", lines)
    phases = (line.removeprefix("phased=").split() for line in lines if line.startswith("phased="))
    phased = {words[0] for words in phases if len(words) == 2 and (decimal(words[1]) or 0) < 100} & set(found.packages)
    phased -= set(found.security)
    return Pending(tuple(name for name in found.packages if name not in phased), found.security, tuple(sorted(phased)))


def _extended(reading: Reading) -> Pending:
    return _upgradable(reading, "apt-extended", reading.lines("apt-extended"))


def _upgradable(reading: Reading, section: str, lines: list[str]) -> Pending:
    """Rows of apt, versions newest first.

    Everything above the installed one counts, so that a security fix which a later ordinary update has superseded is still seen.
    """
    if not any(line.startswith("Listing...") for line in lines[:8]):
        reading.fail(MissingReason.ERROR, section, "apt gave no list")
    packages: dict[tuple[str, str], bool] = {}
    current: tuple[str, str] | None = None
    for line in lines:
        row = _ROW.fullmatch(line.strip())
        if row is None:
            continue
        key, state = (row["name"], row["arch"]), row["state"] or ""
        if state.startswith("upgradable from:"):
            current = key
            packages[key] = False
        elif key != current or state.startswith("installed"):
            current = None
        if current is not None:
            packages[key] = packages[key] or any(suite.endswith("-security") for suite in row["suites"].split(","))
    names = tuple(sorted({name for name, _ in packages}))
    return Pending(names, tuple(sorted({name for (name, _), security in packages.items() if security})))


@dataclass(frozen=True, slots=True)
class Lists:
    """Package lists on the machine."""

    refreshed: int
    """Newest proof of a refresh, seconds since 1970: the success stamp, or the date of the security source's list (of any list
    when there is no security source)."""
    security: bool
    """A list of a security source of this release is among them."""


def package_lists(reading: Reading) -> Lists:
    """Moments of the lists; the date of a list is when the archive made it, so it never looks fresher than it is."""
    stamp = 0
    releases: dict[str, int] = {}
    for line in reading.lines("apt-lists"):
        written, _, path = line.partition(" ")
        moment = decimal(written)
        if moment is None:
            continue
        if path.endswith("update-success-stamp"):
            stamp = moment
        else:
            releases[path] = moment
    names = {path: path.rpartition("/")[2].lower() for path in releases}
    try:
        suites = reading.once(_security_suites)
    except NotReadError:
        suites = None
    files = [f"_dists_{suite.replace('/', '_')}_" for suite in suites or ()]
    own = [path for path, name in names.items() if (any(part in name for part in files) if files else "security" in name)]
    security = [releases[path] for path in own]
    if not releases:
        reading.fail(MissingReason.ABSENT, "apt-lists", "there are no package lists")
    return Lists(max(stamp, *(security or releases.values())), bool(security) and suites is not None)


def pending(reading: Reading) -> FactValue:
    """Number of upgradable packages; zero needs fresh lists."""
    count = len(reading.once(pending_updates).packages)
    if not count:
        _need_fresh_lists(reading)
    return Known(count, "apt-updates")


def pending_security(reading: Reading) -> FactValue:
    """Number of them with a security update; zero needs fresh lists of a security source."""
    return Known(len(_security_names(reading)), "apt-updates")


def pending_security_names(reading: Reading) -> FactValue:
    """Their names."""
    return Known(list(_security_names(reading)), "apt-updates")


def phased(reading: Reading) -> FactValue:
    """Names of the packages that wait for their turn; only Ubuntu rolls out in phases."""
    found = reading.once(pending_updates).phased
    if "phases=read" not in reading.lines("apt-updates"):
        return Missing(MissingReason.UNSUPPORTED, "apt-updates", "this distribution does not roll out in phases")
    return Known(list(found), "apt-updates")


def extended_only(reading: Reading) -> FactValue:
    """Security updates in the lists Ubuntu Pro keeps apart; zero needs fresh ones."""
    if reading.once(linux_machine.release_fields).get("ID") != "ubuntu":
        return Missing(MissingReason.UNSUPPORTED, "apt-extended", "this distribution keeps no list of what bought support brings")
    count = len(set(reading.once(_extended).security) - set(reading.once(pending_updates).security))
    if not count:
        lists = (line.removeprefix("list=").split()[:1] for line in reading.lines("apt-extended") if line.startswith("list="))
        moments = [moment for words in lists if words and (moment := decimal(words[0])) is not None]
        if not moments:
            return Missing(MissingReason.ABSENT, "apt-extended", "there is no list of extended support")
        if (age := reading.age_days(max(moments), "apt-extended")) > STALE_DAYS:
            return Missing(MissingReason.STALE, "apt-extended", f"the lists of extended support are {age} days old")
    return Known(count, "apt-extended")


def metadata_age_days(reading: Reading) -> FactValue:
    """Days since the lists were refreshed."""
    return Known(reading.age_days(reading.once(package_lists).refreshed, "apt-lists"), "apt-lists")


def security_source(reading: Reading) -> FactValue:
    """An active line or stanza names the security suite of this release; where its name is not known, any such suite or host."""
    sources = active_sources(reading.lines("apt-sources"))
    denied = Missing(MissingReason.DENIED, "apt-sources")
    hidden = "" in sources
    try:
        suites = reading.once(_security_suites)
    except NotReadError:
        if hidden:
            return denied
        raise
    pattern = rf"(?:^|[\s:])(?:{'|'.join(map(re.escape, suites))})(?:\s|$)" if suites else _ANY_SECURITY
    found = any(re.search(pattern, text) for text in sources)
    if hidden and not found:
        return denied
    if not found and not _names_security(reading):
        return Missing(MissingReason.UNSUPPORTED, "apt-sources", "how this release names its security source is not known")
    return Known(found, "apt-sources")


def _security_suites(reading: Reading) -> tuple[str, ...]:
    """Names that the security suite of this release of Debian or Ubuntu goes by; none where they are not known.

    What is made for another release is never offered: a source that an upgrade of the system left behind protects nothing.
    """
    fields = reading.once(linux_machine.release_fields)
    codename = fields.get("VERSION_CODENAME", "").strip().lower()
    if fields.get("ID") not in ("debian", "ubuntu") or not codename:
        return ()
    return (f"{codename}-security", f"{codename}/updates", "stable-security", "oldstable-security")


def _names_security(reading: Reading) -> bool:
    """A release of Debian or Ubuntu: rolling and derived ones have no source by that name, and miss nothing by it."""
    fields = reading.once(linux_machine.release_fields)
    return fields.get("ID") in ("debian", "ubuntu") and bool(fields.get("VERSION_ID"))


def automatic(reading: Reading) -> FactValue:
    """unattended-upgrades installed, switched on for security sources, and something starts it every day."""
    packages = package_names(reading)
    if "unattended-upgrades" not in packages:
        if first(reading.pairs("packages"), "manager") != "dpkg" or packages & _OTHER_WAYS:
            return Missing(MissingReason.UNSUPPORTED, "packages", "another way of updating is not read")
        return Known(value=False, section="packages")
    settings = _periodic(reading.lines("apt-periodic"))
    switched_on = all(settings.get(f"APT::Periodic::{name}", "0") not in ("", "0") for name in _PERIODIC)
    if not switched_on or settings.get("APT::Periodic::Enable", "1") == "0" or not settings.get("security"):
        return Known(value=False, section="apt-periodic")
    if reading.status("units") is None:
        units = unit_states(reading)
        return Known(all(name in units and units[name].active for name in _TIMERS), "units")
    if reading.unread("units") is not None:
        reading.need("units")
    return Known(bool({"cron", "anacron", "crond"} & process_names(reading).complete_or_fail(reading)), "processes")


def last_installed_age_days(reading: Reading) -> FactValue:
    """Newest line of dpkg's log that says a package was upgraded."""
    offset = 0
    newest: int | None = None
    for line in reading.lines("dpkg-log"):
        key, _, value = line.partition("=")
        if key == "zone" and (match := _ZONE.fullmatch(value.strip())):
            offset = int(f"{match[1]}1") * (int(match[2]) * 3600 + int(match[3]) * 60)
        elif key == "upgrade" and (match := _MOMENT.fullmatch(value.strip())):
            moment = utc_moment(match.groups(), "dpkg-log") - offset
            newest = moment if newest is None else max(newest, moment)
    if newest is None:
        return Missing(MissingReason.ABSENT, "dpkg-log", "the log names no upgrade")
    return Known(reading.age_days(newest, "dpkg-log"), "dpkg-log")


_OTHER_WAYS = frozenset(
    {"cron-apt", "apticron", "landscape-client", "packagekit-offline-update", "plasma-discover", "gnome-software"}
)
"""Packages that may install updates by a configuration of their own."""
_PERIODIC = ("Update-Package-Lists", "Unattended-Upgrade")
_TIMERS = ("apt-daily.timer", "apt-daily-upgrade.timer")


def _security_names(reading: Reading) -> tuple[str, ...]:
    names = reading.once(pending_updates).security
    if names:
        return names
    _need_fresh_lists(reading)
    if not reading.once(package_lists).security:
        reading.fail(MissingReason.ABSENT, "apt-lists", "there is no list of a security source")
    if _is_old_debian(reading):
        reading.fail(MissingReason.UNSUPPORTED, "apt-updates", "this release does not name its security archive")
    return names


def _need_fresh_lists(reading: Reading) -> None:
    try:
        age = reading.age_days(reading.once(package_lists).refreshed, "apt-lists")
    except NotReadError as error:
        if error.missing.reason is MissingReason.ABSENT:
            reading.fail(MissingReason.STALE, "apt-lists", "there are no package lists")
        raise
    if age > STALE_DAYS:
        reading.fail(MissingReason.STALE, "apt-lists", f"the package lists are {age} days old")


def _is_old_debian(reading: Reading) -> bool:
    fields = reading.once(linux_machine.release_fields)
    version = decimal(fields.get("VERSION_ID", "").partition(".")[0])
    return fields.get("ID") == "debian" and version is not None and version < FIRST_NAMED_SECURITY


def active_sources(lines: list[str]) -> list[str]:
    """One text per active source; an empty text for a file that could not be read."""
    found: list[str] = []
    stanza: list[str] = []
    style = "list"
    for line in [*lines, "|"]:
        if line.startswith("denied "):
            found.append("")
        elif line.startswith("file "):
            found += _stanza(stanza)
            stanza = []
            style = "deb822" if line.endswith(".sources") else "list"
        elif style == "list" and line.startswith("| deb"):
            found.append(line.partition("#")[0].lower())
        elif style == "deb822" and line.strip() == "|":
            found += _stanza(stanza)
            stanza = []
        elif style == "deb822":
            stanza.append(line.removeprefix("| ").lower())
    return found + _stanza(stanza)


def _stanza(lines: list[str]) -> list[str]:
    fields = [line.partition(":") for line in lines]
    enabled = all(value.strip() not in ("no", "false", "0") for name, _, value in fields if name.strip() == "enabled")
    binary = all("deb" in value.split() for name, _, value in fields if name.strip() == "types")
    return [" ".join(lines)] if lines and enabled and binary else []


def _periodic(lines: list[str]) -> dict[str, str]:
    """Settings of apt-config; ``security`` is set when an allowed origin names a security archive."""
    settings: dict[str, str] = {}
    for line in lines:
        key, _, value = line.strip().removesuffix(";").partition(" ")
        value = value.strip().strip('"')
        if key.startswith("APT::Periodic::"):
            settings[key] = value
        elif key.startswith("Unattended-Upgrade::") and ("security" in value.lower() or "=*" in value):
            settings["security"] = "yes"
    return settings


PARSERS: dict[str, Parser] = {
    "patch.pending": pending,
    "patch.pending_security": pending_security,
    "patch.pending_security_names": pending_security_names,
    "patch.phased": phased,
    "patch.extended_only": extended_only,
    "patch.metadata_age_days": metadata_age_days,
    "patch.security_source": security_source,
    "patch.automatic": automatic,
    "patch.last_installed_age_days": last_installed_age_days,
}
