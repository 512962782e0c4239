"""Which machine a row of an export or an answer of the collector is about: exactly one, or none.

Pure. A UUID, a serial number or a machine id is compared over the whole inventory, a host name only inside the agency that the
sighting names; what it means that two identifiers are equal, ``model.identity`` decides. In doubt a sighting is *ambiguous*, its
candidates are named, and nothing is proven: no sighting proves two machines, and no machine is proven by two sightings.

- A declared machine goes before one that nobody declared, so that evidence moves to where an agency declares it.
- A name whose declared machine is known to be another one is ambiguous: the machine was replaced, or the list is wrong.
- An identifier of another agency's machine: a collector names its agency for certain, so its answer is refused; a group of a
  console is what its administrator made of it, so the row is ambiguous until group or list is corrected.
- What may be about an isolated machine is refused. Its name is enough, whatever else the row says.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_address
from itertools import chain

from secaudit.intake.clusters import Cluster, clusters, crowded
from secaudit.messages import Message, msg, msgc
from secaudit.model.identity import MOST_TWINS, Identity, Likeness, compare
from secaudit.model.intake import Candidate, Match, MatchKind, Sighting
from secaudit.source import fold

BASES: Mapping[str, Message] = {
    "uuid": msgc("basis", "UUID"),
    "serial": msgc("basis", "serial number"),
    "machine_id": msgc("basis", "machine id"),
    "name": msgc("basis", "agency and host name"),
}
"""What a match rests on, for people."""
_ID_LENGTH = 64
_SLUG = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=65_536)
def host_key(name: str) -> str:
    """One spelling of a host name: lower case, without domain before or behind; empty for an address, which is no name."""
    text = unicodedata.normalize("NFC", name).rsplit("\\", 1)[-1].strip().casefold()
    try:
        ip_address(text)
    except ValueError:
        return text.split(".", 1)[0].strip()
    return ""


def newcomer_id(agency: str, name: str, identity: Identity) -> str:
    """An id that the agency's list can take over as it is; the same machine gets the same one again.

    Made from what the first sighting says. A machine that is known as a newcomer is matched as one and keeps its id, whatever
    is learnt later.
    """
    known = identity.serial_key or identity.uuid_key or identity.machine_key
    digest = hashlib.sha256("\0".join((agency, host_key(name), known)).encode()).hexdigest()[:8]
    words = [agency, _SLUG.sub("-", fold(host_key(name)).lower()).strip("-") or "may"]
    return "-".join(["-".join(word for word in words if word)[: _ID_LENGTH - 9].rstrip("-._"), digest])


def match(sightings: Sequence[Sighting], candidates: Sequence[Candidate], *, agency_certain: bool = False) -> tuple[Match, ...]:
    """What became of each sighting, in the order given; their keys must differ. The order itself decides nothing.

    ``agency_certain``: the agency is proven (the token of a collector), not what somebody sorted the machine under.
    """
    index = _Index(candidates)
    found: dict[str, Match] = {}
    judged = [(cluster, _verdict(cluster, index, agency_certain)) for cluster in clusters(sightings)]
    for cluster, verdict in (*_one_each(judged), *_one_name_each(judged)):
        found[cluster.newest.key] = verdict
        fine = cluster.doubt is None and verdict.kind is not MatchKind.REFUSED
        older, reason = (MatchKind.SUPERSEDED, _NEWER) if fine else (verdict.kind, verdict.reason)
        for sighting in cluster.sightings[1:]:
            found[sighting.key] = Match(sighting, older, verdict.endpoint, verdict.basis, verdict.candidates, reason)
    return tuple(found[sighting.key] for sighting in sightings)


_Judged = list[tuple[Cluster, Match]]


class _Index:
    """Candidates by everything that can be looked up."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._said: dict[str, tuple[Identity, ...]] = {}
        self._serials: dict[str, list[Candidate]] = {}
        self._uuids: dict[str, dict[str, list[Candidate]]] = {}
        self._machines: dict[str, dict[tuple[bool, bool], list[Candidate]]] = {}
        self._names: dict[tuple[str, str], list[Candidate]] = {}
        self._anywhere: dict[str, list[Candidate]] = {}
        self._isolated: dict[tuple[str, str], list[Candidate]] = {}
        # Declared machines first: an id that stands in both is declared by now.
        for candidate in sorted(candidates, key=lambda one: (not one.declared, one.id)):
            if candidate.id not in self._said:
                self._add(candidate)

    def _add(self, candidate: Candidate) -> None:
        said = self._said[candidate.id] = _consistent(candidate.identities)
        lead = next((one.serial_key for one in said if one.serial_key), "")
        kind = any(one.uuid_key for one in said), bool(lead)
        for serial in {one.serial_key for one in said} - {""}:
            self._serials.setdefault(serial, []).append(candidate)
        for uuid in {one.uuid_key for one in said} - {""}:
            self._uuids.setdefault(uuid, {}).setdefault(lead, []).append(candidate)
        for machine in {one.machine_key for one in said} - {""}:
            self._machines.setdefault(machine, {}).setdefault(kind, []).append(candidate)
        for name in candidate.names - {""}:
            self._names.setdefault((candidate.agency, name), []).append(candidate)
            self._anywhere.setdefault(name, []).append(candidate)
            if candidate.isolated:
                self._isolated.setdefault((candidate.agency, name), []).append(candidate)

    def likeness(self, candidate: Candidate, identity: Identity) -> Likeness:
        """What is known of the candidate, the declared first, against what was sighted."""
        for said in self._said[candidate.id]:
            if (likeness := compare(said, identity)) is not Likeness.OPEN:
                return likeness
        return Likeness.OPEN

    def same(self, identity: Identity) -> list[Candidate]:
        """Candidates that are the same machine by their identifiers; not more than need be shown."""
        found: dict[str, Candidate] = {}
        for candidate in self._sharing(identity):
            if candidate.id not in found and self.likeness(candidate, identity) is Likeness.SAME:
                found[candidate.id] = candidate
                if len(found) > MOST_TWINS:
                    break
        return list(found.values())

    def half(self, identity: Identity) -> list[Candidate]:
        """Candidates with the same serial number whose UUID is another one."""
        sharing = self._serials.get(identity.serial_key, ())
        return [one for one in sharing if self.likeness(one, identity) is Likeness.OPEN]

    def _sharing(self, identity: Identity) -> Iterable[Candidate]:
        """Those that share an identifier, but for those whose other identifiers are sure to tell them apart."""
        serial = identity.serial_key
        boards = self._uuids.get(identity.uuid_key, {})
        systems = self._machines.get(identity.machine_key, {})
        yield from self._serials.get(serial, ())
        yield from chain(boards.get(serial, ()), boards.get("", ())) if serial else chain.from_iterable(boards.values())
        for (uuid_known, serial_known), some in systems.items():
            if not ((uuid_known and identity.uuid_key) or (serial_known and serial)):
                yield from some

    def named(self, agency: str, name: str) -> list[Candidate]:
        """Candidates of one agency with this name, declared ones first; one more than need be shown."""
        return self._names.get((agency, name), [])[: MOST_TWINS + 1]

    def named_anywhere(self, name: str) -> list[Candidate]:
        """Candidates with this name, whosever they are."""
        return self._anywhere.get(name, [])[: MOST_TWINS + 1]

    def isolated(self, sightings: Sequence[Sighting]) -> Iterable[Candidate]:
        """Isolated machines that have one of the names in one of the agencies: each row may say a part of what the machine is."""
        names = {host_key(one.name) for one in sightings}
        for agency in {one.agency for one in sightings if one.agency is not None}:
            for name in names:
                yield from self._isolated.get((agency, name), ())


def _consistent(identities: Sequence[Identity]) -> tuple[Identity, ...]:
    """Without what contradicts something that stands before it: earlier answers of a machine that was replaced since."""
    kept: list[Identity] = []
    for one in identities:
        if one and all(compare(before, one) is not Likeness.OTHER for before in kept):
            kept.append(one)
    return tuple(kept)


def _verdict(cluster: Cluster, index: _Index, agency_certain: bool) -> Match:
    """What the sightings of one machine are about, before they are compared with those of others."""
    verdict = _meant(cluster, index, agency_certain)
    if cluster.doubt is None or verdict.kind is MatchKind.REFUSED:
        return verdict
    candidates = verdict.candidates or ((verdict.endpoint,) if verdict.endpoint else ())
    return Match(cluster.newest, MatchKind.AMBIGUOUS, candidates=candidates, reason=cluster.doubt)


def _meant(cluster: Cluster, index: _Index, agency_certain: bool) -> Match:
    sighting, identity = cluster.newest, cluster.identity
    agency, name = cluster.agency, host_key(sighting.name)
    same, half = index.same(identity), index.half(identity)
    named = index.named(agency, name) if agency is not None and name else []
    # Under an older name an isolated machine is not taken in either.
    isolated = [one for one in (*same, *half, *index.isolated(cluster.sightings)) if one.isolated]
    if isolated:
        return _some(sighting, MatchKind.REFUSED, isolated, _ISOLATED)
    if found := [one for one in same if one.declared]:
        return _by_identity(cluster, found, named, agency_certain)
    declared = [one for one in named if one.declared]
    if len(declared) > MOST_TWINS:
        return _some(sighting, MatchKind.AMBIGUOUS, declared, _NAMESAKES)
    fitting = [one for one in declared if index.likeness(one, identity) is not Likeness.OTHER]
    if fitting and all(one in fitting for one in half):
        return _by_name(sighting, fitting)
    if fitting or half:
        return _some(sighting, MatchKind.AMBIGUOUS, (*fitting, *half), _HALF)
    if same:
        return _by_identity(cluster, same, named, agency_certain)
    if declared:
        return _some(sighting, MatchKind.AMBIGUOUS, declared, _CONTRADICTED)
    return _unknown(cluster, named, index)


def _by_identity(cluster: Cluster, found: Sequence[Candidate], named: Sequence[Candidate], agency_certain: bool) -> Match:
    sighting = cluster.newest
    if len(found) > 1:
        return _some(sighting, MatchKind.AMBIGUOUS, found, _SEVERAL)
    machine = found[0]
    basis = _basis(machine, cluster.identity)
    # Whose a machine is that nobody declares, the newest evidence says; the agencies will confirm it.
    if machine.declared and cluster.agency is not None and machine.agency != cluster.agency:
        reason = Message(_FOREIGN.text, {"basis": BASES[basis], "id": machine.id, "agency": machine.agency})
        return _some(sighting, MatchKind.REFUSED if agency_certain else MatchKind.AMBIGUOUS, found, reason)
    if basis == "machine_id" and named and machine not in named:
        return _some(sighting, MatchKind.AMBIGUOUS, (machine, *named), _IMAGE)
    return Match(sighting, MatchKind.MATCHED, machine.id, basis)


def _basis(machine: Candidate, identity: Identity) -> str:
    said = _consistent(machine.identities)
    if any(one.uuid_key and one.uuid_key == identity.uuid_key for one in said):
        return "uuid"
    if any(one.serial_key and one.serial_key == identity.serial_key for one in said):
        return "serial"
    return "machine_id"


def _by_name(sighting: Sighting, found: Sequence[Candidate]) -> Match:
    if len(found) > 1:
        return _some(sighting, MatchKind.AMBIGUOUS, found, _NAMESAKES)
    return Match(sighting, MatchKind.MATCHED, found[0].id, "name")


def _unknown(cluster: Cluster, named: Sequence[Candidate], index: _Index) -> Match:
    """No declared machine is meant: a newcomer seen before, one that nobody can place, or a new machine."""
    sighting, identity, name = cluster.newest, cluster.identity, host_key(cluster.newest.name)
    if cluster.agency is None:
        homonyms = index.named_anywhere(name) if name else []
        if not identity or any(index.likeness(one, identity) is not Likeness.OTHER for one in homonyms):
            return _some(sighting, MatchKind.AMBIGUOUS, homonyms, _HOMELESS if name else _NAMELESS)
        return Match(sighting, MatchKind.NEW)
    if not identity and not name:
        return Match(sighting, MatchKind.AMBIGUOUS, reason=_NAMELESS)
    if len(named) > MOST_TWINS:
        return _some(sighting, MatchKind.AMBIGUOUS, named, _NAMESAKES)
    fitting = [one for one in named if index.likeness(one, identity) is not Likeness.OTHER]
    return _by_name(sighting, fitting) if fitting else Match(sighting, MatchKind.NEW)


def _one_each(judged: _Judged) -> _Judged:
    """Sightings that are about a machine we know: of several for one machine the newest, or none."""
    groups: dict[str, _Judged] = {}
    rest: _Judged = []
    for cluster, verdict in judged:
        if verdict.kind is MatchKind.MATCHED and verdict.endpoint is not None:
            groups.setdefault(verdict.endpoint, []).append((cluster, verdict))
        elif verdict.kind is not MatchKind.NEW:
            rest.append((cluster, verdict))
    for endpoint, group in groups.items():
        rest += group if len(group) == 1 else _settled(endpoint, group)
    return rest


def _settled(endpoint: str, group: _Judged) -> _Judged:
    """Several clusters that mean one machine: what a firmware says goes before a name, and must not contradict itself."""
    firm = sorted((one for one in group if one[1].basis != "name"), key=lambda one: one[0].at, reverse=True)
    weak = [one for one in group if one[1].basis == "name"]
    if not firm:
        return [(cluster, _doubted(verdict, endpoint, _TWO_NAMES)) for cluster, verdict in weak]
    settled: _Judged = [(cluster, _doubted(verdict, endpoint, _FIRMER)) for cluster, verdict in weak]
    for keys in ({c.identity.uuid_key for c, _ in firm}, {c.identity.serial_key for c, _ in firm}):
        if len(keys - {""}) > 1:
            return settled + [(cluster, _doubted(verdict, endpoint, _CONFLICT)) for cluster, verdict in firm]
    if len(firm) > 1 and firm[0][0].at == firm[1][0].at:
        return settled + [(cluster, _doubted(verdict, endpoint, _CONFLICT)) for cluster, verdict in firm]
    settled.append(firm[0])
    for cluster, verdict in firm[1:]:
        settled.append((cluster, Match(verdict.sighting, MatchKind.SUPERSEDED, endpoint, verdict.basis, (), _NEWER)))
    return settled


def _doubted(verdict: Match, endpoint: str, reason: Message) -> Match:
    return Match(verdict.sighting, MatchKind.AMBIGUOUS, candidates=(endpoint,), reason=reason)


def _one_name_each(judged: _Judged) -> _Judged:
    """New machines: those of one agency with one name that nothing tells apart may be one machine, or two."""
    found: _Judged = []
    names: dict[tuple[str | None, str], list[Cluster]] = {}
    for cluster, verdict in judged:
        if verdict.kind is MatchKind.NEW:
            names.setdefault((cluster.agency, host_key(cluster.newest.name)), []).append(cluster)
    for (_, name), some in names.items():
        doubted = {cluster.newest.key for cluster in crowded(some)} if name and len(some) > 1 else set()
        for cluster in some:
            sighting = cluster.newest
            if sighting.key in doubted:
                found.append((cluster, Match(sighting, MatchKind.AMBIGUOUS, reason=_TWO_NAMES)))
            else:
                found.append((cluster, Match(sighting, MatchKind.NEW)))
    return found


def _some(sighting: Sighting, kind: MatchKind, meant: Sequence[Candidate], reason: Message) -> Match:
    names = tuple(sorted({one.id for one in meant}))[:MOST_TWINS]
    return Match(sighting, kind, candidates=names, reason=reason)


_NEWER = msg("the same machine stands in this file again with a newer moment")
_ISOLATED = msg("it is, or may be, a machine declared isolated: nothing about it is taken in")
_SEVERAL = msg("several declared machines carry its identifiers: correct serial numbers and UUIDs in the list")
_FOREIGN = msg("by its {basis} it is {id} of agency {agency}: correct the agency here or there")
_NAMESAKES = msg("several machines of the agency have this name: add serial numbers to the list or to the export")
_HALF = msg("serial number and UUID mean different machines: a main board was replaced, or a serial number written down wrongly")
_CONTRADICTED = msg(
    "the name is that of a declared machine, but serial number or UUID are another's: correct the list if it was replaced"
)
_IMAGE = msg("its machine id and its name mean different machines: a copied image, or a renamed machine")
_HOMELESS = msg("nothing says which agency it belongs to, and a name alone decides nothing: map its group to an agency")
_NAMELESS = msg("nothing in it says which machine it is: no serial number, no UUID and no name that helps")
_TWO_NAMES = msg("two machines with one name stand in this file, and nothing tells them apart: export serial numbers too")
_FIRMER = msg("another row of this file is this machine by its serial number or UUID; this one has only the name")
_CONFLICT = msg("several rows of this file mean this machine and contradict each other, or carry one moment")
