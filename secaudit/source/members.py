"""Members of a list or mapping in brackets: which leave, which come, and where the commas go."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from secaudit.source.edits import Edits
from secaudit.source.layout import Layout, Node

_Comments = Iterable[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Member:
    """An item, or a field with its value."""

    start: int
    end: int


def members_of(layout: Layout, node: Node) -> list[Member]:
    """The members as they stand."""
    if node.kind == "sequence":
        return [Member(item.start, item.end) for item in node.items]
    return [Member(key.start, pair_end(layout, key, value)) for key, value in node.pairs]


def colon(layout: Layout, key: Node) -> int | None:
    """The place of the colon behind a field name; None when it has none."""
    at = layout.skip(key.end)
    return at if layout.text[at : at + 1] == ":" else None


def pair_end(layout: Layout, key: Node, value: Node) -> int:
    """Where a field ends; an empty value in brackets is reported where the next thing stands."""
    if not value.empty:
        return value.end
    at = colon(layout, key)
    return key.end if at is None else at + 1


def change_members(
    edits: Edits, node: Node, gone: Set[int], new: Mapping[int, Sequence[str]], kept: Callable[[int], _Comments]
) -> None:
    """Take the members ``gone`` out and put ``new`` ones behind the member of their number (-1: before all).

    ``kept`` gives the comments inside a member that stay when it goes.
    """
    layout = edits.layout
    old = members_of(layout, node)
    staying = [index for index in range(len(old)) if index not in gone]
    first = True
    for anchor, texts in sorted(new.items()):
        before = [index for index in staying if index <= anchor]
        if before:
            edits.insert(old[before[-1]].end, "".join(f", {text}" for text in texts))
        elif staying:
            edits.insert(old[staying[0]].start, "".join(f"{text}, " for text in texts))
        else:
            edits.insert(node.end - 1, ("" if first else ", ") + ", ".join(texts))
            first = False
    cuts: list[tuple[int, int]] = []
    for index in sorted(gone):
        comma = _comma(layout, old[index].end)
        if any(True for _ in kept(index)):
            cuts += [] if comma is None else [(comma, comma + 1)]
            _hollow(edits, old[index], kept(index))
            continue
        cuts.append((old[index].start, old[index].end))
        if comma is not None:
            cuts.append((comma, comma + 1))
    if staying and len(old) - 1 in gone and _comma(layout, old[-1].end) is None:
        comma = _comma(layout, old[staying[-1]].end)
        cuts += [] if comma is None else [(comma, comma + 1)]
    for start, end in _joined(layout, sorted(cuts)):
        edits.replace(start, end, "")


def _hollow(edits: Edits, member: Member, kept: _Comments) -> None:
    """A member goes and the comments inside it stay."""
    layout = edits.layout
    margin = layout.newline + edits.margin(member.start) + "  "
    edits.replace(member.start, member.end, "".join(f" {layout.text[first:last]}{margin}" for first, last in kept))


def _comma(layout: Layout, place: int) -> int | None:
    at = layout.skip(place)
    return at if layout.text[at : at + 1] == "," else None


def _joined(layout: Layout, cuts: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Cuts that touch become one; blanks behind go too, and a line that would be left empty goes whole."""
    text = layout.text
    merged: list[list[int]] = []
    for start, end in cuts:
        stop = end
        while text[stop : stop + 1] in (" ", "\t"):
            stop += 1
        if text[stop : stop + 1] == "#":
            stop = end
        if merged and not text[merged[-1][1] : start].strip(" \t"):
            merged[-1][1] = stop
        else:
            merged.append([start, stop])
    for start, stop in merged:
        first = layout.line_start(start)
        alone = not text[first:start].strip(" \t") and stop == layout.line_end(stop) and stop < layout.next_line(stop)
        yield (first, layout.next_line(stop)) if alone else (start, stop)
