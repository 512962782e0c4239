"""More settings of the OpenSSH server: sessions, logs, algorithms, ports and who may come (sections as in sshd)."""

import re

from secaudit.facts.linux_firewall import active as firewall_active
from secaudit.facts.pam import services
from secaudit.facts.reading import NotReadError, Parser, Reading, decimal
from secaudit.facts.sshd import settings, switch, version
from secaudit.model.fact import FactValue, Known, MissingReason

_TIME = re.compile(r"(\d{1,8})([smhdw]?)", re.IGNORECASE)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LEVELS = ("QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3")
_SAME = {"SILENT": "QUIET"}
"""``sshd -T`` prints the older of the two names of the lowest level."""
_WEAK = re.compile(
    r"3des-cbc|blowfish-cbc|cast128-cbc|arcfour.*|aes(?:128|192|256)-cbc|rijndael-cbc@.*|none"
    r"|hmac-md5.*|hmac-sha1-96.*|hmac-ripemd160.*"
    r"|diffie-hellman-group1-sha1|diffie-hellman-group14-sha1|diffie-hellman-group-exchange-sha1|rsa1024-sha1"
    r"|gss-group1-sha1-.*|gss-gex-sha1-.*|gss-group14-sha1-.*"
)
"""Ciphers with chaining or known breaks, checks by MD5 or cut ones, key exchanges by SHA-1."""
_CLEAN_SINCE = (8, 2)
"""From this version on none of them is offered unless a line says so."""
_EVERYWHERE = frozenset({"*", "0.0.0.0/0", "::/0"})


def x11_forwarding(reading: Reading) -> FactValue:
    """Windows of programs on the server may appear at the client's, for anybody at all."""
    return switch(reading, "x11forwarding")


def no_server(reading: Reading) -> bool:
    """No program, no configuration and no stack of PAM of an OpenSSH server: two sections have to agree."""
    return reading.status("sshd") is MissingReason.ABSENT and "sshd" not in services(reading)


def _seconds(reading: Reading, text: str, section: str) -> int:
    parts = _TIME.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        reading.fail(MissingReason.ERROR, section, "a time cannot be read")
    return sum(int(number) * _UNITS[unit.lower()] for number, unit in parts)


def login_grace_seconds(reading: Reading) -> FactValue:
    """Stands outside Match blocks only."""
    values, section, _ = settings(reading, "logingracetime")
    return Known(_seconds(reading, values[0], section), section)


def idle_seconds(reading: Reading) -> FactValue:
    """The longest any block allows; either number 0 closes nothing."""
    times, section, unseen = settings(reading, "clientaliveinterval")
    counts, _, _ = settings(reading, "clientalivecountmax")
    seconds = [_seconds(reading, text, section) for text in times]
    numbers = [decimal(text) for text in counts]
    if None in numbers:
        reading.fail(MissingReason.ERROR, section, "ClientAliveCountMax is no number")
    if 0 in seconds or 0 in numbers:
        return Known(0, section)
    if unseen is not None:
        raise unseen
    return Known(max(seconds) * max(number for number in numbers if number is not None), section)


def authentication_methods(reading: Reading) -> FactValue:
    """Of all alternatives in all blocks the one with the fewest steps."""
    values, section, unseen = settings(reading, "authenticationmethods")
    ways = [way.lower() for value in values for way in value.split()]
    if not ways:
        reading.fail(MissingReason.ERROR, section, "AuthenticationMethods is empty")
    weakest = "any" if "any" in ways else min(ways, key=lambda way: (way.count(","), way))
    if unseen is not None and weakest != "any":
        raise unseen
    return Known(weakest, section)


def log_level(reading: Reading) -> FactValue:
    """The one that tells least."""
    values, section, unseen = settings(reading, "loglevel")
    levels = [_SAME.get(value.upper(), value.upper()) for value in values]
    if any(level not in _LEVELS for level in levels):
        reading.fail(MissingReason.ERROR, section, "LogLevel has an unknown value")
    weakest = min(levels, key=_LEVELS.index)
    if unseen is not None and weakest != _LEVELS[0]:
        raise unseen
    return Known(weakest, section)


def weak_algorithms(reading: Reading) -> FactValue:
    """The server's own list as root; by the files only where what they leave out is known."""
    found: set[str] = set()
    place = ""
    for keyword in ("ciphers", "macs", "kexalgorithms"):
        values, place, _ = settings(reading, keyword)
        text = values[0]
        if place == "sshd-effective" and (not text or text[0] in "+-^"):
            reading.fail(MissingReason.ERROR, place, f"{keyword} is not listed")
        if not text or text[0] in "+-^":
            release = version(reading)
            if release is None or release < _CLEAN_SINCE:
                reading.fail(MissingReason.UNSUPPORTED, place, "what this version offers by itself is not known")
            text = "" if text.startswith("-") else text.lstrip("+^")
        names = [name for name in text.lower().split(",") if name]
        if any("*" in name or "?" in name for name in names):
            reading.fail(MissingReason.UNSUPPORTED, place, "a pattern stands for algorithms")
        found.update(name for name in names if _WEAK.fullmatch(name))
    return Known(sorted(found), place)


def default_port(reading: Reading) -> FactValue:
    """22 among the ports, by its own line or with an address."""
    ports, section, _ = settings(reading, "port")
    addresses, _, _ = settings(reading, "listenaddress")
    named = [address.rpartition(":")[2] for address in addresses[0].split() if _has_port(address)]
    numbers = [*ports[0].split(), *named]
    if any(decimal(number) is None for number in numbers):
        reading.fail(MissingReason.ERROR, section, "a port is no number")
    plain = not addresses[0] or any(not _has_port(address) for address in addresses[0].split())
    return Known("22" in (numbers if plain else named), section)


def _has_port(address: str) -> bool:
    return (address.startswith("[") and "]:" in address) or address.count(":") == 1


def sources_limited(reading: Reading) -> FactValue:
    """True where sshd itself names who may come from where, or listens to the machine alone; false where nothing else could.

    A host firewall may do it too, and of its rules no address leaves the machine: then it is not known.
    """
    if reading.status("sshd") is MissingReason.ABSENT:
        reading.fail(MissingReason.ABSENT, "sshd", "no OpenSSH server is installed")
    addresses, section, _ = settings(reading, "listenaddress")
    hosts = [address.removeprefix("[").partition("]")[0].partition(":")[0] for address in addresses[0].split()]
    if hosts and all(host.startswith("127.") or host == "localhost" for host in hosts):
        return Known(value=True, section=section)
    allowed, section, unseen = settings(reading, "allowusers")
    lists = [value.split() for value in allowed]
    if lists[0] and all(_bound(user) for users in lists for user in users):
        if unseen is not None:
            raise unseen
        return Known(value=True, section=section)
    if unseen is not None:
        raise unseen
    if len(lists) > 1 or "wrapper" in reading.pairs("sshd"):
        reading.fail(MissingReason.UNSUPPORTED, section, "a Match block or tcp wrappers say who may come")
    firewall = firewall_active(reading)
    if not isinstance(firewall, Known):
        raise NotReadError(firewall)
    if firewall.value is True:
        reading.fail(MissingReason.UNSUPPORTED, firewall.section, "a firewall filters, and its addresses are not read")
    return Known(value=False, section=section)


def _bound(user: str) -> bool:
    _, sign, place = user.rpartition("@")
    return bool(sign) and place not in _EVERYWHERE and bool(place)


PARSERS: dict[str, Parser] = {
    "sshd.x11_forwarding": x11_forwarding,
    "sshd.login_grace_seconds": login_grace_seconds,
    "sshd.idle_seconds": idle_seconds,
    "sshd.authentication_methods": authentication_methods,
    "sshd.log_level": log_level,
    "sshd.weak_algorithms": weak_algorithms,
    "sshd.default_port": default_port,
    "access.sources_limited": sources_limited,
}
