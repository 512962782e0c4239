"""What one look at a network brings back, whichever tool looked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from secaudit.discover.ports import Network
from secaudit.messages import Message, clean, msg
from secaudit.model.discovery import SearchMethod, Service

WORD = 100
"""Characters kept of each text of a machine."""


@dataclass(frozen=True, slots=True)
class Hints:
    """Words about a machine that its services gave away; untrusted."""

    systems: tuple[str, ...] = ()
    """Names of operating systems."""
    types: tuple[str, ...] = ()
    """Kinds of device in nmap's words, ``printer``, ``webcam``."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One address that answered."""

    address: str
    services: tuple[Service, ...] = ()
    """Open ports in order."""
    hints: Hints = field(default_factory=Hints)
    name: str = ""
    mac: str = ""
    vendor: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What one network gave."""

    sightings: tuple[Sighting, ...]
    notes: tuple[Message, ...] = ()
    """What could not be found out, and why."""


class Looker(Protocol):
    """Looks at one network at a time."""

    @property
    def method(self) -> SearchMethod:
        """How it looks."""
        ...

    def look(self, network: Network, ports: Sequence[int]) -> Look:
        """Try every address of ``network`` on ``ports``, and no other; SecauditError when that was not possible."""
        ...


def tidy(text: str) -> str:
    """A word of a machine on one line, harmless and cut."""
    return clean(" ".join(text.split()), limit=WORD)


def believable(network: Network, found: Iterable[Sighting]) -> Look:
    """Without addresses that only refuse where all refuse: one device answers for them, and it is not 254 machines.

    On the loopback network this machine refuses for every address.
    """
    sightings = tuple(found)
    bare = [one for one in sightings if not one.services]
    hosts = max(network.num_addresses - 2, 1)
    if network.is_loopback or (hosts >= 8 and len(sightings) >= hosts and len(bare) > len(sightings) // 2):
        kept = tuple(one for one in sightings if one.services)
        if network.is_loopback:
            return Look(kept)
        note = msg(
            "{network}: something refuses for every address, probably a firewall; only addresses with an open port count",
            network=str(network),
        )
        return Look(kept, (note,))
    return Look(sightings)
