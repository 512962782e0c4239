"""``secaudit courier``: key, import and status as users run them."""

import json
import os
import secrets
import stat
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secaudit.intake.answers import seal_answer
from secaudit.intake.cms import seal
from secaudit.intake.keys import current_certificate
from secaudit.lab.answers import platform_of, render_answer
from secaudit.model.courier import Courier
from secaudit.model.secret import Secret
from secaudit.store import Store
from tests.cli.conftest import environment
from tests.warm import run_command

if sys.platform == "win32":
    pytest.skip("descriptors are handed on as POSIX does", allow_module_level=True)

PASSPHRASE = "bốn từ không liên quan"
AGENCIES = {
    "xa-a": ["{id: pc-1, os: windows, kind: workstation, serial: LABPC010105}", "{id: pc-2, os: windows, kind: workstation}"],
    "xa-b": ["{id: pc-b, os: windows, kind: workstation}", "{id: rieng, os: windows, kind: isolated}"],
    "xa-c": ["{id: lab-dvc-web-01, os: linux, kind: server}"],
    "xa-d": ["{id: pc-d, os: windows, kind: workstation}"],
}


@dataclass
class Home:
    folder: Path

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def run(self, *arguments: object, secret: str | None = None, more: str | None = None, **settings: str):
        """A command; secrets go through pipes."""
        fds, options = [], []
        for value, option in ((secret, "--passphrase-fd"), (more, "--new-passphrase-fd")):
            if value is not None:
                reading, writing = os.pipe()
                os.write(writing, value.encode() + b"\n")
                os.close(writing)
                fds.append(reading)
                options += [option, str(reading)]
        given = environment(SECAUDIT_INVENTORY=str(self.folder / "province"), **settings)
        try:
            return run_command([*map(str, arguments), *options], cwd=self.folder, env=given, pass_fds=fds)
        finally:
            for fd in fds:
                os.close(fd)

    def collector(self, agency: str, *, made: datetime, number: str) -> Secret:
        certificate, token = current_certificate(self.workspace), Secret(secrets.token_hex(32))
        sealed = seal(certificate, token.reveal().encode())
        courier = Courier(number, agency, f"{made:%Y-%m}", "gpo", made, "An", certificate.fingerprint, sealed, "d" * 64)
        with Store.open(self.workspace / "store.sqlite") as store:
            store.couriers.save(courier)
        return token

    def answer(self, name: str, agency: str, number: str, token: Secret, time: datetime) -> bytes:
        nonce = secrets.token_hex(16)
        return seal_answer(
            current_certificate(self.workspace), token, agency=agency, period=f"{time:%Y-%m}", courier=number, number=name,
            time=time, nonce=nonce, platform=platform_of(name), name=name,
            output=render_answer(name, nonce, int(time.timestamp())),
        )  # fmt: skip


@pytest.fixture(name="home")
def province_without_key(tmp_path) -> Home:
    agencies = tmp_path / "province" / "agencies"
    agencies.mkdir(parents=True)
    (agencies.parent / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    for name, machines in AGENCIES.items():
        lines = "".join(f"  - {machine}\n" for machine in machines)
        agency = f"{{id: {name}, name: UBND {name}, tier: commune, submission: {{accepted_on: 2026-11-01}}}}"
        (agencies / f"{name}.yaml").write_text(f"agency: {agency}\nendpoints:\n{lines}", encoding="utf-8")
    return Home(tmp_path)


def test_the_key_is_made_once_and_renewed_on_request(home):
    done = home.run("courier", "key", secret=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    first = current_certificate(home.workspace).fingerprint
    assert first in done.stderr and "two safe places" in done.stderr
    keys = home.workspace / "courier" / "keys.pem"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600 and stat.S_IMODE(home.workspace.stat().st_mode) == 0o700
    again = home.run("courier", "key", secret=PASSPHRASE)
    assert again.returncode == 2 and "--renew" in again.stderr
    wrong = home.run("courier", "key", "--renew", secret="not that one, surely")
    assert wrong.returncode == 2 and "does not open" in wrong.stderr
    assert current_certificate(home.workspace).fingerprint == first
    renewed = home.run("courier", "key", "--renew", secret=PASSPHRASE, more="another four unrelated words")
    assert renewed.returncode == 0, renewed.stderr
    assert current_certificate(home.workspace).fingerprint != first
    for text in (done.stderr, wrong.stderr, renewed.stderr, keys.read_text(encoding="ascii")):
        assert PASSPHRASE not in text and "another four" not in text
    assert home.run("courier", "key", "--renew", secret=PASSPHRASE).returncode == 2
    assert home.run("courier", "key", "--renew", secret="another four unrelated words").returncode == 0


def test_a_passphrase_in_a_file_or_too_short_is_refused(home):
    assert home.run("courier", "key", secret="short").returncode == 2
    with (home.folder / "secret.txt").open("w+") as file:
        file.write(PASSPHRASE + "\n")
        file.seek(0)
        done = subprocess.run(
            [sys.executable, "-m", "secaudit", "courier", "key", "--passphrase-fd", str(file.fileno())],
            cwd=home.folder, env=environment(), capture_output=True, text=True, pass_fds=[file.fileno()],
        )  # fmt: skip
    assert done.returncode == 2 and "file in clear" in done.stderr
    assert not (home.workspace / "courier").exists()


@pytest.fixture(name="sent")
def two_collectors_and_their_files(home) -> dict[str, Path]:
    assert home.run("courier", "key", secret=PASSPHRASE).returncode == 0
    now = datetime.now(UTC)
    numbers = {"xa-a": "a" * 16, "xa-b": "b" * 16, "xa-c": "c" * 16}
    # Both moments lie in one month, so that they lie in one period, whenever this runs.
    time = max(now - timedelta(hours=3), now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    tokens = {name: home.collector(name, made=time, number=number) for name, number in numbers.items()}
    good = home.answer("win10-22h2-kaspersky", "xa-a", numbers["xa-a"], tokens["xa-a"], time)
    new = home.answer("win10-22h2-esu", "xa-a", numbers["xa-a"], tokens["xa-a"], time)
    server = home.answer("debian-13-server", "xa-c", numbers["xa-c"], tokens["xa-c"], time)
    outsider = home.answer("win7-bkav", "xa-a", numbers["xa-a"], Secret("0" * 64), time)
    files = {"good": good, "new": new, "server": server, "bad": outsider + good[:300] + b"\n" + good}
    paths = {}
    for name, data in files.items():
        paths[name] = home.folder / f"{name}.txt"
        paths[name].write_bytes(data)
    return paths


def test_good_answers_are_kept_and_the_summary_says_what_they_are_worth(home, sent):
    done = home.run("courier", "import", sent["good"], sent["server"], secret=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    assert "2 answers kept" in done.stderr and "grade C" in done.stderr and "UBND xa-a" in done.stdout
    again = home.run("courier", "import", sent["good"], secret=PASSPHRASE)
    assert again.returncode == 0 and "taken in before" in again.stderr and "nothing was kept" in again.stderr
    listed = json.loads(home.run("runs", "list", "--format", "json").stdout)["runs"]
    assert [(run["way"], run["counts"]) for run in listed] == [("courier", {"seen": 2})]


def test_a_newcomer_is_kept_and_said_to_wait(home, sent):
    done = home.run("courier", "import", sent["new"], secret=PASSPHRASE)
    assert done.returncode == 4
    assert "waits for its agency to declare it" in done.stderr and "LAB-STC-106" in done.stderr


def test_everything_refused_is_named_at_once_and_the_good_is_kept_all_the_same(home, sent):
    package = home.folder / "all.zip"
    with zipfile.ZipFile(package, "w") as file:
        file.write(sent["bad"], "../bad.txt")
        file.writestr("notes.txt", "no answer here")
    done = home.run("courier", "import", package, home.folder / "none.txt", "--format", "json", secret=PASSPHRASE)
    assert done.returncode == 5, done.stderr
    found = json.loads(done.stdout)
    assert [(one["reason"], one["block"]) for one in found["refused"]] == [
        ("outsider", 1), ("truncated", 2), ("unreadable", None)
    ]  # fmt: skip
    assert [(one["endpoint"], one["declared"], one["block"]) for one in found["kept"]] == [("pc-1", True, 3)]
    assert [one["reason"] for one in found["skipped"]] == ["beside"]
    assert all(one["hint"] for one in found["refused"])
    shown = home.run("courier", "import", sent["bad"], secret=PASSPHRASE, SECAUDIT_LANG="vi")
    assert shown.returncode == 5
    assert "bad.txt  khối 1, máy" in shown.stderr and "mã xác thực" in shown.stderr


def test_a_wrong_passphrase_takes_nothing_and_damaged_files_need_none(home, sent):
    done = home.run("courier", "import", sent["good"], secret="not that one, surely")
    assert done.returncode == 2 and "does not open" in done.stderr
    damaged = home.folder / "damaged.txt"
    damaged.write_bytes(sent["good"].read_bytes()[:700])
    without = home.run("courier", "import", damaged)
    assert without.returncode == 5 and "cut off" in without.stderr
    with Store.open(home.workspace / "store.sqlite") as store:
        assert store.runs() == []


def test_an_import_where_no_collector_was_made_says_where_to_look(home, sent):
    done = home.run("courier", "import", sent["good"], "--workspace", home.folder / "elsewhere", secret=PASSPHRASE)
    assert done.returncode == 2 and "--workspace" in done.stderr
    assert not (home.folder / "elsewhere").exists()


def test_an_import_where_the_key_is_gone_says_that_and_not_that_nothing_was_made(home, sent):
    key = home.workspace / "courier" / "keys.pem"
    kept = key.rename(key.with_suffix(".safe"))
    done = home.run("courier", "import", sent["good"], secret=PASSPHRASE)
    assert done.returncode == 2
    assert "the key that opens their answers is gone" in done.stderr
    kept.rename(key)
    assert home.run("courier", "import", sent["good"], secret=PASSPHRASE).returncode in (0, 4)


def test_status_begins_with_those_somebody_must_call(home, sent):
    home.run("courier", "import", sent["good"], sent["new"], sent["server"], secret=PASSPHRASE)
    done = home.run("courier", "status", "--format", "json")
    assert done.returncode == 4
    report = json.loads(done.stdout)
    states = [
        (one["agency"], one["state"], one["expected"], len(one["received"]), len(one["new_machines"]))
        for one in report["agencies"]
    ]
    assert states == [
        ("xa-d", "no_collector", 1, 0, 0),
        ("xa-b", "nothing", 1, 0, 0),
        ("xa-a", "partly", 2, 1, 1),
        ("xa-c", "complete", 1, 1, 0),
    ]
    assert report["agencies"][2]["missing"] == ["pc-2"]
    text = home.run("courier", "status", "--missing", "--agency", "xa-a", SECAUDIT_LANG="vi")
    assert text.returncode == 4
    assert "pc-2" in text.stdout and "1/2" in text.stdout and "UBND xa-d" not in text.stdout
    assert "hạng C" in text.stderr
    assert home.run("courier", "status", "--agency", "xa-c").returncode == 0
    assert home.run("courier", "status", "--agency", "xa-x").returncode == 2
    assert home.run("courier", "status", "--period", "2026-13").returncode == 2


def test_status_of_a_workspace_without_collectors_lists_every_agency_with_machines(home):
    done = home.run("courier", "status")
    assert done.returncode == 4 and "no collector made" in done.stdout
    assert not home.workspace.exists()
