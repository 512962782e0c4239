"""Rules about endpoints: forms of addresses, isolated machines, one machine declared twice."""

from collections.abc import Callable, Iterable
from datetime import date

from secaudit.inventory.addresses import (
    IpAddress,
    canonical,
    is_alias,
    is_dns_name,
    is_usable,
    is_user,
    parse_ip,
    parse_uuid,
    real_serial,
    real_uuid,
)
from secaudit.inventory.parts import AgencyPart, AnyPart, Declared, Remark, is_copy
from secaudit.messages import Message, msg
from secaudit.model.inventory import Access, Endpoint, EndpointKind
from secaudit.source import Loc

_ISOLATED_WITHOUT = ("address", "serial", "uuid", "access")
_Place = tuple[AgencyPart, Loc]
_Key = Callable[[Endpoint], object]


def machine_remarks(declared: Declared) -> Iterable[Remark]:
    """Everything wrong with machines and the ways to them."""
    defaults = declared.province.model.defaults.access if declared.province else Access()
    if declared.province is not None:
        yield from _access(declared.province, ("defaults", "access"), defaults)
    for part, loc, endpoint in declared.endpoints():
        yield from _endpoint(part, loc, endpoint)
    yield from _twice(declared, defaults)


def _endpoint(part: AgencyPart, loc: Loc, endpoint: Endpoint) -> Iterable[Remark]:
    if endpoint.kind is EndpointKind.ISOLATED:
        for name in _ISOLATED_WITHOUT:
            if getattr(endpoint, name) is not None:
                yield Remark(
                    part,
                    (*loc, name),
                    msg("An isolated machine is counted only: nothing that leads to it stands here"),
                    hint=msg("remove the field, or correct the kind"),
                    of_key=True,
                )
        return
    if endpoint.address is not None:
        yield from _address(part, (*loc, "address"), endpoint.address)
    if endpoint.uuid is not None and parse_uuid(endpoint.uuid) is None:
        yield Remark(
            part,
            (*loc, "uuid"),
            msg("This is not a UUID"),
            endpoint.uuid,
            msg("32 hexadecimal digits, as the firmware shows them"),
            msg("leave it out when it is not known"),
        )
    if endpoint.access is not None:
        yield from _access(part, (*loc, "access"), endpoint.access)


def _address(part: AgencyPart, loc: Loc, text: str) -> Iterable[Remark]:
    address = parse_ip(text)
    if address is None:
        if not is_dns_name(text):
            yield Remark(
                part,
                loc,
                msg("This is neither an IP address nor a host name"),
                text,
                msg("127.20.1.17, or letters, digits and dashes with dots between"),
                msg("leave it out when the machine cannot be reached"),
            )
        return
    if not is_usable(address):
        yield Remark(part, loc, msg("No machine can have this address"), text, hint=msg("correct it, or leave it out"))
        return
    networks = part.model.agency.networks
    if networks and not any(_inside(address, network) for network in networks):
        shown = ", ".join(str(network) for network in networks[:5])
        yield Remark(
            part,
            loc,
            msg("The address lies outside the agency's networks"),
            text,
            msg("inside {networks}", networks=shown),
            msg("correct the address, or add its network to the agency"),
        )


def _inside(address: IpAddress, network: object) -> bool:
    return address in network  # type: ignore[operator]  # both families; the wrong one is simply not in it


def _access(part: AnyPart, loc: Loc, access: Access) -> Iterable[Remark]:
    if access.user is not None and not is_user(access.user):
        yield Remark(
            part,
            (*loc, "user"),
            msg("This is not a login name"),
            access.user,
            msg("letters, digits, dot, dash, underscore"),
            msg("write only the name"),
        )
    if access.host_key_alias is not None and not is_alias(access.host_key_alias):
        yield Remark(
            part,
            (*loc, "host_key_alias"),
            msg("This cannot stand as a name for a host key"),
            access.host_key_alias,
            msg("letters, digits, dots, dashes"),
            msg("write only the name"),
        )


def _twice(declared: Declared, defaults: Access) -> Iterable[Remark]:
    def way_in(endpoint: Endpoint) -> object:
        if endpoint.address is None:
            return None
        access = endpoint.access or defaults
        return access.via, canonical(endpoint.address), access.port

    rules: tuple[tuple[str, _Key, Message], ...] = (
        ("address", way_in, msg("The same way in (jump host, address, port) leads to the machine declared at {place}")),
        ("serial", lambda e: real_serial(e.serial), msg("The machine at {place} has the same serial number")),
        ("uuid", lambda e: real_uuid(e.uuid), msg("The machine at {place} has the same UUID")),
    )
    for name, key_of, message in rules:
        groups: dict[object, list[_Place]] = {}
        for part, loc, endpoint in declared.endpoints():
            key = key_of(endpoint) if endpoint.status == "in_use" and endpoint.kind is not EndpointKind.ISOLATED else None
            if key is not None:
                groups.setdefault(key, []).append((part, (*loc, name)))
        for places in groups.values():
            if len(places) > 1:
                yield from _same(places, message)


def _same(places: list[_Place], message: Message) -> Iterable[Remark]:
    """Two agencies that never existed at the same time may both have had the machine: a successor takes it over."""
    in_order = sorted(places, key=lambda place: _starts(place[0]))
    latest = in_order[0]
    for part, loc in in_order[1:]:
        if _starts(part) <= _ends(latest[0]) and not is_copy(part, latest[0]):
            yield Remark(
                part,
                loc,
                message,
                hint=msg("one machine is declared once: remove one, correct it, or mark it status: retired"),
                other=latest,
            )
        if _ends(part) > _ends(latest[0]):
            latest = (part, loc)


def _starts(part: AgencyPart) -> date:
    return part.model.agency.valid_from or date.min


def _ends(part: AgencyPart) -> date:
    return part.model.agency.valid_until or date.max
