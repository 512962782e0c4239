"""Who is asked first, over which line, and when a machine usually answers."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from itertools import zip_longest

from secaudit.model.base import VIETNAM_TIME
from secaudit.model.inventory import Access, Agency, Endpoint, Tier
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Way
from secaudit.store import Store

CONTACT_DAYS = 42
"""Six weeks of contacts say when a machine is on; older ones tell of another timetable."""
_RARE = 4
"""An hour with less than this part of the contacts of the machine's best hour is no usual one."""
_WORKDAYS = range(5)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class History:
    """What earlier runs say about order and hours."""

    runs: tuple[datetime, ...] = ()
    """When earlier runs began, oldest first."""
    hours: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Endpoint -> hours of the week in which it usually answers."""


def history_of(store: Store, moment: datetime, *, hours: bool) -> History:
    """What the store knows; contact hours only where they are used, because all contacts are counted for them."""
    contacts = store.contact_hours(moment - timedelta(days=CONTACT_DAYS)) if hours else {}
    known: dict[frozenset[int], frozenset[int]] = {}
    usual = {name: usual_hours(counts) for name, counts in contacts.items()}
    # Offices keep the same hours: twenty thousand machines have a few dozen timetables.
    return History(tuple(store.run_starts(Way.SSH)), {name: known.setdefault(found, found) for name, found in usual.items()})


def usual_hours(contacts: Mapping[int, int]) -> frozenset[int]:
    """Hours of the week in which a machine usually answers, from hour of the week -> contacts.

    Monday to Friday count as one kind of day: an office that was reached on Tuesday at nine is open on Wednesday at nine, and
    with one scan a week a single weekday would fill its own hours only after months.
    """
    counts: Counter[tuple[int, int]] = Counter()
    for hour, times in contacts.items():
        counts[_kind_of_day(hour // 24), hour % 24] += times
    best = max(counts.values(), default=0)
    usual = {kind for kind, times in counts.items() if times * _RARE >= best}
    return frozenset(day * 24 + hour for day in range(7) for hour in range(24) if (_kind_of_day(day), hour) in usual)


def _kind_of_day(day: int) -> int:
    return 0 if day in _WORKDAYS else day


def hour_of_week(moment: datetime) -> int:
    """The hour of the week in Việt Nam in which ``moment`` lies."""
    local = moment.astimezone(VIETNAM_TIME)
    return local.weekday() * 24 + local.hour


def urgency(state: EndpointState, history: History) -> tuple[int, int]:
    """Class of a machine in the order of a run: never seen, stale, the rest; in each, by the run that came to it last.

    First those that no run ever came to, then those of the oldest run: a run that had too little time is continued by the next
    one, which begins with what was left.
    """
    kind = 1 if state.stale else 0 if state.evidence is None else 2
    tried = state.last_attempt_at
    return kind, -1 if tried is None else bisect_right(history.runs, tried)


def in_order(agencies: Iterable[Sequence[tuple[EndpointState, Endpoint]]], history: History) -> list[Endpoint]:
    """Machines of all agencies in the order in which they are asked.

    Class by class; inside a class the agencies take turns, so that a short run comes to each of them, and inside an agency
    the machine that waited longest is first.
    """
    classes: dict[tuple[int, int], list[list[tuple[datetime, Endpoint]]]] = {}
    for machines in agencies:
        parts: dict[tuple[int, int], list[tuple[datetime, Endpoint]]] = {}
        for state, endpoint in machines:
            parts.setdefault(urgency(state, history), []).append((state.last_attempt_at or _NEVER, endpoint))
        for kind, part in parts.items():
            part.sort(key=lambda item: item[0])
            classes.setdefault(kind, []).append(part)
    ordered: list[Endpoint] = []
    for _, parts_of_class in sorted(classes.items(), key=lambda item: item[0]):
        # The agency that waited longest begins; the sort is stable, so that equal ones keep the order of the inventory.
        parts_of_class.sort(key=lambda part: part[0][0])
        for row in zip_longest(*parts_of_class):
            ordered += [item[1] for item in row if item is not None]
    return ordered


def line_of(agency: Agency, endpoint: Endpoint, access: Access) -> str:
    """The line that a machine's packets share: the smallest declared network of its agency that holds the address.

    A machine outside of these, one with a name, and all machines of an agency that declares none share the agency's own line:
    nobody knows that they have lines of their own. Private networks behind different jump hosts are different lines, even when
    their addresses are the same.
    """
    inside = [network for network in agency.networks if _holds(network, endpoint.address)]
    if not inside:
        return agency.id
    network = max(inside, key=lambda one: one.prefixlen)
    return f"{network} via {access.via}" if access.via else str(network)


def has_province_line(agency: Agency) -> bool:
    """Whether the line of this agency is one of the provincial offices'."""
    return agency.tier is Tier.PROVINCE


def _holds(network: IPv4Network | IPv6Network, address: str | None) -> bool:
    try:
        return address is not None and ip_address(address) in network
    except ValueError:
        return False
