"""Curves over time as a small SVG, without a library: one panel under the other, one time axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, GAP = 860, 120, 70, 40, 34


@dataclass(frozen=True)
class Panel:
    """One curve and, where there is one, the limit that it must stay under."""

    title: str
    values: Sequence[float]
    limit: float | None = None


def write(path: Path, title: str, seconds: Sequence[float], panels: Sequence[Panel], marks: Mapping[str, float]) -> None:
    """Draw the panels; ``marks`` are moments with a name."""
    end = max(seconds[-1], 1.0)
    height = TOP + len(panels) * (HEIGHT + GAP) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}"',
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{LEFT + WIDTH + 20}" height="{height}" fill="#fff"/>',
        f'<text x="{LEFT}" y="18" font-size="14">{escape(title)}</text>',
    ]
    for place, panel in enumerate(panels):
        parts += _panel(panel, seconds, end, TOP + place * (HEIGHT + GAP), marks if place == 0 else {})
        parts += [
            f'<line x1="{_x(at, end):.1f}" x2="{_x(at, end):.1f}" y1="{TOP + place * (HEIGHT + GAP)}" '
            f'y2="{TOP + place * (HEIGHT + GAP) + HEIGHT}" stroke="#999" stroke-dasharray="2 3"/>'
            for at in marks.values()
        ]
    parts += [
        f'<text x="{_x(end * part / 4, end):.1f}" y="{height - 14}" text-anchor="middle">{end * part / 4:.0f} s</text>'
        for part in range(5)
    ]
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def _x(at: float, end: float) -> float:
    return LEFT + at / end * WIDTH


def _panel(panel: Panel, seconds: Sequence[float], end: float, top: float, marks: Mapping[str, float]) -> list[str]:
    most = max([*panel.values, panel.limit or 0, 1]) * 1.05
    bottom = top + HEIGHT
    points = " ".join(
        f"{_x(at, end):.1f},{bottom - value / most * HEIGHT:.1f}" for at, value in zip(seconds, panel.values, strict=True)
    )
    parts = [
        f'<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#ccc"/>',
        f'<text x="{LEFT + 4}" y="{top - 4}">{escape(panel.title)}: at most {max(panel.values):,.0f}</text>',
        f'<text x="{LEFT - 6}" y="{bottom}" text-anchor="end">0</text>',
        f'<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{most:,.0f}</text>',
        f'<polyline points="{points}" fill="none" stroke="#0b5cad" stroke-width="1.5"/>',
    ]
    if panel.limit is not None:
        y = bottom - panel.limit / most * HEIGHT
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#b00" stroke-dasharray="6 3"/>')
    parts += [f'<text x="{_x(at, end) + 3:.1f}" y="{top + 12}" fill="#555">{escape(name)}</text>' for name, at in marks.items()]
    return parts
