"""Where the parts of an interval bar begin and end: geometry, nothing else."""

from dataclasses import dataclass
from fractions import Fraction

from secaudit.report.document import Figure

WIDTH = 1000
"""Units of the drawing from 0 % to 100 %."""
_LEAST = 4
"""A part that is not empty stays visible."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Positions in units of :data:`WIDTH`, from the left."""

    proven: float
    """Width of the proven part, which begins at 0."""
    possible: float
    """Width of what is still possible, beginning where the proven part ends."""
    declared: float
    """Width of what is merely declared, at the end of what is still possible."""
    mark: float | None
    """Where the target stands."""

    @property
    def declared_at(self) -> float:
        """Where the merely declared part begins."""
        return round(self.proven + self.possible, 1)


def bar(figure: Figure, share: Fraction | None = None) -> Bar:
    """The bar of ``figure``; without a population an empty one."""
    mark = None if share is None else round(float(min(share, Fraction(1))) * WIDTH, 1)
    if figure.lower is None or figure.upper is None or figure.total <= 0:
        return Bar(0, 0, 0, mark)
    proven = _width(figure.lower)
    open_part = _width(figure.upper - figure.lower)
    declared = min(_width(Fraction(figure.declared_only, figure.total)), open_part)
    proven = min(proven, WIDTH - open_part)
    return Bar(round(proven, 1), round(open_part - declared, 1), round(declared, 1), mark)


def _width(share: Fraction) -> float:
    if share <= 0:
        return 0.0
    return min(max(float(share) * WIDTH, _LEAST), WIDTH)
