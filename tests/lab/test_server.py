"""The lab: bound to loopback only, the same keys for the same seed, captured answers over real SSH in a process of its own."""

import os
import signal
import socket
import stat
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.errors import DataError, SecauditError
from secaudit.facts import parse_facts
from secaudit.lab.answers import answer_names, platform_of
from secaudit.lab.keys import fresh_key, seed_in
from secaudit.lab.map import Machine, Misbehaviour, read_map
from secaudit.lab.process import LabProcess
from secaudit.lab.server import LabServer
from secaudit.lab.sshd import Sshd, sshd_binary
from secaudit.model.knowledge import Knowledge
from secaudit.probe import compose, frame, new_nonce, platform_for
from secaudit.transport import Credentials, HostKeys, KeyFile, Target
from secaudit.transport.ssh import SshTransport, scan_host_key


def soon(seconds=30.0):
    return time.monotonic() + seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.20.9.1", 0))
        return probe.getsockname()[1]


def write_map(path, machines, port=None):
    lines = [f"port: {port or free_port()}", "machines:"]
    lines += [f"  {address}: {{{fields}}}" for address, fields in machines.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("address", ["192.168.1.1", "0.0.0.0", "128.0.0.1", "::1", "localhost", "127.0.0.1.vn", ""])
def test_the_lab_listens_on_loopback_only(tmp_path, address):
    with pytest.raises(SecauditError) as caught:
        LabServer({address: Machine(answer="x")}, folder=tmp_path, client_keys=[], answerer=lambda *_: b"")
    assert "127.0.0.0/8" in str(caught.value)
    assert caught.value.hint
    with pytest.raises(SecauditError):
        Sshd([address], 0, tmp_path / "sshd")


def test_keys_follow_from_a_private_seed(tmp_path):
    first = seed_in(tmp_path / "lab")
    assert seed_in(tmp_path / "lab") == first
    assert seed_in(tmp_path / "other") != first
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "lab").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "lab" / "seed").stat().st_mode) == 0o600
    machines = {"127.20.9.1": Machine(answer="x"), "127.20.9.2": Machine(answer="x")}
    labs = [LabServer(machines, folder=tmp_path / "lab", client_keys=[], answerer=lambda *_: b"", port=1) for _ in range(2)]
    assert labs[0].known_hosts() == labs[1].known_hosts()
    assert len({key for _, key in labs[0].known_hosts()}) == 2


def test_the_key_on_the_wire_is_the_key_that_was_foretold(tmp_path):
    machines = {"127.20.9.1": Machine(answer="x"), "127.20.9.2": Machine(misbehave=Misbehaviour.OTHER_KEY)}
    with LabServer(machines, folder=tmp_path, client_keys=[], answerer=lambda *_: b"") as lab:
        foretold = dict(lab.known_hosts())
        for address, machine in machines.items():
            target = Target(address, lab.port, "u")
            same = scan_host_key(target, soon()) == foretold[target.known_as]
            assert same is (machine.misbehave is None)


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.20.9.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        machines = {"127.20.9.1": Machine(answer="x")}
        with (
            pytest.raises(SecauditError) as caught,
            LabServer(machines, folder=tmp_path, client_keys=[], answerer=lambda *_: b"", port=port),
        ):
            pytest.fail("listened")
    assert caught.value.where == f"127.20.9.1:{port}"


def test_after_the_block_nobody_listens(tmp_path):
    with LabServer({"127.20.9.1": Machine(answer="x")}, folder=tmp_path, client_keys=[], answerer=lambda *_: b"") as lab:
        port = lab.port
    with socket.socket() as sock:
        assert sock.connect_ex(("127.20.9.1", port)) != 0


def test_a_map_with_every_kind_of_mistake(tmp_path):
    path = write_map(
        tmp_path / "map.yaml",
        {
            "10.0.0.1": "answer: debian-13-server",
            "127.20.9.1": "",
            "127.20.9.2": "answer: no-such",
            "127.20.9.3": "misbehave: silent",
        },
    )
    with pytest.raises(DataError) as caught:
        read_map(path)
    assert [problem.line for problem in caught.value.problems] == [3, 4, 5]
    assert all(problem.hint and problem.path for problem in caught.value.problems)


@pytest.mark.parametrize("text", ["port: 0\nmachines: {}\n", "port: 22\nmachines: {127.20.9.1: {misbehave: dance}}\n", "", "[]"])
def test_a_wrong_map_is_refused(tmp_path, text):
    path = tmp_path / "map.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError):
        read_map(path)


def test_all_captured_answers_from_a_process_of_its_own(tmp_path):
    names = answer_names()
    addresses = {f"127.20.9.{n}": name for n, name in enumerate(names, start=1)}
    path = write_map(tmp_path / "map.yaml", {address: f"answer: {name}" for address, name in addresses.items()})
    key = tmp_path / "client"
    platforms = Counter()
    with LabProcess(path, tmp_path / "lab", [fresh_key(key)]) as lab:
        assert lab.pid
        transport = SshTransport(Credentials((KeyFile(key),)), HostKeys.of_keys(lab.known_hosts()))
        for address, name in addresses.items():
            asked = []

            def request_for(version, asked=asked):
                asked.append((platform_for(None, version), new_nonce()))
                return compose(*asked[-1])

            target = Target(address, lab.map.port, "audit")
            reply = transport.execute(target, request_for, deadline=soon(), max_bytes=1 << 23)
            platform, nonce = asked[0]
            assert platform == platform_of(name)
            assert "secaudit-lab" in reply.server_version
            capture = frame(platform, nonce, reply.stdout)
            assert capture.complete, name
            platforms[platform] += 1
    assert min(platforms["posix"], platforms["windows"]) >= 5
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.20.9.1", lab.map.port), 5):
        pytest.fail("still listening")


def test_a_lab_that_cannot_start_says_why(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.20.9.1", 0))
        taken.listen()
        path = write_map(tmp_path / "map.yaml", {"127.20.9.1": "answer: debian-13-server"}, taken.getsockname()[1])
        with pytest.raises(SecauditError, match="cannot listen") as caught, LabProcess(path, tmp_path / "lab", []):
            pytest.fail("started")
    assert caught.value.hint


def test_a_missing_sshd_is_named_with_its_command(monkeypatch):
    monkeypatch.setattr("secaudit.lab.sshd.shutil.which", lambda *_args, **_kw: None)
    with pytest.raises(SecauditError) as caught:
        sshd_binary()
    assert "apt-get install" in str(caught.value.hint)


def test_the_fence_around_the_demos_client_key(tmp_path):
    try:
        sshd_binary()
    except SecauditError as error:
        pytest.skip(str(error))
    with Sshd(["127.20.0.10"], 0, tmp_path / "sshd") as sshd:
        lines = (sshd.folder / "authorized_keys").read_text(encoding="utf-8")
        assert scan_host_key(Target("127.20.0.10", sshd.port, sshd.user), soon()) == sshd.host_key
        assert dict(sshd.known_hosts())[f"[127.20.0.10]:{sshd.port}"] == sshd.host_key
    assert lines.startswith('from="127.0.0.0/8",restrict ssh-ed25519 ')
    if os.name == "posix":
        for path in (sshd.client_key, sshd.folder / "host_key", sshd.folder / "authorized_keys"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(Path(sshd.folder).stat().st_mode) == 0o700


def test_facts_of_a_lab_machine_are_parsed(tmp_path):
    key = tmp_path / "client"
    path = write_map(tmp_path / "map.yaml", {"127.20.9.1": "answer: debian-13-server"})
    with LabProcess(path, tmp_path / "lab", [fresh_key(key)]) as lab:
        transport = SshTransport(Credentials((KeyFile(key),)), HostKeys.of_keys(lab.known_hosts()))
        nonce = new_nonce()
        target = Target("127.20.9.1", lab.map.port, "audit")
        reply = transport.execute(target, lambda _v: compose("posix", nonce), deadline=soon(), max_bytes=1 << 23)
    facts = parse_facts(frame("posix", nonce, reply.stdout), Knowledge(), datetime.now(UTC))
    assert facts["os.id"].value == "debian"


@pytest.mark.skipif(os.name == "nt", reason="signals to another process are a POSIX matter")
def test_an_interrupt_of_the_terminal_leaves_the_lab_to_its_parent(tmp_path):
    path = write_map(tmp_path / "map.yaml", {"127.20.9.1": "answer: debian-13-server"})
    with LabProcess(path, tmp_path / "lab", []) as lab:
        os.kill(lab.pid, signal.SIGINT)
        target = Target("127.20.9.1", lab.map.port, "audit")
        assert (target.known_as, scan_host_key(target, soon())) in lab.known_hosts()
        pid = lab.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
