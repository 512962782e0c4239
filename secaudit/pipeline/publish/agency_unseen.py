"""What could not be seen of an agency's machines: by reason, with what the agency can do about it."""

from collections import Counter
from collections.abc import Sequence

from secaudit.messages import Message
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.outcome import Grade, Sight
from secaudit.report.agency_page import OwnMachine, ReasonRow
from secaudit.report.agency_words import DOUBT_ADVICE, READ_ADVICE, REASON_ADVICE, SIGHT_ADVICE, UNDECLARED_ADVICE
from secaudit.report.words import STALE, missing_words, word

_Reason = tuple[MissingReason, bool, bool]
"""Why a fact is not known, whether it is one that the inventory should say, and whether the machine itself cannot say it."""
_DECLARED = "endpoint."
_READ_ITSELF = (Grade.A, Grade.C)
MOST_FACTS = 5
"""Facts named for one reason, those missing most often."""


def reason_rows(machines: Sequence[OwnMachine]) -> tuple[ReasonRow, ...]:
    """Machines nobody saw first, then what could not be read on those that were seen; the most machines first in each."""
    return (*_of_machines(machines), *_of_facts(machines))


def _of_machines(machines: Sequence[OwnMachine]) -> list[ReasonRow]:
    groups: dict[tuple[DoubtKind | None, bool, Sight], list[str]] = {}
    for machine in machines:
        if machine.seen or machine.kind is EndpointKind.ISOLATED:
            continue
        key = (machine.doubt, False, Sight.SEEN) if machine.doubt is not None else (None, machine.stale, machine.sight)
        groups.setdefault(key, []).append(machine.id)
    rows = [ReasonRow(*_words(*key), tuple(names)) for key, names in groups.items()]
    return sorted(rows, key=lambda row: (-len(row.machines), row.machines[0]))


def _words(doubt: DoubtKind | None, stale: bool, sight: Sight) -> tuple[Message, Message]:
    if doubt is not None:
        return word(doubt), DOUBT_ADVICE[doubt]
    if stale:
        return STALE, SIGHT_ADVICE[Sight.SEEN]
    return word(sight), SIGHT_ADVICE[sight]


def _of_facts(machines: Sequence[OwnMachine]) -> list[ReasonRow]:
    """What the inventory does not say is a reason of its own: nobody asked the machine for it."""
    names: dict[_Reason, dict[str, None]] = {}
    facts: dict[_Reason, Counter[str]] = {}
    answers: Counter[_Reason] = Counter()
    for machine in machines:
        if machine.evidence is None:
            continue
        for finding in machine.evidence.findings:
            if finding.verdict is not Verdict.UNKNOWN:
                continue
            missing = [
                ((item.reason, item.name.startswith(_DECLARED), cannot_say(machine, item.reason)), item.name)
                for item in finding.missing
            ]
            for reason in {reason for reason, _ in missing}:
                names.setdefault(reason, {})[machine.id] = None
                answers[reason] += 1
            for reason, name in missing:
                facts.setdefault(reason, Counter())[name] += 1
    rows = [
        ReasonRow(
            missing_words(_DECLARED if declared else "", reason),
            UNDECLARED_ADVICE if declared else READ_ADVICE if mute else REASON_ADVICE[reason],
            tuple(found),
            answers[reason, declared, mute],
            _most(facts[reason, declared, mute]),
        )
        for (reason, declared, mute), found in names.items()
    ]
    return sorted(rows, key=lambda row: (-len(row.machines), -row.answers))


def cannot_say(machine: OwnMachine, reason: MissingReason) -> bool:
    """The machine was read itself, over SSH or by the collector, and its system does not say it: nothing to read again."""
    return reason is MissingReason.UNSUPPORTED and any(grade in _READ_ITSELF for grade in machine.grades)


def _most(counted: Counter[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_FACTS])
