"""What runs and what is installed on a Linux machine (sections units, unit-files, packages, processes)."""

from dataclasses import dataclass

from secaudit.facts.reading import NotReadError, Reading, decimal, lines_of
from secaudit.model.capture import SectionStatus
from secaudit.model.fact import MissingReason

_COMM = 15
"""Characters of a process name that the kernel keeps."""
_PEOPLE = range(1_000, 60_001)
"""Account numbers of people: a process of theirs cannot pass for a system service."""


@dataclass(frozen=True, slots=True)
class Unit:
    """State of one systemd unit."""

    load: str
    state: str
    sub: str

    @property
    def active(self) -> bool:
        """Started, whatever that means for its type."""
        return self.load == "loaded" and self.state == "active"

    @property
    def running(self) -> bool:
        """Has a live main process."""
        return self.active and self.sub == "running"


@dataclass(frozen=True, slots=True)
class Processes:
    """Names of system processes; ``hidden`` says why there may be more than are listed."""

    names: frozenset[str]
    hidden: MissingReason | None

    def has(self, name: str) -> bool:
        """A system process of that name runs, as far as can be seen."""
        return name[:_COMM].casefold() in self.names

    def complete_or_fail(self, reading: Reading) -> frozenset[str]:
        """The names; raises NotReadError when there may be more."""
        if self.hidden is not None:
            reading.fail(self.hidden, "processes")
        return self.names


def _units(reading: Reading) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for line in reading.lines("units"):
        words = line.split()
        if len(words) >= 4 and "." in words[0]:
            units[words[0]] = Unit(words[1], words[2], words[3])
    if not units:
        reading.fail(MissingReason.ERROR, "units", "systemctl listed nothing")
    return units


def unit_states(reading: Reading) -> dict[str, Unit]:
    """Units that systemd has loaded."""
    return reading.once(_units)


def _unit_files(reading: Reading) -> dict[str, str]:
    rows = (line.split() for line in reading.lines("unit-files"))
    return {words[0]: words[1] for words in rows if len(words) >= 2 and "." in words[0]}


def unit_files(reading: Reading) -> dict[str, str]:
    """Unit files on the disk -> enabled, disabled, static, masked ..."""
    return reading.once(_unit_files)


def _packages(reading: Reading) -> frozenset[str]:
    names = frozenset(line.strip() for line in lines_of(reading.need("packages")) if line and "=" not in line)
    if not names:
        reading.fail(MissingReason.ERROR, "packages", "the package manager listed nothing")
    return names


def package_names(reading: Reading) -> frozenset[str]:
    """All installed packages; raises NotReadError when the list did not come whole."""
    return reading.once(_packages)


def partial_package_names(reading: Reading) -> frozenset[str]:
    """Installed packages as far as the list came; the last line of a cut list is left out."""
    section = reading.capture.by_name.get("packages")
    if section is None or section.status not in (SectionStatus.OK, SectionStatus.TRUNCATED):
        return frozenset()
    lines = lines_of(section)
    if section.status is SectionStatus.TRUNCATED:
        lines = lines[:-1]
    return frozenset(line.strip() for line in lines if line and "=" not in line)


def _processes(reading: Reading) -> Processes:
    section = reading.section("processes")
    hidden = reading.status("processes")
    if hidden not in (None, MissingReason.DENIED, MissingReason.TRUNCATED):
        reading.fail(hidden, "processes")
    names: set[str] = set()
    some = False
    for line in lines_of(section):
        owner, tab, name = line.partition("\t")
        number = decimal(owner)
        if tab and name and number is not None:
            some = True
            if number not in _PEOPLE:
                names.add(name.casefold())
    if not some:
        reading.fail(hidden or MissingReason.ERROR, "processes", "no process was listed")
    return Processes(frozenset(names), hidden)


def process_names(reading: Reading) -> Processes:
    """System processes; a list that is not complete still proves what stands in it."""
    return reading.once(_processes)


def service_runs(reading: Reading, units: tuple[str, ...], processes: tuple[str, ...]) -> bool:
    """One of the units or processes runs; raises NotReadError when that cannot be decided.

    False only where both were read: the unit may have another name on this distribution, the process another owner.
    """
    try:
        seen = process_names(reading)
    except NotReadError as error:
        if reading.status("units") is not None:
            raise
        seen = Processes(frozenset(), error.missing.reason)
    if any(seen.has(name) for name in processes):
        return True
    if reading.status("units") is None:
        known = unit_states(reading)
        if any(name in known and known[name].running for name in units):
            return True
    elif reading.unread("units") is not None:
        reading.need("units")
    seen.complete_or_fail(reading)
    return False
