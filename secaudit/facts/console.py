"""What one row of a console's export or of a list says of a machine (section row, platform console).

Which column means what was decided when the file was taken in: the row holds what was understood, beside the cells themselves.
A row says little, and what it leaves open stays unknown: a product that no list names may still be there, so that the list of
products is never a whole one.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NoReturn

from secaudit.facts.product_names import for_system, product_named
from secaudit.facts.products import Found, records, settle
from secaudit.facts.reading import NotReadError, Parser, Reading
from secaudit.facts.windows_machine import FIRST_11, release_of
from secaudit.model.fact import FactValue, Known, Missing, MissingReason
from secaudit.model.identifiers import dashed, real_uuid, serial_number
from secaudit.model.record import UNLISTED

SECTION = "row"
_DAY = timedelta(days=1)
_BUILD = re.compile(r"(?:\d{1,2}\.\d{1,2}[. (]+)?(\d{4,6})(?:\.(\d{1,7}))?\)?")
"""``10.0.19045.4291``, ``10.0 (19045)``, ``19045``, ``19045.4291``."""
_CLIENT = re.compile(r"windows\s*(?:xp|vista|7|8|8\.1|10|11)(?!\d)")
_LINUX = re.compile(r"linux|ubuntu|debian|centos|red ?hat|rhel|rocky|fedora|suse|astra")
_MAC = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")
_NOT_SAID = "the list does not say it"


def _values(reading: Reading) -> Mapping[str, Any]:
    values = reading.document(SECTION).get("values")
    return values if isinstance(values, dict) else {}


def _not_said(reading: Reading, name: str) -> NoReturn:
    """A column that says nothing here is something else than none."""
    unread = reading.document(SECTION).get("unread")
    why = unread.get(name) if isinstance(unread, dict) else None
    if isinstance(why, str):
        reading.fail(MissingReason.ERROR, SECTION, why)
    reading.fail(MissingReason.UNSUPPORTED, SECTION, _NOT_SAID)


def _text(reading: Reading, name: str) -> str:
    value = _values(reading).get(name)
    return value.strip() if isinstance(value, str) and value.strip() else _not_said(reading, name)


def _flag(reading: Reading, name: str) -> bool:
    value = _values(reading).get(name)
    return value if isinstance(value, bool) else _not_said(reading, name)


def _moment(reading: Reading, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(reading, name))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        reading.fail(MissingReason.ERROR, SECTION, f"{name} is no moment")
    return moment


def host_name(reading: Reading) -> FactValue:
    """Without domain."""
    return Known(_text(reading, "name").split(".", 1)[0], SECTION)


def serial(reading: Reading) -> FactValue:
    """Serial number, unless it is a filler."""
    return _known(serial_number(_text(reading, "serial")))


def uuid(reading: Reading) -> FactValue:
    """SMBIOS UUID as firmware shows it."""
    digits = real_uuid(_text(reading, "uuid"))
    return _known(dashed(digits) if digits else "")


def identifiable(reading: Reading) -> FactValue:
    """Where the list shows a serial number or UUID the firmware holds one; where it does not, nobody knows."""
    for read in (serial, uuid):
        try:
            if isinstance(read(reading), Known):
                return Known(True, SECTION)
        except NotReadError:
            continue
    return reading.fail(MissingReason.UNSUPPORTED, SECTION, _NOT_SAID)


def mac(reading: Reading) -> FactValue:
    """Hardware addresses; a list may leave some out."""
    found = [address for address in _text(reading, "mac").split() if _MAC.fullmatch(address)]
    return Known(found, SECTION, complete=False) if found else Missing(MissingReason.ABSENT, SECTION)


def _family(reading: Reading) -> str:
    name = _text(reading, "os").casefold()
    if "windows" in name:
        return "windows"
    if _LINUX.search(name):
        return "linux"
    return reading.fail(MissingReason.UNSUPPORTED, SECTION, "the name of the system is not a known one")


def _server(reading: Reading) -> bool:
    """Only a name that says it: a build belongs to a client and to a server."""
    name = _text(reading, "os").casefold()
    if _family(reading) == "windows" and "server" in name:
        return True
    if _CLIENT.search(name):
        return False
    return reading.fail(MissingReason.UNSUPPORTED, SECTION, "the list does not say whether it is a server")


def _build(reading: Reading) -> tuple[int, int | None]:
    if _family(reading) != "windows":
        reading.fail(MissingReason.UNSUPPORTED, SECTION, "not a Windows")
    written = _text(reading, "os_version")
    found = _BUILD.fullmatch(written)
    if found is None:
        reading.fail(MissingReason.UNSUPPORTED, SECTION, "the version is no build number")
    return int(found[1]), int(found[2]) if found[2] else None


def os_family(reading: Reading) -> FactValue:
    """Windows or Linux."""
    return Known(_family(reading), SECTION)


def os_id(reading: Reading) -> FactValue:
    """Windows only: names of distributions differ from console to console."""
    return Known("windows-server" if _server(reading) else "windows", SECTION)


def os_server(reading: Reading) -> FactValue:
    """A server edition."""
    return Known(_server(reading), SECTION)


def os_name(reading: Reading) -> FactValue:
    """As the console names it; some say 10 of Windows 11, so that is corrected by the build."""
    name = _text(reading, "os")
    try:
        build, _ = _build(reading)
    except NotReadError:
        build = 0
    return Known(name.replace("Windows 10", "Windows 11") if build >= FIRST_11 and "erver" not in name else name, SECTION)


def os_build(reading: Reading) -> FactValue:
    """Windows build number, where it is one that is known."""
    build, _ = _build(reading)
    if release_of(build, server=False) is None and release_of(build, server=True) is None:
        reading.fail(MissingReason.UNSUPPORTED, SECTION, f"build {build} is not known")
    return Known(build, SECTION)


def os_revision(reading: Reading) -> FactValue:
    """UBR, where the list writes the whole version."""
    os_build(reading)
    _, revision = _build(reading)
    return Missing(MissingReason.UNSUPPORTED, SECTION, _NOT_SAID) if revision is None else Known(revision, SECTION)


def os_version(reading: Reading) -> FactValue:
    """Release by build, where the list says whether it is a server."""
    build, _ = _build(reading)
    name = release_of(build, server=_server(reading))
    if name is None:
        reading.fail(MissingReason.UNSUPPORTED, SECTION, f"build {build} is not known")
    return Known(name, SECTION)


def extended_support(reading: Reading) -> FactValue:
    """No list says what support was bought; without this the end of free support would count as the end."""
    reading.fail(MissingReason.UNSUPPORTED, SECTION, _NOT_SAID)


def products(reading: Reading) -> FactValue:
    """The product of the list, where it is installed, and an EDR sensor that it speaks of; there may be others."""
    found = [item for item in (_protection(reading), _sensor(reading)) if item is not None]
    if not found:
        reading.fail(MissingReason.UNSUPPORTED, SECTION, "the list does not say that a protection product is installed")
    source = reading.document(SECTION).get("source")
    for item in found:
        item.sources.add(f"console:{source}" if isinstance(source, str) else "console")
        item.managed = _or_reason(reading, "managed")
    on_demand = frozenset(product.id for product in reading.knowledge.products if product.on_demand)
    return records(settle(found, on_demand), SECTION, complete=False)


def _protection(reading: Reading) -> Found | None:
    """The product; None where the list does not say that it is there, or names the sensor that :func:`_sensor` gives."""
    item = _named(reading)
    if item is None or not _installed(reading, item):
        return None
    item.running, item.realtime = _or_reason(reading, "running"), _or_reason(reading, "realtime")
    edr = _or_reason(reading, "edr")
    if item.kind == "edr" and item.confirmed and isinstance(edr, bool):
        contradicted = isinstance(item.running, bool) and item.running is not edr
        item.running = MissingReason.ERROR if contradicted else edr
    elif edr is True and (item.kind == "edr" or item.id == UNLISTED):
        return None
    item.signature_age_days = _signature_age(reading)
    try:
        item.version = _text(reading, "version")
    except NotReadError as error:
        item.version = error.missing.reason
    return item


def _sensor(reading: Reading) -> Found | None:
    """An EDR that the list says runs there, and whose record is not among the certain ones of the catalogue.

    That it is an EDR is the word of those who operate it, no guess by a pattern; which one it is and whether it rests on
    signatures is not known, so it has no id and proves nothing that hangs on one.
    """
    if _or_reason(reading, "edr") is not True:
        return None
    named = _named(reading)
    if named is not None and named.kind == "edr" and named.confirmed:
        return None
    name = named.name if named is not None and (named.kind == "edr" or named.id == UNLISTED) else "EDR"
    return Found("", name, "edr", "", running=True)


def _named(reading: Reading) -> Found | None:
    """The product as the catalogue has it; one that it does not have keeps its name and proves nothing."""
    try:
        name = _text(reading, "product")
    except NotReadError:
        return None
    product = product_named(name, reading.knowledge.products)
    if product is None:
        return Found(UNLISTED, name, "", "", confirmed=False)
    with suppress(NotReadError):
        product = for_system(product, _family(reading), reading.knowledge.products)
    return Found.of(product)


def _installed(reading: Reading, item: Found) -> bool:
    """Said, or shown by what only an installed product has."""
    values = _values(reading)
    if isinstance(values.get("installed"), bool):
        return values["installed"] is True
    shown = any(values.get(name) is True for name in ("running", "realtime", *(("edr",) if item.kind == "edr" else ())))
    return shown or any(isinstance(values.get(name), str) for name in ("version", "signature_date"))


def _signature_age(reading: Reading) -> int | MissingReason:
    """Full days from the date of the signatures to the last contact: what the console knew then, not what may be now."""
    try:
        age = _moment(reading, "last_contact") - _moment(reading, "signature_date")
    except NotReadError as error:
        return error.missing.reason
    return max(age // _DAY, 0) if age > -_DAY else MissingReason.ERROR


def _or_reason(reading: Reading, name: str) -> bool | MissingReason:
    try:
        return _flag(reading, name)
    except NotReadError as error:
        return error.missing.reason


def siem(reading: Reading) -> FactValue:
    """Events reach the SIEM."""
    return Known(_flag(reading, "siem"), SECTION)


def shared(reading: Reading) -> FactValue:
    """Data reaches the centre."""
    return Known(_flag(reading, "shared"), SECTION)


def _known(value: str) -> FactValue:
    return Known(value, SECTION) if value else Missing(MissingReason.ABSENT, SECTION)


PARSERS: dict[str, Parser] = {
    "machine.name": host_name,
    "machine.serial": serial,
    "machine.uuid": uuid,
    "machine.identifiable": identifiable,
    "machine.mac": mac,
    "os.family": os_family,
    "os.id": os_id,
    "os.server": os_server,
    "os.name": os_name,
    "os.version": os_version,
    "os.build": os_build,
    "os.revision": os_revision,
    "os.extended_support": extended_support,
    "protection.products": products,
    "soc.siem": siem,
    "soc.shared": shared,
}
