"""What of the language is offered: a checked tree is walked and everything else refused.

The rule behind the list: replacing an unknown by any value may turn unknown into true or false, never one of those into
the other. Equality, indexing and concatenation of record lists would break it (a missing field or an unread record would
look like a difference), growing texts and lists would let a check eat the memory, and untyped values would hide typos.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from secaudit.errors import ExpressionError
from secaudit.expr.screen import place_of
from secaudit.expr.tree import Kind, Node, Tree, children
from secaudit.messages import Message, msg

ACCUMULATOR = "@result"
"""Name the engine's macros give their accumulator; no text can spell it."""

_OPERATORS = frozenset(
    (
        "_&&_",
        "_||_",
        "!_",
        "_?_:_",
        "_==_",
        "_!=_",
        "_<_",
        "_<=_",
        "_>_",
        "_>=_",
        "@in",
        "@not_strictly_false",
        "_+_",
        "_-_",
        "_*_",
        "_/_",
        "_%_",
        "-_",
    )
)
_FUNCTIONS = frozenset(("size", "contains", "startsWith", "endsWith", "matches", "int", "double"))
_NUMBERS = ("int", "double")
_RECORD_PLACES = frozenset(("operand", "branch", "collected"))
_RECORD_LIST_PLACES = frozenset(("range", "size", "branch", "loop"))


@dataclass(frozen=True, slots=True)
class Uses:
    """What an expression refers to."""

    variables: frozenset[str]
    """Variables, ``param.x`` included."""
    fields: frozenset[tuple[str, str]]
    """(list variable, field) of the records it reads."""
    unguarded: frozenset[str]
    """Lists whose all() is true when they are empty, without a size() beside it."""
    patterns: tuple[Node, ...]
    """Second operands of matches()."""


def inspect(text: str, tree: Tree, variables: frozenset[str], roots: frozenset[str], message_of: Mapping[str, str]) -> Uses:
    """Refuse what is not offered (ExpressionError), and collect what is referred to."""
    found: set[str] = set()
    fields: set[tuple[str, str]] = set()
    sized: set[str] = set()
    alls: set[str] = set()
    patterns: list[Node] = []
    for node, place in _walk(tree):
        fault = _fault(tree, node, place, roots)
        if fault is not None:
            raise ExpressionError(msg("{fault} ({place})", fault=fault, place=place_of(text, tree.column(node))))
        name = tree.name(node)
        if name in variables:
            found.add(name)
            if place == "size":
                sized.add(name)
            continue
        which = node.WhichOneof("kind")
        if which == "select_expr":
            fields.add((message_of[tree.kind(node.select_expr.operand).message], node.select_expr.field))
        elif which == "call_expr" and node.call_expr.function == "matches":
            patterns.append(node.call_expr.args[-1])
        elif which == "comprehension_expr" and _is_all(node):
            alls.update(filter(None, [tree.name(node.comprehension_expr.iter_range)]))
    return Uses(frozenset(found), frozenset(fields), frozenset((alls - sized) & variables), tuple(patterns))


def _walk(tree: Tree) -> Iterator[tuple[Node, str]]:
    """Every node with the place it stands in."""
    open_nodes: list[tuple[Node, str]] = [(tree.root, "result")]
    while open_nodes:
        node, place = open_nodes.pop()
        yield node, place
        open_nodes.extend(_places(node, place))


def _places(node: Node, place: str) -> list[tuple[Node, str]]:
    which = node.WhichOneof("kind")
    parts = children(node)
    if which == "select_expr":
        return [(parts[0], "operand")]
    if which == "comprehension_expr":
        return [(parts[0], "range"), *((part, "loop") for part in parts[1:])]
    if which == "list_expr":
        return [(part, "collected" if place == "collecting" else "element") for part in parts]
    if which != "call_expr":
        return []
    function = node.call_expr.function
    if function == "_?_:_":
        return [(parts[0], "argument"), *((part, "branch") for part in parts[1:])]
    if is_collecting(node):
        return [(parts[0], "loop"), (parts[1], "collecting")]
    return [(part, "size" if function == "size" else "argument") for part in parts]


def is_collecting(node: Node) -> bool:
    """Whether a node is the ``accumulator + [x]`` that filter() and map() are made of."""
    call = node.call_expr
    return (
        call.function == "_+_"
        and len(call.args) == 2
        and call.args[0].ident_expr.name == ACCUMULATOR
        and (call.args[1].WhichOneof("kind") == "list_expr")
    )


def _is_all(node: Node) -> bool:
    return bool(node.comprehension_expr.loop_step.call_expr.function == "_&&_")


def _fault(tree: Tree, node: Node, place: str, roots: frozenset[str]) -> Message | None:
    found = _FAULTS.get(node.WhichOneof("kind") or "", _no_fault)(tree, node, roots)
    return found or _fault_of_kind(tree.kind(node), place, node)


def _fault_of_kind(kind: Kind, place: str, node: Node) -> Message | None:
    if kind.name == "record":
        return None if place in _RECORD_PLACES else msg("a record can only be asked for its fields")
    if kind.element is not None and kind.element.name == "record":
        if place in _RECORD_LIST_PLACES or (place == "collecting" and node.WhichOneof("kind") == "list_expr"):
            return None
        return msg("a list of records can only be searched with exists, all, exists_one, filter and map, or measured with size")
    inner = kind
    while inner.element is not None:
        inner = inner.element
        if inner.name == "record":
            return msg("lists of lists of records are not offered")
    return msg("values of this type are not offered") if inner.name == "other" else None


def _fault_of_const(_tree: Tree, node: Node, _roots: frozenset[str]) -> Message | None:
    which = node.const_expr.WhichOneof("kind")
    if which is None:
        return msg("null, unsigned and byte values are not offered")
    if which == "string_value" and "\0" in node.const_expr.string_value:
        return msg("a NUL character would cut the text short")
    return None


def _fault_of_call(tree: Tree, node: Node, _roots: frozenset[str]) -> Message | None:
    call = node.call_expr
    if call.function == "_[_]":
        return msg("indexing with [ ] is not offered; search with exists or all")
    if call.function not in _OPERATORS and call.function not in _FUNCTIONS:
        return msg("{function} is not offered", function=call.function)
    if call.function == "_+_" and not is_collecting(node) and tree.kind(node).name not in _NUMBERS:
        return msg("+ is offered for numbers only")
    if call.function in _NUMBERS and tree.kind(call.args[0]).name not in _NUMBERS:
        return msg("{function}() is offered for numbers only", function=call.function)
    return None


def _fault_of_loop(_tree: Tree, node: Node, roots: frozenset[str]) -> Message | None:
    variable = node.comprehension_expr.iter_var
    if variable in roots:
        return msg("{name} is the beginning of a fact's name; give the loop variable another one", name=variable)
    return None


def _fault_of_struct(_tree: Tree, _node: Node, _roots: frozenset[str]) -> Message | None:
    return msg("maps and messages in braces are not offered")


def _fault_of_select(tree: Tree, node: Node, _roots: frozenset[str]) -> Message | None:
    if node.select_expr.test_only:
        return msg("has() is not offered")
    if tree.kind(node.select_expr.operand).name != "record":
        return msg("only records have fields")
    return None


def _no_fault(_tree: Tree, _node: Node, _roots: frozenset[str]) -> Message | None:
    return None


_FAULTS: Mapping[str, Callable[[Tree, Node, frozenset[str]], Message | None]] = {
    "const_expr": _fault_of_const,
    "call_expr": _fault_of_call,
    "comprehension_expr": _fault_of_loop,
    "struct_expr": _fault_of_struct,
    "select_expr": _fault_of_select,
}
