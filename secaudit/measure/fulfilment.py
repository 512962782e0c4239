"""One requirement of the standard against one system.

What machines show
    met             every machine is shown to pass every check, or a check does not apply to it; at least one passes something
    not_met         some machine fails a check, and no machine is shown to be in order
    partly          some machine fails a check, others are shown to be in order
    unknown         nothing fails and something is not known: one machine that nobody saw is enough, or one that differs
                    from a value that is only suggested (``advice``); no machine is declared; the checks apply to none of the
                    machines (that it does not apply to the system is for a person to state)
What people state counts beside it: the worse of both. Where the row asks for a paper (``manual``), none or an expired one is
unknown. Where it asks only for checks, a statement never makes anything met; one that admits a failure counts. Where the checks
apply to none of the machines, the paper alone decides. A machine that fails outweighs every statement. That the requirement does
not apply can be stated only where no machine speaks against it: the checks apply to none, or none is declared. A machine that
nobody saw, or that passes, is one to which they may apply.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from secaudit.measure.statements import Statement, Statements
from secaudit.measure.system_machines import Machines
from secaudit.measure.waivers import Waivers
from secaudit.messages import Message, msg
from secaudit.model.assessment import CheckTally, Fulfilment, RequirementResult
from secaudit.model.requirement import Requirement

UNSTATED = msg("nobody has stated it with a document")
"""Why a requirement that only paper can show is unknown."""
MOST_NAMED = 5
"""Machines a reason names; all stand in the tallies."""

_WORSE = (Fulfilment.NOT_MET, Fulfilment.PARTLY, Fulfilment.UNKNOWN, Fulfilment.NOT_APPLICABLE, Fulfilment.MET)
_FAILING = (Fulfilment.NOT_MET, Fulfilment.PARTLY)


@dataclass(frozen=True, slots=True)
class Papers:
    """What people signed, and the day it is read on."""

    statements: Statements
    waivers: Waivers
    standard: str
    day: date
    alike: dict[str, RequirementResult] = field(default_factory=dict)
    """Answers that no machine and no paper had a part in: one object for all systems, by requirement."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """What machines show of one requirement."""

    answer: Fulfilment
    tallies: tuple[CheckTally, ...]
    failing: tuple[str, ...] = ()
    excused: bool = False
    """Every failure on every machine is waived."""
    unknown: int = 0
    applies: bool = True
    """False where the checks apply to none of the machines."""
    speaks: bool = True
    """False where no machine can speak against a statement: none is declared, or the checks apply to none."""
    because: tuple[Message, ...] = ()
    differs: bool = False
    """Some machine fails advice and nothing else."""


def fulfil(requirement: Requirement, system: str, level: int, machines: Machines, papers: Papers) -> RequirementResult:
    """The answer, with everything it rests on."""
    stated = papers.statements.of(papers.standard, requirement, system, level, papers.day)
    if stated is None and not (requirement.checks and machines.ids):
        if requirement.id not in papers.alike:
            papers.alike[requirement.id] = _answer(requirement, system, machines, None, papers)
        return papers.alike[requirement.id]
    return _answer(requirement, system, machines, stated, papers)


def _answer(
    requirement: Requirement, system: str, machines: Machines, stated: Statement | None, papers: Papers
) -> RequirementResult:
    shown = _shown(requirement, machines) if requirement.checks else None
    answer, because = _decide(requirement, shown, stated)
    acting: tuple[str, ...] = ()
    notes: tuple[Message, ...] = ()
    excused = False
    if answer in _FAILING or (shown is not None and shown.differs):
        acting, notes, excused = _waived(requirement, system, shown, stated, papers)
    return RequirementResult(
        requirement,
        answer,
        (*because, *notes),
        shown.tallies if shown is not None else (),
        stated.attestations if stated is not None else (),
        acting,
        excused and answer in _FAILING,
    )


def _decide(requirement: Requirement, shown: _Shown | None, stated: Statement | None) -> tuple[Fulfilment, tuple[Message, ...]]:
    said = stated.because if stated is not None else ()
    word = stated.answer if stated is not None else Fulfilment.UNKNOWN
    if shown is None:
        return (word, said) if said else (Fulfilment.UNKNOWN, (_missing(requirement),))
    if word is Fulfilment.NOT_APPLICABLE:
        if not shown.speaks:
            return word, said
        # Over machines that show it the statement is wrong; nothing is met while somebody in charge says that it does not apply.
        return (Fulfilment.UNKNOWN if shown.answer is Fulfilment.MET else shown.answer), (*shown.because, *said)
    if requirement.manual is None:
        answer = _worse(shown.answer, word) if word in _FAILING else shown.answer
        return answer, (*shown.because, *said)
    if not said:
        said = (_missing(requirement),)
    answer = _worse(shown.answer, word) if shown.applies else word
    return answer, (*shown.because, *said)


def _worse(one: Fulfilment, other: Fulfilment) -> Fulfilment:
    return min(one, other, key=_WORSE.index)


def _missing(requirement: Requirement) -> Message:
    if requirement.manual is None:
        return msg("nothing decides this requirement here")
    return UNSTATED


def _shown(requirement: Requirement, machines: Machines) -> _Shown:
    tallies = tuple(machines.tally(check) for check in requirement.checks)
    total = len(machines.ids)
    if not total:
        nobody = msg("no machine of this system is declared")
        return _Shown(Fulfilment.UNKNOWN, tallies, because=(nobody,), speaks=False)
    found = _sorted(requirement, tallies)
    excused = bool(found.failing) and not any(tally.failed for tally in tallies)
    because = _reasons(machines, found, total)
    open_ones = len(found.unknown) + len(found.differing)
    if found.failing:
        answer = Fulfilment.PARTLY if found.passed else Fulfilment.NOT_MET
        return _Shown(answer, tallies, found.failing, excused, open_ones, because=because, differs=bool(found.differing))
    if open_ones:
        return _Shown(Fulfilment.UNKNOWN, tallies, unknown=open_ones, because=because, differs=bool(found.differing))
    if not found.passed:
        nothing = msg("the checks apply to none of its {count} machines", count=total)
        return _Shown(Fulfilment.UNKNOWN, tallies, applies=False, speaks=False, because=(nothing,))
    return _Shown(Fulfilment.MET, tallies, because=(msg("all {count} machines are in order", count=total),))


class _Sorted(NamedTuple):
    """Machines by what all checks together say, each in one place."""

    failing: tuple[str, ...]
    differing: Sequence[str]
    """They fail nothing but advice."""
    unknown: Sequence[str]
    passed: Sequence[str]


def _sorted(requirement: Requirement, tallies: Sequence[CheckTally]) -> _Sorted:
    if len(tallies) == 1 and not requirement.advice:
        only = tallies[0]
        return _Sorted((*only.failed, *only.waived), (), only.unknown, only.passed)
    advice = requirement.advice
    failing = dict.fromkeys(name for one in tallies if one.check not in advice for name in (*one.failed, *one.waived))
    differing: dict[str, None] = {}
    if advice:
        softly = (name for one in tallies if one.check in advice for name in (*one.failed, *one.waived))
        differing = dict.fromkeys(name for name in softly if name not in failing)
    unknown = dict.fromkeys(name for one in tallies for name in one.unknown if name not in failing and name not in differing)
    passed = dict.fromkeys(name for one in tallies for name in one.passed)
    in_order = [name for name in passed if name not in failing and name not in differing and name not in unknown]
    return _Sorted(tuple(failing), tuple(differing), tuple(unknown), in_order)


def _reasons(machines: Machines, sorted_: _Sorted, total: int) -> tuple[Message, ...]:
    found: list[Message] = []
    for names, text in ((sorted_.failing, _FAIL), (sorted_.differing, _DIFFER)):
        if names:
            found.append(Message(text.text, {"count": len(names), "total": total, "names": named(names)}))
    if not sorted_.unknown:
        return tuple(found)
    unseen = machines.unseen
    if unseen:
        found.append(
            msg("{count} of {total} machines were not seen: {names}", count=len(unseen), total=total, names=named(unseen))
        )
    seen = [name for name in sorted_.unknown if name not in unseen] if unseen else sorted_.unknown
    if seen:
        found.append(
            msg("{count} of {total} machines answer too little to decide: {names}",
                count=len(seen), total=total, names=named(seen))
        )  # fmt: skip
    return tuple(found)


_FAIL = msg("{count} of {total} machines fail: {names}")
_DIFFER = msg("{count} of {total} machines differ from values that are only suggested, a person has to say why: {names}")


def named(machines: Sequence[str]) -> str:
    """The first few names; an ellipsis stands for the others."""
    return ", ".join(machines[:MOST_NAMED]) + (" …" if len(machines) > MOST_NAMED else "")


def _waived(
    requirement: Requirement, system: str, shown: _Shown | None, stated: Statement | None, papers: Papers
) -> tuple[tuple[str, ...], tuple[Message, ...], bool]:
    """Ids of exceptions that act on the failure, words on them and on those that are over, and whether all of it is excused."""
    waivers, key = papers.waivers, f"{papers.standard}:{requirement.id}"
    if not waivers.known:
        return (), (), False
    acting, over = {}, {}
    whole = waivers.on_requirement(key, system)
    if whole is not None:
        acting[whole.id] = whole
    elif (ended := waivers.over_on_requirement(key, system)) is not None:
        over[ended.id] = ended
    if shown is not None and waivers.of_checks(requirement.checks):
        for tally in shown.tallies:
            for name in tally.waived:
                if (found := waivers.on_check(tally.check, name)) is not None:
                    acting[found.id] = found
            for name in tally.failed:
                if (found := waivers.over_on_check(tally.check, name)) is not None:
                    over[found.id] = found
    notes = [
        msg("excused for a time: {id}, {approver}, until {day}",
            id=one.id, approver=one.approver, day=one.valid_until.strftime("%d/%m/%Y"))
        for one in acting.values()
    ]  # fmt: skip
    notes += [
        msg("the exception {id} ended on {day}: a failure again", id=one.id, day=one.valid_until.strftime("%d/%m/%Y"))
        for one in over.values()
    ]
    excused = shown is not None and shown.excused and not shown.unknown and not _papers_open(requirement, stated)
    return tuple(acting), tuple(notes), whole is not None or excused


def _papers_open(requirement: Requirement, stated: Statement | None) -> bool:
    """Whether what people state stands in the way too."""
    if stated is None:
        return requirement.manual is not None
    if stated.answer is Fulfilment.UNKNOWN:
        return requirement.manual is not None
    return stated.answer in _FAILING
