"""Serial numbers and UUIDs that a manufacturer never filled in count as absent."""

from secaudit.model.identifiers import serial_number, smbios_uuid

__all__ = ["serial_number", "smbios_uuid"]
