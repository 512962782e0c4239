"""What is to be asked, and within which limits."""

from dataclasses import dataclass

from secaudit.model.inventory import Endpoint
from secaudit.transport.base import Target


@dataclass(frozen=True, slots=True)
class Job:
    """One endpoint to be seen; without a target there is no way in."""

    endpoint: Endpoint
    target: Target | None
    note: str = "no address is declared"
    """English; why there is no target, kept as the outcome's detail."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Separate limits, because each protects something else."""

    in_flight: int = 200
    """Connections open at once: memory and descriptors here, sessions on a shared firewall."""
    per_second: float = 100.0
    """New connections per second: intrusion detection and weak routers on the way."""
    endpoint_seconds: float = 120.0
    """From the first packet to the last byte, for one endpoint; a slow old PC needs a minute for its first PowerShell."""
    answer_bytes: int = 8 * 1024 * 1024
    """Stdout and stderr of one endpoint together."""
    run_seconds: float | None = None
    """After this no endpoint is begun any more; those under way finish. The rest waits for the next run."""

    def __post_init__(self) -> None:
        """All of them positive: zero would mean a run that never ends or never begins."""
        if min(self.in_flight, self.per_second, self.endpoint_seconds, self.answer_bytes) <= 0:
            raise ValueError("limits are positive")
