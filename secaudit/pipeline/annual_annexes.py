"""Annexes of the annual report: what Điều 36 of the decree asks for and Form 08 has no column for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from secaudit.model.annual_report import AnnualReport, Row
from secaudit.model.assessment import Fulfilment, RequirementResult, SystemAssessment
from secaudit.model.inventory import Inventory
from secaudit.model.level import Classification, LevelRuleSet
from secaudit.model.paper import REGULATION_KEPT, Attestation
from secaudit.model.system import System
from secaudit.pipeline.province import Levels, Province

HIGHEST = 5
_WORST = ("not_met", "partly", "met", "not_applicable")
"""Answers in the order in which they decide where statements that hold contradict each other: no newer one outweighs a worse."""
_VALID_DAYS = 365
"""A statement without a last day holds this long: the report is a yearly one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Phụ lục I: a system that may belong on the list of those critical to national security (36.3)."""

    row: Row
    sure: bool
    """Its level is 5 by declaration or by the rules, whatever the open answers turn out to be."""
    clauses: tuple[str, ...]
    """Clauses of level 5 that match or may match; empty for a level that was declared."""
    missing: tuple[str, ...]
    """Answers that would settle it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Phụ lục II: whether the regulation is kept in operation (36.7), as somebody stated."""

    row: Row
    statement: Attestation | None
    """The worst of those in force, else the newest; None when nobody stated anything."""
    in_force: bool
    """One that has expired says nothing any more."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """Phụ lục III: one system against the requirements of its level (36.9, 36.10)."""

    row: Row
    assessment: SystemAssessment

    def count(self, fulfilment: Fulfilment) -> int:
        """Requirements with this answer."""
        return self.assessment.count(fulfilment)


@dataclass(frozen=True, slots=True)
class RequirementTally:
    """One requirement over all systems."""

    result: RequirementResult
    """Of the first system, for number, title and clauses."""
    standard: str
    counts: Mapping[Fulfilment, int]


@dataclass(frozen=True, slots=True)
class Annexes:
    """The three annexes."""

    candidates: tuple[Candidate, ...]
    undetermined: int
    """Systems that no rule gives a level yet and that are no candidates either."""
    kept: tuple[Kept, ...]
    assessed: tuple[Assessed, ...]
    not_assessed: int
    """Systems described here of which nothing was assessed."""
    rules: LevelRuleSet
    silent: int
    """Agencies that sent nothing: what they have is unknown."""

    @property
    def open(self) -> bool:
        """Whether a list that names nobody may be incomplete."""
        return bool(self.undetermined or self.silent)

    @property
    def stated(self) -> tuple[Kept, ...]:
        """Systems of which a statement is in force."""
        return tuple(one for one in self.kept if one.in_force)


def annexes(
    province: Province, levels: Levels, report: AnnualReport, assessments: Mapping[str, SystemAssessment] | None = None
) -> Annexes:
    """Everything for the systems of the report; ``assessments`` by system, as far as there are any."""
    inventory = province.inventory.on(report.as_of)
    assessed = assessments or {}
    open_rows = [row for row in report.rows if not row.state_secret]
    found = tuple(_candidates(inventory, levels, report))
    named = {candidate.row.system for candidate in found}
    return Annexes(
        candidates=found,
        undetermined=sum(
            1
            for row in open_rows
            if row.system not in named and ((item := levels.classifications.get(row.system)) is None or not item.possible)
        ),
        kept=tuple(_kept(inventory, row, report.as_of) for row in open_rows),
        assessed=tuple(Assessed(row, assessed[row.system]) for row in open_rows if row.system in assessed),
        not_assessed=sum(row.system not in assessed for row in open_rows),
        rules=levels.rules,
        silent=len(report.silent),
    )


def _candidates(inventory: Inventory, levels: Levels, report: AnnualReport) -> Iterator[Candidate]:
    """Every level 5 is critical to national security (16.4); 16.1 to 16.3 no rule here can decide."""
    for row in report.rows:
        item = levels.classifications.get(row.system)
        declared = row.level == HIGHEST
        if declared or (item is not None and not row.state_secret and item.highest == HIGHEST):
            yield _candidate(row, item, inventory.systems[row.system], declared=declared)


def _candidate(row: Row, item: Classification | None, system: System, *, declared: bool) -> Candidate:
    if item is None or system.state_secret:
        return Candidate(row, declared, (), ())
    clauses = tuple(match.clause for match in item.matches if match.level == HIGHEST and match.matches is not False)
    sure = declared or item.lowest == HIGHEST
    missing = dict.fromkeys(name for match in item.matches if match.level == HIGHEST for name in match.missing)
    return Candidate(row, sure, clauses, () if sure else tuple(missing))


def _kept(inventory: Inventory, row: Row, day: date) -> Kept:
    owner = inventory.owner_of_system.get(row.system, "")
    about = [
        one
        for one in inventory.attestations
        if one.requirement == REGULATION_KEPT
        and one.stated_on <= day
        and (one.province or row.system in one.systems or owner in one.agencies)
    ]
    if not about:
        return Kept(row, None, in_force=False)
    holding = [one for one in about if day <= (one.valid_until or one.stated_on + timedelta(days=_VALID_DAYS))]
    worst = min((_WORST.index(one.answer) for one in holding), default=None)
    heard = [one for one in holding if _WORST.index(one.answer) == worst] or about
    newest = max(heard, key=lambda one: (one.stated_on, row.system in one.systems, owner in one.agencies, one.id))
    return Kept(row, newest, in_force=bool(holding))


def by_requirement(assessed: Sequence[Assessed]) -> tuple[RequirementTally, ...]:
    """How many systems meet each requirement, in the order of the standard."""
    first: dict[tuple[str, str], RequirementResult] = {}
    counts: dict[tuple[str, str], dict[Fulfilment, int]] = {}
    for one in assessed:
        for result in one.assessment.results:
            key = (one.assessment.standard, result.requirement.id)
            first.setdefault(key, result)
            tally = counts.setdefault(key, dict.fromkeys(Fulfilment, 0))
            tally[result.fulfilment] += 1
    order = sorted(first, key=lambda key: (key[0], first[key].requirement.number))
    return tuple(RequirementTally(first[key], key[0], counts[key]) for key in order)
