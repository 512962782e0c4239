"""Where the parts of an interval bar begin and end: geometry, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from secaudit.model.outcome import Grade
from secaudit.report.document import Figure, GradePart

WIDTH = 1000
"""Units of the drawing from 0 % to 100 %."""
_LEAST = 4
"""A part that is not empty stays visible."""
_LETTER = 40
"""A part with less room goes without its letter; the words beside the bar have all of them."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the bar that evidence of one grade fills."""

    grade: Grade
    at: float
    width: float

    @property
    def middle(self) -> float:
        """Where its letter stands."""
        return round(self.at + self.width / 2, 1)

    @property
    def lettered(self) -> bool:
        """Whether there is room for its letter."""
        return self.width >= _LETTER


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
    grades: tuple[Stretch, ...] = ()
    """``proven``, by grade."""
    apart: tuple[Stretch, ...] = ()
    """At the beginning of ``declared``: what rests on grades that the plan does not accept."""

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
    begin = round(proven + open_part - declared, 1)
    apart = declared * sum(part.count for part in figure.apart) / figure.declared_only if figure.declared_only else 0.0
    return Bar(
        round(proven, 1),
        round(open_part - declared, 1),
        round(declared, 1),
        mark,
        _stretches(figure.grades, 0.0, proven),
        _stretches(figure.apart, begin, min(apart, declared)),
    )


def _stretches(parts: Sequence[GradePart], begin: float, width: float) -> tuple[Stretch, ...]:
    """The room shared out by counts, where each part that is not empty stays visible; the last one ends where the room does."""
    counted = [part for part in parts if part.count > 0]
    total = sum(part.count for part in counted)
    spare = width - _LEAST * len(counted)
    if not counted or spare < 0:
        return ()
    found, at = [], begin
    for part in counted:
        wide = _LEAST + spare * part.count / total
        found.append(Stretch(part.grade, round(at, 1), round(wide, 1)))
        at += wide
    return tuple(found)


def _width(share: Fraction) -> float:
    if share <= 0:
        return 0.0
    return min(max(float(share) * WIDTH, _LEAST), WIDTH)
