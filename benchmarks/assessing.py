"""Systems against the standard at province size, beside a bare count of the same findings.

    python benchmarks/assessing.py [--systems 2500 --endpoints 20000] [--rounds 5]

All in memory: every machine belongs to one system and has a finding for each check, drawn by chance; check and standard are
the catalog's. Counting the findings by check and verdict is the least that anything that looks at each of them can take. At most
2 s is the aim.
"""

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from secaudit.catalog import load_catalog
from secaudit.measure import assess_systems, contradictions
from secaudit.model.finding import Finding, Verdict
from secaudit.model.inventory import AgencyFile, Inventory, Province, ProvinceFile
from secaudit.model.level import Classification
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.pipeline.uncollected import uncollected

DAY = date(2026, 12, 14)
MOMENT = datetime(2026, 12, 10, tzinfo=UTC)
_DRAWN = (*([Verdict.PASS] * 5), Verdict.FAIL, Verdict.UNKNOWN, *([Verdict.NOT_APPLICABLE] * 3))


def world(systems: int, endpoints: int, checks: list[str]) -> tuple[Inventory, dict[str, EndpointState]]:
    """One agency for every three systems; one machine in ten was never seen."""
    chance = random.Random(246)
    files, states = [], {}
    for start in range(0, systems, 3):
        own = range(start, min(start + 3, systems))
        machines = [
            {"id": f"m-{place}", "kind": "server", "systems": [f"s-{number}"]}
            for number in own
            for place in range(number, endpoints, systems)
        ]
        files.append(AgencyFile.model_validate({
            "agency": {"id": f"a-{start}", "name": "Xã", "tier": "commune"},
            "systems": [{"id": f"s-{n}", "name": "S", "dossier": {"status": "drafting", "level": 2 + n % 2}} for n in own],
            "endpoints": machines,
        }))  # fmt: skip
        for machine in machines:
            name = str(machine["id"])
            if chance.random() < 0.1:
                continue
            outcome = Outcome(name, Way.SSH, Grade.A, Sight.SEEN, MOMENT, MOMENT)
            findings = tuple(Finding(check, chance.choice(_DRAWN)) for check in checks)
            states[name] = EndpointState(name, StoredOutcome(1, 1, outcome, ""), Sight.SEEN, MOMENT, findings=findings)
    return Inventory(ProvinceFile(province=Province(id="t", name="T", owner="UBND")), tuple(files)), states


def timed(work: Callable[[], object], rounds: int) -> float:
    """Median of CPU seconds."""
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return statistics.median(found)


def main() -> None:
    """Build the province, time both, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--systems", type=int, default=2_500)
    parser.add_argument("--endpoints", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    catalog = load_catalog(Path("checks"))
    inventory, states = world(asked.systems, asked.endpoints, list(catalog.checks))
    standard, grades = catalog.standard(DAY), frozenset({Grade.A, Grade.B, Grade.C})
    classifications = {name: Classification(name, "r", 2, 2) for name in inventory.systems}

    @uncollected()
    def assess() -> None:
        assessed = assess_systems(standard, inventory, classifications, states, grades=grades, as_of=DAY)
        contradictions(inventory, assessed.systems, DAY)

    def count() -> Counter[tuple[str, Verdict]]:
        return Counter((one.check, one.verdict) for state in states.values() for one in state.findings)

    ours, bare = timed(assess, asked.rounds), timed(count, asked.rounds)
    held = [len(standard.at(level)) for level in (2, 3)] if standard is not None else []
    print(
        f"{asked.systems} systems, {asked.endpoints} machines, {len(catalog.checks)} checks, {held} requirements at levels 2, 3\n"
    )
    print("| | CPU s |\n|---|---:|")
    print(
        f"| assess and contradictions | {ours:.2f} |\n| bare count of the findings | {bare:.2f} |\n| ratio | {ours / bare:.1f} |"
    )


if __name__ == "__main__":
    main()
