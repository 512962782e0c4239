"""Discovery with the real nmap against addresses of the test alone."""

import shutil
import socket
from ipaddress import ip_network

import pytest

from secaudit.discover.nmap import Found, discover
from secaudit.errors import SecauditError

needs_nmap = pytest.mark.skipif(shutil.which("nmap") is None, reason="nmap is not installed (Debian: apt-get install nmap)")


@needs_nmap
def test_finds_exactly_the_addresses_that_answer():
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.31.7.9", 0))
        first.listen()
        port = first.getsockname()[1]
        second.bind(("127.31.7.200", port))
        second.listen()
        found = discover([ip_network("127.31.7.0/24")], ports=[port])
    assert found == [Found("127.31.7.9", (port,)), Found("127.31.7.200", (port,))]


@needs_nmap
def test_nothing_answers_is_an_empty_list():
    assert discover([ip_network("127.31.8.0/29")], ports=[9]) == []


def test_a_network_that_is_too_large_is_refused(tmp_path):
    with pytest.raises(SecauditError, match="more than 4096"):
        discover([ip_network("127.0.0.0/8")], path=str(tmp_path))


def test_missing_nmap_says_what_is_lost(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SecauditError) as caught:
        discover([ip_network("127.31.8.0/29")])
    assert "apt-get install nmap" in str(caught.value)


def test_a_failing_nmap_is_an_error_not_an_empty_result(tmp_path):
    broken = tmp_path / "nmap"
    broken.write_text("#!/bin/sh\necho broken >&2\nexit 3\n", encoding="utf-8")
    broken.chmod(0o700)
    with pytest.raises(SecauditError, match="nmap failed"):
        discover([ip_network("127.31.8.0/29")], path=str(broken))
