"""From the address of a figure (docs/figures.md) to the text it must have."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from fractions import Fraction
from functools import cache

from figure_count import Counts, Province, Targets, Writing
from figure_dates import Dates
from figure_folder import Lists
from figure_own import OwnPages, number_in
from figure_systems import Systems

from secaudit.model.base import VIETNAM_TIME
from secaudit.model.check import Severity
from secaudit.model.finding import Verdict
from secaudit.model.past import Past
from secaudit.pipeline.measuring import Measured
from secaudit.pipeline.publish.agency_page import AgencyPages
from secaudit.pipeline.publish.course import trend_rows
from secaudit.pipeline.publish.ways import way_rows

GRAVE = (Severity.CRITICAL, Severity.HIGH)


class UnknownAddressError(LookupError):
    """Nobody can count what this address stands for."""


class Addresses(Systems):
    """Every address of the pages of one province, counted from its store."""

    def __init__(
        self,
        measured: Measured,
        language: str,
        *,
        at: Callable[[datetime], Measured],
        earlier: Sequence[datetime],
        past: Past,
        pages: AgencyPages,
    ) -> None:
        """``at`` measures another moment, ``pages`` makes documents of agencies, both from the same store and just now."""
        self.measured = measured
        self.province = Province(measured)
        self.targets = Targets(self.province)
        self.write = Writing(language)
        self.own = OwnPages(pages)
        self.expected = cache(self._expected)
        self.earlier = earlier
        self.lists = Lists(self.province, past.states[-1])
        self.trend = cache(lambda: trend_rows(measured, past))
        self.dates = Dates(self.province)
        self.ways = cache(lambda: way_rows(measured))
        self.at = cache(lambda moment: Targets(Province(at(moment))))

    def _expected(self, address: str) -> str:
        """The text of the figure; raises UnknownAddressError."""
        scope, _, what = address.rpartition(":")
        agency = ""
        if scope.startswith("a:") and "/" in scope:
            agency, _, scope = scope[2:].partition("/")
        head, rest = re.fullmatch(r"([a-z]+)[:/]?(.*)", scope).groups() if scope else ("", "")
        try:
            value = self._value(head, rest, agency, what)
        except (LookupError, AttributeError, ValueError, TypeError, StopIteration) as error:
            raise UnknownAddressError(address) from error
        if isinstance(value, Fraction):
            return self.write.share(value) + self.write.sign
        return self.write.number(value) if isinstance(value, int) else value

    def _value(self, head: str, rest: str, agency: str, what: str) -> int | Fraction | str:
        if found := re.fullmatch(r"(\d+)(?:/([\w-]+))?", rest) if head == "t" else None:
            if what.startswith("said."):
                return self.own.said(agency, int(found[1]), what)
            return self._figure(int(found[1]), found[2] or "", agency, what)
        if agency:
            return getattr(self, f"_of_{head}")(rest, what, agency)
        return getattr(self, f"_of_{head}")(rest, what)

    def _figure(self, target: int, sub: str, agency: str, what: str) -> int | str:
        counts, beside = self.targets.counts(target, sub, agency), self.targets.share(target)
        if what in ("proven", "disproven", "unknown", "total", "possible"):
            return self.write.number(getattr(counts, what))
        if what in ("interval", "range"):
            return self.write.interval(counts, beside if what == "interval" else None)
        if what in ("interval.lower", "interval.upper", "range.lower", "range.upper"):
            kind, _, end = what.partition(".")
            count = counts.proven if end == "lower" else counts.possible
            return self.write.share(counts.share(count), beside if kind == "interval" else None) + self.write.sign
        if what == "counts":
            return self.write.counts(counts)
        if what == "part":
            said = f"{self.write.number(counts.proven)}/{self.write.number(counts.total)}"
            return f"{said} ({self.write.number(counts.unknown)})" if counts.unknown else said
        if what == "aim":
            sign = {">=": "≥ ", ">": "> "}[self.targets.sign(target)] if beside != 1 else ""
            return f"{sign}{self.write.share(beside)}{self.write.sign}"
        return self._about_figure(target, sub, agency, what, counts)

    def _about_figure(self, target: int, sub: str, agency: str, what: str, counts: Counts) -> int:
        """Other numbers about a figure."""
        machines = self.province.machines(agency or None)
        proven = [one.id for one in machines if one.kind != "isolated" and self.targets.machine(one.id, sub) is True]
        kind, _, grade = what.partition(".")
        if kind == "grade":
            return sum(self._grade(name, sub) == grade for name in proven)
        if what == "lab":
            return sum(self._lab(one.id) for one in machines) if target == 2 else 0
        if what == "declared":
            return sum(self._declared(target, name) for name in ([agency] if agency else self.province.ids))
        if what == "needed":
            return self.targets.needed(target) if (number := self.targets.standing(target)) is None else number
        if what == "agencies":
            return sum(bool(self.targets.counts(target, sub, one).total) for one in self.province.ids)
        raise UnknownAddressError(what)

    def _grade(self, machine: str, sub: str) -> str:
        """The worst grade that the verdicts of the reading needed."""
        checks = {"": ("installed",), "active": ("active",), "managed": ("active", "managed")}[sub]
        findings = self.measured.states[machine].findings
        grades = [one.grade for one in findings if one.check in [f"protection.{name}" for name in checks]]
        return max(str(grade) for grade in grades)

    def _lab(self, machine: str) -> bool:
        evidence = self.measured.states[machine].evidence
        return evidence is not None and evidence.outcome.lab

    def _declared(self, target: int, agency: str) -> int:
        """People whom an agency names without a paper."""
        counts, people = self.targets.counts(target, "", agency), self.province.agency(agency).people
        reached = {3: "heads_briefed", 4: "staff_briefed", 5: "staff_trained"}.get(target)
        return getattr(people, reached) if people is not None and reached and counts.unknown else 0

    def _of_province(self, _: str, what: str) -> int | str:
        """Counts over everything."""
        states, machines = self.measured.states, self.province.machines()
        decisions = Counter(self.targets.decision(one) for one in self.targets.numbers)
        ordinary = [one.id for one in machines if one.kind != "isolated"]
        held = [name for name in ordinary if states[name].doubt is not None]
        seen = [name for name in ordinary if states[name].evidence is not None]
        counts = {
            "agencies": len(self.province.agencies), "silent": len(self.province.silent), "machines": len(machines),
            "held": len(held), "seen": len(seen), "unseen": len(ordinary) - len(held) - len(seen),
            "visits": sum(bool(self._fails(name, GRAVE)) for name in seen), "newcomers": len(self.measured.newcomers),
            "systems": len(self.province.systems()), "lab": sum(self._lab(one.id) for one in machines),
            "targets": len(self.targets.numbers), "orders": len(self.targets.orders()),
            "sent.silent": len(self.province.silent), "sent.agencies": len(self.province.agencies),
            **{name: decisions[name] for name in ("met", "missed", "undecided", "not_applicable")},
        }  # fmt: skip
        if what.startswith("changed."):
            return self.lists.changed(what.removeprefix("changed."))
        if what.startswith("before."):
            then = self.at(self.earlier[-1])
            return sum(then.decision(one) == what.removeprefix("before.") for one in then.numbers)
        if what.endswith(".of"):
            return f"{counts[what.removesuffix('.of')]}/{counts['targets']}"
        return counts[what]

    def _fails(self, machine: str, severities: tuple[Severity, ...]) -> list[str]:
        severity = {name: check.severity for name, check in self.measured.province.catalog.checks.items()}
        findings = self.measured.states[machine].findings
        return [one.check for one in findings if one.verdict is Verdict.FAIL and severity[one.check] in severities]

    def _of_a(self, agency: str, what: str) -> int:
        kind, _, rest = what.partition(".")
        if what == "machines":
            return len(self.province.machines(agency))
        if kind == "changed":
            return self.lists.changed(rest, agency)
        states = [self.measured.states[one.id] for one in self.province.machines(agency)]
        if what in ("seen", "lab", "isolated"):
            kinds = [one.kind == "isolated" for one in self.province.machines(agency)]
            return (
                sum(kinds)
                if what == "isolated"
                else sum(one.evidence is not None and (what == "seen" or one.evidence.outcome.lab) for one in states)
            )
        if what == "newcomers":
            return sum(one.agency == agency for one in self.measured.newcomers)
        if kind == "action":
            return self._actions(agency)[int(rest.split(".")[0]) - 1]["number" if rest.endswith(".number") else "count"]
        if kind == "protection":
            wanted = tuple(map(int, rest.split("-")))
            grades = [self.measured.states[one.id].protection for one in self.province.machines(agency)]
            return sum(grade is not None and (grade.proven, grade.possible) == wanted for grade in grades)
        raise UnknownAddressError(what)

    def _actions(self, agency: str) -> list[dict[str, int]]:
        """What an agency has to do, in the order in which it stands."""
        found: list[dict[str, int]] = [{}] if agency in self.province.silent else []
        for target in self.targets.numbers:
            counts = self.targets.counts(target, "", agency)
            found += [{"number": target, "count": count} for count in (counts.disproven, counts.unknown) if count]
        waiting = sum(one.agency == agency for one in self.measured.newcomers)
        beyond = len(self.measured.undeclared.get(agency, ()))
        return [*found, *({"count": count} for count in (beyond, waiting) if count)]

    def _of_order(self, place: str, what: str) -> int:
        return self.targets.orders()[int(place) - 1][what]

    def _of_heavy(self, agency: str, what: str) -> int:
        """What an agency weighs, in a few words: machines, systems, people where there is nothing else."""
        machines = self.targets.counts(2, "", agency)
        systems = self.targets.counts(1, "", agency)
        people = [self.targets.counts(one, "", agency) for one in (3, 4, 5)]
        parts = [count for count in (machines.disproven, machines.unknown, systems.disproven + systems.unknown) if count]
        parts = parts or [sum(one.disproven + one.unknown for one in people)]
        return parts[int(what.rpartition(".")[2]) - 1]

    def _of_step(self, place: str, what: str) -> int:
        target, _, number = place.partition("/")
        return self.targets.steps(int(target[1:]))[int(number) - 1][1]

    def _of_way(self, place: str, what: str) -> object:
        """The shortest way to a target: what must be proven, who holds it, what has to be done."""
        target, _, part = place.partition("/")
        number = int(target[1:])
        counts, needed = self.targets.counts(number), self.targets.needed(number)
        sums = {
            "needed": needed, "verify": counts.unknown, "repair": counts.disproven,
            "repair_least": max(needed - counts.unknown, 0), "short": max(needed - counts.unknown - counts.disproven, 0),
            "agencies": len(self.targets.held(number)),
        }  # fmt: skip
        if not part:
            return sums[what]
        if found := re.fullmatch(r"([auf])(\d+)", part):
            row = next(one for one in self.ways() if one.target == number)
            lines = {"a": row.actions, "u": row.unknown, "f": row.forbidden}[found[1]]
            line = lines[int(found[2]) - 1]
            return line.gain if what == "gain" else number_in(line.action if found[1] == "a" else line.words, what)
        look, repair = next((look, repair) for one, look, repair in self.targets.held(number) if one == part)
        return (
            look + repair
            if what == "gain"
            else [one for one in (look, repair) if one][int(what[-1]) - 1 if "parts" in what else 0]
        )

    def _of_improved(self, agency: str, what: str) -> int:
        """What an agency proved since the newest earlier state."""
        then = self.at(self.earlier[-1])
        gains = [
            (one, self.targets.counts(one, "", agency).proven - then.counts(one, "", agency).proven)
            for one in self.targets.numbers
        ]
        part = [gain for gain in gains if gain[1] > 0][int(re.search(r"parts\.(\d+)", what)[1]) - 1]
        return part[0] if what.endswith(".number") else part[1]

    def _of_before(self, place: str, what: str) -> str:
        """An agency's part at the newest earlier state."""
        agency, target, sub = re.fullmatch(r"a:([^/]+)/t(\d+)(?:/([\w-]+))?", place).groups()
        counts = self.at(self.earlier[-1]).counts(int(target), sub or "", agency)
        return self.write.counts(counts) if what == "counts" else self.write.interval(counts)

    def _of_trend(self, place: str, what: str) -> object:
        """A target at an earlier moment, or on the plan's day."""
        target, _, day = place[1:].partition("@")
        if day:
            moments = [*self.earlier, self.measured.as_of]
            moment = next(one for one in moments if one.astimezone(VIETNAM_TIME).date().isoformat() == day)
            counts = self.at(moment).counts(int(target))
            beside = self.targets.share(int(target)) if what.startswith("interval") else None
            return self._end(counts, what.rpartition(".")[2], beside)
        if what.startswith("note"):
            return number_in(next(one for one in self.trend() if one.target == int(target)).note, what)
        if what.startswith("method"):
            return number_in(next(one for one in self.trend() if one.target == int(target)).method, what)
        return self.write.share(self._outlook(int(target), what), self.targets.share(int(target))) + self.write.sign

    def _outlook(self, target: int, what: str) -> Fraction:
        """The straight line of least squares through the newest state of each month and the present, on the plan's day."""
        newest = {(one.year, one.month): one for one in map(self._day, self.earlier)}
        days = {day: self.at(moment).counts(target) for moment in self.earlier if (day := self._day(moment)) in newest.values()}
        now, counts = self._day(self.measured.as_of), self.targets.counts(target)
        points = [((day - now).days, one.share(one.proven)) for day, one in {**days, now: counts}.items()]
        many, across, up = len(points), sum(x for x, _ in points), sum(y for _, y in points)
        slope = Fraction(many * sum(x * y for x, y in points) - across * up) / (many * sum(x * x for x, _ in points) - across**2)
        possible, ahead = counts.share(counts.possible), (self.measured.plan.due - now).days
        return (
            min(max(counts.share(counts.proven) + slope * ahead, Fraction(0)), possible) if what == "outlook.lower" else possible
        )

    @staticmethod
    def _day(moment: datetime) -> date:
        return moment.astimezone(VIETNAM_TIME).date()

    def _of_state(self, place: str, what: str) -> str:
        moment, _, target = place.partition("/t")
        return self.write.interval(self.at(datetime.fromisoformat(moment)).counts(int(target)), self.targets.share(int(target)))

    def _of_deadline(self, place: str, what: str) -> int:
        """Titles of the dates that come first hold no number."""
        return {"systems": self.dates.coming[int(place) - 1].systems}[what]

    def _end(self, counts: Counts, end: str, beside: Fraction | None) -> str:
        if end == "interval":
            return self.write.interval(counts, beside)
        return self.write.share(counts.share(counts.proven if end == "lower" else counts.possible), beside) + self.write.sign

    def _of_action(self, place: str, what: str) -> object:
        return self.own.line(place, what, "actions")

    def _of_paper(self, place: str, what: str) -> object:
        return self.own.line(place, what, "papers")

    def _of_errand(self, place: str, what: str) -> object:
        return self.own.line(place, what, "errands")

    def _of_reason(self, place: str, what: str) -> object:
        row = self.own.line(place, "", "unseen")
        return row.answers if what == "answers" else len(row.machines)

    def _of_obstacle(self, place: str, what: str) -> int:
        target, _, number = place.partition("/")
        return self.measured.measurements[int(target[1:]) - 1].blockers[int(number) - 1].count

    def _of_note(self, place: str, what: str) -> object:
        target, _, number = place.partition("/")
        return number_in(self.measured.measurements[int(target[1:]) - 1].notes[int(number) - 1], what)

    def _of_levels(self, scope: str, what: str) -> int:
        lowest, highest = (None if one == "none" else int(one) for one in scope.split("-"))
        wanted = [name for one, name in self._classified() if one == (lowest, highest)]
        if what in ("operating", "approved", "running", "overdue"):
            return self.lists.approvals(wanted, what)
        if what == "systems":
            return len(wanted)
        if what.startswith("level") and wanted:
            return {"level.lowest": lowest, "level.highest": highest, "level.level": lowest}[what] or 0
        raise UnknownAddressError(what)

    def _of_unseen(self, kind: str, what: str, agency: str | None = None) -> int:
        return self.lists.unseen(kind, agency)

    def _of_c(self, check: str, what: str, agency: str | None = None) -> int:
        return self.lists.check(check, what, agency)

    def _of_blind(self, place: str, what: str) -> int:
        return self.lists.blind(place, what)

    def _of_held(self, kind: str, what: str) -> int:
        doubts = [self.measured.states[one.id].doubt for one in self.province.machines()]
        return sum(doubt is not None and doubt.kind == kind for doubt in doubts)

    def _of_m(self, machine: str, what: str) -> int:
        if what in ("more", "patch"):
            return self.own.machine(machine, what)
        if what == "lesser":
            return len(self._fails(machine, tuple(Severity))) - len(self._fails(machine, GRAVE))
        return sum(one.verdict == Verdict(what) for one in self.measured.states[machine].findings)

    def _of_method(self, _: str, what: str) -> int:
        kind, _, rest = what.partition(".")
        rules, knowledge = self.measured.plan.evidence, self.measured.province.catalog.knowledge
        if kind == "age":
            tables = [*knowledge.lifecycle, *knowledge.updates]
            return (self.province.day - tables[int(rest) - 1].as_of).days
        return {"1.days": rules.fresh_days, "2.days": rules.console_days, "4.days": rules.people_valid_days}[what]
