"""What may stand as an address, a user name or a key alias: hostile or ambiguous texts are refused here, before any use."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from secaudit.model.identifiers import parse_uuid, real_serial, real_uuid

__all__ = [
    "IpAddress",
    "canonical",
    "is_alias",
    "is_dns_name",
    "is_usable",
    "is_user",
    "parse_ip",
    "parse_uuid",
    "real_serial",
    "real_uuid",
]

IpAddress = IPv4Address | IPv6Address
_DOTTED = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.IGNORECASE)
_NUMBER_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.@\\-]{0,63}\$?")
_ALIAS = re.compile(r"[A-Za-z0-9_.:\[\]][A-Za-z0-9_.:\[\]-]{0,252}")


@lru_cache(maxsize=65_536)
def parse_ip(text: str) -> IpAddress | None:
    """The IP address written in full, or None; zone suffixes (``fe80::1%eth0``) are refused."""
    if "%" in text or ("." in text and ":" not in text and not _DOTTED.fullmatch(text)):
        return None
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_dns_name(text: str) -> bool:
    """Whether this is a host name that no program reads as a number, as some do with ``2130706433`` and ``127.1``."""
    if len(text) > 253 or not _NAME.fullmatch(text):
        return False
    return not _NUMBER_LABEL.fullmatch(text.rstrip(".").rsplit(".", 1)[-1])


def is_usable(address: IpAddress) -> bool:
    """Whether one machine can have the address."""
    return not (address.is_unspecified or address.is_multicast or address == IPv4Address("255.255.255.255"))


def canonical(text: str) -> str:
    """One spelling for one address: equal machines compare equal."""
    address = parse_ip(text)
    if address is None:
        return text.rstrip(".").lower()
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def is_user(text: str) -> bool:
    r"""A login name, ``DOMAIN\user`` and ``user@domain`` included; nothing a command line could take for an option."""
    return _USER.fullmatch(text) is not None


def is_alias(text: str) -> bool:
    """A name a known-hosts file can hold: no wildcards, commas or spaces."""
    return _ALIAS.fullmatch(text) is not None
