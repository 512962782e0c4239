"""The workbook in a real LibreOffice: it opens, counts, keeps its rules, and is seen as it was meant."""

import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from secaudit.inventory.layout import PROGRESS
from secaudit.inventory.questions import Profile
from secaudit.inventory.workbook import as_workbook, progress_of
from tests.inventory.given_samples import agency, columns, given, hostile, largest, marked, opened

pytestmark = pytest.mark.lab


@pytest.fixture(scope="session", name="office")
def real_office(tmp_path_factory):
    """Converts files with a profile of its own, so that an office somebody works in is left alone."""
    program = shutil.which("soffice")
    assert program, "LibreOffice is missing: .ci/parts libreoffice-calc installs it"
    home = tmp_path_factory.mktemp("office")

    def convert(form: str, *files: Path) -> list[Path]:
        out = files[0].parent / form
        command = [program, f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", form, "--outdir", str(out)]
        done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, timeout=300, check=True)
        assert "Error" not in done.stderr, done.stderr
        return [out / f"{file.stem}.{form}" for file in files]

    return convert


def _saved(folder: Path, name: str, data: bytes) -> Path:
    path = folder / f"{name}.xlsx"
    path.write_bytes(data)
    return path


def _rules(sheet) -> list[tuple[str | None, str | None, str, str | None]]:
    found = sheet.data_validations.dataValidation
    return sorted((rule.type or "any", str(rule.sqref), rule.promptTitle or "", rule.prompt or "") for rule in found)


@pytest.mark.parametrize("profile", Profile)
def test_another_program_keeps_every_rule_colour_name_and_hidden_part(office, tmp_path, profile):
    before = opened(as_workbook(hostile(profile)))
    path = _saved(tmp_path, "hostile", as_workbook(hostile(profile)))
    (converted,) = office("xlsx", path)
    after = openpyxl.load_workbook(converted)
    assert [(sheet.title, sheet.sheet_state) for sheet in after] == [(sheet.title, sheet.sheet_state) for sheet in before]
    assert set(after.defined_names) == set(before.defined_names)
    for old, new in zip(before, after, strict=True):
        assert _rules(new) == _rules(old)
        count = [sum(len(area.rules) for area in sheet.conditional_formatting) for sheet in (old, new)]
        assert count[0] == count[1]
        if old.sheet_state == "visible":
            assert new.row_dimensions[1].hidden
            assert new.column_dimensions["A"].hidden
            assert marked(new) == marked(old)
            assert columns(new) == columns(old)
            formulas = [cell.coordinate for row in new.iter_rows() for cell in row if cell.data_type == "f"]
            assert formulas == [f"B{marked(new)[PROGRESS]}"]


def _counted(office, folder: Path, name: str, book) -> dict[str, int]:
    """What the progress cells show after the office worked them out anew: openpyxl writes no results of formulas."""
    path = folder / f"{name}.xlsx"
    book.save(path)
    (converted,) = office("xlsx", path)
    shown = openpyxl.load_workbook(converted, data_only=True)
    return {sheet.title: sheet.cell(marked(sheet)[PROGRESS], 2).value for sheet in shown if sheet.sheet_state == "visible"}


@pytest.mark.parametrize("profile", Profile)
def test_the_count_that_the_office_works_out_is_the_one_that_was_written(office, tmp_path, profile):
    for name, content in (("largest", given(largest(), profile)), ("hostile", hostile(profile))):
        counts = progress_of(content)
        shown = _counted(office, tmp_path, name, opened(as_workbook(content)))
        assert shown["Đơn vị"] == sum(counts.values())
        assert shown["Máy tính"] == counts["endpoints"]
        assert shown["Hệ thống"] == counts["systems"] + (counts["uses"] if profile is Profile.COMMUNE else 0)


def test_the_count_falls_as_cells_are_filled_and_follows_the_kind_of_system(office, tmp_path):
    """A system gets a kind, another turns out to be secret, a machine is another agency's, a new system comes."""
    file = agency(
        endpoints=[{"id": "pc-1", "kind": "laptop"}, {"id": "pc-2", "kind": "laptop"}],
        systems=[{"id": "s-1", "name": "Một"}, {"id": "s-2", "name": "Hai"}],
    )
    content = given(file)
    assert progress_of(content) == {"agency": 4, "people": 3, "endpoints": 6, "uses": 0, "systems": 12}

    def filled(*cells: tuple[str, str, str, object]) -> dict[str, int]:
        book = opened(as_workbook(content))
        for title, mark, key, value in cells:
            sheet = book[title]
            column = 3 if key == "_answer" else columns(sheet)[key]
            row = marked(sheet)[mark] if mark else sheet.max_row
            if not mark:
                row = marked(sheet)["s-2"] + 1
            sheet.cell(row, column).value = value
        return _counted(office, tmp_path, f"filled-{len(cells)}", book)

    assert filled() == {"Đơn vị": 25, "Máy tính": 6, "Hệ thống": 12}
    first = [("Đơn vị", "agency/contact.name", "_answer", "A"), ("Hệ thống", "s-1", "kind", "Hạ tầng thông tin")]
    assert filled(*first) == {"Đơn vị": 25, "Máy tính": 6, "Hệ thống": 13}
    second = [*first, ("Hệ thống", "s-2", "state_secret", "Có"), ("Máy tính", "pc-1", "status", "Máy của đơn vị khác")]
    assert filled(*second) == {"Đơn vị": 16, "Máy tính": 3, "Hệ thống": 7}
    assert filled(*second, ("Hệ thống", "", "name", "Ba")) == {"Đơn vị": 22, "Máy tính": 3, "Hệ thống": 13}


def test_it_prints_on_a4_and_the_commune_needs_one_page_a_sheet(office, tmp_path):
    file = agency(
        endpoints=[{"id": f"pc-{number}", "kind": "laptop"} for number in range(12)], systems=[{"id": "s", "name": "Mạng nội bộ"}]
    )
    path = _saved(tmp_path, "commune", as_workbook(given(file)))
    (printed,) = office("pdf", path)
    data = printed.read_bytes()
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type ?/Page\b(?!s)", data)) == 3
