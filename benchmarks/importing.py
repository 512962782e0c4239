"""``secaudit evidence import --accept`` of whole exports, every console as CSV and XLSX, over an inventory of a whole province.

    python benchmarks/importing.py [--rows 30000] [--agencies 900] [--consoles ksc,eset,...] [--kinds csv,xlsx] [--rounds 1]

The rows are the inventory's own machines, as ``tests/intake/exports.py`` lets each console write them: UTF-16, semicolons, title
rows, Vietnamese headings, all styles of dates. Each import goes into a store of its own. Beside it, in the same run, what it
costs only to read that file: by the reader of secaudit, by Python's csv module (CSV) and by openpyxl (XLSX; streaming, and the
whole workbook, which is how most scripts read one). Each runs in a process of its own; memory is the most that process had.

At most 20 s for a file is the aim. The run fails where an import does not keep an outcome for every machine with a fresh row.
"""

import argparse
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
from costs import Cost, cost, median
from province import Size, write_province

from secaudit.catalog.load import load_catalog
from secaudit.cli.workspace import STORE_FILE
from secaudit.inventory import load_inventory
from secaudit.model.inventory import EndpointKind
from secaudit.resources import data_folder
from secaudit.store import Store
from tests.intake.exports import CONSOLES, SHAPES, WORKBOOKS, Machine, export, seen

READERS = {
    "secaudit": "from pathlib import Path; from secaudit.tables.reading import read_body, read_tables; p = Path(sys.argv[1]); "
    "n = max(len(t.rows) for t in read_tables(p, read_body(p)))",
    "csv": "import csv; n = len(list(csv.reader(open(sys.argv[1], encoding=sys.argv[2], newline=''), delimiter=sys.argv[3])))",
    "openpyxl streaming": "import openpyxl; n = max(len(list(s.iter_rows(values_only=True))) "
    "for s in openpyxl.load_workbook(sys.argv[1], read_only=True))",
    "openpyxl": "import openpyxl; n = max(s.max_row for s in openpyxl.load_workbook(sys.argv[1]))",
}
KINDS = {"csv": ("secaudit", "csv"), "xlsx": ("secaudit", "openpyxl streaming", "openpyxl")}


def declared(folder: Path, rows: int, now: datetime) -> list[Machine]:
    """So many machines of the inventory, in a state by chance."""
    chance = random.Random(5)
    found = []
    for agency in load_inventory(folder).agencies:
        for one in agency.endpoints:
            if one.kind is not EndpointKind.ISOLATED and len(found) < rows:
                name = one.hostname or one.id
                found.append(seen(name.upper(), agency.agency.id, agency.agency.name, one.serial or "", chance=chance, now=now))
    return found


def import_cost(file: Path, console: str, source: str, inventory: Path, fresh: int) -> tuple[Cost, float]:
    """The real command into a new store; the second is the size of that store in megabytes."""
    with tempfile.TemporaryDirectory(prefix="importing-", dir=file.parent) as place:
        command = [sys.executable, "-m", "secaudit", "evidence", "import", str(file), "--source", source, "--map", console]
        command += ["--inventory", str(inventory), "--workspace", place, "--accept"]
        took = cost(command, fine=(0, 4))
        with Store.open(Path(place) / STORE_FILE) as store:
            kept = len(store.latest(datetime.now(UTC), 30))
        if kept < fresh:
            raise SystemExit(f"{file.name}: {kept} machines were kept, {fresh} have a fresh row")
        return took, sum(part.stat().st_size for part in Path(place).rglob("*")) / 1e6


def reader_costs(file: Path, kind: str, console: str) -> dict[str, Cost]:
    """Only reading, each reader once."""
    shape = SHAPES[console]
    encoding = "utf-8-sig" if shape.encoding == "utf-8" else shape.encoding
    given = [str(file), encoding, shape.separator]
    return {name: cost([sys.executable, "-c", f"import sys; {READERS[name]}; assert n >= {1}", *given]) for name in KINDS[kind]}


def main() -> None:
    """Write province and exports into a temporary folder, time everything, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--agencies", type=int, default=Size().agencies)
    parser.add_argument("--consoles", default=",".join(CONSOLES))
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    now = datetime.now(UTC)
    profiles = load_catalog(data_folder("checks")).consoles
    with tempfile.TemporaryDirectory(prefix="importing-") as place:
        folder = Path(place)
        write_province(folder / "province", Size(asked.agencies, asked.rows + asked.rows // 25 + 1))
        machines = declared(folder / "province", asked.rows, now)
        fresh = sum((now - one.last_contact).days < 13 for one in machines)
        print(f"{len(machines)} rows, {asked.agencies} agencies, medians of {asked.rounds}\n")
        print(
            "| console | file MB | import s | CPU s | MB | store MB | only reading: secaudit s, MB | peers s, MB | ratio of CPU |"
        )
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
        slowest = 0.0
        for kind in asked.kinds.split(","):
            for console in asked.consoles.split(","):
                file = folder / f"{console}.{kind}"
                file.write_bytes(export(console, machines, (SHAPES if kind == "csv" else WORKBOOKS)[console]))
                source = profiles[console].source.value
                imports = [import_cost(file, console, source, folder / "province", fresh) for _ in range(asked.rounds)]
                reads = [reader_costs(file, kind, console) for _ in range(asked.rounds)]
                took = median([one for one, _ in imports])
                ours, *others = ((name, median([read[name] for read in reads])) for name in KINDS[kind])
                peers = "; ".join(f"{name} {one.cpu:.1f}, {one.megabytes:.0f}" for name, one in others)
                ratios = "; ".join(f"{ours[1].cpu / one.cpu:.2f}" for _, one in others)
                sizes = f"{file.stat().st_size / 1e6:.1f} | {took.wall:.1f} | {took.cpu:.1f} | {took.megabytes:.0f}"
                reading = f"{imports[0][1]:.0f} | {ours[1].cpu:.1f}, {ours[1].megabytes:.0f} | {peers} | {ratios}"
                print(f"| {console} {kind} | {sizes} | {reading} |", flush=True)
                slowest = max(slowest, took.wall)
        print(f"\nslowest import {slowest:.1f} s, aim 20 s")


if __name__ == "__main__":
    main()
