"""A Word document as the ZIP package it is: read with limits, refused when something in it acts or fetches, always written alike.

Templates are edited by officers and sent around by mail: whatever opens other files, runs programs or unpacks without end is
named and refused before Word's own library looks at it.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape

from secaudit.errors import ReportError
from secaudit.messages import Message, msg
from secaudit.tables.book import BrokenError, feed, parser
from secaudit.tables.package import Danger, danger_of

MOST_BYTES = 16 << 20
"""Of a template; one with a dozen pictures stays far below."""
_MOST_UNPACKED = 96 << 20
_MOST_PARTS = 500
_DEEPEST = 200
_TYPES = "[Content_Types].xml"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SAVE_AGAIN = msg("open it in Word, save it as a Word document (.docx), or copy the template that comes with the program again")
_COPY_ALL = msg("copy all templates into this folder first: secaudit period templates FOLDER")
_LINKS = msg("open it in Word and break the links: select all, then Ctrl+Shift+F9; pictures must be inserted, not linked")
_ACTIVE: tuple[tuple[tuple[str, ...], Message], ...] = (
    (("vbaproject", "vbadata"), msg("the Word template holds macros")),
    (("embeddings/", "activex/", "ctrlprops/", "afchunk"), msg("the Word template holds embedded objects or controls")),
)
_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "REF", "PAGEREF", "SEQ", "TOC", "FORMTEXT", "FORMCHECKBOX"})
"""Fields that show something of the document itself; others read files, ask programs or the clock."""
_FIELD = re.compile(r"\s*\\?\s*([A-Za-z=]+)")
_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:language>vi-VN</dc:language></cp:coreProperties>'
)
_PROPERTIES: Mapping[str, str] = {
    "docProps/app.xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}
"""Where Word keeps who wrote a document, for whom and on which machine: nothing of it leaves with a paper."""


def read_template(path: Path) -> bytes:
    """The bytes of a template that nothing speaks against; raises ReportError."""
    try:
        with path.open("rb") as stream:
            body = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ReportError(msg("this Word template is missing"), where=str(path), hint=_COPY_ALL) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ReportError(
            msg("a Word template cannot be read: {reason}", reason=reason),
            where=str(path),
            hint=_COPY_ALL,
        ) from None
    if len(body) > MOST_BYTES:
        raise _refused(path, msg("the Word template is larger than {count} MB", count=MOST_BYTES >> 20))
    _refuse(path, body)
    return body


@lru_cache(maxsize=16)
def _refuse(path: Path, body: bytes) -> None:
    """Hundreds of papers are made of one template: what was let through once need not be looked at again."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _refuse_dangers(path, archive, len(body))
            _refuse_active(path, archive)
    except BrokenError as error:
        raise _refused(path, msg("the Word template is damaged: {place}", place=str(error)[:120])) from None
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, LookupError, ValueError, NotImplementedError):
        raise _refused(path, msg("this is not a whole Word document (.docx)")) from None


def _refused(path: Path, message: Message, hint: Message = _SAVE_AGAIN) -> ReportError:
    return ReportError(message, where=str(path), hint=hint)


def _refuse_dangers(path: Path, archive: zipfile.ZipFile, size: int) -> None:
    found = danger_of(archive.infolist(), size, most_parts=_MOST_PARTS, most_bytes=_MOST_UNPACKED)
    if found is None:
        return
    if found.danger is Danger.DAMAGED:
        raise BrokenError(found.part)
    if found.danger is Danger.PASSWORD:
        raise _refused(path, msg("the Word template is protected with a password"))
    raise _refused(path, msg("the Word template is packed like a bomb: too many parts, too large, or names that lead out of it"))


def _refuse_active(path: Path, archive: zipfile.ZipFile) -> None:
    """What acts, or fetches something, when the document is opened."""
    names = archive.namelist()
    for words, message in _ACTIVE:
        if any(word in name.lower() for name in names for word in words):
            raise _refused(path, message)
    if _TYPES not in names or not any(name.startswith("word/") for name in names):
        raise _refused(path, msg("this is not a whole Word document (.docx)"))
    if b"macroenabled" in archive.read(_TYPES).replace(b"\x00", b"").lower():
        raise _refused(path, _ACTIVE[0][1])
    for name in names:
        if name.lower().endswith((".xml", ".rels")):
            scan = _Scan(name)
            made = parser()
            made.StartElementHandler = scan.start
            made.EndElementHandler = scan.end
            made.CharacterDataHandler = scan.text
            with archive.open(name) as stream:
                feed(made, stream)
            scan.refuse(path)


class _Scan:
    """What one part asks of other files and of programs; document types are refused by the parser itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._links: str | None = None
        self._fields: list[str] = []
        self._open = False
        self._depth = 0

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BrokenError(self._name)
        local = element.rpartition("}")[2]
        if attributes.get("TargetMode") == "External" and self._links is None:
            self._links = attributes.get("Target", "")
        elif local == "altChunk" or local == "subDoc":
            self._links = local
        elif local == "fldSimple":
            self._fields.append(next((value for name, value in attributes.items() if name.endswith("}instr")), ""))
        elif local == "fldChar" and any(value == "begin" for value in attributes.values()):
            self._fields.append("")
        elif local == "instrText":
            self._open = True

    def end(self, element: str) -> None:
        """An element closes."""
        self._depth -= 1
        if element.endswith("}instrText"):
            self._open = False

    def text(self, text: str) -> None:
        """The instruction of a field may be spread over several runs."""
        if self._open:
            self._fields = self._fields or [""]
            self._fields[-1] += text[:200]

    def refuse(self, path: Path) -> None:
        """Raise ReportError for what was found."""
        if self._links is not None:
            what = msg("the Word template links to something outside of it: {target}", target=self._links[:120])
            raise _refused(path, what, _LINKS)
        for field in self._fields:
            found = _FIELD.match(field)
            if field.strip() and (found is None or found[1].upper() not in _FIELDS):
                what = msg(
                    "the Word template holds a field that fetches or computes something: {field}", field=field.strip()[:120]
                )
                raise _refused(path, what, _LINKS)


def packed(document: bytes, *, title: str) -> bytes:
    """The same document without times and names of people and machines, so that equal papers are equal bytes."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, text in {"docProps/core.xml": _CORE.format(title=escape(title)), **_PROPERTIES}.items():
        if name in parts:
            parts[name] = text.encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(parts, key=lambda one: (one != _TYPES, one)):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, parts[name])
    return out.getvalue()
