"""Two thousand machines in one scan: memory and descriptors stay within bounds, whatever the machines send."""

import json
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest

from secaudit.lab.answers import nonce_in, render_answer
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from tests.hostile.conftest import clean_environment, make_range

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(not hasattr(socket, "SO_BINDTODEVICE"), reason="one listener for all addresses needs Linux"),
]
MACHINES = 2000
IN_FLIGHT = 200
MEGABYTE = 1024 * 1024


def answer(name, stdin):
    """A good answer, or one with a megabyte in a section."""
    nonce = nonce_in(stdin)
    if nonce is None:
        return None
    base = render_answer("debian-13-server", nonce, int(time.time()))
    if name == "heavy":
        begin = f"##SECAUDIT {nonce} end packages".encode()
        base = base.replace(begin, b"y" * 99 + b"\n" + b"pad-package\t1.0\tinstalled\n" * (MEGABYTE // 26) + begin)
    return base


class Gauge(threading.Thread):
    """Watches a process from outside: most memory, most descriptors."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self._process = psutil.Process(process.pid)
        self.memory = self.descriptors = 0
        self.strangers = set()

    def run(self):
        try:
            while True:
                self.memory = max(self.memory, self._process.memory_info().rss)
                self.descriptors = max(self.descriptors, self._process.num_fds())
                remote = {c.raddr.ip for c in self._process.net_connections("inet") if c.raddr}
                self.strangers |= {address for address in remote if not address.startswith("127.")}
                time.sleep(0.2)
        except psutil.Error:
            pass


def scan_of(tmp_path, count, kind):
    """The result of a scan over ``count`` machines of that kind, and the gauge that watched it."""
    ids = {f"pc-{n:04}": f"127.{60 + n // 62500}.{n // 250 % 250}.{1 + n % 250}" for n in range(count)}
    machines = dict.fromkeys(ids.values(), Machine(answer=kind))
    public = fresh_key(tmp_path / "key")
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=answer, wildcard=True) as lab:
        province = make_range(tmp_path, lab, ids, {})
        command = [
            *province.command("scan", "--no-agent", "--identity", str(tmp_path / "key"), "--user", "audit"),
            "--connections", str(IN_FLIGHT), "--per-network", str(IN_FLIGHT), "--rate", "2000", "--deadline", "300",
            "--format", "json",
        ]  # fmt: skip
        with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, stderr=sys.stderr) as process:
            gauge = Gauge(process)
            gauge.start()
            assert process.stdout is not None
            done = json.loads(process.stdout.read())
            process.wait(600)
    return done, gauge


def test_two_thousand_machines(tmp_path):
    done, gauge = scan_of(tmp_path, MACHINES, "good")
    assert done["seen"] == MACHINES
    assert gauge.memory < 250 * MEGABYTE
    assert gauge.descriptors < IN_FLIGHT + 64
    assert gauge.strangers == set()


def test_machines_that_send_a_megabyte_each(tmp_path):
    """What arrived and is not read yet may not pile up: memory goes with the connections in flight, not with the machines."""
    done, gauge = scan_of(tmp_path, 800, "heavy")
    assert done["seen"] == 800
    assert gauge.memory < 150 * MEGABYTE + IN_FLIGHT * 5 * MEGABYTE
