"""Changes to a checked tree before it is evaluated: parameters become constants, unread records become unknown.

A record list that was not read to its end is bound with an empty record behind the ones that were read, and every record
that was read carries :data:`READ`. The tree for such a list lets a predicate count only together with that mark: about the
empty record, ``exists(p, true)`` is unknown instead of true and ``all(p, false)`` unknown instead of false, because nobody
knows whether it exists. Where the list itself is used, as in ``size``, it becomes a name that is never bound.
"""

from collections.abc import Mapping

from secaudit.expr.declare import Parameter
from secaudit.expr.subset import is_collecting
from secaudit.expr.tree import Node, Tree, children, walk

READ = "@read"
"""Key of the mark; no text and no declaration can spell it."""
_UNBOUND = "@unbound"


def fix_parameters(tree: Tree, values: Mapping[str, Parameter]) -> None:
    """Replace every variable of ``values`` by its value."""
    for node in walk(tree.root):
        name = tree.name(node)
        if name is None or name not in values:
            continue
        tree.forget(node)
        value = values[name]
        if isinstance(value, bool):
            node.const_expr.bool_value = value
        elif isinstance(value, int):
            node.const_expr.int64_value = value
        elif isinstance(value, float):
            node.const_expr.double_value = value
        else:
            node.const_expr.string_value = value


def doubt(tree: Tree, lists: frozenset[str]) -> None:
    """Make the tree prove only what it can about ``lists``, which end in a record nobody read."""
    open_nodes = [tree.root]
    while open_nodes:
        node = open_nodes.pop()
        parts = children(node)
        if node.WhichOneof("kind") == "comprehension_expr" and tree.name(node.comprehension_expr.iter_range) in lists:
            loop = node.comprehension_expr
            _doubt_step(tree, loop.loop_step, loop.iter_var)
            parts = children(node)[1:]
        elif tree.name(node) in lists:
            tree.forget(node)
            node.ident_expr.name = _UNBOUND
        open_nodes.extend(parts)


def _doubt_step(tree: Tree, step: Node, variable: str) -> None:
    """``step`` is what the macros make: ``@result || P``, ``@result && P``, ``P ? ... : @result`` or ``@result + [T]``."""
    function = step.call_expr.function
    if function == "_||_":
        _join(tree, step.call_expr.args[1], "_&&_", _read(tree, variable, negated=False))
    elif function == "_&&_":
        _join(tree, step.call_expr.args[1], "_||_", _read(tree, variable, negated=True))
    elif function == "_?_:_":
        _join(tree, step.call_expr.args[0], "_&&_", _read(tree, variable, negated=False))
    elif is_collecting(step):
        _only_if_read(tree, step, variable)
    else:
        raise AssertionError(function)


def _join(tree: Tree, predicate: Node, function: str, mark: Node) -> None:
    """Turn ``predicate`` into ``function(predicate, mark)`` in place."""
    old = type(predicate)()
    old.CopyFrom(predicate)
    predicate.Clear()
    predicate.id = tree.new_id()
    predicate.call_expr.function = function
    predicate.call_expr.args.extend([old, mark])


def _only_if_read(tree: Tree, step: Node, variable: str) -> None:
    """Turn ``@result + [T]`` into ``read ? @result + [T] : @result``."""
    old = type(step)()
    old.CopyFrom(step)
    accumulated = type(step)()
    accumulated.CopyFrom(old.call_expr.args[0])
    accumulated.id = tree.new_id()
    step.Clear()
    step.id = tree.new_id()
    step.call_expr.function = "_?_:_"
    step.call_expr.args.extend([_read(tree, variable, negated=False), old, accumulated])


def _read(tree: Tree, variable: str, *, negated: bool) -> Node:
    mark = type(tree.root)(id=tree.new_id())
    mark.select_expr.field = READ
    mark.select_expr.operand.id = tree.new_id()
    mark.select_expr.operand.ident_expr.name = variable
    if not negated:
        return mark
    outer = type(tree.root)(id=tree.new_id())
    outer.call_expr.function = "!_"
    outer.call_expr.args.append(mark)
    return outer
