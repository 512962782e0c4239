"""Functions that templates of every page may call about one row: how its parts read together."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.outcome import Grade
from secaudit.report.document import FactRow, GradePart, MachineRow, ReportDocument, Trail, Wording
from secaudit.report.fact_words import fact_word
from secaudit.report.panel import about
from secaudit.report.pieces import conflict_words, fact_origin, origin_words, place_words
from secaudit.report.voice import Voice

Row = TypeVar("Row")
Key = TypeVar("Key")


def row_names(voice: Voice) -> dict[str, Any]:
    """By the name templates call them with."""
    return {
        "about": lambda row: [(voice.say(label), value, raw) for label, value, raw in about(row, voice)],
        "indirect": _indirect,
        "graded": _graded,
        "piece_words": lambda trail: _piece_words(trail, voice),
        "fact_from": lambda row, fact: _or_nothing(fact_origin(row, fact.pieces), voice),
        "conflict": lambda row: conflict_words(row, voice),
        "tally": _tally,
        "unknown_by_reason": lambda row: _unknown_by_reason(row, voice),
        "facts_against": _facts_against,
        "protection_tally": _protection_tally,
    }


def gathered(rows: Sequence[Row], key: Callable[[Row], Key]) -> list[tuple[Key, list[Row]]]:
    """Rows of one key together, keys in the order of their first row."""
    groups: dict[Key, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return list(groups.items())


def _indirect(parts: Sequence[GradePart]) -> bool:
    """Whether something rests on what nobody of ours has seen: a console's or a holder's word."""
    return any(part.grade is not Grade.A and part.count for part in parts)


def _graded(document: ReportDocument, part: Literal["grades", "indirect", "apart"] = "grades") -> bool:
    """Whether some figure of the document has grades, such that rest on others' words, or such that the plan does not accept."""
    figures = [figure for target in document.targets for figure in (target.figure, *(sub.figure for sub in target.under))]
    if part == "indirect":
        return any(_indirect((*figure.grades, *figure.apart)) for figure in figures)
    return any(figure.grades if part == "grades" else figure.apart for figure in figures)


def _or_nothing(wording: Wording | None, voice: Voice) -> str:
    return "" if wording is None else voice.say(wording)


def _piece_words(trail: Trail, voice: Voice) -> str:
    """One line for each piece of evidence: where it is from, and of a console the place in its file."""
    said = voice.say(origin_words(trail))
    line = trail.console or trail.courier
    return said if line is None else f"{said} · {voice.say(place_words(line))}"


def _tally(machine: MachineRow) -> list[tuple[Verdict, int]]:
    """How many verdicts of each kind a machine has, kinds that do not occur left out."""
    counted = [(verdict, sum(row.verdict is verdict for row in machine.verdicts)) for verdict in Verdict]
    return [(verdict, count) for verdict, count in counted if count]


def _unknown_by_reason(machine: MachineRow, voice: Voice) -> list[tuple[Verdict, MissingReason, list[str]]]:
    """The verdict unknown, why something is not known, and short names of the facts missing for that reason, each once."""
    names: dict[MissingReason, dict[str, None]] = {}
    for row in machine.verdicts:
        if row.verdict is Verdict.UNKNOWN:
            for item in row.missing:
                names.setdefault(item.reason, {})[voice.say(fact_word(item.name))] = None
    return [(Verdict.UNKNOWN, reason, list(found)) for reason, found in names.items()]


def _facts_against(machine: MachineRow) -> list[FactRow]:
    """The observed values behind what is not in order."""
    wanted = {name for row in machine.verdicts if row.verdict is Verdict.FAIL for name in row.facts}
    return [fact for fact in machine.facts if fact.name in wanted]


def _protection_tally(machines: Sequence[MachineRow]) -> list[tuple[MachineRow, int]]:
    """One machine for each protection grade that occurs, the worst first, and how many there are."""
    graded = [machine for machine in machines if machine.protection is not None]
    groups = gathered(graded, lambda row: row.protection)
    return sorted(((rows[0], len(rows)) for _, rows in groups), key=_weakness)


def _weakness(item: tuple[MachineRow, int]) -> tuple[int, int]:
    grade = item[0].protection
    return (grade.proven, grade.possible) if grade is not None else (0, 0)
