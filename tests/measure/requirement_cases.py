"""Shorthand: one system, a small standard, machines that pass and fail, and what people sign."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from secaudit.measure import Assessed, assess_systems, contradictions
from secaudit.model.assessment import Conflict, RequirementResult
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import AgencyFile, Inventory, Province, ProvinceFile
from secaudit.model.level import Classification
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.model.paper import Attestation, Waiver
from secaudit.model.requirement import Standard

DAY = date(2026, 12, 14)
MOMENT = datetime(2026, 12, 10, 8, 0, tzinfo=UTC)
PAPER = {"number": "7/BC", "date": "2026-10-01"}
VERDICTS = {"p": Verdict.PASS, "f": Verdict.FAIL, "?": Verdict.UNKNOWN, "n": Verdict.NOT_APPLICABLE, "m": Verdict.MANUAL}
ASKED = {"asked": {"vi": "Biên bản", "en": "Record"}}


def requirement(identifier: str = "r1", **fields: object) -> dict[str, object]:
    """Asked at every level, decided by check ``a.x`` unless something else is given."""
    base: dict[str, object] = {
        "id": identifier, "number": identifier[1:], "group": {"vi": "g", "en": "g"}, "title": {"vi": "t", "en": "t"},
        "levels": [1, 2, 3, 4, 5], "clauses": ["tcvn:x.1"],
    }  # fmt: skip
    if "checks" not in fields and "manual" not in fields:
        base["checks"] = ["a.x"]
    return base | fields


def seen(endpoint: str, grade: Grade = Grade.A, **verdicts: str) -> EndpointState:
    """A machine with evidence: ``x="p"`` is a pass of check ``a.x``."""
    outcome = Outcome(endpoint, Way.SSH, grade, Sight.SEEN, MOMENT, MOMENT)
    findings = tuple(Finding(f"a.{name}", VERDICTS[letter]) for name, letter in verdicts.items())
    return EndpointState(endpoint, StoredOutcome(1, 1, outcome, ""), Sight.SEEN, MOMENT, findings=findings)


@dataclass(frozen=True)
class Case:
    """System ``s`` of agency ``xa``; machines are named by their verdict on ``a.x``, ``-`` was never seen."""

    requirements: tuple[dict[str, object], ...] = (requirement(),)
    machines: str = ""
    rows: dict[int, int] = field(default_factory=lambda: {2: 1, 3: 1})
    system: dict[str, object] = field(default_factory=lambda: {"dossier": {"status": "submitted", "level": 2}})
    states: tuple[EndpointState, ...] = ()
    endpoints: tuple[dict[str, object], ...] = ()
    attestations: tuple[dict[str, object], ...] = ()
    waivers: tuple[dict[str, object], ...] = ()
    day: date = DAY
    grades: str = "ABC"
    classification: Classification = field(default_factory=lambda: Classification("s", "r", 2, 2))

    def attested(self, answer: str = "met", number: int = 1, **fields: object) -> "Case":
        """The same with a statement on ``r<number>``."""
        base = {
            "id": f"x{len(self.attestations) + 1}", "requirement": f"std:r{number}", "answer": answer, "role": "Trưởng phòng",
            "document": PAPER, "stated_on": "2026-10-02", "systems": ["s"],
        }  # fmt: skip
        return replace(self, attestations=(*self.attestations, base | fields))

    def waived(self, **fields: object) -> "Case":
        """The same with an exception."""
        base = {
            "id": f"w{len(self.waivers) + 1}", "reason": "Chờ thay máy", "approver": "Giám đốc", "document": PAPER,
            "valid_from": "2026-10-01", "valid_until": "2026-12-31",
        }  # fmt: skip
        return replace(self, waivers=(*self.waivers, base | fields))

    def inventory(self) -> Inventory:
        own = [{"id": f"m{place}", "kind": "server", "systems": ["s"]} for place in range(1, len(self.machines) + 1)]
        file = {
            "agency": {"id": "xa", "name": "Xã", "tier": "commune"},
            "systems": [{"id": "s", "name": "S", **self.system}],
            "endpoints": [*own, *self.endpoints],
        }  # fmt: skip
        return Inventory(
            ProvinceFile(province=Province(id="tinh", name="Tỉnh", owner="UBND tỉnh")),
            (AgencyFile.model_validate(file),),
            attestations=tuple(map(Attestation.model_validate, self.attestations)),
            waivers=tuple(map(Waiver.model_validate, self.waivers)),
        )

    def standard(self) -> Standard:
        return Standard.model_validate({
            "id": "std", "title": {"vi": "T", "en": "T"}, "act": "TCVN", "valid_from": "2026-01-01", "source": "x",
            "first_chapter": 3, "rows": self.rows, "requirements": self.requirements,
        })  # fmt: skip

    def assess(self) -> Assessed:
        states = [seen(f"m{place}", x=verdict) for place, verdict in enumerate(self.machines, start=1) if verdict != "-"]
        known = {state.endpoint: state for state in (*states, *self.states)}
        grades = frozenset(map(Grade, self.grades))
        return assess_systems(
            self.standard(), self.inventory(), {"s": self.classification}, known, grades=grades, as_of=self.day
        )  # fmt: skip

    def result(self, place: int = 0) -> RequirementResult:
        """The answer of one requirement."""
        return self.assess().systems["s"].results[place]

    def answer(self, place: int = 0) -> str:
        return self.result(place).fulfilment.value

    def conflicts(self) -> tuple[Conflict, ...]:
        return contradictions(self.inventory(), self.assess().systems, self.day)
