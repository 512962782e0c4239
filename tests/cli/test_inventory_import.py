"""``secaudit inventory import`` as a person uses it: given out, filled in, shown, merged, and sent back where it is wrong."""

import json
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from secaudit.inventory import load_inventory
from secaudit.inventory.given import given_to
from secaudit.inventory.questions import Profile
from secaudit.inventory.workbook import as_workbook
from secaudit.pipeline.giving_out import profile_for
from secaudit.store import Store
from tests.cli.conftest import environment

COMMUNE, DEPARTMENT, OTHER = "xa-tan-cuong", "so-khcn", "xa-ba-be"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(name="province")
def copied_sample(sample: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample, tmp_path / "tinh"))


@pytest.fixture(name="given")
def given_out(province: Path, tmp_path: Path) -> Callable[..., Path]:
    """Give a workbook out."""
    inventory = load_inventory(province)

    def give(agency: str, *, profile: str = "") -> Path:
        path = tmp_path / "den" / f"{agency}.xlsx"
        path.parent.mkdir(exist_ok=True)
        file = next(one for one in inventory.agencies if one.agency.id == agency)
        asked = Profile(profile) if profile else profile_for(file)
        shared = inventory.province.shared_systems
        path.write_bytes(as_workbook(given_to(file, asked, datetime.now(UTC), inventory.digest, shared)))
        return path

    return give


def cell_of(path: Path, sheet: str, key: str, row: str) -> str:
    """The cell of a question: in the column with this mark, in the row with this one."""
    page: Worksheet = load_workbook(path)[sheet]
    column = next(cell.column_letter for cell in page[1] if cell.value == key)
    number = next(cells[0].row for cells in page.iter_rows(max_col=1) if cells[0].value == row)
    return f"{column}{number}"


def empty_row(path: Path, sheet: str) -> int:
    page: Worksheet = load_workbook(path)[sheet]
    head = next(cells[0].row for cells in page.iter_rows(max_col=1) if cells[0].value == "_headings")
    return next(row for row in range(head + 2, page.max_row + 2) if not any(cell.value for cell in page[row]))


def fill(path: Path, *fills: tuple[str, str, Any]) -> None:
    book = load_workbook(path)
    for sheet, cell, value in fills:
        book[sheet][cell] = value
    book.save(path)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / "agencies").iterdir())}


def test_workbooks_that_come_back_untouched_change_nothing(
    secaudit: Run, province: Path, given: Callable[..., Path], tmp_path: Path
) -> None:
    before = texts(province)
    for agency, profile in ((COMMUNE, "commune"), (DEPARTMENT, "full"), (OTHER, "full")):
        given(agency, profile=profile)
    done = secaudit("inventory", "import", tmp_path / "den", "-i", province, "--format", "json")
    assert done.returncode == 0, done.stdout
    data = json.loads(done.stdout)
    assert [(one["agency"], one["changes"], one["remarks"]) for one in data["agencies"]] == [
        (name, [], []) for name in sorted((COMMUNE, DEPARTMENT, OTHER))
    ]
    assert texts(province) == before
    assert not (tmp_path / "workspace").exists()


def test_a_filled_workbook_changes_what_was_typed_and_keeps_the_rest_of_the_file(
    secaudit: Run, province: Path, given: Callable[..., Path], tmp_path: Path
) -> None:
    file = province / "agencies" / f"{DEPARTMENT}.yaml"
    path = given(DEPARTMENT)
    row = empty_row(path, "Máy tính")
    columns = {key: cell_of(path, "Máy tính", key, "_headings")[:-1].rstrip("0123456789") for key in ("place", "kind", "status")}
    fill(
        path,
        ("Máy tính", cell_of(path, "Máy tính", "place", "khcn-pc-03"), "Tầng 5"),
        ("Máy tính", cell_of(path, "Máy tính", "status", "khcn-pc-04"), "Không"),
        ("Máy tính", f"{columns['place']}{row}", "Phòng họp số 3"),
        ("Máy tính", f"{columns['kind']}{row}", "Máy xách tay"),
    )
    before = file.read_text(encoding="utf-8").splitlines()
    shown = secaudit("--lang", "vi", "inventory", "import", path, "-i", province)
    assert shown.returncode == 0, shown.stdout
    assert file.read_text(encoding="utf-8").splitlines() == before
    assert "Nơi đặt: Phòng Kế hoạch - Tài chính → Tầng 5" in shown.stdout
    done = secaudit("inventory", "import", path, "-i", province, "--accept")
    assert done.returncode == 0, done.stdout
    after = file.read_text(encoding="utf-8").splitlines()
    gone, new = [line for line in before if line not in after], [line for line in after if line not in before]
    assert len(gone) == 3, "two machines and the day of acceptance"
    assert len(new) == 4
    assert new[-1] == "  - {id: so-khcn-pc-001, kind: laptop, place: Phòng họp số 3}"
    assert any("place: Tầng 5" in line for line in new)
    assert any("id: khcn-pc-04" in line and "status: retired" in line for line in new)
    assert [line for line in after if "#" in line] == [line for line in before if "#" in line]
    assert secaudit("inventory", "validate", province).returncode == 0
    again = secaudit("inventory", "import", path, "-i", province, "--accept", "--format", "json")
    assert json.loads(again.stdout)["agencies"][0]["changes"] == []
    assert file.read_text(encoding="utf-8").splitlines() == after


def three(given: Callable[..., Path]) -> tuple[Path, str]:
    """Three workbooks, one of which has a wrong cell; that one and its cell."""
    for agency in (DEPARTMENT, OTHER):
        path = given(agency)
        fill(path, ("Máy tính", cell_of(path, "Máy tính", "place", load_workbook(path)["Máy tính"]["A9"].value), "Tầng 9"))
    bad = given(COMMUNE)
    cell = cell_of(bad, "Máy tính", "status", "tan-cuong-pc-01")
    fill(bad, ("Máy tính", cell, "có lẽ"), ("Máy tính", cell_of(bad, "Máy tính", "place", "tan-cuong-pc-02"), "Tầng 9"))
    return bad, cell


@pytest.mark.parametrize("choice", ["--accept", "--accept-valid"])
def test_one_bad_workbook_among_three(
    secaudit: Run, province: Path, given: Callable[..., Path], tmp_path: Path, choice: str
) -> None:
    bad, cell = three(given)
    before = texts(province)
    done = secaudit("inventory", "import", bad.parent, choice, "-i", province, "--format", "json")
    assert done.returncode == 5, done.stdout
    data = json.loads(done.stdout)
    [problem] = [problem for one in data["agencies"] for problem in one["problems"]]
    assert (problem["file"], problem["cell"], problem["found"]) == (str(bad), f"Máy tính!{cell}", "có lẽ")
    assert problem["message"]
    assert problem["expected"]
    assert problem["hint"]
    changed = {name for name, text in texts(province).items() if text != before[name]}
    assert changed == (set() if choice == "--accept" else {f"{DEPARTMENT}.yaml", f"{OTHER}.yaml"})
    assert data["written"] == len(changed)
    assert secaudit("inventory", "validate", province).returncode == 0


def test_problems_are_said_in_vietnamese_and_come_back_in_the_workbook(
    secaudit: Run, province: Path, given: Callable[..., Path], tmp_path: Path
) -> None:
    bad, cell = three(given)
    done = secaudit("--lang", "vi", "inventory", "import", bad, "-i", province, "--return", tmp_path / "ve")
    assert done.returncode == 5
    assert f"{bad} Máy tính!{cell}" in done.stdout
    for said in ("hiện ghi: có lẽ", "một trong các giá trị: Có | Không | Máy của đơn vị khác", "→"):
        assert said in done.stdout
    book = load_workbook(tmp_path / "ve" / bad.name)
    comment = book["Máy tính"][cell].comment
    assert comment is not None
    assert "có lẽ" in comment.text
    fill(tmp_path / "ve" / bad.name, ("Máy tính", cell, "Có"))
    corrected = secaudit("inventory", "import", tmp_path / "ve" / bad.name, "-i", province, "--accept")
    assert corrected.returncode == 0, corrected.stdout
    assert "Tầng 9" in texts(province)[f"{COMMUNE}.yaml"]


def test_the_contradiction_of_two_workbooks_stands_at_both_cells_and_in_both_workbooks(
    secaudit: Run, province: Path, given: Callable[..., Path], tmp_path: Path
) -> None:
    cells = {}
    for agency in (DEPARTMENT, OTHER):
        path = given(agency, profile="full")
        machine = load_workbook(path)["Máy tính"]["A9"].value
        cells[str(path)] = f"Máy tính!{cell_of(path, 'Máy tính', 'serial', machine)}"
        fill(path, ("Máy tính", cells[str(path)].split("!")[1], "PF3TWICE99"))
    done = secaudit(
        "inventory", "import", *cells, "--accept-valid", "--return", tmp_path / "ve", "-i", province, "--format", "json"
    )
    assert done.returncode == 5
    data = json.loads(done.stdout)
    found = {problem["file"]: problem for one in data["agencies"] for problem in one["problems"]}
    assert {file: problem["cell"] for file, problem in found.items()} == cells
    first, second = cells
    assert f"{second} {cells[second]}" in found[first]["message"]
    assert (data["written"], len(data["returned"])) == (0, 2)


def test_an_agency_cannot_change_another_one_by_its_workbook(secaudit: Run, province: Path, given: Callable[..., Path]) -> None:
    """Neither by the hidden ids of rows, nor by what the province says of the agency."""
    path = given(COMMUNE, profile="full")
    cell = cell_of(path, "Đơn vị", "_answer", "agency/tier")
    fill(path, ("Máy tính", "A9", "khcn-pc-03"), ("Đơn vị", cell, "Cấp tỉnh"))
    before = texts(province)
    done = secaudit("inventory", "import", path, "--accept-valid", "-i", province, "--format", "json")
    assert done.returncode == 5
    found = {problem["cell"].split("!")[1] for problem in json.loads(done.stdout)["agencies"][0]["problems"]}
    assert cell in found
    assert len(found) >= 2
    assert texts(province) == before


def test_what_is_received_is_recorded_also_what_goes_back(
    secaudit: Run, province: Path, given: Callable[..., Path], tmp_path: Path
) -> None:

    bad, _ = three(given)
    secaudit("inventory", "import", bad.parent, "--accept-valid", "-i", province, "-w", tmp_path / "w")
    with Store.open(tmp_path / "w" / "store.sqlite", create=False) as store:
        kept = {
            one.agency: (one.name, one.profile, one.problems, one.accepted, one.made_at is not None)
            for one in store.submissions.all()
        }
    assert kept == {
        DEPARTMENT: (f"{DEPARTMENT}.xlsx", "full", 0, True, True),
        OTHER: (f"{OTHER}.xlsx", "commune", 0, True, True),
        COMMUNE: (f"{COMMUNE}.xlsx", "commune", 1, False, True),
    }


def test_csv_files_of_an_export_come_back(secaudit: Run, province: Path, tmp_path: Path) -> None:
    before = texts(province)
    assert secaudit("inventory", "export", tmp_path / "csv", "--format", "csv", "-i", province).returncode == 0
    untouched = secaudit("inventory", "import", tmp_path / "csv", "--accept", "-i", province, "--format", "json")
    assert [(one["changes"], one["remarks"]) for one in json.loads(untouched.stdout)["agencies"] if one["changes"]] == []
    assert texts(province) == before
    file = tmp_path / "csv" / "endpoints.csv"
    text = file.read_text(encoding="utf-8-sig")
    row = "khcn-pc-03,,,Phòng Kế hoạch - Tài chính"
    assert text.count(row) == 1
    file.write_text(text.replace(row, "khcn-pc-03,,,Tầng 5"), encoding="utf-8-sig")
    done = secaudit("inventory", "import", file, "--accept", "-i", province)
    assert done.returncode == 0, done.stdout
    after = texts(province)
    assert {name for name in after if after[name] != before[name]} == {f"{DEPARTMENT}.yaml"}
    old, new = before[f"{DEPARTMENT}.yaml"].splitlines(), after[f"{DEPARTMENT}.yaml"].splitlines()
    assert [line for line in new if line not in old] == [
        "  - {id: khcn-pc-03, os: windows, kind: workstation, place: Tầng 5, serial: 8CCFD00UDZ}"
    ]


# Hostile and broken files


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b" " * (210 << 20))


def _far_away(path: Path) -> None:
    fill(path, ("Máy tính", "XFD1048576", "x"))


def _macro(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\x00")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4000])


def _page(path: Path) -> None:
    path.write_text("<html><table><tr><td>x</td></tr></table></html>", encoding="utf-8")


@pytest.mark.parametrize("harm", [_bomb, _far_away, _macro, _cut, _page])
def test_hostile_files_are_refused_by_name_and_keep_no_other_out(
    secaudit: Run, province: Path, given: Callable[..., Path], harm: Callable[[Path], None]
) -> None:
    good = given(OTHER)
    fill(good, ("Máy tính", cell_of(good, "Máy tính", "place", load_workbook(good)["Máy tính"]["A9"].value), "Tầng 9"))
    bad = given(COMMUNE)
    harm(bad)
    before = texts(province)
    done = secaudit("inventory", "import", good, bad, "--accept-valid", "-i", province)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert str(bad) in done.stdout
    after = texts(province)
    assert {name for name in after if after[name] != before[name]} == {f"{OTHER}.yaml"}


def test_a_machine_name_cannot_speak_to_the_terminal(secaudit: Run, province: Path, given: Callable[..., Path]) -> None:
    path = given(COMMUNE)
    cell = cell_of(path, "Máy tính", "place", "tan-cuong-pc-01")
    fill(path, ("Máy tính", cell, "Tầng 1 _x001B_[31m \u202e đỏ"))
    done = secaudit("inventory", "import", path, "-i", province, "--accept")
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert "\x1b" not in texts(province)[f"{COMMUNE}.yaml"]


def test_a_folder_without_lists_and_two_choices_are_a_wrong_call(secaudit: Run, province: Path, tmp_path: Path) -> None:
    (tmp_path / "trong").mkdir()
    assert secaudit("inventory", "import", tmp_path / "trong", "-i", province).returncode == 2
    assert secaudit("inventory", "import", tmp_path, "--accept", "--accept-valid", "-i", province).returncode == 2


WAITING = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job, as tests may be, ignores it
from secaudit.cli.app import main
from secaudit.pipeline.inventory_staging import Staging
def check(staging):
    print("ready", flush=True)
    time.sleep(600)
Staging.check = check
sys.argv = ["secaudit", *sys.argv[1:]]
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="another way of interrupting")
def test_ctrl_c_before_anything_is_written_leaves_nothing(province: Path, given: Callable[..., Path], tmp_path: Path) -> None:
    path = given(COMMUNE)
    fill(path, ("Máy tính", cell_of(path, "Máy tính", "place", "tan-cuong-pc-01"), "Tầng 9"))
    before = texts(province)
    (tmp_path / "tam").mkdir()
    command = [sys.executable, "-c", WAITING, "inventory", "import", path, "--accept", "-i", province]
    env = environment(TMPDIR=str(tmp_path / "tam"))
    with subprocess.Popen(command, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert list((tmp_path / "tam").glob("secaudit-*/agencies/*"))
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert b"Traceback" not in said
    assert texts(province) == before
    assert not list((tmp_path / "tam").iterdir())


def test_the_one_day_a_commune_is_asked_is_no_conflict_with_itself(
    secaudit: Run, province: Path, given: Callable[..., Path]
) -> None:
    """It is the day of the people and of the asset register alike."""
    path = given(COMMUNE)
    fill(path, ("Đơn vị", next(cell_under(path, "Đơn vị", "Ngày chốt số liệu")), "20/11/2026"))
    done = secaudit("inventory", "import", path, "-i", province, "--accept", "--format", "json")
    assert done.returncode == 0, done.stdout
    assert [change["conflicts"] for change in json.loads(done.stdout)["agencies"][0]["changes"]] == [[], []]
    agency = load_inventory(province).agencies
    (file,) = [one for one in agency if one.agency.id == COMMUNE]
    assert file.people is not None and file.agency.asset_register is not None
    assert (file.people.as_of, file.agency.asset_register.as_of) == (date(2026, 11, 20), date(2026, 11, 20))


def cell_under(path: Path, sheet: str, heading: str) -> Iterator[str]:
    """The answer beside a question of a form."""
    for cells in load_workbook(path)[sheet].iter_rows():
        for cell in cells:
            if cell.value == heading:
                yield cell.offset(column=1).coordinate


def test_a_formula_that_no_program_worked_out_yet_is_refused_and_not_passed_over(
    secaudit: Run, province: Path, given: Callable[..., Path]
) -> None:
    path = given(COMMUNE)
    row = empty_row(path, "Máy tính")
    column = cell_of(path, "Máy tính", "hostname", "_headings").rstrip("0123456789")
    fill(path, ("Máy tính", f"{column}{row}", "=1+1"))
    done = secaudit("inventory", "import", path, "-i", province, "--format", "json")
    assert done.returncode == 5
    assert [problem["cell"] for problem in json.loads(done.stdout)["agencies"][0]["problems"]] == [f"Máy tính!{column}{row}"]
