"""From which of this computer's addresses a machine would be asked, found without sending anything.

Connecting a UDP socket sends no packet: the system only looks up its route and notes the local address that belongs to it.
A name is not looked up, because asking a name server would send one.
"""

import contextlib
import socket
from ipaddress import ip_address


def source_address(host: str, port: int) -> str | None:
    """The local address on the route to ``host``; None for a name, and where no route leads there now."""
    try:
        target = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    family = socket.AF_INET if target.version == 4 else socket.AF_INET6
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((host, port))
        return str(probe.getsockname()[0])
    return None
