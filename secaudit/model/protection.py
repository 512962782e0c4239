"""How well a machine is protected against malware: P0 to P5, as far as it is proven and as far as it is still possible."""

from dataclasses import dataclass

NONE, INSTALLED, ACTIVE, MANAGED, WATCHED, SHARED = range(6)
"""P0 no protection, P1 installed, P2 running and up to date, P3 centrally managed, P4 an EDR that reports to the SIEM, P5 shared
with the province's or the national centre. Each includes those before it."""


@dataclass(frozen=True, slots=True)
class ProtectionGrade:
    """An interval of grades; ``proven`` is never above ``possible``."""

    proven: int
    """The highest grade that is proven."""
    possible: int
    """The highest grade that nothing speaks against."""

    @property
    def exact(self) -> bool:
        """Nothing is open."""
        return self.proven == self.possible
