"""Who was given a collector, what came back, and what is missing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from secaudit.model.base import day_in_vietnam
from secaudit.model.courier import Courier, Receipt
from secaudit.model.identity import Likeness, compare
from secaudit.model.intake import Newcomer
from secaudit.model.inventory import AgencyFile, EndpointKind, Inventory
from secaudit.pipeline.identities import declared_identity


class Sending(StrEnum):
    """How far an agency is; those that somebody must call come first."""

    NO_COLLECTOR = "no_collector"
    NOTHING = "nothing"
    PARTLY = "partly"
    COMPLETE = "complete"


_ORDER = tuple(Sending)


@dataclass(frozen=True, slots=True)
class AgencySending:
    """One agency in one period."""

    agency: str
    name: str
    sending: Sending
    couriers: tuple[Courier, ...]
    """Made for it, the newest last."""
    expected: int
    """Declared machines in use; isolated ones are given no collector and are not waited for."""
    received: tuple[str, ...]
    """Of the expected."""
    missing: tuple[str, ...]
    """Of the expected."""
    others: tuple[str, ...]
    """Ids of machines that nobody declares, or that are retired: their answers wait."""
    newest: datetime | None
    oldest: datetime | None
    """Clock of the machines at the newest answer of each."""


@dataclass(frozen=True, slots=True)
class SendingReport:
    """The whole province in one period."""

    period: str
    agencies: tuple[AgencySending, ...]
    """Without collector first, then those that sent nothing, then by what is missing."""

    @property
    def expected(self) -> int:
        """Machines waited for."""
        return sum(one.expected for one in self.agencies)

    @property
    def received(self) -> int:
        """Machines whose answer is here."""
        return sum(len(one.received) for one in self.agencies)

    def count(self, sending: Sending) -> int:
        """Agencies that are so far."""
        return sum(one.sending is sending for one in self.agencies)


def newest_period(couriers: Iterable[Courier], now: datetime) -> str:
    """The last period that a collector was made for; the present month when there is none."""
    return max((one.period for one in couriers), default=f"{day_in_vietnam(now):%Y-%m}")


def sending_report(
    inventory: Inventory,
    couriers: Sequence[Courier],
    receipts: Iterable[Receipt],
    *,
    period: str,
    now: datetime,
    newcomers: Iterable[Newcomer] = (),
    only: Collection[str] | None = None,
) -> SendingReport:
    """Agencies that exist and have machines, or were given a collector; ``only`` names those asked for."""
    claimed = _claimed(inventory, newcomers)
    made: dict[str, list[Courier]] = {}
    for courier in couriers:
        if courier.period == period:
            made.setdefault(courier.agency, []).append(courier)
    of_period = {courier.id: agency for agency, some in made.items() for courier in some}
    moments: dict[str, dict[str, datetime]] = {}
    for receipt in receipts:
        agency = of_period.get(receipt.courier)
        if agency is not None:
            known = moments.setdefault(agency, {})
            machine = claimed.get(receipt.endpoint, receipt.endpoint)
            known[machine] = max(receipt.at, known.get(machine, receipt.at))
    day = day_in_vietnam(now)
    found = [
        _agency(part, tuple(made.get(part.agency.id, ())), moments.get(part.agency.id, {}))
        for part in inventory.agencies
        if part.agency.exists_on(day) and (not only or part.agency.id in only)
    ]
    shown = [one for one in found if one.expected or one.couriers]
    shown.sort(key=lambda one: (_ORDER.index(one.sending), -len(one.missing)))
    return SendingReport(period, tuple(shown))


def _claimed(inventory: Inventory, newcomers: Iterable[Newcomer]) -> dict[str, str]:
    """Newcomer -> the machine of its agency that was declared since with its serial number or UUID."""
    agencies = {part.agency.id: part for part in inventory.agencies}
    found = {}
    for one in newcomers:
        part = agencies.get(one.agency)
        if part is None or one.id in inventory.endpoints:
            continue
        same = [e.id for e in part.endpoints if compare(declared_identity(e), one.identity) is Likeness.SAME]
        if len(same) == 1:
            found[one.id] = same[0]
    return found


def _agency(part: AgencyFile, couriers: tuple[Courier, ...], moments: Mapping[str, datetime]) -> AgencySending:
    expected = [one.id for one in part.endpoints if one.status == "in_use" and one.kind is not EndpointKind.ISOLATED]
    received = tuple(name for name in expected if name in moments)
    missing = tuple(name for name in expected if name not in moments)
    if not couriers:
        sending = Sending.NO_COLLECTOR
    elif not moments:
        sending = Sending.NOTHING
    else:
        sending = Sending.PARTLY if missing else Sending.COMPLETE
    return AgencySending(
        agency=part.agency.id,
        name=part.agency.name,
        sending=sending,
        couriers=couriers,
        expected=len(expected),
        received=received,
        missing=missing,
        others=tuple(sorted(set(moments) - set(expected))),
        newest=max(moments.values(), default=None),
        oldest=min(moments.values(), default=None),
    )
