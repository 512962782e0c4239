"""Rules for mappings of lists of machines: nothing in them may read more into a list than it says."""

from collections.abc import Iterator

from secaudit.catalog.rules.naming import id_is_stem
from secaudit.catalog.sourced import Loc, Sourced
from secaudit.errors import Problem
from secaudit.messages import Message, literal, msg
from secaudit.model.console import spelled
from secaudit.model.machine_list import MEANINGS, OTHERS, TELLING_APART, UNKNOWN, ListField, ListProfile
from secaudit.source import looks_secret

_Finding = tuple[Message, Loc, str | None, Message | None]


def sound_lists(profiles: list[Sourced[ListProfile]]) -> list[Problem]:
    """One meaning for each heading and word, and no column that could hold a secret."""
    problems = id_is_stem(profiles, lambda profile: profile.id)
    for profile in profiles:
        for find in (_headings, _decisive, _values, _implied, _guessed, _agencies):
            problems.extend(
                profile.problem(message, loc, found=found, hint=hint) for message, loc, found, hint in find(profile.value)
            )
    return problems


def _headings(profile: ListProfile) -> Iterator[_Finding]:
    """A heading has one meaning; where words decide, the same column may say two things: the system, and with it the kind."""
    owners: dict[str, ListField] = {}
    for name, headings in profile.columns.items():
        seen: set[str] = set()
        for index, heading in enumerate(headings):
            key, loc = spelled(heading), ("columns", name, index)
            other = owners.setdefault(key, name)
            if key in seen:
                yield msg("The same heading stands twice"), loc, heading, None
            elif other != name and name not in MEANINGS and other not in MEANINGS:
                yield msg("The heading means {other} already", other=literal(other)), loc, heading, None
            if looks_secret(heading):
                hint = msg("passwords, tokens and keys are never read from a list")
                yield msg("The heading is that of a secret"), loc, None, hint
            seen.add(key)
        if not headings:
            yield msg("The field has no heading"), ("columns", name), None, msg("leave the field out")


def _decisive(profile: ListProfile) -> Iterator[_Finding]:
    if not any(profile.columns.get(name) for name in TELLING_APART):
        hint = msg("name at least one heading for {names}", names=literal(", ".join(TELLING_APART)))
        yield msg("No column says which machine a row is about"), ("columns",), None, hint
    if "kind" not in profile.columns and "kind" not in profile.implies:
        hint = msg("name a heading for kind, or say under implies what every row of the list is")
        yield msg("Nothing says what kind of machine a row is"), ("columns",), None, hint


def _values(profile: ListProfile) -> Iterator[_Finding]:
    for name, words in profile.values.items():
        if name not in MEANINGS:
            yield msg("Only these fields have words: {names}", names=literal(", ".join(MEANINGS))), ("values", name), None, None
            continue
        if name not in profile.columns:
            yield msg("The field has words and no column"), ("values", name), None, msg("name its headings under columns")
        first: dict[str, str] = {}
        for word, meaning in words.items():
            loc = ("values", name, word)
            if first.setdefault(spelled(word), meaning) != meaning:
                yield msg("The same word means two things"), loc, word, None
            if meaning not in (*MEANINGS[name], UNKNOWN):
                allowed = literal(", ".join((*MEANINGS[name], UNKNOWN)))
                yield msg("The meaning must be one of {names}", names=allowed), loc, meaning, None
            if word == OTHERS and meaning == "retired":
                hint = msg("name the words that say it: a machine never leaves the count by a word nobody has seen")
                yield msg("What nobody has seen must not prove anything"), loc, meaning, hint


def _implied(profile: ListProfile) -> Iterator[_Finding]:
    for name, meaning in profile.implies.items():
        loc = ("implies", name)
        if name not in MEANINGS:
            yield msg("Standing in a list does not mean this"), loc, name, None
        elif meaning not in MEANINGS[name] or meaning in ("retired", "no_machine"):
            allowed = literal(", ".join(one for one in MEANINGS[name] if one not in ("retired", "no_machine")))
            yield msg("The meaning must be one of {names}", names=allowed), loc, meaning, None


def _guessed(profile: ListProfile) -> Iterator[_Finding]:
    for index, name in enumerate(profile.guessed):
        if name not in MEANINGS or name not in profile.columns:
            hint = msg("only a field with a column and with words can be guessed")
            yield msg("This field cannot be guessed"), ("guessed", index), name, hint


def _agencies(profile: ListProfile) -> Iterator[_Finding]:
    first: dict[str, str] = {}
    for group, agency in profile.agencies.items():
        if first.setdefault(spelled(group), agency) != agency:
            yield msg("The same group stands for two agencies"), ("agencies", group), agency, None
