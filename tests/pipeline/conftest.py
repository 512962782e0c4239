"""A small province whose machines are lab endpoints on loopback, asked over real SSH."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.process import LabProcess
from secaudit.transport import HostKeys

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # annual_kit
ROOT = HERE.parent.parent
ANSWERS = ("win10-22h2-defender", "win7-bkav", "debian-12-clamav", "ubuntu-24-04-unprotected", "win10-22h2-unprotected")


@dataclass(frozen=True)
class LabProvince:
    """Where it lies and what it holds."""

    folder: Path
    workspace: Path
    key: Path
    answering: tuple[str, ...]
    """Endpoint ids that answer."""
    refusing: tuple[str, ...]

    def command(self, *arguments: str) -> list[str]:
        """A secaudit command line over this province."""
        return [
            sys.executable, "-m", "secaudit", *arguments, "--inventory", str(self.folder), "--workspace", str(self.workspace)
        ]  # fmt: skip

    def scan(self, *arguments: str) -> list[str]:
        """The scan command line with this lab's key and nobody's agent."""
        login = ["--no-agent", "--identity", str(self.key), "--user", "audit", "--deadline", "30"]
        # All stand in one network of a lab, which is no weak line; those that refuse will refuse again.
        return self.command("scan", *login, "--per-network", "60", "--retries", "0", *arguments)

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run to the end."""
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, encoding="utf-8", timeout=300)

    def environment(self) -> dict[str, str]:
        """English, UTF-8, no settings of the person who runs the tests."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
        return {**kept, "SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "160", "TERM": "dumb"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.29.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module", name="lab_province")
def start_lab_province(tmp_path_factory) -> Iterator[LabProvince]:
    """40 machines answer, 4 refuse; one agency that has sent its inventory."""
    home = tmp_path_factory.mktemp("lab-province")
    port = _free_port()
    folder, workspace = home / "province", home / "workspace"
    (folder / "agencies").mkdir(parents=True)
    workspace.mkdir(mode=0o700)
    answering = {f"may-{number:02}": f"127.29.1.{number}" for number in range(1, 41)}
    refusing = {f"tat-{number}": f"127.29.2.{number}" for number in range(1, 5)}
    lines = [
        f"  - {{id: {name}, kind: workstation, address: {address}, lab: true}}\n"
        for name, address in {**answering, **refusing}.items()
    ]
    (folder / "province.yaml").write_text(
        f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\ndefaults: {{access: {{port: {port}}}}}\n", encoding="utf-8"
    )
    (folder / "agencies" / "xa-a.yaml").write_text(
        "agency: {id: xa-a, name: UBND xã A, tier: commune, networks: [127.29.1.0/24, 127.29.2.0/24],"
        " submission: {accepted_on: 2026-11-01}}\n"
        "endpoints:\n" + "".join(lines),
        encoding="utf-8",
    )
    machines = [f"  {address}: {{answer: {ANSWERS[n % len(ANSWERS)]}}}\n" for n, address in enumerate(answering.values())]
    lab_map = home / "lab.yaml"
    lab_map.write_text(f"port: {port}\nmachines:\n{''.join(machines)}", encoding="utf-8")
    key = home / "key"
    with LabProcess(lab_map, home / "lab", [fresh_key(key)]) as lab:
        known = HostKeys.read(workspace / "known_hosts")
        known.add_all(lab.known_hosts(), who="test", at=datetime.now(UTC))
        yield LabProvince(folder, workspace, key, tuple(answering), tuple(refusing))


@pytest.fixture(name="fresh_workspace")
def empty_the_store(lab_province) -> LabProvince:
    """The lab province with nothing gathered yet."""
    for path in lab_province.workspace.glob("store.sqlite*"):
        path.unlink()
    return lab_province
