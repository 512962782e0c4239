"""Whether a restart is pending on Linux (sections restart, kernel)."""

import re

from secaudit.facts.reading import Parser, Reading, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_NUMBERS = re.compile(r"\d+")
_DISTRIBUTION = re.compile(r"\.(?:el|fc|amzn|uek)\d.*$")
_FLAVOUR = re.compile(r"-([a-z][a-z0-9-]*)$")


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
    running, installed = reading.once(_kernels)
    newest = max(installed, key=_order, default=running)
    if reading.once(_comparable) and _order(newest) > _order(running):
        reasons.append(f"kernel {running} -> {newest}")
    return tuple(reasons)


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
    match = _FLAVOUR.search(release)
    return match[1] if match else ""


def _order(release: str) -> tuple[int, ...]:
    """Numbers of the release, without what names the distribution (``.el9_4.x86_64``)."""
    return tuple(int(number[:9]) for number in _NUMBERS.findall(_DISTRIBUTION.sub("", release))[:12])


PARSERS: dict[str, Parser] = {
    "patch.reboot_required": reboot_required,
    "patch.reboot_reasons": reboot_reasons,
}
