"""What may stand as an address, a user name or a key alias: hostile or ambiguous texts are refused here, before any use."""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

IpAddress = IPv4Address | IPv6Address
_DOTTED = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}")
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.IGNORECASE)
_NUMBER_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.@\\-]{0,63}\$?")
_ALIAS = re.compile(r"[A-Za-z0-9_.:\[\]][A-Za-z0-9_.:\[\]-]{0,252}")
_JUNK_SERIALS = frozenset(
    {"to be filled by o.e.m.", "to be filled by oem", "default string", "system serial number", "chassis serial number"}
    | {"serial number", "none", "n/a", "na", "not specified", "not applicable", "unknown", "invalid", "o.e.m.", "oem"}
    | {"123456789", "1234567890", "khong", "khong co", "không", "không có", "chưa rõ"}
)
_JUNK_UUIDS = frozenset(
    {"03000200040005000006000700080009", "00020003000400050006000700080009", "12345678123456781234567812345678"}
)


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


def real_serial(text: str | None) -> str | None:
    """The serial number in one spelling; None for what makers and people write when there is none (practice.md 3)."""
    if text is None:
        return None
    plain = " ".join(text.split()).casefold()
    if plain in _JUNK_SERIALS or len(set(plain.replace("-", "").replace(" ", ""))) < 2:
        return None
    return plain


def parse_uuid(text: str) -> str | None:
    """The 32 hexadecimal digits of a SMBIOS UUID, or None when it is not one."""
    digits = text.strip("{}").replace("-", "").lower()
    return digits if re.fullmatch(r"[0-9a-f]{32}", digits) else None


def real_uuid(text: str | None) -> str | None:
    """The UUID in one spelling; None for zeros, ones and the placeholders makers leave in their boards."""
    digits = parse_uuid(text) if text is not None else None
    return None if digits is None or digits in _JUNK_UUIDS or len(set(digits)) < 2 else digits
