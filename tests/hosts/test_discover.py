"""A search in networks of its own: what is on the cable is found, and no packet goes to an address nobody asked for."""

import ctypes
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from contextlib import closing
from ipaddress import ip_address, ip_network

import pytest

from tests.cli.conftest import environment
from tests.hosts.machine import Cables, _enter, ip

pytestmark = pytest.mark.lab
_ALL = 0x0003  # ETH_P_ALL
_FAR = "198.18.0.0/30"
"""The cable: the auditor has .1, the machine .2."""
_BEHIND = "198.18.200.0/28"
"""Routed to the machine, which answers for none of it: silence."""


class Tap:
    """Hears every frame on the far end of a cable."""

    def __init__(self, space: str) -> None:
        self.asked: set[str] = set()
        self.packets = 0
        self._stopped = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._hear, args=(space,))
        self._thread.start()
        assert self._ready.wait(30)

    def _hear(self, space: str) -> None:
        with open(f"/run/netns/{space}", "rb") as theirs:  # noqa: PTH123
            _enter(ctypes.CDLL(None, use_errno=True), theirs.fileno())
        with closing(socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))) as tap:
            tap.bind(("eth0", 0))
            tap.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
            tap.settimeout(0.2)
            self._ready.set()
            while not self._stopped.is_set():
                try:
                    frame, place = tap.recvfrom(65535)
                except TimeoutError:
                    continue
                if place[2] != socket.PACKET_OUTGOING:
                    self._note(frame)

    def _note(self, frame: bytes) -> None:
        self.packets += 1
        [kind] = struct.unpack("!H", frame[12:14])
        if kind == 0x0800:
            self.asked.add(str(ip_address(frame[30:34])))
        elif kind == 0x0806:
            self.asked.add(str(ip_address(frame[38:42])))

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(30)


@pytest.fixture(name="place")
def cabled_machine():
    """The auditor's namespace, and a machine on its cable that has one port open and nothing else to say."""
    with Cables() as cables, cables.cable() as (space, address):
        assert ip_address(address) in ip_network(_FAR)
        ip("-n", space, "link", "set", "lo", "up")
        ip("-n", cables.name, "route", "add", _BEHIND, "via", address)
        code = (
            "import socket, time\ns = socket.socket()\ns.bind(('0.0.0.0', 9100))\ns.listen()\nprint('up', flush=True)\n"
            "while True:\n    s.accept()[0].close()\n"
        )
        with subprocess.Popen(["ip", "netns", "exec", space, sys.executable, "-c", code], stdout=subprocess.PIPE) as machine:
            assert machine.stdout is not None
            assert machine.stdout.readline() == b"up\n"
            tap = Tap(space)
            yield cables.name, address, tap
            tap.stop()
            machine.kill()


def discover(space, folder, *more, **settings):
    (folder / "province" / "agencies").mkdir(parents=True, exist_ok=True)
    (folder / "province" / "province.yaml").write_text("province: {id: t, name: T, owner: O}\n", encoding="utf-8")
    (folder / "province" / "agencies" / "a.yaml").write_text(
        f"agency: {{id: a, name: A, tier: commune, networks: [{_FAR}, {_BEHIND}]}}\n", encoding="utf-8"
    )
    done = subprocess.run(
        [shutil.which("ip") or "ip", "netns", "exec", space, sys.executable, "-m", "secaudit", "discover",
         "--inventory", str(folder / "province"),
         "--workspace", str(folder / "w"), "--format", "json", "--rate", "2000", *more],
        cwd=folder, env=environment(**settings), capture_output=True, text=True, encoding="utf-8", timeout=300,
    )  # fmt: skip
    assert done.returncode == 3, done.stderr
    return {one["address"]: one for one in json.loads(done.stdout)["hosts"]}


def inside(address):
    return any(ip_address(address) in ip_network(network) for network in (_FAR, _BEHIND))


@pytest.mark.parametrize("how", ["root", "connecting", "no nmap"])
def test_no_packet_goes_to_an_address_that_was_not_asked_for(place, tmp_path, how):
    space, address, tap = place
    assert os.geteuid() == 0
    more = {"root": (), "connecting": ("--unprivileged",), "no nmap": ("--unprivileged",)}[how]
    path = os.environ["PATH"]
    if how == "no nmap":
        path = "/nonexistent"
    found = discover(space, tmp_path, *more, PATH=path)
    assert tap.packets > 100
    assert {one for one in tap.asked if not inside(one)} == set()
    assert len(tap.asked) > 10
    assert found[address]["device"] == "printer"
    assert bool(found[address]["mac"]) == (how == "root")


def test_root_finds_a_machine_that_answers_on_its_cable_only(place, tmp_path):
    """A host firewall that drops everything hides a machine from connection attempts, never from its own cable."""
    space, address, _ = place
    # It hears every attempt and can answer none, for it has no way back.
    ip("-n", f"{space}-0", "rule", "add", "ipproto", "tcp", "blackhole")
    ip("-n", f"{space}-0", "rule", "add", "ipproto", "icmp", "blackhole")
    found = discover(space, tmp_path, address)
    assert found[address]["services"] == []
    assert found[address]["mac"]
