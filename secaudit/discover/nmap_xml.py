"""nmap's XML to sightings. Banners of strangers stand in it: no entity is followed, and every word is made harmless and cut."""

from collections.abc import Iterator
from ipaddress import ip_address
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from secaudit.discover.ports import NAMES, Network
from secaudit.discover.sighting import Hints, Sighting, tidy
from secaudit.model.discovery import Service

_DEPTH = 30
_GUESSED = "table"
"""How nmap marks a service that it named after its port number without asking."""
_ALIVE = frozenset({"reset", "conn-refused", "syn-ack"})
"""Reasons of a port's state that the machine itself gave."""
_PRESENT = frozenset({"arp-response", "nd-response", "echo-reply", "timestamp-reply", "reset", "syn-ack", "conn-refused"})
"""Reasons of a host's state that prove a machine; ``localhost-response`` and ``user-set`` prove none."""


class HostileXmlError(Exception):
    """Not what nmap writes."""


def parse(output: bytes) -> Element:
    """The document; HostileXmlError for entities, inner document types, too deep nesting, and what is no XML."""
    builder, parser = TreeBuilder(), expat.ParserCreate()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEPTH:
            raise HostileXmlError("nested too deeply")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def doctype(_name: str, _system: str | None, _public: str | None, has_internal_subset: bool) -> None:
        if has_internal_subset:
            raise HostileXmlError("a document type of its own")

    def entity(*_declared: object) -> None:
        raise HostileXmlError("entities")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.StartDoctypeDeclHandler, parser.EntityDeclHandler = doctype, entity
    try:
        parser.Parse(output, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, UnicodeError) as error:
        raise HostileXmlError(str(error)) from error


def sightings(root: Element, network: Network) -> Iterator[Sighting]:
    """Hosts that answered, inside ``network`` only: an address that was not asked for is never believed."""
    for host in root.iter("host"):
        address = next((one.get("addr", "") for one in host.iter("address") if one.get("addrtype") in ("ipv4", "ipv6")), "")
        try:
            inside = ip_address(address) in network
        except ValueError:
            continue
        ports = [(port, _state(port)) for port in host.iter("port") if port.get("protocol") == "tcp"]
        opened = [port for port, state in ports if state[0] == "open"]
        if inside and (opened or _answered(host, [state for _, state in ports])):
            yield _sighting(host, str(ip_address(address)), opened)


def _state(port: Element) -> tuple[str, str]:
    state = port.find("state")
    return ("", "") if state is None else (state.get("state", ""), state.get("reason", ""))


def _answered(host: Element, states: list[tuple[str, str]]) -> bool:
    """Whether the machine answered at all, though nothing is open: it refused, or it answered a ping or on its cable."""
    status = host.find("status")
    if status is None or status.get("state") != "up":
        return False
    more = [("", one.get("reason", "")) for one in host.iter("extrareasons")]
    return status.get("reason", "") in _PRESENT or any(reason in _ALIVE for _, reason in [*states, *more])


def _sighting(host: Element, address: str, opened: list[Element]) -> Sighting:
    services, systems, types, name = [], [], [], ""
    for port in opened:
        number, service = _number(port.get("portid", "")), port.find("service")
        if not number:
            continue
        if service is None or service.get("method") == _GUESSED:
            services.append(Service(number, NAMES.get(number, "")))
            continue
        words = [service.get(key, "") for key in ("product", "version", "extrainfo")]
        services.append(Service(number, tidy(service.get("name", "")), tidy(" ".join(word for word in words if word))))
        systems += [service.get("ostype", ""), *(cpe.text or "" for cpe in service.iter("cpe"))]
        types.append(service.get("devicetype", ""))
        name = name or tidy(service.get("hostname", ""))
    mac = next((one for one in host.iter("address") if one.get("addrtype") == "mac"), None)
    return Sighting(
        address,
        tuple(sorted(services, key=lambda one: one.port)),
        Hints(_words(systems), _words(types)),
        name,
        "" if mac is None else tidy(mac.get("addr", "")),
        "" if mac is None else tidy(mac.get("vendor", "")),
    )


def _words(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy(text) for text in texts if text))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
