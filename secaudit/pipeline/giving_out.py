"""Workbooks for agencies: the inventory, and what collectors and consoles say, put in front of whoever fills them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from secaudit.errors import UsageError
from secaudit.inventory.addresses import is_dns_name
from secaudit.inventory.given import Given, Proposed, Seen, given_to
from secaudit.inventory.questions import Profile
from secaudit.inventory.workbook import as_workbook
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.inventory import AgencyFile, EndpointKind, Inventory, Tier
from secaudit.model.plan import EvidenceRules
from secaudit.pipeline.judging import gather_states
from secaudit.pipeline.known_machines import names_said
from secaudit.pipeline.newcomers import newcomer_row, waiting_newcomers
from secaudit.pipeline.province import Province
from secaudit.source import did_you_mean
from secaudit.store import Store


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beside the inventory."""

    seen: Mapping[str, Seen] = field(default_factory=dict)
    """Endpoint -> what evidence says of it."""
    proposed: Mapping[str, tuple[Proposed, ...]] = field(default_factory=dict)
    """Agency -> machines that nobody declares yet."""


def evidence_for(
    province: Province, store: Store | None, rules: EvidenceRules, agencies: Sequence[AgencyFile], now: datetime
) -> Evidence:
    """Fresh evidence of these agencies' machines: that they are in use, the name they give, machines nobody declares."""
    if store is None:
        return Evidence()
    states = gather_states(province, store, as_of=now, rules=rules)
    ids = [file.agency.id for file in agencies]
    names = names_said(store, province.inventory, states, frozenset(ids))
    seen: dict[str, Seen] = {}
    for file in agencies:
        taken = _taken(file)
        for endpoint in file.endpoints:
            state = states[endpoint.id]
            if endpoint.kind is EndpointKind.ISOLATED or state.evidence is None:
                continue
            said = sorted(names.get(endpoint.id, ()))
            name = said[0] if len(said) == 1 and is_dns_name(said[0]) and said[0].casefold() not in taken else ""
            taken.add(name.casefold())
            seen[endpoint.id] = Seen(name, fresh=True, day=day_in_vietnam(state.evidence.outcome.finished_at))
    return Evidence(seen, _proposals(province.inventory, store, ids))


def _taken(file: AgencyFile) -> set[str]:
    """Names that stand for a machine already: no second one is given them."""
    return {name.casefold() for one in file.endpoints for name in (one.id, one.hostname) if name}


def _proposals(inventory: Inventory, store: Store, agencies: Sequence[str]) -> dict[str, tuple[Proposed, ...]]:
    """Newcomers by agency; a kind that the evidence does not say is left to the agency."""
    found: dict[str, tuple[Proposed, ...]] = {}
    for one in waiting_newcomers(inventory, store, agencies):
        record: dict[str, object] = dict(newcomer_row(one))
        if not one.kind_known:
            record.pop("kind", None)
        proposal = Proposed(one.newcomer.id, record)
        found[one.newcomer.agency] = (*found.get(one.newcomer.agency, ()), proposal)
    return found


def declared_files(inventory: Inventory, asked: Sequence[str]) -> tuple[AgencyFile, ...]:
    """The agencies named, each once, or all; UsageError for one that nobody declares."""
    if not asked:
        return inventory.agencies
    files = {file.agency.id: file for file in inventory.agencies}
    for agency in asked:
        if agency not in files:
            raise UsageError(
                msg("there is no agency called {id}", id=agency),
                hint=did_you_mean(agency, files) or msg("the ids stand in the files of the agencies folder"),
            )
    return tuple(files[agency] for agency in dict.fromkeys(asked))


def receivers(inventory: Inventory, asked: Sequence[str], today: date) -> tuple[AgencyFile, ...]:
    """The agencies named, or all that exist; UsageError for one that does not exist, or not any more."""
    files = declared_files(inventory, asked)
    if not asked:
        return tuple(file for file in files if file.agency.exists_on(today))
    for file in files:
        if not file.agency.exists_on(today):
            raise UsageError(
                msg("agency {id} does not exist any more", id=file.agency.id),
                hint=msg("name its successor: {ids}", ids=", ".join(file.agency.successors) or "?"),
            )
    return files


def profile_for(file: AgencyFile) -> Profile:
    """Communes are asked for what an officer can answer in twenty minutes, everybody else for everything."""
    return Profile.COMMUNE if file.agency.tier is Tier.COMMUNE else Profile.FULL


def export_workbooks(inventory: Inventory, files: Sequence[AgencyFile], at: datetime) -> Iterator[tuple[AgencyFile, bytes]]:
    """Everything that the inventory says, one workbook for each agency; what only evidence says is left out."""
    for file in files:
        yield file, give_out(inventory, file, Profile.FULL, at, Evidence())[1]


def give_out(inventory: Inventory, file: AgencyFile, profile: Profile, at: datetime, evidence: Evidence) -> tuple[Given, bytes]:
    """The workbook of one agency, and what it holds."""
    given = given_to(
        file,
        profile,
        at,
        inventory.digest,
        inventory.province.shared_systems,
        evidence.seen,
        evidence.proposed.get(file.agency.id, ()),
    )
    return given, as_workbook(given)
