"""``secaudit inventory status`` over 900 agencies, cold and warm, beside PyYAML's fast loader reading the same files.

    python benchmarks/status.py [--agencies 900 --endpoints 20000 --systems 2500] [--rounds 5]

Whole commands, the start of the interpreter included. Cold: the workspace has no summary of any file yet. Warm: nothing changed
since. One changed: one agency's file did. At most 1 s is the aim for a page that was looked at before.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from costs import Cost, cost, median
from province import Size, agency_id, write_province

_PEER = """
import sys, yaml
from pathlib import Path
for path in Path(sys.argv[1]).rglob("*.yaml"):
    yaml.load(path.read_bytes(), yaml.CSafeLoader)
"""
_CACHE = "inventory-status.json"


def page(inventory: Path, workspace: Path, *more: str) -> Cost:
    """The page once."""
    command = [sys.executable, "-m", "secaudit", "inventory", "status", "--inventory", str(inventory)]
    return cost([*command, "--workspace", str(workspace), *more])


def main() -> None:
    """Write the province into a temporary folder, time the page, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("agencies", "endpoints", "systems"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    costs: dict[str, list[Cost]] = {
        name: [] for name in ("cold", "warm", "warm, all 900 lines", "one file changed", "bare interpreter", "PyYAML CSafeLoader")
    }
    with tempfile.TemporaryDirectory(prefix="status-") as place:
        inventory, workspace = Path(place) / "inventory", Path(place) / "workspace"
        workspace.mkdir()
        write_province(inventory, Size(asked.agencies, asked.endpoints, asked.systems))
        changed = inventory / "agencies" / f"{agency_id(0)}.yaml"
        for _ in range(asked.rounds):
            (workspace / _CACHE).unlink(missing_ok=True)
            costs["cold"].append(page(inventory, workspace))
            if not (workspace / _CACHE).exists():
                raise SystemExit("the page kept no summaries")
            costs["warm"].append(page(inventory, workspace))
            costs["warm, all 900 lines"].append(page(inventory, workspace, "--all"))
            with changed.open("a", encoding="utf-8") as file:
                file.write("# đã gọi điện\n")
            costs["one file changed"].append(page(inventory, workspace))
            costs["bare interpreter"].append(cost([sys.executable, "-c", "pass"]))
            costs["PyYAML CSafeLoader"].append(cost([sys.executable, "-c", _PEER, str(inventory)]))
    print(f"{asked.agencies} agencies, {asked.endpoints} machines; medians of {asked.rounds}\n")
    print("| | wall s | CPU s | MB |\n|---|---:|---:|---:|")
    medians = {name: median(found) for name, found in costs.items()}
    for name, one in medians.items():
        print(f"| {name} | {one.wall:.2f} | {one.cpu:.2f} | {one.megabytes:.0f} |")
    warm, peer = medians["warm"], medians["PyYAML CSafeLoader"]
    print(f"| warm / PyYAML | {warm.wall / peer.wall:.2f} | {warm.cpu / peer.cpu:.2f} | {warm.megabytes / peer.megabytes:.2f} |")


if __name__ == "__main__":
    main()
