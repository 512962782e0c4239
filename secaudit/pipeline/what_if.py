"""A system as if some answers were other ones: what comes, what goes, what else changes. Nothing is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from pydantic import ValidationError

from secaudit.classify import domains
from secaudit.errors import Problem, UsageError
from secaudit.messages import Message, literal, msg
from secaudit.model.inventory import Interpretation, Inventory
from secaudit.model.level import SYSTEM_INPUTS, Classification, LevelRuleSet, OpenQuestion
from secaudit.model.system import BasicBand, SensitiveBand, System
from secaudit.pipeline.level_effects import LevelEffects
from secaudit.pipeline.province import Levels, Province, classify_under, open_questions

_FIELDS = tuple(name.removeprefix("system.") for name in SYSTEM_INPUTS if name not in ("system.owner_sector", "system.level"))
"""What may be changed: the answers that clauses name."""
_READING = "reading."
_BANDS = {"data_subjects.basic": tuple(BasicBand), "data_subjects.sensitive": tuple(SensitiveBand)}


@dataclass(frozen=True)
class Changes:
    """What was asked for, understood."""

    fields: Mapping[str, object]
    """Field -> value as a file would hold it; None takes the answer away."""
    readings: Mapping[str, str | None]


@dataclass(frozen=True)
class WhatIf:
    """One system now and then."""

    changes: Changes
    before: Classification
    after: Classification
    questions: tuple[OpenQuestion, ...]
    """What would have to be asked then."""
    system: System
    """The record as it would be."""
    effects: LevelEffects
    others: tuple[tuple[Classification, Classification], ...]
    """Other systems whose level changes with it."""
    machines: Mapping[str, tuple[int | None, int | None]]
    """Machines whose level changes: before and after, None while it is open."""


def understood(words: Sequence[str], rules: LevelRuleSet) -> tuple[Changes, list[Problem]]:
    """``field=value`` words, and every problem of them at once."""
    fields: dict[str, object] = {}
    readings: dict[str, str | None] = {}
    problems: list[Problem] = []
    choices = {reading.id: tuple(reading.choices) for reading in rules.readings}
    for word in words:
        name, sign, value = word.partition("=")
        name, value = name.strip().removeprefix("system."), value.strip()
        if not sign:
            problems.append(_problem(word, msg("This is no change"), msg("field=value, as data_subjects.sensitive=12000")))
        elif name in fields or name.removeprefix(_READING) in readings:
            problems.append(_problem(word, msg("The field is given twice"), None, msg("keep one")))
        elif name.startswith(_READING):
            problems += _reading(word, name.removeprefix(_READING), value, choices, readings)
        else:
            problems += _field(word, name, value, rules, fields)
    return Changes(fields, readings), problems


def _reading(
    word: str, name: str, value: str, choices: Mapping[str, Sequence[str]], readings: dict[str, str | None]
) -> Iterable[Problem]:
    if name not in choices:
        names = [f"{_READING}{one}" for one in choices]
        yield _problem(word, msg("There is no reading called {id}", id=name), _one_of(names), _close(f"{_READING}{name}", names))
    elif value and value not in choices[name]:
        yield _problem(word, msg("The reading has no such choice"), _one_of(choices[name]), _close(value, choices[name]))
    else:
        readings[name] = value or None


def _field(word: str, name: str, value: str, rules: LevelRuleSet, fields: dict[str, object]) -> Iterable[Problem]:
    if name not in _FIELDS:
        names = [*_FIELDS, *(f"{_READING}{reading.id}" for reading in rules.readings)]
        yield _problem(word, msg("No clause asks for a field called {name}", name=name), _one_of(names), _close(name, names))
        return
    written: object = value or None
    if value and name == "information":
        written = [part.strip() for part in value.split(",") if part.strip()]
    try:
        _checked({"id": "x", "name": "x"}, {name: written})
    except ValidationError:
        allowed = _allowed(name, rules)
        yield _problem(word, msg("The field {name} cannot have this value", name=name), allowed)
    else:
        fields[name] = written


def _allowed(name: str, rules: LevelRuleSet) -> Message:
    if name in _BANDS:
        return msg("a whole number in digits, or one of: {words}", words=", ".join(band.value for band in _BANDS[name]))
    if name == "information":
        return msg("one or more, with commas: {words}", words="public, private, personal, state_secret")
    values = domains(rules)[f"system.{name}"]
    return _one_of([str(value).lower() if isinstance(value, bool) else str(value) for value in values])


def _one_of(words: Iterable[str]) -> Message:
    return msg("one of: {choices}", choices=", ".join(words))


def _close(word: str, words: Sequence[str]) -> Message | None:
    found = get_close_matches(word, words, n=1)
    return msg("did you mean {name}?", name=found[0]) if found else None


def _problem(word: str, message: Message, expected: Message | None, hint: Message | None = None) -> Problem:
    return Problem(message, path=word, expected=expected, hint=hint)


def _checked(data: Mapping[str, object], fields: Mapping[str, object]) -> System:
    """The record with ``fields`` set; raises ValidationError."""
    changed = {name: dict(value) if isinstance(value, dict) else value for name, value in data.items()}
    for name, value in fields.items():
        head, dot, rest = name.partition(".")
        if not dot:
            changed[head] = value
        else:
            inner = changed.get(head)
            changed[head] = {**(inner if isinstance(inner, dict) else {}), rest: value}
    return System.model_validate(changed)


def what_if(province: Province, levels: Levels, name: str, changes: Changes, day: date) -> WhatIf:
    """Classify everything again with the changes; raises :class:`UsageError` for a system that is not classified here."""
    system = province.inventory.systems[name]
    if system.state_secret:
        raise UsageError(
            msg("the system {id} is ticked as state secret: its level is given, not worked out", id=literal(name)),
            hint=msg("choose another system"),
        )
    inventory = _changed(province.inventory, _checked(system.model_dump(), changes.fields), changes.readings)
    then = classify_under(levels.rules, inventory, day)
    after = then.classifications[name]
    changed = replace(province, inventory=inventory)
    others = tuple(
        (item, then.classifications[other])
        for other, item in levels.classifications.items()
        if other != name
        and (item.lowest, item.highest) != (then.classifications[other].lowest, then.classifications[other].highest)
    )
    machines = {
        endpoint: (levels.endpoints.get(endpoint), then.endpoints.get(endpoint))
        for endpoint in inventory.endpoints
        if levels.endpoints.get(endpoint) != then.endpoints.get(endpoint)
    }
    return WhatIf(
        changes,
        levels.classifications[name],
        after,
        open_questions(changed, then, [after])[name],
        inventory.systems[name],
        LevelEffects(province.catalog, day),
        others,
        machines,
    )


def _changed(inventory: Inventory, system: System, readings: Mapping[str, str | None]) -> Inventory:
    head = inventory.province
    taken = [one for one in head.interpretations if one.id not in readings]
    taken += [Interpretation(id=name, reading=choice) for name, choice in readings.items() if choice is not None]
    shared = tuple(system if one.id == system.id else one for one in head.shared_systems)
    files = tuple(
        file.model_copy(update={"systems": tuple(system if one.id == system.id else one for one in file.systems)})
        if any(one.id == system.id for one in file.systems)
        else file
        for file in inventory.agencies
    )
    return replace(
        inventory,
        province=head.model_copy(update={"shared_systems": shared, "interpretations": tuple(taken)}),
        agencies=files,
    )
