"""Looking with the real nmap at addresses of the test alone."""

import os
import shutil
from ipaddress import ip_network

import pytest

from secaudit.discover.devices import guess
from secaudit.discover.nmap import NmapLooker, may_use_raw_packets
from secaudit.errors import SecauditError
from secaudit.model.discovery import Device, SearchMethod, Service
from tests.discover.answering import Listener, listening

needs_nmap = pytest.mark.skipif(shutil.which("nmap") is None, reason="nmap is not installed (Debian: apt-get install nmap)")
WAYS = [False, True] if may_use_raw_packets() else [False]


def looker(path=None, *, privileged=False, services=False, **more):
    return NmapLooker(path or shutil.which("nmap"), 20_000, privileged=privileged, services=services, **more)


@needs_nmap
@pytest.mark.parametrize("privileged", WAYS)
def test_finds_exactly_the_addresses_that_answer_with_their_greetings(privileged):
    with listening(("127.31.7.9", 22, b"SSH-2.0-Cisco-1.25\r\n"), ("127.31.7.200", 445, b""), ("127.31.7.200", 9100, b"")):
        look = looker(privileged=privileged).look(ip_network("127.31.7.0/24"), (22, 445, 9100))
    assert {one.address: one.services for one in look.sightings} == {
        "127.31.7.9": (Service(22, "ssh", "SSH-2.0-Cisco-1.25"),),
        "127.31.7.200": (Service(445, "microsoft-ds"), Service(9100, "jetdirect")),
    }


@needs_nmap
def test_this_machine_refusing_for_every_loopback_address_is_no_machine():
    for privileged in WAYS:
        assert looker(privileged=privileged).look(ip_network("127.31.8.0/29"), (9,)).sightings == ()


PAGE = b"HTTP/1.0 301 Resource Moved\r\nCONTENT-LENGTH: 0\r\nSERVER: HP-ChaiSOE/1.0\r\n\r\n"


@needs_nmap
def test_asking_what_runs_on_a_port_tells_a_printer_and_never_reaches_the_port_that_prints():
    web = Listener("127.31.9.9", 80, replies=PAGE)
    with listening(("127.31.9.10", 9100, b""), ("127.31.9.10", 445, b"")) as (paper, _):
        look = looker(services=True).look(ip_network("127.31.9.0/28"), (80, 445, 9100))
    web.close()
    seen = {one.address: one for one in look.sightings}
    assert guess(seen["127.31.9.9"])[0] is Device.PRINTER
    assert web.heard.startswith(b"GET / HTTP/1.0")
    assert guess(seen["127.31.9.10"])[0] is Device.UNKNOWN
    assert bytes(paper.heard) == b""


def test_without_root_nmap_is_told_so_and_gets_no_name(tmp_path):
    log = tmp_path / "log"
    with pytest.raises(SecauditError):
        looker(fake(tmp_path, f'echo "$@" >{log}; env >>{log}')).look(ip_network("127.31.8.0/29"), (22,))
    said = log.read_text(encoding="utf-8")
    assert "--unprivileged -n -sT -Pn -p 22" in said
    assert "127.31.8.0/29" in said
    assert os.environ["HOME"] not in said.replace(str(tmp_path), "")


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo broken >&2\nexit 3", "nmap failed: broken"),
        ("exit 3", "exit status 3"),
        ("echo no xml", "nmap failed"),
        ("kill -SEGV $$", "nmap failed"),
    ],
)
def test_a_failing_nmap_is_an_error_not_an_empty_result(tmp_path, script, complaint):
    with pytest.raises(SecauditError, match=complaint):
        looker(fake(tmp_path, script)).look(ip_network("127.31.8.0/29"), (22,))


def test_endless_output_of_nmap_is_cut_and_refused(tmp_path):
    endless = fake(tmp_path, "while :; do echo lots and lots of output; done")
    with pytest.raises(SecauditError, match="more than 100000 bytes"):
        looker(endless, most_output=100_000).look(ip_network("127.31.8.0/29"), (22,))


def test_an_nmap_that_never_ends_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("secaudit.discover.nmap._PATIENCE", 0.2)
    log = tmp_path / "pid"
    with pytest.raises(SecauditError, match="did not finish"):
        looker(fake(tmp_path, f"echo $$ >{log}; exec sleep 1000")).look(ip_network("127.31.8.0/29"), (22,))
    if log.exists() and (pid := log.read_text(encoding="ascii").strip()):  # it may have been ended before its first word
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def fake(folder, script):
    path = folder / "nmap"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    return str(path)


def test_the_method_says_what_was_possible():
    assert looker("nmap").method is SearchMethod.NMAP
    assert looker("nmap", privileged=True).method is SearchMethod.NMAP_ROOT
