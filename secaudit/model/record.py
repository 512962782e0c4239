"""Types of facts, and the fields of the records that lists of them hold."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ValueType(StrEnum):
    """Type of a fact or of a field of a record."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    STRINGS = "list<string>"
    RECORDS = "list<record>"


PRODUCT_FIELDS: Mapping[str, ValueType] = MappingProxyType(
    {
        "id": ValueType.STRING,
        "name": ValueType.STRING,
        "kind": ValueType.STRING,
        "running": ValueType.BOOL,
        "realtime": ValueType.BOOL,
        "signature_age_days": ValueType.INT,
        "managed": ValueType.BOOL,
        "source": ValueType.STRING,
        "version": ValueType.STRING,
        "tamper_protected": ValueType.BOOL,
    }
)
"""Fields of ``protection.products``."""
ACCOUNT_FIELDS: Mapping[str, ValueType] = MappingProxyType(
    {
        "name": ValueType.STRING,
        "uid": ValueType.INT,
        "shell": ValueType.STRING,
        "password": ValueType.STRING,
        "admin": ValueType.BOOL,
        "enabled": ValueType.BOOL,
        "last_login_days": ValueType.INT,
        "password_age_days": ValueType.INT,
        "password_expires": ValueType.BOOL,
    }
)
"""Fields of ``accounts.login``."""
AUDIT_FIELDS: Mapping[str, ValueType] = MappingProxyType(
    {
        "id": ValueType.STRING,
        "success": ValueType.BOOL,
        "failure": ValueType.BOOL,
    }
)
"""Fields of ``logging.audit_categories``."""
LISTENING_FIELDS: Mapping[str, ValueType] = MappingProxyType(
    {
        "protocol": ValueType.STRING,
        "port": ValueType.INT,
    }
)
"""Fields of ``network.listening``."""
NEIGHBOUR_FIELDS: Mapping[str, ValueType] = MappingProxyType(
    {
        "address": ValueType.STRING,
        "mac": ValueType.STRING,
    }
)
"""Fields of ``network.neighbours``."""
VOLUME_FIELDS: Mapping[str, ValueType] = MappingProxyType(
    {
        "name": ValueType.STRING,
        "system": ValueType.BOOL,
        "encrypted": ValueType.BOOL,
    }
)
"""Fields of ``disk.volumes``."""
PROFILE_FIELDS: Mapping[str, ValueType] = MappingProxyType({"name": ValueType.STRING, "enabled": ValueType.BOOL})
"""Fields of ``firewall.profiles``."""
UNLISTED = "unlisted"
"""Id of a product that stands in no catalogue."""
_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "protection.products": ("id",),
        "accounts.login": ("name",),
        "logging.audit_categories": ("id",),
        "disk.volumes": ("name",),
        "firewall.profiles": ("name",),
    }
)
"""What names a record of a list; records of other lists are all that they say."""


def key_fields(fact: str, record: Mapping[str, object]) -> tuple[str, ...]:
    """Fields that say what a record of this list is about; empty where only the whole record does.

    A product goes by the catalogue's id, because consoles and machines give it different names; one that stands in no catalogue
    has nothing but its name.
    """
    if fact == "protection.products" and record.get("id", UNLISTED) == UNLISTED:
        return ("id", "name")
    return _KEYS.get(fact, ())
