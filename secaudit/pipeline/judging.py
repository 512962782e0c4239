"""Judging the state: newest valid evidence of every machine x the present catalog, at a moment."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from itertools import islice
from typing import TypeVar

from secaudit.facts import parse_facts
from secaudit.facts.grade import protection_grade
from secaudit.judge import Judge
from secaudit.model.check import Check
from secaudit.model.fact import FactSet
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import Endpoint, EndpointKind, Inventory
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Sight, StoredOutcome
from secaudit.model.plan import EvidenceRules
from secaudit.model.protection import ProtectionGrade
from secaudit.pipeline.adopting import adopted, aliases
from secaudit.pipeline.combining import combine
from secaudit.pipeline.identities import with_doubts
from secaudit.pipeline.province import Levels, Province
from secaudit.store import Store

BATCH = 200
"""Machines whose facts are in memory at one time while judging."""
_T = TypeVar("_T")
Progress = Callable[[int, int], None]
"""Called with machines judged so far and their total."""


def silent(done: int, total: int) -> None:
    """A progress that nobody watches."""


def gather_states(province: Province, store: Store | None, *, as_of: datetime, rules: EvidenceRules) -> dict[str, EndpointState]:
    """The state of every declared machine: what the store has, and honest blanks for the rest.

    Evidence of a machine that may not be the declared one, or that answered for several endpoints, is taken out here.
    """
    return states_of(province.inventory, store, as_of=as_of, rules=rules)


def states_of(inventory: Inventory, store: Store | None, *, as_of: datetime, rules: EvidenceRules) -> dict[str, EndpointState]:
    """The same for those who need no catalog."""
    stored = {} if store is None else _stored_states(inventory, store, as_of, rules)
    states: dict[str, EndpointState] = {}
    for endpoint in inventory.endpoints.values():
        found = stored.get(endpoint.id)
        if found is None:
            sight = Sight.NOT_ASKED if has_way_in(endpoint) else Sight.NO_WAY_IN
            found = EndpointState(endpoint.id, None, sight)
        states[endpoint.id] = found
    return with_doubts(inventory, states, as_of=as_of)


def _stored_states(inventory: Inventory, store: Store, as_of: datetime, rules: EvidenceRules) -> dict[str, EndpointState]:
    """What the store has, by endpoint; evidence of newcomers that are declared by now stands under their endpoints."""
    stored = store.latest(as_of, rules.fresh_days, console_days=rules.console_days)
    known_as = aliases(inventory, store.newcomers(as_of))
    if not known_as:
        return stored
    replaced = {endpoint: at for at, _, endpoint in store.acceptances() if at <= as_of}
    for newcomer, endpoint in sorted(known_as.items()):
        if newcomer in stored:
            stored[endpoint] = adopted(stored.get(endpoint), stored[newcomer], endpoint, since=replaced.get(endpoint))
    return stored


def has_way_in(endpoint: Endpoint) -> bool:
    """Whether the machine can be asked over SSH at all."""
    return endpoint.address is not None and endpoint.kind != "isolated" and endpoint.status == "in_use"


def declared_addresses(inventory: Inventory) -> dict[str, tuple[str, ...]]:
    """Endpoint -> the addresses of all machines of its agency, sorted; left out where one in use declares none.

    Machines that stand isolated are on no network and need none. A host name is no address: what answers under it is not asked.
    """
    found: dict[str, tuple[str, ...]] = {}
    for agency in inventory.agencies:
        machines = [one for one in agency.endpoints if one.status == "in_use" and one.kind != "isolated"]
        addresses = {_address(one.address) for one in machines}
        if machines and None not in addresses:
            known = tuple(sorted(address for address in addresses if address is not None))
            found.update(dict.fromkeys((one.id for one in agency.endpoints), known))
    return found


def _address(written: str | None) -> str | None:
    """The address in its usual form; None for a name or nothing."""
    try:
        return None if written is None else str(ip_address(written))
    except ValueError:
        return None


def judge_states(
    province: Province,
    store: Store | None,
    levels: Levels,
    states: Mapping[str, EndpointState],
    *,
    moment: datetime,
    progress: Progress = silent,
    judge: Judge | None = None,
    addresses: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, EndpointState]:
    """The same states with findings; a capture whose facts stem from another catalog is parsed again.

    ``judge`` and ``addresses`` (:func:`declared_addresses`) are what callers that come with a part of the province at a time
    make once.
    """
    judge = judge or Judge(province.catalog.checks.values())
    addresses = declared_addresses(province.inventory) if addresses is None else addresses
    judged: dict[str, EndpointState] = {}
    for batch in batched(states.values(), BATCH):
        facts = facts_of_pieces(province, store, batch)
        for state in batch:
            endpoint = province.inventory.endpoints[state.endpoint]
            combined = combine(state, facts, province.catalog.knowledge, moment)
            findings = judge.judge_steps(
                endpoint,
                combined.steps,
                unseen=state.unseen_reason,
                level=levels.endpoints.get(endpoint.id),
                agency_addresses=addresses.get(endpoint.id),
            )
            grade = _grade(province, endpoint, combined.facts, levels.endpoints.get(endpoint.id))
            judged[state.endpoint] = replace(state, findings=findings, protection=grade, origins=combined.origins)
        progress(len(judged), len(states))
    return judged


_ACTIVE = "protection.active"
_SIGNATURE_DAYS = "signature_days"


def _grade(province: Province, endpoint: Endpoint, facts: FactSet | None, level: int | None) -> ProtectionGrade | None:
    """The protection grade by the same limit as the check of P2; isolated machines are never judged."""
    if facts is None or endpoint.kind is EndpointKind.ISOLATED:
        return None
    return protection_grade(facts, signature_days=signature_days(province.catalog.checks, level))


def signature_days(checks: Mapping[str, Check], level: int | None) -> tuple[int, ...]:
    """The limits of ``protection.active`` that may hold for a machine; a catalog without that check proves no P2."""
    check = checks.get(_ACTIVE)
    if check is None:
        return _NO_LIMIT
    sets = [check.params_at(level)] if level is not None else [params for _, params in check.param_sets()]
    found = tuple(days for params in sets if isinstance(days := params.get(_SIGNATURE_DAYS), int))
    return found or _NO_LIMIT


_NO_LIMIT = (0, 2**62)
"""Any age may be too old and any may be fresh enough."""


def facts_of_pieces(province: Province, store: Store | None, batch: Iterable[EndpointState]) -> dict[int, FactSet]:
    """Facts of all evidence that counts, by the number of its outcome, under the present catalog."""
    evidence = {piece.number: piece for state in batch for piece in state.pieces}
    if not evidence or store is None:
        return {}
    notes = store.evidence_notes(list(evidence))
    current = [number for number, note in notes.items() if note.knowledge_digest == province.catalog.digest]
    facts = store.facts_of(current)
    behind = [number for number in evidence if number not in facts]
    facts.update(parse_captures(province, store, {number: evidence[number] for number in behind}))
    # A pruned capture keeps the facts it gave while it was there.
    facts.update(store.facts_of([number for number in behind if number not in facts]))
    return facts


def parse_captures(province: Province, store: Store, evidence: Mapping[int, StoredOutcome]) -> dict[int, FactSet]:
    """Facts parsed anew from stored captures; outcomes whose capture was pruned are left out."""
    return {
        number: parse_facts(capture, province.catalog.knowledge, evidence[number].outcome.finished_at)
        for number, capture in store.captures_of(list(evidence)).items()
    }


def save_judging(province: Province, store: Store, states: Iterable[EndpointState], *, moment: datetime) -> int:
    """Keep the findings of machines with evidence as a record of what was said when; returns how many machines."""
    rows: dict[int, tuple[Finding, ...]] = {
        state.evidence.number: state.findings for state in states if state.evidence is not None
    }
    for numbers in batched(rows, BATCH):
        store.save_findings(province.catalog.digest, moment, {number: rows[number] for number in numbers})
    return len(rows)


def rejudge(
    province: Province, store: Store, levels: Levels, *, moment: datetime, rules: EvidenceRules, progress: Progress = silent
) -> dict[str, EndpointState]:
    """Parse every capture of the present state again, judge it, and keep facts and findings under the present catalog."""
    states = gather_states(province, store, as_of=moment, rules=rules)
    evidence = {piece.number: piece for state in states.values() for piece in state.pieces}
    for numbers in batched(evidence, BATCH):
        facts = parse_captures(province, store, {number: evidence[number] for number in numbers})
        store.save_facts_of(facts, knowledge_digest=province.catalog.digest)
    judged = judge_states(province, store, levels, states, moment=moment, progress=progress)
    save_judging(province, store, judged.values(), moment=moment)
    return judged


Tallies = Mapping[str, Counter[Verdict]]
"""Check id -> verdict -> machines."""


def count_verdicts(states: Iterable[EndpointState]) -> Tallies:
    """Verdicts per check over all machines."""
    tallies: dict[str, Counter[Verdict]] = {}
    for state in states:
        for finding in state.findings:
            tallies.setdefault(finding.check, Counter())[finding.verdict] += 1
    return dict(sorted(tallies.items()))


def batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """``items`` in lists of at most ``size``."""
    walk = iter(items)
    while batch := list(islice(walk, size)):
        yield batch
