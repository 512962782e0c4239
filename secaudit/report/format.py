"""Numbers, shares and dates as people of one language write them.

Vietnamese: ``1.234,5`` and ``dd/mm/yyyy`` (Nghị định 30/2020 practice); English: ``1,234.5`` and ``14 Dec 2026``. Moments are
shown in Vietnamese time, because that is where the machines and the readers are.
"""

from datetime import UTC, date, datetime
from fractions import Fraction

from secaudit.model.base import VIETNAM_TIME
from secaudit.report.figure import Figure

NO_BREAK = "\u00a0"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MOST_DECIMALS = 6
"""Decimals a share is shown with at most."""
_ENDS = ((0, 1), (100, 1))
"""Per cent that a share must not seem to reach."""


class Format:
    """Formatting for ``vi`` or (anything else) English."""

    def __init__(self, language: str) -> None:
        """``language`` is the two-letter code of a translator."""
        self._vi = language == "vi"

    def number(self, value: int) -> str:
        """An integer with groups of thousands."""
        grouped = f"{value:,}"
        return grouped.replace(",", ".") if self._vi else grouped

    def percent(self, share: Fraction, *, beside: Fraction | None = None) -> str:
        """A share with one decimal (none when it is whole), and the sign.

        Rounding must not move a share across 0 %, 100 % or the share ``beside`` (a target): then more decimals are given, and
        after the sixth it is cut instead of rounded.
        """
        return self._number(share, beside) + ("\u00a0%" if self._vi else "%")

    def interval(self, figure: Figure, target: Fraction | None = None) -> str:
        """``56,1–64,3 %``; one share when both bounds agree, a dash for an empty population."""
        if figure.lower is None or figure.upper is None:
            return "–"
        if figure.lower == figure.upper:
            return self.percent(figure.lower, beside=target)
        return f"{self._number(figure.lower, target)}–{self.percent(figure.upper, beside=target)}"

    def counts(self, figure: Figure) -> str:
        """``231–265/412``: proven, still possible, all."""
        lower, upper = self.number(figure.proven), self.number(figure.possible)
        numerator = lower if lower == upper else f"{lower}–{upper}"
        return f"{numerator}/{self.number(figure.total)}"

    def aim(self, sign: str, share: Fraction, *, gap: str = " ") -> str:
        """What a target asks: ``≥ 90 %``; nothing lies above all of them: ``100 %``. A ``gap`` may be one without break."""
        if sign == ">=" and share == 1:
            return self.percent(share)
        return f"{'≥' if sign == '>=' else '>'}{gap}{self.percent(share)}"

    def day(self, value: date) -> str:
        """A calendar day; a moment is taken in Vietnamese time first."""
        if isinstance(value, datetime):
            value = _local(value)
        if self._vi:
            return f"{value.day:02}/{value.month:02}/{value.year:04}"
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"

    def moment(self, value: datetime) -> str:
        """Day and minute in Vietnamese time; a moment without zone is UTC."""
        local = _local(value)
        return f"{local.hour:02}:{local.minute:02} {self.day(local.date())}"

    def _number(self, share: Fraction, beside: Fraction | None) -> str:
        percent = share * 100
        text = _decimal(percent, _decimals(percent, None if beside is None else beside * 100))
        whole, _, rest = text.partition(".")
        return f"{whole},{rest}" if self._vi and rest else text


def decimals_of(share: Fraction, beside: Fraction | None = None) -> int:
    """How many decimals of its per cent a share needs, as :meth:`Format.percent` shows it."""
    return _decimals(share * 100, None if beside is None else beside * 100)


def clause_text(clause: str) -> str:
    """``nd-331-2026:18.4`` as people cite it: ``NĐ 331/2026, 18.4``."""
    act, _, place = clause.partition(":")
    kind, _, rest = act.partition("-")
    names = {"nd": "NĐ", "luat": "Luật", "tt": "TT", "nq": "NQ", "qd": "QĐ"}
    number = "/".join(rest.split("-")[:2])
    if kind not in names or not rest:
        return clause
    return f"{names[kind]} {number}" + (f", {place}" if place else "")


def _local(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(VIETNAM_TIME)


def _decimals(percent: Fraction, target: Fraction | None) -> int:
    """Fewest decimals that keep ``percent`` on its side of 0, 100 and the target."""
    whole, parts = percent.numerator, percent.denominator
    if parts == 1:
        return 0
    marks = _ENDS if target is None else (*_ENDS, (target.numerator, target.denominator))
    sides = [_side(whole, parts, *mark) for mark in marks]
    for decimals in range(1, MOST_DECIMALS):
        units = _units(percent, decimals)
        if all(_side(units, 10**decimals, *mark) == side for mark, side in zip(marks, sides, strict=True)):
            return decimals
    return MOST_DECIMALS


def _units(value: Fraction, decimals: int) -> int:
    """``value`` in units of the last decimal, rounded; cut where no more decimals are given."""
    scaled: int = value.numerator * 10**decimals
    parts = value.denominator
    return scaled // parts if decimals >= MOST_DECIMALS else (2 * scaled + parts) // (2 * parts)


def _side(value: int, parts: int, mark: int, of: int) -> int:
    """Whether ``value / parts`` lies above ``mark / of``, below it or on it."""
    return (value * of > mark * parts) - (value * of < mark * parts)


def _decimal(value: Fraction, decimals: int) -> str:
    units = _units(value, decimals)
    if decimals == 0:
        return str(units)
    scale = 10**decimals
    return f"{units // scale}.{units % scale:0{decimals}}"
