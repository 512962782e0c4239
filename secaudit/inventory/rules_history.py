"""Rules about where records stood before: on every day of the past a record stands in one agency, and in one that existed."""

from collections.abc import Iterable
from datetime import date, timedelta

from secaudit.inventory.parts import CORRECT_OR_ADD, AnyPart, Declared, Remark
from secaudit.messages import msg
from secaudit.model.inventory import Agency
from secaudit.model.system import Former
from secaudit.source import Loc, did_you_mean


def history_remarks(declared: Declared) -> Iterable[Remark]:
    """Everything wrong with ``formerly`` of systems and machines."""
    agencies = {part.model.agency.id: part.model.agency for part in declared.agencies}
    for owner, loc, system in declared.systems():
        shared = loc[0] == "shared_systems"
        holder = system.owner if shared else _holder(owner)
        yield from _formerly(declared, owner, loc, (system.formerly, holder), agencies)
    for part, loc, endpoint in declared.endpoints():
        yield from _formerly(declared, part, loc, (endpoint.formerly, part.model.agency.id), agencies)


def _holder(part: AnyPart) -> str | None:
    agency = getattr(part.model, "agency", None)
    return agency.id if isinstance(agency, Agency) else None


def _formerly(
    declared: Declared, part: AnyPart, loc: Loc, stays: tuple[tuple[Former, ...], str | None], agencies: dict[str, Agency]
) -> Iterable[Remark]:
    formerly, holder = stays
    for index, former in enumerate(formerly):
        at = (*loc, "formerly", index)
        following = formerly[index + 1].agency if index + 1 < len(formerly) else holder
        if former.agency not in declared.known.agencies:
            if declared.known.complete:
                hint = did_you_mean(former.agency, declared.known.agencies) or CORRECT_OR_ADD
                yield Remark(part, (*at, "agency"), msg("There is no agency with this id"), former.agency, hint=hint)
        elif former.agency == following:
            yield Remark(
                part,
                (*at, "agency"),
                msg("The record moved from this agency to itself"),
                former.agency,
                hint=msg("remove the line, or name the agency it stood in before"),
            )
        if index and former.until <= formerly[index - 1].until:
            yield Remark(
                part,
                (*at, "until"),
                msg("The last days of former agencies are not in order"),
                former.until.isoformat(),
                msg("later than {day}", day=formerly[index - 1].until.isoformat()),
                msg("write the earliest agency first"),
            )
        yield from _existed(part, (*at, "until"), former, agencies.get(former.agency), agencies.get(following or ""))


def _existed(part: AnyPart, loc: Loc, former: Former, before: Agency | None, after: Agency | None) -> Iterable[Remark]:
    """No day on which the record stands in an agency that is no more, or not yet: it would drop out of that day's figures."""
    if before is not None and not before.exists_on(former.until):
        ended = before.valid_until is not None and before.valid_until < former.until
        bound = (before.valid_until if ended else before.valid_from) or former.until
        yield Remark(
            part,
            loc,
            msg("The agency {id} did not exist on the last day the record stood there", id=before.id),
            former.until.isoformat(),
            msg("{day} or earlier", day=bound.isoformat()) if ended else msg("{day} or later", day=bound.isoformat()),
            msg("correct the day, or the days of the agency"),
        )
    first = _next_day(former.until)
    if after is not None and after.valid_from is not None and after.valid_from > first:
        yield Remark(
            part,
            loc,
            msg("The agency {id} the record moved to did not exist on the day after", id=after.id),
            former.until.isoformat(),
            msg("{day} or later", day=(after.valid_from - timedelta(days=1)).isoformat()),
            msg("correct the day, or the days of the agency"),
        )


def _next_day(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day
