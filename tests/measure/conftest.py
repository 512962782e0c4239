"""Shorthand: a province in a few lines, and measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pytest

from secaudit.measure import measure
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.indicator import IndicatorFile
from secaudit.model.inventory import AgencyFile, Inventory, Province, ProvinceFile
from secaudit.model.level import Classification
from secaudit.model.measurement import EndpointState, Measurement
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.model.plan import Plan
from secaudit.model.session import SessionFile
from secaudit.model.system import System
from secaudit.resources import data_folder
from secaudit.source import read_yaml

AS_OF = date(2026, 12, 14)
MOMENT = datetime(2026, 12, 10, 8, 0, tzinfo=UTC)
PAPERS = {"as_of": "2026-10-31", "evidence": ["Báo cáo 1/BC"]}
TEXT = {"vi": "x", "en": "x"}


def agency(identifier: str, *, submitted: bool = True, **fields: object) -> dict[str, object]:
    """An agency file as data; ``endpoints``, ``systems`` and ``people`` go beside the agency's own fields."""
    parts = {name: fields.pop(name) for name in ("endpoints", "systems", "people") if name in fields}
    head: dict[str, object] = {"id": identifier, "name": identifier, "tier": "commune", **fields}
    if submitted:
        head["submission"] = {"accepted_on": "2026-11-30"}
    return {"agency": head, **parts}


def machines(prefix: str, count: int, kind: str = "workstation", **fields: object) -> list[dict[str, object]]:
    """``count`` endpoints called ``prefix-1`` ..."""
    return [{"id": f"{prefix}-{number}", "kind": kind, **fields} for number in range(1, count + 1)]


def state(
    endpoint: str, grade: Grade = Grade.A, sight: Sight = Sight.SEEN, *, lab: bool = False, stale: bool = False, **verdicts: str
) -> EndpointState:
    """Evidence with verdicts, ``installed="pass"`` for ``protection.installed``; not seen: no evidence."""
    if sight is not Sight.SEEN or stale:
        return EndpointState(endpoint, None, sight, MOMENT, stale)
    outcome = Outcome(endpoint, Way.SSH, grade, sight, MOMENT, MOMENT, lab=lab)
    findings = tuple(
        Finding(
            f"protection.{name}", Verdict(verdict),
            (MissingFact("x", MissingReason.DENIED),) if verdict == "unknown" else (),
        )
        for name, verdict in verdicts.items()
    )  # fmt: skip
    return EndpointState(endpoint, StoredOutcome(1, 1, outcome, ""), sight, MOMENT, findings=findings)


def target(population: str = "endpoints", **fields: object) -> dict[str, object]:
    """A target; by default machines with protection installed, 90 %."""
    base: dict[str, object] = {
        "id": "t", "title": TEXT, "short": TEXT, "formula": TEXT, "population": population, "share": "90 %", "sign": ">=",
    }  # fmt: skip
    if population == "endpoints":
        base["meets"] = 'verdict.protection.installed == "pass"'
    if population == "people":
        base |= {"total": "staff", "reached": "staff_briefed"}
    if population == "indicators":
        base |= {"indicator": "x"}
    return base | fields


def session(
    identifier: str,
    *lines: dict[str, object],
    day: str = "2026-11-10",
    kind: str = "briefing",
    paper: bool = True,
    **head: object,
) -> dict[str, object]:
    """A session file as data; without ``paper`` it has no document."""
    evidence = {"evidence": {"number": f"DS {identifier}", "date": day}} if paper else {}
    return {
        "session": {"id": identifier, "title": identifier, "date": day, "kind": kind, **evidence, **head},
        "attendance": lines,
    }


def attended(people: int | str, agency: str = "xa", audience: str = "staff") -> dict[str, object]:
    """A line of attendance: a count, or a roster with a person per letter."""
    said: dict[str, object] = {"count": people}
    if isinstance(people, str):
        said = {"roster": [f"{ord(letter):032x}" for letter in people]}
    return {"agency": agency, "audience": audience, **said}


def indicator(
    name: str, lines: Mapping[str, tuple[int | None, int | None]], day: str = "2026-11-30", **more: object
) -> dict[str, object]:
    """A file of declared figures as data: agency -> (numerator, denominator); without ``paper=True`` it has its report."""
    paper = {"number": "BC 1", "date": day}
    rows = [
        {"agency": who, **{key: value for key, value in (("numerator", part), ("denominator", whole)) if value is not None}}
        for who, (part, whole) in lines.items()
    ]
    return {"indicator": name, "as_of": day, "evidence": paper, "lines": rows, **more}


@dataclass
class Case:
    """One province and what is known of it."""

    agencies: list[dict[str, object]]
    shared: list[dict[str, object]] = field(default_factory=list)
    states: dict[str, EndpointState] = field(default_factory=dict)
    undeclared: Mapping[str, int] = field(default_factory=dict)
    classifications: Mapping[str, Classification] = field(default_factory=dict)
    as_of: date = AS_OF
    sessions: list[dict[str, object]] = field(default_factory=list)
    indicators: list[dict[str, object]] = field(default_factory=list)

    def seen(self, *states: EndpointState) -> "Case":
        """The same province with these machines seen."""
        return Case(
            self.agencies, self.shared, {**self.states, **{one.endpoint: one for one in states}}, self.undeclared,
            self.classifications, self.as_of, self.sessions, self.indicators,
        )  # fmt: skip

    def with_sessions(self, *sessions: dict[str, object]) -> "Case":
        """The same province with these sessions in its register."""
        return replace(self, sessions=[*self.sessions, *sessions])

    def declaring(self, *files: dict[str, object]) -> "Case":
        """The same province with these declared figures."""
        return replace(self, indicators=[*self.indicators, *files])

    def inventory(self) -> Inventory:
        """The inventory, validated by the model."""
        head = ProvinceFile(
            province=Province(id="thai-nguyen", name="Thái Nguyên", owner="UBND tỉnh"),
            shared_systems=tuple(System.model_validate({"name": str(item["id"]), **item}) for item in self.shared),
        )
        files = [
            {**item, "systems": [{"name": str(one["id"]), **one} for one in item.get("systems", [])]}  # type: ignore[attr-defined]
            for item in self.agencies
        ]
        register = tuple(SessionFile.model_validate(item) for item in self.sessions)
        declared = tuple(IndicatorFile.model_validate(item) for item in self.indicators)
        return Inventory(head, tuple(AgencyFile.model_validate(item) for item in files), sessions=register, indicators=declared)

    def measure(self, *targets: dict[str, object], evidence: dict[str, object] | None = None) -> Measurement:
        """Measure one target (the first of those given)."""
        plan = Plan.model_validate({"id": "p", "name": "P", "targets": list(targets or [target()]), "evidence": evidence or {}})
        return self.by(plan)[0]

    def by(self, plan: Plan) -> tuple[Measurement, ...]:
        """Measure a whole plan."""
        return measure(plan, self.inventory(), self.classifications, self.states, undeclared=self.undeclared, as_of=self.as_of)


class Shorthand:
    """Everything above, as one fixture."""

    AS_OF = AS_OF
    PAPERS = PAPERS
    Case = Case
    agency = staticmethod(agency)
    session = staticmethod(session)
    attended = staticmethod(attended)
    indicator = staticmethod(indicator)
    machines = staticmethod(machines)
    state = staticmethod(state)
    target = staticmethod(target)

    @staticmethod
    def one(endpoints: int, passing: int, failing: int = 0, **fields: object) -> Case:
        """One agency with so many machines, the first of them passing, the next failing, the rest unseen."""
        case = Case([agency("xa", endpoints=machines("m", endpoints), **fields)])
        states = [state(f"m-{number}", installed="pass") for number in range(1, passing + 1)]
        states += [state(f"m-{number}", installed="fail") for number in range(passing + 1, passing + failing + 1)]
        return case.seen(*states)

    @staticmethod
    def people(total: int, reached: int, **fields: object) -> Case:
        """One agency whose staff was counted and briefed, with a valid paper."""
        return Case([agency("xa", people={"staff": total, "staff_briefed": reached, **PAPERS, **fields})])


@pytest.fixture(scope="session")
def make() -> type[Shorthand]:
    return Shorthand


@pytest.fixture(scope="session")
def plan_246() -> Plan:
    return Plan.model_validate(read_yaml(data_folder("checks") / "plans" / "ke-hoach-246.yaml").data)
