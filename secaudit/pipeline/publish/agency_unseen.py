"""What could not be seen of an agency's machines: by reason, with what the agency can do about it."""

from collections import Counter
from collections.abc import Sequence

from secaudit.messages import Message
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.outcome import Sight
from secaudit.report.agency_page import OwnMachine, ReasonRow
from secaudit.report.agency_words import DOUBT_ADVICE, REASON_ADVICE, SIGHT_ADVICE, UNDECLARED_ADVICE
from secaudit.report.words import STALE, missing_words, word

_Reason = tuple[MissingReason, bool]
"""Why a fact is not known, and whether it is one that the inventory should say."""
_DECLARED = "endpoint."
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
            missing = [((item.reason, item.name.startswith(_DECLARED)), item.name) for item in finding.missing]
            for reason in {reason for reason, _ in missing}:
                names.setdefault(reason, {})[machine.id] = None
                answers[reason] += 1
            for reason, name in missing:
                facts.setdefault(reason, Counter())[name] += 1
    rows = [
        ReasonRow(
            missing_words(_DECLARED if declared else "", reason),
            UNDECLARED_ADVICE if declared else REASON_ADVICE[reason],
            tuple(found),
            answers[reason, declared],
            _most(facts[reason, declared]),
        )
        for (reason, declared), found in names.items()
    ]
    return sorted(rows, key=lambda row: (-len(row.machines), -row.answers))


def _most(counted: Counter[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_FACTS])
