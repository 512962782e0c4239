"""Level rules and what they say of a system."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from secaudit.model.base import Day, Identifier, Line, Texts, Whole, Written
from secaudit.model.fact import FactSpec, ValueType

Level = Annotated[Whole, Field(ge=1, le=5)]

_B, _I, _S, _L = ValueType.BOOL, ValueType.INT, ValueType.STRING, ValueType.STRINGS
_HARM = "estimated harm to {}: none, harm, serious, particularly_serious"

SYSTEM_INPUTS: Mapping[str, FactSpec] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            FactSpec("system.kind", _S, "internal, public_service, infrastructure, industrial_control or other"),
            FactSpec(
                "system.information", _L, "public, private, personal, state_secret; complete: what is absent is not processed"
            ),
            FactSpec("system.data_subjects.basic", _I, "people whose basic personal data the system holds"),
            FactSpec("system.data_subjects.sensitive", _I, "people whose sensitive personal data the system holds"),
            FactSpec("system.handles_administrative_procedures", _B, "administrative procedures are received or settled on it"),
            FactSpec("system.conditional_business", _B, "its service is a conditional business line of the investment law"),
            FactSpec("system.online_service_level", _S, "1, 2, 3, 4 (old words), partial or full"),
            FactSpec("system.serves", _S, "agency, agencies_of_commune, sector, province, provinces, nation, international"),
            FactSpec("system.continuous_operation", _B, "must run around the clock and may never stop unplanned"),
            FactSpec("system.works_grade", _S, "grade of the construction works it controls: none, IV, III, II, I, special"),
            FactSpec("system.works_national_security", _B, "controls works that matter to national security"),
            FactSpec("system.harm.rights", _S, _HARM.format("lawful rights and interests")),
            FactSpec("system.harm.public", _S, _HARM.format("public interest")),
            FactSpec("system.harm.order", _S, _HARM.format("social order")),
            FactSpec("system.harm.security", _S, _HARM.format("national security")),
            FactSpec("system.defence_security", _B, "serves national defence or security"),
            FactSpec("system.national_data_store", _B, "central store of data that are vital to the nation"),
            FactSpec("system.international_gateway", _B, "national infrastructure that connects the country with others"),
            FactSpec("system.risk_level", _S, "result of the risk assessment: not_assessed, not_higher, 2, 3, 4, 5"),
            FactSpec("system.owner_sector", _S, "sector of the owning agency, as in the inventory"),
            FactSpec("system.level", _I, "level given for a system ticked state secret; no clause names it"),
        )
    }
)
"""What the clauses of a rule set may name, beside ``reading.*``."""


def reading_variable(reading: str) -> str:
    """Variable of a reading in expressions: ``commune-network`` is ``reading.commune_network``."""
    return "reading." + reading.replace("-", "_")


class LevelCase(Written):
    """Proof beside a clause: inputs in, answer out."""

    inputs: dict[str, bool | int | str | list[str]]
    """Input name without ``system.`` -> value; a name left out is unanswered. ``reading.x`` fixes an interpretation."""
    matches: Literal["yes", "no", "unknown"]


class LevelClause(Written):
    """One clause of a decree that gives a level."""

    id: Line
    """As cited: ``13.2.b``."""
    level: Level
    title: Texts
    when: str | None = None
    """CEL over ``system.*`` and ``reading.*``; none for a clause that waits for guidance."""
    pending: Texts | None = None
    """Why the clause cannot be decided yet; shown, never widens a range."""
    cases: tuple[LevelCase, ...] = ()


class Reading(Written):
    """An ambiguity the province must settle."""

    id: Identifier
    clause: Line
    question: Texts
    choices: dict[Identifier, Texts]


class Question(Written):
    """What to ask when an input is missing."""

    text: Texts
    who: Literal["province", "agency"]


class LevelObligation(Written):
    """What a decree says beside its criteria: shown with a classification, never part of its range."""

    id: Line
    """As cited: ``10.5``."""
    title: Texts
    condition: Literal["several_levels", "components", "risk_above", "level", "answer"]
    """Criteria of several levels match; components raise the level; the risk result is above what the clauses prove; the proven
    level is one of ``levels``; ``when`` is true."""
    levels: tuple[Level, ...] = ()
    when: str | None = None
    """CEL like that of a clause."""


class LevelRuleSet(Written):
    """A decree's criteria as data."""

    id: Identifier
    title: Texts
    act: Line
    """Short citation: Nghị định 331/2026/NĐ-CP."""
    valid_from: Day
    valid_until: Day | None = None
    source: Line
    inheritance: Texts
    """The label under which components and shared machines take the highest level."""
    readings: tuple[Reading, ...] = ()
    questions: dict[str, Question]
    """Input name (``system.kind``) -> question, in the order in which they are asked."""
    clauses: tuple[LevelClause, ...]
    obligations: tuple[LevelObligation, ...] = ()
    keeps_approved_before: Day | None = None
    """A level approved before this day under the former decree stays valid although these rules would raise it."""

    def variables(self) -> dict[str, FactSpec]:
        """Everything a clause of this rule set may name: the system inputs and its own readings."""
        readings = (
            FactSpec(reading_variable(reading.id), _S, f"reading of clause {reading.clause}: {', '.join(reading.choices)}")
            for reading in self.readings
        )
        return {**SYSTEM_INPUTS, **{spec.name: spec for spec in readings}}


@dataclass(frozen=True, slots=True)
class ClauseMatch:
    """One clause applied to one system."""

    clause: str
    level: int
    matches: bool | None
    """None is unknown."""
    missing: tuple[str, ...] = ()
    """Inputs that would decide it."""
    readings: tuple[str, ...] = ()
    """Readings that were used, ``id=choice``."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something a decree asks of the owner of one system, beside the level that its clauses give."""

    clause: str
    title: Texts
    at_least: int | None = None
    """The level that must be proposed at least; the range of the clauses stays as it is."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What a rule set says of a system: a proposal; the appraisal decides."""

    system: str
    rule_set: str
    lowest: int | None
    """Level the clauses prove whatever the open answers turn out to be; None when they prove none (undetermined, never 1)."""
    highest: int | None
    """Highest level still possible; None when nothing can match."""
    matches: tuple[ClauseMatch, ...] = ()
    """Clauses that match or may match, highest level first."""
    inputs: tuple[tuple[str, str], ...] = ()
    """Input name -> value used, as text."""
    missing: tuple[str, ...] = ()
    """Unanswered inputs and open readings that keep the range open."""
    reached: tuple[int, ...] = ()
    """Levels that may come out where the clauses alone do not say it: with components, or where nothing is kept."""
    inherited_from: tuple[str, ...] = ()
    """Components that raised the level or the upper end of its range, under the rule set's ``inheritance`` label."""
    declared: int | None = None
    """Level of the dossier."""
    pending: tuple[str, ...] = ()
    """Clauses that wait for guidance."""
    readings: tuple[str, ...] = ()
    """Readings that decided something here, ``id=choice``; also those that ruled a clause out."""
    declared_kept: bool = False
    """The declared level was approved under the former decree and stays valid."""
    obligations: tuple[Obligation, ...] = ()
    """What the decree asks beside the level; it never widens the range."""

    @property
    def at_least(self) -> int | None:
        """The level that an obligation wants proposed at least; None where none does."""
        return max((one.at_least for one in self.obligations if one.at_least is not None), default=None)

    @property
    def possible(self) -> tuple[int, ...]:
        """Levels that may come out, ascending: the proven one and every higher one still possible.

        ``lowest`` None with (3, 4, 5) reads: nothing is proven; if a clause applies, the level is 3 to 5.
        """
        if self.reached:
            return self.reached
        floor = self.lowest or 1
        levels = {match.level for match in self.matches if match.level >= floor}
        return tuple(sorted(levels | {level for level in (self.lowest, self.highest) if level is not None}))

    @property
    def level(self) -> int | None:
        """The level when it is determined, else None."""
        return self.lowest if self.lowest is not None and self.lowest == self.highest else None


def joint_level(classifications: Iterable[Classification]) -> int | None:
    """Level of what several systems share: their highest, where that is determined.

    A system that no clause fits says nothing about the others, a range does: level 3 beside level 2 to 3 makes 3.
    """
    found = list(classifications)
    lowest = max((item.lowest or 0 for item in found), default=0)
    highest = max((item.highest or 0 for item in found), default=0)
    return lowest if lowest and lowest == highest else None


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """Where one possible answer to an open question leads."""

    answer: str
    """As the inventory writes it (``true``, ``public, private``); a count as ``from..to`` or ``from..``; a reading's choice."""
    lowest: int | None
    highest: int | None
    possible: tuple[int, ...]
    """Levels that may still come out, ascending; one is the level, none is undetermined."""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One question to ask, and what each answer would mean while everything else stays as it is."""

    name: str
    """``system.kind``, ``reading.commune_network``."""
    question: Question
    outcomes: tuple[AnswerOutcome, ...]
