"""A value that must not be shown."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False)
class Secret:
    """Holds a password or passphrase; every way of printing it gives ``***``."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __str__(self) -> str:
        """Never the value."""
        return "***"

    def __repr__(self) -> str:
        """Never the value."""
        return "Secret(***)"

    def __format__(self, spec: str) -> str:
        """Never the value."""
        return "***"
