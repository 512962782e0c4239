"""Reads workbooks after looking at the package they are: what is packed into it, and how large it really gets.

The sheets are read with the standard library's XML parser, row by row. openpyxl opens a workbook as a whole, keeps what we refuse
(macros, links, formulas), fills every row up to the last column anyone ever used, and answers damage with whatever exception it
runs into; of it only the knowledge is used which number formats are dates.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from xml.parsers import expat

from secaudit.messages import Message, msg
from secaudit.tables.book import BrokenError, Sheet, read_book, read_texts
from secaudit.tables.headings import Raw, shape
from secaudit.tables.kind import EXPORT_AGAIN, SAVE_AS_XLSX
from secaudit.tables.model import SheetRows, Table, TableLimits, TableRow, refused
from secaudit.tables.package import Danger, danger_of
from secaudit.tables.sheet import Budget, read_sheet

_TYPES = "[Content_Types].xml"
_MOST_TYPES = 4 << 20
_VALUES = msg("open it in Excel, copy the list into a new workbook with Paste Special > Values, and save that as .xlsx")
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, OSError,
    LookupError,  # parts that are named and not there; encodings nobody knows
    ValueError,  # numbers and encodings that the archive or the XML declares wrongly
    NotImplementedError,  # ways of packing that no spreadsheet uses
)  # fmt: skip
"""What reading a package that somebody or something tampered with runs into."""
_ACTIVE: tuple[tuple[tuple[str, ...], Message], ...] = (
    (("vbaproject", "vbadata", "macrosheets/", "dialogsheets/"), msg("The workbook holds macros")),
    (("externallinks/",), msg("The workbook takes values from other files or programs (external links, DDE)")),
    (("connections.xml", "querytables/"), msg("The workbook fetches data from elsewhere (data connections)")),
    (("embeddings/", "activex/", "ctrlprops/"), msg("The workbook holds embedded objects or controls")),
)


def read_xlsx(path: str, body: bytes, known: Collection[str], limits: TableLimits) -> tuple[Table, ...]:
    """The lists of all sheets that a person sees; nothing when there is none. A cell with a formula refuses the file."""
    budget = Budget(path, limits)
    tables: list[Table] = []
    for sheet, rows in _sheets(path, body, budget, hidden=False):
        gaps = {number for (before, _), (number, _) in pairwise(rows) if number - before > 1}
        tables += shape(sheet.name, rows, known, gaps)
    budget.raise_formulas()
    return tuple(tables)


def read_xlsx_sheets(path: str, body: bytes, limits: TableLimits) -> tuple[SheetRows, ...]:
    """All sheets, hidden ones too, as they are: for workbooks of a form we gave out ourselves."""
    budget = Budget(path, limits)
    sheets = _sheets(path, body, budget, hidden=True)
    formulas: dict[str, set[str]] = {}
    for place in budget.formulas:
        name, _, cell = place.rpartition("!")
        formulas.setdefault(name, set()).add(cell)
    return tuple(
        SheetRows(
            sheet.name,
            _with_formulas(rows, formulas.get(sheet.name, ())),
            hidden=sheet.hidden,
            formulas=frozenset(formulas.get(sheet.name, ())),
        )
        for sheet, rows in sheets
    )


def _with_formulas(rows: Sequence[Raw], formulas: Collection[str]) -> tuple[TableRow, ...]:
    """The rows, and those that hold nothing but formulas nobody worked out yet: they look filled to whoever typed them."""
    held = dict(rows)
    for cell in formulas:
        held.setdefault(int(cell.lstrip(_LETTERS)), ())
    return tuple(TableRow(number, held[number]) for number in sorted(held))


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _sheets(path: str, body: bytes, budget: Budget, *, hidden: bool) -> list[tuple[Sheet, list[Raw]]]:
    """Rows of every sheet, once nothing speaks against opening the package."""
    found = []
    with _damage_named(path), zipfile.ZipFile(io.BytesIO(body)) as archive:
        _refuse_bombs(path, archive.infolist(), len(body), budget.limits)
        names = archive.namelist()
        _refuse_other_packages(path, archive, names)
        _refuse_active(path, archive, names)
        book = read_book(archive.open)
        texts = read_texts(archive.open, book, budget.limits)
        for sheet in book.sheets:
            if hidden or not sheet.hidden:
                with archive.open(sheet.part) as stream:
                    found.append((sheet, read_sheet(stream, sheet.name, book, texts, budget)))
    return found


@contextmanager
def _damage_named(path: str) -> Iterator[None]:
    """Whatever a damaged package runs into becomes one sentence."""
    try:
        yield
    except BrokenError as error:
        message = msg("The workbook is damaged or was not written by a spreadsheet: {place}", place=str(error)[:120])
        raise refused(path, message, hint=SAVE_AS_XLSX) from None
    except _DAMAGE:
        raise refused(path, msg("The workbook is damaged or cut off"), hint=EXPORT_AGAIN) from None


def _refuse_bombs(path: str, parts: Sequence[zipfile.ZipInfo], size: int, limits: TableLimits) -> None:
    """Before anything is unpacked."""
    found = danger_of(parts, size, most_parts=limits.max_parts, most_bytes=limits.max_unpacked)
    if found is None:
        return
    if found.danger is Danger.DAMAGED:
        raise BrokenError(found.part)
    said: dict[Danger, tuple[Message, Message]] = {
        Danger.PARTS: (msg("There are more than {count} parts packed into the workbook", count=limits.max_parts), _VALUES),
        Danger.SIZE: (msg("The workbook unpacks to more than {count} MB", count=limits.max_unpacked >> 20), _VALUES),
        Danger.BOMB: (msg("The workbook is packed like a bomb: it unpacks to a multiple that no list reaches"), EXPORT_AGAIN),
        Danger.PASSWORD: (msg("The archive is protected with a password"), EXPORT_AGAIN),
        Danger.NAME: (
            msg("A part of the workbook has a name that leads out of it: {name}", name=found.part[:120]),
            EXPORT_AGAIN,
        ),
    }
    what, hint = said[found.danger]
    raise refused(path, what, hint=hint)


def _refuse_other_packages(path: str, archive: zipfile.ZipFile, names: Sequence[str]) -> None:
    """Other files that are ZIP archives as well."""
    if "mimetype" in names:
        with archive.open("mimetype") as stream:
            if b"opendocument.spreadsheet" in stream.read(200):
                raise refused(path, msg("This is an OpenDocument spreadsheet (.ods)"), hint=SAVE_AS_XLSX)
        raise refused(path, msg("This is a document of another program"), hint=EXPORT_AGAIN)
    if any(name.startswith("word/") for name in names):
        raise refused(path, msg("This is a text document (.docx)"), hint=EXPORT_AGAIN)
    if any(name.startswith("ppt/") for name in names):
        raise refused(path, msg("This is a presentation"), hint=EXPORT_AGAIN)
    if "xl/workbook.bin" in names:
        raise refused(path, msg("This is a workbook in the binary format (.xlsb)"), hint=SAVE_AS_XLSX)
    if _TYPES not in names:
        raise refused(
            path, msg("This is a ZIP archive, not a workbook"), hint=msg("unpack it and import the list that is inside")
        )


def _refuse_active(path: str, archive: zipfile.ZipFile, names: Sequence[str]) -> None:
    """What acts, or fetches something, when the workbook is opened has no place in a list of machines."""
    for words, message in _ACTIVE:
        if any(word in name.lower() for name in names for word in words):
            raise refused(path, message, hint=_VALUES)
    with archive.open(_TYPES) as stream:
        if b"macroenabled" in stream.read(_MOST_TYPES).replace(b"\x00", b"").lower():
            raise refused(path, _ACTIVE[0][1], hint=_VALUES)
