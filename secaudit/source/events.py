"""The event pass: YAML text becomes plain data without recursion, composing or tags.

The C loader's composer recurses and takes the interpreter down on fifty thousand ``[``; the event parser under it keeps its
own stack. Building the data straight from events is therefore both the safe way and, with scalars kept as written, about
three times as fast as the usual loader.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from secaudit.messages import Message, msg
from secaudit.source.limits import Limits
from secaudit.source.sensitive import holds_secret
from secaudit.source.syntax import syntax_problem

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_INTERN_UP_TO = 40
_DIRECTIVE = re.compile(rb"(?:^|[\r\n]|\xc2\x85|\xe2\x80[\xa8\xa9])%")
"""A line that starts with ``%``, for every line break libyaml knows. Its check for repeated %TAG lines is quadratic: four hundred
thousand of them stop one C call for minutes."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the text of a file, with its 1-based place."""

    message: Message
    line: int | None = None
    column: int | None = None
    hint: Message | None = None
    key: str | None = None


class RefusedError(Exception):
    """The text ends here: what follows could not be trusted or would cost too much."""

    def __init__(self, fault: Fault) -> None:
        """``fault`` says why."""
        super().__init__(str(fault.message))
        self.fault = fault


class _Frame:
    """A list or mapping that is still open."""

    __slots__ = ("anchor", "before", "fields", "has_key", "height", "items", "key")

    def __init__(self, container: dict[str, object] | list[object], anchor: str | None, before: int) -> None:
        self.fields = container if isinstance(container, dict) else None
        self.items = container if isinstance(container, list) else None
        self.key: str | None = None
        """None is the second of two equal keys: its value is dropped."""
        self.has_key = False
        self.anchor = anchor
        self.before = before
        self.height = 1

    def wants_key(self) -> bool:
        """Whether the next scalar is a field name."""
        return self.fields is not None and not self.has_key

    def put(self, value: object) -> None:
        """Take the next item or the value of the present field."""
        if self.items is not None:
            self.items.append(value)
        elif self.fields is not None:
            if self.key is not None:
                self.fields[self.key] = value
            self.has_key = False


class Builder:
    """Turns one file's events into data; :meth:`run` is called once."""

    def __init__(self, raw: bytes, limits: Limits) -> None:
        """``raw`` is UTF-8 without byte order mark."""
        self._raw = raw
        self._limits = limits
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._aliases = 0
        self._documents = 0
        self._done = False
        self._root: object = None
        self._anchors: dict[str, tuple[object, int, int]] = {}
        self._faults: list[Fault] = []
        self._more = 0

    def run(self) -> tuple[object, list[Fault]]:
        """The data, and the duplicate keys (first one wins); raises :class:`RefusedError` for everything else."""
        found = _DIRECTIVE.search(self._raw)
        if found:
            raise RefusedError(
                Fault(
                    msg("A line that starts with % (a YAML directive) is not accepted"),
                    self._raw.count(b"\n", 0, found.end()) + 1,
                    1,
                    msg("remove the line, or indent it if it belongs to a text"),
                )
            )
        handlers: dict[type, Callable[..., None]] = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open_mapping,
            SequenceStartEvent: self._open_sequence,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
            DocumentEndEvent: self._ignore,
            StreamStartEvent: self._ignore,
            StreamEndEvent: self._end,
        }
        try:
            next_event = yaml.CSafeLoader(self._raw).get_event
            while not self._done:
                event = next_event()
                handlers[type(event)](event)
        except yaml.YAMLError as error:
            raise RefusedError(Fault(*syntax_problem(error, self._raw))) from None
        if self._more:
            self._faults.append(Fault(msg("{count} more duplicate keys", count=self._more)))
        return self._root, self._faults

    def _ignore(self, _: Event) -> None:
        pass

    def _end(self, _: Event) -> None:
        self._done = True

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _refusal(event, msg("A second document starts here"), msg("keep one document per file; remove the line ---"))

    def _scalar(self, event: ScalarEvent) -> None:
        self._count(event, 1)
        sealed = event.tag is not None
        if sealed and (event.tag not in self._limits.opaque_tags or (self._stack and self._stack[-1].wants_key())):
            raise _tag_refusal(event)
        value: str | None = event.tag if sealed else event.value
        if not sealed and event.implicit[0] and value in _NULLS:
            value = None
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.fields is not None and not frame.has_key:
            self._key(event, value, frame, frame.fields)
        else:
            self._place(value)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, 0)

    def _key(self, event: ScalarEvent, value: str | None, frame: _Frame, fields: dict[str, object]) -> None:
        if value is None:
            raise _refusal(event, msg("A field name is missing before the colon"), msg("write name: value"))
        key = sys.intern(value) if len(value) <= _INTERN_UP_TO else value
        frame.has_key = True
        if key in fields:
            self._duplicate(event, key)
            frame.key = None
        else:
            frame.key = key

    def _duplicate(self, event: ScalarEvent, key: str) -> None:
        if len(self._faults) >= self._limits.max_problems:
            self._more += 1
            return
        self._faults.append(
            Fault(
                msg("The field '{name}' stands here a second time", name="***" if holds_secret(key) else key[:60]),
                *place_of(event),
                msg("keep one of the two; for several values write a list"),
                None if holds_secret(key) else key[:60],
            )
        )

    def _open_mapping(self, event: MappingStartEvent) -> None:
        self._open(event, {})

    def _open_sequence(self, event: SequenceStartEvent) -> None:
        self._open(event, [])

    def _open(self, event: MappingStartEvent | SequenceStartEvent, container: dict[str, object] | list[object]) -> None:
        self._count(event, 1)
        if event.tag is not None:
            raise _tag_refusal(event)
        if self._stack and self._stack[-1].wants_key():
            raise _key_refusal(event)
        if len(self._stack) >= self._limits.max_depth:
            raise self._too_deep(event)
        self._place(container)
        self._stack.append(_Frame(container, event.anchor, self._nodes))

    def _close(self, _: Event) -> None:
        frame = self._stack.pop()
        if frame.anchor is not None:
            value = frame.items if frame.fields is None else frame.fields
            self._anchors[frame.anchor] = (value, self._nodes - frame.before + 1, frame.height)
        if self._stack:
            parent = self._stack[-1]
            parent.height = max(parent.height, frame.height + 1)

    def _alias(self, event: AliasEvent) -> None:
        self._aliases += 1
        name = event.anchor or ""
        if self._aliases > self._limits.max_aliases:
            raise _refusal(
                event, msg("More than {count} aliases (*name) in one file", count=self._limits.max_aliases), _WRITE_OUT
            )
        if any(frame.anchor == name for frame in self._stack):
            raise _refusal(event, msg("The alias *{name} contains itself", name=name[:60]), _WRITE_OUT)
        if name not in self._anchors:
            raise _refusal(event, msg("The alias *{name} was never defined", name=name[:60]), _WRITE_OUT)
        value, size, height = self._anchors[name]
        self._count(event, size)
        if len(self._stack) + height > self._limits.max_depth:
            raise self._too_deep(event)
        if self._stack:
            frame = self._stack[-1]
            if frame.wants_key():
                raise _key_refusal(event)
            frame.height = max(frame.height, height + 1)
        self._place(value)

    def _place(self, value: object) -> None:
        if self._stack:
            self._stack[-1].put(value)
        else:
            self._root = value

    def _count(self, event: Event, size: int) -> None:
        self._nodes += size
        if self._nodes > self._limits.max_nodes:
            raise _refusal(
                event,
                msg("The file holds more than {count} values", count=self._limits.max_nodes),
                msg("split it: one file per agency"),
            )

    def _too_deep(self, event: Event) -> RefusedError:
        return _refusal(
            event,
            msg("Lists and fields are nested more than {count} deep", count=self._limits.max_depth),
            msg("look for brackets that were never closed"),
        )


def place_of(event: Event) -> tuple[int, int]:
    """1-based line and column of an event."""
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


_WRITE_OUT = msg("write the value out instead")


def _refusal(event: Event, message: Message, hint: Message) -> RefusedError:
    return RefusedError(Fault(message, *place_of(event), hint))


def _tag_refusal(event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> RefusedError:
    return _refusal(event, msg("Tags (words that start with !) are not accepted"), msg("remove the tag; put the text in quotes"))


def _key_refusal(event: Event) -> RefusedError:
    return _refusal(event, msg("A field name must be plain text"), msg("write name: value"))
