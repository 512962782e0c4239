"""Pending updates of dnf, yum, zypper and apk (sections system-updates, repositories, packages)."""

from dataclasses import dataclass

from secaudit.facts import linux_machine
from secaudit.facts.reading import NotReadError, Parser, Reading, decimal, first
from secaudit.facts.repositories import enabled_repositories
from secaudit.facts.update_tool import tool
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

STALE_DAYS = 7
"""Lists older than this prove that something is pending, never that nothing is."""
_SECTION = "system-updates"
_PUBLISH = frozenset({"rhel", "almalinux", "rocky", "ol", "fedora", "amzn", "sles", "sled", "sles_sap", "opensuse-leap"})
"""Distributions that tell for every security update that it is one. CentOS does not; on others an empty list proves nothing."""
_FOREIGN = ("epel",)
"""Repositories whose notices say nothing about the distribution's own packages."""


@dataclass(frozen=True, slots=True)
class Index:
    """Cached index of one repository."""

    refreshed: int | None
    """Seconds since 1970; None when there is no cache of it."""
    why: MissingReason
    """Why there is none."""
    security: bool
    """It names security notices."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tool said."""

    indexes: dict[str, Index]
    packages: tuple[str, ...]
    """Packages with an update."""
    notices: tuple[str, ...]
    """SUSE: needed patches of any kind."""
    security: tuple[str, ...]
    """Packages with a security update; SUSE: names of needed security patches, its tool does not tell their packages."""
    tells: bool
    """The tool could list security notices."""


def answer_of(reading: Reading) -> Answer:
    """The whole answer; raises NotReadError when there is none, with ``no_cache`` in the detail when nothing was cached."""
    lines = reading.lines(_SECTION)
    if "end=yes" not in lines:
        reading.fail(MissingReason.ERROR, _SECTION, "the tool did not answer to the end")
    names: dict[str, set[str]] = {"update": set(), "security": set(), "notice": set(), "cache": set(), "notices": set()}
    indexes: dict[str, Index] = {}
    for line in lines:
        fields = line.split("\t")
        if len(fields) == 4 and fields[0] == "repo":
            why = MissingReason.DENIED if fields[2] == "denied" else MissingReason.ABSENT
            indexes[fields[1]] = Index(decimal(fields[2]), why, fields[3] == "yes")
            continue
        key, _, name = line.partition("=")
        if key in names and name.strip():
            names[key].add(name.strip())
    for state, reason in (("denied", MissingReason.DENIED), ("absent", MissingReason.ABSENT)):
        if state in names["cache"]:
            reading.fail(reason, _SECTION, f"no_cache: the package lists on the machine are {state}")
    found = {key: tuple(sorted(values)) for key, values in names.items()}
    return Answer(
        _in_use(reading, lines, indexes), found["update"], found["notice"], found["security"], "none" not in names["notices"]
    )


def _in_use(reading: Reading, lines: list[str], indexes: dict[str, Index]) -> dict[str, Index]:
    """Without the caches that a repository left behind when it was switched off.

    dnf names only what is in use, apk names files; where the list of repositories is not whole, nothing is left out.
    """
    if "tool=dnf" in lines or reading.once(tool) == "apk":
        return indexes
    try:
        in_use = reading.once(enabled_repositories)
    except NotReadError:
        return indexes
    return {name: index for name, index in indexes.items() if name in in_use.hosts} if in_use.complete else indexes


def pending(reading: Reading) -> FactValue:
    """Number of packages with an update; zero needs a fresh cache of every repository in use."""
    answer = reading.once(answer_of)
    count = len(answer.packages) or len(answer.notices) + len(answer.security)
    if not count:
        _need_fresh(reading, answer, list(answer.indexes))
    return Known(count, _SECTION)


def pending_security(reading: Reading) -> FactValue:
    """Number of those with a security update."""
    return Known(len(_security(reading)), _SECTION)


def pending_security_names(reading: Reading) -> FactValue:
    """Their names."""
    return Known(list(_security(reading)), _SECTION)


def metadata_age_days(reading: Reading) -> FactValue:
    """Age of the oldest index that matters: of the repositories with security notices, of all when none has them."""
    answer = reading.once(answer_of)
    names = _with_security(answer) or list(answer.indexes)
    return Known(_age(reading, answer, names), _SECTION)


def security_source(reading: Reading) -> FactValue:
    """A repository in use names security notices; on Alpine the main repository of the installed release brings them."""
    if reading.once(tool) == "apk":
        return _alpine_source(reading)
    answer = reading.once(answer_of)
    telling = _with_security(answer)
    if telling and "tool=dnf" in reading.lines(_SECTION):
        return Known(value=True, section=_SECTION)
    in_use = reading.once(enabled_repositories)
    if set(telling) & set(in_use.hosts):
        return Known(value=True, section=_SECTION)
    if not in_use.complete:
        return Missing(MissingReason.DENIED, "repositories")
    if not in_use.hosts:
        return Known(value=False, section="repositories")
    _need_cached(reading, answer, list(answer.indexes))
    if not _publishes(reading):
        return Missing(MissingReason.UNSUPPORTED, _SECTION, "this distribution publishes no security metadata")
    return Known(value=False, section=_SECTION)


def last_installed_age_days(reading: Reading) -> FactValue:
    """Newest installation time in the database of rpm; apk keeps none."""
    if reading.once(tool) == "apk":
        return Missing(MissingReason.UNSUPPORTED, "packages", "apk keeps no dates")
    moment = decimal(first(reading.pairs("packages"), "newest"))
    if moment is None:
        return Missing(MissingReason.ABSENT, "packages", "no installation has a date")
    return Known(reading.age_days(moment, "packages"), "packages")


def _security(reading: Reading) -> tuple[str, ...]:
    if reading.once(tool) == "apk":
        reading.fail(MissingReason.UNSUPPORTED, _SECTION, "this distribution publishes no security metadata for its package tool")
    answer = reading.once(answer_of)
    if answer.security:
        return answer.security
    telling = _with_security(answer)
    if answer.indexes:
        _need_cached(reading, answer, list(answer.indexes))
    if not answer.tells or not telling or not _publishes(reading):
        reading.fail(MissingReason.UNSUPPORTED, _SECTION, "this distribution publishes no security metadata")
    _need_fresh(reading, answer, telling)
    return ()


def _with_security(answer: Answer) -> list[str]:
    return [name for name, index in answer.indexes.items() if index.security and not name.startswith(_FOREIGN)]


def _publishes(reading: Reading) -> bool:
    return reading.once(linux_machine.release_fields).get("ID", "").lower() in _PUBLISH


def _need_fresh(reading: Reading, answer: Answer, names: list[str]) -> None:
    """The lists of these repositories are young, and every repository in use has one."""
    _need_cached(reading, answer, list(answer.indexes))
    age = _age(reading, answer, names)
    if age > STALE_DAYS:
        reading.fail(MissingReason.STALE, _SECTION, f"the package lists are {age} days old")


def _need_cached(reading: Reading, answer: Answer, names: list[str]) -> None:
    _age(reading, answer, names)
    in_use = reading.once(enabled_repositories)
    if not in_use.complete:
        reading.fail(MissingReason.DENIED, "repositories", "a file with repositories may not be read")
    lacking = len(in_use.hosts) > len(names) if reading.once(tool) == "apk" else set(in_use.hosts) - set(names)
    if lacking:
        reading.fail(MissingReason.ABSENT, _SECTION, "no_cache: not every repository in use has a package list")


def _age(reading: Reading, answer: Answer, names: list[str]) -> int:
    ages: list[int] = []
    for name in names:
        index = answer.indexes[name]
        if index.refreshed is None:
            reading.fail(index.why, _SECTION, f"no_cache: there is no package list of {name}")
        ages.append(reading.age_days(index.refreshed, _SECTION))
    if not ages:
        reading.fail(MissingReason.ABSENT, _SECTION, "no_cache: there is no package list")
    return max(ages)


def _alpine_source(reading: Reading) -> FactValue:
    in_use = reading.once(enabled_repositories)
    version = reading.once(linux_machine.release_fields).get("VERSION_ID", "")
    branch = "v" + ".".join(version.split(".")[:2])
    if f"{branch}/main" in in_use.hosts or "latest-stable/main" in in_use.hosts:
        return Known(value=True, section="repositories")
    if not in_use.complete or "local" in {host for hosts in in_use.hosts.values() for host in hosts}:
        return Missing(MissingReason.UNSUPPORTED, "repositories", "what a local repository brings is not known")
    return Known(value=False, section="repositories")


PARSERS: dict[str, Parser] = {
    "patch.pending": pending,
    "patch.pending_security": pending_security,
    "patch.pending_security_names": pending_security_names,
    "patch.metadata_age_days": metadata_age_days,
    "patch.security_source": security_source,
    "patch.last_installed_age_days": last_installed_age_days,
}
