"""New workbooks for people: sheets of texts and numbers, printed as they are given.

Names in it come from exports, machines and inventories. Every text is written as a text and never as a formula or a link, and one
that begins like a formula keeps a mark that Excel asks nothing of: editing the cell does not turn it into one either.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from secaudit.messages import clean
from secaudit.report.texts import Wording
from secaudit.report.voice import Voice

NAME_LENGTH = 31
"""Characters Excel allows in the name of a sheet."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_STARTS = frozenset("=+-@|%\uff1d\uff0b\uff0d\uff20\u2212\t")
_CELL_LIMIT = 2000
_ROW_LIMIT = 1_048_000
"""Rows Excel can show, with room for what stands above."""
_HEADING_HEIGHT = 32
"""Points: two lines."""
_LINE_HEIGHT = 13
_MOST_LINES = 30
_HEADING_FILL = "#1F4E79"
_OPEN_FILL = "#FFF8E1"
"""Cells that people fill."""
_FIGURE_COLUMNS = 3
"""Columns over which the name of a number goes."""
_SIGNING_ROWS = 5
"""Room for a signature and a stamp."""
_FOOTER_LIMIT = 235
"""Characters, codes around them left out: Excel takes 255 with them."""
_FIRST_DAY = date(1900, 3, 1)
"""Before it Excel's calendar is wrong: such a day is written as a text."""

Cell = Wording | int | date | None
"""What stands in a table: a text, a number, a day, or nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, and how many characters wide it is."""

    heading: Wording
    width: int = 16


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet: a title, sentences under it, and a table."""

    name: Wording
    title: Wording
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Wording, ...] = ()
    figures: tuple[tuple[Wording, Wording | int | None], ...] = ()
    """Numbers with their names, between the notes and the table."""
    choices: tuple[tuple[int, tuple[Wording, ...]], ...] = ()
    """Columns that people fill from a list: place of the column and what they may choose. They and those behind are coloured."""
    signatures: tuple[tuple[Wording, Wording], ...] = ()
    """Who signs under the table, and how; what is signed is not filtered."""
    footer: Wording | None = None
    """At the foot of every page that is printed."""
    zeros: bool = False
    """A number of nothing is shown as 0 and not as a dash."""


@dataclass(frozen=True, slots=True)
class _Formats:
    title: Format
    note: Format
    heading: Format
    text: Format
    quoted: Format
    number: Format
    zero: Format
    day: Format
    open: Format
    signer: Format
    manner: Format


_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - the format knows no zone
"""When a workbook was made is no part of it: equal tabs are equal bytes, as with papers."""


def as_xlsx(tabs: Sequence[Tab], voice: Voice) -> bytes:
    """The workbook; headings stay in sight, tables can be filtered, and pages are as wide as the paper."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"created": _EPOCH})
        formats = _formats(book)
        taken: set[str] = set()
        for tab in tabs:
            _write(book.add_worksheet(sheet_name(voice, tab.name, taken)), tab, voice, formats)
    return out.getvalue()


def _formats(book: xlsxwriter.Workbook) -> _Formats:
    cell = {"font_name": "Arial", "font_size": 10, "valign": "top", "text_wrap": True, "border": 1, "border_color": "#BFBFBF"}
    return _Formats(
        title=book.add_format({"font_name": "Arial", "font_size": 14, "bold": True}),
        note=book.add_format({"font_name": "Arial", "font_size": 10}),
        heading=book.add_format(
            {**cell, "bold": True, "font_color": "#FFFFFF", "bg_color": _HEADING_FILL, "align": "center", "valign": "vcenter"}
        ),
        text=book.add_format({**cell, "num_format": "@"}),
        quoted=book.add_format({**cell, "num_format": "@", "quote_prefix": True}),
        number=book.add_format({**cell, "num_format": '#,##0;-#,##0;"–"', "align": "right"}),
        zero=book.add_format({**cell, "num_format": "#,##0", "align": "right"}),
        day=book.add_format({**cell, "num_format": "dd/mm/yyyy", "align": "center"}),
        open=book.add_format({**cell, "num_format": "@", "bg_color": _OPEN_FILL}),
        signer=book.add_format({"font_name": "Arial", "font_size": 10, "bold": True, "align": "center"}),
        manner=book.add_format({"font_name": "Arial", "font_size": 10, "italic": True, "align": "center"}),
    )


def sheet_name(voice: Voice, name: Wording, taken: set[str]) -> str:
    """A name Excel takes, and no other sheet has; it is taken then."""
    plain = " ".join(clean(voice.say(name)).translate(_FORBIDDEN).split()).strip("'")[:NAME_LENGTH].rstrip() or "-"
    free, number = plain, 2
    while free.casefold() in taken:
        free = f"{plain[: NAME_LENGTH - 4].rstrip()} ({number})"
        number += 1
    taken.add(free.casefold())
    return free


def _write(sheet: Worksheet, tab: Tab, voice: Voice, formats: _Formats) -> None:
    sheet.write_string(0, 0, _text(voice, tab.title), formats.title)
    for row, note in enumerate(tab.notes, start=1):
        sheet.write_string(row, 0, _text(voice, note), formats.note)
    top = _write_figures(sheet, tab, voice, formats, len(tab.notes) + 2)
    lines = 0
    for place, column in enumerate(tab.columns):
        heading = _text(voice, column.heading)
        lines = max(lines, 1 + len(heading) // max(column.width - 2, 1))
        sheet.set_column(place, place, column.width)
        sheet.write_string(top, place, heading, formats.heading)
    sheet.set_row(top, max(_HEADING_HEIGHT, _LINE_HEIGHT * min(lines, _MOST_LINES)))
    for row, cells in enumerate(tab.rows[:_ROW_LIMIT], start=top + 1):
        _write_row(sheet, row, tab, cells, voice, formats)
    last = top + min(len(tab.rows), _ROW_LIMIT)
    for place, words in tab.choices:
        _offer(sheet, (top + 1, place, last, place), [_text(voice, word) for word in words])
    _write_signatures(sheet, tab, voice, formats, last + 2)
    if tab.footer is not None:
        sheet.set_footer(f"&L&8 {_text(voice, tab.footer).replace('&', '+')[:_FOOTER_LIMIT]}&R&8&P/&N")
    if tab.rows and not tab.signatures:
        sheet.autofilter(top, 0, last, len(tab.columns) - 1)
    if not tab.figures:  # numbers that stay in sight would leave no room for the table
        sheet.freeze_panes(top + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.hide_gridlines(2)


def _write_row(sheet: Worksheet, row: int, tab: Tab, cells: tuple[Cell, ...], voice: Voice, formats: _Formats) -> None:
    lines, filled_in = 1, min((place for place, _ in tab.choices), default=len(tab.columns))
    for column, (place, cell) in zip(tab.columns, enumerate(cells), strict=True):
        if isinstance(cell, int):
            sheet.write_number(row, place, cell, formats.zero if tab.zeros else formats.number)
        elif isinstance(cell, date) and cell >= _FIRST_DAY:
            sheet.write_datetime(row, place, datetime.combine(cell, time.min), formats.day)
        elif cell is None:
            sheet.write_blank(row, place, None, formats.open if place >= filled_in else formats.text)
        else:
            text = _text(voice, voice.format.day(cell) if isinstance(cell, date) else cell)
            sheet.write_string(row, place, text, formats.quoted if text[:1] in _STARTS else formats.text)
            lines = max(lines, 1 + len(text) // max(column.width, 1))
    if lines > 1:  # not every program works out how high a row must be
        sheet.set_row(row, _LINE_HEIGHT * min(lines, _MOST_LINES))


def _write_figures(sheet: Worksheet, tab: Tab, voice: Voice, formats: _Formats, row: int) -> int:
    """Write the numbers; the row under them."""
    for name, value in tab.figures:
        # The names go over the first columns: one of them is too narrow for words.
        sheet.merge_range(row, 0, row, _FIGURE_COLUMNS - 1, _text(voice, name), formats.text)
        if isinstance(value, int):
            sheet.write_number(row, _FIGURE_COLUMNS, value, formats.number)
        elif value is None:
            sheet.write_blank(row, _FIGURE_COLUMNS, None, formats.text)
        else:
            sheet.write_string(row, _FIGURE_COLUMNS, _text(voice, value), formats.text)
        row += 1
    return row + 1 if tab.figures else row


def _offer(sheet: Worksheet, cells: tuple[int, int, int, int], words: list[str]) -> None:
    """A list to choose from; anything else is refused with a sentence by the program that opens it."""
    if cells[2] >= cells[0]:
        sheet.data_validation(*cells, {"validate": "list", "source": words})


def _write_signatures(sheet: Worksheet, tab: Tab, voice: Voice, formats: _Formats, row: int) -> None:
    """Signers side by side, each over an equal part of the table's columns."""
    if not tab.signatures:
        return
    part = max(len(tab.columns) // len(tab.signatures), 1)
    for place, (signer, manner) in enumerate(tab.signatures):
        first = place * part
        last = first + part - 1 if place + 1 < len(tab.signatures) else max(len(tab.columns) - 1, first)
        for offset, words, form in ((0, signer, formats.signer), (1, manner, formats.manner)):
            if last > first:
                sheet.merge_range(row + offset, first, row + offset, last, _text(voice, words), form)
            else:
                sheet.write_string(row + offset, first, _text(voice, words), form)
    sheet.print_area(0, 0, row + 1 + _SIGNING_ROWS, len(tab.columns) - 1)


def _text(voice: Voice, wording: Wording) -> str:
    return clean(voice.say(wording), limit=_CELL_LIMIT)
