"""What the probe costs a real Debian machine, beside Lynis on the same machine in the same run. Needs root and a Debian mirror.

A Debian 12 root runs as a host in namespaces of its own (``tests/hosts``); contenders take turns on it, as its root:

  probe          secaudit's script, all of it
  without apt    the same without the one question to the package tool (section apt-updates)
  apt            that question alone
  lynis          ``lynis audit system --quick``, the peer

Wall and CPU time are of the whole process tree, memory is of its largest process. How many questions each answers is counted
over the checks that both can be asked about: ``lynis_questions.csv`` says which test of Lynis is which check's counterpart.
"""

import argparse
import csv
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import zstandard

sys.path.insert(0, str(Path(__file__).parents[1]))

from secaudit.catalog import load_catalog
from secaudit.facts import derive_facts, parse_facts
from secaudit.judge import Judge
from secaudit.lab.keys import fresh_key
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint
from secaudit.probe import compose, frame, new_nonce
from tests.hosts.machine import Cables, Host
from tests.hosts.roots import PACKAGES, NoRootError, build_root
from tests.hosts.states import NEGLECTED, STAND_IN

HERE = Path(__file__).parent
LYNIS = "lynis audit system --quick --no-colors --quiet"
APT = "apt -q -o Debug::NoLocking=true -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= list --upgradable --all-versions"
_APT_SECTION = re.compile(r"^ *section apt-updates .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Cost:
    """One run of one contender."""

    wall: float
    cpu: float
    memory: float
    """MB."""
    output: bytes


def run(host: Host, script: bytes) -> Cost:
    """``sh -s`` on the host with ``script`` on its standard input, measured by the kernel."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as taken:
        given.write(script)
        given.seek(0)
        command = ["nsenter", *host.inside, "/bin/sh", "-s"]
        begun = time.perf_counter()
        actions = [(os.POSIX_SPAWN_DUP2, given.fileno(), 0), (os.POSIX_SPAWN_DUP2, taken.fileno(), 1)]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "LOGNAME": "root"}
        process = os.posix_spawnp(command[0], command, environment, file_actions=actions)
        _, status, used = os.wait4(process, 0)
        wall = time.perf_counter() - begun
        if os.waitstatus_to_exitcode(status) not in (0, 1):
            raise SystemExit(f"a contender failed: {status}")
        taken.seek(0)
        return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, taken.read())


def scripts() -> dict[str, bytes]:
    """What each contender runs; the nonce is drawn once, because the answers are read afterwards."""
    probe = compose("posix", new_nonce()).stdin
    without, found = _APT_SECTION.subn("", probe.decode("ascii"))
    if found != 1:
        raise SystemExit("the section that asks the package tool is not called apt-updates any more")
    return {
        "probe": probe,
        "without apt": without.encode("ascii"),
        "apt": f"{APT} </dev/null >/dev/null 2>&1".encode(),
        "lynis": f"{LYNIS} </dev/null >/dev/null 2>&1".encode(),
    }


def print_costs(costs: Mapping[str, Sequence[Cost]]) -> None:
    """Medians, and each as a share of Lynis's."""
    peer = costs["lynis"]
    print(f"{'':<14}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'wall / lynis':>15}{'CPU / lynis':>13}{'MB / lynis':>12}")
    for name, runs in costs.items():
        mine = [statistics.median(getattr(one, what) for one in runs) for what in ("wall", "cpu", "memory")]
        theirs = [statistics.median(getattr(one, what) for one in peer) for what in ("wall", "cpu", "memory")]
        ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
        print(f"{name:<14}{mine[0]:>9.2f}{mine[1]:>9.2f}{mine[2]:>7.0f}{ratios[0]:>15.3f}{ratios[1]:>13.3f}{ratios[2]:>12.2f}")


def print_questions(answer: bytes, report: str, log: str) -> None:
    """How many of the comparable questions each of the two decided on this machine."""
    nonce = re.search(rb"##SECAUDIT ([0-9a-f]{32}) start", answer)
    assert nonce is not None
    catalog, now = load_catalog(HERE.parent / "checks"), datetime.now(UTC)
    facts = parse_facts(frame("posix", nonce[1].decode(), answer), catalog.knowledge, now)
    endpoint = Endpoint(id="host", os="linux", kind="server", address="127.0.0.1")
    findings = Judge(catalog.checks.values()).judge(endpoint, derive_facts(facts, catalog.knowledge, now), level=3)
    ours = {one.check for one in findings if one.verdict in (Verdict.PASS, Verdict.FAIL)}
    asked = {one.check for one in findings if one.verdict is not Verdict.NOT_APPLICABLE}
    with (HERE / "lynis_questions.csv").open(encoding="utf-8", newline="") as file:
        mapping = {row["check"]: row["lynis"].split() for row in csv.DictReader(file)}
    executed = set(re.findall(r"[A-Z]{3,4}-\d{4}", _line(report, "tests_executed")))
    if re.search(r"EOL check: [01]$", log, re.MULTILINE):
        executed.add("GEN-0010")  # it stands in no list of tests; 255 would mean that Lynis does not know the release
    common = {check for check in asked if mapping.get(check)}
    theirs = {check for check in common if executed & set(mapping[check])}
    print(f"questions of secaudit on this machine: {len(asked)}, decided {len(ours)}")
    print(
        f"those that Lynis has a counterpart for: {len(common)}; decided by secaudit {len(common & ours)}, by Lynis {len(theirs)}"
    )
    print(f"tests that Lynis executed in all: {len(executed)}, of which without a counterpart here: ", end="")
    print(len(executed - {test for tests in mapping.values() for test in tests}))
    unmapped = sorted(asked - mapping.keys())
    print(f"checks without a line in lynis_questions.csv: {len(unmapped)} {' '.join(unmapped)}")
    for title, missing in (("secaudit left open", common - ours), ("Lynis did not execute", common - theirs)):
        print(f"  {title}: {' '.join(sorted(missing)) or 'none'}")


def _line(report: str, key: str) -> str:
    return next((line for line in report.splitlines() if line.startswith(f"{key}=")), "")


def main() -> int:
    """Build, start, measure in turns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--release", default="12", choices=("11", "12", "13"))
    options = parser.parse_args()
    if sys.platform != "linux" or os.geteuid() != 0:
        print("not measured: this needs root, for namespaces and a Debian root")
        return 0
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="secaudit-probing-")))
        try:
            root = build_root(folder / "root", options.release, (*PACKAGES, "lynis"))
        except NoRootError as error:
            print(error, file=sys.stderr)
            return 1
        cables = ends.enter_context(Cables())
        client = fresh_key(folder / "key")
        host = ends.enter_context(Host("measured", [root], folder / "host", cables, client, STAND_IN + NEGLECTED))
        host.wait()
        contenders = scripts()
        costs: dict[str, list[Cost]] = {name: [] for name in contenders}
        for number in range(options.runs + 1):
            for name, script in contenders.items():
                cost = run(host, script)
                if number:  # the first round warms the file cache
                    costs[name].append(cost)
        answer = costs["probe"][-1].output
        print(f"Debian {options.release}, {options.runs} runs of each in turn, medians")
        print_costs(costs)
        size = len(zstandard.compress(answer))
        print(f"answer of the probe: {len(answer) / 1024:.1f} KB, compressed {size / 1024:.1f} KB (limit 64 KB)")
        print_questions(answer, *(host.run(f"cat /var/log/{name}") for name in ("lynis-report.dat", "lynis.log")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
