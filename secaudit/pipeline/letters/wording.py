"""Names cut to what a line holds, lists of names, the same words in every paper."""

import unicodedata
from collections.abc import Sequence

from secaudit.report.format import Format
from secaudit.report.sanitise import named

OPEN = "……………"
"""Where the clerk fills in what nobody wrote down."""
NOT_DECLARED = "chưa khai"
number_words = Format("vi").number


def characters(text: str) -> int:
    """Composed letters count one; signs beyond the basic plane two, as telephones count them."""
    return len(unicodedata.normalize("NFC", text).encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, most: int) -> str:
    """A name in one line of at most ``most`` characters; one that is cut ends in three dots and keeps its last letter whole."""
    line = unicodedata.normalize("NFC", " ".join(named(text).split()))
    if characters(line) <= most:
        return line
    end = len(line)
    while characters(line[:end]) >= most or (end > 0 and end < len(line) and unicodedata.combining(line[end])):
        end -= 1
    return line[:end].rstrip() + "…"


def listed(names: Sequence[str], most: int, *, rest: str) -> str:
    """``A, B, C và 4 hệ thống khác``."""
    shown = ", ".join(names[:most])
    more = len(names) - most
    return f"{shown} và {number_words(more)} {rest}" if more > 0 else shown


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]
