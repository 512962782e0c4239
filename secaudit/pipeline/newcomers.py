"""Machines that evidence speaks of and nobody declares: which still wait for their agency, and rows for its file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from secaudit.inventory.addresses import is_dns_name
from secaudit.model.fact import Known
from secaudit.model.identifiers import real_serial, real_uuid
from secaudit.model.intake import Newcomer
from secaudit.model.inventory import EndpointKind, Inventory
from secaudit.pipeline.adopting import waiting
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
    """Newcomers that nobody declares, with the kind that their agency is asked to confirm."""
    if store is None:
        return ()
    left = [one for one in waiting(inventory, store.newcomers()) if not agencies or one.agency in agencies]
    servers = _servers(store, [one.id for one in left])
    return tuple(
        Waiting(one, EndpointKind.SERVER if servers.get(one.id) else EndpointKind.WORKSTATION, servers.get(one.id) is True)
        for one in left
    )


def proposals(store: Store, newcomers: Iterable[Newcomer]) -> dict[str, Mapping[str, str]]:
    """Newcomer -> the row by which its agency's file would declare it."""
    found = {one.id: one for one in newcomers}
    servers = _servers(store, list(found))
    kinds = {name: EndpointKind.SERVER if servers.get(name) else EndpointKind.WORKSTATION for name in found}
    return {name: newcomer_row(Waiting(one, kinds[name], servers.get(name) is True)) for name, one in found.items()}


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
