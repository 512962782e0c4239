"""Rows of a list as the merge needs them: new ones, copied ones, and what was typed in them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from secaudit.inventory.merge_fields import normal, value_at
from secaudit.inventory.questions import Path
from secaudit.inventory.received import Record

_LISTS = ("systems", "endpoints")
_RECOGNISED_BY: tuple[Path, ...] = (("uuid",), ("serial",), ("hostname",), ("asset_tag",))


def as_new(record: Record) -> Record:
    """A record that nobody declared before, with what the list only hints at."""
    answers = {**record.fresh, **{path: answer for path, answer in record.answers.items() if normal(answer) is not None}}
    return replace(record, answers=answers, base=None)


def with_key(record: Record) -> Record:
    """A new record whose id somebody typed."""
    typed = record.answers.get(("id",))
    if record.key or record.newcomer or record.part not in _LISTS or not isinstance(typed, str):
        return record
    return replace(record, key=typed)


def telling(record: Record) -> Path:
    """The cell by which a machine was recognised."""
    return next((path for path in _RECOGNISED_BY if normal(record.answers.get(path)) is not None), ())


def originals(records: Sequence[Record]) -> dict[str, int]:
    """Id -> which of the rows with it is the one that was given out: the one least changed; the others were copied from it."""
    found: dict[str, tuple[int, int]] = {}
    for at, record in enumerate(records):
        base = record.base or {}
        changed = sum(normal(answer) != normal(base.get(path)) for path, answer in record.answers.items())
        if record.key and (record.key not in found or changed < found[record.key][0]):
            found[record.key] = (changed, at)
    return {key: at for key, (_, at) in found.items()}


def typed_beside(record: Record, known: Mapping[str, object], path: Path) -> bool:
    """Whether anything but ``path`` was answered that is not known anyway."""
    return any(
        normal(answer) is not None and at not in (path, ("id",)) and normal(answer) != normal(value_at(known, at))
        for at, answer in record.answers.items()
    )
