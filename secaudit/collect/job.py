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
    network: str | None = None
    """Whose line its packets share. Jobs for which nobody says it share one: nobody knows that their lines are different."""
    province_line: bool = False
    """The line is a provincial office's, which carries more than a commune's."""
    jump: str | None = None
    """Id of the jump host it is asked through."""
    hours: frozenset[int] = frozenset()
    """Hours of the week in Việt Nam (0: Monday from midnight, 167: Sunday from 23:00) in which it usually answered."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Separate limits, because each protects something else."""

    in_flight: int = 200
    """Connections open at once: memory and descriptors here, sessions on a shared firewall."""
    per_network: int = 4
    """Connections open at once into one network: a commune's line carries its own work beside ours."""
    per_province_network: int = 16
    """The same for networks of provincial offices: they hang on fibre, and hundreds of machines stand in one of them."""
    per_jump: int = 16
    """Connections open at once through one jump host: often a small server, and its work goes through it too."""
    per_second: float = 100.0
    """New connections per second: intrusion detection and weak routers on the way."""
    endpoint_seconds: float = 120.0
    """From the first packet to the last byte, for one endpoint; a slow old PC needs a minute for its first PowerShell."""
    answer_bytes: int = 4 * 1024 * 1024
    """Stdout and stderr of one endpoint together."""
    run_seconds: float | None = None
    """After this no endpoint is begun any more; those under way finish. The rest waits for the next run."""
    retries: int | None = 0
    """How often a machine that did not answer is tried again in the same run; None: as often as the run's time lets."""
    retry_seconds: float = 5.0
    """From a failure to the next try; doubled with each further one."""

    def __post_init__(self) -> None:
        """All of them positive: zero would mean a run that never ends or never begins."""
        counts = (self.in_flight, self.per_network, self.per_province_network, self.per_jump)
        if min(*counts, self.per_second, self.endpoint_seconds, self.answer_bytes, self.retry_seconds) <= 0:
            raise ValueError("limits are positive")
        if self.run_seconds is not None and self.run_seconds <= 0:
            raise ValueError("limits are positive")
        if self.retries is None and self.run_seconds is None:
            raise ValueError("a run without an end needs a number of retries")
        if self.retries is not None and self.retries < 0:
            raise ValueError("a number of retries is not negative")
