"""Who a Linux machine is (sections privileges, identity, clock, os-release, kernel, dmi)."""

import re

from secaudit.facts.identity import serial_number, smbios_uuid
from secaudit.facts.reading import DAY, Parser, Reading, decimal, first
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

_MACHINE_ID = re.compile(r"[0-9a-f]{32}")
_OS_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,40}")
_ESCAPED = re.compile(r"\\([\\\"'$`])")


def privileged(reading: Reading) -> FactValue:
    """Number 0, directly or through sudo."""
    uid = decimal(first(reading.pairs("privileges"), "uid"))
    if uid is None:
        reading.fail(MissingReason.ERROR, "privileges")
    return Known(uid == 0 or ("elevation" in reading.capture.by_name and reading.status("elevation") is None), "privileges")


def user(reading: Reading) -> FactValue:
    """Login name; by number from the account list when the shell does not know it."""
    pairs = reading.pairs("privileges")
    if name := first(pairs, "user"):
        return Known(name, "privileges")
    uid = first(pairs, "uid")
    if reading.status("accounts") is None:
        for line in reading.lines("accounts"):
            words = line.split("\t")
            if len(words) == 4 and words[1] == uid:
                return Known(words[0], "accounts")
    return Missing(MissingReason.ABSENT, "privileges")


def host_name(reading: Reading) -> FactValue:
    """Name that the kernel knows."""
    return _text_or_absent(first(reading.pairs("identity"), "hostname"), "identity")


def machine_id(reading: Reading) -> FactValue:
    """The 32 digits of machine-id; a machine that has not made its own yet has none."""
    text = first(reading.pairs("identity"), "machine-id").lower()
    if _MACHINE_ID.fullmatch(text) is None or set(text) == {"0"}:
        return Missing(MissingReason.ABSENT, "identity")
    return Known(text, "identity")


def serial(reading: Reading) -> FactValue:
    """SMBIOS product serial number."""
    return _text_or_absent(serial_number(first(reading.pairs("dmi"), "product_serial")), "dmi")


def uuid(reading: Reading) -> FactValue:
    """SMBIOS product UUID."""
    return _text_or_absent(smbios_uuid(first(reading.pairs("dmi"), "product_uuid")), "dmi")


def uptime_days(reading: Reading) -> FactValue:
    """First number of /proc/uptime."""
    words = first(reading.pairs("clock"), "uptime").split()
    seconds = decimal(words[0].partition(".")[0]) if words else None
    return Missing(MissingReason.ABSENT, "clock") if seconds is None else Known(seconds // DAY, "clock")


def skew_seconds(reading: Reading) -> FactValue:
    """The machine's clock at the end of the probe minus ours when the answer was complete."""
    name = "clock-end"  # the clock at the start would be off by the time the probe took
    now = decimal(first(reading.pairs(name), "now"))
    if now is None:
        reading.fail(MissingReason.ERROR, name)
    return Known(now - int(reading.observed_at.timestamp()), name)


def release_fields(reading: Reading) -> dict[str, str]:
    """Fields of os-release; parsed, never executed; the last one wins as it would in a shell."""
    fields: dict[str, str] = {}
    for line in reading.lines("os-release"):
        key, sign, value = line.strip().partition("=")
        if sign and key.isidentifier():
            fields[key] = _unquoted(value.strip())
    return fields


def os_family(reading: Reading) -> FactValue:
    """Linux, as its kernel says; without its word a file of the distribution shows it."""
    system = first(reading.pairs("kernel"), "system") if reading.status("kernel") is None else ""
    if system not in ("", "Linux"):
        reading.fail(MissingReason.UNSUPPORTED, "kernel", "the kernel is not Linux")
    if system:
        return Known("linux", "kernel")
    reading.once(release_fields)
    return Known("linux", "os-release")


def os_id(reading: Reading) -> FactValue:
    """ID of os-release; without one the specification says linux."""
    name = reading.once(release_fields).get("ID", "linux").lower()
    if _OS_ID.fullmatch(name) is None:
        reading.fail(MissingReason.ERROR, "os-release", "ID is no identifier")
    return Known(name, "os-release")


def os_version(reading: Reading) -> FactValue:
    """VERSION_ID; rolling and unreleased systems have none."""
    return _text_or_absent(reading.once(release_fields).get("VERSION_ID", ""), "os-release")


def os_name(reading: Reading) -> FactValue:
    """PRETTY_NAME, else NAME."""
    fields = reading.once(release_fields)
    return _text_or_absent(fields.get("PRETTY_NAME") or fields.get("NAME", ""), "os-release")


def kernel(reading: Reading) -> FactValue:
    """Release of the running kernel."""
    return _text_or_absent(first(reading.pairs("kernel"), "release"), "kernel")


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return _ESCAPED.sub(r"\1", value)


def _text_or_absent(text: str, section: str) -> FactValue:
    return Known(text, section) if text else Missing(MissingReason.ABSENT, section)


PARSERS: dict[str, Parser] = {
    "probe.privileged": privileged,
    "probe.user": user,
    "machine.name": host_name,
    "machine.id": machine_id,
    "machine.serial": serial,
    "machine.uuid": uuid,
    "machine.uptime_days": uptime_days,
    "time.skew_seconds": skew_seconds,
    "os.family": os_family,
    "os.id": os_id,
    "os.version": os_version,
    "os.name": os_name,
    "os.kernel": kernel,
}
