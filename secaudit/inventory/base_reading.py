"""The hidden sheet of a workbook: whose it is, and how every answer stood when it was given out.

It comes back through many hands, so nothing in it is believed further than it goes: it says which answers were changed, never
what an agency may change.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from secaudit.errors import Problem
from secaudit.inventory.layout import BASE_HEAD, BASE_SHEET
from secaudit.inventory.questions import Path
from secaudit.inventory.received import Value
from secaudit.messages import msg
from secaudit.tables.model import SheetRows, text_of

_LONGEST_KEY = 80
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Base:
    """What the workbook says of itself."""

    format: str = ""
    agency: str = ""
    profile: str = ""
    made_at: datetime | None = None
    inventory: str = ""
    """Digest of the inventory it was made from."""
    answers: Mapping[tuple[str, str], Mapping[Path, Value]] = field(default_factory=dict)
    """(Part, id) -> field -> value as it stood."""
    whole: bool = False
    """False where the sheet is gone or damaged: then nothing is known of what stood there."""

    def given(self) -> dict[str, tuple[str, ...]]:
        """Part -> ids of the records that stood in it."""
        found: dict[str, list[str]] = {}
        for part, key in self.answers:
            if key:
                found.setdefault(part, []).append(key)
        return {part: tuple(keys) for part, keys in found.items()}


def read_base(path: str, sheets: tuple[SheetRows, ...]) -> tuple[Base, list[Problem]]:
    """The base, and what is wrong with it; a workbook without the sheet has an empty one."""
    sheet = next((one for one in sheets if one.name.strip().casefold() == BASE_SHEET), None)
    if sheet is None:
        return Base(), []
    rows = [tuple(text_of(cell) for cell in row.cells) for row in sheet.rows]
    at = next((index for index, cells in enumerate(rows) if cells[: len(BASE_HEAD)] == BASE_HEAD), None)
    head = {cells[0]: cells[1] for cells in rows[: _HEAD if at is None else at] if len(cells) > 1 and cells[0] in _SAID}
    answers: dict[tuple[str, str], dict[Path, Value]] = {}
    broken = at is None or bool(sheet.formulas)
    for cells in rows[at + 1 :] if at is not None else ():
        broken = not _remember(cells, answers) or broken
    base = Base(
        head.get("format", ""),
        head.get("agency", "")[:_LONGEST_KEY],
        head.get("profile", ""),
        _moment(head.get("made_at", "")),
        head.get("inventory", "")[:128],
        answers,
        whole=not broken,
    )
    if not broken:
        return base, []
    what = msg("The hidden sheet {name} was changed: what was given out cannot be told from what was typed", name=BASE_SHEET)
    return base, [Problem(what, path, cell=BASE_SHEET, hint=msg("fill in a workbook as it was given out"))]


_HEAD = 12
_SAID = frozenset({"format", "agency", "profile", "made_at", "inventory"})


def _remember(cells: tuple[str, ...], answers: dict[tuple[str, str], dict[Path, Value]]) -> bool:
    """Keep one row of the base; False when it cannot be read."""
    part, key, name, text = (*cells, "", "", "", "")[:4]
    if not part:
        return not any(cells)
    record = answers.setdefault((part, key[:_LONGEST_KEY]), {})
    if not name:
        return not text
    try:
        record[tuple(name.split("."))] = value_of(json.loads(text))
    except (ValueError, RecursionError):
        return False
    return True


def value_of(data: object, depth: int = 0) -> Value:
    """What JSON holds, as answers have it; raises ValueError for what no answer can be."""
    if data is None or isinstance(data, str | bool | int):
        return data
    if depth < _DEEPEST and isinstance(data, list):
        return tuple(value_of(one, depth + 1) for one in data)
    if depth < _DEEPEST and isinstance(data, dict):
        return {str(name): value_of(one, depth + 1) for name, one in data.items()}
    raise ValueError(type(data).__name__)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
