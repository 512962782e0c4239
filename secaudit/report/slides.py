"""Slides for a meeting: native tables, texts and bars on 16:9, each with its foot and speaker notes; nothing is decided here."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from secaudit.report.sanitise import sanitised_record
from secaudit.report.slides_package import packed_slides, read_master

ENDING = ".pptx"
TEMPLATE = "hop-thang"
"""An officer's own master in the folder of templates, without its ending."""
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
_FONT = "Arial"
"""Has every Vietnamese letter on every computer an office has."""
_DARK, _LIGHT, _GREY = RGBColor(0x1F, 0x38, 0x64), RGBColor(0x8F, 0xB4, 0xDC), RGBColor(0x59, 0x59, 0x59)
_LEFT, _INNER = Inches(0.5), Inches(12.333)
_BLANK = 6
"""Place of the blank layout in the library's own master."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading line."""

    headings: tuple[str, ...]
    widths: tuple[float, ...]
    """Of the columns, as parts of the whole."""
    rows: tuple[tuple[str, ...], ...]
    description: str
    """For those who cannot see it."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar for each name: what is proven, and what is still possible beyond it."""

    names: tuple[str, ...]
    proven: tuple[Fraction, ...]
    possible: tuple[Fraction, ...]
    """Beyond what is proven."""
    labels: tuple[str, str]
    description: str


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide, its parts from top to bottom."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    """At most two, side by side."""
    bars: Bars | None = None
    notes: tuple[str, ...] = ()
    """For whoever speaks: where the figures come from."""


@dataclass(frozen=True, slots=True)
class Deck:
    """All slides, and the foot of each."""

    title: str
    slides: tuple[Slide, ...]
    foot: str


def render_slides(deck: Deck, templates: Path) -> bytes:
    """The slides; with an officer's own master where the folder ``templates`` has one. Raises ReportError."""
    deck = sanitised_record(deck)
    master = read_master(templates / f"{TEMPLATE}{ENDING}")
    show = Presentation(io.BytesIO(master) if master is not None else None)
    if master is None:
        show.slide_width, show.slide_height = WIDTH, HEIGHT
    scale = show.slide_width / WIDTH
    layout = _layout(show, own=master is not None)
    for number, slide in enumerate(deck.slides, start=1):
        _add(show, layout, slide, f"{number}/{len(deck.slides)} · {deck.foot}", scale)
    out = io.BytesIO()
    show.save(out)
    return packed_slides(out.getvalue(), title=deck.title)


def _layout(show: Any, *, own: bool) -> Any:  # noqa: ANN401 - python-pptx carries no types
    """Of an officer's master the layout with fewest places to fill in; slides it brings along are taken out."""
    if not own:
        return show.slide_layouts[_BLANK]
    slides = show.slides._sldIdLst
    for entry in list(slides):
        show.part.drop_rel(entry.rId)
        slides.remove(entry)
    return min(show.slide_layouts, key=lambda layout: len(layout.placeholders))


def _add(show: Any, layout: Any, slide: Slide, foot: str, scale: float) -> None:  # noqa: ANN401
    made = show.slides.add_slide(layout)
    for place in list(made.placeholders):
        place._element.getparent().remove(place._element)

    def at(inches: float) -> Emu:
        return Emu(int(Inches(inches) * scale))

    title = _text(made, slide.title, (at(0.5), at(0.3), at(12.333), at(0.8)), 30, bold=True, colour=_DARK)
    title.name = "Title"
    top = 1.15
    if slide.lines:
        height = 0.46 * sum(1 + len(line) // 105 for line in slide.lines) + 0.1
        _text(made, "\n".join(slide.lines), (at(0.5), at(top), at(12.333), at(height)), 18)
        top += height + 0.1
    space = 12.333 if slide.bars is None else 8.2
    each = space / max(len(slide.tables), 1)
    for place, table in enumerate(slide.tables):
        width = each - (0.2 if len(slide.tables) > 1 else 0)
        _table(made, table, (at(0.5 + place * each), at(top), at(width)), small=len(slide.tables) > 1 or len(table.rows) > 7)
    if slide.bars is not None:
        _bars(made, slide.bars, (at(8.8), at(top), at(4.1), at(6.75 - top)))
    _text(made, foot, (at(0.5), at(6.85), at(12.333), at(0.5)), 10, colour=_GREY)
    made.notes_slide.notes_text_frame.text = "\n".join(slide.notes)


def _text(
    slide: Any,  # noqa: ANN401
    text: str,
    place: tuple[int, int, int, int],
    size: int,
    *,
    bold: bool = False,
    colour: RGBColor | None = None,
) -> Any:  # noqa: ANN401
    box = slide.shapes.add_textbox(*place)
    frame = box.text_frame
    frame.word_wrap = True
    for number, line in enumerate(text.split("\n")):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line
        _shape(run, size, bold=bold, colour=colour)
        paragraph.space_after = Pt(4)
    return box


def _shape(run: Any, size: int, *, bold: bool = False, colour: RGBColor | None = None) -> None:  # noqa: ANN401
    run.font.name, run.font.size, run.font.bold = _FONT, Pt(size), bold
    run._r.get_or_add_rPr().set("lang", "vi-VN")
    if colour is not None:
        run.font.color.rgb = colour


def _table(slide: Any, table: Table, place: tuple[int, int, int], *, small: bool) -> None:  # noqa: ANN401
    left, top, width = place
    size = 12 if small else 15
    lines = len(table.rows) + 1
    graphic = slide.shapes.add_table(lines, len(table.headings), left, top, width, Inches(0.3 * lines))
    graphic._element.nvGraphicFramePr.cNvPr.set("descr", table.description)
    made = graphic.table
    for column, part in zip(made.columns, table.widths, strict=True):
        column.width = Emu(int(width * part / sum(table.widths)))
    for row, texts in enumerate((table.headings, *table.rows)):
        for cell, text in zip(made.rows[row].cells, texts, strict=True):
            _cell(cell, text, size, heading=row == 0, odd=row % 2 == 1)


def _cell(cell: Any, text: str, size: int, *, heading: bool, odd: bool) -> None:  # noqa: ANN401
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.fill.solid()
    cell.fill.fore_color.rgb = _DARK if heading else RGBColor(0xF2, 0xF5, 0xFA) if odd else RGBColor(0xFF, 0xFF, 0xFF)
    run = cell.text_frame.paragraphs[0].add_run()
    run.text = text
    _shape(run, size, bold=heading, colour=RGBColor(0xFF, 0xFF, 0xFF) if heading else RGBColor(0, 0, 0))
    cell.text_frame.paragraphs[0].alignment = PP_ALIGN.CENTER if heading else PP_ALIGN.LEFT


def _bars(slide: Any, bars: Bars, place: tuple[int, int, int, int]) -> None:  # noqa: ANN401
    data = CategoryChartData(number_format="0%")
    data.categories = list(reversed(bars.names))
    for label, shares in zip(bars.labels, (bars.proven, bars.possible), strict=True):
        data.add_series(label, [float(share) for share in reversed(shares)])
    graphic = slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *place, data)
    graphic._element.nvGraphicFramePr.cNvPr.set("descr", bars.description)
    chart = graphic.chart
    chart.font.size, chart.font.name = Pt(12), _FONT
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.value_axis.minimum_scale, chart.value_axis.maximum_scale, chart.value_axis.major_unit = 0, 1, 0.25
    chart.plots[0].gap_width, chart.plots[0].overlap = 60, 100
    for series, colour in zip(chart.plots[0].series, (_DARK, _LIGHT), strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = colour


def fitted(rows: Sequence[tuple[str, ...]], most: int, width: int, rest: str) -> tuple[tuple[str, ...], ...]:
    """At most ``most`` rows of ``width`` cells; the last says how many more there are."""
    if len(rows) <= most:
        return tuple(rows)
    return (*rows[: most - 1], (f"… và {len(rows) - most + 1} {rest}", *[""] * (width - 1)))
