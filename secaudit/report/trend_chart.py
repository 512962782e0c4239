"""The course of one target over a year: the band from proven to possible, what is asked, the plan's day, and where it leads."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from secaudit.messages import msg
from secaudit.model.past import Basis
from secaudit.report.charts import FRAME, NAVY, RED, SKY, WHITE, Chart, chart
from secaudit.report.document import TargetRow, TrendPoint, TrendRow
from secaudit.report.voice import Voice

WIDTH, HEIGHT = 340, 150
_BELOW = 26
"""Room for the days."""
_MARGIN = 14
AHEAD = timedelta(days=366)
"""A plan's day beyond this is not drawn: the course so far would have no room left."""
_FONT = 20
LEAST = timedelta(days=180)
"""The shortest span that is drawn."""


def trend_chart(row: TrendRow, target: TargetRow, voice: Voice) -> Chart | None:
    """The course of ``target``; None while there was never anybody to count."""
    points = [point for point in row.points if point.lower is not None and point.upper is not None]
    if not points:
        return None
    first, now = points[0].day, points[-1].day
    last = max(now, min(row.due, now + AHEAD)) if row.due is not None else now
    first = min(first, last - LEAST)
    days = (first, last)
    label, figures = _words(row, target, points, voice)
    aim = voice.format.aim(target.sign, target.share)
    day = voice.format.day
    layers = [
        *_field(),
        *_band(points, days),
        *_ahead(row, points[-1], days),
        *_aim(target, aim),
        *_days({"left": day(first), "right": day(last)}),
    ]
    return chart(
        layers,
        (WIDTH, HEIGHT + _BELOW),
        padding={"left": 0, "right": 0, "top": 0, "bottom": 0},
        label=label,
        kind="trend",
        address=f"trend/t{target.number}:chart",
        figures=figures,
        shown=((aim, f"t{target.number}:aim"),),
    )


def _words(row: TrendRow, target: TargetRow, points: Sequence[TrendPoint], voice: Voice) -> tuple[str, tuple[str, ...]]:
    """Every point in words."""
    percent, share = voice.format.percent, target.share
    said, figures = [], []
    for point in points:
        if point.lower is not None and point.upper is not None:
            said.append(
                msg(
                    "{day}: proven {lower}, possible {upper}",
                    day=point.day, lower=percent(point.lower, beside=share), upper=percent(point.upper, beside=share),
                )
            )  # fmt: skip
            scope = f"trend/t{target.number}@{point.day.isoformat()}"
            figures += [f"{scope}:lower", f"{scope}:upper"]
    parts = "; ".join(voice.say(one) for one in said)
    label = msg("{name}, {aim}: {points}", name=target.short, aim=voice.format.aim(target.sign, target.share), points=parts)
    figures.insert(0, f"t{target.number}:aim")
    if row.outlook is not None and row.due is not None:
        lower, upper = row.outlook
        label = msg(
            "{course}; if it went on like this, on {day}: proven {lower}, possible {upper}",
            course=label, day=row.due, lower=percent(lower, beside=share), upper=percent(upper, beside=share),
        )  # fmt: skip
        figures += [f"trend/t{target.number}:outlook.lower", f"trend/t{target.number}:outlook.upper"]
    return voice.say(label), tuple(figures)


def _field() -> list[dict[str, Any]]:
    """The field and its lines at none, half and all."""
    lines = [{"x": 0, "x2": WIDTH, "y": _y(share)} for share in (Fraction(0), Fraction(1, 2), Fraction(1))]
    field = [{"x": 0, "x2": WIDTH, "y": _y(Fraction(1)), "y2": _y(Fraction(0))}]
    return [
        _layer({"type": "rect", "fill": WHITE}, field, x2=True, y2=True),
        _layer({"type": "rule", "stroke": "#c5cbd3", "strokeWidth": 1}, lines, x2=True),
    ]


def _band(points: Sequence[TrendPoint], days: tuple[date, date]) -> list[dict[str, Any]]:
    """Proven and possible share and what lies between; a state that was counted again has a hollow mark."""
    rows = [
        {"x": _x(point.day, days), "y": _y(point.lower), "y2": _y(point.upper), "hollow": point.basis is Basis.RECOUNTED}
        for point in points
        if point.lower is not None and point.upper is not None
    ]
    upper = [{"x": row["x"], "y": row["y2"]} for row in rows]
    full = [row for row in rows if not row["hollow"]]
    hollow = [row for row in rows if row["hollow"]]
    layers = [
        _layer({"type": "area", "fill": "url(#p-possible)"}, rows, y2=True),
        _layer({"type": "line", "stroke": SKY, "strokeWidth": 2}, upper),
        _layer({"type": "rule", "stroke": SKY, "strokeWidth": 6}, rows[-1:], y2=True),
        _layer({"type": "line", "stroke": NAVY, "strokeWidth": 4}, rows),
        _layer({"type": "point", "filled": True, "fill": NAVY, "opacity": 1, "size": 90}, full),
    ]
    if hollow:
        shape = {"type": "point", "filled": True, "fill": WHITE, "stroke": NAVY, "strokeWidth": 3, "opacity": 1, "size": 80}
        layers.append(_layer(shape, hollow))
    return layers


def _ahead(row: TrendRow, now: TrendPoint, days: tuple[date, date]) -> list[dict[str, Any]]:
    """The plan's day, and the way to it if it goes on like this."""
    if row.due is None or not days[0] <= row.due <= days[1]:
        return []
    place = _x(row.due, days)
    rule = {"type": "rule", "stroke": FRAME, "strokeWidth": 2, "strokeDash": [2, 5]}
    layers = [_layer(rule, [{"x": place, "y": _y(Fraction(1)), "y2": _y(Fraction(0))}], y2=True)]
    if row.outlook is not None and now.lower is not None and row.due > now.day:
        way = [{"x": _x(now.day, days), "y": _y(now.lower)}, {"x": place, "y": _y(row.outlook[0])}]
        layers.append(_layer({"type": "line", "stroke": NAVY, "strokeWidth": 3, "strokeDash": [9, 6]}, way))
    return layers


def _aim(target: TargetRow, aim: str) -> list[dict[str, Any]]:
    """What is asked, with its number on a white ground."""
    place = _y(min(target.share, Fraction(1)))
    below = target.share > Fraction(1, 2)
    line = {"type": "rule", "stroke": RED, "strokeWidth": 3, "strokeDash": [14, 4, 3, 4]}
    edge = place + 4 if below else place - 4
    card = [{"x": 0, "x2": 11 * len(aim), "y": edge, "y2": edge + (_FONT if below else -_FONT)}]
    text = {
        "type": "text", "align": "left", "baseline": "top" if below else "bottom", "dx": 4, "fontSize": _FONT,
        "fontWeight": "bold", "fill": RED,
    }  # fmt: skip
    words = _layer(text, [{"x": 0, "y": edge, "text": aim}])
    words["encoding"]["text"] = {"field": "text", "type": "nominal"}
    return [
        _layer(line, [{"x": 0, "x2": WIDTH, "y": place}], x2=True),
        _layer({"type": "rect", "fill": WHITE, "opacity": 0.8}, card, x2=True, y2=True),
        words,
    ]


def _days(marks: Mapping[str, str]) -> list[dict[str, Any]]:
    """The first and the last day, below."""
    layers = []
    for side, said in marks.items():
        edge = 0 if side == "left" else WIDTH
        text = {"type": "text", "align": side, "baseline": "top", "fontSize": _FONT, "fill": FRAME}
        layer = _layer(text, [{"x": edge, "y": HEIGHT + 3, "text": said}])
        layer["encoding"]["text"] = {"field": "text", "type": "nominal"}
        layers.append(layer)
    return layers


def _x(day: date, days: tuple[date, date]) -> float:
    span = max((days[1] - days[0]).days, 1)
    return round(_MARGIN + (WIDTH - 2 * _MARGIN) * (day - days[0]).days / span, 1)


def _y(share: Fraction | None) -> float:
    """From the top of the field, where everything is reached."""
    return round(8 + (HEIGHT - 16) * (1 - float(share or 0)), 1)


def _layer(mark: Mapping[str, Any], values: Sequence[Mapping[str, Any]], *, x2: bool = False, y2: bool = False) -> dict[str, Any]:
    """Marks at places of the drawing itself."""
    encoding: dict[str, Any] = {
        "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
    }
    if x2:
        encoding["x2"] = {"field": "x2"}
    if y2:
        encoding["y2"] = {"field": "y2"}
    return {"data": {"values": list(values)}, "mark": dict(mark), "encoding": encoding}
