"""Checked expressions as trees: the engine's serialised form, decoded and encoded.

The engine hands out a checked expression as protobuf bytes (``cel.expr.CheckedExpr`` inside an ``Any``) but ships no
Python classes for them. The message types are therefore declared here, only as far as they are read; protobuf keeps the
fields it does not know, so a tree that is changed and encoded again loses nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, EncodeError

from secaudit.errors import ExpressionError
from secaudit.messages import msg

Node = Any
"""A message, mostly one ``cel.expr.Expr``; protobuf builds the classes at run time, so no static type exists."""

_PACKAGE = "cel.expr"
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bool": _FIELD.TYPE_BOOL,
    "int32": _FIELD.TYPE_INT32,
    "int64": _FIELD.TYPE_INT64,
    "double": _FIELD.TYPE_DOUBLE,
    "string": _FIELD.TYPE_STRING,
}
# message -> (field, type, number); "*" marks a repeated field, "?" a member of the message's one-of.
_MESSAGES: Mapping[str, tuple[tuple[str, str, int], ...]] = {
    "Constant": (
        ("bool_value", "?bool", 2),
        ("int64_value", "?int64", 3),
        ("double_value", "?double", 5),
        ("string_value", "?string", 6),
    ),
    "Ident": (("name", "string", 1),),
    "Select": (("operand", "Expr", 1), ("field", "string", 2), ("test_only", "bool", 3)),
    "Call": (("target", "Expr", 1), ("function", "string", 2), ("args", "*Expr", 3)),
    "CreateList": (("elements", "*Expr", 1),),
    "CreateStruct": (("message_name", "string", 1),),
    "Comprehension": (
        ("iter_var", "string", 1),
        ("iter_range", "Expr", 2),
        ("accu_var", "string", 3),
        ("accu_init", "Expr", 4),
        ("loop_condition", "Expr", 5),
        ("loop_step", "Expr", 6),
        ("result", "Expr", 7),
    ),
    "Expr": (
        ("id", "int64", 2),
        ("const_expr", "?Constant", 3),
        ("ident_expr", "?Ident", 4),
        ("select_expr", "?Select", 5),
        ("call_expr", "?Call", 6),
        ("list_expr", "?CreateList", 7),
        ("struct_expr", "?CreateStruct", 8),
        ("comprehension_expr", "?Comprehension", 9),
    ),
    "ListType": (("elem_type", "Type", 1),),
    "Type": (("primitive", "?int32", 3), ("list_type", "?ListType", 6), ("message_type", "?string", 9)),
    "Reference": (("name", "string", 1), ("overload_id", "*string", 3)),
    "ReferenceEntry": (("key", "int64", 1), ("value", "Reference", 2)),
    "TypeEntry": (("key", "int64", 1), ("value", "Type", 2)),
    "PositionEntry": (("key", "int64", 1), ("value", "int32", 2)),
    "SourceInfo": (("positions", "*PositionEntry", 4),),
    "CheckedExpr": (
        ("reference_map", "*ReferenceEntry", 2),
        ("type_map", "*TypeEntry", 3),
        ("expr", "Expr", 4),
        ("source_info", "SourceInfo", 5),
    ),
}


def _checked_class() -> Node:
    file = descriptor_pb2.FileDescriptorProto(name="secaudit/checked.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, kind, number in fields:
            bare = kind.lstrip("*?")
            added = message.field.add(
                name=field,
                number=number,
                label=_FIELD.LABEL_REPEATED if kind.startswith("*") else _FIELD.LABEL_OPTIONAL,
                type=_SCALARS.get(bare, _FIELD.TYPE_MESSAGE),
            )
            if bare not in _SCALARS:
                added.type_name = f".{_PACKAGE}.{bare}"
            if kind.startswith("?"):
                if not message.oneof_decl:
                    message.oneof_decl.add(name="kind")
                added.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.CheckedExpr"))


_Checked = _checked_class()


@dataclass(frozen=True, slots=True)
class Kind:
    """Type the checker gave a node: ``bool``, ``int``, ``double``, ``string``, ``list``, ``record`` or ``other``."""

    name: str
    element: "Kind | None" = None
    """For lists."""
    message: str = ""
    """For records: full name of the message type."""

    def __str__(self) -> str:
        """As shown in messages."""
        return f"list({self.element})" if self.element else self.name


OTHER = Kind("other")
_PRIMITIVES = {1: Kind("bool"), 2: Kind("int"), 4: Kind("double"), 5: Kind("string")}


class Tree:
    """One checked expression: root node, types and references by node id."""

    def __init__(self, serialized: bytes) -> None:
        """Decode what ``Expression.serialize`` gave; raises ExpressionError when it is nested too deeply to decode."""
        wrapped = any_pb2.Any.FromString(serialized)
        self._type_url = wrapped.type_url
        try:
            self._checked = _Checked.FromString(wrapped.value)
        except DecodeError as error:
            raise ExpressionError(msg("the expression is nested too deeply")) from error
        self.root: Node = self._checked.expr
        self.references: dict[int, str] = {e.key: e.value.name.lstrip(".") for e in self._checked.reference_map if e.value.name}
        self._kinds = {entry.key: _kind(entry.value) for entry in self._checked.type_map}
        self._positions = {entry.key: entry.value for entry in self._checked.source_info.positions}
        self._next_id = 1 + max((node.id for node in walk(self.root)), default=0)

    def kind(self, node: Node) -> Kind:
        """Type of a node."""
        return self._kinds.get(node.id, OTHER)

    def column(self, node: Node) -> int | None:
        """0-based offset of the node in the text, in code points."""
        return self._positions.get(node.id)

    def name(self, node: Node) -> str | None:
        """Variable that the node stands for, or None."""
        return self.references.get(node.id) if node.WhichOneof("kind") in ("ident_expr", "select_expr") else None

    def new_id(self) -> int:
        """An id no node of this tree has."""
        self._next_id += 1
        return self._next_id

    def forget(self, node: Node) -> None:
        """Drop the reference of a node that no longer stands for a variable."""
        for index, entry in enumerate(self._checked.reference_map):
            if entry.key == node.id:
                del self._checked.reference_map[index]
                return

    def encode(self) -> bytes:
        """Bytes for ``Env.deserialize``."""
        try:
            value = self._checked.SerializeToString()
        except EncodeError as error:
            raise ExpressionError(msg("the expression is nested too deeply")) from error
        return any_pb2.Any(type_url=self._type_url, value=value).SerializeToString()


def _kind(value: Node) -> Kind:
    which = value.WhichOneof("kind")
    if which == "primitive":
        return _PRIMITIVES.get(value.primitive, OTHER)
    if which == "list_type":
        return Kind("list", element=_kind(value.list_type.elem_type))
    if which == "message_type":
        return Kind("record", message=value.message_type)
    return OTHER


def children(node: Node) -> list[Node]:
    """Direct children of a node, in the order they stand."""
    match node.WhichOneof("kind"):
        case "select_expr":
            return [node.select_expr.operand]
        case "call_expr":
            call = node.call_expr
            return [*([call.target] if call.HasField("target") else []), *call.args]
        case "list_expr":
            return list(node.list_expr.elements)
        case "comprehension_expr":
            loop = node.comprehension_expr
            return [loop.iter_range, loop.accu_init, loop.loop_condition, loop.loop_step, loop.result]
        case _:
            return []


def walk(root: Node) -> Iterator[Node]:
    """Every node, parents first; iterative, so that no expression exhausts the interpreter's stack."""
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        yield node
        open_nodes.extend(reversed(children(node)))
