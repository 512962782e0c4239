"""Problems of the inventory that lists made, told at the cells of the lists instead of the lines of a file nobody sees."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from secaudit.errors import Problem
from secaudit.inventory.changes import Place, Spot
from secaudit.inventory.questions import Path
from secaudit.messages import msg

Spots = Mapping[Place, Sequence[Spot]]
"""Where the records of an agency's file stand in its lists, the newest list first."""
_TOP = re.compile(r"([^.\[\]]+)(?:\[(\d+)\])?\.?(.*)")
_NAMES = re.compile(r"([^.\[\]]+)(?:\[\d+\])*\.?")
_ONCE = msg("one machine is declared once: correct this cell, or answer that it is no longer in use")
_HINTS = {
    "The machine at {place} has the same serial number": _ONCE,
    "The machine at {place} has the same UUID": _ONCE,
    "The same way in (jump host, address, port) leads to the machine declared at {place}": _ONCE,
}
"""What to do in a workbook, where the rule speaks of fields of a file."""
_FORMS = frozenset({"uses"})
"""Lists that stand in one record."""


def spot_of(spots: Spots, field: str | None) -> tuple[str, str, Path] | None:
    """File, cell and field within the record, of a field of the agency's file; None when no list speaks of its record."""
    found = _TOP.fullmatch(field or "")
    if found is None:
        return None
    part, index, rest = found[1], found[2], tuple(_NAMES.findall(found[3]))
    path = (part,) if part in _FORMS else rest
    known = spots.get((part, None if index is None or part in _FORMS else int(index)), ())
    for spot in known:
        for length in range(len(path), 0, -1):
            cell = spot.cells.get(path[:length])
            if cell is not None:
                return spot.file, cell, path
    return (known[0].file, known[0].row, path) if known else None


def at_cell(problem: Problem, spots: Spots) -> Problem | None:
    """The problem at its cell; None when it is about no record of the lists."""
    spot = spot_of(spots, problem.field)
    if spot is None:
        return None
    file, cell, path = spot
    hint = _HINTS.get(problem.message.text, problem.hint)
    return replace(problem, path=file, line=None, column=None, cell=cell, field=".".join(path) or None, hint=hint, other=None)


def with_place(problem: Problem, place: str) -> Problem:
    """The problem with another name for the other place that it is about."""
    return replace(problem, message=replace(problem.message, params={**problem.message.params, "place": place}))
