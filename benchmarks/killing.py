"""``secaudit scan`` killed at random moments, and with a disk that fills up: no finished machine is lost, none counted twice.

    python benchmarks/killing.py [--machines 2000 --kills 100 --full 10 --seed N]

SIGKILL strikes at a random moment of the real command. The next call goes on, is killed in its turn, and so on until one comes to
its end; then every machine must have been seen once, and the next round begins with an empty store. Before and after every kill
this process reads the store: every outcome that stood in it stands there unchanged, no machine was seen twice, every answer has
its capture, and the chain is intact. The full disk is a small tmpfs over the workspace that grows (needs root and mount; left out
without them). The seed is printed: with it the same moments come again.
"""

import argparse
import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from secaudit.cli.exits import ExitCode
from secaudit.errors import StoreError
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.process import captured_answer
from secaudit.lab.server import LabServer
from secaudit.model.outcome import Sight
from secaudit.store import FlawKind, Store
from secaudit.transport import HostKeys

ANSWERS = ("debian-13-server", "debian-12-clamav", "ubuntu-22-04-esm", "rocky-9-pending")
OWN_LIMITS = ("--per-network", "2000")
"""Options that lift what protects real networks: here all machines share one computer."""


@dataclass
class Province:
    """One agency on loopback and how to scan it."""

    home: Path
    machines: int
    seen: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    """Number of an outcome -> what it was when it was read first."""

    @property
    def workspace(self) -> Path:
        return self.home / "workspace"

    @property
    def store(self) -> Path:
        return self.workspace / "store.sqlite"

    def addresses(self) -> list[str]:
        return [f"127.{70 + n // 62500}.{n // 250 % 250}.{1 + n % 250}" for n in range(self.machines)]

    def write(self, lab: LabServer) -> None:
        (self.home / "province" / "agencies").mkdir(parents=True)
        self.workspace.mkdir(mode=0o700)
        head = "province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n"
        (self.home / "province" / "province.yaml").write_text(
            head + f"defaults: {{access: {{port: {lab.port}}}}}\n", encoding="utf-8"
        )
        rows = [f"  - {{id: m{n}, kind: server, os: linux, address: {one}}}\n" for n, one in enumerate(self.addresses())]
        (self.home / "province" / "agencies" / "a.yaml").write_text(
            "agency: {id: a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}\nendpoints:\n" + "".join(rows),
            encoding="utf-8",
        )
        HostKeys.read(self.workspace / "known_hosts").add_all(lab.known_hosts(), who="benchmark", at=datetime.now(UTC))

    def forget(self) -> None:
        """Begin again from an empty store."""
        self.seen = {}
        for path in self.workspace.glob("store.sqlite*"):
            path.unlink()

    def scan(self) -> "subprocess.Popen[bytes]":
        command = [
            sys.executable, "-m", "secaudit", "scan", "--inventory", str(self.home / "province"),
            "--workspace", str(self.workspace), "--no-agent", "--identity", str(self.home / "key"), "--user", "audit",
            "--connections", "100", "--rate", "2000", "--deadline", "120", *OWN_LIMITS,
        ]  # fmt: skip
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def outcomes(self) -> dict[int, tuple[str, str, str]]:
        """Number -> machine, class and chain value of every outcome in the store, which a scan may be writing meanwhile."""
        with Store.open(self.store, create=False) as store:
            parts = [store.outcomes(run.number) for run in store.runs()]
        return {one.number: (one.outcome.endpoint, one.outcome.sight.value, one.chain) for part in parts for one in part}

    def faults(self) -> list[str]:
        """What is wrong with the store, after a process that was killed or refused."""
        if not self.store.exists():
            return ["the store is gone"] if self.seen else []
        kept = self.outcomes()
        with Store.open(self.store, create=False) as store:
            answered = [number for number, (_, sight, _) in kept.items() if sight == Sight.SEEN]
            without = len(answered) - sum(note.capture_kept for note in store.evidence_notes(answered).values())
            flaws = [flaw.kind for flaw in store.verify().problems if flaw.kind is not FlawKind.OPEN]
        lost = [number for number, what in self.seen.items() if kept.get(number) != what]
        often = Counter(name for name, sight, _ in kept.values() if sight == Sight.SEEN)
        twice = [name for name, count in often.items() if count > 1]
        self.seen = kept
        return [
            f"{what}: {count}"
            for what, count in (
                ("outcomes lost or changed", len(lost)),
                ("machines seen twice", len(twice)),
                ("answers without capture", without),
                ("flaws of the chain", len(flaws)),
            )
            if count
        ]

    def unfinished(self) -> list[str]:
        """What a call that came to its end left over."""
        seen = {name for name, sight, _ in self.seen.values() if sight == Sight.SEEN}
        return [] if len(seen) == self.machines else [f"{self.machines - len(seen)} machines were not seen"]


@contextlib.contextmanager
def province_with_lab(machines: int, place: Path) -> Iterator[Province]:
    """The lab runs in threads of this process, which only waits otherwise."""
    province = Province(place, machines)
    served = {address: Machine(answer=ANSWERS[n % len(ANSWERS)]) for n, address in enumerate(province.addresses())}
    keys = [fresh_key(place / "key")]
    with LabServer(served, folder=place / "lab", client_keys=keys, answerer=captured_answer, wildcard=True) as lab:
        province.write(lab)
        yield province


def strike(province: Province, kills: int, chance: random.Random) -> int:
    """Kill ``kills`` scans, from an empty store in each round until a call came to its end; how many faults came up."""
    began = time.monotonic()
    province.scan().wait()
    length = time.monotonic() - began
    found, done, rounds = report("undisturbed", [*province.faults(), *province.unfinished()]), 0, 0
    print(f"an undisturbed scan takes {length:.1f} s", flush=True)
    while done < kills:
        rounds += 1
        province.forget()
        ended = False
        while not ended and done < kills:
            after = chance.uniform(0.0, length * 0.7)
            ended = killed_after(province, after)
            done += not ended
            found += report(f"kill {done} after {after:.2f} s", province.faults())
        if not ended:
            province.scan().wait()
        found += report(f"round {rounds}, the call after its last kill", [*province.faults(), *province.unfinished()])
    print(f"{done} kills in {rounds} rounds, each finished by the next call; faults: {found}", flush=True)
    return found


def killed_after(province: Province, seconds: float) -> bool:
    """Start, look into the store while the scan works, kill; whether it had ended by itself before."""
    process = province.scan()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(StoreError):  # it may not be there yet
            province.seen = province.outcomes()
        process.kill()
        process.wait()
        return False
    return True


def fill(province: Province, times: int, chance: random.Random) -> int:
    """A disk that is full at a random size; it grows, and the next call goes on."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None:
        print("a full disk needs root and mount: left out")
        return 0
    province.forget()
    known = (province.workspace / "known_hosts").read_bytes()
    size, found = 1500, 0
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k,mode=0700", "tmpfs", str(province.workspace)], check=True)
    try:
        (province.workspace / "known_hosts").write_bytes(known)
        for number in range(times):
            status = province.scan().wait()
            faults = province.faults()
            if not province.unfinished():
                print(f"all machines fitted at {size} kB: only {number} moments of a full disk")
                times = number
                break
            if status != ExitCode.STORE:
                faults.append(f"exit status {status} instead of {ExitCode.STORE.value}")
            found += report(f"full disk {number + 1} at {size} kB", faults)
            size += chance.randrange(200, 1500)
            subprocess.run(["mount", "-o", f"remount,size={size}k", str(province.workspace)], check=True)
        subprocess.run(["mount", "-o", "remount,size=1g", str(province.workspace)], check=True)
        province.scan().wait()
        found += report("with room again", [*province.faults(), *province.unfinished()])
    finally:
        subprocess.run(["umount", str(province.workspace)], check=True)
    print(f"{times} moments of a full disk; faults: {found}", flush=True)
    return found


def report(what: str, faults: list[str]) -> int:
    """Print a line only where something is wrong."""
    if faults:
        print(f"FAULT, {what}: {'; '.join(faults)}", flush=True)
    return len(faults)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--machines", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--full", type=int, default=10, help="moments at which the disk is full")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    print(f"{asked.machines} machines, {asked.kills} kills, seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="killing-") as place, province_with_lab(asked.machines, Path(place)) as province:
        found = strike(province, asked.kills, chance)
        found += fill(province, asked.full, chance)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
