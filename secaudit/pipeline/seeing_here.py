"""Seeing the machine the program runs on: which machine of the inventory it is, one look, kept and judged like any other."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NoReturn

from secaudit.collect import Job, Limits, Observer
from secaudit.collect.identity import ThisMachine
from secaudit.collect.this_machine import see_this_machine, this_platform
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, msg
from secaudit.model.identity import DECLARED, NOTHING_KNOWN, Expected, Identity, Likeness, compare
from secaudit.model.inventory import Endpoint, EndpointKind
from secaudit.model.outcome import Outcome, Way
from secaudit.model.plan import Plan
from secaudit.pipeline.identities import declared_identity
from secaudit.pipeline.judging import gather_states
from secaudit.pipeline.province import Levels, Province
from secaudit.pipeline.seeing import Scope, Selection, Sweep, check_names, judge_new
from secaudit.store import Store

MOST_NAMED = 8
"""Candidates that a message lists."""
_PLATFORM_OF = {"windows": "windows", "linux": "posix"}


def this_endpoint(province: Province, here: ThisMachine, scope: Scope) -> Endpoint:
    """The machine of the inventory that this one is: the one named, else the only one whose numbers or whose name it has.

    UsageError says what was found and how to declare it; also for a machine that must not be looked at.
    """
    check_names(province.inventory, scope)
    if len(scope.endpoints) > 1:
        raise UsageError(msg("this is one machine: name one with --endpoint"), hint=_AS_ONE)
    within = [e for agency in province.inventory.agencies for e in agency.endpoints if scope.covers(agency, e)]
    if scope.endpoints:
        found = within
    else:
        found = [e for e in within if _has_number(e, here)] or [e for e in within if _has_name(e, here)]
    if not found:
        raise UsageError(_unknown(here, scope), hint=_how_to_declare(here, [e for e in within if _could_be(e, here)]))
    if len(found) > 1:
        raise UsageError(
            msg("more than one machine of the inventory may be this one: {ids}", ids=_names(found)),
            hint=msg("say which with --endpoint ID, or declare the serial number of each"),
        )
    _check_allowed(found[0], here)
    return found[0]


_AS_ONE = msg("secaudit scan --local looks at the machine it runs on; machines afar are seen without --local")


def _check_allowed(endpoint: Endpoint, here: ThisMachine) -> None:
    """Refuse what must not or cannot be looked at as ``endpoint``."""
    if endpoint.kind is EndpointKind.ISOLATED:
        raise UsageError(
            msg("{id} is declared as an isolated machine: it is never probed, also not on the machine itself", id=endpoint.id),
            hint=msg("nothing was read; an isolated machine is counted apart, and no program is brought to it"),
        )
    if endpoint.status == "retired":
        raise UsageError(
            msg("{id} is declared as retired", id=endpoint.id),
            hint=msg("correct its status in the inventory, or say with --endpoint which machine this is"),
        )
    declared = _PLATFORM_OF.get(endpoint.os or "")
    if declared is not None and declared != this_platform():
        _contradicted(endpoint, msg("the inventory declares another operating system for it: {os}", os=endpoint.os or ""))
    if compare(declared_identity(endpoint), here.identity) is Likeness.OTHER:
        _contradicted(endpoint, _another_number(here.identity))


def _contradicted(endpoint: Endpoint, why: Message) -> NoReturn:
    raise UsageError(
        msg("this machine is not {id}: {why}", id=endpoint.id, why=why),
        hint=msg("name the right machine with --endpoint, or correct the inventory; evidence of two machines is never mixed"),
    )


def _another_number(own: Identity) -> Message:
    return msg("the firmware of this machine has another number: {number}", number=clean(own.serial or own.uuid, limit=100))


def _has_number(endpoint: Endpoint, here: ThisMachine) -> bool:
    return compare(declared_identity(endpoint), here.identity) is Likeness.SAME


def _has_name(endpoint: Endpoint, here: ThisMachine) -> bool:
    """Its id or its declared DNS name is the name this machine gives itself; an IP address is no name."""
    host = here.host.casefold().rstrip(".")
    short = host.partition(".")[0]
    address = (endpoint.address or "").casefold().rstrip(".")
    return bool(short) and (endpoint.id.casefold() in (host, short) or address == host or address.split(".")[0] == short)


def _could_be(endpoint: Endpoint, here: ThisMachine) -> bool:
    """Nothing that is declared speaks against it."""
    declared = _PLATFORM_OF.get(endpoint.os or "", this_platform())
    return (
        endpoint.kind is not EndpointKind.ISOLATED
        and endpoint.status == "in_use"
        and declared == this_platform()
        and compare(declared_identity(endpoint), here.identity) is not Likeness.OTHER
    )


def _names(found: Sequence[Endpoint]) -> str:
    shown = ", ".join(endpoint.id for endpoint in found[:MOST_NAMED])
    return shown if len(found) <= MOST_NAMED else f"{shown}, …"


def _unknown(here: ThisMachine, scope: Scope) -> Message:
    numbers = here.serial or here.uuid
    name = clean(here.host, limit=100)
    if scope.agencies or scope.systems:
        return msg("no machine of what you named is this one (it calls itself {name})", name=name)
    if numbers:
        return msg("no machine of the inventory is this one (it calls itself {name}, number {number})", name=name, number=numbers)
    return msg("no machine of the inventory is this one (it calls itself {name}, its firmware shows no number)", name=name)


def _how_to_declare(here: ThisMachine, candidates: Sequence[Endpoint]) -> Message:
    """Which machines it may be, and a line to be pasted into the agency's file."""
    system = "windows" if this_platform() == "windows" else "linux"
    name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in here.host.casefold()).strip("._-")[:64]
    parts = [f"id: {name or 'may-nay'}", f"os: {system}", "kind: workstation"]
    parts += [f"serial: {here.serial}"] if here.serial else []
    parts += [f"uuid: {here.uuid}"] if here.uuid and not here.serial else []
    line = "- {" + ", ".join(parts) + "}"
    if not candidates:
        return msg("add it under endpoints in its agency's file: {line}", line=line)
    return msg(
        "say which with --endpoint ID (it could be {ids}), or add it under endpoints in its agency's file: {line}",
        ids=_names(candidates),
        line=line,
    )


def sweep_here(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    endpoint: Endpoint,
    *,
    who: str,
    sudo: bool,
    limits: Limits,
    observer: Observer,
    stop: threading.Event,
    clock: Callable[[], datetime],
) -> Sweep:
    """Look once, keep, judge. UsageError, and nothing kept, when the answer shows that this is not ``endpoint``."""
    started = clock()
    state = gather_states(province, store, as_of=started, rules=plan.evidence)[endpoint.id]
    earlier = state.identity if state.met else NOTHING_KNOWN
    run = store.begin_run(
        who=who,
        way=Way.LOCAL,
        scope=f"this machine, endpoint={endpoint.id}",
        inventory_digest=province.inventory.digest,
        catalog_digest=province.catalog.digest,
        started_at=started,
    )
    observer.begun(1)
    observer.asking(endpoint)
    knowledge = province.catalog.knowledge
    outcome = see_this_machine(endpoint, knowledge=knowledge, limits=limits, clock=clock, stop=stop, sudo=sudo)
    if outcome is not None:
        try:
            _refuse_stranger(endpoint, outcome, earlier)
        except UsageError:
            store.end_run(run.number, "failed", clock())
            raise
        observer.kept(store.keep(run.number, [outcome])[0])
    run = store.end_run(run.number, "interrupted" if outcome is None else "finished", clock())
    selection = Selection((Job(endpoint, None),), fresh=0, isolated=0)
    return Sweep(run, selection, judge_new(province, plan, levels, store, selection, run.number, clock()))


def _refuse_stranger(endpoint: Endpoint, outcome: Outcome, earlier: Identity) -> None:
    """UsageError when the answer is another machine's: root sees numbers that the program itself could not read."""
    seen = Identity.of_facts(outcome.facts)
    found = None if outcome.lab else Expected(declared_identity(endpoint), earlier).contradicted_by(seen)
    if found is None:
        return
    basis, known = found
    if basis == DECLARED:
        _contradicted(endpoint, _another_number(seen))
    raise UsageError(
        msg("what was seen of {id} before came from another machine: {identity}", id=endpoint.id, identity=str(known)),
        hint=msg("name the right machine with --endpoint; if {id} was replaced: secaudit trust accept {id}", id=endpoint.id),
    )
