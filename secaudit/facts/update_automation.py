"""Whether rpm systems install updates by themselves (sections update-automation, units, packages)."""

from secaudit.facts.linux_services import package_names, unit_states
from secaudit.facts.reading import Parser, Reading
from secaudit.facts.update_tool import tool
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_ALWAYS = ("dnf-automatic-install.timer", "transactional-update.timer")
"""Timers that install whatever a file says."""
_BY_FILE = {
    "dnf-automatic.timer": ("automatic.conf", "apply_updates"),
    "dnf5-automatic.timer": ("automatic.conf", "apply_updates"),
    "yum-cron.service": ("yum-cron.conf", "apply_updates"),
    "os-update.timer": ("os-update.conf", "UPDATE_CMD"),
}
"""Unit -> file and setting that decide whether it installs anything."""
_OTHER_WAYS = frozenset(
    {
        "PackageKit",
        "gnome-software",
        "plasma-discover",
        "cockpit-packagekit",
        "yast2-online-update-configuration",
        "rhnsd",
        "rhn-check",
        "katello-host-tools",
        "katello-agent",
        "salt-minion",
        "puppet-agent",
        "venv-salt-minion",
    }
)
"""Packages that may install updates by a configuration of their own."""
_OFF = ("", "no", "false", "0", "off", "none")


def automatic(reading: Reading) -> FactValue:
    """A timer of the distribution is active and set to install."""
    if reading.once(tool) == "apk":
        return Missing(MissingReason.UNSUPPORTED, "update-automation", "what cron runs is not read")
    units = unit_states(reading)
    active = {name for name, unit in units.items() if unit.active}
    if active & set(_ALWAYS):
        return Known(value=True, section="units")
    settings, denied = _settings(reading)
    if any(name in active and _installs(name, settings) for name in _BY_FILE):
        return Known(value=True, section="update-automation")
    if denied:
        return Missing(MissingReason.DENIED, "update-automation")
    if settings.get(("automatic_online_update", "AOU_ENABLE_CRONJOB")) == "true" or package_names(reading) & _OTHER_WAYS:
        return Missing(MissingReason.UNSUPPORTED, "packages", "another way of updating is not read")
    return Known(value=False, section="units")


def _installs(unit: str, settings: dict[tuple[str, str], str]) -> bool:
    file, key = _BY_FILE[unit]
    default = "auto" if key == "UPDATE_CMD" else "no"
    return settings.get((file, key), default) not in _OFF


def _settings(reading: Reading) -> tuple[dict[tuple[str, str], str], bool]:
    """Name of the file and key -> value, later files above earlier ones; whether one could not be read."""
    lines = reading.lines("update-automation")
    if "looked=yes" not in lines[:1]:
        reading.fail(MissingReason.ERROR, "update-automation")
    found: dict[tuple[str, str], str] = {}
    file = ""
    for line in lines:
        if line.startswith("file "):
            file = line.rpartition("/")[2].strip()
        elif line.startswith("| "):
            key, _, value = line[2:].partition("=")
            found[file, key.strip()] = value.strip().strip("\"'").lower()
    return found, any(line.startswith("denied ") for line in lines)


PARSERS: dict[str, Parser] = {"patch.automatic": automatic}
