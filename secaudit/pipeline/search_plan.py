"""Which addresses a search looks at, and for whom: decided before the first packet."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network, summarize_address_range

from secaudit.discover.ports import LARGEST_NETWORK, PORTS
from secaudit.errors import UsageError
from secaudit.messages import clean, msg
from secaudit.model.inventory import Agency, Inventory
from secaudit.pipeline.asked_names import require_known

Network = IPv4Network | IPv6Network
PART_BITS = 8
"""A part has at most 256 addresses: that much is asked again when a search was stopped in the middle of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for; nothing means every network that the inventory names."""

    agencies: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    outside: bool = False
    """Networks that no agency declares may be searched, because somebody said so expressly."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is searched in one go and kept in one go."""

    agency: str
    """Empty for addresses that no agency declares."""
    network: Network


@dataclass(frozen=True, slots=True)
class Contested:
    """Addresses that several agencies declare: different places, and nobody can tell from here which one answers."""

    agencies: tuple[str, ...]
    network: Network


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """One search, part by part."""

    parts: tuple[Part, ...]
    contested: tuple[Contested, ...]
    """Left out: searched only for one agency that is named."""
    too_large: tuple[Contested, ...]
    """Left out: more addresses than anybody means."""
    silent: tuple[str, ...]
    """Agencies that declare no network at all."""
    ports: tuple[int, ...]
    outside: bool


@dataclass(frozen=True, slots=True)
class _Span:
    """Addresses from ``first`` to ``last`` that are declared by exactly ``agencies``."""

    version: int
    first: int
    last: int
    agencies: frozenset[str]


def plan_search(inventory: Inventory, asked: Asked, day: date) -> SearchPlan:
    """The addresses of the agencies that exist on ``day``, each once; UsageError for what must not be searched."""
    known = {part.agency.id: part.agency for part in inventory.agencies if part.agency.exists_on(day)}
    require_known(msg("agency"), asked.agencies, known)
    chosen = set(asked.agencies) or set(known)
    large = [Contested((agency.id,), net) for agency in known.values() for net in agency.networks if _too_large(net)]
    if asked.agencies and (mine := [one for one in large if one.agencies[0] in chosen]):
        raise _refused_for_size(mine[0].network)
    spans = _spans(known)
    wanted, outside = _wanted(spans, asked)
    parts: list[Part] = [Part("", network) for network in outside]
    contested: list[Contested] = []
    for span in wanted:
        named = span.agencies & set(asked.agencies)
        if not span.agencies & chosen:
            continue
        shared = len(span.agencies) > 1
        if len(named) > 1 or (shared and asked.networks and not named):
            raise _two_places(span)
        if shared and not named:
            contested += [Contested(tuple(sorted(span.agencies)), network) for network in _networks(span)]
        else:
            [owner] = named or span.agencies
            parts += [Part(owner, piece) for network in _networks(span) for piece in _pieces(network)]
    parts.sort(key=lambda part: (part.agency, part.network.version, int(part.network.network_address)))
    silent = tuple(name for name in known if name in chosen and not known[name].networks and not asked.networks)
    left_out = () if asked.networks else tuple(one for one in large if one.agencies[0] in chosen)
    return SearchPlan(tuple(parts), tuple(contested), left_out, silent, _ports(inventory, parts), outside=bool(outside))


def _too_large(network: Network) -> bool:
    return network.num_addresses > LARGEST_NETWORK


def _refused_for_size(network: Network) -> UsageError:
    return UsageError(
        msg("network {network} has more than {limit} addresses", network=str(network), limit=LARGEST_NETWORK),
        hint=msg("name smaller networks"),
    )


def _two_places(span: _Span) -> UsageError:
    [network, *_] = _networks(span)
    return UsageError(
        msg(
            "{network} is declared by {agencies}: those are different places",
            network=str(network),
            agencies=", ".join(sorted(span.agencies)),
        ),
        hint=msg("search for one of them at a time, from a machine in its network: --agency ID"),
    )


def _spans(known: Mapping[str, Agency]) -> list[_Span]:
    """All declared addresses, cut where the set of agencies that declare them changes."""
    edges: list[tuple[int, int, int, str]] = []
    for agency in known.values():
        for network in agency.networks:
            if not _too_large(network):
                first, last = _ends(network)
                edges += [(network.version, first, 1, agency.id), (network.version, last + 1, -1, agency.id)]
    found: list[_Span] = []
    active: Counter[str] = Counter()
    place = (0, 0)
    for version, at, step, agency_id in sorted(edges):
        if active and place[1] < at:
            _grow(found, _Span(version, place[1], at - 1, frozenset(active)))
        active[agency_id] += step
        if not active[agency_id]:
            del active[agency_id]
        place = (version, at)
    return found


def _grow(found: list[_Span], span: _Span) -> None:
    """Add a span, joined to the one before it where both are the same agencies' (nested networks of one agency)."""
    if found and (last := found[-1]).version == span.version and last.last + 1 == span.first and last.agencies == span.agencies:
        found[-1] = _Span(span.version, last.first, span.last, span.agencies)
    else:
        found.append(span)


def _wanted(spans: Sequence[_Span], asked: Asked) -> tuple[list[_Span], list[Network]]:
    """The declared addresses that are asked for, and the pieces of named networks that nobody declares."""
    if not asked.networks:
        return list(spans), []
    wanted: list[_Span] = []
    outside: list[Network] = []
    agencies = set(asked.agencies)
    for version, first, last in _merged(_network(text) for text in asked.networks):
        at = first
        for span in spans:
            if span.version != version or span.last < first or span.first > last:
                continue
            cut = _Span(version, max(span.first, first), min(span.last, last), span.agencies)
            if agencies and not span.agencies & agencies:
                raise _of_others(cut)
            outside += _between(version, at, cut.first - 1)
            wanted.append(cut)
            at = cut.last + 1
        outside += _between(version, at, last)
    if outside and not asked.outside:
        raise UsageError(
            msg("{network} is not in a network that the inventory names", network=str(outside[0])),
            hint=msg("declare it in its agency's file under networks; to search it all the same, say --outside"),
        )
    return wanted, [piece for network in outside for piece in _pieces(network)]


def _of_others(span: _Span) -> UsageError:
    [network, *_] = _networks(span)
    names = ", ".join(sorted(span.agencies))
    return UsageError(
        msg("{network} belongs to {agencies}", network=str(network), agencies=names), hint=msg("name that agency with --agency")
    )


def _network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        shown = clean(text, limit=100)
        raise UsageError(
            msg("{text} is no network", text=shown), hint=msg("write an address or a network, 192.168.1.0/24")
        ) from error
    if _too_large(network):
        raise _refused_for_size(network)
    return network


def _merged(networks: Iterable[Network]) -> list[tuple[int, int, int]]:
    """Version, first and last address; what was named twice or overlaps is there once."""
    found: list[tuple[int, int, int]] = []
    for version, first, last in sorted((network.version, *_ends(network)) for network in networks):
        if found and found[-1][0] == version and first <= found[-1][2] + 1:
            found[-1] = (version, found[-1][1], max(found[-1][2], last))
        else:
            found.append((version, first, last))
    return found


def _between(version: int, first: int, last: int) -> list[Network]:
    return _networks(_Span(version, first, last, frozenset())) if first <= last else []


def _networks(span: _Span) -> list[Network]:
    if span.version == 4:
        return list(summarize_address_range(IPv4Address(span.first), IPv4Address(span.last)))
    return list(summarize_address_range(IPv6Address(span.first), IPv6Address(span.last)))


def _pieces(network: Network) -> Iterator[Network]:
    longest = network.max_prefixlen - PART_BITS
    if network.prefixlen >= longest:
        yield network
    else:
        yield from network.subnets(new_prefix=longest)


def _ends(network: Network) -> tuple[int, int]:
    return int(network.network_address), int(network.broadcast_address)


def _ports(inventory: Inventory, parts: Sequence[Part]) -> tuple[int, ...]:
    """The usual ports, and those at which the agencies' own machines are declared to be reached."""
    agencies = {part.agency for part in parts}
    declared = {
        access.port
        for file in inventory.agencies
        if file.agency.id in agencies
        for endpoint in file.endpoints
        if endpoint.address and (access := inventory.access_of(endpoint)).via is None
    }
    return tuple(sorted({*PORTS, *declared}))
