"""Indirect evidence seen again directly: draw a random sample, have it asked over SSH, compare fact by fact."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from secaudit.errors import UsageError
from secaudit.judge.agreement import agreement, seconds_between
from secaudit.measure.sampling import drawn, possible_total
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.fact import FactSet
from secaudit.model.inventory import EndpointKind
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Sight, StoredOutcome
from secaudit.model.plan import Plan
from secaudit.model.recheck import Agreement, Draw, DrawnFrom, MachineRecheck, Recheck, RecheckReport
from secaudit.pipeline.judging import BATCH, batched, gather_states, parse_captures
from secaudit.pipeline.province import Province
from secaudit.pipeline.seeing import Scope, check_names
from secaudit.pipeline.ways import Ways
from secaudit.store import Store, draw_digest

INDIRECT = (Grade.B, Grade.C)


@dataclass(frozen=True, slots=True)
class Share:
    """How many machines are to be drawn: a number, or a percentage of those that can be."""

    text: str
    count: int | None = None
    percent: int | None = None
    """Hundredths of a per cent, so that no rounding of a computer's fractions decides."""

    def of(self, population: int) -> int:
        """Machines to draw; a share is rounded up, so that 5 % of 10 is one machine."""
        if self.count is not None:
            return min(self.count, population)
        return -(-population * (self.percent or 0) // 10_000)


def draw_sample(
    province: Province, plan: Plan, store: Store, scope: Scope, *, share: Share, seed: str | None, ways: Ways, moment: datetime
) -> Draw:
    """Draw from the machines in use whose evidence is of grade B or C and that SSH can reach; nobody is asked yet.

    UsageError when there is none.
    """
    check_names(province.inventory, scope)
    states = gather_states(province, store, as_of=moment, rules=plan.evidence)
    population: list[DrawnFrom] = []
    out_of_reach = 0
    for agency in province.inventory.agencies:
        if not agency.agency.exists_on(day_in_vietnam(moment)):
            continue
        for endpoint in agency.endpoints:
            evidence = _indirect(states[endpoint.id])
            isolated = endpoint.kind is EndpointKind.ISOLATED
            if evidence is None or endpoint.status == "retired" or isolated or not scope.covers(agency, endpoint):
                continue
            if ways.find(endpoint)[0] is None:
                out_of_reach += 1
            else:
                population.append(DrawnFrom(endpoint.id, evidence.number))
    if not population:
        raise UsageError(
            msg(
                "no machine rests on evidence of grade B or C and can be reached over SSH ({count} cannot be reached)",
                count=out_of_reach,
            ),
            hint=msg("a re-check compares fresh evidence of consoles and collectors with what SSH sees"),
        )
    population.sort(key=lambda one: one.endpoint)
    narrowed = replace(scope, again=True).words().removeprefix("all again").removeprefix(", ")
    return Draw(
        run=0,
        at=moment,
        seed=seed or secrets.token_hex(8),
        seed_given=seed is not None,
        asked=share.text,
        size=share.of(len(population)),
        population=tuple(population),
        out_of_reach=out_of_reach,
        scope=narrowed,
    )


def _indirect(state: EndpointState) -> StoredOutcome | None:
    evidence = state.evidence
    return evidence if evidence is not None and evidence.outcome.grade in INDIRECT else None


def sample_of(draw: Draw) -> tuple[str, ...]:
    """Who was drawn: by seed and population alone, for anybody who has both."""
    return drawn(draw.seed, (one.endpoint for one in draw.population), draw.size)


def scope_of(draw: Draw) -> Scope:
    """The sample as a scan's scope; the digest of the draw stands in the run's record, which is chained."""
    note = f"recheck, sample={draw.size}/{len(draw.population)}, seed={draw.seed}, draw={draw_digest(draw)}"
    return Scope(again=True, endpoints=sample_of(draw), note=note)


def compare_sample(province: Province, store: Store, draw: Draw) -> RecheckReport:
    """Compare every machine drawn that the run saw, and keep the result of all of them."""
    before = {one.endpoint: one.outcome for one in draw.population}
    attempts = {stored.outcome.endpoint: stored for stored in store.outcomes(draw.run)}
    machines: list[MachineRecheck] = []
    for names in batched(sample_of(draw), BATCH):
        seen = [attempts[name].number for name in names if name in attempts and attempts[name].outcome.sight is Sight.SEEN]
        facts = _facts(province, store, [*(before[name] for name in names), *seen])
        machines += [_machine(store.outcome(before[name]), attempts.get(name), facts) for name in names]
    store.save_recheck(draw.run, machines)
    found = store.recheck(draw.run)
    assert found is not None
    return found


def bounds(report: RecheckReport) -> tuple[int, int]:
    """How many of the population may differ, at 95 %; whoever was missed may differ or not; unfinished says nothing."""
    population = len(report.draw.population)
    if not report.finished:
        return 0, population
    return possible_total(population, report.draw.size, len(report.different), report.missed)


def _facts(province: Province, store: Store, numbers: Iterable[int]) -> Mapping[int, FactSet]:
    """Facts of both sides under the same catalog: what an older one did not know yet would look like a difference."""
    wanted = list(numbers)
    notes = store.evidence_notes(wanted)
    behind = [number for number, note in notes.items() if note.knowledge_digest != province.catalog.digest]
    outcomes = {number: store.outcome(number) for number in behind}
    return {**store.facts_of(wanted), **parse_captures(province, store, outcomes)}


def _machine(earlier: StoredOutcome, attempt: StoredOutcome | None, facts: Mapping[int, FactSet]) -> MachineRecheck:
    old = earlier.outcome
    found = MachineRecheck(
        old.endpoint, old.grade, earlier.number, old.finished_at, Recheck.NOT_SEEN, attempt.outcome.sight if attempt else None
    )
    if attempt is None or attempt.outcome.sight is not Sight.SEEN:
        return found
    new = attempt.outcome
    between = seconds_between(old.finished_at, new.finished_at)
    compared = agreement(facts.get(earlier.number, {}), facts.get(attempt.number, {}), between=between)
    found = replace(found, after=attempt.number, after_at=new.finished_at, facts=compared, lab=old.lab or new.lab)
    if found.count(Agreement.DIFFERS):
        return replace(found, result=Recheck.DIFFERS)
    return replace(found, result=Recheck.AGREES if found.count(Agreement.SAME) else Recheck.NOTHING_COMPARABLE)
