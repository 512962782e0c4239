"""What a search of the networks says when it is over."""

from typing import Any

from secaudit.cli.session import Session
from secaudit.messages import msg
from secaudit.pipeline.search_plan import SearchPlan
from secaudit.pipeline.searching import SearchResult

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
