"""The ports that tell what a machine is."""

from ipaddress import IPv4Network, IPv6Network
from types import MappingProxyType

Network = IPv4Network | IPv6Network
LARGEST_NETWORK = 4096
"""Addresses; a larger network is a typing mistake more often than a wish."""

SSH = frozenset({22, 2222})
"""2222: where servers are put that hide from port 22, and the sample province."""
PRINTING = frozenset({515, 631, 9100})
"""What is sent to 9100 comes out on paper: nothing ever is."""
GREETS = frozenset({*SSH, 23})
"""Servers that speak first: listening is enough."""

NAMES = MappingProxyType(
    {
        22: "ssh",
        23: "telnet",
        80: "http",
        111: "rpcbind",
        135: "msrpc",
        139: "netbios-ssn",
        161: "snmp",
        443: "https",
        445: "microsoft-ds",
        515: "printer",
        548: "afp",
        554: "rtsp",
        631: "ipp",
        2049: "nfs",
        2222: "ssh",
        3389: "ms-wbt-server",
        5060: "sip",
        5985: "wsman",
        8000: "http-alt",
        8080: "http-proxy",
        8291: "winbox",
        8443: "https-alt",
        9100: "jetdirect",
        37777: "dahua",
        62078: "iphone-sync",
    }
)
"""As they are registered or commonly called; what really answers there may be something else."""
PORTS: tuple[int, ...] = tuple(sorted(NAMES))
