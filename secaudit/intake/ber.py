"""The little ASN.1 that a sealed answer consists of: read as BER, written as DER.

OpenSSL writes indefinite lengths and octet strings in pieces when it streams, and the library that opens the envelope reads DER
only. Total over hostile bytes: depth and number of elements are bounded, everything else is BerError.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SEQUENCE: Final = 0x30
SET: Final = 0x31
INTEGER: Final = 0x02
OCTETS: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
CONTENT: Final = 0xA0
"""[0], constructed."""

_CONSTRUCTED = 0x20
_PIECES = OCTETS | _CONSTRUCTED
_IMPLICIT_OCTETS = 0x80
_HIGH_TAG = 0x1F
_DEEPEST = 16
_MOST = 20_000
"""Elements: OpenSSL's pieces of one block of 4 MiB are some thousand."""


class BerError(ValueError):
    """These bytes are no BER, or more of it than an answer can be."""


@dataclass(frozen=True, slots=True)
class Node:
    """One element: of a constructed one the children count, else the bytes."""

    tag: int
    body: bytes = b""
    children: tuple["Node", ...] = ()

    @property
    def constructed(self) -> bool:
        """Whether it consists of other elements."""
        return bool(self.tag & _CONSTRUCTED)


def parse(data: bytes) -> Node:
    """The one element that ``data`` is; BerError for anything else, also for bytes after its end."""
    reader = _Reader(data)
    node, end = reader.element(0, len(data), 0)
    if end != len(data):
        raise BerError("bytes after the end")
    return node


def der(node: Node) -> bytes:
    """The same element as DER: definite lengths, octet strings in one piece."""
    return b"".join(_written(_whole(node)))


def element(tag: int, *parts: Node | bytes) -> Node:
    """An element of children or of bytes."""
    if tag & _CONSTRUCTED:
        return Node(tag, b"", tuple(part for part in parts if isinstance(part, Node)))
    return Node(tag, b"".join(part for part in parts if isinstance(part, bytes)))


def number(value: int) -> Node:
    """A whole number, not negative."""
    return Node(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.seen = 0

    def element(self, at: int, end: int, depth: int) -> tuple[Node, int]:
        """The element at ``at``, which must end by ``end``; and where it ends."""
        self.seen += 1
        if depth > _DEEPEST or self.seen > _MOST:
            raise BerError("too much in it")
        tag, length, start = self.head(at, end)
        if length is None:
            if not tag & _CONSTRUCTED:
                raise BerError("an open length without parts")
            return self.open_ended(tag, start, end, depth)
        stop = start + length
        if stop > end:
            raise BerError("it ends too early")
        if not tag & _CONSTRUCTED:
            return Node(tag, self.data[start:stop]), stop
        children = []
        while start < stop:
            child, start = self.element(start, stop, depth + 1)
            children.append(child)
        return Node(tag, b"", tuple(children)), stop

    def open_ended(self, tag: int, at: int, end: int, depth: int) -> tuple[Node, int]:
        """Children up to two zero bytes."""
        children = []
        while self.data[at : min(at + 2, end)] != b"\0\0":
            child, at = self.element(at, end, depth + 1)
            children.append(child)
        return Node(tag, b"", tuple(children)), at + 2

    def head(self, at: int, end: int) -> tuple[int, int | None, int]:
        """Tag, length (None: open) and where the content begins."""
        if at + 2 > end:
            raise BerError("it ends too early")
        tag, first = self.data[at], self.data[at + 1]
        if tag & _HIGH_TAG == _HIGH_TAG or tag == 0:
            raise BerError("a tag that no answer has")
        if first < 0x80:
            return tag, first, at + 2
        if first == 0x80:
            return tag, None, at + 2
        width = first & 0x7F
        if width > 4 or at + 2 + width > end:
            raise BerError("a length that no answer has")
        return tag, int.from_bytes(self.data[at + 2 : at + 2 + width], "big"), at + 2 + width


def _whole(node: Node) -> Node:
    """Octet strings in pieces become whole ones, with the universal tag or the implicit [0] of the sealed content."""
    if not node.constructed:
        return node
    children = tuple(_whole(child) for child in node.children)
    if node.tag == _PIECES or (node.tag == CONTENT and children and all(child.tag == OCTETS for child in children)):
        if any(child.tag != OCTETS for child in children):
            raise BerError("an octet string of something else")
        return Node(OCTETS if node.tag == _PIECES else _IMPLICIT_OCTETS, b"".join(child.body for child in children))
    return Node(node.tag, b"", children)


def _written(node: Node) -> Sequence[bytes]:
    parts = [node.body] if not node.constructed else [piece for child in node.children for piece in _written(child)]
    size = sum(map(len, parts))
    if size < 0x80:
        length = bytes([size])
    else:
        digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
        length = bytes([0x80 | len(digits)]) + digits
    return [bytes([node.tag]) + length, *parts]
