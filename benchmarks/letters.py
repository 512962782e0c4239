"""``secaudit period letters`` for 900 agencies: all papers of a round, beside measuring alone.

    python benchmarks/letters.py [--agencies 900 --endpoints 20000 --systems 2500]

Whole commands over a province without evidence, in which every agency owes something: a letter, a message, a slip and its list
each. Both rounds read, classify and measure; the difference is what the papers cost.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from costs import Cost, cost
from province import Size, write_province


def command(inventory: Path, workspace: Path, *words: str) -> Cost:
    """One command over the province."""
    whole = [sys.executable, "-m", "secaudit", *words, "--inventory", str(inventory), "--workspace", str(workspace)]
    return cost(whole, fine=(0, 3, 4))


def main() -> None:
    """Write the province into a temporary folder, time both, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("agencies", "endpoints", "systems"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="letters-") as place:
        inventory, workspace = Path(place) / "inventory", Path(place) / "workspace"
        workspace.mkdir()
        write_province(inventory, Size(asked.agencies, asked.endpoints, asked.systems))
        costs = {
            "measure": command(inventory, workspace, "measure"),
            "period letters": command(inventory, workspace, "period", "letters"),
        }
        made = sum(1 for path in workspace.rglob("*") if path.suffix in (".docx", ".pptx"))
    print(f"{asked.agencies} agencies, {asked.endpoints} machines, {made} documents\n")
    print("| | wall s | CPU s | MB |\n|---|---:|---:|---:|")
    for name, one in costs.items():
        print(f"| {name} | {one.wall:.1f} | {one.cpu:.1f} | {one.megabytes:.0f} |")
    each = (costs["period letters"].cpu - costs["measure"].cpu) / max(made, 1)
    print(f"| a document | | {each * 1000:.1f} ms | |")


if __name__ == "__main__":
    main()
