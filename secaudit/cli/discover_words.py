"""What a search of the networks says when it is over, and what the newest searches found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from secaudit.cli.session import Session
from secaudit.messages import clean, msg
from secaudit.model.base import VIETNAM_TIME
from secaudit.model.discovery import AgencyFound, HostFound
from secaudit.model.inventory import Inventory
from secaudit.pipeline.discovering import Reconciliation, reconcile_addresses
from secaudit.pipeline.search_plan import SearchPlan
from secaudit.pipeline.searching import SearchResult
from secaudit.report.words import word

_SHOWN = 5
"""Lines of each kind of remark; the rest is counted."""


def say_left_out(session: Session, plan: SearchPlan) -> None:
    """What will not be searched and why, before the search begins."""
    for count, one in enumerate(plan.contested):
        if count == _SHOWN:
            session.say(msg("… and {count} more like this", count=len(plan.contested) - _SHOWN), style="yellow")
            break
        session.say(
            msg(
                "not searched: {network} is declared by {agencies}; those are different places, search for one of them from "
                "inside its network: secaudit discover --agency ID",
                network=str(one.network),
                agencies=", ".join(one.agencies),
            ),
            style="yellow",
        )
    for one in plan.too_large:
        session.say(
            msg(
                "not searched: {network} of {agency} is too large to be meant; correct it in the agency's file",
                network=str(one.network),
                agency=one.agencies[0],
            ),
            style="yellow",
        )
    if plan.silent:
        names = ", ".join(plan.silent[:_SHOWN])
        session.say(
            msg("{count} agencies declare no network and cannot be searched: {names}", count=len(plan.silent), names=names),
            style="yellow",
        )


def say_search(session: Session, result: SearchResult) -> None:
    """How far the search came."""
    search = result.search
    if result.taken_up:
        session.say(msg("an interrupted search was taken up: {count} networks had been done before", count=result.taken_up))
    session.say(
        msg(
            "search {number} (run {run}): {done} of {total} networks searched",
            number=search.number,
            run=result.run.number,
            done=len(search.done),
            total=len(search.networks),
        )
    )
    for count, note in enumerate(dict.fromkeys(str(note) for note in result.notes)):
        if count == _SHOWN:
            break
        session.say(next(one for one in result.notes if str(one) == note), style="yellow")
    for failure in result.failures[:_SHOWN]:
        session.say(msg("not searched: {network}: {reason}", network=failure.network, reason=failure.message), style="yellow")
    if result.interrupted or result.failures:
        session.say(msg("  → what was searched is kept; the same command goes on with the rest"), style="yellow")


def print_newest(session: Session, known: Inventory, newest: Mapping[str, AgencyFound], at: datetime) -> Reconciliation:
    """What the newest searches found against what is declared; returns it, for the exit code."""
    found = reconcile_addresses(known, newest, at)
    session.say(
        msg(
            "{agencies} agencies swept: {declared} declared machines answer, {undeclared} undeclared",
            agencies=len(found.agencies),
            declared=len(found.declared),
            undeclared=len(found.undeclared),
        )
    )
    if found.undeclared:
        undeclared = {(one.agency, one.address) for one in found.undeclared}
        _print_undeclared(
            session, known, [host for one in newest.values() for host in one.hosts if (host.agency, host.address) in undeclared]
        )
    return found


def _print_undeclared(session: Session, known: Inventory, hosts: list[HostFound]) -> None:
    names = {part.agency.id: part.agency.name for part in known.agencies}
    table = Table()
    for heading in (msg("Address"), msg("Agency"), msg("Probably"), msg("Open ports"), msg("Found")):
        table.add_column(session.text(heading), overflow="fold")
    for host in hosts:
        table.add_row(
            Text(clean(host.address)),
            Text(clean(names.get(host.agency, host.agency or "–"))),
            session.text(word(host.device)),
            ", ".join(str(service.port) for service in host.services),
            host.at.astimezone(VIETNAM_TIME).strftime("%d/%m/%Y %H:%M"),
        )
    session.out.print(table)
    session.say(
        msg("  → declare them in the file of their agency, or take them off the network; until then the plan counts them")
    )


def newest_json(known: Inventory, newest: Mapping[str, AgencyFound], at: datetime) -> dict[str, Any]:
    """The same as data."""
    found = reconcile_addresses(known, newest, at)
    return {
        "agencies": list(found.agencies),
        "declared": list(found.declared),
        "undeclared": [{"address": m.address, "agency": m.agency or None, "ports": list(m.ports)} for m in found.undeclared],
        "networks": [
            {
                "agency": network.agency or None,
                "network": network.network,
                "searched_at": network.at,
                "method": network.method,
                "answered": network.answered,
            }
            for one in newest.values()
            for network in one.networks
        ],
        "hosts": [_host_json(host) for one in newest.values() for host in one.hosts],
    }


def _host_json(host: HostFound) -> dict[str, Any]:
    return {
        "address": host.address,
        "agency": host.agency or None,
        "found_at": host.at,
        "device": host.device,
        "because": list(host.because),
        "services": [{"port": one.port, "name": one.name, "product": one.product} for one in host.services],
        "name": host.name or None,
        "mac": host.mac or None,
        "vendor": host.vendor or None,
        "host_key": host.host_key or None,
    }


def search_json(result: SearchResult | None, plan: SearchPlan | None) -> dict[str, Any]:
    """How far the search came; null when none was made."""
    if result is None or plan is None:
        return {"search": None}
    return {
        "search": {
            "number": result.search.number,
            "run": result.run.number,
            "method": result.search.method,
            "networks": len(result.search.networks),
            "done": len(result.search.done),
            "taken_up": result.taken_up,
            "interrupted": result.interrupted,
            "failures": [{"agency": f.agency or None, "network": f.network, "message": f.message} for f in result.failures],
            "contested": [{"network": str(one.network), "agencies": list(one.agencies)} for one in plan.contested],
            "too_large": [{"network": str(one.network), "agency": one.agencies[0]} for one in plan.too_large],
            "without_network": list(plan.silent),
        }
    }
