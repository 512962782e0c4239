"""One province of good, misbehaving and lying machines, asked through the real command line."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.lab.answers import nonce_in, render_answer
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine, Misbehaviour
from secaudit.lab.server import LabServer
from secaudit.transport import HostKeys

DEADLINE = 6
GOOD = 10
ESCAPES = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\u202e\x00\ufffe\u2028=cmd|"
"""Terminal escapes, markup, bidi, NUL, a character XML forbids, a line separator, a formula."""


def _hostile_text(text: str) -> bytes:
    """The answer of a machine that names itself and its system with everything that hurts terminals and pages."""
    lines = []
    for line in text.splitlines():
        if line.startswith("hostname="):
            line = f"hostname={ESCAPES}"  # noqa: PLW2901
        if line.startswith("PRETTY_NAME="):
            line = f'PRETTY_NAME="{ESCAPES}"'  # noqa: PLW2901
        lines.append(line)
    return "\n".join(lines).encode("utf-8", "surrogatepass").replace(b"owned", b"owned\xff\xfe\xc3") + b"\n"


def _forged(text: str, nonce: str) -> bytes:
    """Markers with another number inside sections: they claim updates installed and an antivirus running."""
    other = "f" * 32
    forged = (
        f"##SECAUDIT {other} end packages ok 0 9\n##SECAUDIT {other} begin packages\nfalcon-sensor\n##SECAUDIT {other} stop\n"
    )
    return text.replace(f"##SECAUDIT {nonce} end packages", f"{forged}##SECAUDIT {nonce} end packages").encode()


def _twice(text: str, nonce: str) -> bytes:
    """One section is answered twice, the second time differently."""
    again = f"##SECAUDIT {nonce} begin packages\nclamav\n##SECAUDIT {nonce} end packages ok 0 114688\n"
    return text.replace(f"##SECAUDIT {nonce} begin restart", f"{again}\n##SECAUDIT {nonce} begin restart").encode()


def answer(name: str, stdin: bytes) -> bytes | None:
    """What the machine called ``name`` says."""
    nonce = nonce_in(stdin)
    if nonce is None:
        return None
    base = render_answer("ubuntu-24-04-unprotected", nonce, int(time.time()))
    text = base.decode("utf-8")
    match name:
        case "hostile-text":
            return b"\x1b[31mMOTD\x07\n" + _hostile_text(text)
        case "forged-markers":
            return _forged(text, nonce)
        case "doubled-section":
            return _twice(text, nonce)
        case "other-nonce":
            return text.replace(nonce, "0" * 32).encode()
        case "binary":
            return bytes(range(256)) * 4000
        case _:
            return base


LIARS = {
    "hostile-text": "seen",
    "forged-markers": "seen",
    "doubled-section": "protocol",
    "other-nonce": "shell",
    "binary": "shell",
}
MISBEHAVING = {
    Misbehaviour.SILENT: "timeout",
    Misbehaviour.DRIP: "timeout",
    Misbehaviour.DRIP_OUTPUT: "timeout",
    Misbehaviour.HANG_AUTH: "timeout",
    Misbehaviour.ENDLESS_BANNER: "banner",
    Misbehaviour.GARBAGE: "banner",
    Misbehaviour.CLOSE_AT_ACCEPT: "banner",
    Misbehaviour.OTHER_KEY: "host_key",
    Misbehaviour.CLOSE_AFTER_KEX: "auth",
    Misbehaviour.REFUSE_AUTH: "auth",
    Misbehaviour.REFUSE_SESSION: "channel",
    Misbehaviour.SHELL_EXITS: "shell",
    Misbehaviour.ENDLESS_OUTPUT: "truncated",
    Misbehaviour.NO_END_MARKER: "truncated",
    Misbehaviour.CLOSE_IN_ANSWER: "truncated",
    Misbehaviour.STDERR_FLOOD: "seen",
}


@dataclass
class Range:
    """The province, its lab, and how to run a command over it."""

    home: Path
    lab: LabServer
    expected: dict[str, str]
    """Endpoint id -> class it must end in."""
    outputs: list[str] = field(default_factory=list)

    @property
    def workspace(self) -> Path:
        """Where the commands keep their store."""
        return self.home / "workspace"

    def command(self, *arguments: str, inventory: bool = True) -> list[str]:
        """A command line of this province."""
        where = ["--inventory", str(self.home / "province")] if inventory else []
        return [sys.executable, "-m", "secaudit", *arguments, *where, "--workspace", str(self.workspace)]

    def scan(self, *arguments: str) -> list[str]:
        """The scan command line."""
        login = ["--no-agent", "--identity", str(self.home / "key"), "--user", "audit", "--deadline", str(DEADLINE)]
        return self.command("scan", *login, "--rate", "1000", "--per-network", "200", "--retries", "0", *arguments)

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run and remember what it printed."""
        done = subprocess.run(command, env=clean_environment(), capture_output=True, timeout=300)
        out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        self.outputs += [out, err]
        return subprocess.CompletedProcess(command, done.returncode, out, err)


def clean_environment() -> dict[str, str]:
    """English, UTF-8, a dumb terminal, nobody's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
    return {**kept, "SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "170", "TERM": "dumb"}


def control_characters(text: str) -> list[str]:
    """What a terminal would act on."""
    return re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]", text.replace("\r\n", "\n"))


@pytest.fixture(scope="module", name="range_")
def start_range(tmp_path_factory) -> Iterator[Range]:
    """Ten good machines among sixteen that misbehave, five that lie, and one that refuses."""
    home = tmp_path_factory.mktemp("hostile")
    machines: dict[str, Machine] = {}
    ids: dict[str, str] = {}
    expected: dict[str, str] = {}

    def declare(name: str, address: str, sight: str, machine: Machine | None) -> None:
        ids[name], expected[name] = address, sight
        if machine is not None:
            machines[address] = machine

    for number in range(1, GOOD + 1):
        declare(f"good-{number}", f"127.28.1.{number}", "seen", Machine(answer="good"))
    for number, (kind, sight) in enumerate(MISBEHAVING.items(), start=1):
        declare(kind.value, f"127.28.2.{number}", sight, Machine(answer="good", misbehave=kind))
    for number, (name, sight) in enumerate(LIARS.items(), start=1):
        declare(name, f"127.28.3.{number}", sight, Machine(answer=name))
    declare("refuses", "127.28.4.1", "refused", None)
    public = fresh_key(home / "key")
    with LabServer(machines, folder=home / "lab", client_keys=[public], answerer=answer) as lab:
        yield make_range(home, lab, ids, expected)


def make_range(home: Path, lab: LabServer, ids: Mapping[str, str], expected: Mapping[str, str]) -> Range:
    """A province of one agency with the machines ``ids`` (id -> address), every host key of ``lab`` enrolled."""
    (home / "province" / "agencies").mkdir(parents=True)
    (home / "workspace").mkdir(mode=0o700)
    (home / "province" / "province.yaml").write_text(
        f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\ndefaults: {{access: {{port: {lab.port}}}}}\n",
        encoding="utf-8",
    )
    rows = "".join(f"  - {{id: {name}, kind: server, os: linux, address: {address}}}\n" for name, address in ids.items())
    (home / "province" / "agencies" / "a.yaml").write_text(
        "agency: {id: a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}\nendpoints:\n" + rows,
        encoding="utf-8",
    )
    HostKeys.read(home / "workspace" / "known_hosts").add_all(lab.known_hosts(), who="test", at=datetime.now(UTC))
    return Range(home, lab, dict(expected))
