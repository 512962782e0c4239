"""Which addresses of a network answer on the ports of managed machines, seen by nmap.

A plain TCP connect scan (``-sT``): needs no root and sends nothing but connection attempts. Name look-ups and host discovery
are off, so that nothing leaves the networks that were asked for.
"""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from xml.etree.ElementTree import Element

import nmap3
from nmap3.exceptions import NmapExecutionError, NmapXMLParserError

from secaudit.errors import SecauditError
from secaudit.messages import clean, msg

PORTS: tuple[int, ...] = (22, 135, 445, 2222, 3389)
"""SSH, Windows RPC and file sharing, the SSH port of the sample province, remote desktop."""
LARGEST_NETWORK = 4096
"""Addresses; a larger network is a typing mistake more often than a wish."""

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Found:
    """One address that answered."""

    address: str
    ports: tuple[int, ...]


def nmap_path() -> str | None:
    """Where nmap is installed, or None."""
    return shutil.which("nmap")


def discover(
    networks: Sequence[Network],
    *,
    ports: Sequence[int] = PORTS,
    rate: int = 2000,
    timeout: float = 600.0,
    path: str | None = None,
) -> list[Found]:
    """Scan ``networks`` and return the addresses with an open port, in address order.

    ``rate`` is the upper limit of probes per second, ``timeout`` the seconds one call of nmap may take. Raises
    :class:`SecauditError` when nmap is missing, fails, or a network is larger than :data:`LARGEST_NETWORK`.
    """
    program = path or nmap_path()
    if program is None:
        raise SecauditError(
            msg("nmap is not installed, so undeclared machines cannot be looked for"),
            hint=msg("install it (Debian: apt-get install nmap) or go without: figures say how many agencies were not searched"),
        )
    for network in networks:
        if network.num_addresses > LARGEST_NETWORK:
            raise SecauditError(
                msg("network {network} has more than {limit} addresses", network=str(network), limit=LARGEST_NETWORK),
                hint=msg("name smaller networks"),
            )
    if not networks:
        return []
    return sorted(_scan(program, networks, ports, rate, timeout), key=lambda found: ip_address(found.address))


def _scan(program: str, networks: Sequence[Network], ports: Sequence[int], rate: int, timeout: float) -> Iterable[Found]:
    listed = ",".join(str(port) for port in ports)
    arguments = f"-p {listed} --open --max-retries 1 --max-rate {rate} --min-hostgroup 256"
    for version, flag in ((4, ""), (6, "-6 ")):
        targets = " ".join(str(network) for network in networks if network.version == version)
        if not targets:
            continue
        try:
            root = nmap3.Nmap(program).scan_command(targets, f"{flag}-sT -Pn -n", arguments, timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise SecauditError(
                msg("nmap did not finish within {seconds} s", seconds=int(timeout)), hint=msg("name fewer networks at a time")
            ) from error
        except (NmapExecutionError, NmapXMLParserError, OSError) as error:
            raise SecauditError(
                msg("nmap failed: {detail}", detail=clean(str(error), limit=300)), hint=msg("run nmap by hand to see why")
            ) from error
        yield from _answering(root)


def _answering(root: Element) -> Iterable[Found]:
    for host in root.iter("host"):
        address = next((a.get("addr", "") for a in host.iter("address") if a.get("addrtype") in ("ipv4", "ipv6")), "")
        ports = tuple(int(p.get("portid", "0")) for p in host.iter("port") if _is_open(p))
        if address and ports:
            yield Found(address, ports)


def _is_open(port: Element) -> bool:
    state = port.find("state")
    return state is not None and state.get("state") == "open"
