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
