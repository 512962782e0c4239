"""The part of a report that speaks of systems against the technical standard."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from secaudit.model.assessment import Fulfilment
from secaudit.report.texts import Limit, Paragraph, Sentence, Sentences, Wording
from secaudit.report.voice import Voice


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One requirement of the standard, described once."""

    id: str
    number: int
    title: Sentence
    clauses: Annotated[tuple[str, ...], Limit(60)] = ()
    suggested: bool = False
    """May differ with a reason."""
    confirmed: bool = True
    """False: the source is not certain of it."""
    paper: Sentence | None = None
    """What a person must show for it."""


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Requirements of one system that have the same answer for the same reasons."""

    answer: Fulfilment
    requirements: tuple[str, ...]
    """Ids, in the order of the standard."""
    reasons: Sentences = ()
    excused: bool = False
    """Everything that stands in the way is excused for a time; it is not met all the same."""


@dataclass(frozen=True, slots=True)
class ContradictionRow:
    """Something declared of a system and what speaks against it."""

    kind: Literal["plan_full", "protection_absent", "attested", "statements", "no_regulation", "regulation_late"]
    system: str
    """System id."""
    declared: Sentence
    found: Sentence
    machines: tuple[str, ...] = ()
    """Ids of machines concerned."""


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One system; the document lists the highest level first."""

    system: str
    """System id."""
    level: int | None
    """Whose list was taken; None: nothing is assessed."""
    level_from: Wording | None = None
    up_to: int | None = None
    """Highest level still possible."""
    counts: tuple[tuple[Fulfilment, int], ...] = ()
    """Every answer with how many requirements have it."""
    rows: int | None = None
    """Rows of the standard's list for the level; None: nobody counted them."""
    open: int | None = None
    """Rows that are not held."""
    excused: int = 0
    machines: int = 0
    """Machines in use."""
    notes: Sentences = ()
    groups: tuple[AnswerGroup, ...] = ()
    """What is not met first."""
    unassessed: Wording | None = None


@dataclass(frozen=True, slots=True)
class StandardPart:
    """Everything said about systems against the standard."""

    title: Wording
    act: str
    source: Annotated[str, Limit(600)]
    asked: tuple[AskedRow, ...]
    standings: tuple[StandingRow, ...]
    contradictions: tuple[ContradictionRow, ...] = ()
    """The gravest kind first, by system."""
    waivers: tuple[Paragraph, ...] = ()
    """Exceptions that act, each in a sentence."""


def asked_title(row: AskedRow, voice: Voice) -> str:
    """``24. Anti-malware is installed``."""
    return f"{row.number}. {voice.say(row.title)}"


def number_ranges(numbers: Iterable[int]) -> str:
    """``1–3, 5``: numbers that follow each other as one."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)
