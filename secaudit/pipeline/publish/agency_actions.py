"""What an agency should do first, and where its officer has to go: chosen by what they settle."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from secaudit.expr import variable_name
from secaudit.messages import Message, msg
from secaudit.model.base import Texts
from secaudit.model.check import GRAVITY, Check, Severity
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.measurement import AgencyShare
from secaudit.model.outcome import Sight
from secaudit.model.plan import Target
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.parameters import title_of
from secaudit.pipeline.publish.agencies import WEIGHTS
from secaudit.pipeline.publish.agency_parts import TargetParts
from secaudit.pipeline.publish.agency_unseen import cannot_say
from secaudit.report.action_words import action_sentence, action_words
from secaudit.report.agency_page import ActionRow, Gain, OwnMachine, ReasonRow, Visit
from secaudit.report.agency_words import CONSOLE_ADVICE, REASON_ADVICE
from secaudit.report.texts import Wording
from secaudit.report.words import word

MOST = 5
"""Actions on a page."""
MOST_WORDS = 4
"""Things to do that one line of the sheet names."""
_VERDICT = re.compile(r"\bverdict(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
_GRAVE = GRAVITY[Severity.HIGH]
_INSTALLED = ".installed"
"""How the check is called that says whether the thing its family asks about is there at all."""
_UNSEEN = msg("make {count} machines visible that nobody could see: {why}")
_UNREAD = msg("let {count} machines be read again: {why}")
_MUTE = msg("have the protection of {count} machines confirmed that cannot say it themselves: {why}")
_COUNTED = {
    "systems": msg("finish level dossier, decision and security plan of {count} systems"),
    "agencies": msg("put in order what the target asks of the agency"),
    "people": msg("hold the session for {count} people and keep the dated list"),
    "indicators": msg("bring {count} more about"),
}
_SHOWN = {
    "systems": msg("hand in the papers of {count} systems"),
    "agencies": msg("hand in the papers the target asks of the agency"),
    "people": msg("hand in dated documents for {count} people"),
    "indicators": msg("hand in the dated report that shows the {count}"),
}


@dataclass
class _Candidate:
    row: ActionRow
    weight: int
    """What it settles, machines counting ten."""
    severity: int = 0
    order: tuple[int, str] = field(default=(0, ""))

    @property
    def rank(self) -> tuple[int, int, int, str]:
        """The greatest gain first, then the gravest, then what helps most machines."""
        return (-self.weight, self.severity, *self.order)


class Actions:
    """Chooses for every agency."""

    def __init__(self, measured: Measured, parts: TargetParts) -> None:
        """What decides which target is read from the plan once."""
        self._parts = parts
        catalog = measured.province.catalog
        self._checks = catalog.checks
        self._titles = {check.id: title_of(catalog, check) for check in catalog.checks.values()}
        self._fixes = {check.id: _fixes(check) for check in catalog.checks.values()}
        self._order = {check: (GRAVITY[one.severity], check) for check, one in catalog.checks.items()}
        names = {variable_name(f"verdict.{check}"): check for check in catalog.checks}
        self._targets: dict[str, Target] = {target.id: target for target in measured.plan.targets}
        self._deciding = {
            (target.id, reading): frozenset(names[name] for name in _VERDICT.findall(meets) if name in names)
            for target in measured.plan.targets
            for reading, meets in (("", target.meets or ""), *((sub.id, sub.meets) for sub in target.under))
        }

    def of(
        self, agency: str, machines: Sequence[OwnMachine], unseen: Sequence[ReasonRow], *, sent: bool
    ) -> tuple[ActionRow, ...]:
        """At most five; an agency that sent nothing has that to do before all else."""
        found = [
            *self._by_check(agency, machines),
            *self._by_reason(agency, unseen),
            *self._unread(agency, machines),
            *self._by_papers(agency),
        ]
        first = [] if sent else [ActionRow(msg("send the inventory of systems, machines and people"))]
        return tuple([*first, *(one.row for one in sorted(found, key=lambda one: one.rank))][:MOST])

    def _by_check(self, agency: str, machines: Sequence[OwnMachine]) -> Iterable[_Candidate]:
        fails: dict[str, list[str]] = {}
        failed_by: dict[str, frozenset[str]] = {}
        open_on: dict[str, frozenset[str]] = {}
        for machine in machines:
            if machine.evidence is None:
                continue
            own = self._in_order(one.check for one in machine.evidence.findings if one.verdict is Verdict.FAIL)
            failed_by[machine.id] = frozenset(own)
            open_on[machine.id] = frozenset(one.check for one in machine.evidence.findings if one.verdict is Verdict.UNKNOWN)
            for check in own:
                fails.setdefault(check, []).append(machine.id)
        gains = self._gains(agency, failed_by, open_on)
        windows = {machine.id: "windows" in machine.os.lower() for machine in machines if machine.os is not None}
        for check, names in fails.items():
            own_gains = gains.get(check, [])
            weight = sum(WEIGHTS["endpoints"] * gain.count for gain in own_gains)
            severity = GRAVITY[self._checks[check].severity]
            words = action_sentence(check, self._titles[check], len(names))
            row = ActionRow(words, tuple(own_gains), self._fixes_on(check, names, windows), machines=tuple(names), check=check)
            yield _Candidate(row, weight, severity, (-len(names), check))

    def _in_order(self, failed: Iterable[str]) -> list[str]:
        """Without what follows by itself: of a thing that is not installed nothing can be switched on or updated."""
        found = sorted(failed, key=self._order.__getitem__)
        lacking = {_family(check) for check in found if check.endswith(_INSTALLED)}
        return [check for check in found if check.endswith(_INSTALLED) or _family(check) not in lacking]

    def _fixes_on(self, check: str, names: Sequence[str], windows: Mapping[str, bool]) -> tuple[tuple[str, Texts], ...]:
        """How to do it, only for the systems that are concerned."""
        kinds = {"Windows" if windows[name] else "Linux" for name in names if name in windows}
        return tuple((name, text) for name, text in self._fixes[check] if not kinds or name in kinds) or self._fixes[check]

    def _gains(
        self, agency: str, failed_by: Mapping[str, frozenset[str]], open_on: Mapping[str, frozenset[str]]
    ) -> dict[str, list[Gain]]:
        """Check -> members of targets that only it keeps from being proven."""
        found: dict[str, list[Gain]] = {}
        for number, measurement, share in self._parts.shares.get(agency, ()):
            target = self._targets[measurement.target]
            if target.population != "endpoints":
                continue
            readings: list[tuple[str, Wording, AgencyShare]] = [("", target.short, share)]
            titles = {sub.id: sub.title for sub in target.under}
            readings += [(sub.id, titles[sub.id], own) for sub, own in self._parts.subs(target.id, agency)]
            for reading, title, own in readings:
                deciding = self._deciding[target.id, reading]
                counts: dict[str, int] = {}
                for name in own.disproven:
                    failed = failed_by.get(name, frozenset()) & deciding
                    if len(failed) == 1 and not open_on[name] & deciding:
                        (check,) = failed
                        counts[check] = counts.get(check, 0) + 1
                for check, count in counts.items():
                    found.setdefault(check, []).append(Gain(number, title, count))
        return found

    def _by_reason(self, agency: str, unseen: Sequence[ReasonRow]) -> Iterable[_Candidate]:
        """Machines nobody saw: what to do about the reason, and for which targets they are open."""
        counted = [
            (number, self._targets[measurement.target].short, frozenset(share.unknown))
            for number, measurement, share in self._parts.shares.get(agency, ())
            if self._targets[measurement.target].population == "endpoints"
        ]
        for row in unseen:
            if row.answers:
                continue
            gains = [
                Gain(number, short, count, at_most=True)
                for number, short, members in counted
                if (count := sum(name in members for name in row.machines))
            ]
            words = Message(_UNSEEN.text, {"count": len(row.machines), "why": row.why})
            made = ActionRow(words, tuple(gains), machines=row.machines, how=row.advice)
            yield _Candidate(made, sum(WEIGHTS["endpoints"] * gain.count for gain in gains), 1, (-len(row.machines), ""))

    def _unread(self, agency: str, machines: Sequence[OwnMachine]) -> Iterable[_Candidate]:
        """Machines that were seen, and what decides a target could not be read of them."""
        for number, measurement, share in self._parts.shares.get(agency, ()):
            target = self._targets[measurement.target]
            if target.population != "endpoints" or not share.unknown:
                continue
            deciding, members = self._deciding[target.id, ""], frozenset(share.unknown)
            found: dict[tuple[MissingReason, bool], list[str]] = {}
            for machine in machines:
                if machine.evidence is None or machine.id not in members:
                    continue
                missing = [one.missing for one in machine.evidence.findings if one.check in deciding and one.missing]
                if missing:
                    reason = missing[0][0].reason
                    found.setdefault((reason, cannot_say(machine, reason)), []).append(machine.id)
            for (reason, mute), names in found.items():
                words = Message((_MUTE if mute else _UNREAD).text, {"count": len(names), "why": word(reason)})
                gain = Gain(number, target.short, len(names), at_most=True)
                how = CONSOLE_ADVICE if mute else REASON_ADVICE[reason]
                row = ActionRow(words, (gain,), machines=tuple(names), how=how)
                yield _Candidate(row, WEIGHTS["endpoints"] * len(names), 1, (-len(names), reason.value))

    def _by_papers(self, agency: str) -> Iterable[_Candidate]:
        for number, measurement, share in self._parts.shares.get(agency, ()):
            target = self._targets[measurement.target]
            if target.population == "endpoints":
                continue
            for count, words, at_most in (
                (share.tally.disproven, _COUNTED[target.population], False),
                (share.tally.unknown, _SHOWN[target.population], True),
            ):
                if count:
                    row = ActionRow(Message(words.text, {"count": count}), (Gain(number, target.short, count, at_most),))
                    yield _Candidate(row, WEIGHTS[target.population] * count, 1, (-count, target.id))

    def visits(self, machines: Sequence[OwnMachine]) -> tuple[Visit, ...]:
        """Machines somebody has to go to, by place: something grave is not in order, or nobody could see them from afar."""
        found = [visit for machine in machines if (visit := self._visit(machine)) is not None]
        return tuple(sorted(found, key=lambda row: (row.place is None, row.place or "", row.machine)))

    def _visit(self, machine: OwnMachine) -> Visit | None:
        if machine.evidence is None:
            if machine.kind is EndpointKind.ISOLATED:
                return None
            return Visit(machine.id, machine.place, (_AT_THE_MACHINE.get(machine.sight, _COLLECT),))
        failed = [one.check for one in machine.evidence.findings if one.verdict is Verdict.FAIL]
        failed = self._in_order(failed)
        grave = [check for check in failed if self._order[check][0] <= _GRAVE]
        if not grave:
            return None
        words = list({_key(made): made for check in grave if (made := action_words(check, self._titles[check]))}.values())
        return Visit(
            machine.id, machine.place, tuple(words[:MOST_WORDS]), max(len(words) - MOST_WORDS, 0) + len(failed) - len(grave)
        )


_COLLECT = msg("run the collector")
_AT_THE_MACHINE: Mapping[Sight, Message] = {
    Sight.TIMEOUT: msg("switch it on and run the collector"),
    Sight.IDENTITY: msg("look which machine this is; write down its serial number"),
    Sight.HOST_KEY: msg("ask whether the machine was replaced or installed again"),
    Sight.DNS: msg("write down its name and address; run the collector"),
    Sight.NO_ROUTE: msg("look at its network cable and address; run the collector"),
}


def _family(check: str) -> str:
    """``protection`` of ``protection.active``."""
    return check.partition(".")[0]


def _key(words: Wording) -> str:
    return words.text if isinstance(words, Message) else str(words)


def _fixes(check: Check) -> tuple[tuple[str, Texts], ...]:
    found = (("Windows", check.fix.windows), ("Linux", check.fix.linux))
    return tuple((name, text) for name, text in found if text is not None)
