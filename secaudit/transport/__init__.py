"""How bytes travel; knows nothing about probes, facts or checks.

What is named here loads quickly; ``SshTransport`` is in ``secaudit.transport.ssh``, which loads paramiko.
"""

from secaudit.transport.base import Abandoned, Cut, HostKey, Reply, Request, Target, Transport, TransportFailure, WayFull
from secaudit.transport.credentials import Credentials, KeyFile
from secaudit.transport.host_keys import HostKeys, KnownKey, Standing
from secaudit.transport.trust_record import Act, TrustEvent

__all__ = [
    "Abandoned",
    "Act",
    "Credentials",
    "Cut",
    "HostKey",
    "HostKeys",
    "KeyFile",
    "KnownKey",
    "Reply",
    "Request",
    "Standing",
    "Target",
    "Transport",
    "TransportFailure",
    "TrustEvent",
    "WayFull",
]
