"""Contradictions between pieces of evidence of one machine, with both sides.

The fact ``evidence.conflicts`` tells them as texts, so that checks can name them; here they become rows again. Values in them
come from machines and files: what does not read as such a text is shown as it stands.
"""

import re
from collections.abc import Sequence

import orjson

from secaudit.model.base import day_in_vietnam
from secaudit.model.fact import FactSet, Known
from secaudit.model.outcome import StoredOutcome, Way
from secaudit.report.document import ConflictRow, Side

CONFLICTS = "evidence.conflicts"
_BY = r"\((?P<way_{n}>[a-z]+(?::[a-z-]+)?), (?P<grade_{n}>[A-E]), (?P<day_{n}>\d{{4}}-\d\d-\d\d)\)"
_FORM = re.compile(
    r"(?P<fact>[a-z_]+(?:\.[a-z_0-9]+)+)(?P<rest>.*) " + _BY.format(n=1) + r" <> (?P<value>.*) " + _BY.format(n=2), re.DOTALL
)


def conflict_rows(facts: FactSet, pieces: Sequence[StoredOutcome]) -> tuple[ConflictRow, ...]:
    """One row for each contradiction; ``pieces``: the machine's evidence."""
    found = facts.get(CONFLICTS)
    if not isinstance(found, Known) or isinstance(found.value, str) or not isinstance(found.value, Sequence):
        return ()
    return tuple(_row(text, pieces) for text in found.value if isinstance(text, str))


def _row(text: str, pieces: Sequence[StoredOutcome]) -> ConflictRow:
    found = _FORM.fullmatch(text)
    if found is None:
        return ConflictRow(CONFLICTS, "", Side(_json(text)), Side(""))
    place, value = _parts(found["rest"])
    counts = _side(value, found["way_1"], found["grade_1"], found["day_1"], pieces)
    return ConflictRow(
        found["fact"], place, counts, _side(found["value"], found["way_2"], found["grade_2"], found["day_2"], pieces)
    )


def _parts(rest: str) -> tuple[str, str]:
    """Record and field, and the value: records may have a colon in their names (``C:``); values are JSON unless they were cut."""
    places = [match.start() for match in re.finditer(": ", rest)]
    for at in places:
        if _is_json(rest[at + 2 :]):
            return rest[:at].strip(), rest[at + 2 :]
    at = places[0] if places else 0
    return rest[:at].strip(), rest[at + 2 :]


def _side(value: str, way: str, grade: str, day: str, pieces: Sequence[StoredOutcome]) -> Side:
    """The side with the moment of its evidence, where it is still told apart."""
    name, _, source = way.partition(":")
    for piece in pieces:
        outcome = piece.outcome
        same = (outcome.way.value, outcome.grade.value, day_in_vietnam(outcome.finished_at).isoformat()) == (name, grade, day)
        if same and (outcome.way is not Way.CONSOLE or (outcome.server_version or "unknown") == source):
            return Side(value, outcome.way, outcome.grade, outcome.finished_at, source)
    return Side(_json(f"{value} ({way}, {grade}, {day})"))


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _json(text: str) -> str:
    return orjson.dumps(text.encode("utf-8", "replace").decode()).decode()
