"""Looks through the parts of a workbook before openpyxl opens it: for what it would choke on, and for what it would lose."""

import io
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from secaudit.errors import InventoryError, Problem
from secaudit.messages import Message, msg
from secaudit.tables.book import BrokenError, feed, parser, read_book

_MOST_COVERED = 200_000
"""Cells that merged ranges and links of all sheets cover together: openpyxl makes an object of each."""
_XML = (".xml", ".rels", ".vml")
_COLUMNS = 1 << 14
_ROWS = 1 << 20
_TEXTS = {
    "allowBlank": "allow_blank", "showErrorMessage": "showErrorMessage", "showInputMessage": "showInputMessage",
    "errorTitle": "errorTitle", "error": "error", "promptTitle": "promptTitle", "prompt": "prompt", "errorStyle": "errorStyle",
}  # fmt: skip
_FLAGS = frozenset({"allowBlank", "showErrorMessage", "showInputMessage"})
_HINT = msg("send the list of problems instead; the agency corrects its own copy")


@dataclass(slots=True)
class Rule:
    """A validation that Excel keeps in an extension of the sheet, because it refers to another sheet."""

    type: str
    operator: str
    texts: dict[str, object]
    formulas: list[str] = field(default_factory=list)
    sqref: str = ""


@dataclass(slots=True)
class Extra:
    """What openpyxl would lose."""

    validations: dict[str, list[Rule]] = field(default_factory=dict)
    """Sheet -> rules."""


def look_through(body: bytes) -> Extra:
    """What would be lost; raises :class:`InventoryError` for what must not be opened or cannot be.

    openpyxl reads parts that our own reader never opens (comments, themes, drawings): a document type there is refused too.
    """
    extra = Extra()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            sheets = {sheet.part: sheet.name for sheet in read_book(archive.open).sheets}
            covered = 0
            for name in archive.namelist():
                if not name.lower().endswith(_XML):
                    continue
                made = parser()
                reader = _Sheet(made)
                with archive.open(name) as stream:
                    feed(made, stream)
                covered += reader.covered
                if covered > _MOST_COVERED:
                    raise _refused(msg("Merged cells or links of the workbook cover too many cells"))
                if name in sheets and reader.rules:
                    extra.validations[sheets[name]] = reader.rules
    except (zipfile.BadZipFile, expat.ExpatError, BrokenError, LookupError, ValueError, OSError, EOFError, NotImplementedError):
        raise _refused(msg("A part of the workbook is damaged")) from None
    return extra


def _refused(message: Message) -> InventoryError:
    return InventoryError([Problem(message, hint=_HINT)])


class _Sheet:
    """Handlers for the few elements that matter."""

    def __init__(self, made: expat.XMLParserType) -> None:
        self.covered = 0
        self.rules: list[Rule] = []
        self._made = made
        self._rule: Rule | None = None
        self._texts: list[str] = []
        made.StartElementHandler = self._start
        made.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("}")
        if local in ("mergeCell", "hyperlink"):
            self.covered += _cells(attributes.get("ref", "A1"))
        elif local == "dataValidation" and space.endswith("/2009/9/main"):
            texts: dict[str, object] = {
                ours: attributes[its] in ("1", "true") if its in _FLAGS else attributes[its]
                for its, ours in _TEXTS.items()
                if its in attributes
            }
            self._rule = Rule(attributes.get("type", "none"), attributes.get("operator", ""), texts)
        elif self._rule is not None and local in ("f", "sqref"):
            self._texts = []
            self._made.CharacterDataHandler = self._texts.append

    def _end(self, name: str) -> None:
        local = name.rpartition("}")[2]
        if self._rule is None:
            return
        if local == "f":
            self._rule.formulas.append("".join(self._texts))
        elif local == "sqref":
            self._rule.sqref = "".join(self._texts)
        elif local == "dataValidation":
            if self._rule.sqref and len(self.rules) < _MOST_RULES:
                self.rules.append(self._rule)
            self._rule = None
        self._made.CharacterDataHandler = None


_MOST_RULES = 2_000


def _cells(reference: str) -> int:
    """How many cells a range covers."""
    first, _, last = reference.replace("$", "").partition(":")
    if not last:
        return 1
    (column, row), (until, bottom) = _place(first), _place(last)
    return (abs(until - column) + 1) * (abs(bottom - row) + 1)


def _place(cell: str) -> tuple[int, int]:
    """Column and row; one that is not said is the last there is."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters[:3].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    digits = cell[len(letters) :]
    return column or _COLUMNS, int(digits[:9]) if digits else _ROWS
