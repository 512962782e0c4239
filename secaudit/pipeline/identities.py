"""Which machine answered: what is expected of each endpoint, and states whose evidence is not, or not certainly, its own."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from secaudit.inventory.addresses import real_serial, real_uuid
from secaudit.model.base import day_in_vietnam
from secaudit.model.doubt import Doubt, DoubtKind
from secaudit.model.identity import BETTER, DECLARED, MOST_TWINS, Expected, Identity, Likeness, compare, twins_of
from secaudit.model.inventory import Endpoint, Inventory
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, StoredOutcome


def declared_identity(endpoint: Endpoint) -> Identity:
    """What the inventory says of the machine; fillers count as nothing, and a lab endpoint stands for no machine at all."""
    if endpoint.lab:
        return Identity()
    return Identity(real_uuid(endpoint.uuid) or "", real_serial(endpoint.serial) or "")


def expected_machines(inventory: Inventory, states: Mapping[str, EndpointState]) -> dict[str, Expected]:
    """Endpoint -> what its answer must not contradict. Lab endpoints are left out: many of them replay one answer."""
    found = {}
    for endpoint in inventory.endpoints.values():
        if endpoint.lab:
            continue
        state = states.get(endpoint.id)
        # A console's word on which machine stands there must not keep the machine itself from being believed.
        earlier = state.identity if state is not None and state.met else Identity()
        expected = Expected(declared_identity(endpoint), earlier)
        if expected.declared or expected.earlier:
            found[endpoint.id] = expected
    return found


def with_doubts(inventory: Inventory, states: Mapping[str, EndpointState], *, as_of: datetime) -> dict[str, EndpointState]:
    """The same states without evidence of machines that are others than declared, or that answered for several endpoints.

    Each piece of evidence is looked at by itself: one that is another machine's is left out, and takes no better one with it.
    """
    found = dict(states)
    identities: dict[str, Identity] = {}
    day = day_in_vietnam(as_of)
    for agency in inventory.agencies:
        for endpoint in agency.endpoints:
            if not found[endpoint.id].pieces or endpoint.lab:
                continue
            state = found[endpoint.id] = _without_strangers(endpoint, found[endpoint.id])
            if endpoint.status == "in_use" and agency.agency.exists_on(day):
                identities.update((_key(endpoint.id, place), one) for place, one in enumerate(state.said) if one)
    for name, doubts in _doubled(inventory, found, identities).items():
        found[name] = _leaving_out(inventory.endpoints[name], found[name], doubts)
    return found


def _key(endpoint: str, place: int) -> str:
    """Names one piece; identifiers have no spaces."""
    return f"{endpoint} {place}" if place else endpoint


def _of_key(key: str) -> tuple[str, int]:
    endpoint, _, place = key.partition(" ")
    return endpoint, int(place or 0)


def _without_strangers(endpoint: Endpoint, state: EndpointState) -> EndpointState:
    """Without evidence that is another machine's by what is declared, or by what better evidence says of the machine.

    Declarations change: evidence may be from before a serial number or UUID was declared or corrected.
    """
    declared = declared_identity(endpoint)
    doubts: dict[int, Doubt] = {}
    trusted: list[Identity] = []
    for place, said in enumerate(state.said):
        if compare(declared, said) is Likeness.OTHER:
            doubts[place] = _stranger(state.pieces[place], f"{DECLARED} {declared}", said)
            continue
        better = next((one for one in trusted if compare(one, said) is Likeness.OTHER), None)
        if better is None:
            trusted.append(said)
        else:
            doubts[place] = _stranger(state.pieces[place], f"{BETTER} {better}", said)
    return _leaving_out(endpoint, state, doubts) if doubts else state


def _stranger(piece: StoredOutcome, was: str, said: Identity) -> Doubt:
    return Doubt(DoubtKind.OTHER_MACHINE, piece.outcome.finished_at, was, str(said), outcome=piece.number)


def _leaving_out(endpoint: Endpoint, state: EndpointState, doubts: Mapping[int, Doubt]) -> EndpointState:
    """The same state without these pieces; without any left the machine is in doubt.

    Where the machine that answers directly is another one, worse evidence counts only if it names the declared machine: what was
    matched by a name alone may be about either.
    """
    direct = min((place for place in doubts if state.pieces[place].outcome.grade is Grade.A), default=len(state.pieces))
    kept = [
        place
        for place in range(len(state.pieces))
        if place not in doubts and (place < direct or _is_declared(endpoint, state.said[place]))
    ]
    reasons = tuple(doubts[place] for place in sorted(doubts))
    if not kept:
        return replace(state, evidence=None, pieces=(), said=(), doubt=reasons[0])
    pieces = tuple(state.pieces[place] for place in kept)
    said = tuple(state.said[place] for place in kept)
    return replace(state, evidence=pieces[0], pieces=pieces, said=said, dropped=(*state.dropped, *reasons))


def _doubled(
    inventory: Inventory, states: Mapping[str, EndpointState], identities: Mapping[str, Identity]
) -> dict[str, dict[int, Doubt]]:
    """Endpoint -> pieces that are of a machine which another endpoint has a claim to.

    One machine proves one endpoint: the one whose declaration names it, else the one for which the best evidence speaks.
    """
    twins = {key: [one for one in others if _of_key(one)[0] != _of_key(key)[0]] for key, others in twins_of(identities).items()}
    twins = {key: others for key, others in twins.items() if others}
    matching = {key for key in twins if _is_declared(inventory.endpoints[_of_key(key)[0]], identities[key])}
    found: dict[str, dict[int, Doubt]] = {}
    for key, others in twins.items():
        endpoint, place = _of_key(key)
        if not matching.intersection(others) and (key in matching or _is_best(states, key, others)):
            continue
        pieces, names = states[endpoint].pieces, tuple(sorted({_of_key(one)[0] for one in others}))
        outcome = pieces[place].number if len(pieces) > 1 else None
        doubt = Doubt(DoubtKind.DOUBLED, now=str(identities[key]), twins=names, outcome=outcome)
        found.setdefault(endpoint, {})[place] = doubt
    return found


def _is_best(states: Mapping[str, EndpointState], key: str, others: Sequence[str]) -> bool:
    """Whether this piece is of a better grade than all those of other endpoints; not all may be named where there are many."""
    return len(others) < MOST_TWINS // 2 and all(_grade(states, key) < _grade(states, one) for one in others)


def _grade(states: Mapping[str, EndpointState], key: str) -> str:
    endpoint, place = _of_key(key)
    return states[endpoint].pieces[place].outcome.grade.value


def _is_declared(endpoint: Endpoint, identity: Identity) -> bool:
    """One machine proves one endpoint: the one whose declaration names it."""
    return compare(declared_identity(endpoint), identity) is Likeness.SAME
