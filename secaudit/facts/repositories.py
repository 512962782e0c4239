"""Where updates come from (sections repositories, apt-sources): which hosts, and whether bought support is among them."""

import ipaddress
import re
from dataclasses import dataclass

from secaudit.facts import linux_machine
from secaudit.facts.apt import active_sources
from secaudit.facts.reading import Parser, Reading
from secaudit.facts.update_tool import APT, tool
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_VENDORS = (
    "debian.org",
    "ubuntu.com",
    "freexian.com",
    "redhat.com",
    "redhat.io",
    "centos.org",
    "fedoraproject.org",
    "rockylinux.org",
    "almalinux.org",
    "oracle.com",
    "suse.com",
    "opensuse.org",
    "alpinelinux.org",
    "amazonaws.com",
    "kali.org",
    "linuxmint.com",
    "launchpad.net",
    "launchpadcontent.net",
)
"""Domains of those who make the distributions, and of the services that send a machine to their public mirrors."""
_INNER = (".local", ".lan", ".internal", ".intranet", ".corp", ".home.arpa", ".gov.vn", ".dcs.vn")
"""Domains that only an organisation of the State, or nobody outside a network, can have."""
_URL = re.compile(r"(?:^|[\s|+:=])(https?|ftp)://(\[[0-9a-f:.]+\]|[^/\s:]+)")
_BOUGHT = re.compile(r"(?:^|[-_.:/\s])(?:els|elts|ltss|esm-infra|infra-security|extended-lts)(?:[-_.:/\s]|$)")


@dataclass(frozen=True, slots=True)
class InUse:
    """Repositories in use: name -> its hosts (``local`` for a folder or a disc)."""

    hosts: dict[str, tuple[str, ...]]
    complete: bool
    """Every file with repositories could be read."""


def enabled_repositories(reading: Reading) -> InUse:
    """Of dnf, yum, zypper and apk."""
    lines = reading.lines("repositories")
    if "looked=yes" not in lines[:1]:
        reading.fail(MissingReason.ERROR, "repositories")
    hosts: dict[str, tuple[str, ...]] = {}
    for line in lines:
        fields = line.split("\t")
        if len(fields) == 4 and fields[0] == "repo" and fields[2] == "on":
            hosts[fields[1]] = (*hosts.get(fields[1], ()), *fields[3].lower().split())
    return InUse(hosts, not any(line.startswith("denied=") for line in lines))


def _apt_in_use(reading: Reading) -> InUse:
    sources = active_sources(reading.lines("apt-sources"))
    hosts = {text: tuple(host for _, host in _URL.findall(text)) or ("local",) for text in sources if text}
    return InUse(hosts, "" not in sources)


def in_use(reading: Reading) -> InUse:
    """Of whatever tool the machine has."""
    return reading.once(_apt_in_use if reading.once(tool) == APT else enabled_repositories)


def central_source(reading: Reading) -> FactValue:
    """False with one host of a vendor; true when every host can only be the organisation's own.

    That is a private address, a name without a dot, or a domain nobody outside has. Whose any other name is cannot be told.
    """
    section = "apt-sources" if reading.once(tool) == APT else "repositories"
    found = in_use(reading)
    hosts = {host.partition(":")[0] if host.count(":") == 1 else host for names in found.hosts.values() for host in names}
    if any(_is_vendor(host) for host in hosts):
        return Known(value=False, section=section)
    if not found.complete:
        return Missing(MissingReason.DENIED, section, "a file with sources may not be read")
    strange = sorted(host for host in hosts if not _is_inner(host))
    if strange or not hosts:
        what = f"whose server {strange[0]} is cannot be told" if strange else "no source is in use"
        return Missing(MissingReason.UNSUPPORTED, section, what)
    return Known(value=True, section=section)


def extended_support(reading: Reading) -> FactValue:
    """A source of bought support is in use: ESM for the base system, ELTS, LTSS, ELS."""
    name = reading.once(tool)
    found = in_use(reading)
    section = "apt-sources" if name == APT else "repositories"
    texts = [text.lower() for text in found.hosts]
    if any(_BOUGHT.search(text) or "esm.ubuntu.com/infra" in text for text in texts):
        return Known(value=True, section=section)
    if not found.complete:
        return Missing(MissingReason.DENIED, section, "a file with sources may not be read")
    if name == APT and reading.once(linux_machine.release_fields).get("ID") not in ("debian", "ubuntu"):
        return Missing(MissingReason.UNSUPPORTED, section, "how this distribution sells support is not known")
    return Known(value=False, section=section)


def _is_vendor(host: str) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in _VENDORS)


def _is_inner(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private
    except ValueError:
        return host != "local" and "$" not in host and host != "" and ("." not in host or host.endswith(_INNER))


PARSERS: dict[str, Parser] = {"patch.central_source": central_source, "os.extended_support": extended_support}
