"""Workbooks of tables as large as a province: rows are written as they come and never held together in memory.

Several tables are filled side by side, so that one walk over the machines fills them all. Cells have types: numbers are numbers,
days are days, shares are numbers shown as per cent. Every text is written as a text and never as a formula or a link; one that
begins like a formula gets an apostrophe in front, so that it stays a text when somebody saves the sheet as CSV and opens that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from secaudit.errors import OutputError
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
    """One workbook; :meth:`close` finishes the file."""

    def __init__(self, file: BinaryIO, voice: Voice, *, footer: Wording, most_rows: int = MOST_ROWS) -> None:
        """Writes into ``file``; ``most_rows`` of a sheet, what stands above the table among them."""
        options = {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
            "use_zip64": True,
        }  # fmt: skip
        self._book = xlsxwriter.Workbook(file, options)
        self._book.set_properties({"created": _EPOCH})
        self.voice = voice
        self.most_rows = most_rows
        self.footer = harmless_cell(voice.say(footer))
        self._taken: set[str] = set()
        self._formats: dict[tuple[str, bool], Format] = {}
        self._filled: list[FilledTable] = []

    def add(self, table: Table) -> "FilledTable":
        """A new table, whose sheet stands behind those added before it."""
        made = FilledTable(self, table)
        self._filled.append(made)
        return made

    def close(self) -> None:
        """Write everything out; OutputError when that fails."""
        for table in self._filled:
            table.finish()
        try:
            self._book.close()
        except XlsxWriterException as error:
            raise OutputError(
                msg("the workbook cannot be written: {reason}", reason=str(error)),
                hint=msg("name another file with --out, or make room"),
            ) from error

    def sheet(self, name: Wording) -> Worksheet:
        """A new sheet under a name that Excel takes and no other has."""
        return self._book.add_worksheet(sheet_name(self.voice, name, self._taken))

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
        wraps = table.wraps
        self._text = book.form("@", wraps=wraps)
        self._number = book.form("#,##0", align="right")
        self._day = book.form("dd/mm/yyyy", align="center")
        self._moment = book.form("dd/mm/yyyy hh:mm", align="center")
        self._shares = [
            book.form(f"0{'.' if places else ''}{'0' * places}\\ %", align="right") for places in range(MOST_DECIMALS + 1)
        ]
        self._name = ""
        self._row = self._top = 0
        self._sheet, self._name = self._begun()

    def add(self, cells: Sequence[Value | Share]) -> None:
        """One row; nothing is left of cells that are None."""
        if self._row >= self._book.most_rows - 1:
            self._continue()
        for place, cell in enumerate(cells):
            if cell is not None:
                self._write(self._row, place, cell)
        self._row += 1

    def finish(self) -> None:
        """What can only be said when all rows are there."""
        self._sheet.autofilter(self._top, 0, max(self._row - 1, self._top), len(self._table.columns) - 1)

    def _write(self, row: int, place: int, cell: Value | Share) -> None:
        sheet = self._sheet
        if isinstance(cell, str):
            sheet.write_string(row, place, _harmless(cell), self._text)
        elif isinstance(cell, int):
            sheet.write_number(row, place, cell, self._number)
        elif isinstance(cell, Fraction):
            sheet.write_number(row, place, float(cell), self._shares[decimals_of(cell)])
        elif isinstance(cell, Share):
            sheet.write_number(row, place, float(cell.share), self._shares[decimals_of(cell.share, cell.beside)])
        elif isinstance(cell, datetime):
            sheet.write_number(row, place, _serial(cell), self._moment)
        elif isinstance(cell, date):
            if cell >= _FIRST_DAY:
                sheet.write_number(row, place, (cell - _DAY_ZERO.date()).days, self._day)
            else:
                sheet.write_string(row, place, self._book.voice.format.day(cell), self._text)
        elif cell is not None:
            sheet.write_string(row, place, _harmless(self._book.voice.say(cell)), self._text)

    def _begun(self) -> tuple[Worksheet, str]:
        book, table = self._book, self._table
        sheet = book.sheet(table.name)
        said = [harmless_cell(book.voice.say(table.title))]
        if self._name:
            said.append(harmless_cell(book.voice.say(msg("continued from sheet “{name}”", name=self._name))))
        sheet.write_string(0, 0, said[0], book.form("@", bold=True, font_size=14))
        note = book.form("@", font_color="#404040")
        for row, text in enumerate([*said[1:], *(harmless_cell(book.voice.say(one)) for one in table.notes)], start=1):
            sheet.write_string(row, 0, text, note)
        self._top = len(said) + len(table.notes)
        heading = book.form(
            "@", wraps=True, bold=True, font_color="#FFFFFF", bg_color="#1F4E79", align="center", valign="vcenter", border=1
        )
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(self._top, place, harmless_cell(book.voice.say(column.heading)), heading)
        self._row = self._top + 1
        sheet.freeze_panes(self._top + 1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(self._top)
        sheet.set_footer(f"&L&8 {book.footer.replace('&', '+')[:200]}&R&8&P/&N")
        return sheet, str(sheet.name)

    def _continue(self) -> None:
        full, row = self._sheet, self._row
        self.finish()
        self._sheet, name = self._begun()
        told = self._book.voice.say(msg("continued on sheet “{name}”", name=name))
        full.write_string(row, 0, harmless_cell(told), self._book.form("@", bold=True))
        self._name = name


@lru_cache(maxsize=65_536)
def _harmless(text: str) -> str:
    return harmless_cell(text)


@lru_cache(maxsize=4096)
def _serial(moment: datetime) -> float:
    """Days since Excel's first, in Vietnamese time, to the minute."""
    local = moment.astimezone(VIETNAM_TIME).replace(tzinfo=None, second=0, microsecond=0)
    return (local - _DAY_ZERO) / timedelta(days=1)
