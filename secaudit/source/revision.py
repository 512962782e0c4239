"""Changes the data of a YAML text and nothing else: comments, order, quotes and line ends stay as people wrote them.

A program that writes a file anew throws away why its data are what they are. :func:`revised` compares the data with what is
wanted and changes only what differs: a scalar in its place, a field at the end of its mapping, a record of a list found by its
``id``. What it made is read again before it is handed out.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from secaudit.errors import DataError
from secaudit.source.edits import Edits, NotInPlaceError
from secaudit.source.house import field_lines, filled, inline, is_records, record_lines, scalar_of, scalar_text
from secaudit.source.layout import Layout, Node
from secaudit.source.members import change_members, colon
from secaudit.source.pairing import key_of, matched
from secaudit.source.yaml_file import parse_yaml

_BOM = b"\xef\xbb\xbf"
_WIDTH = 120


def written(wanted: Mapping[str, object]) -> bytes:
    """A new file in the style of the sample inventory: a line per field of agency and systems, a line per machine."""
    lines = [line for key, value in filled(wanted) for line in field_lines(key, value, top=True)]
    raw = "".join(f"{line}\n" for line in lines).encode() or b"{}\n"
    return raw if _holds(raw, wanted) else _refuse()


def revised(raw: bytes, wanted: Mapping[str, object]) -> bytes:
    """The text ``raw`` with the data ``wanted``, in which None and a missing field are the same.

    Values are texts, whole numbers, true or false, days, lists and mappings. Equal data give equal bytes. Raises
    :class:`DataError` when ``raw`` is no file our reader accepts.
    """
    file, problems = parse_yaml("-", raw)
    if file is None or problems:
        raise DataError(problems)
    if same(file.data, wanted):
        return raw
    mark = _BOM if raw.startswith(_BOM) else b""
    text = file.raw.decode()
    for attempt in (_in_place, _without_aliases, _anew):
        made = attempt(text, wanted)
        if made is not None and _holds(result := mark + made.encode(), wanted):
            return result
    return _refuse()


def same(data: object, wanted: object) -> bool:
    """Whether data as read are what is wanted."""
    if isinstance(wanted, Mapping):
        if not isinstance(data, dict):
            return False
        fields = dict(filled(wanted))
        return {key for key, value in data.items() if value is not None} == fields.keys() and all(
            same(data[key], value) for key, value in fields.items()
        )
    if isinstance(wanted, list | tuple):
        return isinstance(data, list) and len(data) == len(wanted) and all(map(same, data, wanted))
    return not isinstance(data, dict | list) and data == scalar_of(wanted)


def _holds(raw: bytes, wanted: Mapping[str, object]) -> bool:
    file, problems = parse_yaml("-", raw)
    if file is None or problems:
        return False
    return same(file.data, wanted) or (file.data is None and not any(filled(wanted)))


def _refuse() -> bytes:
    raise ValueError("these data have no YAML text that is read back as the same")


def _in_place(text: str, wanted: Mapping[str, object]) -> str | None:
    try:
        return _Revision(Layout(text)).run(wanted)
    except NotInPlaceError:
        return None


def _without_aliases(text: str, wanted: Mapping[str, object]) -> str | None:
    """One text stood for several values and only one of them changes: each is written out before."""
    layout = Layout(text)
    edits = Edits(layout)
    waiting = [layout.root]
    while waiting:
        node = waiting.pop()
        waiting += [*node.items, *(value for _, value in node.pairs)]
        if node.kind == "alias":
            edits.replace(node.start, node.end, inline(node.data, flow=True))
    return _in_place(edits.applied(), wanted)


def _anew(text: str, wanted: Mapping[str, object]) -> str:
    """The last way: all comments, then the data."""
    layout = Layout(text)
    comments = [text[start:end] + "\n" for start, end in layout.comments]
    return "".join(comments) + written(wanted).decode()


class _Revision:
    """One text on its way to other data."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._edits = Edits(layout)

    def run(self, wanted: Mapping[str, object]) -> str:
        """The new text."""
        root = self._layout.root
        if root.kind == "mapping":
            self._mapping(root, wanted, top=True)
        elif root.data is None:
            self._first_fields(root, wanted)
        else:
            raise NotInPlaceError
        return self._edits.applied()

    def _first_fields(self, root: Node, wanted: Mapping[str, object]) -> None:
        """A file of comments only gets its data behind them."""
        newline = self._layout.newline
        lines = [line for key, value in filled(wanted) for line in field_lines(key, value, top=True)]
        text = "".join(line + newline for line in lines)
        at = len(self._layout.text) if root.empty else root.start
        before = "" if self._layout.line_start(at) == at else newline
        self._edits.replace(at, at if root.empty else root.end, before + text)

    # mappings

    def _mapping(self, node: Node, wanted: Mapping[str, object], *, top: bool = False) -> None:
        fields = dict(filled(wanted))
        gone = {i for i, (key, value) in enumerate(node.pairs) if value.data is not None and key.data not in fields}
        present = {str(key.data) for key, _ in node.pairs}
        new = {key: value for key, value in fields.items() if key not in present}
        if not node.flow and len(gone) == len(node.pairs):
            raise NotInPlaceError
        for key, value in node.pairs:
            if key.data in fields and not same(value.data, fields[str(key.data)]):
                self._value(node, key, value, fields[str(key.data)], top=top)
        if node.flow:
            texts = [inline({key: value}, flow=True)[1:-1] for key, value in new.items()]
            added = {len(node.pairs) - 1: texts} if texts else {}
            change_members(self._edits, node, gone, added, lambda index: self._kept(*node.pairs[index]))
            return
        for index in sorted(gone):
            self._drop_field(node, index)
        if new:
            staying = [value for index, (_, value) in enumerate(node.pairs) if index not in gone]
            margin = self._layout.newline + self._column(node.pairs[0][0])
            lines = [line for key, value in new.items() for line in field_lines(key, value, top=top)]
            self._edits.insert(self._edits.behind(staying[-1].end), "".join(margin + line for line in lines))

    def _drop_field(self, node: Node, index: int) -> None:
        key, value = node.pairs[index]
        layout, edits = self._layout, self._edits
        kept = self._kept(key, value, layout.line_end(max(value.end, key.end)))
        if edits.opens_line(key.start):
            edits.drop_lines(key.start, max(value.end, key.end), kept)
            return
        following = node.pairs[index + 1][0].start if index + 1 < len(node.pairs) else 0
        lead = layout.text[layout.line_start(key.start) : key.start]
        if not following or kept or lead.strip(" \t-") or layout.comments_in(value.end, following):
            raise NotInPlaceError
        edits.replace(key.start, following, "")

    def _kept(self, key: Node, value: Node, end: int | None = None) -> list[tuple[int, int]]:
        """The comments of a field that goes, but for those in the records that go with it."""
        stop = max(value.end, key.end) if end is None else end
        return self._outside(self._layout.comments_in(key.start, stop), value)

    def _outside(self, comments: Sequence[tuple[int, int]], node: Node) -> list[tuple[int, int]]:
        records = [item for item in node.items if item.kind == "mapping"]
        spans = [(self._layout.line_start(item.start), self._layout.line_end(item.end)) for item in records]
        return [one for one in comments if not any(start <= one[0] < end for start, end in spans)]

    def _value(self, node: Node, key: Node, value: Node, wanted: object, *, top: bool) -> None:
        """The value of a field that stays becomes another."""
        mark = self._edits.mark()
        try:
            if self._inside(value, wanted, flow=node.flow):
                return
        except NotInPlaceError:
            self._edits.undo(mark)
        lead = colon(self._layout, key)
        bare = value.empty or (
            value.flow and not (value.items or value.pairs or self._layout.comments_in(value.start, value.end))
        )
        if not node.flow and lead is not None and is_records(wanted) and bare:
            self._records_below(key, value, wanted, top=top)
        else:
            self._whole(value, inline(wanted, flow=node.flow), lead, flow=node.flow, key=key)

    def _records_below(self, key: Node, value: Node, wanted: object, *, top: bool) -> None:
        """A list that was empty gets its first records, a line each."""
        layout = self._layout
        lines = field_lines(str(key.data), wanted, top=top)[1:]
        margin = layout.newline + self._column(key)
        text = "".join(margin + line for line in lines)
        if not value.empty:
            start = value.start - 1 if layout.text[value.start - 1] == " " else value.start
            self._edits.replace(start, value.end, "")
        self._edits.insert(self._edits.behind(value.end), text)

    def _column(self, key: Node) -> str:
        """Blanks up to the field name ``key``."""
        return " " * (key.start - self._layout.line_start(key.start))

    def _inside(self, node: Node, wanted: object, *, flow: bool) -> bool:
        """Change a value by its parts; False when it has to be written whole."""
        if node.kind == "mapping" and isinstance(wanted, Mapping) and self._is_open(node) and (node.flow or any(filled(wanted))):
            self._mapping(node, wanted)
            return True
        filled_list = node.items or self._layout.comments_in(node.start, node.end)
        if node.kind == "sequence" and isinstance(wanted, list | tuple) and filled_list and (wanted or node.flow):
            self._sequence(node, wanted)
            return True
        if (
            node.kind == "scalar"
            and not isinstance(wanted, list | tuple | Mapping)
            and not node.empty
            and node.style in ("", "'", '"')
        ):
            like = self._layout.text[node.start : node.end] if not node.style else None
            self._edits.replace(node.start, node.end, scalar_text(wanted, flow=flow, quote=node.style, like=like))
            return True
        return False

    def _is_open(self, node: Node) -> bool:
        """Whether a mapping has brackets of its own, or stands in lines."""
        return not node.flow or self._layout.text[node.end - 1] == "}"

    def _whole(self, node: Node, text: str, lead: int | None, *, flow: bool, key: Node | None = None) -> None:
        """Write a value anew where it stands; ``lead`` is the place of the colon or dash before it."""
        layout, edits = self._layout, self._edits
        if node.empty:
            at = (key.end if key else node.end) if lead is None else lead + 1
            edits.insert(at, f": {text}" if lead is None and key else f" {text}")
            return
        end = layout.line_end(node.end) if node.kind != "scalar" and not node.flow else node.end
        kept = self._outside(layout.comments_in(node.start, end), node)
        below = lead is not None and layout.line_start(lead) != layout.line_start(node.start)
        if below and not node.flow and node.kind in ("mapping", "sequence"):
            edits.insert((lead or 0) + 1, f" {text}")
            edits.drop_lines(node.start, node.end, kept)
        else:
            inner = [one for one in kept if one[1] <= node.end]
            edits.put(node, text, flow=flow, kept=inner)

    # lists

    def _sequence(self, node: Node, wanted: Sequence[object]) -> None:
        pairing = matched(node.data, wanted)
        if self._refills(node, wanted):
            self._edits.replace(node.start, node.end, self._refilled(node, wanted))
            return
        staying = {old for old in pairing if old is not None}
        gone = set(range(len(node.items))) - staying
        after: dict[int, list[object]] = {}
        anchor = -1
        for old, value in zip(pairing, wanted, strict=True):
            if old is None:
                after.setdefault(anchor, []).append(value)
                continue
            anchor = old
            if not same(node.items[old].data, value):
                self._item(node, old, value)
        if node.flow:
            texts = {place: [inline(value, flow=True) for value in values] for place, values in after.items()}
            change_members(self._edits, node, gone, texts, partial(self._left_behind, node, wanted))
        else:
            self._lines(node, gone, after, wanted)

    def _refills(self, node: Node, wanted: Sequence[object]) -> bool:
        """Whether it is a list of words in brackets over several lines, with no comment in it."""
        text = self._layout.text[node.start : node.end]
        if not node.flow or len(text.splitlines()) < 2 or self._layout.comments_in(node.start, node.end):
            return False
        return not any(isinstance(one, Mapping | list | tuple) for one in [*wanted, *(item.data for item in node.items)])

    def _item(self, node: Node, index: int, wanted: object) -> None:
        item = node.items[index]
        mark = self._edits.mark()
        try:
            if self._inside(item, wanted, flow=node.flow):
                return
        except NotInPlaceError:
            self._edits.undo(mark)
        self._whole(item, inline(wanted, flow=node.flow), None if node.flow else self._dashes(node)[index], flow=node.flow)

    def _lines(self, node: Node, gone: set[int], after: Mapping[int, Sequence[object]], wanted: Sequence[object]) -> None:
        """Items that stand in lines of their own leave and come."""
        layout, edits = self._layout, self._edits
        dashes = self._dashes(node)
        if not all(edits.opens_line(dashes[index]) for index in gone) or (after and not edits.opens_line(dashes[0])):
            raise NotInPlaceError
        for anchor, values in after.items():
            model = node.items[max(anchor, 0)]
            margin = edits.margin(dashes[max(anchor, 0)])
            block = model.kind == "mapping" and not model.flow
            lines = [margin + line for value in values for line in record_lines(value, block=block)]
            staying = [index for index in range(anchor + 1) if index not in gone]
            if staying:
                place = edits.behind(node.items[staying[-1]].end)
                edits.insert(place, "".join(layout.newline + line for line in lines))
            else:
                edits.insert(layout.line_start(dashes[0]), "".join(line + layout.newline for line in lines))
        for index in sorted(gone):
            item = node.items[index]
            inner = layout.comments_in(dashes[index], layout.line_end(item.end))
            kept = [] if item.kind == "mapping" and not self._stays(item, wanted) else inner
            edits.drop_lines(dashes[index], item.end, kept)

    def _left_behind(self, node: Node, wanted: Sequence[object], index: int) -> list[tuple[int, int]]:
        """The comments inside an item in brackets that stay when it leaves its place: none of a record that goes for good."""
        item = node.items[index]
        comments = self._layout.comments_in(item.start, item.end)
        return comments if item.kind != "mapping" or self._stays(item, wanted) else []

    def _stays(self, item: Node, wanted: Sequence[object]) -> bool:
        """Whether a record that leaves its place comes back at another."""
        return key_of(item.data) in {key_of(one) for one in wanted}

    def _dashes(self, node: Node) -> list[int]:
        """The place of the dash before each item of a list in lines."""
        found: list[int] = []
        place = node.start
        for item in node.items:
            at = self._layout.skip(place)
            if self._layout.text[at : at + 1] != "-":
                raise NotInPlaceError
            found.append(at)
            place = max(item.end, at + 1)
        return found

    def _refilled(self, node: Node, wanted: Sequence[object]) -> str:
        """A list in brackets over several lines, filled again to the width it had."""
        layout = self._layout
        text = layout.text[node.start : node.end]
        newline = layout.newline
        width = max(40, *(len(line) for line in text.splitlines()))
        first = node.items[0].start
        opens_new = layout.line_start(first) != layout.line_start(node.start)
        margin = " " * (first - layout.line_start(first))
        lines: list[str] = [margin if opens_new else margin[:0]]
        for index, value in enumerate(wanted):
            part = inline(value, flow=True) + ("," if index < len(wanted) - 1 else "")
            used = len(lines[-1].rstrip()) + (0 if opens_new or len(lines) > 1 else first - layout.line_start(first))
            if lines[-1].strip() and used + 1 + len(part) > min(width, _WIDTH * 2):
                lines.append(margin)
            lines[-1] += (" " if lines[-1].strip() else "") + part
        tail = layout.text[layout.line_start(node.end) : node.end - 1]
        closes = newline + tail if not tail.strip() and layout.line_start(node.end) != layout.line_start(node.start) else ""
        return "[" + (newline if opens_new else "") + newline.join(lines) + closes + "]"
