"""A YAML text as a tree of places: where each value begins and ends, and where people wrote comments."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

import yaml
from yaml.events import AliasEvent, CollectionEndEvent, Event, MappingStartEvent, ScalarEvent, SequenceStartEvent, StreamEndEvent

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""Every line break libyaml knows."""
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\r\n\x85\u2028\u2029]*)?")


@dataclass(slots=True)
class Node:
    """One value and the characters it takes."""

    kind: Literal["scalar", "mapping", "sequence", "alias"]
    start: int
    end: int
    """Behind its last character, trailing blanks, line breaks and comments excluded."""
    data: object = None
    """As our reader hands it out."""
    flow: bool = False
    """Written in brackets."""
    style: str = ""
    """Of a scalar: its quotation mark, ``|`` or ``>``."""
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)
    items: list["Node"] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing stands there."""
        return self.start == self.end


class Layout:
    """The places of one text that :mod:`secaudit.source.events` accepted, without second fields of the same name."""

    def __init__(self, text: str) -> None:
        """``text`` has no byte order mark."""
        self.text = text
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        first = _BREAK.search(text)
        self.newline = first.group() if first and first.group() in ("\r\n", "\n") else "\n"
        self._scalars: list[tuple[int, int]] = []
        self.root = self._read()
        self.comments = self._comments()
        """Start and end of each, by place."""

    def line_start(self, place: int) -> int:
        """Where the line of ``place`` begins."""
        return self._starts[bisect_right(self._starts, place) - 1]

    def next_line(self, place: int) -> int:
        """Where the line after that of ``place`` begins; the end of the text when there is none."""
        index = bisect_right(self._starts, place)
        return self._starts[index] if index < len(self._starts) else len(self.text)

    def line_end(self, place: int) -> int:
        """Where the line of ``place`` ends, before its line break."""
        found = _BREAK.search(self.text, place)
        return found.start() if found else len(self.text)

    def skip(self, place: int) -> int:
        """The first character from ``place`` on that is neither blank nor comment."""
        text, size = self.text, len(self.text)
        while place < size:
            if text[place] == "#":
                place = self.line_end(place)
            elif text[place].isspace() or text[place] == "\x85":
                place += 1
            else:
                break
        return place

    def comments_in(self, start: int, end: int) -> list[tuple[int, int]]:
        """The comments between two places."""
        first = bisect_right(self.comments, (start, -1))
        return [one for one in self.comments[first : bisect_right(self.comments, (end, -1))] if one[1] <= end]

    def _read(self) -> Node:
        anchors: dict[str, Node] = {}
        root = Node("scalar", len(self.text), len(self.text))
        stack: list[tuple[Node, list[Node]]] = []
        next_event = yaml.CSafeLoader(self.text.encode()).get_event
        while not isinstance(event := next_event(), StreamEndEvent):
            if isinstance(event, CollectionEndEvent):
                node, parts = stack.pop()
                _close(node, parts, _span(event)[1])
                continue
            if isinstance(event, ScalarEvent):
                node = self._scalar(event)
            elif isinstance(event, AliasEvent):
                node = Node("alias", *_span(event), anchors[event.anchor or ""].data)
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                kind: Literal["mapping", "sequence"] = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
                node = Node(kind, *_span(event), {} if kind == "mapping" else [], flow=bool(event.flow_style))
            else:
                continue
            if event.anchor is not None and not isinstance(event, AliasEvent):
                anchors[event.anchor] = node
            if stack:
                stack[-1][1].append(node)
            else:
                root = node
            if isinstance(event, MappingStartEvent | SequenceStartEvent):
                stack.append((node, []))
        return root

    def _scalar(self, event: ScalarEvent) -> Node:
        start, end = _span(event)
        style = event.style or ""
        data = None if event.implicit[0] and event.value in _NULLS else event.value
        inner = start
        if style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
            header = _HEADER.search(self.text, start, end)
            inner = min(self.next_line(header.start()) if header else start, end)
        self._scalars.append((inner, end))
        return Node("scalar", start, end, data, style=style)

    def _comments(self) -> list[tuple[int, int]]:
        """A # outside every scalar begins a comment."""
        found: list[tuple[int, int]] = []
        place = 0
        for start, end in [*self._scalars, (len(self.text), len(self.text))]:
            while (at := self.text.find("#", place, start)) >= 0:
                place = self.line_end(at)
                found.append((at, place))
            place = max(place, end)
        return found


def _span(event: Event) -> tuple[int, int]:
    """The characters of an event; the parser always knows them."""
    first, last = event.start_mark, event.end_mark
    return (first.index, last.index) if first is not None and last is not None else (0, 0)


def _close(node: Node, parts: list[Node], end: int) -> None:
    """A list or mapping is complete; one in block style ends with its last part."""
    if node.kind == "mapping":
        node.pairs = list(zip(parts[::2], parts[1::2], strict=True))
        node.data.update((key.data, value.data) for key, value in node.pairs)  # type: ignore[attr-defined]  # a dict
    else:
        node.items = parts
        node.data.extend(part.data for part in parts)  # type: ignore[attr-defined]  # a list
    node.end = end if node.flow or not parts else parts[-1].end
