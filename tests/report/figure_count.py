"""Counts a province anew from its store, in plain arithmetic: what each address of a page must say."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from secaudit.model.base import VIETNAM_TIME
from secaudit.model.finding import Verdict
from secaudit.model.inventory import AgencyFile, Endpoint
from secaudit.model.system import DossierStatus, System
from secaudit.pipeline.measuring import Measured

Answer = bool | None
MACHINES = ("workstation", "laptop", "server")
PEOPLE = {3: ("heads", "heads_briefed"), 4: ("staff", "staff_briefed"), 5: ("staff", "staff_trained")}
"""Targets of the plan that count people: of which, and how many were reached."""


@dataclass(frozen=True)
class Counts:
    """Proven, disproven, unknown."""

    proven: int = 0
    disproven: int = 0
    unknown: int = 0

    @property
    def total(self) -> int:
        return self.proven + self.disproven + self.unknown

    @property
    def possible(self) -> int:
        return self.total - self.disproven

    def share(self, count: int) -> Fraction:
        return Fraction(count, self.total)

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.proven + other.proven, self.disproven + other.disproven, self.unknown + other.unknown)


def counted(answers: Iterable[Answer]) -> Counts:
    """Members by their answer."""
    found = Counter(answers)
    return Counts(found[True], found[False], found[None])


def both(*answers: Answer) -> Answer:
    """No as soon as one is no; yes when all are yes; otherwise nobody knows."""
    return False if False in answers else True if all(answers) else None


class Province:
    """What inventory and evidence say, member by member; ``measured`` was measured anew for this."""

    def __init__(self, measured: Measured) -> None:
        self.measured = measured
        self.day: date = measured.as_of.astimezone(VIETNAM_TIME).date()
        self.inventory = measured.province.inventory
        self.id = self.inventory.province.province.id
        self.agencies: list[AgencyFile] = [one for one in self.inventory.agencies if one.agency.valid_until is None]
        self.ids = [one.agency.id for one in self.agencies]
        self.silent = {one.agency.id for one in self.agencies if not self._sent(one)}

    def _sent(self, one: AgencyFile) -> bool:
        return one.agency.submission is not None and one.agency.submission.accepted_on <= self.day

    def agency(self, name: str) -> AgencyFile:
        return next(one for one in self.agencies if one.agency.id == name)

    def machines(self, agency: str | None = None) -> list[Endpoint]:
        """In use, isolated ones included."""
        found = [m for one in self.agencies if agency in (None, one.agency.id) for m in one.endpoints]
        return [machine for machine in found if machine.status == "in_use"]

    def systems(self) -> list[tuple[str, System]]:
        """(agency, system), the shared ones with the agency that owns them."""
        shared = [(system.owner or self.id, system) for system in self.inventory.province.shared_systems]
        return [*((one.agency.id, system) for one in self.agencies for system in one.systems), *shared]

    def verdict(self, machine: str, check: str) -> Verdict | None:
        """What the store's evidence says, None where nobody has looked."""
        state = self.measured.states[machine]
        return next((finding.verdict for finding in state.findings if finding.check == check), None)

    def says(self, machine: str, check: str) -> Answer:
        answers: dict[Verdict | None, Answer] = {Verdict.PASS: True, Verdict.FAIL: False}
        return answers.get(self.verdict(machine, check))

    def beyond(self, agency: str) -> int:
        """Machines more than the list: by the asset register, or waiting for their agency."""
        waiting = sum(1 for one in self.measured.newcomers if (one.agency or self.id) == agency)
        if agency == self.id:
            return waiting
        register = self.agency(agency).agency.asset_register
        more = 0 if register is None else register.computers - len(self.machines(agency))
        return max(waiting, more, 0)


class Targets:
    """The figures of the plan."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.plan = province.measured.plan
        self.counts = cache(self._counts)

    def share(self, target: int) -> Fraction:
        return Fraction(str(self.plan.targets[target - 1].share).removesuffix("%").strip()) / 100

    def sign(self, target: int) -> str:
        return str(self.plan.targets[target - 1].sign)

    @property
    def numbers(self) -> range:
        return range(1, len(self.plan.targets) + 1)

    def _counts(self, target: int, sub: str = "", agency: str = "") -> Counts:
        agencies = [agency] if agency else [*self.province.ids, self.province.id]
        return sum((self._of(target, sub, one) for one in agencies), Counts())

    def _of(self, target: int, sub: str, agency: str) -> Counts:
        if target in PEOPLE:
            return Counts() if agency == self.province.id else self._people(agency, *PEOPLE[target])
        if target == 1:
            return counted(
                self._protected(s, sub) for owner, s in self.province.systems() if owner == agency and s.status == "operating"
            )
        found = counted(self.machine(one.id, sub) for one in self.province.machines(agency) if one.kind in MACHINES)
        return found + Counts(unknown=self.province.beyond(agency))

    def machine(self, name: str, sub: str) -> Answer:
        """Whether a machine meets target 2 or a reading under it."""
        says = self.province.says
        if sub == "":
            return says(name, "protection.installed")
        active = says(name, "protection.active")
        return active if sub == "active" else both(active, says(name, "protection.managed"))

    def _protected(self, system: System, sub: str) -> Answer:
        """Whether a system meets target 1 or a reading under it; what nobody filled in is not known."""
        dossier = system.dossier
        approved = None if dossier is None or dossier.status is None else dossier.status is DossierStatus.APPROVED
        decision = None if dossier is None or dossier.decision is None else True
        status = system.plan.status if system.plan is not None else None
        full, deployed = (None if status is None else status == "full"), (None if status is None else status != "none")
        if sub == "evidence":
            assessment = self.province.measured.assessments.get(system.id)
            return both(approved, decision, full, assessment.fulfilled if assessment else None)
        readings = {"": (approved, decision, full), "wide": (approved, decision, deployed), "approved": (approved, decision)}
        return full if sub == "deployed" else both(*readings[sub])

    def _people(self, agency: str, group: str, reached: str) -> Counts:
        people = self.province.agency(agency).people
        total = getattr(people, group, None)
        if people is None or total is None:
            return Counts()
        age = timedelta(-1) if people.as_of is None else self.province.day - people.as_of
        valid = timedelta(0) <= age <= timedelta(days=self.plan.evidence.people_valid_days)
        if not (people.evidence and valid):
            return Counts(unknown=total)
        return Counts(getattr(people, reached), total - getattr(people, reached), 0)

    def satisfies(self, target: int, share: Fraction) -> bool:
        return share > self.share(target) if self.sign(target) == ">" else share >= self.share(target)

    def decision(self, target: int) -> str:
        counts = self.counts(target)
        missing = [a.agency.id for a in self.province.agencies if a.people is None] if target in PEOPLE else []
        if not self.satisfies(target, counts.share(counts.possible)):
            return "missed"
        certain = not (self.province.silent or missing)
        return "met" if certain and self.satisfies(target, counts.share(counts.proven)) else "undecided"

    def needed(self, target: int) -> int:
        """How many more must be proven."""
        counts = self.counts(target)
        return next(more for more in range(counts.total + 1) if self.satisfies(target, counts.share(counts.proven + more)))

    def standing(self, target: int) -> int | None:
        """The number that stands behind the decision; None where something other than a number forbids it."""
        decision, needed = self.decision(target), self.needed(target)
        if decision == "missed":
            return needed
        return needed if decision == "undecided" and 0 < needed <= self.counts(target).unknown else None

    def steps(self, target: int) -> list[tuple[str, int]]:
        """(agency, how many it settles), the heaviest first, until what is needed is covered."""
        agencies = [*self.province.ids, self.province.id]
        parts = [(one, self.counts(target, "", one)) for one in agencies]
        possible = [(one, part.unknown) for one, part in parts if part.unknown]
        if self.decision(target) == "missed" or self.standing(target) is None:
            possible += [(one, part.disproven) for one, part in parts if part.disproven]
        chosen: list[tuple[str, int]] = []
        for step in sorted(possible, key=lambda one: (-one[1], one[0]))[:10]:
            if sum(gain for _, gain in chosen) < self.needed(target):
                chosen.append(step)
        return chosen

    def held(self, target: int) -> list[tuple[str, int, int]]:
        """(agency, what nobody knows, what must be put in order) of the fewest agencies that hold what is needed."""
        counts, needed = self.counts(target), self.needed(target)
        parts = [(one, self.counts(target, "", one)) for one in (*self.province.ids, self.province.id)]
        enough = counts.unknown >= needed
        found = [(one, part.unknown, 0 if enough else part.disproven) for one, part in parts]
        chosen: list[tuple[str, int, int]] = []
        for one in sorted(found, key=lambda one: (-one[1] - one[2], one[0])):
            if sum(look + repair for _, look, repair in chosen) < needed and one[1] + one[2]:
                chosen.append(one)
        return chosen

    def orders(self) -> list[dict[str, int]]:
        """The numbers of each order; the first one, where some sent nothing, is to send the inventory."""
        waiting = sum(self.decision(one) == "undecided" for one in self.numbers)
        found = [(Fraction(10), {"effect": waiting, "effect.all": len(self.numbers)})] if self.province.silent else []
        for target in self.numbers:
            counts, missed = self.counts(target), self.decision(target) == "missed"
            kind = "disproven" if missed else "unknown"
            if self.decision(target) == "met" or not getattr(counts, kind):
                continue
            wanted = self.needed(target) if missed else self.standing(target) or 0
            parts = sorted(
                (getattr(self.counts(target, "", one), kind) for one in (*self.province.ids, self.province.id)), reverse=True
            )
            asked = next((sum(parts[:n]) for n in range(1, len(parts) + 1) if wanted and sum(parts[:n]) >= wanted), sum(parts))
            numbers = {"action": asked, "effect.gain": asked, "effect.number": target, "effect": self.needed(target)}
            found.append((counts.share(getattr(counts, kind)), numbers | {"effect.obstacle": len(self.province.silent)}))
        found.sort(key=lambda one: -one[0])
        return [numbers for _, numbers in found[:3]]


def deciding(values: Sequence[Answer], wanted: Answer) -> int:
    """How many have this answer."""
    return sum(value is wanted for value in values)


Writer = Callable[[object], str]


class Writing:
    """Numbers and shares as docs/report.md says, written anew."""

    def __init__(self, language: str) -> None:
        self.comma, self.point, self.sign = (",", ".", "\u00a0%") if language == "vi" else (".", ",", "%")

    def number(self, value: int) -> str:
        digits = str(value)
        groups = [digits[max(end - 3, 0) : end] for end in range(len(digits), 0, -3)]
        return self.point.join(reversed(groups))

    def share(self, share: Fraction, beside: Fraction | None = None) -> str:
        """One decimal, none when it is whole; more where rounding would carry it onto or over the target, 0 or 100."""
        marks = [Fraction(0), Fraction(1), *([] if beside is None else [beside])]
        if (share * 100).denominator == 1:
            return str(int(share * 100))
        for decimals in range(1, 6):
            unit = Fraction(1, 100 * 10**decimals)
            units = (share + unit / 2) // unit
            if all((units * unit > mark, units * unit < mark) == (share > mark, share < mark) for mark in marks):
                return f"{units // 10**decimals}{self.comma}{units % 10**decimals:0{decimals}}"
        units = share // Fraction(1, 10**8)
        return f"{units // 10**6}{self.comma}{units % 10**6:06}"

    def interval(self, counts: Counts, beside: Fraction | None = None) -> str:
        if not counts.total:
            return "–"
        lower, upper = (self.share(counts.share(one), beside) for one in (counts.proven, counts.possible))
        return f"{lower}{self.sign}" if lower == upper else f"{lower}–{upper}{self.sign}"

    def counts(self, counts: Counts) -> str:
        lower, upper = self.number(counts.proven), self.number(counts.possible)
        return f"{lower if lower == upper else f'{lower}–{upper}'}/{self.number(counts.total)}"
