"""Ways in through the real command line: a real jump host, credentials.yaml, descriptors, ~/.ssh/config, the list of offers."""

import importlib.util
import json
import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from secaudit.lab.sshd import Sshd
from secaudit.model.secret import Secret
from secaudit.transport import HostKeys
from tests.hostile.conftest import answer, clean_environment
from tests.warm import run_command

if sys.platform == "win32":
    pytest.skip("inherited descriptors and OpenSSH's server of POSIX systems", allow_module_level=True)

PASSWORD = "Hoa-Phượng-2026 $(id)"
JUMP = "127.26.1.1"
BEHIND = {f"may-{n}": f"127.26.2.{n}" for n in range(1, 5)}


class Home:
    """A province, a workspace, and how to run commands over them."""

    def __init__(self, folder):
        self.folder = folder
        self.workspace = folder / "workspace"
        self.workspace.mkdir(mode=0o700)
        (folder / "home" / ".ssh").mkdir(parents=True)
        (folder / "province" / "agencies").mkdir(parents=True)
        self.printed = []

    def inventory(self, endpoints, defaults=""):
        text = f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\n{defaults}"
        (self.folder / "province" / "province.yaml").write_text(text, encoding="utf-8")
        (self.folder / "province" / "agencies" / "xa-a.yaml").write_text(
            "agency: {id: xa-a, name: UBND xã A, tier: commune, submission: {accepted_on: 2026-11-01}}\nendpoints:\n"
            + "".join(f"  - {line}\n" for line in endpoints),
            encoding="utf-8",
        )

    def private(self, path, text):
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def run(self, *arguments, inventory=True, pass_fds=(), **more):
        where = ["--inventory", str(self.folder / "province")] if inventory else []
        done = run_command(
            [*map(str, arguments), *where, "--workspace", str(self.workspace)],
            cwd=self.folder,
            env={**clean_environment(), "HOME": str(self.folder / "home"), **more},
            pass_fds=pass_fds,
        )
        self.printed.append(done.stdout + done.stderr)
        return done

    def json(self, *arguments):
        return json.loads(self.run(*arguments, "--format", "json", inventory=False).stdout)

    def sights(self, run=1):
        return {outcome["endpoint"]: outcome["sight"] for outcome in self.json("runs", "show", run)["outcomes"]}

    def assert_nowhere(self, *secrets):
        for secret in secrets:
            assert secret not in "".join(self.printed)
            for path in self.workspace.rglob("*"):
                if path.is_file():
                    assert secret.encode() not in path.read_bytes(), path


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


def start_lab(stack, home, addresses, **options):
    machines = {address: Machine(answer="good") for address in addresses}
    return stack.enter_context(LabServer(machines, folder=home.folder / "lab", answerer=answer, **options))


def behind_a_jump_host(stack, home):
    sshd = stack.enter_context(Sshd([JUMP], 0, home.folder / "sshd", forwarding=True))
    public = fresh_key(home.folder / "key")
    lab = start_lab(stack, home, BEHIND.values(), client_keys=[public])
    home.inventory(
        [
            f"{{id: jump-a, kind: server, address: {JUMP}, access: {{port: {sshd.port}, user: {sshd.user}}}}}",
            *(
                f"{{id: {name}, kind: server, address: {address}, access: {{port: {lab.port}, via: jump-a, user: audit}}}}"
                for name, address in BEHIND.items()
            ),
        ]
    )
    home.private(
        home.workspace / "credentials.yaml",
        f"default: {{keys: [{home.folder / 'key'}], agent: false}}\n"
        f"logins:\n  - {{jump_hosts: [jump-a], keys: [{sshd.client_key}], agent: false}}\n",
    )
    return sshd, lab


def test_host_keys_are_enrolled_and_machines_scanned_through_a_jump_host(stack, home):
    sshd, lab = behind_a_jump_host(stack, home)
    refused = home.run("trust", "scan", "--endpoint", "may-1")
    assert refused.returncode == 4, refused.stderr
    assert lab.offers == []
    assert home.run("trust", "add", "--yes", "--endpoint", "jump-a").returncode == 0
    added = home.run("trust", "add", "--yes", *(part for name in BEHIND for part in ("--endpoint", name)))
    assert added.returncode == 0, added.stderr
    known = (home.workspace / "known_hosts").read_text(encoding="utf-8")
    assert all(f"jump-a/[{address}]:{lab.port} " in known for address in BEHIND.values())
    assert lab.offers == []
    before = sshd.log().count("Accepted publickey")

    done = home.run("scan", *(part for name in BEHIND for part in ("--endpoint", name)))
    assert home.sights() == dict.fromkeys(BEHIND, "seen"), done.stderr
    assert sshd.log().count("Accepted publickey") == before + 1
    assert "secaudit runs offers 1" in done.stderr

    shown = home.json("runs", "show", 1)["outcomes"]
    assert all([offer["method"] for offer in outcome["offers"]] == ["publickey"] for outcome in shown)
    offers = home.json("runs", "offers", 1)["offers"]
    assert sorted(offer["machine"] for offer in offers) == ["jump-a", *BEHIND]
    assert {offer["result"] for offer in offers} == {"accepted"}
    assert next(offer for offer in offers if offer["machine"] == "jump-a")["fingerprint"] == sshd.client.fingerprint
    text = home.run("runs", "offers", 1, inventory=False).stdout
    assert "jump-a" in text and "audit" in text
    assert home.run("verify", inventory=False).returncode == 0


def test_a_jump_host_named_only_in_the_ssh_configuration(stack, home):
    sshd, lab = behind_a_jump_host(stack, home)
    home.inventory([f"{{id: may-1, kind: server, address: {BEHIND['may-1']}, lab: true}}"])
    (home.workspace / "credentials.yaml").unlink()
    mark = home.folder / "it-ran"
    home.private(
        home.folder / "home" / ".ssh" / "config",
        f'Match exec "touch {mark}"\n  Port 1\n'
        f"Host 127.26.2.*\n  ProxyJump bastion\n  Port {lab.port}\n  User audit\n  IdentityFile {home.folder / 'key'}\n"
        f"Host bastion\n  HostName {JUMP}\n  Port {sshd.port}\n  User {sshd.user}\n  IdentityFile {sshd.client_key}\n"
        "Host *\n  StrictHostKeyChecking no\n  IdentityFile ~/.ssh/not-there\n",
    )
    names = [(f"[{JUMP}]:{sshd.port}", sshd.host_key), *((f"ssh:bastion/{name}", key) for name, key in lab.known_hosts())]
    HostKeys.read(home.workspace / "known_hosts").add_all(names, who="test", at=datetime.now(UTC))
    done = home.run("scan", "--no-agent")
    assert home.sights() == {"may-1": "seen"}, done.stderr
    assert not mark.exists()
    config = home.folder / "home" / ".ssh" / "config"
    assert f"{config}:1" in done.stderr
    assert f"{config}:14" in done.stderr and "known_hosts of the workspace" in done.stderr
    assert f"{config}:15" in done.stderr and "not-there" in done.stderr
    assert home.run("scan", "--all", "--no-agent", "--no-ssh-config", "--deadline", "5").returncode == 4
    assert "may-1" in home.sights(2)


def test_a_hostile_or_wrong_configuration_stops_before_anything_is_asked(stack, home):
    _, lab = behind_a_jump_host(stack, home)
    (home.workspace / "credentials.yaml").unlink()
    config = home.private(home.folder / "config", "Host *\n  ProxyJump bastion\n")
    home.inventory([f"{{id: may-1, kind: server, address: {BEHIND['may-1']}, access: {{port: {lab.port}}}}}"])
    circle = home.run("scan", "--ssh-config", config)
    assert circle.returncode == 5
    assert f"{config}:2" in circle.stderr
    home.private(config, "Host *\n  Port many\n")
    assert home.run("scan", "--ssh-config", config).returncode == 5
    config.chmod(0o666)
    writable = home.run("scan", "--ssh-config", config)
    assert (writable.returncode, "chmod go-w" in writable.stderr) == (2, True)
    assert home.run("scan", "--ssh-config", home.folder / "none").returncode == 2
    assert home.run("scan", "--ssh-config", config, "--no-ssh-config").returncode == 2
    assert lab.offers == []


def with_passwords(stack, home):
    lab = start_lab(stack, home, BEHIND.values(), client_keys=[], password=Secret(PASSWORD))
    home.inventory(
        [f"{{id: {name}, kind: server, address: {address}, access: {{port: {lab.port}}}}}" for name, address in BEHIND.items()]
    )
    HostKeys.read(home.workspace / "known_hosts").add_all(lab.known_hosts(), who="test", at=datetime.now(UTC))
    return lab


def piped(text):
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    return reading


def test_a_password_through_a_descriptor_appears_nowhere(stack, home):
    with_passwords(stack, home)
    reading = piped(PASSWORD + "\n")
    done = home.run("scan", "--no-agent", "--user", "audit", "--password-fd", reading, pass_fds=[reading])
    os.close(reading)
    assert home.sights() == dict.fromkeys(BEHIND, "seen"), done.stderr
    offers = home.json("runs", "offers", 1)["offers"]
    assert {(offer["account"], offer["method"], offer["fingerprint"]) for offer in offers} == {("audit", "password", None)}
    home.assert_nowhere(PASSWORD)


def test_a_login_of_the_file_takes_the_descriptor_and_nobody_else_is_offered_it(stack, home):
    lab = with_passwords(stack, home)
    home.private(home.workspace / "credentials.yaml", "logins:\n  - {jump_hosts: [may-4], password: descriptor}\n")
    reading = piped(PASSWORD)
    home.run("scan", "--no-agent", "--user", "audit", "--password-fd", reading, pass_fds=[reading])
    os.close(reading)
    assert set(home.sights().values()) == {"auth"}
    assert lab.offers == [], "it is for a jump host, and nobody is behind it"
    missing = home.run("scan", "--no-agent", "--all")
    assert missing.returncode == 2
    assert "--password-fd N" in missing.stderr


def test_descriptors_that_give_no_secret_are_refused(stack, home):
    lab = with_passwords(stack, home)
    path = home.private(home.folder / "in-clear", PASSWORD)
    with path.open("rb") as file:
        clear = home.run("scan", "--password-fd", file.fileno(), pass_fds=[file.fileno()])
    assert clear.returncode == 2 and "in clear" in clear.stderr
    for text in ("", "\n", "x" * 5000):
        reading = piped(text)
        assert home.run("scan", "--password-fd", reading, pass_fds=[reading]).returncode == 2
        os.close(reading)
    closed = home.run("scan", "--password-fd", "77")
    assert closed.returncode == 2 and "descriptor 77" in closed.stderr and "→" in closed.stderr
    assert home.run("scan", "--password-fd", "7", "--ask-password").returncode == 2
    assert home.run("scan", "--password-fd", "7", "--passphrase-fd", "7").returncode == 2
    assert lab.offers == []
    home.assert_nowhere(PASSWORD)


def test_a_wrong_password_in_a_run_stops_after_five_machines_and_those_under_way(stack, home):
    addresses = {f"m-{n}": f"127.26.3.{n}" for n in range(1, 25)}
    lab = start_lab(stack, home, addresses.values(), client_keys=[], password=Secret("another"))
    home.inventory(
        [f"{{id: {name}, kind: server, address: {address}, access: {{port: {lab.port}}}}}" for name, address in addresses.items()]
    )
    HostKeys.read(home.workspace / "known_hosts").add_all(lab.known_hosts(), who="test", at=datetime.now(UTC))
    reading = piped(PASSWORD)
    home.run("scan", "--no-agent", "--user", "audit", "--connections", "2", "--password-fd", reading, pass_fds=[reading])
    os.close(reading)
    assert set(home.sights().values()) == {"auth"}
    assert 5 <= len(lab.offers) <= 6
    details = [outcome["detail"] for outcome in home.json("runs", "show", 1)["outcomes"]]
    assert sum(detail.startswith("no login was tried: ") for detail in details) == len(addresses) - len(lab.offers)


def test_a_keyring_that_is_not_there_is_said_before_any_machine_is_asked(stack, home):
    lab = with_passwords(stack, home)
    home.private(home.workspace / "credentials.yaml", "default: {password: 'keyring:secaudit/xa-a'}\n")
    if importlib.util.find_spec("keyring") is None:
        done = home.run("scan", "--no-agent")
        assert "pip install 'secaudit[keyring]'" in done.stderr
    else:
        done = home.run("scan", "--no-agent", PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")
        assert "keyring set secaudit xa-a" in done.stderr
    assert done.returncode == 2
    assert str(home.workspace / "credentials.yaml") in done.stderr
    assert lab.offers == []


@pytest.mark.skipif(importlib.util.find_spec("keyring") is None, reason="the extra 'keyring' is not installed")
def test_a_password_of_the_keyring(stack, home):
    with_passwords(stack, home)
    (home.folder / "backend.py").write_text(
        "from keyring.backend import KeyringBackend\n\nclass Ring(KeyringBackend):\n    priority = 1\n"
        f"    def get_password(self, service, name): return {PASSWORD!r} if (service, name) == ('secaudit', 'xa-a') else None\n"
        "    def set_password(self, service, name, value): raise NotImplementedError\n",
        encoding="utf-8",
    )
    home.private(home.workspace / "credentials.yaml", "default: {user: audit, agent: false, password: 'keyring:secaudit/xa-a'}\n")
    done = home.run(
        "scan",
        PYTHON_KEYRING_BACKEND="backend.Ring",
        PYTHONPATH=os.pathsep.join([str(home.folder), os.environ.get("PYTHONPATH", "")]),
    )
    assert done.returncode in (0, 3), done.stderr
    assert home.sights() == dict.fromkeys(BEHIND, "seen"), done.stderr
    home.assert_nowhere(PASSWORD)
