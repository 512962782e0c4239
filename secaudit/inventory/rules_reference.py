"""Rules about ids: given once, pointing at something, and never in a circle."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from secaudit.inventory.parts import CORRECT_OR_ADD, AnyPart, Declared, Remark, is_copy
from secaudit.messages import Message, msg
from secaudit.model.inventory import Access, EndpointKind
from secaudit.source import Loc, did_you_mean

_MOST_CYCLES = 50
_Places = dict[str, tuple[AnyPart, Loc]]


def reference_remarks(declared: Declared) -> Iterable[Remark]:
    """Everything wrong with ids and what they point at."""
    yield from _roll(declared)
    yield from _duplicates(declared)
    yield from _uses(declared)
    yield from _owners(declared)
    if declared.known.complete:
        yield from _dangling(declared)
    yield from _circles(declared)


def _roll(declared: Declared) -> Iterable[Remark]:
    """The province's list of agencies: nobody leaves the count because a file got lost."""
    if declared.province is None or not declared.province.model.agencies:
        return
    listed = declared.province.model.agencies
    for index, name in enumerate(listed):
        loc = ("agencies", index)
        if name in listed[:index]:
            yield Remark(declared.province, loc, msg("The agency is listed twice"), name, hint=msg("keep one"))
        elif name not in declared.known.agencies and name not in declared.known.unread:
            yield Remark(
                declared.province,
                loc,
                msg("There is no file of this agency"),
                name,
                hint=did_you_mean(name, declared.known.agencies - set(listed))
                or msg(
                    "add agencies/{name}.yaml; without submission in it the agency counts as one that has sent nothing", name=name
                ),
            )
    for part in declared.agencies:
        if part.model.agency.id not in listed:
            yield Remark(
                part,
                ("agency", "id"),
                msg("The agency is not in the province's list"),
                part.model.agency.id,
                msg("an id from agencies in province.yaml"),
                did_you_mean(part.model.agency.id, listed) or msg("add it there, or remove this file"),
            )


def _duplicates(declared: Declared) -> Iterable[Remark]:
    agencies: _Places = {}
    for part in declared.agencies:
        name = part.model.agency.id
        if name in agencies:
            hint = msg("keep one file for each agency: remove the copy, or give the other agency an id of its own")
            message = msg("The agency id is taken: {place}")
            yield Remark(part, ("agency", "id"), message, name, hint=hint, other=agencies[name])
        agencies.setdefault(name, (part, ("agency", "id")))
    systems: _Places = {}
    for owner, loc, system in declared.systems():
        yield from _once(systems, system.id, owner, (*loc, "id"), msg("The system id is taken: {place}"))
    endpoints: _Places = {}
    for part, loc, endpoint in declared.endpoints():
        yield from _once(endpoints, endpoint.id, part, (*loc, "id"), msg("The endpoint id is taken: {place}"))
    if declared.province is not None:
        readings: _Places = {}
        for index, reading in enumerate(declared.province.model.interpretations):
            at = declared.province.at("interpretations", index, "id")
            yield from _once(readings, reading.id, declared.province, at, msg("The reading is fixed twice: {place}"))


def _once(seen: _Places, name: str, part: AnyPart, loc: Loc, message: Message) -> Iterable[Remark]:
    if name in seen and is_copy(part, seen[name][0]):
        return
    if name in seen:
        yield Remark(part, loc, message, name, hint=msg("ids are given once in the whole province"), other=seen[name])
    else:
        seen[name] = (part, loc)


def _uses(declared: Declared) -> Iterable[Remark]:
    if declared.province is None:
        return
    known = declared.known
    for part in declared.agencies:
        for index, name in enumerate(part.model.uses):
            loc = part.at("uses", index)
            if name in part.model.uses[:index]:
                yield Remark(part, loc, msg("The system is listed twice"), name, hint=msg("keep one"))
            elif name not in known.shared:
                is_system = name in known.systems
                yield Remark(
                    part,
                    loc,
                    msg("The system is not a shared one") if is_system else msg("There is no shared system with this id"),
                    name,
                    msg("an id from shared_systems in province.yaml"),
                    did_you_mean(name, known.shared) or msg("declare it under shared_systems in province.yaml, with its owner"),
                )


def _owners(declared: Declared) -> Iterable[Remark]:
    for part, loc, system in declared.systems():
        shared = loc[0] == "shared_systems"
        if shared and system.owner is None:
            yield Remark(
                part,
                (*loc, "owner"),
                msg("A shared system needs an owner"),
                expected=msg("the id of an agency"),
                hint=msg("it counts once, for its owner"),
            )
        elif not shared and system.owner is not None:
            yield Remark(
                part,
                (*loc, "owner"),
                msg("The system belongs to the agency of this file"),
                system.owner,
                hint=msg("remove the owner, or declare the system under shared_systems in province.yaml"),
                of_key=True,
            )


def _dangling(declared: Declared) -> Iterable[Remark]:
    known = declared.known
    agency, one_system, endpoint = (
        msg("There is no agency with this id"),
        msg("There is no system with this id"),
        msg("There is no endpoint with this id"),
    )
    for part in declared.agencies:
        for index, name in enumerate(part.model.agency.successors):
            yield from _missing(part, ("agency", "successors", index), name, known.agencies, agency)
    for owner_part, loc, system in declared.systems():
        if loc[0] == "shared_systems" and system.owner is not None:
            yield from _missing(owner_part, (*loc, "owner"), system.owner, known.agencies, agency)
        for index, name in enumerate(system.components):
            yield from _missing(owner_part, (*loc, "components", index), name, known.systems, one_system)
    for part, loc, machine in declared.endpoints():
        for index, name in enumerate(machine.systems):
            yield from _missing(part, (*loc, "systems", index), name, known.systems, one_system)
        if machine.access is not None and machine.access.via is not None:
            yield from _missing(part, (*loc, "access", "via"), machine.access.via, known.endpoints, endpoint)
    if declared.province is not None and (via := declared.province.model.defaults.access.via) is not None:
        yield from _missing(declared.province, ("defaults", "access", "via"), via, known.endpoints, endpoint)


def _missing(part: AnyPart, loc: Loc, name: str, known: frozenset[str], message: Message) -> Iterable[Remark]:
    if name not in known:
        yield Remark(part, loc, message, name, hint=did_you_mean(name, known) or CORRECT_OR_ADD)


def _circles(declared: Declared) -> Iterable[Remark]:
    components: dict[str, Sequence[str]] = {}
    places: _Places = {}
    for part, loc, system in declared.systems():
        if system.components:
            components[system.id] = system.components
            places[system.id] = (part, (*loc, "components"))
    yield from _circle(components, places, msg("The system is a component of itself: {circle}"))
    successors = {part.model.agency.id: part.model.agency.successors for part in declared.agencies}
    yield from _circle(
        successors,
        {part.model.agency.id: (part, ("agency", "successors")) for part in declared.agencies},
        msg("The agency is its own successor: {circle}"),
    )
    yield from _jump_hosts(declared)


def _jump_hosts(declared: Declared) -> Iterable[Remark]:
    """A jump host must be reachable itself, and the way to it must end somewhere."""
    defaults = declared.province.model.defaults.access if declared.province else Access()
    machines = {machine.id: (part, loc, machine) for part, loc, machine in declared.endpoints()}
    vias: dict[str, Sequence[str]] = {}
    places: _Places = {}
    for part, loc, machine in machines.values():
        via = (machine.access or defaults).via
        if via is None or machine.address is None:
            continue
        at = (*loc, "access", "via") if machine.access else loc
        vias[machine.id] = (via,)
        places[machine.id] = (part, at)
        jump = machines.get(via)
        if jump is not None and (jump[2].address is None or jump[2].kind is EndpointKind.ISOLATED):
            yield Remark(
                part,
                at,
                msg("The jump host has no address"),
                via,
                msg("an endpoint with an address"),
                msg("give it one, or choose another way in"),
            )
    yield from _circle(vias, places, msg("The way in leads through the machine itself: {circle}"))


def _circle(graph: Mapping[str, Sequence[str]], places: _Places, message: Message) -> Iterable[Remark]:
    """One remark per circle; each circle found is cut before the next is sought."""
    edges = {name: list(targets) for name, targets in graph.items()}
    for _ in range(_MOST_CYCLES):
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1]
            first = next(name for name in circle if name in places)
            for before, after in pairwise(circle):
                # graphlib lists each node before the one that depends on it.
                if after == first and before in edges[first]:
                    edges[first].remove(before)
            part, loc = places[first]
            shown = " > ".join([*reversed(circle[:10]), *(["..."] if len(circle) > 10 else [])])
            yield Remark(part, loc, Message(message.text, {"circle": shown}), hint=msg("remove one of them"))
        else:
            return
