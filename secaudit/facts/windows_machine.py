"""Who a Windows machine is: account, names, clock, release (sections about, os, system, hardware, clock)."""

from collections.abc import Mapping
from typing import Any

from secaudit.facts.identity import serial_number, smbios_uuid
from secaudit.facts.reading import DAY, NotReadError, Parser, Reading, whole
from secaudit.model.fact import FactValue, Known, Missing, MissingReason

FIRST_11 = 22_000
"""Build from which Windows is 11, whatever ProductName says."""
_CLIENTS = {
    2600: "xp-sp3",
    6002: "vista-sp2",
    7600: "7",
    7601: "7-sp1",
    9200: "8",
    9600: "8.1",
    10240: "10-1507",
    10586: "10-1511",
    14393: "10-1607",
    15063: "10-1703",
    16299: "10-1709",
    17134: "10-1803",
    17763: "10-1809",
    18362: "10-1903",
    18363: "10-1909",
    19041: "10-2004",
    19042: "10-20h2",
    19043: "10-21h1",
    19044: "10-21h2",
    19045: "10-22h2",
    22000: "11-21h2",
    22621: "11-22h2",
    22631: "11-23h2",
    26100: "11-24h2",
    26200: "11-25h2",
    26300: "11-26h2",
    28000: "11-26h1",
}
_SERVERS = {
    3790: "2003",
    6002: "2008",
    6003: "2008",
    7600: "2008-r2",
    7601: "2008-r2",
    9200: "2012",
    9600: "2012-r2",
    14393: "2016",
    17763: "2019",
    19042: "20h2",
    20348: "2022",
    25398: "23h2",
    26100: "2025",
}
_CERTAINLY_NEW = 7
"""Days; older than this an update is the newest only when every date could be read."""
_REASONS = {reason.value: reason for reason in MissingReason}
_SERVER_KINDS = {"winnt": False, "servernt": True, "lanmannt": True}


def key(reading: Reading, section: str, name: str) -> Mapping[str, Any] | None:
    """Values of one registry key of a section; None when the key does not exist; NotReadError when it could not be read."""
    value = reading.document(section).get(name)
    if value is not None and not isinstance(value, dict):
        reading.fail(_REASONS.get(str(value), MissingReason.ERROR), section, f"{name} could not be read")
    return value


def dword(value: object) -> int | None:
    """A registry number as unsigned 32 bits."""
    number = whole(value)
    return None if number is None else number & 0xFFFFFFFF


def text(value: object) -> str:
    """A text without spaces round it; empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


def build_number(reading: Reading) -> int:
    """CurrentBuildNumber."""
    version = key(reading, "os", "version") or {}
    written = text(version.get("CurrentBuildNumber"))
    if not (written.isascii() and written.isdigit() and len(written) <= 6):
        reading.fail(MissingReason.ABSENT, "os", "there is no build number")
    return int(written)


def is_server(reading: Reading) -> bool:
    """By the registry's product type, else WMI's, else the installation type; never by a name."""
    product = key(reading, "os", "product") or {}
    kind = _SERVER_KINDS.get(text(product.get("ProductType")).lower())
    if kind is not None:
        return kind
    if reading.status("system") is None:
        number = whole(reading.document("system").get("product_type"))
        if number in (1, 2, 3):
            return number != 1
    installation = text((key(reading, "os", "version") or {}).get("InstallationType")).lower()
    if installation:
        return installation.startswith("server")
    return reading.fail(MissingReason.ABSENT, "os", "the machine does not say whether it is a server")


def is_controller(reading: Reading) -> bool:
    """The registry calls the machine a domain controller."""
    return text((key(reading, "os", "product") or {}).get("ProductType")).lower() == "lanmannt"


def privileged(reading: Reading) -> FactValue:
    """Full administrator token."""
    admin = reading.document("about").get("admin")
    return Known(admin, "about") if isinstance(admin, bool) else Missing(MissingReason.ERROR, "about")


def user(reading: Reading) -> FactValue:
    """Account name."""
    return _known(text(reading.document("about").get("user")), "about")


def host_name(reading: Reading) -> FactValue:
    """NetBIOS name."""
    return _known(text(reading.document("about").get("computer")), "about")


def machine_id(reading: Reading) -> FactValue:
    """MachineGuid."""
    return _known(text((key(reading, "os", "machine") or {}).get("MachineGuid")).lower(), "os")


def serial(reading: Reading) -> FactValue:
    """Serial number of the product, else of the firmware."""
    hardware = reading.document("hardware")
    return _known(serial_number(text(hardware.get("product_serial"))) or serial_number(text(hardware.get("serial"))), "hardware")


def uuid(reading: Reading) -> FactValue:
    """SMBIOS UUID."""
    return _known(smbios_uuid(text(reading.document("hardware").get("uuid"))), "hardware")


def uptime_days(reading: Reading) -> FactValue:
    """Since the last start; a fast start counts as none, as Windows itself counts."""
    booted = whole(reading.document("system").get("booted"))
    if booted is None or booted <= 0:
        return Missing(MissingReason.ABSENT, "system")
    return Known(reading.age_days(booted, "system"), "system")


def skew_seconds(reading: Reading) -> FactValue:
    """The machine's clock at the end of the probe minus ours when the answer was complete."""
    name = "clock-end"  # the clock at the start would be off by the time the probe took
    now = whole(reading.document(name).get("now"))
    if now is None:
        reading.fail(MissingReason.ERROR, name)
    return Known(now - int(reading.observed_at.timestamp()), name)


def os_family(reading: Reading) -> FactValue:
    """Windows."""
    reading.document("os")
    return Known("windows", "os")


def os_id(reading: Reading) -> FactValue:
    """By kind: windows or windows-server."""
    return Known("windows-server" if is_server(reading) else "windows", "os")


def release_of(build: int, *, server: bool) -> str | None:
    """The release a build is, as in the fact os.version; None for a build that is not known."""
    return (_SERVERS if server else _CLIENTS).get(build)


def os_version(reading: Reading) -> FactValue:
    """Release by build; a build newer than this program by the release's own DisplayVersion."""
    build = build_number(reading)
    server = is_server(reading)
    name = release_of(build, server=server)
    if name is None and build > max(_CLIENTS) and not server:
        shown = text((key(reading, "os", "version") or {}).get("DisplayVersion")).lower()
        name = f"11-{shown}" if shown.isalnum() else None
    if name is None:
        return Missing(MissingReason.UNSUPPORTED, "os", f"build {build} is not known")
    return Known(name, "os")


def os_name(reading: Reading) -> FactValue:
    """ProductName; it still says 10 on Windows 11, so that is corrected by the build."""
    name = text((key(reading, "os", "version") or {}).get("ProductName"))
    if build_number(reading) >= FIRST_11 and name.startswith("Windows 10"):
        name = "Windows 11" + name.removeprefix("Windows 10")
    return _known(name, "os")


def os_build(reading: Reading) -> FactValue:
    """Build number."""
    return Known(build_number(reading), "os")


def os_revision(reading: Reading) -> FactValue:
    """UBR; releases before Windows 10 have none."""
    revision = dword((key(reading, "os", "version") or {}).get("UBR"))
    return Missing(MissingReason.ABSENT, "os") if revision is None else Known(revision, "os")


def os_edition(reading: Reading) -> FactValue:
    """EditionID."""
    return _known(text((key(reading, "os", "version") or {}).get("EditionID")), "os")


def os_server(reading: Reading) -> FactValue:
    """A server edition."""
    return Known(is_server(reading), "os")


def last_installed_age_days(reading: Reading) -> FactValue:
    """Newest date in the list of installed updates; the list leaves out what is not part of Windows."""
    newest = whole(reading.document("hotfixes").get("newest"))
    if newest is None or newest <= 0:
        return Missing(MissingReason.ABSENT, "hotfixes")
    if newest - reading.now() in range(DAY):
        return Known(0, "hotfixes")  # the list holds local days: today may be tomorrow in UTC
    age = reading.age_days(newest, "hotfixes")
    if age > _CERTAINLY_NEW and whole(reading.document("hotfixes").get("unread")) != 0:
        reading.fail(MissingReason.ERROR, "hotfixes", "dates that cannot be read may be newer")
    return Known(age, "hotfixes")


def _known(value: str, section: str) -> FactValue:
    return Known(value, section) if value else Missing(MissingReason.ABSENT, section)


def server_or_none(reading: Reading) -> bool | None:
    """Like :func:`is_server`, None when it cannot be told."""
    try:
        return is_server(reading)
    except NotReadError:
        return None


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
    "os.build": os_build,
    "os.revision": os_revision,
    "os.edition": os_edition,
    "os.server": os_server,
    "patch.last_installed_age_days": last_installed_age_days,
}
