"""Validates a file's data against a model and says in our words, with line and column, what does not fit."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from secaudit.errors import Problem
from secaudit.messages import Message, clean, literal, msg
from secaudit.source.positions import Loc
from secaudit.source.sensitive import holds_secret, looks_secret
from secaudit.source.texts import EMPTY_FILE, OR, OTHER, choices_of, structure_name, wording
from secaudit.source.vietnamese import in_vietnamese
from secaudit.source.yaml_file import YamlFile

M = TypeVar("M", bound=BaseModel)
_FOUND_LIMIT = 60
_HIDDEN = "***"
_RANGE_KINDS = frozenset({"greater_than_equal", "less_than_equal", "no_such_day", "string_too_long"})
"""The value is of the right form and only outside the bounds: says more than the other members of a union."""


def validate(
    file: YamlFile, model: type[M], *, data: object = None, loc: Sequence[str | int] = ()
) -> tuple[M | None, list[Problem]]:
    """The model, or every problem of the data (capped by the file's limits).

    With ``data`` only that part of the file is validated, and ``loc`` says where it stands. A field written without a value
    counts as not written.
    """
    if data is None:
        data = file.data
    if data is None:
        return None, [empty_file(file)]
    found, errors = check(model, data)
    return found, problems_of(file, model, data, errors, tuple(loc))


def empty_file(file: YamlFile) -> Problem:
    """What is said of a file without data."""
    return Problem(EMPTY_FILE, file.path, 1, 1, hint=msg("fill it after the sample file"))


def check(model: type[M], data: object) -> tuple[M | None, list[ErrorDetails]]:
    """The model or pydantic's errors; fields without a value are left out where the model does not take an empty one."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    if not _drop_empty(data, errors):
        return None, errors
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def problems_of(file: YamlFile, model: type[BaseModel], data: object, errors: Iterable[ErrorDetails], loc: Loc) -> list[Problem]:
    """One problem per place; errors of the members of a union are folded into one."""
    places: dict[Loc, list[ErrorDetails]] = {}
    for error in errors:
        places.setdefault(data_path(data, error), []).append(error)
    limit = file.limits.max_problems
    problems = [_problem(file, model, path, found, loc) for path, found in list(places.items())[:limit]]
    if len(places) > limit:
        problems.append(more_problems(file.path, len(places) - limit))
    return problems


def more_problems(path: str, count: int) -> Problem:
    """The line that says how many problems of a file are not shown."""
    return Problem(
        msg("{count} more problems in this file are not shown", count=count), path, hint=msg("correct those above and run again")
    )


def field_text(path: Sequence[str | int]) -> str:
    """``endpoints[3].os``; field names from outside are made harmless and cut."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{shown(part)}" if text else shown(part)
    return text


def shown(value: object) -> str:
    """A value from outside as it may be printed: harmless, on one line, cut, and nothing of it when it holds a secret."""
    if holds_secret(str(value)):
        return _HIDDEN
    return clean(str(value).replace("\n", " ").replace("\t", " "), limit=_FOUND_LIMIT)


def did_you_mean(word: str, choices: Iterable[str]) -> Message | None:
    """The nearest of ``choices``, if one is near; one of the same letters before all others, so that ``=>`` means ``>=``."""
    typed, known = word[:80].lower(), list(choices)
    near = [one for one in known if sorted(one) == sorted(typed)]
    near = near or difflib.get_close_matches(typed, known, n=1, cutoff=0.6)
    return msg("did you mean {name}?", name=near[0]) if near else None


def data_path(data: object, error: ErrorDetails) -> Loc:
    """The place in the data: pydantic's location without the names of union members it tried."""
    path: list[str | int] = []
    current = data
    last = len(error["loc"]) - 1
    for index, part in enumerate(error["loc"]):
        if _has(current, part):
            current = current[part]  # type: ignore[index]  # just looked
        elif not (index == last and error["type"] == "missing"):
            continue
        path.append(part)
    return tuple(path)


def _has(data: object, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _drop_empty(data: object, errors: Iterable[ErrorDetails]) -> bool:
    """Remove fields that were written without a value and caused an error; says whether any was."""
    dropped = False
    for error in errors:
        if error["type"] in ("missing", "extra_forbidden") or error["input"] is not None:
            continue
        path = data_path(data, error)
        parent = data
        for part in path[:-1]:
            parent = parent[part]  # type: ignore[index]  # data_path only walks through what is there
        if path and isinstance(parent, dict) and parent.get(path[-1], "") is None:
            del parent[path[-1]]
            dropped = True
    return dropped


def _problem(file: YamlFile, model: type[BaseModel], path: Loc, errors: Sequence[ErrorDetails], prefix: Loc) -> Problem:
    ranged = [error for error in errors if error["type"] in _RANGE_KINDS]
    chosen = ranged[:1] or list(errors)
    first = chosen[0]
    kind = first["type"]
    words = wording(kind) or OTHER
    name = shown(path[-1]) if path else ""
    message = Message(words.message.text, {"name": name}) if "{name}" in words.message.text else words.message
    value = first["input"]
    hidden = any(isinstance(part, str) and looks_secret(part) for part in path)
    text = value if isinstance(value, str) and not hidden and not holds_secret(value) else None
    hint = words.hint(text or "")
    if kind == "extra_forbidden":
        hint, text = _unknown_field_hint(model, path), None
    elif kind == "missing":
        text = None
    elif text is not None:
        choices = [word for error in chosen for word in choices_of(error.get("ctx", {}))]
        meant = in_vietnamese(text, choices)
        hint = msg("write {value}", value=meant) if meant else did_you_mean(text, choices) or hint
    line, column = file.position((*prefix, *path), of_key=kind == "extra_forbidden")
    return Problem(
        _folded(chosen) or _with_structure(message, kind, value),
        file.path,
        line,
        column,
        field=field_text((*prefix, *path)) or None,
        found=None if text is None else shown(text),
        expected=_expected(chosen),
        hint=hint,
    )


def _folded(errors: Sequence[ErrorDetails]) -> Message | None:
    """One message for the members of a union that all refused the value."""
    if len({(wording(error["type"]) or OTHER).message.text for error in errors}) < 2:
        return None
    return msg("The value has none of the forms accepted here")


def _with_structure(message: Message, kind: str, value: object) -> Message:
    if kind in ("missing", "extra_forbidden") or isinstance(value, str):
        return message
    return msg("{message}, not {got}", message=message, got=structure_name(value))


def _expected(errors: Sequence[ErrorDetails]) -> Message | None:
    expected: list[Message] = []
    for error in errors:
        one = (wording(error["type"]) or OTHER).expected(error.get("ctx", {}))
        if one is not None and one not in expected:
            expected.append(one)
    if not expected:
        return None
    joined = expected[0]
    for other in expected[1:]:
        joined = Message(OR.text, {"first": joined, "second": other})
    return joined


def _unknown_field_hint(model: type[BaseModel], path: Loc) -> Message:
    names = _fields_at(model, path[:-1])
    near = did_you_mean(str(path[-1]), names)
    return near or msg("fields known here: {names}", names=literal(", ".join(names)))


def _fields_at(model: type[BaseModel], path: Loc) -> list[str]:
    """Field names, as written in files, of the model that stands at ``path``."""
    current: Any = model
    for part in path:
        current = _step(current, part)
    model_here = _model_in(current)
    return [field.alias or name for name, field in model_here.model_fields.items()] if model_here else []


def _step(annotation: Any, part: str | int) -> Any:  # noqa: ANN401  # annotations have no common type
    """The annotation of one field or item."""
    model = _model_in(annotation)
    if model is not None:
        by_name = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
        return by_name.get(str(part))
    for member in _members(annotation):
        if get_origin(member) in (tuple, list):
            return get_args(member)[0]
        if get_origin(member) in (dict, Mapping):
            return get_args(member)[1]
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            return member
    return None


def _members(annotation: Any) -> list[Any]:  # noqa: ANN401
    """The members of a union, or the annotation itself, without ``Annotated``."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [member for one in get_args(annotation) for member in _members(one)]
    return [annotation]
