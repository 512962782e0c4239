"""Short names of the fields of records, as they stand beside observed values."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.messages import Message, literal, msgc

_FIELDS: Mapping[str, Message] = MappingProxyType(
    {
        "name": msgc("field", "name"),
        "id": msgc("field", "id"),
        "kind": msgc("field", "kind"),
        "version": msgc("field", "version"),
        "running": msgc("field", "running"),
        "realtime": msgc("field", "real-time protection"),
        "signature_age_days": msgc("field", "age of signatures (days)"),
        "managed": msgc("field", "centrally managed"),
        "tamper_protected": msgc("field", "protected against being switched off"),
        "source": msgc("field", "found by"),
        "uid": msgc("field", "number"),
        "shell": msgc("field", "shell"),
        "password": msgc("field", "password"),
        "admin": msgc("field", "administrator"),
        "enabled": msgc("field", "on"),
        "last_login_days": msgc("field", "days since the last login"),
        "password_age_days": msgc("field", "age of the password (days)"),
        "password_expires": msgc("field", "password expires"),
        "success": msgc("field", "success recorded"),
        "failure": msgc("field", "failure recorded"),
        "protocol": msgc("field", "protocol"),
        "port": msgc("field", "port"),
        "address": msgc("field", "address"),
        "mac": msgc("field", "network card"),
        "system": msgc("field", "holds the system"),
        "encrypted": msgc("field", "encrypted"),
    }
)
_ORDER = {name: position for position, name in enumerate(_FIELDS)}


def field_word(name: str) -> Message:
    """What people call a field of a record."""
    found = _FIELDS.get(name)
    return found if found is not None else literal(name)


def field_order(name: str) -> int:
    """Where a field stands in its line: what names the record comes first."""
    return _ORDER.get(name, len(_ORDER))
