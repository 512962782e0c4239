"""What the auditing machine can carry: how many connections at once are safe here."""

from dataclasses import dataclass, replace

import psutil

from secaudit.collect.job import Limits

BYTES_PER_CONNECTION = 2 * 1024 * 1024
"""Measured 0.2 MB with 500 in flight; an answer under way adds its own size."""
MOST = 500
"""More brings no speed: one interpreter is busy by then."""
LEAST = 4
_DESCRIPTORS_KEPT = 64
_MEMORY_SHARE = 0.25
_PER_CORE = 200


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts of this machine."""

    cores: int
    """Logical processors this process may use."""
    free_bytes: int
    """Memory available without swapping."""
    descriptors: int | None
    """Files and sockets this process may open; None where the system sets no such number."""

    def in_flight(self) -> int:
        """Connections that may be open at once: bounded by memory, descriptors and processors."""
        bounds = [MOST, int(self.free_bytes * _MEMORY_SHARE) // BYTES_PER_CONNECTION, self.cores * _PER_CORE]
        if self.descriptors is not None:
            bounds.append(self.descriptors - _DESCRIPTORS_KEPT)
        return max(min(bounds), LEAST)


def this_machine() -> Machine:
    """Ask the system."""
    process = psutil.Process()
    affinity = getattr(process, "cpu_affinity", None)
    cores = len(affinity()) if affinity is not None else psutil.cpu_count() or 1
    return Machine(cores, psutil.virtual_memory().available, _descriptors(process))


def safe_limits(limits: Limits | None = None) -> Limits:
    """``limits`` (or the defaults) with the number of connections in flight that suits this machine."""
    return replace(limits or Limits(), in_flight=this_machine().in_flight())


def _descriptors(process: psutil.Process) -> int | None:
    # psutil knows the limit on Linux only; Windows has none for sockets, other systems are generous.
    rlimit = getattr(process, "rlimit", None)
    number = getattr(psutil, "RLIMIT_NOFILE", None)
    if rlimit is None or number is None:
        return None
    soft = int(rlimit(number)[0])
    return soft if soft >= 0 else None
