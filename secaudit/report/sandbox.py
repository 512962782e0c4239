"""The sandbox of page templates: what an own template cannot reach, and how much it may ask for.

Templates are written by people of the province, who make mistakes; some are copied from somewhere. Nothing in one reaches the
objects behind the document, a file or the network, and none can fill memory or count for ever: loops over ranges share a budget,
repeating and padding of texts is refused beyond a length, and so is a page beyond a size; what is left over meets the bounds of
:mod:`secaudit.report.bounds`.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import BuiltinMethodType, FunctionType, MethodType
from typing import Any, NoReturn, SupportsIndex

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from secaudit.messages import msg
from secaudit.report.bounds import Bounds, RefusedError, too_large

MOST_STEPS = 1_000_000
"""Steps that all loops over ranges of one page may take together."""
MOST_TEXT = 10_000_000
"""Characters of one text that a template puts together, and elements of a list."""
MOST_PAGE = 200_000_000
"""Characters of one page."""
MOST_BITS = 10_000
"""Of a whole number that a template multiplies."""
_NOTHING = object()
_GLOBALS = ("cycler", "dict", "joiner", "namespace")
"""What Jinja brings and templates may call besides ``range``; ``lipsum`` is left out."""
_PADDING = frozenset(("center", "expandtabs", "format", "format_map", "ljust", "rjust", "zfill"))
"""Methods of texts that make one of any length from a number."""
_FILTERS = ("center", "filesizeformat", "format", "pprint", "random", "urlize", "wordwrap", "xmlattr")
"""Filters that make a text of any length, address pages outside, or differ from one time to the next."""


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment all page templates run in."""

    intercepted_binops = frozenset(("*", "**", "+", "%"))

    def __init__(self, folders: tuple[Path, ...]) -> None:
        """Templates of the first folder that has them."""
        super().__init__(
            loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder, encoding="utf-8") for folder in folders]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
            auto_reload=False,
        )
        kept = {name: self.globals[name] for name in _GLOBALS}
        self._steps = 0
        self._safe: dict[tuple[type, str], bool] = {}
        self._ours: frozenset[Callable[..., Any]] = frozenset()
        self._bounds = Bounds() if len(folders) > 1 else None
        self.globals.clear()
        self.globals.update(kept, range=self._range)
        for name in _FILTERS:
            del self.filters[name]

    def add_names(self, names: Mapping[str, Any]) -> None:
        """Names of ours that every template may use."""
        self.globals.update(names)
        self._ours |= {value for value in names.values() if type(value) in (FunctionType, MethodType)}

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - whatever is there
        """Almost all are fields of records, which were looked at before; methods go the long way, ``format`` is one of them."""
        if self._safe.get((type(obj), attribute)):
            value = getattr(obj, attribute, _NOTHING)
            if value is not _NOTHING and type(value) not in (MethodType, BuiltinMethodType):
                return value
        return super().getattr(obj, attribute)

    def call(__self, __context: jinja2.runtime.Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401, N805 - Jinja's own
        """Functions of ours are safe and want nothing of the page: they need not be looked at a hundred thousand times."""
        if type(__obj) not in (FunctionType, MethodType) or __obj not in __self._ours:
            return super().call(__context, __obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return __obj(*args, **kwargs)

    def begin(self) -> None:
        """A new page or row begins: the loops of the last one are forgotten."""
        self._steps = 0

    def page(self, name: str, variables: Mapping[str, object]) -> str:
        """The rendered template; raises what a broken template raises. Own templates are kept within bounds."""
        if self._bounds is None:
            self.begin()
            return self.get_template(name).render(variables)
        try:
            with self._bounds.kept():
                return self._made(name, variables)
        except MemoryError as error:
            raise too_large(error) from None

    def handle_exception(self, source: str | None = None) -> NoReturn:
        """Find the line of the template, for which there must be some memory left."""
        if self._bounds is not None:
            self._bounds.lift()
        super().handle_exception(source)

    def _made(self, name: str, variables: Mapping[str, object]) -> str:
        self.begin()
        parts: list[str] = []
        size = 0
        for part in self.get_template(name).generate(variables):
            size += len(part)
            if size > MOST_PAGE:
                raise RefusedError(msg("a page larger than {count} characters", count=MOST_PAGE))
            parts.append(part)
        return "".join(parts)

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Nothing that begins with an underscore, nothing inside of functions, no padding of texts; once for each type."""
        key = (type(obj), attr)
        safe = self._safe.get(key)
        if safe is None:
            padding = isinstance(obj, str) and attr in _PADDING
            safe = self._safe[key] = not padding and super().is_safe_attribute(obj, attr, value)
        return safe

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: object, right: object) -> object:
        """The operations by which a few characters of template become a text without end."""
        size = 0
        if operator == "*":
            size = max(_size(left) * _number(right), _size(right) * _number(left))
            if _number(left).bit_length() + _number(right).bit_length() > MOST_BITS:
                raise RefusedError(msg("a number without end"))
        elif operator == "+":
            size = _size(left) + _size(right)
        elif operator == "**" or (operator == "%" and isinstance(left, str)):
            raise RefusedError(msg("the operator {operator} is not for templates", operator=operator))
        if size > MOST_TEXT:
            raise RefusedError(msg("a text or list of {count} elements", count=size))
        return super().call_binop(context, operator, left, right)

    def _range(self, *bounds: SupportsIndex) -> Iterator[int]:
        for number in range(*bounds):
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise RefusedError(msg("loops over ranges of more than {count} steps in one page", count=MOST_STEPS))
            yield number


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
