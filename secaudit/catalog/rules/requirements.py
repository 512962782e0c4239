"""Rules for technical standards: a requirement that nothing can answer would look as if nobody had cared."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from secaudit.catalog.rules.naming import id_is_stem, unique
from secaudit.catalog.rules.references import reference_problems
from secaudit.catalog.sourced import Loc, Sourced
from secaudit.errors import Problem
from secaudit.messages import literal, msg
from secaudit.model.check import Check
from secaudit.model.requirement import Requirement, Standard, same_clause
from secaudit.source import did_you_mean

LONGEST_PERIOD = 120
"""Months after which nobody would still call a statement a review."""


def sound_standards(standards: list[Sourced[Standard]], checks: Iterable[Sourced[Check]]) -> list[Problem]:
    """Ids, days, counts, and requirements that something decides."""
    refs = {check.value.id: check.value.refs for check in checks}
    problems = id_is_stem(standards, lambda standard: standard.id)
    problems.extend(_days(standards))
    for standard in standards:
        found = list(enumerate(standard.value.requirements))
        problems.extend(unique((standard, ("requirements", index, "id"), one.id) for index, one in found))
        problems.extend(unique((standard, ("requirements", index, "number"), str(one.number)) for index, one in found))
        problems.extend(_counts(standard))
        for index, one in found:
            here: Loc = ("requirements", index)
            problems.extend(_lists(standard, here, one))
            problems.extend(_clauses(standard, here, one))
            problems.extend(_levels(standard, here, one))
            problems.extend(_decided(standard, here, one, refs))
    return problems


def _days(standards: Iterable[Sourced[Standard]]) -> Iterator[Problem]:
    """From the first day of the oldest on, each day has exactly one standard."""
    before: Sourced[Standard] | None = None
    for standard in sorted(standards, key=lambda one: one.value.valid_from):
        begins, ends = standard.value.valid_from, standard.value.valid_until
        if ends is not None and ends < begins:
            yield standard.problem(msg("The standard ends before it begins"), ("valid_until",), found=str(ends))
        if before is not None:
            yield from _joint(before, standard)
        before = standard


def _joint(before: Sourced[Standard], standard: Sourced[Standard]) -> Iterator[Problem]:
    begins, last = standard.value.valid_from, before.value.valid_until or date.max
    other = literal(before.value.id)
    if last >= begins:
        hint = msg("give {other} a valid_until before this day", other=other)
        message = msg("On this day {other} is still in force", other=other)
        yield standard.problem(message, ("valid_from",), found=str(begins), hint=hint)
    elif last + timedelta(days=1) < begins:
        message = msg("Between {other} and this standard there are days without any", other=other)
        hint = msg("{other} ends on {day}; the next day must be the first of this one", other=other, day=last)
        yield standard.problem(message, ("valid_from",), found=str(begins), hint=hint)


def _counts(standard: Sourced[Standard]) -> Iterator[Problem]:
    for level, rows in standard.value.rows.items():
        covered = standard.value.covered(level)
        if rows < covered:
            hint = msg("count the rows of the list again, or correct `covers` of the requirements")
            message = msg("The requirements here answer {count} rows of this list, more than it has", count=covered)
            yield standard.problem(message, ("rows", str(level)), found=str(rows), hint=hint)


def _lists(standard: Sourced[Standard], here: Loc, one: Requirement) -> Iterator[Problem]:
    """Nothing twice, and nothing left empty that must say something."""
    for key, values in (("levels", one.levels), ("clauses", one.clauses), ("checks", one.checks), ("advice", one.advice)):
        seen: set[object] = set()
        for position, value in enumerate(values):
            if value in seen:
                yield standard.problem(msg("The same entry stands twice"), (*here, key, position), found=str(value))
            seen.add(value)
    if not one.levels:
        hint = msg("name every level whose list holds it: a higher level does not inherit")
        yield standard.problem(msg("The requirement names no level"), (*here, "levels"), found=one.id, hint=hint)
    if not one.clauses:
        yield standard.problem(msg("The requirement names no clause"), (*here, "clauses"), found=one.id)


def _clauses(standard: Sourced[Standard], here: Loc, one: Requirement) -> Iterator[Problem]:
    """Clauses of acts that are known; those of the standard stand in the chapter of a level that the requirement names."""
    for position, clause in enumerate(one.clauses):
        loc = (*here, "clauses", position)
        faults = reference_problems(standard, loc, clause)
        yield from faults
        act, _, number = clause.partition(":")
        chapter = number.partition(".")[0]
        if faults or chapter == "x" or not standard.value.holds(act):
            continue
        level = standard.value.level_of(chapter)
        if level is None:
            first = standard.value.first_chapter
            expected = msg("a chapter from {first} to {last}, or x", first=first, last=first + 4)
            yield standard.problem(msg("The chapter belongs to no level"), loc, found=clause, expected=expected)
        elif level not in one.levels:
            message = msg("The clause stands in the list of level {level}, which the requirement does not name", level=level)
            yield standard.problem(message, loc, found=clause)


def _levels(standard: Sourced[Standard], here: Loc, one: Requirement) -> Iterator[Problem]:
    """Each level has a clause, and nothing is said of a level that the requirement does not name."""
    own = any(standard.value.holds(clause.partition(":")[0]) for clause in one.clauses)
    for position, level in enumerate(one.levels):
        if own and not standard.value.clauses_at(one, level):
            message = msg("No clause of the list of level {level} is named", level=level)
            yield standard.problem(message, (*here, "levels", position), found=str(level))
    months = {} if one.manual is None else one.manual.months
    places: list[tuple[Loc, dict[int, int]]] = [((*here, "covers"), one.covers), ((*here, "manual", "months"), months)]
    for loc, values in places:
        for level in values:
            if level not in one.levels:
                message = msg("The requirement does not name this level")
                yield standard.problem(message, (*loc, str(level)), found=str(level))
    for level, rows in one.covers.items():
        if rows < 0:
            yield standard.problem(msg("A count cannot be negative"), (*here, "covers", str(level)), found=str(rows))
    for level, period in months.items():
        if not 1 <= period <= LONGEST_PERIOD:
            expected = msg("months from {least} to {most}", least=1, most=LONGEST_PERIOD)
            where = (*here, "manual", "months", str(level))
            yield standard.problem(msg("The period makes no sense"), where, found=str(period), expected=expected)


def _decided(standard: Sourced[Standard], here: Loc, one: Requirement, refs: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    if not one.checks and one.manual is None:
        hint = msg("name checks, or say under manual which evidence is asked")
        yield standard.problem(msg("Nothing decides this requirement"), (*here, "id"), found=one.id, hint=hint)
    for position, name in enumerate(one.checks):
        loc = (*here, "checks", position)
        if name not in refs:
            hint = did_you_mean(name, refs) or msg("`secaudit checks list` names all checks")
            yield standard.problem(msg("There is no such check"), loc, found=name, hint=hint)
        elif not any(same_clause(ref, clause) for ref in refs[name] for clause in one.clauses):
            hint = msg("the check refers to {names}", names=literal(", ".join(refs[name])))
            yield standard.problem(msg("The check refers to no clause of this requirement"), loc, found=name, hint=hint)
    for position, name in enumerate(one.advice):
        if name not in one.checks:
            hint = did_you_mean(name, one.checks) or msg("name it under checks as well, or remove it here")
            message = msg("Advice is one of the checks of the requirement, and this is none")
            yield standard.problem(message, (*here, "advice", position), found=name, hint=hint)


def authored_standards(standards: Iterable[Sourced[Standard]], checks: Iterable[Sourced[Check]]) -> list[Problem]:
    """Texts in both languages, and no check that cites a standard for nothing."""
    known = list(checks)
    problems: list[Problem] = []
    for standard in standards:
        problems.extend(_texts(standard))
        named = {name for one in standard.value.requirements for name in one.checks}
        problems.extend(_unnamed(standard, known, named))
    return problems


def _texts(standard: Sourced[Standard]) -> Iterator[Problem]:
    for index, one in enumerate(standard.value.requirements):
        here: Loc = ("requirements", index)
        asked = [] if one.manual is None else [((*here, "manual", "asked"), one.manual.asked)]
        for loc, texts in [((*here, "group"), one.group), ((*here, "title"), one.title), *asked]:
            for language in ("vi", "en"):
                if not texts.pick(language):
                    yield standard.problem(msg("A text is missing"), (*loc, language))
            if texts.vi and texts.vi.casefold() == texts.en.casefold():
                yield standard.problem(msg("The Vietnamese and the English text are the same"), (*loc, "vi"))


def _unnamed(standard: Sourced[Standard], checks: Iterable[Sourced[Check]], named: set[str]) -> Iterator[Problem]:
    for check in checks:
        for position, ref in enumerate(check.value.refs):
            if check.value.id not in named and standard.value.holds(ref.partition(":")[0]):
                message = msg("No requirement of {standard} names this check", standard=literal(standard.value.id))
                place = literal(f"requirements/{standard.file.parts[-1]}")
                hint = msg("name it under checks of the requirement it decides in {place}, or remove the reference", place=place)
                yield check.problem(message, ("refs", position), found=ref, hint=hint)
                break
