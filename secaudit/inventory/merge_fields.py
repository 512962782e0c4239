"""Three-way merge of one record: what the agency changed since the workbook went out, and what changed here meanwhile. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from secaudit.errors import Problem
from secaudit.inventory.changes import FieldChange, FieldConflict
from secaudit.inventory.questions import Asked, Path
from secaudit.inventory.received import Record
from secaudit.inventory.sheets import SHEETS
from secaudit.messages import Message, literal, msg
from secaudit.model.inventory import Agency, Endpoint, People
from secaudit.model.system import System
from secaudit.source import field_text, shown

MODELS: Mapping[str, type[BaseModel]] = {"agency": Agency, "people": People, "systems": System, "endpoints": Endpoint}
_FIXED: Mapping[str, frozenset[str]] = {
    "agency": frozenset({"id", "tier", "valid_from", "valid_until", "successors", "submission"}),
    "systems": frozenset({"id", "owner", "formerly"}),
    "endpoints": frozenset({"id", "formerly"}),
}
"""Only the province says it: a list that says otherwise has a problem in that cell."""
_KEPT_OF_SECRET = frozenset({"id", "name", "level", "state_secret", "formerly"})
_KEPT_OF_ISOLATED = frozenset({"id", "kind", "place", "status", "formerly"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FLAGS = frozenset({"true", "false"})


@dataclass
class Outcome:
    """One record merged."""

    record: dict[str, object]
    fields: list[FieldChange] = field(default_factory=list)
    conflicts: list[FieldConflict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)


def normal(value: object) -> object:
    """One form for everything that means the same: ``true`` and True, "12" and 12, and lists in any order; None is unknown."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = " ".join((value if value.isascii() else unicodedata.normalize("NFC", value)).split())
        return text.lower() if text.lower() in _FLAGS else text or None
    if isinstance(value, Mapping):
        return tuple(sorted((key, normal(item)) for key, item in value.items() if normal(item) is not None))
    if isinstance(value, Sequence):
        return tuple(sorted((normal(item) for item in value), key=repr))
    return str(value)


def plain(value: object) -> object:
    """As it is written into a file; a day is one, so that it is not written as a text in quotes. It is read as the same text."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def copied(data: object) -> Any:  # noqa: ANN401  # as deep as it is
    """The same data in new lists and mappings."""
    if isinstance(data, Mapping):
        return {key: copied(item) for key, item in data.items()}
    return [copied(item) for item in data] if isinstance(data, list) else data


def value_at(record: Mapping[str, object], path: Path) -> object:
    """The value of a field; None where there is none."""
    found: object = record
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def put(record: dict[str, object], path: Path, value: object) -> None:
    """Set a field; without a value it goes, and so does a group that is empty then."""
    name, *rest = path
    if not rest:
        if value is None:
            record.pop(name, None)
        else:
            record[name] = plain(value)
        return
    inner = record.get(name)
    group = inner if isinstance(inner, dict) else {}
    put(group, tuple(rest), value)
    if group:
        record[name] = group
    else:
        record.pop(name, None)


def in_order(part: str, record: Mapping[str, object]) -> dict[str, object]:
    """A new record with its fields in the order of the sample inventory."""
    names = [*MODELS[part].model_fields, *record]
    return {name: record[name] for name in dict.fromkeys(names) if name in record}


@cache
def _field(part: str, path: Path) -> FieldInfo | None:
    """The field of the model that a path names."""
    model: type[BaseModel] | None = MODELS.get(part)
    found: FieldInfo | None = None
    for name in path:
        found = model.model_fields.get(name) if model is not None else None
        model = _model_in(found.annotation) if found is not None else None
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401
    for member in (annotation, *get_args(annotation)):
        if isinstance(member, type) and issubclass(member, BaseModel):
            return member
    return None


@cache
def default_of(part: str, path: Path) -> object:
    """What a field means that nobody filled, in its normal form: None where that is unknown."""
    found = _field(part, path)
    if found is None or found.is_required():
        return None
    default = found.get_default()
    return normal(getattr(default, "value", default))


@cache
def groups_of(part: str) -> tuple[tuple[Path, tuple[str, ...]], ...]:
    """Fields that hold a group with fields it cannot be without, and these; inner groups first."""
    found: list[tuple[Path, tuple[str, ...]]] = []

    def look(model: type[BaseModel], above: Path) -> None:
        for name, info in model.model_fields.items():
            inner = _model_in(info.annotation)
            if inner is not None and issubclass(inner, BaseModel):
                look(inner, (*above, name))
                needed = tuple(field for field, its in inner.model_fields.items() if its.is_required())
                if needed:
                    found.append(((*above, name), needed))

    if part in MODELS:
        look(MODELS[part], ())
    return tuple(found)


def merge_record(part: str, now: Mapping[str, object], sent: Record, file: str, *, fresh: bool = False) -> Outcome:
    """``now`` with what ``sent`` changes; ``fresh`` for a record that nobody declared before."""
    out = Outcome(copied(now))
    for path, answer in sent.answers.items():
        _merge_field(part, path, answer, now, sent, file, out)
    if not fresh:
        _keep_needed(part, now, sent, file, out)
    _whole_groups(part, now, sent, file, out)
    _reduce(part, now, sent, file, out)
    return out


def _merge_field(part: str, path: Path, answer: object, now: Mapping[str, object], sent: Record, file: str, out: Outcome) -> None:
    default = default_of(part, path)
    nothing = () if default == () else None
    here, said = _known(value_at(now, path), nothing), _known(answer, nothing)
    if said == here:
        return
    based = None if sent.base is None else _known(sent.base.get(path), nothing)
    if (normal(answer) is None) if sent.base is None else (said == based):
        return
    cell = sent.cells.get(path, sent.row)
    if path[0] in _FIXED.get(part, ()):
        out.problems.append(
            Problem(
                msg("A list of the agency cannot change this: the province says it"),
                file, cell=cell, field=field_text(path), found=shown(answer), expected=_expected(value_at(now, path)),
                hint=msg("put the old value back; the province changes it in the inventory"),
            )
        )  # fmt: skip
        return
    if sent.base is not None and _known(here, default) != _known(based, default):
        out.conflicts.append(FieldConflict(path, sent.base.get(path), value_at(now, path), answer, cell))
        return
    put(out.record, path, answer)
    if path in _of_province(part):
        out.remarks.append(
            Problem(
                msg("The province answers this; the agency changed it"),
                file, cell=cell, field=field_text(path), found=None if answer is None else shown(plain(answer)),
                expected=_expected(value_at(now, path)), hint=msg("look whether it is right"),
            )
        )  # fmt: skip
    out.fields.append(FieldChange(path, value_at(now, path), plain(answer), cell))


@cache
def _of_province(part: str) -> frozenset[Path]:
    """Fields that only the province is asked for."""
    asked = [question for sheet in SHEETS if sheet.part == part for question in sheet.questions]
    return frozenset(question.path for question in asked if question.asked is Asked.PROVINCE)


def _expected(value: object) -> Message:
    return msg("blank") if value is None else literal(shown(value))


def _known(value: object, otherwise: object) -> object:
    """Normal form, with what stands for a blank. That somebody said what is meant anyway is an answer, and kept."""
    found = normal(value)
    return otherwise if found is None else found


def _keep_needed(part: str, now: Mapping[str, object], sent: Record, file: str, out: Outcome) -> None:
    """What a record cannot be without stays as it is when its cell was emptied: blank is never an error."""
    for name, info in MODELS[part].model_fields.items():
        if info.is_required() and name in now and name not in out.record:
            out.record[name] = copied(now[name])
            _take_back(out, (name,))
            out.remarks.append(
                Problem(
                    msg("This cannot be unknown; what was known before was kept"),
                    file, cell=sent.cells.get((name,), sent.row), field=name, expected=literal(shown(now[name])),
                    hint=msg("fill it in, or leave the cell as it was"),
                )
            )  # fmt: skip


def _whole_groups(part: str, now: Mapping[str, object], sent: Record, file: str, out: Outcome) -> None:
    """A paper without its date, or a count without its day, is not taken before both are there: half of it says nothing."""
    for path, needed in groups_of(part):
        group = value_at(out.record, path)
        if not isinstance(group, Mapping) or not any(change.path[: len(path)] == path for change in out.fields):
            continue
        lacking = [name for name in needed if normal(group.get(name)) is None]
        if not lacking:
            continue
        put(out.record, path, copied(value_at(now, path)))
        _take_back(out, path)
        at = (*path, lacking[0])
        out.remarks.append(
            Problem(
                msg("Only a part of what belongs together was filled in: nothing of it is taken yet"),
                file, cell=sent.cells.get(at, sent.row), field=field_text(at), hint=msg("fill in this cell too"),
            )
        )  # fmt: skip


def _take_back(out: Outcome, path: Path) -> None:
    out.fields = [change for change in out.fields if change.path[: len(path)] != path]


def _reduce(part: str, now: Mapping[str, object], sent: Record, file: str, out: Outcome) -> None:
    """Of a state secret and of an isolated machine nothing more is kept than that it is there; no value of it is shown."""
    if part == "systems" and normal(out.record.get("state_secret")) == "true":
        kept, message = _KEPT_OF_SECRET, msg("A system ticked as state secret keeps only id, name and level here")
    elif part == "endpoints" and normal(out.record.get("kind")) == "isolated":
        kept, message = _KEPT_OF_ISOLATED, msg("An isolated machine is counted only: nothing that leads to it stands here")
    else:
        return
    gone = [name for name in out.record if name not in kept]
    told = [path for path in sent.answers if path[0] in gone and path[0] not in now]
    for name in gone:
        del out.record[name]
        _take_back(out, (name,))
        out.conflicts = [one for one in out.conflicts if one.path[0] != name]
        if name in now:
            out.fields.append(FieldChange((name,), _HIDDEN, None, sent.row))
    for path in told:
        out.remarks.append(
            Problem(
                message, file, cell=sent.cells.get(path, sent.row), field=field_text(path),
                hint=msg("what stands in this cell was not taken; empty it before the workbook is kept or sent on"),
            )
        )  # fmt: skip


_HIDDEN = "…"
"""Shown instead of a value that must not be printed again."""
