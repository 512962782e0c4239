"""Changes of a text at places, applied together; comments are never thrown away with what they stand beside."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from secaudit.source.layout import Layout, Node

_BLANKS = re.compile(r"[ \t]*")


class NotInPlaceError(Exception):
    """The text is written in a way that cannot be changed here without writing the record anew."""


@dataclass(slots=True)
class Edits:
    """Replacements collected for one text."""

    layout: Layout
    _made: list[tuple[int, int, str]] = field(default_factory=list)

    def mark(self) -> int:
        """Where the list of replacements stands, for :meth:`undo`."""
        return len(self._made)

    def undo(self, mark: int) -> None:
        """Forget what was collected since ``mark``."""
        del self._made[mark:]

    def insert(self, place: int, text: str) -> None:
        """Write ``text`` before the character at ``place``."""
        self._made.append((place, place, text))

    def replace(self, start: int, end: int, text: str) -> None:
        """Write ``text`` instead of what stands there."""
        self._made.append((start, end, text))

    def applied(self) -> str:
        """The new text."""
        parts: list[str] = []
        place = 0
        for start, end, text in sorted(self._made, key=lambda one: one[:2]):
            if start < place:
                raise NotInPlaceError
            parts += [self.layout.text[place:start], text]
            place = end
        return "".join([*parts, self.layout.text[place:]])

    def put(self, node: Node, text: str, *, flow: bool, kept: Iterable[tuple[int, int]]) -> None:
        """Write ``text`` in place of ``node``; the comments ``kept`` get lines of their own behind it."""
        after = self._rest(node.end, node.start, kept, always=flow)
        self.replace(node.start, node.end, text + after)

    def _rest(self, end: int, start: int, kept: Iterable[tuple[int, int]], *, always: bool) -> str:
        layout = self.layout
        comments = [layout.text[first:last] for first, last in kept]
        if not comments:
            return ""
        margin = layout.newline + self.margin(start) + "  "
        goes_on = always or bool(layout.text[end : layout.line_end(end)].strip())
        return "".join(margin + comment for comment in comments) + (margin if goes_on else "")

    def margin(self, place: int) -> str:
        """The blanks the line of ``place`` begins with."""
        found = _BLANKS.match(self.layout.text, self.layout.line_start(place))
        return found.group() if found else ""

    def drop_lines(self, start: int, end: int, kept: Iterable[tuple[int, int]], margin: str | None = None) -> None:
        """Remove the lines from ``start`` to ``end`` whole, ``start`` being the first text of its line."""
        layout = self.layout
        first = layout.line_start(start)
        margin = self.margin(start) if margin is None else margin
        comments = "".join(margin + layout.text[one:last] + layout.newline for one, last in kept)
        stop = layout.next_line(end)
        if comments and stop == layout.line_end(end):
            comments = comments.removesuffix(layout.newline)
        self.replace(first, stop, comments)

    def opens_line(self, place: int) -> bool:
        """Whether only blanks stand before ``place`` in its line."""
        return not self.layout.text[self.layout.line_start(place) : place].strip(" \t")

    def behind(self, place: int) -> int:
        """The end of the line of ``place``, behind a comment that stands there; nothing else may."""
        layout = self.layout
        stop = layout.line_end(place)
        rest = layout.text[place:stop].strip(" \t")
        if rest and not rest.startswith("#"):
            raise NotInPlaceError
        return stop
