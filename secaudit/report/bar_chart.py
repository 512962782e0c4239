"""The bar of one target: proven dark, possible hatched, merely declared dotted, proven not to meet it white, the aim marked."""

from collections.abc import Mapping, Sequence
from typing import Any

from secaudit.messages import Message, msg
from secaudit.model.outcome import Grade
from secaudit.report.bars import WIDTH, Bar, bar
from secaudit.report.charts import FRAME, GREY, PROVEN, RED, WHITE, Chart, chart
from secaudit.report.document import Figure, SubTargetRow, TargetRow
from secaudit.report.grade_words import grade_counts
from secaudit.report.voice import Voice

_ABOVE = 9
"""Room for the mark."""
_HEIGHT, _THIN = 34, 20
_LETTER = 24
_SCALE = {"domain": [0, WIDTH], "nice": False, "zero": True}


def bar_chart(target: TargetRow, voice: Voice, sub: SubTargetRow | None = None) -> Chart:
    """The bar of ``target``, or the thinner one of another reading under it, which has no aim of its own."""
    figure = target.figure if sub is None else sub.figure
    scope = f"t{target.number}" if sub is None else f"t{target.number}/{sub.id}"
    height = _HEIGHT if sub is None else _THIN
    made = bar(figure, target.share)
    label, figures = _words(target, figure, scope, voice, sub)
    return chart(
        [*_parts(made, height), *([] if sub is not None else [*_letters(made, height), *_mark(made, height)])],
        (WIDTH, height + _ABOVE + 5),
        padding={"left": 0, "right": 0, "top": 0, "bottom": 0},
        label=label,
        kind="meter",
        address=f"{scope}:bar",
        figures=figures,
    )


def _words(target: TargetRow, figure: Figure, scope: str, voice: Voice, sub: SubTargetRow | None) -> tuple[str, tuple[str, ...]]:
    """What the bar shows in words, and the addresses of the figures in it."""
    name = target.short if sub is None else sub.short
    if figure.lower is None or figure.upper is None:
        return voice.say(msg("{name}: nobody to count", name=name)), ()
    percent = voice.format.percent
    if sub is not None:
        heard = [f"{scope}:range.lower", f"{scope}:range.upper"]
        label: Message = msg(
            "{name}: proven {lower}, still possible {upper}",
            name=name, lower=percent(figure.lower), upper=percent(figure.upper),
        )  # fmt: skip
    else:
        heard = [f"{scope}:interval.lower", f"{scope}:interval.upper", f"{scope}:aim"]
        label = msg(
            "{name}: proven {lower}, still possible {upper}, target {target}",
            name=name,
            lower=percent(figure.lower, beside=target.share),
            upper=percent(figure.upper, beside=target.share),
            target=voice.format.aim(target.sign, target.share),
        )
    if figure.grades:
        said = grade_counts([(part.grade, part.count) for part in figure.grades])
        label = msg("{bar}; with evidence by grade: {grades}", bar=label, grades=said)
        heard += [f"{scope}:grade.{part.grade}" for part in figure.grades]
    if figure.apart:
        said = grade_counts([(part.grade, part.count) for part in figure.apart])
        label = msg("{bar}; not counted, the plan does not accept the grade: {grades}", bar=label, grades=said)
        heard += [f"{scope}:apart.{part.grade}" for part in figure.apart]
    return voice.say(label), tuple(heard)


def _parts(made: Bar, height: int) -> list[dict[str, Any]]:
    """What fills the bar, from the left, and its frame."""
    filled = [
        (made.proven, made.proven + made.possible, "url(#p-possible)"),
        (made.declared_at, made.declared_at + made.declared, "url(#p-declared)"),
        (0.0, made.proven, PROVEN),
        *((part.at, part.at + part.width, f"url(#p-grade-{part.grade})") for part in made.grades if part.grade is not Grade.A),
        *((part.at, part.at + part.width, "url(#p-apart)") for part in made.apart),
    ]
    rows = [(0.0, float(WIDTH), WHITE), *(row for row in filled if row[1] > row[0])]
    layers = [_layer({"type": "rect"}, _boxes(rows, height), fill={"field": "fill", "scale": None, "type": "nominal"}, box=True)]
    borders = [part.at for part in made.grades[1:]]
    if borders:
        layers.append(_layer({"type": "rule", "stroke": WHITE, "strokeWidth": 3}, _uprights(borders, height), upright=True))
    if made.apart:
        edges = [(part.at, part.at + part.width, "") for part in made.apart]
        edged = {"type": "rect", "fill": None, "stroke": GREY, "strokeWidth": 2}
        layers.append(_layer(edged, _boxes(edges, height), box=True))
    frame = {"type": "rect", "fill": None, "stroke": FRAME, "strokeWidth": 2}
    return [*layers, _layer(frame, _boxes([(1.0, WIDTH - 1.0, "")], height), box=True)]


def _letters(made: Bar, height: int) -> list[dict[str, Any]]:
    """The grade in each part that has room for it."""
    parts = [part for part in (*made.grades, *made.apart) if part.lettered]
    if not parts:
        return []
    top = _ABOVE + (height - _LETTER) / 2
    cards = [{"x": part.middle - 14, "x2": part.middle + 14, "y": top, "y2": top + _LETTER} for part in parts]
    letters = [{"x": part.middle, "y": _ABOVE + height / 2 + 1, "text": part.grade.value} for part in parts]
    text = {"type": "text", "align": "center", "baseline": "middle", "fontSize": 22, "fontWeight": "bold", "fill": "#16283f"}
    return [
        _layer({"type": "rect", "fill": WHITE, "cornerRadius": 3}, cards, box=True),
        _layer(text, letters, text={"field": "text", "type": "nominal"}),
    ]


def _mark(made: Bar, height: int) -> list[dict[str, Any]]:
    """Where the target stands: a line with a white edge, so that it shows on dark and on light, and a triangle over it."""
    if made.mark is None:
        return []
    line = [{"x": made.mark, "y": 2, "y2": height + _ABOVE + 5}]
    shape = {"type": "point", "shape": "M-0.5,-0.6L0.5,-0.6L0,0.6Z", "filled": True, "fill": RED, "opacity": 1, "size": 520}
    return [
        _layer({"type": "rule", "stroke": WHITE, "strokeWidth": 9}, line, upright=True),
        _layer({"type": "rule", "stroke": RED, "strokeWidth": 4.5}, line, upright=True),
        _layer(shape, [{"x": min(max(made.mark, 8), WIDTH - 8), "y": 5}]),
    ]


def _boxes(rows: Sequence[tuple[float, float, str]], height: int) -> list[dict[str, Any]]:
    return [{"x": left, "x2": right, "fill": fill, "y": _ABOVE, "y2": _ABOVE + height} for left, right, fill in rows]


def _uprights(places: Sequence[float], height: int) -> list[dict[str, Any]]:
    return [{"x": place, "y": _ABOVE, "y2": _ABOVE + height} for place in places]


def _layer(
    mark: Mapping[str, Any], values: Sequence[Mapping[str, Any]], *, box: bool = False, upright: bool = False, **more: object
) -> dict[str, Any]:
    """Marks at places of the drawing itself: positions come from :func:`bar`, and one unit is one pixel."""
    encoding: dict[str, Any] = {
        "x": {"field": "x", "type": "quantitative", "scale": _SCALE, "axis": None},
        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
        **more,
    }
    if box:
        encoding["x2"] = {"field": "x2"}
    if box or upright:
        encoding["y2"] = {"field": "y2"}
    return {"data": {"values": list(values)}, "mark": dict(mark), "encoding": encoding}
