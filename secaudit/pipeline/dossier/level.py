"""The level statement (331: 22.4): what is proposed, by which clauses, inputs and readings, and what is still to be asked."""

from dataclasses import dataclass
from typing import Literal

from secaudit.classify import compare, questions
from secaudit.classify.compare import Comparison
from secaudit.model.inventory import Interpretation, Inventory
from secaudit.model.level import Classification, LevelRuleSet, Question
from secaudit.model.system import System
from secaudit.pipeline.publish.systems import answer_words, question_words, reading_words
from secaudit.report.document import Wording


@dataclass(frozen=True, slots=True)
class Proposal:
    """The level the papers propose."""

    levels: tuple[int, ...]
    """One where it is settled, several while answers are missing, none while nothing says anything."""
    source: Literal["dossier", "rules"]
    """``dossier``: the inventory declares the level the dossier proposes; else the rules."""
    by_rules: tuple[int, ...]
    """Every level the rules leave possible."""
    comparison: Comparison

    @property
    def level(self) -> int | None:
        """The level where there is one."""
        return self.levels[0] if len(self.levels) == 1 else None

    @property
    def highest(self) -> int | None:
        """The highest that may come out: what it asks in addition is prepared."""
        return max(self.levels, default=None)


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause that gives a level, or may."""

    clause: str
    level: int
    title: str
    matches: bool
    """False: open, an answer is missing."""


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A reading of an ambiguous clause and who fixed it."""

    words: Wording
    paper: Interpretation | None


@dataclass(frozen=True, slots=True)
class LevelStatement:
    """Everything the statement needs."""

    proposal: Proposal
    clauses: tuple[ClauseLine, ...]
    inputs: tuple[tuple[Wording, Wording], ...]
    """Question and answer used."""
    readings: tuple[ReadingLine, ...]
    questions: tuple[Question, ...]
    pending: tuple[str, ...]
    inherited_from: tuple[str, ...]
    """Names of components that raised it."""


def level_statement(inventory: Inventory, system: System, item: Classification, rules: LevelRuleSet) -> LevelStatement:
    """What the rule set says of the system, ready for the paper."""
    titles = {clause.id: clause.title.vi for clause in rules.clauses}
    return LevelStatement(
        proposal=_proposal(system, item),
        clauses=tuple(
            ClauseLine(match.clause, match.level, titles[match.clause], match.matches is True)
            for match in item.matches
            if match.matches is not False
        ),
        inputs=tuple((question_words(rules, name), answer_words(value)) for name, value in item.inputs),
        readings=tuple(ReadingLine(reading_words(rules, used), _paper(inventory, used)) for used in item.readings),
        questions=questions(item, rules),
        pending=item.pending,
        inherited_from=tuple(
            other.name
            for name in item.inherited_from
            if (other := inventory.systems.get(name)) is not None and not other.state_secret
        ),
    )


def _proposal(system: System, item: Classification) -> Proposal:
    comparison = compare(item, system)
    declared = system.dossier.level if system.dossier is not None else None
    if declared is not None:
        return Proposal((declared,), "dossier", item.possible, comparison)
    # A level that no clause proves is nobody's proposal: none of them may come out at all.
    return Proposal(item.possible if item.lowest is not None else (), "rules", item.possible, comparison)


def _paper(inventory: Inventory, used: str) -> Interpretation | None:
    name = used.partition("=")[0]
    return next((one for one in inventory.province.interpretations if one.id == name), None)
