"""An officer's own master for slides, opened with limits: what acts, fetches or is packed like a bomb is refused."""

import io
import re
import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from secaudit.errors import ReportError
from secaudit.messages import Message, msg
from secaudit.tables.book import BrokenError, feed, parser
from secaudit.tables.package import Danger, danger_of

MOST_BYTES = 32 << 20
"""Of a master; one with pictures on every layout stays below."""
_MOST_UNPACKED = 128 << 20
_MOST_PARTS = 1000
_DEEPEST = 200
_ACTIVE = ("vbaproject", "vbadata", "embeddings/", "activex/", "ctrlprops/", "media/audio", "media/video")
_CHARTS = re.compile(r"ppt/embeddings/[^/]+\.xlsx")
"""Workbooks behind charts: they are on slides, which are left out."""
_TYPES = "[Content_Types].xml"
_MAIN = "ppt/presentation.xml"
_SAVE_AGAIN = msg("save it as a presentation without macros and links (.pptx), or take it out of the folder")


def read_master(path: Path) -> bytes | None:
    """The bytes of a master that nothing speaks against; None where there is none. Raises ReportError."""
    try:
        with path.open("rb") as stream:
            body = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(path, msg("the master of the slides cannot be read: {reason}", reason=error.strerror or "?")) from None
    if len(body) > MOST_BYTES:
        raise _refused(path, msg("the master of the slides is larger than {count} MB", count=MOST_BYTES >> 20))
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _refuse(path, archive, len(body))
    except (BrokenError, zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, LookupError, ValueError):
        raise _refused(path, msg("this is not a whole presentation (.pptx)")) from None
    return body


def not_usable(path: Path, reason: str) -> ReportError:
    """A master that the library cannot work with."""
    return _refused(path, msg("the master of the slides cannot be used: {reason}", reason=reason))


def _refused(path: Path, message: Message) -> ReportError:
    return ReportError(message, where=str(path), hint=_SAVE_AGAIN)


def _refuse(path: Path, archive: zipfile.ZipFile, size: int) -> None:
    """What is packed like a bomb, acts, or fetches something."""
    found = danger_of(archive.infolist(), size, most_parts=_MOST_PARTS, most_bytes=_MOST_UNPACKED)
    if found is not None:
        if found.danger is Danger.PASSWORD:
            raise _refused(path, msg("the master of the slides is protected with a password"))
        raise _refused(path, msg("the master of the slides is damaged, or packed like a bomb"))
    names = archive.namelist()
    if _TYPES not in names or _MAIN not in names:
        raise BrokenError(_MAIN)
    macros = b"macroenabled" in archive.read(_TYPES).replace(b"\x00", b"").lower()
    if macros or any(_is_active(name) for name in names):
        raise _refused(path, msg("the master of the slides holds macros, embedded objects or films"))
    for name in names:
        if name.lower().endswith((".xml", ".rels")):
            scan = _Scan(name)
            made = parser()
            made.StartElementHandler = scan.start
            made.EndElementHandler = scan.end
            with archive.open(name) as stream:
                feed(made, stream)
            if scan.link is not None:
                what = msg("the master of the slides links to something outside of it: {target}", target=scan.link[:120])
                raise _refused(path, what)


def _is_active(name: str) -> bool:
    return _CHARTS.fullmatch(name) is None and any(word in name.lower() for word in _ACTIVE)


class _Scan:
    """What one part asks of other files; document types are refused by the parser itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._depth = 0
        self.link: str | None = None

    def start(self, _element: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BrokenError(self._name)
        if attributes.get("TargetMode") == "External" and self.link is None:
            self.link = attributes.get("Target", "")

    def end(self, _element: str) -> None:
        """An element closes."""
        self._depth -= 1
