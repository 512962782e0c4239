"""Every error type that the models of everything people write can produce has a text of ours.

The schemas pydantic compiled are walked; a kind of schema this test does not know fails it, so that no new one slips through.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import secaudit.model
from secaudit.model.base import Written
from secaudit.source.texts import wording

BOUNDS = {"ge": "greater_than_equal", "le": "less_than_equal"}
STRING_BOUNDS = {"min_length": "string_too_short", "max_length": "string_too_long", "pattern": "string_pattern_mismatch"}
TYPES: dict[str, set[str]] = {
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float"},
    "float": {"float_type", "float_parsing"},
    "str": {"string_type", "string_unicode"},
    "bool": {"bool_type", "bool_parsing"},
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "literal": {"literal_error"},
    "enum": {"enum"},
    "model": {"model_type"},
    "model-fields": {"extra_forbidden", "model_type"},
    "tuple": {"tuple_type"},
    "list": {"list_type"},
    "dict": {"dict_type"},
    "any": set(),
    "nullable": set(),
    "default": set(),
    "union": set(),
    "definitions": set(),
    "definition-ref": {"recursion_loop"},
    "model-field": set(),
    "lax-or-strict": set(),
    "json-or-python": set(),
    "is-instance": set(),
    "chain": set(),
    "nan": set(),
}
FUNCTIONS = {
    "_whole": {"whole_number"},
    "_day": {"calendar_day", "no_such_day"},
    "_flag": {"true_or_false"},
    "ip_v4_network_validator": {"ip_v4_network"},
    "ip_v6_network_validator": {"ip_v6_network"},
    "greater_than_or_equal_validator": {"greater_than_equal"},
    "less_than_or_equal_validator": {"less_than_equal"},
    "max_length_validator": {"string_too_long"},
}

NESTED = (
    *("schema", "items_schema", "keys_schema", "values_schema", "choices", "steps", "definitions"),
    *("lax_schema", "strict_schema", "python_schema"),
)


def written_models() -> list[type[Written]]:
    for module in pkgutil.iter_modules(secaudit.model.__path__):
        importlib.import_module(f"secaudit.model.{module.name}")
    found: list[type[Written]] = []
    waiting = [Written]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found += children
    return sorted((model for model in found if model.__module__.startswith("secaudit.model")), key=lambda model: model.__name__)


def function_types(schema: dict[str, Any]) -> set[str]:
    function = schema["function"]["function"]
    name = getattr(function, "func", function).__name__
    assert name in FUNCTIONS, f"a validating function this test does not know: {schema}"
    return FUNCTIONS[name]


def own_types(schema: dict[str, Any], kind: str) -> Iterator[str]:
    if kind.startswith("function-"):
        yield from function_types(schema)
        return
    assert kind in TYPES, f"a kind of schema this test does not know: {kind}"
    yield from TYPES[kind]
    bounds = STRING_BOUNDS if kind == "str" else BOUNDS
    yield from (error for key, error in bounds.items() if schema.get(key) is not None)


def error_types(schema: Any) -> Iterator[str]:
    if isinstance(schema, list | tuple):
        for item in schema:
            yield from error_types(item)
    elif isinstance(schema, dict):
        kind = schema.get("type")
        if isinstance(kind, str):
            yield from own_types(schema, kind)
        if kind == "model-fields":
            fields = [field["schema"] for field in schema["fields"].values()]
            if any(field.get("type") != "default" for field in fields):
                yield "missing"
            yield from error_types(fields)
        for key in NESTED:
            yield from error_types(schema.get(key))


@pytest.mark.parametrize("model", written_models(), ids=lambda model: model.__name__)
def test_every_error_type_has_a_text(model):
    types = set(error_types(model.__pydantic_core_schema__))
    assert types
    assert {kind for kind in types if wording(kind) is None} == set()


def test_the_walk_sees_what_it_should():
    types = {kind for model in written_models() for kind in error_types(model.__pydantic_core_schema__)}
    assert {"whole_number", "calendar_day", "true_or_false", "missing", "extra_forbidden", "literal_error", "enum"} <= types
    assert {"string_pattern_mismatch", "greater_than_equal", "ip_v4_network", "ip_v6_network", "tuple_type"} <= types
