"""Workbooks of tables as large as a province: rows are written as they come and never held together in memory.

Several tables are filled side by side, so that one walk over the machines fills them all. Cells have types: numbers are numbers,
days are days, shares are numbers shown as per cent. Every text is written as a text and never as a formula or a link; one that
begins like a formula gets an apostrophe in front, so that it stays a text when somebody saves the sheet as CSV and opens that.
"""

import io
import re
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import IO, BinaryIO
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from secaudit.messages import msg
from secaudit.model.base import VIETNAM_TIME
from secaudit.report.as_csv import harmless_cell
from secaudit.report.format import MOST_DECIMALS, decimals_of
from secaudit.report.texts import Wording
from secaudit.report.voice import Voice
from secaudit.report.workbook import Column, sheet_name

MOST_ROWS = 1_048_576
"""Rows of a sheet that Excel opens."""
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001 - the format knows no zone
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's, in the time of the place
_FIRST_DAY = date(1900, 3, 1)
"""Before it Excel's calendar is wrong: such a day is written as a text."""
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_CODE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_HEADING_HEIGHT = 42
"""Points: three lines."""
_FONT = {"font_name": "Arial", "font_size": 10, "valign": "top"}

Value = Wording | int | Fraction | date | datetime | None
"""A text, a number, a share (shown as per cent), a day, a moment, or nothing."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share that must not look like the target beside it when it is not."""

    share: Fraction
    beside: Fraction


@dataclass(frozen=True, slots=True)
class Table:
    """What stands over a table."""

    name: Wording
    title: Wording
    columns: tuple[Column, ...]
    notes: tuple[Wording, ...] = ()
    wraps: bool = False
    """Long texts are broken into lines; not in tables of many rows, which would open slowly."""


class TableBook:
    """One workbook; :meth:`close` writes it.

    XlsxWriter makes everything but the rows, which would take it a minute for a province: they are written as XML beside it, each
    sheet into a file of its own that no other program sees, and put into their sheets at the end.
    """

    def __init__(self, voice: Voice, *, footer: Wording, most_rows: int = MOST_ROWS) -> None:
        """``most_rows`` of a sheet, what stands above the table among them."""
        self._frame = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(self._frame, options)
        self._book.set_properties({"created": _EPOCH})
        self.voice = voice
        self.most_rows = most_rows
        self.footer = harmless_cell(voice.say(footer))
        self._taken: set[str] = set()
        self._formats: dict[tuple[str, bool], Format] = {}
        self._sheets: list[SheetRows] = []

    def add(self, table: Table) -> "FilledTable":
        """A new table, whose sheet stands behind those added before it."""
        return FilledTable(self, table)

    def begin(self, table: Table, before: str) -> "SheetRows":
        """A new sheet for ``table``, which continues the sheet ``before`` where that is not empty."""
        made = SheetRows(self, table, self._book.add_worksheet(sheet_name(self.voice, table.name, self._taken)), before)
        self._sheets.append(made)
        return made

    def close(self, file: BinaryIO) -> None:
        """Write the workbook into ``file``."""
        for sheet in self._sheets:
            sheet.finish()
        self._book.close()
        with zipfile.ZipFile(self._frame) as frame, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as out:
            for info in frame.infolist():
                found = _SHEET.fullmatch(info.filename)
                with out.open(info.filename, "w", force_zip64=True) as part:
                    if found:
                        self._sheets[int(found[1]) - 1].copy(frame.read(info), part)
                    else:
                        part.write(frame.read(info))

    def form(self, number_format: str, *, wraps: bool = False, **more: object) -> Format:
        """A cell's format, made once."""
        key = (number_format + repr(sorted(more.items())), wraps)
        if key not in self._formats:
            self._formats[key] = self._book.add_format({**_FONT, "num_format": number_format, "text_wrap": wraps, **more})
        return self._formats[key]


class FilledTable:
    """A table that takes rows; full sheets are continued on further ones, and say so."""

    def __init__(self, book: TableBook, table: Table) -> None:
        """Begins the first sheet."""
        self._book = book
        self._table = table
        self._sheet = book.begin(table, "")

    def add(self, cells: Sequence[Value | Share]) -> None:
        """One row; nothing is left of cells that are None."""
        if self._sheet.row >= self._book.most_rows - 1:
            full = self._sheet
            self._sheet = self._book.begin(self._table, full.name)
            full.end(msg("continued on sheet “{name}”", name=self._sheet.name))
        self._sheet.add(cells)


class SheetRows:
    """The rows of one sheet, on their way into it."""

    def __init__(self, book: TableBook, table: Table, sheet: Worksheet, before: str) -> None:
        """Writes what stands above the rows."""
        self._say = book.voice.say
        self._day_text = book.voice.format.day
        self._sheet = sheet
        self._columns = [xl_col_to_name(place) for place in range(len(table.columns))]
        self._rows = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - closed when it was copied
        self._top = self._head(book, table, before)
        self.row = self._top + 1
        """Row that comes next, from 0."""
        places = range(MOST_DECIMALS + 1)
        forms = [
            book.form("@", wraps=table.wraps, indent=1), book.form("#,##0", align="right"),
            book.form("dd/mm/yyyy", align="center"), book.form("dd/mm/yyyy hh:mm", align="center"),
            *(book.form(f"0{'.' if count else ''}{'0' * count}\\ %", align="right") for count in places),
        ]  # fmt: skip
        # One row with every format: where the rows go in, and what number XlsxWriter gave to each format.
        for place, form in enumerate(forms):
            sheet.write_blank(self.row, place, None, form)
        self._text, self._number, self._day, self._moment, *self._shares = map(_number_of, forms)

    @property
    def name(self) -> str:
        """Of the sheet."""
        return str(self._sheet.name)

    def add(self, cells: Sequence[Value | Share]) -> None:
        """One row."""
        number = self.row + 1
        made = [
            f'<c r="{column}{number}" {self._cell(cell)}</c>'
            for column, cell in zip(self._columns, cells, strict=False)
            if cell is not None
        ]
        self._rows.write(f'<row r="{number}">{"".join(made)}</row>')
        self.row += 1

    def end(self, told: Wording) -> None:
        """A last row that says where the table goes on."""
        self.add((told,))

    def finish(self) -> None:
        """What can only be said when all rows are there."""
        self._sheet.autofilter(self._top, 0, max(self.row - 1, self._top), len(self._columns) - 1)

    def copy(self, frame: bytes, part: IO[bytes]) -> None:
        """The sheet as XlsxWriter made it, with the rows in it; they are gone then."""
        head, palette, tail = frame.partition(f'<row r="{self._top + 2}"'.encode())
        rest = tail[tail.index(b"</row>") + len(b"</row>") :] if palette else tail
        area = f'<dimension ref="A1:{self._columns[-1]}{self.row}"/>'.encode()
        part.write(_DIMENSION.sub(area, head, count=1))
        self._rows.seek(0)
        while text := self._rows.read(1 << 20):
            part.write(text.encode())
        self._rows.close()
        part.write(rest)

    def _cell(self, cell: Value | Share) -> str:
        """Style, type and value of a cell, its end left out."""
        if isinstance(cell, str):
            return f's="{self._text}" t="inlineStr"><is><t>{_escaped(cell)}</t></is>'
        if isinstance(cell, int):
            return f's="{self._number}"><v>{cell}</v>'
        if isinstance(cell, Fraction):
            return f's="{self._shares[decimals_of(cell)]}"><v>{float(cell)!r}</v>'
        if isinstance(cell, Share):
            return f's="{self._shares[decimals_of(cell.share, cell.beside)]}"><v>{float(cell.share)!r}</v>'
        if isinstance(cell, datetime):
            return f's="{self._moment}"><v>{_serial(cell)!r}</v>'
        if isinstance(cell, date):
            if cell < _FIRST_DAY:
                return self._cell(self._day_text(cell))
            return f's="{self._day}"><v>{(cell - _DAY_ZERO.date()).days}</v>'
        return self._cell("" if cell is None else self._say(cell))

    def _head(self, book: TableBook, table: Table, before: str) -> int:
        """Title, notes and headings; the row of the headings."""
        sheet = self._sheet
        notes = [msg("continued from sheet “{name}”", name=before)] if before else []
        sheet.write_string(0, 0, harmless_cell(self._say(table.title)), book.form("@", bold=True, font_size=14))
        note = book.form("@", font_color="#404040")
        for row, text in enumerate([*notes, *table.notes], start=1):
            sheet.write_string(row, 0, harmless_cell(self._say(text)), note)
        top = 1 + len(notes) + len(table.notes)
        heading = book.form(
            "@", wraps=True, bold=True, font_color="#FFFFFF", bg_color="#1F4E79", align="center", valign="vcenter", border=1
        )
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(top, place, harmless_cell(self._say(column.heading)), heading)
        sheet.set_row(top, _HEADING_HEIGHT)
        sheet.freeze_panes(top + 1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)
        sheet.set_footer(f"&L&8 {book.footer.replace('&', '+')[:200]}&R&8&P/&N")
        return top


def _number_of(form: Format) -> int:
    """Number of a format in the workbook; XlsxWriter has no public name for it, a test reads the styles of every kind of cell."""
    return int(form._get_xf_index())  # type: ignore[no-untyped-call]  # noqa: SLF001


@lru_cache(maxsize=65_536)
def _escaped(text: str) -> str:
    """A harmless text as it stands in XML; what Excel would read as a code (``_x003D_``) stays what it is."""
    return _CODE.sub("_x005F_", escape(harmless_cell(text)))


@lru_cache(maxsize=4096)
def _serial(moment: datetime) -> float:
    """Days since Excel's first, in Vietnamese time, to the minute."""
    local = moment.astimezone(VIETNAM_TIME).replace(tzinfo=None, second=0, microsecond=0)
    return (local - _DAY_ZERO) / timedelta(days=1)
