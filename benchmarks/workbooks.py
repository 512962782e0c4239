"""900 workbooks given out, filled in by a program as people do, imported with the real command; beside it openpyxl's plain read.

    python benchmarks/workbooks.py [--agencies 900 --endpoints 20000 --systems 2500] [--rounds 3]

Every workbook is filled in: what is asked, some machines out of use, moved or new; every eighth has one of the mistakes people
make. ``inventory import --accept-valid`` merges them into a fresh copy of the inventory each round; the peer opens the same files
with ``load_workbook(read_only=True)``, reads every cell, and does nothing with them. At most 90 s for 900 is the aim. It fails
where a sound workbook was not written, or one with a mistake that must be refused was.
"""

import argparse
import random
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import names
import openpyxl
from costs import Cost, cost, median
from openpyxl.worksheet.worksheet import Worksheet
from province import Size, write_province

_PEER = """
import sys, openpyxl
from pathlib import Path
cells = 0
for path in sorted(Path(sys.argv[1]).glob("*.xlsx")):
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            cells += len(row)
    book.close()
assert cells
"""
_EVERY = 8


@dataclass(frozen=True)
class Cells:
    """The cells of a workbook by their marks."""

    book: openpyxl.Workbook

    def answer(self, mark: str) -> object:
        """Cell beside a question of a form, or None."""
        for sheet in self.book:
            keys = {str(cell.value): cell.column for cell in sheet[1] if cell.value}
            first = str(sheet.cell(1, 1).value or "")
            column = keys.get(first.partition("answer:")[2], 0) if "answer:" in first else 0
            for row in range(1, sheet.max_row + 1):
                if column and sheet.cell(row, 1).value == mark:
                    return sheet.cell(row, column)
        return None

    def listed(self, part: str) -> tuple[Worksheet, dict[str, int], list[int], int] | None:
        """Sheet of a list, column of each key, rows of records, first row that is free."""
        for sheet in self.book:
            if f"list:{part}" in str(sheet.cell(1, 1).value or "").split():
                columns = {str(cell.value): cell.column for cell in sheet[1] if cell.value}
                start = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "_headings")
                rows = [row for row in range(start + 1, sheet.max_row + 1) if sheet.cell(row, 1).value not in (None, "vidu")]
                return sheet, columns, rows, (rows[-1] if rows else start + 1) + 1
        return None


def fill(path: Path, chance: random.Random) -> None:
    """What is asked is answered; some machines moved, went out of use, or are new."""
    book = openpyxl.load_workbook(path)
    cells = Cells(book)
    machines = cells.listed("endpoints")
    if machines is not None:
        _fill_machines(cells, machines, chance)
    systems = cells.listed("systems")
    if systems is not None and "status" in systems[1]:
        for row in systems[2]:
            systems[0].cell(row, systems[1]["status"]).value = "Đang vận hành"
    phone = cells.answer("agency/contact.phone")
    if phone is not None and chance.random() < 0.2:
        phone.value = f"0912 {chance.randrange(1000):03d} {chance.randrange(1000):03d}"
    book.save(path)


def _fill_machines(cells: Cells, machines: tuple[Worksheet, dict[str, int], list[int], int], chance: random.Random) -> None:
    sheet, columns, rows, free = machines
    for row in rows:
        if "status" in columns:
            sheet.cell(row, columns["status"]).value = "Không" if chance.random() < 0.03 else "Có"
        if "ownership" in columns:
            sheet.cell(row, columns["ownership"]).value = "Cá nhân" if chance.random() < 0.02 else "Cơ quan"
        if chance.random() < 0.1:
            sheet.cell(row, columns["place"]).value = names.typed(chance.choice(names.PLACES), chance)
    if chance.random() < 0.15:
        sheet.cell(free, columns["place"]).value = "Bộ phận Một cửa"
        sheet.cell(free, columns["hostname"]).value = f"MOI-{chance.randrange(10_000):04d}"
        sheet.cell(free, columns["status"]).value = "Có"
    in_use = cells.answer("agency/machines_in_use")
    if in_use is not None:
        in_use.value = len(rows)


def _in_form(mark: str, value: object) -> Callable[[openpyxl.Workbook], bool]:
    def put(book: openpyxl.Workbook) -> bool:
        cell = Cells(book).answer(mark)
        if cell is not None:
            cell.value = value  # type: ignore[attr-defined]
        return cell is not None

    return put


def _in_list(key: str, value: object) -> Callable[[openpyxl.Workbook], bool]:
    def put(book: openpyxl.Workbook) -> bool:
        found = Cells(book).listed("endpoints")
        if found is None or not found[2] or key not in found[1]:
            return False
        found[0].cell(found[2][0], found[1][key]).value = value
        return True

    return put


def _deleted(book: openpyxl.Workbook) -> bool:
    found = Cells(book).listed("endpoints")
    if found is None or len(found[2]) < 2:
        return False
    found[0].delete_rows(found[2][-1])
    return True


def _another_column(book: openpyxl.Workbook) -> bool:
    found = Cells(book).listed("endpoints")
    if found is None:
        return False
    sheet, columns, rows, _ = found
    for row in rows:
        sheet.cell(row, max(columns.values()) + 2).value = "của văn phòng"
    return True


def _decomposed(book: openpyxl.Workbook) -> bool:
    found = Cells(book).listed("endpoints")
    if found is None:
        return False
    for row in found[2]:
        cell = found[0].cell(row, found[1]["place"])
        cell.value = unicodedata.normalize("NFD", f"  {cell.value or 'Văn thư'}   ")
    return True


MISTAKES: dict[str, tuple[Callable[[openpyxl.Workbook], bool], bool]] = {
    "two-way number": (_in_form("people/staff", "1.23"), True),
    "no such day": (_in_form("people/as_of", "31/02/2026"), True),
    "word that is no choice": (_in_list("status", "Đang xài"), True),
    "formula": (_in_list("place", '=A1&"x"'), True),
    "fewer staff than were briefed": (_in_form("people/staff", 1), False),
    "number as text": (_in_form("people/heads", "3 "), False),
    "row deleted": (_deleted, False),
    "another column": (_another_column, False),
    "decomposed, with spaces": (_decomposed, False),
}
"""Name -> how it is put in, and whether the workbook must be refused for it."""


def spoil(paths: list[Path]) -> Iterator[tuple[str, Path, bool]]:
    """Put a mistake into every eighth workbook, each kind in turn."""
    kinds = list(MISTAKES)
    for at, path in enumerate(paths[::_EVERY]):
        kind = kinds[at % len(kinds)]
        put, refused = MISTAKES[kind]
        book = openpyxl.load_workbook(path)
        if put(book):
            book.save(path)
            yield kind, path, refused


def given_out(inventory: Path, folder: Path, workspace: Path) -> Cost:
    """One workbook for each agency, with the real command."""
    command = [sys.executable, "-m", "secaudit", "inventory", "template", "--all", "-o", str(folder)]
    return cost([*command, "--inventory", str(inventory), "--workspace", str(workspace)])


def imported(inventory: Path, workbooks: Path, place: Path, *, mistakes: bool) -> Cost:
    """The real command over a fresh copy of the inventory, into a new store."""
    copy, workspace = place / "copy", place / "workspace"
    for folder in (copy, workspace):
        shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(inventory, copy)
    command = [sys.executable, "-m", "secaudit", "inventory", "import", str(workbooks), "--accept-valid"]
    return cost([*command, "--inventory", str(copy), "--workspace", str(workspace)], fine=(5,) if mistakes else (0,))


def check(inventory: Path, copy: Path, paths: list[Path], spoilt: dict[Path, bool]) -> int:
    """Number of agencies that were written; SystemExit where it is not each that should be and no other."""
    written = 0
    for path in paths:
        name = path.stem.removeprefix("bang-ke-")
        changed = (inventory / "agencies" / f"{name}.yaml").read_bytes() != (copy / "agencies" / f"{name}.yaml").read_bytes()
        if path not in spoilt and not changed:
            raise SystemExit(f"{path.name} is sound and was not written")
        if spoilt.get(path) and changed:
            raise SystemExit(f"{path.name} is wrong and was written")
        written += changed
    return written


def main() -> None:
    """Make everything in a temporary folder, time it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    for name in ("agencies", "endpoints", "systems"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="workbooks-") as folder:
        place = Path(folder)
        inventory, workbooks = place / "inventory", place / "sent"
        write_province(inventory, Size(asked.agencies, asked.endpoints, asked.systems))
        template = given_out(inventory, workbooks, place / "workspace")
        paths = sorted(workbooks.glob("*.xlsx"))
        chance = random.Random(7)
        for path in paths:
            fill(path, chance)
        spoilt = {path: refused for _, path, refused in spoil(paths)}
        ours, peers, written = [], [], 0
        for _ in range(asked.rounds):
            ours.append(imported(inventory, workbooks, place, mistakes=bool(spoilt)))
            written = check(inventory, place / "copy", paths, spoilt)
            peers.append(cost([sys.executable, "-c", _PEER, str(workbooks)]))
        took, peer = median(ours), median(peers)
        megabytes = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{len(paths)} workbooks, {megabytes:.1f} MB, {len(spoilt)} with mistakes, {written} agencies written")
    print(f"medians of {asked.rounds}\n")
    print("| | wall s | CPU s | MB |\n|---|---:|---:|---:|")
    rows = (
        ("inventory template --all (once)", template),
        ("inventory import --accept-valid", took),
        ("openpyxl, read only, every cell", peer),
    )
    for name, one in rows:
        print(f"| {name} | {one.wall:.1f} | {one.cpu:.1f} | {one.megabytes:.0f} |")
    print(
        f"| import / openpyxl | {took.wall / peer.wall:.2f} | {took.cpu / peer.cpu:.2f} | {took.megabytes / peer.megabytes:.2f} |"
    )
    print(f"\nimport {took.wall:.1f} s, aim 90 s for 900")


if __name__ == "__main__":
    main()
