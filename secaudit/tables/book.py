"""The parts of a workbook beside its sheets: which sheets it has, its texts, and what its number formats mean."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from posixpath import dirname, join, normpath
from typing import IO
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_datetime

from secaudit.tables.model import TableLimits

_SMALL_PART = 16 << 20
_MOST_ELEMENTS = 400_000
_MOST_TEXTS = 2_000_000
_CHUNK = 1 << 16
_LOCAL_DATES = frozenset((*range(27, 37), *range(50, 59)))
"""Built-in formats that are dates in the languages of East Asia."""
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

Open = Callable[[str], IO[bytes]]
"""Part -> its bytes; raises KeyError when there is no such part."""


class BrokenError(Exception):
    """The workbook contradicts itself; the text says where."""


class Shown(Enum):
    """How a number format shows its number."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Style:
    """What matters of a cell's format."""

    shown: Shown
    digits: int = 0
    """Format of zeros only, such as ``00000``: the number is filled up to so many digits."""


NUMBER = Style(Shown.NUMBER)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; a person does not see hidden ones."""

    name: str
    part: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Book:
    """What the sheets of a workbook need to be read."""

    sheets: tuple[Sheet, ...]
    styles: tuple[Style, ...]
    from_1904: bool
    """Days are counted from 1904: workbooks of old Macs."""
    texts_part: str | None


def parser() -> expat.XMLParserType:
    """A parser that refuses document types, and with them every entity; names come as ``namespace}name``."""
    made = expat.ParserCreate(None, "}")
    made.buffer_text = True

    def doctype(*_: object) -> None:
        raise BrokenError("DOCTYPE")

    made.StartDoctypeDeclHandler = doctype
    return made


def feed(made: expat.XMLParserType, stream: IO[bytes]) -> None:
    """All of a part through the parser, piece by piece."""
    while chunk := stream.read(_CHUNK):
        made.Parse(chunk, False)
    made.Parse(b"", True)


def _elements(stream: IO[bytes]) -> list[tuple[str, str, Mapping[str, str]]]:
    """(name of the parent, name, attributes) of every element of a small part."""
    found: list[tuple[str, str, Mapping[str, str]]] = []
    above = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition("}")[2]
        if len(found) >= _MOST_ELEMENTS or len(above) > 64:
            raise BrokenError(name)
        found.append((above[-1], name, attributes))
        above.append(name)

    def end(_: str) -> None:
        above.pop()

    made = parser()
    made.StartElementHandler = start
    made.EndElementHandler = end
    body = stream.read(_SMALL_PART + 1)
    if len(body) > _SMALL_PART:
        raise BrokenError("size")
    feed(made, io.BytesIO(body))
    return found


def read_book(part: Open) -> Book:
    """Sheets, formats and the start of the calendar."""
    main = next((target for kind, target in _relations(part, "").values() if kind == "officeDocument"), "xl/workbook.xml")
    relations = _relations(part, main)
    sheets = []
    from_1904 = False
    for above, name, attributes in _elements(part(main)):
        if name == "workbookPr":
            from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "sheet" and above == "sheets":
            key = next((value for field, value in attributes.items() if field.endswith("}id")), "")
            kind, target = relations.get(key, ("", ""))
            if kind == "worksheet":
                hidden = attributes.get("state", "visible") != "visible"
                sheets.append(Sheet(attributes.get("name", ""), target, hidden))
            elif not kind:
                raise BrokenError(attributes.get("name", key))
    by_kind = dict(relations.values())
    return Book(tuple(sheets), _styles(part, by_kind.get("styles")), from_1904, by_kind.get("sharedStrings"))


def _relations(part: Open, of: str) -> dict[str, tuple[str, str]]:
    """Id -> (kind, part) of what belongs to a part; the package itself is the empty name."""
    folder = dirname(of)
    try:
        stream = part(join(folder, "_rels", of.rpartition("/")[2] + ".rels"))
    except KeyError:
        return {}
    found = {}
    for _, name, attributes in _elements(stream):
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            continue
        target = attributes.get("Target", "")
        place = target[1:] if target.startswith("/") else normpath(join(folder, target))
        found[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], place)
    return found


def _styles(part: Open, name: str | None) -> tuple[Style, ...]:
    if name is None:
        return ()
    formats: dict[int, str] = dict(BUILTIN_FORMATS)
    styles: list[Style] = []
    for above, element, attributes in _elements(part(name)):
        if element == "numFmt":
            formats[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif element == "xf" and above == "cellXfs":
            styles.append(_style(_whole(attributes.get("numFmtId", "0")), formats))
    return tuple(styles)


def _whole(text: str | None) -> int:
    if text is None or not text.isdecimal() or len(text) > 9:
        raise BrokenError("styles")
    return int(text)


def _style(number: int, formats: Mapping[int, str]) -> Style:
    code = formats.get(number, "")[:255]
    if number in _LOCAL_DATES and not code:
        return Style(Shown.DATE)
    kind = is_datetime(code.lower()) if code else None  # it knows small letters only, LibreOffice writes capitals
    if kind:
        return Style(Shown.TIME if kind == "time" else Shown.DATE)
    if len(code) > 1 and not code.strip("0"):
        return Style(Shown.NUMBER, len(code))
    return NUMBER


def read_texts(part: Open, book: Book, limits: TableLimits) -> Sequence[str]:
    """The texts that cells refer to by number."""
    if book.texts_part is None:
        return ()
    made = parser()
    texts = _Texts(made, limits.max_cell + 1)  # one character too many: the cell that shows it is refused by name
    made.StartElementHandler = texts.start
    made.EndElementHandler = texts.end
    feed(made, part(book.texts_part))
    return texts.found


class _Texts:
    """Handlers for the elements of the shared texts."""

    def __init__(self, made: expat.XMLParserType, longest: int) -> None:
        self.found: list[str] = []
        self._made = made
        self._longest = longest
        self._pieces: list[str] = []
        self._phonetic = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        """An element opens."""
        if name.endswith("}t"):
            if not self._phonetic:
                self._made.CharacterDataHandler = self._pieces.append
        elif name.endswith("}rPh"):  # how an East Asian text is pronounced
            self._phonetic += 1

    def end(self, name: str) -> None:
        """An element closes."""
        if name.endswith("}t"):
            self._made.CharacterDataHandler = None
        elif name.endswith("}rPh"):
            self._phonetic -= 1
        elif name.endswith("}si"):
            if len(self.found) >= _MOST_TEXTS:
                raise BrokenError(name)
            self.found.append("".join(self._pieces)[: self._longest])
            self._pieces.clear()


def unescaped(text: str) -> str:
    """``_x000D_`` is how a workbook writes a character that XML forbids."""
    return _ESCAPE.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return "\ufffd" if code == 0 or 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF) else chr(code)
