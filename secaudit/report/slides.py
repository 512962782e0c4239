"""Slides for a meeting: native tables, texts and bars on 16:9, each with its foot and speaker notes; nothing is decided here."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.exc import PackageNotFoundError
from pptx.util import Emu, Inches, Pt

from secaudit.messages import clean
from secaudit.report.sanitise import sanitised
from secaudit.report.slides_package import not_usable, read_master
from secaudit.report.texts import Limit
from secaudit.report.word_package import packed

ENDING = ".pptx"
TEMPLATE = "hop-thang"
"""An officer's own master in the folder of templates, without its ending."""
WIDTH, HEIGHT = Inches(13.333), Inches(7.5)
_FONT = "Arial"
"""Has every Vietnamese letter on every computer an office has."""
_DARK, _LIGHT, _GREY = RGBColor(0x1F, 0x38, 0x64), RGBColor(0x8F, 0xB4, 0xDC), RGBColor(0x59, 0x59, 0x59)
_BLACK, _WHITE, _STRIPE = RGBColor(0, 0, 0), RGBColor(0xFF, 0xFF, 0xFF), RGBColor(0xF2, 0xF5, 0xFA)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading line."""

    headings: tuple[str, ...]
    widths: tuple[float, ...]
    """Of the columns, as parts of the whole."""
    rows: tuple[tuple[str, ...], ...]
    description: Annotated[str, Limit(2000)]
    """For those who cannot see it."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One bar for each name: what is proven, and what is still possible beyond it."""

    names: tuple[str, ...]
    proven: tuple[Fraction, ...]
    possible: tuple[Fraction, ...]
    """Beyond what is proven."""
    labels: tuple[str, str]
    description: Annotated[str, Limit(2000)]


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide, its parts from top to bottom."""

    title: str
    lines: Annotated[tuple[str, ...], Limit(600)] = ()
    tables: tuple[Table, ...] = ()
    """At most two, side by side."""
    bars: Bars | None = None
    notes: Annotated[tuple[str, ...], Limit(1000)] = ()
    """For whoever speaks: where the figures come from."""


@dataclass(frozen=True, slots=True)
class Deck:
    """All slides, and the foot of each."""

    title: str
    slides: tuple[Slide, ...]
    foot: Annotated[str, Limit(1000)]


def render_slides(deck: Deck, templates: Path) -> bytes:
    """The slides; with an officer's own master where the folder ``templates`` has one. Raises ReportError."""
    deck = sanitised(deck)
    path = templates / f"{TEMPLATE}{ENDING}"
    master = read_master(path)
    try:
        show = Presentation(io.BytesIO(master) if master is not None else None)
        if master is None:
            show.slide_width, show.slide_height = WIDTH, HEIGHT
        _Maker(show, own=master is not None).add(deck)
        out = io.BytesIO()
        show.save(out)
    except (KeyError, ValueError, AttributeError, IndexError, PackageNotFoundError) as error:
        if master is None:
            raise
        raise not_usable(path, clean(str(error), limit=200)) from error
    return packed(_without_times(out.getvalue()), title=deck.title)


class _Maker:
    """Puts slides into a presentation; places are inches of a slide 13.333 inches wide."""

    def __init__(self, show: Any, *, own: bool) -> None:  # noqa: ANN401 - python-pptx carries no types
        """``own``: the master is an officer's, whose title stays where and as it is there, and whose own slides are taken out."""
        self._show, self._own = show, own
        self._scale = show.slide_width / WIDTH
        slides = show.element.sldIdLst
        for entry in list(slides) if slides is not None else ():
            show.part.drop_rel(entry.rId)
            slides.remove(entry)
        titled = [layout for layout in show.slide_layouts if any(_is_title(place) for place in layout.placeholders)]
        self._layout = min(titled or list(show.slide_layouts), key=lambda layout: len(layout.placeholders))

    def add(self, deck: Deck) -> None:
        """All slides of the deck."""
        for number, slide in enumerate(deck.slides, start=1):
            self._add(slide, f"{number}/{len(deck.slides)} · {deck.foot}")

    def _at(self, *inches: float) -> tuple[Emu, ...]:
        return tuple(Emu(int(Inches(one) * self._scale)) for one in inches)

    def _size(self, points: float) -> Any:  # noqa: ANN401
        return Pt(round(points * self._scale, 1))

    def _add(self, slide: Slide, foot: str) -> None:
        made = self._show.slides.add_slide(self._layout)
        self._title(made, slide.title)
        top = 1.2
        if slide.lines:
            height = 0.42 * sum(1 + len(line) // 105 for line in slide.lines) + 0.1
            self._text(made, slide.lines, self._at(0.5, top, 12.333, height), 18)
            top += height + 0.1
        space = 12.333 if slide.bars is None else 8.2
        each = space / max(len(slide.tables), 1)
        apart = 0.25 if len(slide.tables) > 1 else 0
        for place, table in enumerate(slide.tables):
            points = 13 if apart else 12 if len(table.rows) > 7 else 16 if slide.bars is None else 14
            self._table(made, table, self._at(0.5 + place * each, top, each - apart), points)
        if slide.bars is not None:
            self._bars(made, slide.bars, self._at(8.9, top, 4.1, 6.7 - top))
        self._text(made, (foot,), self._at(0.5, 6.85, 12.333, 0.5), 10, colour=_GREY)
        made.notes_slide.notes_text_frame.text = "\n".join(slide.notes)

    def _title(self, made: Any, text: str) -> None:  # noqa: ANN401
        """In the place of the layout, which screen readers and outlines go by; other places to fill in are taken away."""
        for place in list(made.placeholders):
            if not _is_title(place):
                place.element.getparent().remove(place.element)
        box = made.shapes.title
        if box is None:
            self._text(made, (text,), self._at(0.5, 0.3, 12.333, 0.8), 30, bold=True, colour=_DARK)
            return
        box.text_frame.text = text
        if not self._own:
            box.left, box.top, box.width, box.height = self._at(0.5, 0.3, 12.333, 0.8)
            box.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            box.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
            self._shape(box.text_frame.paragraphs[0].runs[0], 30, bold=True, colour=_DARK)

    def _text(
        self,
        made: Any,  # noqa: ANN401
        lines: Sequence[str],
        place: tuple[Emu, ...],
        points: int,
        *,
        bold: bool = False,
        colour: RGBColor = _BLACK,
    ) -> None:
        frame = made.shapes.add_textbox(*place).text_frame
        frame.word_wrap = True
        for number, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(4)
            run = paragraph.add_run()
            run.text = line
            self._shape(run, points, bold=bold, colour=colour)

    def _shape(self, run: Any, points: float, *, bold: bool = False, colour: RGBColor = _BLACK) -> None:  # noqa: ANN401
        run.font.name, run.font.size, run.font.bold = _FONT, self._size(points), bold
        run.font.language_id = MSO_LANGUAGE_ID.VIETNAMESE
        run.font.color.rgb = colour

    def _table(self, made: Any, table: Table, place: tuple[Emu, ...], points: int) -> None:  # noqa: ANN401
        left, top, width = place
        lines = len(table.rows) + 1
        (height,) = self._at(0.32 * lines)
        graphic = made.shapes.add_table(lines, len(table.headings), left, top, width, height)
        _describe(graphic, table.description)
        for column, part in zip(graphic.table.columns, table.widths, strict=True):
            column.width = Emu(int(width * part / sum(table.widths)))
        for row, texts in enumerate((table.headings, *table.rows)):
            for cell, text in zip(graphic.table.rows[row].cells, texts, strict=True):
                self._cell(cell, text, points, heading=row == 0, odd=row % 2 == 1)

    def _cell(self, cell: Any, text: str, points: int, *, heading: bool, odd: bool) -> None:  # noqa: ANN401
        cell.margin_left = cell.margin_right = Inches(0.06)
        cell.margin_top = cell.margin_bottom = Inches(0.03)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.fill.solid()
        cell.fill.fore_color.rgb = _DARK if heading else _STRIPE if odd else _WHITE
        paragraph = cell.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.CENTER if heading else PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = text
        self._shape(run, points, bold=heading, colour=_WHITE if heading else _BLACK)

    def _bars(self, made: Any, bars: Bars, place: tuple[Emu, ...]) -> None:  # noqa: ANN401
        data = CategoryChartData(number_format="0%")
        data.categories = list(reversed(bars.names))
        for label, shares in zip(bars.labels, (bars.proven, bars.possible), strict=True):
            data.add_series(label, [float(share) for share in reversed(shares)])
        graphic = made.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *place, data)
        _describe(graphic, bars.description)
        chart, axis = graphic.chart, graphic.chart.value_axis
        chart.font.size, chart.font.name = self._size(12), _FONT
        chart.has_legend = True
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
        axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, 1, 0.25
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0%", False
        chart.plots[0].gap_width, chart.plots[0].overlap = 60, 100
        for series, colour in zip(chart.plots[0].series, (_DARK, _LIGHT), strict=True):
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour


def _without_times(document: bytes) -> bytes:
    """The workbook behind a chart says when it was made; without that equal slides are equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, packed(body, title="") if name.endswith(".xlsx") else body)
    return out.getvalue()


def _is_title(place: Any) -> bool:  # noqa: ANN401
    return place.placeholder_format.type in (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)


def _describe(graphic: Any, text: str) -> None:  # noqa: ANN401
    """The text alternative."""
    graphic.element.nvGraphicFramePr.cNvPr.set("descr", text)


def fitted(rows: Sequence[tuple[str, ...]], most: int, width: int, rest: str) -> tuple[tuple[str, ...], ...]:
    """At most ``most`` rows of ``width`` cells; the last says how many more there are."""
    if len(rows) <= most:
        return tuple(rows)
    return (*rows[: most - 1], (f"… và {len(rows) - most + 1} {rest}", *[""] * (width - 1)))
