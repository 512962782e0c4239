"""``secaudit courier make`` as its user meets it."""

import json
import os
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from secaudit.intake.cms import open_envelope
from secaudit.intake.keys import make_key
from secaudit.model.base import day_in_vietnam
from secaudit.model.secret import Secret
from secaudit.store import Store
from tests.cli.conftest import environment
from tests.warm import run_command

WORDS = Secret("bốn từ không liên quan")


@pytest.fixture(name="province")
def with_an_isolated_machine(small):
    path = small / "agencies" / "so-a.yaml"
    machines = "endpoints:\n  - {id: pc-1, kind: workstation}\n  - {id: pc-mat, kind: isolated}\n"
    path.write_text(path.read_text(encoding="utf-8") + machines, encoding="utf-8")
    return small


@pytest.fixture(name="make")
def run_make(secaudit, province, tmp_path):
    def run(*arguments):
        return secaudit(
            "courier", "make", "--agency", "so-a", "--inventory", province,
            "--workspace", tmp_path / "ws", "-o", tmp_path / "out",
            *arguments,
        )  # fmt: skip

    return run


def test_without_a_key_nothing_is_made_and_the_way_is_said(make, tmp_path):
    done = make()
    assert done.returncode == 2
    assert "secaudit courier key" in done.stderr
    assert not (tmp_path / "out").exists()


def test_it_is_made_kept_and_no_secret_is_shown(make, tmp_path):
    pair = make_key(tmp_path / "ws", name="t", passphrase=WORDS, at=datetime.now(UTC))
    first, second = make("--via", "gpo", "--format", "json"), make()
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    period = day_in_vietnam(datetime.now(UTC)).strftime("%Y-%m")
    told = json.loads(first.stdout)
    assert (told["kind"], told["via"], told["period"], told["isolated"], told["machines"]) == (
        "courier-made",
        "gpo",
        period,
        ["pc-mat"],
        1,
    )
    assert "pc-mat" in second.stderr and "1 collectors made earlier" in second.stderr
    package = tmp_path / "out" / f"thu-thap-so-a-{period}.zip"
    assert package.stat().st_mode & 0o777 == 0o600
    with Store.open(tmp_path / "ws" / "store.sqlite", create=False) as store:
        records = store.couriers.of("so-a", period)
    assert [record.via for record in records] == ["gpo", "document"]
    assert records[0].digest == told["sha256"] and records[1].digest == sha256(package.read_bytes()).hexdigest()
    key = pair.open(WORDS, where="test")
    for record in records:
        token = open_envelope(record.token, pair.certificate, key).decode()
        assert token not in first.stdout + first.stderr + second.stdout + second.stderr
        assert token.encode() not in (tmp_path / "ws" / "store.sqlite").read_bytes()
    with zipfile.ZipFile(package) as found:
        assert found.testzip() is None


@pytest.mark.parametrize("arguments", [("--period", "2020-01"), ("--period", "soon"), ("--via", "pigeon")])
def test_wrong_use_is_said_before_anything_is_made(make, tmp_path, arguments):
    make_key(tmp_path / "ws", name="t", passphrase=WORDS, at=datetime.now(UTC))
    done = make(*arguments)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists() and not (tmp_path / "ws" / "store.sqlite").exists()


@pytest.mark.skipif(
    os.name == "nt" or shutil.which("openssl") is None, reason="the collector for Linux needs a shell and openssl"
)
def test_from_key_to_evidence(make, secaudit, province, tmp_path):
    """Made, unpacked, run on this machine, sent back, taken in: a machine nobody declares; the second time it adds nothing."""

    def with_words(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["courier", *arguments, "--workspace", str(tmp_path / "ws"), "--passphrase-fd", "0"]
        return run_command(command, typed=WORDS.reveal() + "\n", cwd=tmp_path, env=environment())

    assert with_words("key").returncode == 0
    told = json.loads(make("--format", "json").stdout)
    place = tmp_path / "unpacked"
    with zipfile.ZipFile(told["file"]) as package:
        package.extractall(place)
    run = subprocess.run(["sh", "thu-thap-linux.sh"], cwd=place, stdin=subprocess.DEVNULL, capture_output=True, timeout=180)
    assert run.returncode == 0, run.stdout
    (answer,) = place.glob("tra-loi-*.txt")
    first, again = (with_words("import", str(answer), "--inventory", str(province)) for _ in range(2))
    assert first.returncode == 4, first.stdout + first.stderr
    assert again.returncode in (0, 4) and "Traceback" not in again.stderr
    with Store.open(tmp_path / "ws" / "store.sqlite", create=False) as store:
        (receipt,) = store.couriers.receipts()
        (newcomer,) = store.newcomers()
        assert receipt.courier == told["courier"] and newcomer.agency == "so-a"
        assert {str(stored.outcome.grade) for stored in store.outcomes(1)} == {"C"}
