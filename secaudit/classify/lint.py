"""What is wrong with readings a province fixed, and with answers that contradict each other."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from secaudit.errors import Problem
from secaudit.messages import Message, msg
from secaudit.model.inventory import Interpretation
from secaudit.model.level import LevelRuleSet
from secaudit.model.system import Information, Serves, System, SystemKind

_BEYOND_PROVINCES = (Serves.NATION, Serves.INTERNATIONAL)


def lint_interpretations(
    rules: LevelRuleSet, interpretations: Sequence[Interpretation], path: str = "province.yaml"
) -> list[Problem]:
    """Interpretations that name no reading of the rule set, no choice of it, or one reading twice."""
    readings = {reading.id: reading for reading in rules.readings}
    problems: list[Problem] = []
    seen: set[str] = set()
    for place, taken in enumerate(interpretations):
        field = f"interpretations[{place}]"
        reading = readings.get(taken.id)
        if reading is None:
            text = msg("{rules} has no reading called {id}", rules=rules.id, id=taken.id)
            problems.append(_problem(text, path, f"{field}.id", taken.id, readings))
        elif taken.reading not in reading.choices:
            text = msg("the reading {id} has no choice called {choice}", id=taken.id, choice=taken.reading)
            problems.append(_problem(text, path, f"{field}.reading", taken.reading, reading.choices))
        elif taken.id in seen:
            text = msg("the reading {id} is fixed twice", id=taken.id)
            problems.append(Problem(text, path=path, field=f"{field}.id", found=taken.id, hint=msg("keep one of them")))
        seen.add(taken.id)
    return problems


def _problem(text: Message, path: str, field: str, found: str, allowed: Collection[str]) -> Problem:
    close = get_close_matches(found, allowed, n=1)
    return Problem(
        text,
        path=path,
        field=field,
        found=found,
        expected=msg("one of: {choices}", choices=", ".join(allowed)),
        hint=msg("did you mean {name}?", name=close[0]) if close else None,
    )


def contradictions(system: System) -> tuple[Message, ...]:
    """Answers that cannot both be right; the clauses follow the one that says whom the system serves and what it processes."""
    found: list[Message] = []
    if system.state_secret:
        return ()
    local = system.serves is not None and system.serves not in _BEYOND_PROVINCES
    if local and system.national_data_store:
        found.append(msg("it is called a central store of national data but serves no more than provinces"))
    if local and system.international_gateway:
        found.append(msg("it is called an international gateway but serves no more than provinces"))
    if system.information and Information.PERSONAL not in system.information and _counts_people(system):
        found.append(msg("it counts people whose data it holds but personal information is not ticked"))
    if system.kind is not None and system.kind is not SystemKind.INDUSTRIAL_CONTROL and system.works_grade not in (None, "none"):
        found.append(msg("it has a grade of construction works but is no industrial control system"))
    if system.information and Information.STATE_SECRET in system.information:
        found.append(msg("it processes state secrets: tick state_secret and keep only its name and level here"))
    return tuple(found)


def _counts_people(system: System) -> bool:
    subjects = system.data_subjects
    return subjects is not None and (subjects.basic not in (None, 0) or subjects.sensitive not in (None, 0, "none"))
