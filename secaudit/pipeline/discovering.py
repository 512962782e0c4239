"""How this machine can look at networks."""

from dataclasses import dataclass

from secaudit.discover.nmap import NmapLooker, may_use_raw_packets, nmap_path
from secaudit.discover.sighting import Looker
from secaudit.discover.tcp import TcpLooker
from secaudit.messages import Message, msg


@dataclass(frozen=True)
class Means:
    """How this machine can look, and what it cannot see that way."""

    looker: Looker
    lost: tuple[Message, ...]


def means_of_looking(*, rate: int, services: bool = True, unprivileged: bool = False) -> Means:
    """The best way of looking that this machine offers.

    With ``services`` nmap asks what runs where ports and greetings do not tell; ``unprivileged`` leaves root's rights unused.
    """
    path = nmap_path()
    if path is None:
        lost = (
            msg("nmap is not installed: plain connection attempts only, and services are known by their greeting alone"),
            msg("  → install it (Debian: apt-get install nmap) to recognise more services"),
            _NOT_ROOT,
        )
        return Means(TcpLooker(rate), lost)
    if may_use_raw_packets() and not unprivileged:
        return Means(NmapLooker(path, rate, privileged=True, services=services), ())
    return Means(NmapLooker(path, rate, privileged=False, services=services), (_NOT_ROOT,))


_NOT_ROOT = msg(
    "without root, machines that answer no connection attempt at all stay invisible, and hardware addresses and makers are not "
    "known; run it with sudo from inside the network to see them"
)
