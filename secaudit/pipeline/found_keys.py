"""The SSH host key of machines that a search found: by it a machine is known again at another address."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from secaudit.model.discovery import HostFound
from secaudit.pipeline.trusting import ScanKey
from secaudit.transport import Credentials, HostKeys, Target, TransportFailure
from secaudit.transport.base import Abandoned
from secaudit.transport.ssh import SshTransport

_IN_FLIGHT = 16
_MOST_PORTS = 4
"""SSH servers asked on one machine; the first that shows a key is enough."""


@dataclass(frozen=True)
class KeyFinder:
    """Asks SSH servers for their key; nothing is offered to them."""

    scan: ScanKey
    seconds: float

    def __call__(self, hosts: Sequence[HostFound]) -> list[HostFound]:
        """The hosts, those that speak SSH with the fingerprint of their key; one that shows none stays as it was."""
        speaking = {host.address: _ssh_ports(host) for host in hosts}
        asked = [host for host in hosts if speaking[host.address]]
        if not asked:
            return list(hosts)
        with ThreadPoolExecutor(max_workers=min(_IN_FLIGHT, len(asked))) as pool:
            keys = dict(zip([host.address for host in asked], pool.map(self._key, asked), strict=True))
        return [replace(host, host_key=keys.get(host.address, "")) for host in hosts]

    def _key(self, host: HostFound) -> str:
        for port in _ssh_ports(host):
            try:
                return self.scan(Target(host.address, port, ""), time.monotonic() + self.seconds).fingerprint
            except (TransportFailure, Abandoned):
                continue
        return ""


@contextmanager
def key_finder(host_keys: HostKeys, *, seconds: float = 8.0) -> Iterator[KeyFinder]:
    """A finder that asks for the type of key that is enrolled for an address, so that it can be compared."""
    transport = SshTransport(Credentials(), host_keys, connect_seconds=min(seconds, 5.0))
    try:
        yield KeyFinder(transport.scan_host_key, seconds)
    except KeyboardInterrupt:
        transport.abandon()
        raise
    finally:
        transport.close()


def _ssh_ports(host: HostFound) -> list[int]:
    """Where something spoke SSH; a port that is only called so and greeted nobody would not answer this either."""
    return [one.port for one in host.services if one.name == "ssh" and one.product][:_MOST_PORTS]
