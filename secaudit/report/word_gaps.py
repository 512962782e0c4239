"""Gaps in a paper stand out: whatever is marked as missing is highlighted, in templates officers edited too."""

import re

OPENING = "[CẦN BỔ SUNG"
"""What a mark begins with; it goes to the next closing bracket."""
_MARK = re.compile(rf"({re.escape(OPENING)}[^\]<]*\])")
_RUN = re.compile(
    r"<w:r(?: [^>]*)?>(?:<w:rPr/>|<w:rPr>(?P<shape>(?:(?!</?w:r>).)*?)</w:rPr>)?"
    rf"<w:t(?: [^>]*)?>(?P<text>[^<]*{re.escape(OPENING)}[^<]*)</w:t></w:r>"
)
_COLOUR = '<w:highlight w:val="yellow"/>'
_AFTER = re.compile(r"<w:(?:u|effect|bdr|shd|fitText|vertAlign|rtl|cs|em|lang|eastAsianLayout|specVanish|oMath)\b")
"""What must stand behind a highlight in the order of the format."""


def highlighted(part: str) -> str:
    """``part`` (WordprocessingML) with every mark in a yellow run of its own."""
    return _RUN.sub(_split, part) if OPENING in part else part


def _split(run: re.Match[str]) -> str:
    shape = run["shape"] or ""
    later = _AFTER.search(shape)
    at = later.start() if later else len(shape)
    marked = shape if "<w:highlight " in shape else f"{shape[:at]}{_COLOUR}{shape[at:]}"
    pieces = [piece for piece in _MARK.split(run["text"]) if piece]
    return "".join(_run(marked if _MARK.fullmatch(piece) else shape, piece) for piece in pieces)


def _run(shape: str, text: str) -> str:
    properties = f"<w:rPr>{shape}</w:rPr>" if shape else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'
