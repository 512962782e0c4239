"""Bytes of a text file become text, in every encoding that consoles and offices in Vietnam write."""

import codecs
import re
import unicodedata

from secaudit.messages import msg
from secaudit.tables.kind import EXPORT_AGAIN
from secaudit.tables.model import refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 16
_CUT = msg("The file is cut off")
_DAMAGED = msg("The file is damaged: these bytes are no text")
_NUL = msg("The file contains NUL bytes: it is no text")
_SAVE_AS_UTF8 = msg("export it again, or open it in Notepad and save it with the encoding UTF-8")
_TCVN3 = re.compile(rb"[A-Za-z][\xa8-\xaa\xac-\xae\xb5-\xb9\xbc-\xbe]|[\xa8-\xaa\xac-\xae\xb5-\xb9\xbc-\xbe][A-Za-z]")
"""Letters of the old Vietnamese fonts lie where the Western encodings keep signs such as the pilcrow: no word has these in it."""
_HIGH = re.compile(rb"[\x80-\xff]")
_TONES = re.compile(rb"[AEIOUYaeiouy\xc2\xc3\xca\xd4\xd5\xdd\xe2\xe3\xea\xf4\xf5\xfd][\xcc\xd2\xde\xec\xf2]")
"""Windows-1258 writes the tone as a byte of its own after the vowel."""


def decoded(path: str, body: bytes) -> str:
    """The text without byte order mark; raises :class:`IntakeError` for what is damaged, cut off or in no encoding we know."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _strict(path, body[len(mark) :], encoding)
    if b"\x00" in body[:_SAMPLE]:
        return _strict(path, body, _wide(path, body))
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _old(path, body, error)
    _refuse_nul(path, text)
    return text


def _strict(path: str, body: bytes, encoding: str) -> str:
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line = _line(body[: error.start].decode(encoding, errors="ignore"))
        raise refused(path, _CUT if error.end >= len(body) else _DAMAGED, line=line, hint=EXPORT_AGAIN) from None
    _refuse_nul(path, text)
    return text


def _wide(path: str, body: bytes) -> str:
    """Which UTF-16 without a mark this is: ASCII letters and separators have their zero on one side."""
    sample = body[:_SAMPLE]
    pairs = max(len(sample) // 2, 1)
    first, second = sample[::2].count(0) / pairs, sample[1::2].count(0) / pairs
    if second > 0.3 and first < 0.05:
        return "utf-16-le"
    if first > 0.3 and second < 0.05:
        return "utf-16-be"
    line = _line(body[: body.index(0)].decode("latin-1"))
    raise refused(path, _NUL, line=line, hint=EXPORT_AGAIN)


def _refuse_nul(path: str, text: str) -> None:
    nul = text.find("\0")
    if nul >= 0:
        raise refused(path, _NUL, line=_line(text[:nul]), hint=EXPORT_AGAIN)


def _old(path: str, body: bytes, error: UnicodeDecodeError) -> str:
    """Text of the time before Unicode, if it is that and not damaged UTF-8."""
    line = _line(body[: error.start].decode("latin-1"))
    if _mostly_utf8(body):
        cut = error.reason == "unexpected end of data"
        raise refused(path, _CUT if cut else _DAMAGED, line=line, hint=EXPORT_AGAIN)
    if b"\x00" in body:
        raise refused(path, _NUL, line=line, hint=EXPORT_AGAIN)
    high = len(_HIGH.findall(body))
    old_font = len(_TCVN3.findall(body))
    if old_font >= 2 and old_font * 5 >= high:
        raise refused(path, msg("The text is in an old Vietnamese encoding (TCVN3)"), line=line, hint=_SAVE_AS_UTF8)
    for encoding in ("cp1258", "cp1252") if _TONES.search(body) else ("cp1252",):
        try:
            text = unicodedata.normalize("NFC", body.decode(encoding))
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" or not any(unicodedata.combining(char) for char in text):
            return text
    raise refused(path, msg("The text is in an encoding that cannot be told"), line=line, hint=_SAVE_AS_UTF8)


def _mostly_utf8(body: bytes) -> bool:
    """Whether nearly everything beyond ASCII is valid UTF-8."""
    text = body.decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for _ in re.finditer(r"[^\x00-\x7f\ufffd]", text))
    return good > bad * 5


def _line(text_before: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text_before)) + 1
