"""Machines that evidence spoke of before anybody declared them: whose they are now, and who still waits for an agency. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from secaudit.intake.matching import host_key
from secaudit.inventory.addresses import canonical
from secaudit.model.identity import Identity, Likeness, compare
from secaudit.model.intake import Newcomer
from secaudit.model.inventory import Endpoint, EndpointKind, Inventory
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import StoredOutcome, Way
from secaudit.pipeline.identities import declared_identity


class _Declared:
    """Declared machines by what a newcomer can be recognised by."""

    def __init__(self, inventory: Inventory) -> None:
        self.endpoints = inventory.endpoints
        self.agency = {name: file.agency.id for name, file in inventory.agency_of_endpoint.items()}
        self._by_number: dict[str, list[Endpoint]] = {}
        self._by_name: dict[tuple[str, str], list[Endpoint]] = {}
        for one in inventory.endpoints.values():
            identity = declared_identity(one)
            for number in {identity.uuid_key, identity.serial_key} - {""}:
                self._by_number.setdefault(number, []).append(one)
            for name in {host_key(one.id), host_key(one.hostname or "")} - {""}:
                self._by_name.setdefault((self.agency[one.id], name), []).append(one)
        self._standing = {
            (self.agency[one.id], canonical(one.address)): one
            for one in inventory.endpoints.values()
            if one.address is not None and one.status == "in_use" and inventory.access_of(one).via is None
        }

    def same(self, newcomer: Newcomer) -> list[Endpoint]:
        """Those that are the same machine by serial number or UUID, whoever declares them."""
        numbers = {newcomer.identity.uuid_key, newcomer.identity.serial_key} - {""}
        found = {one.id: one for number in numbers for one in self._by_number.get(number, ())}
        return [one for one in found.values() if compare(declared_identity(one), newcomer.identity) is Likeness.SAME]

    def named(self, newcomer: Newcomer) -> list[Endpoint]:
        """Those of its agency with its host name that nothing tells apart from it."""
        name = host_key(newcomer.name)
        if not name or not newcomer.agency:
            return []
        found = self._by_name.get((newcomer.agency, name), ())
        return [one for one in found if compare(declared_identity(one), newcomer.identity) is not Likeness.OTHER]

    def placed(self, newcomer: Newcomer, keys: Mapping[str, str]) -> bool:
        """Whether its agency declares a machine where this one was found, and nothing tells the two apart."""
        one = self._standing.get((newcomer.agency, canonical(newcomer.address))) if newcomer.address else None
        if one is None:
            return False
        key, name = keys.get(one.id), host_key(one.hostname or "")
        other_key = key is not None and newcomer.host_key and key != newcomer.host_key
        return not other_key and not (name and host_key(newcomer.name) not in ("", name))

    def isolated(self, newcomer: Newcomer) -> bool:
        """Whether it may be a machine that stands isolated: of these nothing is kept, shown or counted."""
        own = self.endpoints.get(newcomer.id)
        of_name = self._by_name.get((newcomer.agency, host_key(newcomer.name)), ())
        return any(
            one.kind is EndpointKind.ISOLATED for one in (*self.same(newcomer), *of_name, *([own] if own is not None else []))
        )


def aliases(inventory: Inventory, newcomers: Iterable[Newcomer]) -> dict[str, str]:
    """Newcomer -> the declared machine that it is; those with an id that is declared need no other name and are left out.

    It is the one machine of its agency (of any, when nothing says whose it is) with its serial number or UUID; else the one of
    its agency with its host name, when nothing contradicts and no other newcomer has that name. More than one may be meant: none.
    """
    return _aliases(_Declared(inventory), newcomers)


def _aliases(declared: _Declared, newcomers: Iterable[Newcomer]) -> dict[str, str]:
    found: dict[str, str] = {}
    by_name: dict[str, list[str]] = {}
    for one in newcomers:
        if one.id in declared.endpoints or declared.isolated(one):
            continue
        same = declared.same(one)
        own = [endpoint for endpoint in same if one.agency in ("", declared.agency[endpoint.id])]
        named = declared.named(one) if not same else []
        if len(own) == 1:
            found[one.id] = own[0].id
        elif len(named) == 1:
            by_name.setdefault(named[0].id, []).append(one.id)
    found.update((names[0], endpoint) for endpoint, names in by_name.items() if len(names) == 1)
    return found


def waiting(
    inventory: Inventory, newcomers: Iterable[Newcomer], keys: Mapping[str, str] = MappingProxyType({})
) -> tuple[Newcomer, ...]:
    """Those that no agency declares, by agency and id; one that may be an isolated machine is none of them.

    ``keys``: endpoint -> host key it is known by. A found machine is declared by its address too, unless the machine that is
    declared there is known to be another one.
    """
    declared, given = _Declared(inventory), tuple(newcomers)
    known = _aliases(declared, given)
    answered = {one.id for one in given if one.id in declared.endpoints or one.id in known or declared.placed(one, keys)}
    left = [one for one in given if one.id not in answered and not declared.isolated(one)]
    return tuple(sorted(left, key=lambda one: (one.agency, one.id)))


def by_agency(newcomers: Iterable[Newcomer]) -> Mapping[str, int]:
    """How many wait in each agency; an empty id where nothing says whose they are."""
    return Counter(one.agency for one in newcomers)


def adopted(own: EndpointState | None, found: EndpointState, endpoint: str, *, since: datetime | None) -> EndpointState:
    """The state of a declared machine with the evidence that came in under a newcomer's id.

    ``since``: the machine was replaced at that moment; what is older is of the one that is gone. A quarantine stands.
    """
    if own is None:
        own = EndpointState(endpoint, None, found.last_attempt, found.last_attempt_at, last_detail=found.last_detail)
    if own.doubt is not None:
        return own
    both = zip(found.pieces, found.said, strict=True)
    theirs = [(piece, said) for piece, said in both if since is None or piece.outcome.finished_at > since]
    newest: dict[tuple[Way, str | None], tuple[StoredOutcome, Identity]] = {}
    for piece, said in (*zip(own.pieces, own.said, strict=True), *theirs):
        of = _source(piece)
        if of not in newest or _age(newest[of][0]) < _age(piece):
            newest[of] = piece, said
    kept = sorted(newest.values(), key=lambda item: _age(item[0]), reverse=True)
    kept.sort(key=lambda item: item[0].outcome.grade.value)
    newer = own
    if found.last_attempt_at is not None and (own.last_attempt_at is None or found.last_attempt_at > own.last_attempt_at):
        newer = found
    return replace(
        own,
        evidence=kept[0][0] if kept else None,
        pieces=tuple(piece for piece, _ in kept),
        said=tuple(said for _, said in kept),
        stale=not kept and (own.stale or found.stale),
        last_attempt=newer.last_attempt,
        last_attempt_at=newer.last_attempt_at,
        last_detail=newer.last_detail,
        identity=own.identity or found.identity,
    )


def _source(piece: StoredOutcome) -> tuple[Way, str | None]:
    """Of each way, and of each console, one piece counts."""
    outcome = piece.outcome
    return outcome.way, outcome.server_version if outcome.way is Way.CONSOLE else None


def _age(piece: StoredOutcome) -> tuple[datetime, int]:
    return piece.outcome.finished_at, piece.number
