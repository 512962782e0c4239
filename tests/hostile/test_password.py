"""A password typed at the terminal: it goes to machines whose key was confirmed, once each, and appears nowhere."""

import json
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from secaudit.lab.keys import public_key, write_private
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.server import LabServer
from secaudit.model.secret import Secret
from tests.hostile.conftest import answer, clean_environment, make_range

if sys.platform == "win32":
    pytest.skip("a terminal that a test owns is a thing of POSIX systems", allow_module_level=True)

from tests.hostile.terminal import typed

PASSWORD = "Hoa-Phượng-2026 $(id)"
PASSPHRASE = "Sen-Trắng-2026"
CHANGED = "127.28.12.1"
PROMPT = b"Password on the machines: "
IDS = {"good-1": "127.28.11.1", "good-2": "127.28.11.2", "good-3": "127.28.11.3", "changed": CHANGED}


def start(home, *, interactive=False, keys=()):
    machines = {address: Machine(answer="good") for address in IDS.values()}
    machines[CHANGED] = Machine(answer="good", misbehave=Misbehaviour.OTHER_KEY)
    return LabServer(
        machines, folder=home / "lab", client_keys=keys, answerer=answer, password=Secret(PASSWORD), interactive=interactive
    )


def scan(province, *arguments):
    return province.command("scan", "--no-agent", "--user", "audit", "--deadline", "20", "--ask-password", *arguments)


def outcomes(province):
    done = province.run([*province.command("runs", "show", "1", inventory=False), "--format", "json"])
    return {outcome["endpoint"]: outcome for outcome in json.loads(done.stdout)["outcomes"]}


def assert_nowhere(province, shown, *secrets):
    for secret in secrets:
        assert secret not in shown + "".join(province.outputs)
        for path in province.home.rglob("*"):
            if path.is_file():
                assert secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("interactive", [False, True], ids=["password", "keyboard-interactive"])
def test_a_typed_password_opens_confirmed_machines_only(tmp_path, interactive):
    with start(tmp_path, interactive=interactive) as lab:
        province = make_range(tmp_path, lab, IDS, {})
        status, shown = typed(scan(province), [(PROMPT, f"{PASSWORD}\n".encode())], clean_environment())
        assert status == 4, shown
        found = outcomes(province)
        assert {name: found[name]["sight"] for name in IDS} == {**dict.fromkeys(IDS, "seen"), "changed": "host_key"}, shown
        assert [offer for offer in lab.offers if offer[0] == CHANGED] == [], "the machine with another key was offered something"
        assert_nowhere(province, shown, PASSWORD)


@pytest.mark.parametrize("interactive", [False, True], ids=["password", "keyboard-interactive"])
def test_a_wrong_password_is_tried_once_per_machine(tmp_path, interactive):
    """Directories lock accounts after a few attempts."""
    wrong = "Hoa-Cúc-2025"
    with start(tmp_path, interactive=interactive) as lab:
        province = make_range(tmp_path, lab, IDS, {})
        status, shown = typed(scan(province), [(PROMPT, f"{wrong}\n".encode())], clean_environment())
        assert status == 4, shown
        assert {outcome["sight"] for outcome in outcomes(province).values()} == {"auth", "host_key"}
        wanted = "keyboard-interactive" if interactive else "password"
        tried = [address for address, method in lab.offers if method == wanted]
        assert sorted(tried) == sorted(set(IDS.values()) - {CHANGED})
        assert_nowhere(province, shown, wrong)


def test_a_typed_passphrase_opens_the_key_and_a_wrong_one_is_said_before_any_machine_is_asked(tmp_path):
    key = Ed25519PrivateKey.generate()
    locked = BestAvailableEncryption(PASSPHRASE.encode())
    path = write_private(tmp_path / "locked-key", key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, locked))
    with start(tmp_path, keys=[public_key(key)]) as lab:
        province = make_range(tmp_path, lab, IDS, {})
        command = province.command(
            "scan", "--no-agent", "--user", "audit", "--identity", str(path), "--ask-passphrase", "--deadline", "20"
        )
        prompt = b"Passphrase of the key: "
        status, shown = typed(command, [(prompt, b"Sen-Vang\n")], clean_environment())
        assert status == 2
        assert "passphrase does not open" in shown
        assert lab.offers == []
        status, shown_again = typed(command, [(prompt, f"{PASSPHRASE}\n".encode())], clean_environment())
        assert status == 4
        assert {name: one["sight"] for name, one in outcomes(province).items()}["good-1"] == "seen"
        assert_nowhere(province, shown + shown_again, PASSPHRASE, "Sen-Vang")


def test_leaving_at_the_prompt(tmp_path):
    """Ctrl-C instead of a password: nothing is asked, nothing is kept, and the next scan can write."""
    with start(tmp_path) as lab:
        province = make_range(tmp_path, lab, IDS, {})
        status, shown = typed(scan(province), [(PROMPT, b"\x03")], clean_environment())
        assert status == 130, shown
        assert "Traceback" not in shown
        assert lab.offers == []
        again, shown = typed(scan(province), [(PROMPT, f"{PASSWORD}\n".encode())], clean_environment())
        assert again == 4, shown
