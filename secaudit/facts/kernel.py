"""Whether a restart is pending on Linux (sections restart, kernel)."""

import re

from secaudit.facts.reading import NotReadError, Parser, Reading, decimal, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_NUMBERS = re.compile(r"\d+")
_DISTRIBUTION = re.compile(r"\.(?:el|fc|amzn|uek)\d.*$")
_DEBIAN = re.compile(r"\+(?:deb\d+|bpo)[^-]*")
"""For which release of Debian it was built: neither its kind nor its age, and the one before a new release names none."""
_FLAVOUR = re.compile(r"(?:-([a-z][a-z0-9-]*)|\+([a-z0-9-]+))$")


def reboot_required(reading: Reading) -> FactValue:
    """A marker of the distribution, or a newer kernel of the same flavour lies on the disk than the one that runs.

    False only where kernels can be compared: without a marker mechanism an empty folder would prove nothing. In a container
    the kernel is the host's.
    """
    reasons = reading.once(_reasons)
    if reasons:
        return Known(value=True, section="restart")
    if not reading.once(_comparable):
        return Missing(MissingReason.UNSUPPORTED, "kernel", "the running kernel is not among the installed ones")
    return Known(value=False, section="kernel")


def reboot_reasons(reading: Reading) -> FactValue:
    """Packages that asked for it, and the kernels."""
    reasons = reading.once(_reasons)
    if not reasons and not reading.once(_comparable):
        return Missing(MissingReason.UNSUPPORTED, "kernel")
    return Known(list(reasons), "restart")


def kernel_current(reading: Reading) -> FactValue:
    """The running kernel is the newest of its flavour on the disk."""
    running, _ = reading.once(_kernels)
    if not reading.once(_comparable):
        return Missing(MissingReason.UNSUPPORTED, "kernel", "the running kernel is not among the installed ones")
    return Known(not _newer(reading, running), "kernel")


def restart_waiting_days(reading: Reading) -> FactValue:
    """Days since the oldest trace of what asks for the restart; 0 when nothing asks."""
    required = reboot_required(reading)
    if isinstance(required, Missing):
        return required
    if not required.value:
        return Known(0, "restart")
    moments = _since(reading)
    if not moments:
        return Missing(MissingReason.ABSENT, "restart", "what asks for the restart has no date")
    return Known(reading.age_days(min(moments), "restart"), "restart")


def _reasons(reading: Reading) -> tuple[str, ...]:
    pairs = reading.pairs("restart")
    if "looked" not in pairs:
        reading.fail(MissingReason.ERROR, "restart")
    reasons = sorted({package.strip() for package in pairs.get("package", []) if package.strip()})
    if "marker" in pairs and not reasons:
        reasons = ["restart marker of the system"]
    if reading.status("kernel") is not None:
        if reasons:
            return tuple(reasons)
        reading.need("kernel")
    running, _ = reading.once(_kernels)
    newer = _newer(reading, running) if reading.once(_comparable) else frozenset()
    if newer:
        reasons.append(f"kernel {running} -> {max(newer, key=_order)}")
    try:
        reasons += [f"{name} was updated after the start" for name in sorted(_replaced(reading))]
    except NotReadError:
        if not reasons:
            raise
    return tuple(reasons)


def _replaced(reading: Reading) -> dict[str, int]:
    """Parts of an rpm system that only a restart replaces and that were installed after the start -> when.

    The same parts as ``needs-restarting -r`` looks at; in a container the start is the host's.
    """
    other = reading.status("update-tool") is None and first(reading.pairs("update-tool"), "manager") in ("apt", "apk")
    if other and reading.status("packages") is not None:
        return {}
    pairs = reading.pairs("packages")
    if first(pairs, "manager") != "rpm" or "container" in reading.pairs("kernel"):
        return {}
    boot = decimal(first(reading.pairs("restart"), "boot"))
    if boot is None:
        reading.fail(MissingReason.ABSENT, "restart", "when the machine started is not known")
    rows = (line.split() for line in pairs.get("core", []))
    moments = {words[0]: decimal(words[1]) for words in rows if len(words) == 2}
    return {name: moment for name, moment in moments.items() if moment is not None and moment >= boot}


def _since(reading: Reading) -> list[int]:
    """Moments at which what asks for the restart came; all of them or none, for the oldest decides."""
    pairs = reading.pairs("restart")
    found = [moment for text in pairs.get("since", []) if (moment := decimal(text)) is not None]
    newer = _newer(reading, reading.once(_kernels)[0]) if reading.once(_comparable) else frozenset()
    rows = (line.partition(" ") for line in pairs.get("kernel", []))
    images = {path.rpartition("/")[2].partition("-")[2]: decimal(moment) for moment, _, path in rows}
    return [*found, *(moment for name in newer if (moment := images.get(name)) is not None), *_replaced(reading).values()]


def _newer(reading: Reading, running: str) -> frozenset[str]:
    _, installed = reading.once(_kernels)
    return frozenset(name for name in installed if _order(name) > _order(running))


def _kernels(reading: Reading) -> tuple[str, frozenset[str]]:
    """The running release and the installed ones of the same flavour."""
    pairs = reading.pairs("kernel")
    running = first(pairs, "release")
    images = [name.partition("-")[2] for name in pairs.get("image", [])]
    releases = {*images, *pairs.get("modules", [])}
    return running, frozenset(name for name in releases if name and "rescue" not in name and _flavour(name) == _flavour(running))


def _comparable(reading: Reading) -> bool:
    running, installed = reading.once(_kernels)
    return bool(running) and "container" not in reading.pairs("kernel") and running in installed


def _flavour(release: str) -> str:
    if "uek" in release:
        return "uek"
    match = _FLAVOUR.search(_DEBIAN.sub("", release))
    return match[1] or match[2] if match else ""


def _order(release: str) -> tuple[int, ...]:
    """Numbers of the release, without what names the distribution (``.el9_4.x86_64``, ``+deb13``)."""
    return tuple(int(number[:9]) for number in _NUMBERS.findall(_DISTRIBUTION.sub("", _DEBIAN.sub("", release)))[:12])


PARSERS: dict[str, Parser] = {
    "patch.reboot_required": reboot_required,
    "patch.reboot_reasons": reboot_reasons,
    "patch.kernel_current": kernel_current,
    "patch.restart_waiting_days": restart_waiting_days,
}
