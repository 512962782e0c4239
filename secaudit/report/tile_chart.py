"""A tile for each agency with a column for each target, as a picture for documents.

Pages draw their tiles themselves: each is a link with its agency's name, which no part of a chart can be.
"""

from collections import Counter
from typing import Any

from secaudit.messages import msg
from secaudit.report.charts import FRAME, GREY, NAVY, RED, WHITE, Chart, chart
from secaudit.report.document import ReportDocument, Tile
from secaudit.report.first_screen import tile_key
from secaudit.report.voice import Voice
from secaudit.report.words import word

_GAP = 3
_FILLS = {"g": NAVY, "c": "url(#p-possible)", "a": WHITE, "s": WHITE, "n": WHITE}


def tile_chart(document: ReportDocument, voice: Voice, *, width: int = 1000, across: int = 0) -> Chart:
    """All agencies in the order of the document; ``across`` tiles in a line, as many as look well when it is 0."""
    count = len(document.agencies)
    across = across or max(20, min(60, -(-count // 16)))
    step = width / across
    high = step * 0.62
    columns: list[dict[str, Any]] = []
    crosses: list[dict[str, Any]] = []
    frames: list[dict[str, Any]] = []
    for place, row in enumerate(document.agencies):
        left, top = place % across * step, place // across * (high + _GAP)
        key = tile_key(row, document.targets)
        wide = (step - _GAP) / len(key)
        box = {"y": top + 1, "y2": top + high}
        for number, letter in enumerate(key):
            at = left + number * wide
            columns.append({"x": at, "x2": at + wide, "fill": _FILLS[letter], **box})
            if letter == "a":
                crosses.append({"x": at + wide / 2, "y": top + high / 2})
        edge = {"x": left + 0.5, "x2": left + step - _GAP, **box, "silent": key == "s"}
        frames.append({**edge, "stroke": RED if "a" in key else FRAME})
    lines = -(-count // across)
    tally = Counter(row.tile for row in document.agencies)
    said = "; ".join(f"{voice.say(word(kind))}: {voice.format.number(tally[kind])}" for kind in Tile)
    return chart(
        _layers(columns, crosses, frames, min(step / 8, 5)),
        (width, max(int(lines * (high + _GAP)) + 2, 10)),
        padding={"left": 0, "right": 0, "top": 0, "bottom": 0},
        label=voice.say(msg("Every agency at a glance: {tally}", tally=said)),
        kind="tile-map",
    )


def _layers(
    columns: list[dict[str, Any]], crosses: list[dict[str, Any]], frames: list[dict[str, Any]], arm: float
) -> list[dict[str, Any]]:
    place = {
        "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
    }
    box = {**place, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    plain = {"scale": None, "type": "nominal"}
    cross = "M-0.5,-0.5L0.5,0.5M0.5,-0.5L-0.5,0.5"
    shape = {"type": "point", "shape": cross, "stroke": RED, "strokeWidth": 2, "opacity": 1, "size": (2 * arm) ** 2}
    silent = [row for row in frames if row["silent"]]
    return [
        {"data": {"values": columns}, "mark": {"type": "rect"}, "encoding": {**box, "fill": {"field": "fill", **plain}}},
        {"data": {"values": crosses}, "mark": shape, "encoding": place},
        {
            "data": {"values": [row for row in frames if not row["silent"]]},
            "mark": {"type": "rect", "fill": None, "strokeWidth": 1.2},
            "encoding": {**box, "stroke": {"field": "stroke", **plain}},
        },
        {
            "data": {"values": silent},
            "mark": {"type": "rect", "fill": None, "stroke": GREY, "strokeWidth": 1.2, "strokeDash": [3, 3]},
            "encoding": box,
        },
    ]
