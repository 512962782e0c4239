"""nmap's output is read without trusting a byte of it."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.discover.nmap_xml import HostileXmlError, parse, sightings
from secaudit.model.discovery import Service

NETWORK = ip_network("10.0.0.0/24")
HOST = """<host><status state="up" reason="{why}"/><address addr="{address}" addrtype="ipv4"/>
<address addr="00:11:22:33:44:55" addrtype="mac" vendor="{vendor}"/><ports>{ports}</ports></host>"""
OPEN = '<port protocol="tcp" portid="{port}"><state state="open" reason="syn-ack"/>{service}</port>'
CLOSED = '<port protocol="tcp" portid="22"><state state="closed" reason="{why}"/></port>'


def read(*hosts):
    document = f"<!DOCTYPE nmaprun><nmaprun>{''.join(hosts)}</nmaprun>"
    return {one.address: one for one in sightings(parse(document.encode()), NETWORK)}


def host(address="10.0.0.5", ports="", why="user-set", vendor="Dell"):
    return HOST.format(address=address, ports=ports, why=why, vendor=vendor)


def test_open_ports_are_read_with_what_was_recognised():
    service = (
        '<service name="http" product="lighttpd" version="1.4" extrainfo="&#27;[31m" ostype="Linux" devicetype="webcam"'
        ' hostname="CAM-1" method="probed"><cpe>cpe:/o:linux:linux_kernel</cpe></service>'
    )
    guessed = '<service name="https" method="table"/>'
    one = read(host(ports=OPEN.format(port=80, service=service.replace("&#27;", "!")) + OPEN.format(port=443, service=guessed)))
    seen = one["10.0.0.5"]
    assert seen.services == (Service(80, "http", "lighttpd 1.4 ![31m"), Service(443, "https"))
    assert (seen.hints.types, seen.hints.systems) == (("webcam",), ("Linux", "cpe:/o:linux:linux_kernel"))
    assert (seen.name, seen.mac, seen.vendor) == ("CAM-1", "00:11:22:33:44:55", "Dell")


@pytest.mark.parametrize("why", ["reset", "conn-refused"])
def test_a_machine_that_refuses_answers(why):
    assert read(host(ports=CLOSED.format(why=why)))["10.0.0.5"].services == ()


@pytest.mark.parametrize("why", ["arp-response", "echo-reply"])
def test_a_machine_without_any_port_answers_on_its_cable_or_to_a_ping(why):
    assert list(read(host(why=why))) == ["10.0.0.5"]


@pytest.mark.parametrize("why", ["user-set", "localhost-response", ""])
def test_what_nmap_only_assumes_to_be_up_does_not_answer(why):
    assert read(host(why=why, ports=CLOSED.format(why="no-response"))) == {}


@pytest.mark.parametrize("address", ["10.0.1.5", "8.8.8.8", "fe80::1", "router.example", "", "10.0.0.0/24"])
def test_an_address_that_was_not_asked_for_is_not_believed(address):
    assert read(host(address, OPEN.format(port=22, service=""))) == {}


@pytest.mark.parametrize("port", ["99999999", "-1", "٢٢", "22 ", ""])
def test_a_port_that_is_no_number_is_left_out(port):
    assert read(host(ports=OPEN.format(port=port, service="")))["10.0.0.5"].services == ()


BOMB = '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;&x;">]><nmaprun>&y;</nmaprun>'


@pytest.mark.parametrize(
    "text", [BOMB, '<!DOCTYPE a SYSTEM "file:///etc/passwd" []><a/>', "<a>" * 40 + "</a>" * 40, "<nmaprun>", "", "\0", "no xml"]
)
def test_what_nmap_does_not_write_is_refused(text):
    with pytest.raises(HostileXmlError):
        parse(text.encode())


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    try:
        root = parse(data)
    except HostileXmlError:
        return
    assert list(sightings(root, NETWORK)) == []


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=300))
def test_words_of_strangers_are_harmless_and_cut(text):
    quoted = text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("\ufffe", "").replace("\uffff", "")
    service = f'<service name="{quoted}" product="{quoted}" hostname="{quoted}" method="probed"/>'
    for one in read(host(ports=OPEN.format(port=80, service=service), vendor=quoted)).values():
        for word in (one.name, one.vendor, one.services[0].name, one.services[0].product):
            assert len(word) <= 100
            assert "\n" not in word
            assert not set("\u202e\u2066\x1b") & set(word)
