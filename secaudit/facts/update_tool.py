"""Which tool keeps a Linux machine up to date, and what it holds back (sections update-tool, packages)."""

import re

from secaudit.facts.linux_services import package_names
from secaudit.facts.reading import Parser, Reading, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

APT = "apt"
TOOLS = (APT, "dnf", "yum", "zypper", "apk")
"""Tools whose answers are read."""
_SECTION = "update-tool"
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_RPM_VERSION = re.compile(r"^!?(?:\d+:)?(.+)-(?:\d+:)?[^-]+-[^-]+$")


def tool(reading: Reading) -> str:
    """Name of the tool; raises NotReadError for one that is not read.

    Answers of earlier probes have no such section: they were made for apt, and hold nothing another tool could be read from.
    """
    if _SECTION not in reading.capture.by_name:
        return APT
    name = first(reading.pairs(_SECTION), "manager").removesuffix("5")
    if not name:
        reading.fail(MissingReason.ERROR, _SECTION)
    if name not in TOOLS:
        reading.fail(MissingReason.UNSUPPORTED, _SECTION, "the package manager is not one that is read")
    return name


def manager(reading: Reading) -> FactValue:
    """The same as a fact."""
    if _SECTION not in reading.capture.by_name:
        reading.need("apt-updates")
        return Known(APT, "apt-updates")
    return Known(reading.once(tool), _SECTION)


def held(reading: Reading) -> FactValue:
    """Names held back by hand; patterns stay patterns."""
    pairs = reading.pairs(_SECTION)
    reading.once(tool)
    match pairs.get("holds", []):
        case ["packages"]:
            held_back = {name for name in reading.pairs("packages").get("hold", []) if name}
            return Known(sorted(held_back | _pinned(reading, pairs.get("hold", []))), "packages")
        case ["read"]:
            names = {name.strip() for name in pairs.get("hold", [])}
            names |= {_package(line) for line in pairs.get("locked", [])}
            names |= {word for line in pairs.get("excluded", []) for word in line.replace(",", " ").split()}
            return Known(sorted(name for name in names if name), _SECTION)
        case holds if "denied" in holds:
            return Missing(MissingReason.DENIED, _SECTION, "a file with locks may not be read")
        case _:
            return Missing(MissingReason.ERROR, _SECTION)


def _pinned(reading: Reading, names: list[str]) -> set[str]:
    """Packages that pins of apt keep where they are; a name that is not installed has nothing to be kept from."""
    plain = {name if name.startswith("src:") else name.partition(":")[0] for name in map(str.strip, names)} - {""}
    installed = package_names(reading) if plain else frozenset()
    return {name for name in plain if name in installed or _NAME.fullmatch(name) is None}


def _package(line: str) -> str:
    """Name in a line of a lock file: ``bash-0:5.1.8-6.el9_1.*`` (dnf), ``0:bash-4.2.46-34.el7.*`` (yum)."""
    match = _RPM_VERSION.match(line.strip())
    return match[1] if match else line.strip()


PARSERS: dict[str, Parser] = {"patch.manager": manager, "patch.held": held}
