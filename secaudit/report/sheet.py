"""A sheet for people outside: blocks of text that print the same as plain text (80 columns), Markdown and HTML.

Names on it come from inventories and machines: each renderer makes them harmless in its own language, so that no name can
draw a heading, a link or a script.
"""

import html
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from secaudit.messages import clean
from secaudit.report.texts import Wording
from secaudit.report.voice import Voice

WIDTH = 80
"""Columns of plain text: fits a console, an e-mail and A4."""
_CELL_LIMIT = 1000
_LEAST_COLUMN = 12
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_LINE_START = re.compile(r"^(|\d+(?=[.)](?:\s|$)))([-+=.)])")


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part; level 1 or 2."""

    text: Wording
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or some."""

    text: Wording


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Wording, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first column may be broken within words."""

    head: tuple[Wording, ...]
    rows: tuple[tuple[Wording | int, ...], ...]


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A command or a digest, to be compared letter by letter; broken at the width and nowhere joined."""

    text: str


Block = Heading | Paragraph | Items | Grid | Verbatim


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed."""

    title: Wording
    blocks: tuple[Block, ...]


def as_text(sheet: Sheet, voice: Voice) -> str:
    """Plain text of at most 80 columns."""
    title = _said(voice, sheet.title)
    lines = [*_wrapped(title), "=" * min(_columns(title), WIDTH), ""]
    for block in sheet.blocks:
        lines += [*_text_block(block, voice), ""]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def as_markdown(sheet: Sheet, voice: Voice) -> str:
    """Markdown, as tickets and wikis take it."""
    parts = [f"# {_escaped(_said(voice, sheet.title))}"]
    parts += ["\n".join(_markdown_block(block, voice)) for block in sheet.blocks]
    return "\n\n".join(parts) + "\n"


def as_html(sheet: Sheet, voice: Voice) -> str:
    """One page without script, style from outside or network; prints on A4."""
    title = html.escape(_said(voice, sheet.title))
    body = "\n".join("\n".join(_html_block(block, voice)) for block in sheet.blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="{voice.language}">\n<head>\n<meta charset="utf-8">\n'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


_STYLE = (
    "body{font:11pt/1.4 serif;max-width:46em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #999;padding:.2em .5em;text-align:left;vertical-align:top}td{overflow-wrap:anywhere}"
    "td.n{text-align:right}pre{white-space:pre-wrap;overflow-wrap:anywhere}@media print{body{margin:0}}"
)

RENDERERS: dict[str, Callable[[Sheet, Voice], str]] = {
    ".txt": as_text, ".md": as_markdown, ".html": as_html,
}  # fmt: skip
"""Suffix of a file -> what writes it."""


def _said(voice: Voice, wording: Wording | int) -> str:
    """One harmless line: a line feed in a name would begin a block of its own."""
    text = voice.format.number(wording) if isinstance(wording, int) else voice.say(wording)
    return " ".join(clean(text, limit=_CELL_LIMIT).split())


# Plain text


def _text_block(block: Block, voice: Voice) -> list[str]:
    match block:
        case Heading():
            text = _said(voice, block.text)
            return [*_wrapped(text), ("=" if block.level == 1 else "-") * min(_columns(text), WIDTH)]
        case Paragraph():
            return _wrapped(_said(voice, block.text))
        case Items():
            return [line for item in block.items for line in _wrapped(_said(voice, item), "  - ", "    ")]
        case Verbatim():
            return [f"    {part}" for part in _pieces(clean(block.text), WIDTH - 4)]
        case Grid():
            return _text_grid(block, voice)


def _text_grid(grid: Grid, voice: Voice) -> list[str]:
    rows = [[_said(voice, cell) for cell in row] for row in (grid.head, *grid.rows)]
    widths = _widths(rows)
    if widths is None:  # too many columns: each row becomes a short list
        head = rows[0]
        return [line for row in rows[1:] for line in _record(head, row)]
    numeric = [bool(grid.rows) and all(isinstance(row[place], int) for row in grid.rows) for place in range(len(widths))]
    lines = []
    for row in rows:
        cells = [_wrapped(cell, width=width) or [""] for cell, width in zip(row, widths, strict=True)]
        for height in range(max(map(len, cells))):
            parts = [cell[height] if height < len(cell) else "" for cell in cells]
            lines.append("  ".join(_padded(*one) for one in zip(parts, widths, numeric, strict=True)))
        if row is rows[0]:
            lines.append("  ".join("-" * width for width in widths))
    return lines


def _record(head: Sequence[str], row: Sequence[str]) -> list[str]:
    lines = _wrapped(row[0])
    for name, cell in zip(head[1:], row[1:], strict=True):
        lines += _wrapped(f"{name}: {cell}", "    ", "      ")
    return lines


def _widths(rows: Sequence[Sequence[str]]) -> list[int] | None:
    """At least as wide as the longest words want, the rest to those that lack most; None when there is not room enough."""
    places = range(len(rows[0]))
    words = [max(max((_columns(word) for word in row[place].split()), default=1) for row in rows) for place in places]
    whole = [max(_columns(row[place]) for row in rows) for place in places]
    widths = [min(width, 24) for width in words]
    spare = WIDTH - sum(widths[1:]) - 2 * (len(widths) - 1) - min(_LEAST_COLUMN, whole[0])
    if spare < 0:
        return None
    widths[0] = min(_LEAST_COLUMN, whole[0])
    for _ in range(spare):
        neediest = max(places, key=lambda place: whole[place] / widths[place])
        if whole[neediest] <= widths[neediest]:
            break
        widths[neediest] += 1
    return widths


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * max(width - _columns(text), 0)
    return space + text if right else text + space


def _wrapped(text: str, first: str = "", later: str = "", *, width: int = WIDTH) -> list[str]:
    """Lines of at most ``width`` columns; words longer than a line are broken."""
    lines: list[str] = []
    line = first
    empty = True
    for word in text.split():
        gap = "" if empty else " "
        if _columns(line) + len(gap) + _columns(word) <= width:
            line += gap + word
            empty = False
            continue
        if not empty:
            lines.append(line)
            line = later
        *whole, rest = _pieces(word, width - _columns(line)) or [""]
        for piece in whole:
            lines.append(line + piece)
            line = later
        line += rest
        empty = False
    return lines if empty else [*lines, line]


def _pieces(text: str, width: int) -> list[str]:
    """The text cut into parts of ``width`` columns."""
    if text.isascii():
        return textwrap.wrap(text, width, break_on_hyphens=False)
    parts, part = [], ""
    for char in text:
        if part and _columns(part + char) > width:
            parts.append(part)
            part = ""
        part += char
    return [*parts, part] if part else parts


def _columns(text: str) -> int:
    """Columns on a screen: marks that stand over a letter take none, East Asian wide ones two."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in unicodedata.normalize("NFC", text)
    )


# Markdown


def _markdown_block(block: Block, voice: Voice) -> Iterable[str]:
    match block:
        case Heading():
            return ["#" * (block.level + 1) + " " + _escaped(_said(voice, block.text))]
        case Paragraph():
            return [_escaped(_said(voice, block.text))]
        case Items():
            return [f"- {_escaped(_said(voice, item))}" for item in block.items]
        case Verbatim():
            fence = "`" * (max((len(run) for run in re.findall("`+", block.text)), default=2) + 1)
            return [fence, *clean(block.text).splitlines(), fence]
        case Grid():
            rows = [[_escaped(_said(voice, cell)) for cell in row] for row in (block.head, *block.rows)]
            marks = [
                "--:" if block.rows and all(isinstance(row[n], int) for row in block.rows) else "---" for n in range(len(rows[0]))
            ]
            return ["| " + " | ".join(row) + " |" for row in (rows[0], marks, *rows[1:])]


def _escaped(text: str) -> str:
    escaped = _LINE_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", text))
    # A scheme that is recognised without brackets would still become a link.
    return escaped.replace("://", ":\u200b//").replace("www.", "www\u200b.")


# HTML


def _html_block(block: Block, voice: Voice) -> Iterable[str]:
    def said(wording: Wording | int) -> str:
        return html.escape(_said(voice, wording))

    match block:
        case Heading():
            return [f"<h{block.level + 1}>{said(block.text)}</h{block.level + 1}>"]
        case Paragraph():
            return [f"<p>{said(block.text)}</p>"]
        case Items():
            return ["<ul>", *(f"<li>{said(item)}</li>" for item in block.items), "</ul>"]
        case Verbatim():
            return [f"<pre>{html.escape(clean(block.text))}</pre>"]
        case Grid():
            head = "".join(f"<th>{said(cell)}</th>" for cell in block.head)
            rows = (
                "".join(f'<td class="n">{said(cell)}</td>' if isinstance(cell, int) else f"<td>{said(cell)}</td>" for cell in row)
                for row in block.rows
            )
            return ["<table>", f"<tr>{head}</tr>", *(f"<tr>{row}</tr>" for row in rows), "</table>"]
