"""One cell of a foreign list as the agency's file writes it, or why it is left out."""

import re
from collections.abc import Callable, Mapping

from secaudit.inventory.addresses import is_dns_name, is_usable, is_user, parse_ip, real_serial, real_uuid
from secaudit.inventory.questions import Path
from secaudit.inventory.received import Value
from secaudit.messages import Message, msg
from secaudit.model.identifiers import dashed
from secaudit.model.machine_list import ListField

FIELD_PATHS: Mapping[ListField, Path] = {
    "hostname": ("hostname",),
    "asset_tag": ("asset_tag",),
    "serial": ("serial",),
    "uuid": ("uuid",),
    "kind": ("kind",),
    "os": ("os",),
    "place": ("place",),
    "address": ("address",),
    "port": ("access", "port"),
    "user": ("access", "user"),
    "status": ("status",),
    "ownership": ("ownership",),
}
"""Field of a list -> field of a machine in the agency's file."""
_LONGEST = 300
_SPLIT = re.compile(r"[\s,;]+")
_NO_NAME = re.compile(r'[\s/\\:*?"<>|,;=@]')
"""What no host name holds: then the cell names a person, a room or a model."""
_Answer = tuple[Value, Message | None]


def plain_value(name: ListField, text: str) -> _Answer:
    """The value and nothing, or None and why it is left out; a filler such as "To be filled by O.E.M." is simply no answer."""
    line = " ".join(text.split())
    if len(line) > _LONGEST:
        return None, msg("The cell is longer than {count} characters; it was left out", count=_LONGEST)
    if not line or not line.isprintable():
        return None, msg("The cell holds characters that cannot be shown; it was left out") if line else None
    return _READERS.get(name, _text)(line)


def _text(line: str) -> _Answer:
    return line, None


def _hostname(line: str) -> _Answer:
    if parse_ip(line) is not None:
        return None, None
    if _NO_NAME.search(line) or len(line) > 253:
        return None, msg("This is not a host name; it was left out")
    return line, None


def _serial(line: str) -> _Answer:
    return (line, None) if real_serial(line) else (None, msg("This is a filler and no serial number; it counts as absent"))


def _uuid(line: str) -> _Answer:
    digits = real_uuid(line)
    return (dashed(digits), None) if digits else (None, msg("This is not the UUID of a machine; it counts as absent"))


def _address(line: str) -> _Answer:
    """The one address; a length of network behind it does not count, and of several none can be chosen."""
    found = [part.partition("/")[0] for part in _SPLIT.split(line) if part]
    addresses = [one for one in found if (ip := parse_ip(one)) is not None and is_usable(ip) and not ip.is_link_local]
    four = [one for one in addresses if ":" not in one]
    chosen = four or addresses
    if len(set(chosen)) > 1:
        return None, msg("More than one address stands here; none was taken")
    if chosen:
        return chosen[0], None
    if len(found) == 1 and is_dns_name(found[0]) and parse_ip(found[0]) is None:
        return found[0], None
    return None, msg("This is neither an IP address nor a host name; it was left out")


def _port(line: str) -> _Answer:
    if line.isascii() and line.isdigit() and len(line) <= 5 and 1 <= int(line) <= 65535:
        return int(line), None
    return None, msg("This is not a port; it was left out")


def _user(line: str) -> _Answer:
    return (line, None) if is_user(line) else (None, msg("This is not a login name; it was left out"))


def _asset_tag(line: str) -> _Answer:
    return (line, None) if real_serial(line) else (None, None)  # boards carry the same fillers as for the serial number


_READERS: Mapping[ListField, Callable[[str], _Answer]] = {
    "hostname": _hostname,
    "asset_tag": _asset_tag,
    "serial": _serial,
    "uuid": _uuid,
    "address": _address,
    "port": _port,
    "user": _user,
}
