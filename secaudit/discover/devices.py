"""What an answering address most probably is, and why."""

from datetime import datetime

from secaudit.discover.sighting import Sighting
from secaudit.model.discovery import Device, HostFound


def host_found(seen: Sighting, agency: str, at: datetime) -> HostFound:
    """The sighting as it is kept, with the guess and its reasons."""
    return HostFound(
        address=seen.address,
        agency=agency,
        at=at,
        services=seen.services,
        device=Device.UNKNOWN,
        because=(),
        name=seen.name,
        mac=seen.mac,
        vendor=seen.vendor,
    )
