"""Tables of a workbook about machines, filled in one walk: machines, failures, what is not known, who was not seen, checks."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from secaudit.messages import Message, msg, msgc
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.outcome import Sight
from secaudit.report.document import CheckRow
from secaudit.report.fact_text import fact_text
from secaudit.report.fact_words import fact_word
from secaudit.report.findings import MachineFindings
from secaudit.report.table_book import Table, TableBook, Value
from secaudit.report.voice import Voice
from secaudit.report.words import ADVICE, STALE, word
from secaudit.report.workbook import Column

WANTED = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.MANUAL)
"""Findings that the walk needs one by one; passes are only counted."""
_MOST_FACTS = 8
_OBSERVED_LIMIT = 160
_MACHINE = (Column(msgc("workbook", "Agency"), 24), Column(msgc("workbook", "Machine"), 28))
_KIND = (Column(msgc("workbook", "Name of the agency"), 40), Column(msgc("workbook", "Kind"), 16))
_PLACE = Column(msgc("workbook", "Place"), 18)
_SEEN = (Column(msgc("workbook", "Grade"), 8), Column(msgc("workbook", "Observed"), 16))
_ASKED = (
    Column(msgc("workbook", "Check"), 28),
    Column(msgc("workbook", "What is asked"), 60),
    Column(msgc("workbook", "Severity"), 13),
)
_VERDICTS = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.MANUAL, Verdict.NOT_APPLICABLE)


class MachineTables:
    """The tables about machines and checks, in this order."""

    def __init__(self, book: TableBook, checks: tuple[CheckRow, ...]) -> None:
        """Begins every sheet."""
        self._voice = book.voice
        self._checks = checks
        self._titles = {check.id: (self._voice.say(check.title), self._voice.say(word(check.severity))) for check in checks}
        self._machines = book.add(_MACHINES)
        self._failures = book.add(_FAILURES)
        self._unknowns = book.add(_UNKNOWNS)
        self._unseen = book.add(_UNSEEN)
        self._by_check = book.add(_CHECKS)
        self._counts: dict[str, Counter[Verdict]] = {check.id: Counter() for check in checks}
        self._excused: Counter[str] = Counter()

    def fill(self, machines: Iterable[MachineFindings]) -> None:
        """The walk; the table of checks comes at its end."""
        for machine in machines:
            self._machines.add(_machine(machine))
            if machine.seen:
                self._fill_verdicts(machine)
            elif machine.kind is not EndpointKind.ISOLATED:
                self._unseen.add(_unseen(machine))
        for check in self._checks:
            self._by_check.add(self._check(check))

    def _fill_verdicts(self, machine: MachineFindings) -> None:
        reasons: dict[MissingReason, tuple[dict[str, None], dict[str, None]]] = {}
        for row in machine.findings:
            self._counts[row.check][row.verdict] += 1
            if row.verdict is Verdict.FAIL:
                self._excused[row.check] += row.excused_until is not None
                title, severity = self._titles[row.check]
                self._failures.add(
                    (
                        machine.agency,
                        machine.id,
                        row.check,
                        title,
                        severity,
                        row.grade,
                        row.moment,
                        _observed(row.observed, self._voice),
                        row.excused_until,
                    )
                )
            for fact, reason in row.missing if row.verdict is Verdict.UNKNOWN else ():
                checks, facts = reasons.setdefault(reason, ({}, {}))
                checks[row.check] = None
                facts[fact] = None
            if row.defect:
                told = msg("defect of the check {check}: {defect}", check=row.check, defect=row.defect)
                self._unknowns.add((machine.agency, machine.id, told, 1, row.check))
            elif row.verdict is Verdict.MANUAL:
                self._unknowns.add((machine.agency, machine.id, word(Verdict.MANUAL), 1, row.check))
        for reason, (checks, facts) in reasons.items():
            names = ", ".join(self._voice.say(fact_word(fact)) for fact in list(facts)[:_MOST_FACTS])
            more = f" +{len(facts) - _MOST_FACTS}" if len(facts) > _MOST_FACTS else ""
            self._unknowns.add((machine.agency, machine.id, word(reason), len(checks), names + more))

    def _check(self, check: CheckRow) -> tuple[Value, ...]:
        counts = self._counts[check.id]
        title, severity = self._titles[check.id]
        return (
            check.id,
            title,
            severity,
            counts[Verdict.FAIL],
            self._excused[check.id],
            counts[Verdict.UNKNOWN],
            counts[Verdict.MANUAL],
            check.fix_windows,
            check.fix_linux,
            ", ".join(check.refs),
        )


_MACHINES = Table(
    msgc("workbook", "Machines"),
    msg("Machines in use, with what was judged of each"),
    (
        *_MACHINE,
        *_KIND,
        Column(msgc("workbook", "Operating system"), 10),
        _PLACE,
        Column(msgc("workbook", "State"), 14),
        Column(msgc("evidence", "Way"), 28),
        *_SEEN,
        Column(msgc("workbook", "Protection, proven"), 11),
        Column(msgc("workbook", "Protection, possible"), 11),
        *(Column(word(verdict), 11) for verdict in _VERDICTS),
        Column(msgc("workbook", "Lab data"), 9),
    ),
    (msg("Protection: 0 none, 1 installed, 2 running and up to date, 3 centrally managed, 4 EDR, 5 shared."),),
)
_FAILURES = Table(
    msgc("workbook", "Failures"),
    msg("What is proven not to be in order"),
    (
        *_MACHINE,
        *_ASKED,
        *_SEEN,
        Column(msgc("workbook", "Values"), 60),
        Column(msgc("workbook", "Excused until"), 13),
    ),
    (msg("An excused failure is a failure all the same."),),
)
_UNKNOWNS = Table(
    msgc("workbook", "Unknown"),
    msg("What is not known of machines that were seen, and why"),
    (
        *_MACHINE,
        Column(msgc("workbook", "Reason"), 40),
        Column(msgc("workbook", "Checks"), 9),
        Column(msgc("workbook", "What is missing"), 90),
    ),
    (msg("Machines that nobody has seen stand in the next sheet, once each: of them everything is unknown."),),
)
_UNSEEN = Table(
    msgc("workbook", "Not seen"),
    msg("Machines without evidence that counts"),
    (
        *_MACHINE,
        *_KIND,
        _PLACE,
        Column(msgc("workbook", "Reason"), 44),
        Column(msgc("workbook", "Last attempt"), 16),
        Column(msgc("workbook", "What to do"), 90),
    ),
)
_CHECKS = Table(
    msgc("workbook", "Checks"),
    msg("The checks, the most severe first, counted on machines that were seen"),
    (
        *_ASKED,
        Column(word(Verdict.FAIL), 11),
        Column(msgc("workbook", "of these excused"), 11),
        Column(word(Verdict.UNKNOWN), 11),
        Column(word(Verdict.MANUAL), 11),
        Column(msgc("workbook", "What to do on Windows"), 60),
        Column(msgc("workbook", "What to do on Linux"), 60),
        Column(msgc("workbook", "Clauses"), 40),
    ),
    (msg("Passes are counted machine by machine in the sheet of machines."),),
)
_HELD = msg("its evidence does not count: it may not be the declared machine")
_STATES: Mapping[str, Message] = {
    "isolated": msgc("machine", "isolated"),
    "seen": msgc("machine", "seen"),
    "held": msgc("machine", "held"),
    "unseen": msgc("machine", "not seen"),
}


def _machine(machine: MachineFindings) -> tuple[Value, ...]:
    counts = dict(machine.counts) if machine.seen or machine.kind is EndpointKind.ISOLATED else {}
    grade = machine.protection
    return (
        *_which(machine),
        machine.os,
        machine.place,
        _STATES[_state(machine)],
        word(machine.way) if machine.way is not None else None,
        machine.grade,
        machine.observed_at,
        grade.proven if grade is not None else None,
        grade.possible if grade is not None else None,
        *(counts.get(verdict, 0) if counts else None for verdict in _VERDICTS),
        msg("yes") if machine.lab else None,
    )


def _which(machine: MachineFindings) -> tuple[Value, ...]:
    return (machine.agency, machine.id, machine.agency_name, word(machine.kind))


def _state(machine: MachineFindings) -> str:
    if machine.kind is EndpointKind.ISOLATED:
        return "isolated"
    return "seen" if machine.seen else "held" if machine.held else "unseen"


def _unseen(machine: MachineFindings) -> tuple[Value, ...]:
    reason = _HELD if machine.held else STALE if machine.stale else word(machine.sight)
    advice = ADVICE.get(Sight.SEEN if machine.stale else machine.sight) if not machine.held else None
    return (
        *_which(machine),
        machine.place,
        reason,
        machine.attempted_at,
        advice,
    )


def _observed(values: tuple[tuple[str, str], ...], voice: Voice) -> str:
    """The values a check looked at, in words; each pair is said once, however many machines show it."""
    return "; ".join(_value(name, value, voice) for name, value in values)[: 3 * _OBSERVED_LIMIT]


@lru_cache(maxsize=65_536)
def _value(name: str, value: str, voice: Voice) -> str:
    said = " ".join(fact_text(value, voice).split())
    return f"{voice.say(fact_word(name))}: {said[:_OBSERVED_LIMIT]}"
