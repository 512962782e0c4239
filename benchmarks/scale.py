"""``secaudit scan`` over a whole province on loopback: every machine ends in exactly one outcome, and memory stays within bounds.

    python benchmarks/scale.py [--count 20000 --agencies 900 --connections 500 --rate 1000 --deadline 20 --bad 5]

Writes an inventory, starts a lab of real SSH servers in a process of its own (addresses in 127.0.0.0/8 only), and runs the real
command behind a pseudo-terminal, so that its progress display draws. Some percent of the machines misbehave, evenly in every way
the lab knows, and as many listen nowhere. From outside the process is looked at every second: memory, CPU, descriptors, threads,
and every few seconds the remote addresses of its sockets. At the end the store is asked: one outcome per machine, the chain
intact, the class that each kind of machine must end in.

Writes ``benchmarks/scale.csv`` and ``docs/images/scale.svg`` (only for a whole province, or with ``--draw``).
"""

import argparse
import contextlib
import csv
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paramiko
import psutil

from secaudit.lab.keys import fresh_key, seed_in
from secaudit.lab.map import Misbehaviour
from secaudit.lab.server import known_hosts
from secaudit.lab.session import LabTransport
from secaudit.model.outcome import Sight
from secaudit.store import Store
from secaudit.transport import HostKeys
from secaudit.transport.base import HostKey

sys.path.insert(0, str(Path(__file__).parent))
import curves
from crowd import Range, serve
from watching import MEGABYTE, Gauge, Screen, watched

HERE = Path(__file__).parent
USER = "audit"
OWN_LIMITS = ("--per-network", "2000")
"""Options that lift what protects real networks: here all agencies share one computer."""


def scan(home: Path, asked: argparse.Namespace) -> tuple[dict[str, Any], Gauge, Screen, dict[str, Any], float]:
    """Run the command behind a pseudo-terminal; its JSON, what was seen from outside, the stopwatch, and its wall time."""
    notes = home / "notes.json"
    command = [
        sys.executable, __file__, "--watched", str(notes), "scan",
        "--inventory", str(home / "province"), "--workspace", str(home / "workspace"),
        "--no-agent", "--identity", str(home / "client"), "--user", USER,
        "--connections", str(asked.connections), "--rate", str(asked.rate), "--deadline", str(asked.deadline),
        *OWN_LIMITS, "--format", "json",
    ]  # fmt: skip
    environment = {**os.environ, "SECAUDIT_LANG": "en", "TERM": "xterm-256color", "PYTHONUTF8": "1"}
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (40, 120))
    began = time.monotonic()
    screen = Screen(asked.count)
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        gauge = Gauge(psutil.Process(process.pid), screen, began)
        threads = [threading.Thread(target=screen.watch, args=(ours, began)), threading.Thread(target=gauge.run)]
        for thread in threads:
            thread.start()
        assert process.stdout is not None
        said = process.stdout.read()
        process.wait()
        wall = time.monotonic() - began
        for thread in threads:
            thread.join()
    os.close(ours)
    if not said:
        sys.exit(f"the scan gave no result:\n{screen.text.decode('utf-8', 'replace')}")
    return json.loads(said), gauge, screen, json.loads(notes.read_text(encoding="utf-8")), wall


def compare(home: Path, machines: Range) -> tuple[list[str], Counter[tuple[str, str, str]]]:
    """Faults of the run as the store tells it, and (kind, expected class, class) of every machine."""
    with Store.open(home / "workspace" / "store.sqlite", create=False) as store:
        runs = store.runs()
        outcomes = [stored.outcome for run in runs for stored in store.outcomes(run.number)]
    faults = [] if len(runs) == 1 else [f"{len(runs)} runs instead of one"]
    often = Counter(outcome.endpoint for outcome in outcomes)
    declared = {machines.name(number) for number in range(machines.count)}
    faults += [f"{name} has {count} outcomes" for name, count in often.items() if count != 1][:5]
    faults += [f"{name} has no outcome" for name in sorted(declared - set(often))][:5]
    faults += [f"{name} was never declared" for name in sorted(set(often) - declared)][:5]
    sights = {outcome.endpoint: outcome.sight for outcome in outcomes}
    kinds: Counter[tuple[str, str, str]] = Counter()
    for number in range(machines.count):
        kind = machines.kind(number)
        group = kind if kind == "refuses" or kind in set(Misbehaviour) else "answers"
        kinds[group, machines.expected(number), sights.get(machines.name(number), "-")] += 1
    return faults, kinds


def verified(home: Path) -> bool:
    """Whether ``secaudit verify`` finds the store intact."""
    command = [sys.executable, "-m", "secaudit", "verify", "--workspace", str(home / "workspace"), "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=False)
    return done.returncode == 0 and bool(json.loads(done.stdout)["intact"])


def print_kinds(kinds: Counter[tuple[str, str, str]]) -> int:
    """The table of classes; how many machines ended in another class than theirs."""
    wrong = 0
    print(f"\n| {'machines that':18} | {'must end in':11} | {'ended there':>11} | elsewhere |")
    print(f"|{'-' * 20}|{'-' * 13}|{'-' * 12}:|---|")
    for kind, expected in sorted({(kind, expected) for kind, expected, _ in kinds}):
        found = {sight: count for (one, _, sight), count in kinds.items() if one == kind}
        right = found.pop(expected, 0)
        if kind == Misbehaviour.DRIP_OUTPUT:
            right += found.pop(Sight.TRUNCATED, 0)  # a first section was whole when its time was over
        wrong += sum(found.values())
        print(f"| {kind:18} | {expected:11} | {right:11} | {', '.join(f'{s}: {n}' for s, n in sorted(found.items())) or '-'} |")
    return wrong


def report(home: Path, machines: Range, asked: argparse.Namespace, lab: psutil.Process) -> int:
    """Scan, print the tables, write curve and picture; 0 when all that must hold holds."""
    result, gauge, screen, notes, wall = scan(home, asked)
    lab_cpu = sum(lab.cpu_times()[:2])
    faults, kinds = compare(home, machines)
    wrong = print_kinds(kinds)
    marks, spent = notes["marks"], notes["spent"]
    asking = marks["collect ended"] - marks["collect began"]
    cpu = gauge.rows[-1][2]
    at_end = max((row[2] for row in gauge.rows if row[0] <= marks["collect ended"]), default=0.0)
    at_begin = max((row[2] for row in gauge.rows if row[0] <= marks["collect began"]), default=0.0)
    peak = max(row[1] for row in gauge.rows)
    gap = screen.longest_gap(screen.drawn)
    phases = f"load {marks['begin_run began']:.0f}, ask {asking:.0f}, judge {spent['judge_new']:.0f}"
    keeping = f"{spent['keep']:.1f} s in {notes['times']['keep']} transactions, {spent['keep'] / asking * 100:.0f} % of the time"
    first, last = (screen.drawn[0], wall - screen.drawn[-1]) if screen.drawn else (wall, wall)
    rows = (
        ("machines", f"{machines.count} in {machines.agencies} agencies; seen {result['seen']}"),
        ("machines per second while asking", f"{machines.count / asking:.0f} ({asking:.0f} s)"),
        ("wall time of the command", f"{wall:.0f} s: {phases}, rest {wall - marks['judge_new ended']:.0f}"),
        ("CPU of the command", f"{cpu:.0f} s, {cpu / machines.count * 1000:.1f} ms per machine"),
        ("of that while asking", f"{at_end - at_begin:.0f} s, {(at_end - at_begin) / machines.count * 1000:.1f} ms per machine"),
        ("CPU of the lab", f"{lab_cpu:.0f} s, {lab_cpu / machines.count * 1000:.1f} ms per machine"),
        ("memory, most (resident)", f"{peak:.0f} MB"),
        ("descriptors, most", str(max(row[3] for row in gauge.rows))),
        ("threads, most", str(max(row[4] for row in gauge.rows))),
        ("store while asking", keeping),
        ("store file", f"{(home / 'workspace' / 'store.sqlite').stat().st_size / MEGABYTE:.0f} MB"),
        ("display, longest without a redraw", f"{gap:.1f} s; first after {first:.1f} s, last {last:.1f} s before the end"),
        ("display, longest with the same number", f"{screen.longest_gap(screen.moved):.1f} s"),
    )
    print("\n| | |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")
    if asked.draw or machines.count >= 20_000:
        draw(gauge, marks, machines.count)
    if not verified(home):
        faults.append("secaudit verify does not find the store intact")
    if gauge.strangers:
        faults.append(f"connections to {', '.join(sorted(gauge.strangers))}")
    if peak >= 400:
        faults.append(f"{peak:.0f} MB of memory, at most 400 are allowed")
    if gap > 2:
        faults.append(f"the display stood still for {gap:.1f} s")
    if wrong > machines.count / 1000:
        faults.append(f"{wrong} machines ended in another class than theirs")
    for fault in faults:
        print(f"FAULT: {fault}")
    print("every machine has exactly one outcome, chain intact, all addresses in 127.0.0.0/8" if not faults else "")
    return 1 if faults else 0


def draw(gauge: Gauge, marks: dict[str, float], count: int) -> None:
    """The curve as CSV and as a picture."""
    with (HERE / "scale.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["second", "memory_mb", "cpu_seconds", "descriptors", "threads", "machines_kept"])
        writer.writerows([[f"{row[0]:.0f}", f"{row[1]:.1f}", f"{row[2]:.1f}", *row[3:]] for row in gauge.rows])
    seconds = [row[0] for row in gauge.rows]
    curves.write(
        HERE.parent / "docs" / "images" / "scale.svg",
        f"secaudit scan, {count} machines",
        seconds,
        [
            curves.Panel("memory, MB", [row[1] for row in gauge.rows], 400),
            curves.Panel("descriptors", [row[3] for row in gauge.rows]),
            curves.Panel("threads", [row[4] for row in gauge.rows]),
            curves.Panel("machines kept", [row[5] for row in gauge.rows]),
        ],
        {"asking": marks["collect began"], "judging": marks["judge_new began"]},
    )


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--agencies", type=int, default=900)
    parser.add_argument("--connections", type=int, default=500)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--deadline", type=float, default=20)
    parser.add_argument("--bad", type=float, default=5, help="percent that misbehave, and percent that listen nowhere")
    parser.add_argument("--draw", action="store_true", help="write curve and picture for a smaller run too")
    parser.add_argument("--keep", type=Path, help="use this new folder and leave it")
    asked = parser.parse_args()
    machines = Range(asked.count, asked.agencies, asked.bad)
    with contextlib.ExitStack() as stack:
        home = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-")))
        (home / "workspace").mkdir(parents=True, mode=0o700)
        fresh_key(home / "client")
        closed = stack.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))  # bound and never listening: nobody else gets this port
        order = [str(home), str(asked.count), str(asked.agencies), str(asked.bad)]
        lab = stack.enter_context(
            subprocess.Popen([sys.executable, __file__, "--serve", *order], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        )
        assert lab.stdin is not None and lab.stdout is not None
        stack.callback(lab.wait)
        stack.callback(lab.stdin.close)
        port = json.loads(lab.stdout.readline())["port"]
        machines.write(home / "province", port, closed.getsockname()[1])
        names = [machines.address(number) for number in range(asked.count)]
        enrolled = known_hosts(names, port, seed_in(home / "lab"))
        HostKeys.read(home / "workspace" / "known_hosts").add_all(enrolled, who="benchmark", at=datetime.now(UTC))
        return report(home, machines, asked, psutil.Process(lab.pid))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        LabTransport._preferred_compression = ("zlib@openssh.com", "none")  # noqa: SLF001 - as OpenSSH's servers do
        spot = Path(sys.argv[2])
        key = paramiko.Ed25519Key.from_private_key_file(str(spot / "client"))
        serve(spot, Range(int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])), HostKey.of_blob(key.asbytes()))
    elif sys.argv[1:2] == ["--watched"]:
        watched(Path(sys.argv[2]), sys.argv[3:])
    else:
        sys.exit(main())
