"""SSH against a lab on loopback: answers, classes of failure, deadlines, what is offered and when."""

import logging
import shutil
import socket
import subprocess
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from secaudit.errors import UsageError
from secaudit.lab.keys import fresh_key, openssh_form, private_key, public_key
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.server import LabServer
from secaudit.model.outcome import Sight
from secaudit.model.secret import Secret
from secaudit.transport import Abandoned, Credentials, Cut, HostKeys, KeyFile, Target, TransportFailure
from secaudit.transport.ssh import scan_host_key

HOST = "127.20.1.1"
GOOD = {HOST: Machine(answer="x")}


def bad(misbehaviour):
    return {HOST: Machine(answer="x", misbehave=misbehaviour)}


def failure_of(bench, **options):
    with pytest.raises(TransportFailure) as caught:
        bench.ask(HOST, **options)
    return caught.value


def test_answer_with_everything_about_it(bench_with):
    bench = bench_with(GOOD)
    reply = bench.ask(HOST)
    assert reply.stdout == bench.answer + bench.say().stdin
    assert reply.exit_status == 0
    assert reply.cut is None
    assert reply.server_version == "SSH-2.0-secaudit-lab_OpenSSH"
    assert reply.host_key == bench.lab.host_key(HOST).fingerprint
    assert reply.received > len(reply.stdout)


def test_the_request_is_made_for_the_servers_identification(bench_with):
    bench = bench_with(GOOD)
    heard = []

    def request_for(version):
        heard.append(version)
        return bench.say(stdin=b"for " + version.encode())

    reply = bench.transport().execute(bench.target(HOST), request_for, deadline=time.monotonic() + 20, max_bytes=1 << 20)
    assert heard == ["SSH-2.0-secaudit-lab_OpenSSH"]
    assert reply.stdout.endswith(b"for SSH-2.0-secaudit-lab_OpenSSH")


def test_long_stdin_and_long_answer_pass_through_small_windows(bench_with):
    bench = bench_with(GOOD)
    stdin = bytes(range(256)) * 12000
    reply = bench.ask(HOST, request=bench.say(stdin=stdin), max_bytes=1 << 23)
    assert reply.stdout == bench.answer + stdin


@pytest.mark.parametrize(
    ("misbehaviour", "sight"),
    [
        (Misbehaviour.ENDLESS_BANNER, Sight.BANNER),
        (Misbehaviour.GARBAGE, Sight.BANNER),
        (Misbehaviour.CLOSE_AT_ACCEPT, Sight.BANNER),
        (Misbehaviour.OTHER_KEY, Sight.HOST_KEY),
        (Misbehaviour.CLOSE_AFTER_KEX, Sight.AUTH),
        (Misbehaviour.REFUSE_AUTH, Sight.AUTH),
        (Misbehaviour.REFUSE_SESSION, Sight.CHANNEL),
    ],
)
def test_class_of_a_failure(bench_with, misbehaviour, sight):
    failure = failure_of(bench_with(bad(misbehaviour)))
    assert failure.sight is sight
    assert failure.detail
    assert "\x1b" not in failure.detail
    assert "\n" not in failure.detail


@pytest.mark.parametrize("misbehaviour", [Misbehaviour.SILENT, Misbehaviour.DRIP, Misbehaviour.HANG_AUTH, Misbehaviour.HANG_EXEC])
def test_the_deadline_holds_in_every_phase(bench_with, misbehaviour):
    bench = bench_with(bad(misbehaviour))
    began = time.monotonic()
    failure = failure_of(bench, seconds=1.5)
    assert failure.sight is Sight.TIMEOUT
    assert 1.4 < time.monotonic() - began < 4.5


def test_an_answer_that_drips_ends_at_the_deadline_and_is_given_back(bench_with):
    bench = bench_with(bad(Misbehaviour.DRIP_OUTPUT))
    began = time.monotonic()
    reply = bench.ask(HOST, seconds=1.5)
    assert time.monotonic() - began < 4.5
    assert reply.cut is Cut.DEADLINE
    assert reply.exit_status is None
    assert bench.answer.startswith(reply.stdout[:5])


def test_an_endless_answer_ends_at_the_budget(bench_with):
    reply = bench_with(bad(Misbehaviour.ENDLESS_OUTPUT)).ask(HOST, max_bytes=300_000)
    assert reply.cut is Cut.BYTES
    assert len(reply.stdout) <= 300_000
    assert reply.received < 3_000_000


def test_a_broken_connection_in_the_answer_keeps_what_came(bench_with):
    bench = bench_with(bad(Misbehaviour.CLOSE_IN_ANSWER))
    reply = bench.ask(HOST)
    assert reply.cut is Cut.CONNECTION
    assert reply.stdout
    assert (bench.answer + bench.say().stdin).startswith(reply.stdout)


def test_a_flood_on_stderr_does_not_block_the_answer(bench_with):
    bench = bench_with(bad(Misbehaviour.STDERR_FLOOD))
    reply = bench.ask(HOST, max_bytes=1 << 23)
    assert reply.stdout == bench.answer + bench.say().stdin
    assert 0 < len(reply.stderr) <= 4000


def test_a_shell_that_exits_gives_its_status(bench_with):
    reply = bench_with(bad(Misbehaviour.SHELL_EXITS)).ask(HOST)
    assert (reply.stdout, reply.exit_status, reply.cut) == (b"", 1, None)


def test_refused_port(bench_with):
    bench = bench_with(GOOD)
    with socket.socket() as taken:
        taken.bind(("127.20.1.2", 0))
        target = Target("127.20.1.2", taken.getsockname()[1], "audit")
        with pytest.raises(TransportFailure) as caught:
            bench.transport().execute(target, lambda _: bench.say(), deadline=time.monotonic() + 10, max_bytes=1000)
    assert caught.value.sight is Sight.REFUSED


def test_nothing_is_offered_before_the_host_key_is_confirmed(bench_with):
    bench = bench_with(GOOD)
    secret = Credentials((KeyFile(bench.key),), password=Secret("Hoa-Phuong-2026"))
    failure = failure_of(bench, host_keys=HostKeys(), credentials=secret)
    assert failure.sight is Sight.HOST_KEY
    assert failure.detail.startswith("unknown")
    assert failure.host_key == bench.lab.host_key(HOST).fingerprint
    assert bench.lab.offers == []


def test_a_changed_key_names_both_fingerprints_and_nothing_is_offered(bench_with, tmp_path):
    bench = bench_with(GOOD)
    old = fresh_key(tmp_path / "old")
    name = bench.target(HOST).known_as
    failure = failure_of(bench, host_keys=HostKeys.of_keys([(name, old)]), credentials=Credentials(password=Secret("Hoa-Phuong")))
    assert failure.detail.startswith("changed")
    assert old.fingerprint in failure.detail
    assert bench.lab.host_key(HOST).fingerprint in failure.detail
    assert bench.lab.offers == []


def test_a_revoked_key_is_refused_although_it_is_enrolled(bench_with, tmp_path):
    bench = bench_with(GOOD)
    key = bench.lab.host_key(HOST)
    name = bench.target(HOST).known_as
    path = tmp_path / "known_hosts"
    path.write_text(f"{name} {key.type} {key.base64}\n@revoked * {key.type} {key.base64}\n", encoding="utf-8")
    failure = failure_of(bench, host_keys=HostKeys.read(path))
    assert failure.sight is Sight.HOST_KEY
    assert failure.detail.startswith("revoked")
    assert bench.lab.offers == []


def test_a_certificate_authority_does_not_vouch(bench_with, tmp_path):
    bench = bench_with(GOOD)
    key = bench.lab.host_key(HOST)
    path = tmp_path / "known_hosts"
    path.write_text(f"@cert-authority * {key.type} {key.base64}\n", encoding="utf-8")
    failure = failure_of(bench, host_keys=HostKeys.read(path))
    assert failure.sight is Sight.HOST_KEY
    assert "certificate" in failure.detail
    assert bench.lab.offers == []


def test_a_confirmed_machine_is_offered_keys_first_and_the_password_last(bench_with):
    bench = bench_with(bad(Misbehaviour.REFUSE_AUTH))
    failure = failure_of(bench, credentials=Credentials((KeyFile(bench.key),), password=Secret("Hoa-Phuong-2026")))
    assert failure.sight is Sight.AUTH
    assert [method for _, method in bench.lab.offers] == ["publickey", "password"]
    assert "Hoa-Phuong-2026" not in failure.detail


def test_no_credentials_at_all(bench_with):
    bench = bench_with(GOOD)
    failure = failure_of(bench, credentials=Credentials(agent=False))
    assert failure.sight is Sight.AUTH
    assert "no key or password was given" in failure.detail


def test_scanning_a_host_key_offers_nothing(bench_with):
    bench = bench_with(GOOD)
    type_, text, fingerprint = scan_host_key(bench.target(HOST), time.monotonic() + 20)
    assert (type_, text, fingerprint) == tuple(bench.lab.host_key(HOST))
    assert bench.lab.offers == []


def test_encrypted_key_files(bench_with, tmp_path):
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "encrypted"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, BestAvailableEncryption(b"mat khau")))
    path.chmod(0o600)
    machines = {HOST: Machine(answer="x")}
    with LabServer(machines, folder=tmp_path / "lab2", client_keys=[public_key(key)], answerer=lambda _n, s: s) as lab:
        bench = bench_with({"127.20.1.9": Machine(answer="x")})
        bench.lab = lab
        credentials = Credentials((KeyFile(path, Secret("mat khau")),))
        assert bench.ask(HOST, credentials=credentials).exit_status == 0
    for passphrase, word in ((None, "encrypted"), (Secret("sai roi"), "passphrase")):
        with pytest.raises(UsageError, match=word) as caught:
            bench.transport(credentials=Credentials((KeyFile(path, passphrase),)))
        assert caught.value.where == str(path)
        assert caught.value.hint
        assert "sai roi" not in repr(caught.value) + str(caught.value)


def test_an_unreadable_key_is_named(bench_with, tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        bench_with(GOOD).transport(credentials=Credentials((KeyFile(tmp_path / "missing"),)))


def test_secrets_appear_nowhere(bench_with, caplog, capfd):
    bench = bench_with(bad(Misbehaviour.REFUSE_AUTH))
    credentials = Credentials((KeyFile(bench.key, None),), password=Secret("Hoa-Phuong-2026"))
    with caplog.at_level(logging.DEBUG):
        failure = failure_of(bench, credentials=credentials)
    printed = capfd.readouterr()
    everything = "".join([repr(credentials), repr(failure), str(failure), caplog.text, printed.out, printed.err])
    assert "Hoa-Phuong-2026" not in everything
    assert openssh_form(private_key(b"x" * 32, "y")).decode()[:20] not in everything


def test_hostile_banners_reach_neither_log_nor_terminal(bench_with, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        failure_of(bench_with(bad(Misbehaviour.ENDLESS_BANNER)))
        printed = capfd.readouterr()
    assert caplog.text == ""
    assert printed.out + printed.err == ""


def test_abandoning_ends_what_is_under_way_and_refuses_what_comes(bench_with):
    bench = bench_with(bad(Misbehaviour.SILENT))
    transport = bench.transport()
    ended = []

    def ask():
        try:
            transport.execute(bench.target(HOST), lambda _: bench.say(), deadline=time.monotonic() + 60, max_bytes=1000)
        except Abandoned:
            ended.append("abandoned")

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    transport.abandon()
    for thread in threads:
        thread.join(10)
    assert ended == ["abandoned"] * 3
    with pytest.raises(Abandoned):
        transport.execute(bench.target(HOST), lambda _: bench.say(), deadline=time.monotonic() + 60, max_bytes=1000)


def test_keys_of_a_running_agent(bench_with, tmp_path, monkeypatch):
    agent, add = shutil.which("ssh-agent"), shutil.which("ssh-add")
    if agent is None or add is None:
        pytest.skip("ssh-agent is not installed: apt-get install openssh-client")
    bench = bench_with(GOOD)
    place = tmp_path / "agent"
    with subprocess.Popen([agent, "-D", "-a", str(place)], stdout=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 10
            while not place.exists() and time.monotonic() < until:
                time.sleep(0.02)
            monkeypatch.setenv("SSH_AUTH_SOCK", str(place))
            subprocess.run([add, "-q", str(bench.key)], check=True, timeout=10, stderr=subprocess.DEVNULL)
            transport = bench.transport(credentials=Credentials(agent=True))
            deadline = time.monotonic() + 20
            reply = transport.execute(bench.target(HOST), lambda _: bench.say(), deadline=deadline, max_bytes=1000)
            transport.close()
        finally:
            process.terminate()
    assert reply.exit_status == 0


def test_no_agent_is_a_refused_login(bench_with, monkeypatch):
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    failure = failure_of(bench_with(GOOD), credentials=Credentials(agent=True))
    assert failure.sight is Sight.AUTH
