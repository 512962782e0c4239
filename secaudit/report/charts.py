"""Charts from one definition: Vega-Lite drawn as SVG for pages and as PNG for documents, the same lines and patterns in both.

A chart holds marks and figures only, in fonts that every computer has; names stand beside it as text. What it shows differs in
lightness and in pattern, never in colour alone. Its text alternative says every figure in words, with its address
(docs/figures.md). Nothing of a chart carries an id or a style attribute: any number of them may stand on one page under its
content security policy. Patterns are referred to by name; a page holds them once (:data:`PATTERNS`), a picture brings its own.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import unescape
from importlib import import_module
from types import ModuleType
from typing import Any

from markupsafe import Markup, escape

from secaudit.messages import clean

VERSION = "5.8"
"""Of Vega-Lite: the oldest one that every vl-convert since 1.7 brings, so that equal charts stay equal."""
FONT = "Segoe UI, Roboto, Noto Sans, Liberation Sans, DejaVu Sans, Arial, sans-serif"
NAVY, STEEL, SKY, PALE, DUST, WHITE = "#1d3a5f", "#46699a", "#5b7ba0", "#dde6f0", "#ececec", "#ffffff"
RED, FRAME, GREY = "#b3261e", "#3d4856", "#9a9a9a"
PROVEN = NAVY
_PATTERNS: Mapping[str, str] = {
    "p-possible": (
        'width="9" height="9" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<rect width="9" height="9" fill="{PALE}"/><rect width="3" height="9" fill="{SKY}"/>'
    ),
    "p-declared": (
        f'width="10" height="10" patternUnits="userSpaceOnUse"><rect width="10" height="10" fill="{DUST}"/>'
        f'<circle cx="5" cy="5" r="1.6" fill="{GREY}"/>'
    ),
    "p-grade-B": (
        f'width="11" height="11" patternUnits="userSpaceOnUse"><rect width="11" height="11" fill="{STEEL}"/>'
        '<rect width="1.6" height="11" fill="#fff"/>'
    ),
    "p-grade-C": (
        'width="9" height="9" patternUnits="userSpaceOnUse"><rect width="9" height="9" fill="#a3bbd8"/>'
        f'<rect y="3.6" width="9" height="1.8" fill="{NAVY}"/>'
    ),
    "p-apart": (
        'width="9" height="9" patternUnits="userSpaceOnUse"><rect width="9" height="9" fill="#f4f4f4"/>'
        f'<path d="M0 0l9 9M9 0l-9 9" stroke="{GREY}" stroke-width="1"/>'
    ),
}
PATTERNS = Markup("".join(f'<pattern id="{name}" {body}</pattern>' for name, body in _PATTERNS.items()))  # noqa: S704 - our own
"""What fills the parts of a chart, to stand in ``<defs>`` once on each page."""
_MADE_APART: dict[str, tuple[str, str]] = {}
"""Drawings of another process: definition -> view box and content."""
_OPENING = re.compile(r"^<svg [^>]*?viewBox=\"([^\"]+)\"[^>]*>")
_TEXT = re.compile(r"<text ([^>]*)>([^<]*)</text>")
_USED = re.compile(r"url\(#([\w-]+)\)")
_REST = re.compile(
    r' (?:stroke-miterlimit="10"|pointer-events="none"|aria-hidden="true"|opacity="1"|role="[^"]*"|aria-roledescription="[^"]*"'
    r'|class="[^"]*"|transform="translate\(0,0\)"|fill="none")(?=[ />])'
)
"""What says nothing of the drawing; a path without fill is in a group that has none."""
_EMPTY = re.compile(r'<path class="(?:background|foreground)"[^>]*/>')


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart, ready to be drawn."""

    spec: str
    """Vega-Lite as JSON."""
    label: str
    """The text alternative: what is drawn, with every figure in words."""
    kind: str
    """Class of the element that holds it on a page."""
    address: str = ""
    """Of the chart itself: ``t2:bar``."""
    figures: tuple[str, ...] = ()
    """Addresses of the numbers in ``label``, in their order."""
    shown: tuple[tuple[str, str], ...] = ()
    """Text that stands in the drawing -> its address."""


def chart(
    layers: Sequence[Mapping[str, Any]],
    size: tuple[int, int],
    *,
    padding: Mapping[str, int],
    label: str,
    kind: str,
    address: str = "",
    figures: Sequence[str] = (),
    shown: Sequence[tuple[str, str]] = (),
) -> Chart:
    """A chart of ``layers`` in one field of ``size``; equal arguments give equal bytes wherever it is drawn."""
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": size[0],
        "height": size[1],
        "padding": padding,
        "autosize": "none",
        "background": None,
        "layer": layers,
        "config": {"font": FONT, "aria": False, "view": {"stroke": None}},
    }
    return Chart(json.dumps(spec, sort_keys=True), clean(label, limit=2000), kind, address, tuple(figures), tuple(shown))


def svg(made: Chart) -> Markup:
    """The chart for a page, as wide as its place; the page must hold :data:`PATTERNS`."""
    box, body = _drawn(made.spec)
    addresses = dict(made.shown)

    def addressed(found: re.Match[str]) -> str:
        address = addresses.get(unescape(found[2]))
        mark = f' data-figure="{escape(address)}"' if address else ""
        return f"<text {found[1]}{mark}>{found[2]}</text>"

    heard = " ".join(made.figures)
    opening = Markup('<svg class="{}" viewBox="{}" role="img" aria-label="{}"{}{}>').format(
        made.kind,
        box,
        made.label,
        Markup(' data-chart="{}"').format(made.address) if made.address else "",
        Markup(' data-figures="{}"').format(heard) if heard else "",
    )
    return opening + Markup(_TEXT.sub(addressed, body)) + Markup("</svg>")  # noqa: S704 - drawn from our own definition


def png(made: Chart, *, scale: float = 1.0) -> bytes:
    """The same chart as a picture."""
    return _picture(made.spec, scale)


@cache
def _engine() -> ModuleType:
    """What draws: 80 MB that are never given back, and threads that a forked process lacks and would wait for."""
    return import_module("vl_convert")


def has_drawn() -> bool:
    """Whether this process has drawn: then no process parted from it can."""
    return _engine.cache_info().currsize > 0


def drawings(charts: Iterable[Chart]) -> dict[str, tuple[str, str]]:
    """Definition of each -> what :func:`svg` needs of it: drawn by a process that ends, for one that goes on."""
    return {made.spec: _drawn(made.spec) for made in charts}


def use_drawings(found: Mapping[str, tuple[str, str]]) -> None:
    """Draw none of these again."""
    _MADE_APART.clear()
    _MADE_APART.update(found)


@lru_cache(maxsize=512)
def _drawn(spec: str) -> tuple[str, str]:
    """View box and content; the same chart stands in several pages of a report, and drawing it costs 30 ms."""
    if spec in _MADE_APART:
        return _MADE_APART[spec]
    text: str = _engine().vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[])
    opening = _OPENING.match(text)
    if opening is None:
        raise ValueError("a chart could not be drawn")
    body = text[opening.end() : text.rindex("</svg>")]
    return opening[1], '<g fill="none">' + _REST.sub("", _EMPTY.sub("", body)) + "</g>"


@lru_cache(maxsize=64)
def _picture(spec: str, scale: float) -> bytes:
    box, body = _drawn(spec)
    _, _, width, height = box.split()
    used = "".join(f'<pattern id="{name}" {_PATTERNS[name]}</pattern>' for name in sorted(set(_USED.findall(body))))
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{box}"><defs>{used}</defs>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{body}</svg>'
    )
    made: bytes = _engine().svg_to_png(text, scale=scale)
    return made
