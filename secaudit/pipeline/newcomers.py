"""Machines that evidence speaks of and nobody declares: which still wait for their agency, and rows for its file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secaudit.intake.matching import match
from secaudit.inventory.addresses import is_dns_name
from secaudit.model.fact import Known
from secaudit.model.identifiers import real_serial, real_uuid
from secaudit.model.identity import Identity
from secaudit.model.intake import Candidate, MatchKind, Newcomer, Sighting
from secaudit.model.inventory import EndpointKind, Inventory
from secaudit.source import table_text
from secaudit.store import Store

NAME_LIMIT = 253


@dataclass(frozen=True, slots=True)
class Waiting:
    """One newcomer that no agency declares yet."""

    newcomer: Newcomer
    kind: EndpointKind
    """Proposed: the agency decides."""
    kind_known: bool
    """The evidence says so; else most machines are of this kind."""


def waiting_newcomers(inventory: Inventory, store: Store | None, agencies: Sequence[str] = ()) -> tuple[Waiting, ...]:
    """Newcomers whose id nobody declares and who are no declared machine of their agency by serial number or UUID."""
    known = [
        one
        for one in (store.newcomers() if store is not None else ())
        if one.id not in inventory.endpoints and (not agencies or one.agency in agencies)
    ]
    declared = [
        Candidate(one.id, part.agency.id, frozenset(), (Identity(real_uuid(one.uuid) or "", real_serial(one.serial) or ""),))
        for part in inventory.agencies
        for one in part.endpoints
    ]
    # A name alone moves no evidence, so names are left out.
    sightings = [Sighting(one.id, one.agency or None, "", one.identity, one.last_seen) for one in known if one.identity]
    taken = {one.sighting.key for one in match(sightings, declared) if one.kind is MatchKind.MATCHED}
    left = [one for one in known if one.id not in taken]
    servers = _servers(store, [one.id for one in left]) if store is not None else {}
    return tuple(
        Waiting(one, EndpointKind.SERVER if servers.get(one.id) else EndpointKind.WORKSTATION, servers.get(one.id) is True)
        for one in left
    )


def _servers(store: Store, names: Sequence[str]) -> dict[str, bool]:
    """Newcomer -> whether its newest evidence shows a server edition."""
    numbers = {}
    for name in names:
        seen = [one for one in store.history(name, limit=5) if one.outcome.sight == "seen"]
        if seen:
            numbers[seen[0].number] = name
    found = {}
    for number, facts in store.facts_of(numbers).items():
        server = facts.get("os.server")
        if isinstance(server, Known) and isinstance(server.value, bool):
            found[numbers[number]] = server.value
    return found


def newcomer_row(one: Waiting) -> dict[str, str]:
    """A row of ``endpoints`` that an agency's file takes as it is; what cannot stand there is left out."""
    found, identity = one.newcomer, one.newcomer.identity
    row = {"id": found.id, "kind": one.kind.value}
    if found.os in ("windows", "linux"):
        row["os"] = found.os
    name = found.name[:NAME_LIMIT]
    if is_dns_name(name):
        row["hostname"] = name
    if real_serial(identity.serial):
        row["serial"] = identity.serial
    if real_uuid(identity.uuid):
        row["uuid"] = identity.uuid
    return row


def newcomer_files(waiting: Sequence[Waiting], names: Mapping[str, str], comment: str) -> str:
    """One YAML document for each agency; ``comment`` stands above each, with ``{agency}`` for its name."""
    by_agency: dict[str, list[Waiting]] = {}
    for one in waiting:
        by_agency.setdefault(one.newcomer.agency, []).append(one)
    documents = []
    for agency, some in by_agency.items():
        title = comment.replace("{agency}", names.get(agency, agency) or "?")
        lines = "".join(f"# {line}\n" for line in title.splitlines())
        documents.append(table_text(lines, {}, "endpoints", [newcomer_row(one) for one in some]))
    return "---\n".join(documents)
