"""Texts into expressions: screened, checked against message types, compiled against maps."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cel_expr_python import cel

from secaudit.errors import ExpressionError
from secaudit.expr.bindings import Bindings
from secaudit.expr.declare import PARAM_PREFIX, Parameter, declare, parameter_types, variable_name
from secaudit.expr.expression import Expression
from secaudit.expr.interrupt import interruptible, require_finished
from secaudit.expr.rewrite import doubt, fix_parameters
from secaudit.expr.screen import explain, is_text, screen
from secaudit.expr.subset import Uses, inspect
from secaudit.expr.tree import Node, Tree
from secaudit.messages import msg
from secaudit.model.fact import FactSpec, FactValue

# has() would let a missing field decide.
_CONFIG = "name: secaudit\nstdlib:\n  exclude_macros: [has]\n"
_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_LONGEST_TEXT = 1_000
"""Characters of a text parameter."""
_NO_PARAMS: Mapping[str, Parameter] = {}


class Compiler:
    """Compiles expressions over one set of declared variables."""

    def __init__(self, specs: Iterable[FactSpec]) -> None:
        """Raises ExpressionError when two names collide or one cannot be written."""
        self._declared = declare(specs)
        with interruptible():
            self._config = cel.NewEnvConfigFromYaml(_CONFIG)
            self._checking_types = self._declared.checking_types()
            self._evaluation_types = self._declared.evaluation_types()
            # Without a pool of its own an environment asks Python for the default one and swallows a Ctrl-C while it does.
            self._evaluation = cel.NewEnv(self._declared.pool, config=self._config, variables=self._evaluation_types)
            self._patterns = cel.NewEnv(self._declared.pool, variables={"pattern": cel.Type.STRING})
            self._probe = self._patterns.compile('"".matches(pattern)')
        self._with_parameters: dict[tuple[tuple[str, str], ...], _Environments] = {}
        self._expressions: dict[tuple[object, ...], Expression] = {}
        self._named: tuple[str, ...] = ()

    @property
    def variables(self) -> Mapping[str, FactSpec]:
        """Variable as written in expressions -> its declaration."""
        return self._declared.by_variable

    def bind(self, values: Mapping[str, FactValue]) -> Bindings:
        """Make ``values`` (declared name -> fact) ready for any number of expressions of this compiler; never raises for them."""
        return Bindings(self._evaluation, self._declared.by_variable, values, self._named)

    def compile(self, text: str, *, params: Mapping[str, Parameter] = _NO_PARAMS) -> Expression:
        """The expression with ``param.x`` fixed to its values; raises ExpressionError naming what is wrong with it."""
        _require_parameters(params)
        key = (text, *((name, type(value), value) for name, value in sorted(params.items())))
        known = self._expressions.get(key)
        if known is None:
            known = self._expressions[key] = self._compile(text, params)
            self._named = tuple(sorted({*self._named, *known.variables}))
        return known

    def _compile(self, text: str, params: Mapping[str, Parameter]) -> Expression:
        screen(text)
        types = parameter_types(params)
        values = {variable_name(PARAM_PREFIX + name): value for name, value in params.items()}
        tree = self._check(text, types)
        roots = self._declared.roots | {"param"}
        names = frozenset(self._declared.by_variable) | frozenset(types)
        uses = inspect(text, tree, names, roots, self._declared.message_of)
        self._require_patterns(tree, uses, values)
        program = self._program_source(text, types, values)
        # The form for unread records is the deepest one: if it can be built now, no machine's facts can make it fail later.
        program(uses.variables & frozenset(self._declared.message_of.values()))
        return Expression(
            text,
            uses.variables - frozenset(types),
            uses.fields,
            uses.unguarded,
            self._declared.by_variable,
            program,
        )

    def _check(self, text: str, types: Mapping[str, cel.Type]) -> Tree:
        try:
            with interruptible():
                checked = self._environments(types).checking.compile(text)
        except RuntimeError as error:
            raise explain(text, str(error), self._declared.by_variable, types, self._declared.message_of) from None
        if checked.return_type() != cel.Type.BOOL:
            raise ExpressionError(
                msg("the expression gives {type}, it must give true or false", type=checked.return_type().name().lower()),
                hint=msg("compare it with something"),
            )
        return Tree(checked.serialize())

    def _program_source(self, text: str, types: Mapping[str, cel.Type], values: Mapping[str, Parameter]) -> "_Program":
        try:
            with interruptible():
                serialized = self._environments(types).evaluation.compile(text).serialize()
        except RuntimeError as error:  # maps allow more than messages, so this should not be; a trace would help nobody
            raise explain(text, str(error), self._declared.by_variable, types, self._declared.message_of) from None
        return _Program(self._evaluation, serialized, values)

    def _environments(self, types: Mapping[str, cel.Type]) -> "_Environments":
        """Making an environment costs six times as much as compiling a text: one per set of parameter types."""
        key = tuple(sorted((name, kind.name()) for name, kind in types.items()))
        known = self._with_parameters.get(key)
        if known is None:
            checking = cel.NewEnv(self._declared.pool, config=self._config, variables={**self._checking_types, **types})
            evaluation = (
                cel.NewEnv(self._declared.pool, config=self._config, variables={**self._evaluation_types, **types})
                if types
                else self._evaluation
            )
            known = self._with_parameters[key] = _Environments(checking, evaluation)
        return known

    def _require_patterns(self, tree: Tree, uses: Uses, values: Mapping[str, Parameter]) -> None:
        """A pattern that is no regular expression would be an error on every machine: refuse it now."""
        for node in uses.patterns:
            pattern = _text_of(tree, node, values)
            if pattern is None:
                raise ExpressionError(
                    msg("the pattern of matches() must be a literal text or a parameter"),
                    hint=msg("a pattern taken from a machine could be anything"),
                )
            with interruptible():
                value = self._probe.eval(data={"pattern": pattern}).value()
            if value is not True and value is not False:
                require_finished(str(value))
                raise ExpressionError(msg("{pattern} is no regular expression", pattern=pattern[:80]))


@dataclass(frozen=True, slots=True)
class _Environments:
    """The two environments for one set of parameter types."""

    checking: cel.Env
    evaluation: cel.Env


class _Program:
    """Makes the evaluable forms of one expression."""

    def __init__(self, env: cel.Env, serialized: bytes, values: Mapping[str, Parameter]) -> None:
        self._env = env
        self._serialized = serialized
        self._values = values

    def __call__(self, incomplete: frozenset[str]) -> cel.Expression:
        tree = Tree(self._serialized)
        fix_parameters(tree, self._values)
        doubt(tree, incomplete)
        try:
            with interruptible():
                return self._env.deserialize(tree.encode())
        except RuntimeError as error:
            raise ExpressionError(msg("the expression is nested too deeply")) from error


def _text_of(tree: Tree, node: Node, values: Mapping[str, Parameter]) -> str | None:
    if node.WhichOneof("kind") == "const_expr":
        return str(node.const_expr.string_value)
    value = values.get(tree.name(node) or "")
    return value if isinstance(value, str) else None


def _require_parameters(params: Mapping[str, Parameter]) -> None:
    for name, value in params.items():
        fits = type(value) in (bool, int, float, str)
        if isinstance(value, int) and not _INT_MIN <= value <= _INT_MAX:
            fits = False
        if isinstance(value, float) and not math.isfinite(value):
            fits = False
        if isinstance(value, str):
            fits = len(value) <= _LONGEST_TEXT and is_text(value)
        if not fits:
            raise ExpressionError(msg("parameter {name} holds no usable value", name=name))
