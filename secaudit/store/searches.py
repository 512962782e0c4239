"""Searches of networks, kept part by part so that they can be taken up again, and what the newest of them found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from secaudit.messages import clean, msg
from secaudit.model.discovery import AgencyFound, Device, HostFound, Search, SearchedNetwork, SearchMethod, Service
from secaudit.store import schema
from secaudit.store.codec import dumps, understood
from secaudit.store.rows import RowError, moment_from, moment_text
from secaudit.store.writing import refusal

_ADDRESS = 100
_NAME = 253
_TEXT = 200
_MOST_SERVICES = 2000
_CHUNK = 500


def begin(connection: Connection, search: Search) -> Search:
    """Open a search; its number is given here."""
    table = schema.searches
    number = (connection.scalar(select(func.max(table.c.number))) or 0) + 1
    row = {
        "number": number,
        "run": search.run,
        "started_at": moment_text(search.started_at),
        "finished_at": None,
        "who": clean(search.who, limit=_TEXT),
        "method": search.method.value,
        "scope": _scope(search),
    }
    connection.execute(insert(table), row)
    return find(connection, number)


def take_up(connection: Connection, number: int, run: int) -> None:
    """An interrupted search goes on in another run."""
    connection.execute(update(schema.searches).where(schema.searches.c.number == number).values(run=run))


def save_part(connection: Connection, number: int, agency: str, network: str, hosts: Sequence[HostFound], at: datetime) -> None:
    """Keep what one network gave; once, for good. StoreError when the search has ended."""
    search = connection.execute(select(schema.searches.c.finished_at).where(schema.searches.c.number == number)).first()
    if search is None or search.finished_at is not None:
        raise refusal(msg("Search {number} is not open: nothing can be added to it", number=number))
    part = {"search": number, "network": network, "agency": agency, "at": moment_text(at)}
    connection.execute(insert(schema.search_parts), part)
    rows = [_host_row(number, host) for host in hosts]
    if rows:
        connection.execute(insert(schema.hosts_found), rows)


def finish(connection: Connection, number: int, at: datetime) -> None:
    """Every network of the search is done."""
    table = schema.searches
    connection.execute(update(table).where(table.c.number == number).values(finished_at=moment_text(at)))


def find(connection: Connection, number: int) -> Search:
    """One search; StoreError when there is none with this number."""
    row = connection.execute(select(schema.searches).where(schema.searches.c.number == number)).first()
    if row is None:
        raise refusal(msg("There is no search {number} in the store", number=number))
    return _search(connection, row)


def open_like(connection: Connection, wanted: Search, since: datetime) -> Search | None:
    """The newest open search of the same networks in the same way, when it was last at work at or after ``since``."""
    table, parts = schema.searches, schema.search_parts
    query = (
        select(table)
        .where(table.c.finished_at.is_(None), table.c.method == wanted.method.value, table.c.scope == _scope(wanted))
        .order_by(table.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    newest = connection.scalar(select(func.max(parts.c.at)).where(parts.c.search == row.number))
    return _search(connection, row) if max(newest or "", row.started_at) >= moment_text(since) else None


def searches(connection: Connection) -> list[Search]:
    """All searches, oldest first."""
    rows = connection.execute(select(schema.searches).order_by(schema.searches.c.number)).all()
    return [_search(connection, row) for row in rows]


def newest_hosts(connection: Connection, as_of: datetime) -> dict[str, AgencyFound]:
    """Agency -> what the newest search of each of its addresses up to ``as_of`` found; agencies never searched are left out.

    Parts of searches that were interrupted count as those of finished ones do.
    """
    parts = _newest_parts(connection, as_of)
    found: dict[str, list[HostFound]] = {}
    for agency, (number, host) in _hosts(connection, {part.search for whose in parts.values() for part in whose}):
        whose = parts.get(agency, ())
        newest = next((part for part in whose if ip_address(host.address) in ip_network(part.network)), None)
        if newest is not None and newest.search == number:
            found.setdefault(agency, []).append(host)
    return {agency: _agency_found(agency, whose, found.get(agency, ())) for agency, whose in sorted(parts.items())}


def first_found(connection: Connection, as_of: datetime) -> dict[tuple[str, str], datetime]:
    """Agency and address -> the first search that found something there."""
    table = schema.hosts_found
    query = (
        select(table.c.agency, table.c.address, func.min(table.c.at).label("at"))
        .where(table.c.at <= moment_text(as_of))
        .group_by(table.c.agency, table.c.address)
    )
    try:
        return {(row.agency, row.address): moment_from(row.at) for row in connection.execute(query)}
    except (TypeError, ValueError) as error:
        raise RowError(str(error)) from error


def _newest_parts(connection: Connection, as_of: datetime) -> dict[str, list[SearchedNetwork]]:
    """Agency -> the newest part of each network text, newest first; those that newer and larger ones cover are left out."""
    parts, table = schema.search_parts, schema.searches
    rank = func.row_number().over(
        partition_by=(parts.c.agency, parts.c.network), order_by=(parts.c.at.desc(), parts.c.search.desc())
    )
    ranked = select(parts, rank.label("place")).where(parts.c.at <= moment_text(as_of)).subquery()
    query = (
        select(ranked, table.c.method, table.c.scope)
        .join(table, table.c.number == ranked.c.search)
        .where(ranked.c.place == 1)
        .order_by(ranked.c.agency, ranked.c.at.desc(), ranked.c.search.desc(), ranked.c.network)
    )
    found: dict[str, list[SearchedNetwork]] = {}
    ports: dict[int, tuple[int, ...]] = {}
    for row in connection.execute(query):
        if row.search not in ports:
            ports[row.search] = _scope_of(row.scope)[2]
        part = _part(row, ports[row.search])
        newer = found.setdefault(row.agency, [])
        if not any(_covers(other.network, part.network) for other in newer):
            newer.append(part)
    return found


def _covers(large: str, small: str) -> bool:
    outer, inner = ip_network(large), ip_network(small)
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]


def _part(row: Row[Any], ports: tuple[int, ...]) -> SearchedNetwork:
    try:
        ip_network(row.network)
        return SearchedNetwork(
            row.agency, row.network, moment_from(row.at), row.search, SearchMethod(row.method), ports, answered=0
        )
    except (TypeError, ValueError) as error:
        raise RowError(str(error)) from error


def _agency_found(agency: str, parts: Iterable[SearchedNetwork], hosts: Sequence[HostFound]) -> AgencyFound:
    ordered = tuple(sorted(hosts, key=lambda host: _place(host.address)))
    counted = []
    for part in parts:
        network = ip_network(part.network)
        answered = sum(ip_address(host.address) in network for host in ordered)
        counted.append(
            SearchedNetwork(part.agency, part.network, part.at, part.search, part.method, part.ports, answered=answered)
        )
    counted.sort(key=lambda part: _place(part.network.partition("/")[0]))
    return AgencyFound(agency, tuple(counted), ordered)


def _place(address: str) -> tuple[int, int]:
    value = ip_address(address)
    return value.version, int(value)


def _hosts(connection: Connection, numbers: Iterable[int]) -> Iterable[tuple[str, tuple[int, HostFound]]]:
    table, wanted = schema.hosts_found, sorted(numbers)
    for at in range(0, len(wanted), _CHUNK):
        query = select(table).where(table.c.search.in_(wanted[at : at + _CHUNK])).order_by(table.c.search, table.c.address)
        for row in connection.execute(query):
            yield row.agency, (row.search, _host(row))


def _scope(search: Search) -> str:
    """What was asked, in one text: the same question has the same."""
    parts = list(zip(search.owners, search.networks, strict=True))
    asked = {"networks": parts, "agencies": search.agencies, "ports": search.ports, "outside": search.outside}
    return dumps(asked).decode()


def _scope_of(text: str) -> tuple[list[tuple[str, str]], tuple[str, ...], tuple[int, ...], bool]:
    def decode(asked: Mapping[str, Any]) -> tuple[list[tuple[str, str]], tuple[str, ...], tuple[int, ...], bool]:
        parts = [(str(agency), str(network)) for agency, network in asked["networks"]]
        ports = tuple(int(port) for port in asked["ports"])
        return parts, tuple(str(name) for name in asked["agencies"]), ports, bool(asked["outside"])

    return understood(decode, text.encode())


def _search(connection: Connection, row: Row[Any]) -> Search:
    done = select(schema.search_parts.c.network).where(schema.search_parts.c.search == row.number)
    order = {network: place for place, network in enumerate(connection.scalars(done).all())}
    parts, agencies, ports, outside = _scope_of(row.scope)
    try:
        return Search(
            number=int(row.number),
            run=row.run,
            started_at=moment_from(row.started_at),
            finished_at=None if row.finished_at is None else moment_from(row.finished_at),
            who=row.who,
            method=SearchMethod(row.method),
            networks=tuple(network for _, network in parts),
            done=tuple(network for _, network in parts if network in order),
            agencies=agencies,
            ports=ports,
            outside=outside,
            owners=tuple(agency for agency, _ in parts),
        )
    except (TypeError, ValueError) as error:
        raise RowError(str(error)) from error


def _host_row(number: int, host: HostFound) -> dict[str, Any]:
    """Texts of machines are made harmless and bounded here, whoever found them."""
    services = [
        (one.port, clean(one.name, limit=_TEXT), clean(one.product, limit=_TEXT)) for one in host.services[:_MOST_SERVICES]
    ]
    return {
        "search": number,
        "agency": host.agency,
        "address": clean(host.address, limit=_ADDRESS),
        "at": moment_text(host.at),
        "device": host.device.value,
        "name": clean(host.name, limit=_NAME),
        "mac": clean(host.mac, limit=_TEXT),
        "vendor": clean(host.vendor, limit=_TEXT),
        "host_key": clean(host.host_key, limit=_TEXT),
        "services": dumps(services).decode(),
        "because": dumps([clean(reason, limit=_TEXT) for reason in host.because]).decode(),
    }


def _host(row: Row[Any]) -> HostFound:
    def services(items: Any) -> tuple[Service, ...]:  # noqa: ANN401
        return tuple(Service(int(port), str(name), str(product)) for port, name, product in items)

    def texts(items: Any) -> tuple[str, ...]:  # noqa: ANN401
        return tuple(str(item) for item in items)

    try:
        ip_address(row.address)
        return HostFound(
            address=row.address,
            agency=row.agency,
            at=moment_from(row.at),
            services=understood(services, row.services.encode()),
            device=Device(row.device),
            because=understood(texts, row.because.encode()),
            name=row.name,
            mac=row.mac,
            vendor=row.vendor,
            host_key=row.host_key,
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise RowError(str(error)) from error
