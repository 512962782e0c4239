"""Looking with the real nmap at addresses of the test alone."""

import shutil
from ipaddress import ip_network

import pytest

from secaudit.discover.nmap import NmapLooker
from secaudit.errors import SecauditError
from tests.discover.answering import listening

needs_nmap = pytest.mark.skipif(shutil.which("nmap") is None, reason="nmap is not installed (Debian: apt-get install nmap)")
PORTS = (22, 445, 9100)


def looker(path=None, *, privileged=False, **more):
    return NmapLooker(path or shutil.which("nmap"), 20_000, privileged=privileged, **more)


def open_ports(look):
    return {one.address: tuple(service.port for service in one.services) for one in look.sightings}


@needs_nmap
def test_finds_exactly_the_addresses_that_answer():
    with listening(("127.31.7.9", 22, b"SSH-2.0-OpenSSH_9.2\r\n"), ("127.31.7.200", 445, b""), ("127.31.7.200", 9100, b"")):
        look = looker().look(ip_network("127.31.7.0/24"), PORTS)
    assert open_ports(look) == {"127.31.7.9": (22,), "127.31.7.200": (445, 9100)}


@needs_nmap
def test_this_machine_refusing_for_every_loopback_address_is_no_machine():
    assert looker().look(ip_network("127.31.8.0/29"), (9,)).sightings == ()


def test_a_failing_nmap_is_an_error_not_an_empty_result(tmp_path):
    with pytest.raises(SecauditError, match="nmap failed: broken"):
        looker(fake(tmp_path, "echo broken >&2\nexit 3")).look(ip_network("127.31.8.0/29"), PORTS)


def test_endless_output_of_nmap_is_cut_and_refused(tmp_path):
    with pytest.raises(SecauditError, match="more than 100000 bytes"):
        looker(fake(tmp_path, "while :; do echo lots and lots of output; done"), most_output=100_000).look(
            ip_network("127.31.8.0/29"), PORTS
        )


def fake(folder, script):
    path = folder / "nmap"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return str(path)
