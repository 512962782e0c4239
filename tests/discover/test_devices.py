"""What an address most probably is: by evidence, and never out of the count by a doubtful one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.discover.devices import guess, host_found
from secaudit.discover.sighting import Hints, Sighting
from secaudit.model.discovery import SET_ASIDE, Device, Service

COMPUTERS = {Device.WINDOWS, Device.LINUX, Device.COMPUTER, Device.STORAGE}


def seen(*ports, said=(), types=(), systems=(), vendor=""):
    """Open ports, some with what they said: ``(22, "SSH-2.0-...")``."""
    services = [*(Service(port) for port in ports), *(Service(port, "", product) for port, product in said)]
    return Sighting("127.0.0.9", tuple(services), Hints(tuple(systems), tuple(types)), vendor=vendor)


@pytest.mark.parametrize(
    ("sighting", "device", "reason"),
    [
        (seen(135, 445), Device.WINDOWS, "port:135"),
        (seen(3389), Device.WINDOWS, "port:3389"),
        (seen(said=[(22, "SSH-2.0-OpenSSH_for_Windows_8.1")]), Device.WINDOWS, "banner:for_windows"),
        (seen(said=[(22, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3")]), Device.LINUX, "banner:debian"),
        (seen(445, said=[(3389, "xrdp")]), Device.WINDOWS, "port:3389"),
        (seen(said=[(22, "SSH-2.0-OpenSSH_8.0")]), Device.COMPUTER, "banner:openssh"),
        (seen(445), Device.COMPUTER, "port:445"),
        (seen(80, 443, said=[(5000, "Synology DiskStation http")]), Device.STORAGE, "banner:synology"),
        (seen(548, 2049), Device.STORAGE, "port:548"),
        (seen(9100), Device.PRINTER, "port:9100"),
        (seen(80, 515, 631, 9100), Device.PRINTER, "port:9100"),
        (seen(139, 445, 515, 9100), Device.PRINTER, "port:515"),
        (seen(80, types=["printer"]), Device.PRINTER, "type:printer"),
        (seen(80, vendor="Brother Industries"), Device.PRINTER, "vendor:brother industries"),
        (seen(said=[(22, "SSH-2.0-Cisco-1.25")]), Device.NETWORK, "banner:cisco"),
        (seen(said=[(22, "SSH-2.0-ROSSSH")]), Device.NETWORK, "banner:rosssh"),
        (seen(8291), Device.NETWORK, "port:8291"),
        (seen(80, types=["broadband router"]), Device.NETWORK, "type:broadband router"),
        (seen(80, systems=["cpe:/o:cisco:ios"]), Device.NETWORK, "system:cisco"),
        (seen(554), Device.CAMERA, "port:554"),
        (seen(80, 37777), Device.CAMERA, "port:37777"),
        (seen(vendor="Hangzhou Hikvision Digital Technology"), Device.CAMERA, "vendor:hikvision"),
        (seen(80, said=[(5060, "Yealink SIP-T21P")]), Device.PHONE, "banner:yealink"),
        (seen(62078), Device.PHONE, "port:62078"),
    ],
)
def test_evidence_names_the_device_and_the_reason(sighting, device, reason):
    found, because = guess(sighting)
    assert (found, reason in because) == (device, True), because


@pytest.mark.parametrize(
    "sighting",
    [
        seen(135, 445, 9100, 515),
        seen(9100, said=[(22, "SSH-2.0-OpenSSH_9.2p1 Debian-2")]),
        seen(3389, 554, 37777, types=["webcam"]),
        seen(5985, said=[(23, "Cisco"), (22, "SSH-2.0-Cisco-1.25")], vendor="Cisco Systems"),
        seen(9100, 515, said=[(445, "Windows 10 Pro 19045 microsoft-ds")]),
    ],
)
def test_a_computer_that_also_prints_or_films_stays_a_computer(sighting):
    device, because = guess(sighting)
    assert device in COMPUTERS
    assert any(reason.startswith("against:") for reason in because)


@pytest.mark.parametrize(
    "sighting",
    [seen(), seen(80, 443), seen(445, 9100), seen(631), seen(23, 80), seen(80, vendor="TP-Link Systems"), seen(5060)],
)
def test_doubtful_signs_leave_it_a_machine_that_counts(sighting):
    assert guess(sighting)[0] is Device.UNKNOWN


@given(
    st.lists(st.tuples(st.integers(1, 65535), st.text(max_size=60)), max_size=8),
    st.lists(st.text(max_size=30), max_size=3),
    st.text(max_size=30),
)
def test_where_a_windows_port_is_open_no_words_take_it_out_of_the_count(said, types, vendor):
    device, _ = guess(seen(135, said=said, types=types, vendor=vendor))
    assert device not in SET_ASIDE


def test_a_thousand_services_give_a_few_reasons():
    many = seen(*range(1, 1000), said=[(port, "cisco mikrotik hikvision windows") for port in range(1000, 2000)])
    host = host_found(many, "a", None)
    assert len(host.services) == 1999
    assert 0 < len(host.because) <= 10
