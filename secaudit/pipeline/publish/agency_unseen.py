"""What could not be seen of an agency's machines: by reason, with what the agency can do about it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from secaudit.messages import Message
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.outcome import Grade, Sight
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.ways import ways_of
from secaudit.pipeline.ways_plan import Lever
from secaudit.report.agency_page import OwnMachine, ReasonRow
from secaudit.report.agency_words import (
    COLLECT,
    CONSOLE_FIRST,
    DOUBT_ADVICE,
    READ_ADVICE,
    REASON_ADVICE,
    SIGHT_ADVICE,
    UNDECLARED_ADVICE,
)
from secaudit.report.words import STALE, missing_words, word

_Reason = tuple[MissingReason, bool, bool]
"""Why a fact is not known, whether it is one that the inventory should say, and whether the machine itself cannot say it."""
_DECLARED = "endpoint."
_READ_ITSELF = (Grade.A, Grade.C)
_FIRST = (Sight.DNS, Sight.HOST_KEY, Sight.IDENTITY, Sight.PROTOCOL, Sight.INTERNAL)
"""Something about the machine or its entry in the list is to be cleared up first."""
_BY_LEVER: Mapping[Lever, Message] = MappingProxyType({Lever.CONSOLE: CONSOLE_FIRST, Lever.COURIER: COLLECT})
MOST_FACTS = 5
"""Facts named for one reason, those missing most often."""


def reason_rows(machines: Sequence[OwnMachine], levers: Mapping[str, Lever] = MappingProxyType({})) -> tuple[ReasonRow, ...]:
    """Machines nobody saw first, then what could not be read on those that were seen; the most machines first in each.

    ``levers``: machine -> the way by which letters ask for it, so that the page asks for the same.
    """
    return (*_of_machines(machines, levers), *_of_facts(machines))


def levers_of(measured: Measured) -> dict[str, Lever]:
    """Machine -> the way to see it, of the first target that is about machines."""
    number = next((at for at, one in enumerate(measured.plan.targets, start=1) if one.population == "endpoints"), None)
    if number is None:
        return {}
    steps = ways_of(measured, number).steps
    return {machine: step.lever for step in steps for line in step.lines for machine in line.machines}


def _of_machines(machines: Sequence[OwnMachine], levers: Mapping[str, Lever]) -> list[ReasonRow]:
    groups: dict[tuple[DoubtKind | None, bool, Sight, Lever | None], list[str]] = {}
    for machine in machines:
        if machine.seen or machine.kind is EndpointKind.ISOLATED:
            continue
        if machine.doubt is not None:
            key: tuple[DoubtKind | None, bool, Sight, Lever | None] = (machine.doubt, False, Sight.SEEN, None)
        else:
            key = (None, machine.stale, machine.sight, _by_lever(machine, levers.get(machine.id)))
        groups.setdefault(key, []).append(machine.id)
    rows = [ReasonRow(*_words(*key), tuple(names)) for key, names in groups.items()]
    return sorted(rows, key=lambda row: (-len(row.machines), row.machines[0]))


def _by_lever(machine: OwnMachine, lever: Lever | None) -> Lever | None:
    """The way that letters ask for instead of what the newest attempt suggests; None where something is to be put right first."""
    if machine.sight in _FIRST and not machine.stale:
        return None
    if lever is Lever.COURIER and (machine.sight is not Sight.NOT_ASKED or machine.stale):
        return None
    return lever if lever in _BY_LEVER else None


def _words(doubt: DoubtKind | None, stale: bool, sight: Sight, lever: Lever | None) -> tuple[Message, Message]:
    if doubt is not None:
        return word(doubt), DOUBT_ADVICE[doubt]
    advice = SIGHT_ADVICE[Sight.SEEN if stale else sight] if lever is None else _BY_LEVER[lever]
    return STALE if stale else word(sight), advice


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
