"""``secaudit evidence`` as a person uses it: shown before anything is kept, and nothing kept that is not certain."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook

HEAD = "Name;Parent group;Serial number;Last connected to Administration Server;Real-time protection status"
AGENCY = """\
agency: {id: xa-a, name: UBND xã A, tier: commune, submission: {accepted_on: 2026-11-01}}
endpoints:
  - {id: pc-1, kind: workstation, os: windows, serial: 5CD1111AAA}
  - {id: pc-2, kind: workstation, os: windows}
  - {id: pc-mat, kind: isolated}
"""


@pytest.fixture(name="place")
def province_and_workspace(tmp_path):
    folder = tmp_path / "province"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "xa-a.yaml").write_text(AGENCY, encoding="utf-8")
    return ("--inventory", folder, "--workspace", tmp_path / "workspace")


@pytest.fixture(name="export")
def write_export(tmp_path):
    def write(*rows, name="ksc.csv"):
        day = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%d 08:00:00")
        lines = [HEAD, *(f"{host};{group};{serial};{day};Running" for host, serial, group in rows)]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


A = "Managed devices/UBND xã A"


def test_without_accept_everything_is_shown_and_nothing_written(secaudit, place, export, tmp_path):
    path = export(("khac", "5CD1111AAA", A), ("LA", "S9", A), ("pc-2", "", "Nhóm 7"))
    done = secaudit("evidence", "import", path, "--source", "ksc", *place)
    assert done.returncode == 4, done.stderr
    assert not (tmp_path / "workspace").exists()
    assert "UBND xã A" in done.stdout
    for said in ("nothing was kept; --accept keeps the 2 rows", "Nhóm 7: 1 rows", "P1 installed: 2 rows show it", "row 4"):
        assert said in done.stderr
    again = secaudit("evidence", "import", path, "--source", "ksc", *place, "--format", "json")
    data = json.loads(again.stdout)
    assert (data["kind"], data["run"], data["counts"]["matched"]) == ("evidence-import", None, 1)
    assert data["agencies"][0]["absent"] == [], "pc-2 may be the row that nobody can place"
    assert [row["fate"] for row in data["rows"]] == ["matched", "new", "ambiguous"]


def test_what_is_accepted_is_listed_judged_and_not_kept_twice(secaudit, place, export, tmp_path):
    path = export(("khac", "5CD1111AAA", A), ("LA", "S9AB", A))
    workspace = place[2:]
    done = secaudit("evidence", "import", path, "--source", "ksc", *place, "--accept", "--exporter", "Nguyễn A")
    assert done.returncode == 0, done.stderr
    assert "kept as run 1: 2 rows, 1 about machines nobody declares; measure and report judge with them" in done.stderr
    again = secaudit("evidence", "import", path, "--source", "ksc", *place, "--accept")
    assert again.returncode == 0
    assert "this very file was taken in before: run 1" in again.stderr
    assert "nothing in this file is certain and new" in again.stderr
    files = json.loads(secaudit("evidence", "list", *workspace, "--format", "json").stdout)["files"]
    assert [(one["name"], one["source"], one["exporter"], one["outcomes"]) for one in files] == [
        ("ksc.csv", "ksc", "Nguyễn A", 2)
    ]
    assert secaudit("verify", *workspace).returncode == 0
    out = tmp_path / "moi.yaml"
    newcomers = secaudit("evidence", "newcomers", *place, "--agency", "xa-a", "--out", out, "--format", "json")
    assert newcomers.returncode == 3
    (row,) = [one["row"] for one in json.loads(newcomers.stdout)["newcomers"]]
    assert row["id"].startswith("xa-a-la-")
    assert f"id: {row['id']}" in out.read_text(encoding="utf-8")
    with (place[1] / "agencies" / "xa-a.yaml").open("a", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in out.read_text(encoding="utf-8").splitlines() if line.startswith("  - ")))
    assert secaudit("evidence", "newcomers", *place).returncode == 0, "the agency's file took it over"


def test_the_workbook_is_in_vietnamese_and_nothing_in_it_runs(secaudit, place, export, tmp_path):
    path = export(("khac", "5CD1111AAA", A), ("=cmd|' /C calc'!A0", "S9AB", A), ("PC-MAT", "BIMAT77", A))
    out = tmp_path / "doi-chieu.xlsx"
    done = secaudit("--lang", "vi", "evidence", "import", path, "--source", "ksc", *place, "--workbook", out)
    assert done.returncode == 3, "an isolated machine stands in a console"
    book = load_workbook(out)
    assert book.sheetnames == ["Tổng hợp", "Khớp", "Chưa rõ", "Máy mới", "Không có trong bảng điều khiển", "Từ chối"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    texts = [str(cell.value) for cell in cells]
    assert "=cmd|' /C calc'!A0" in texts
    assert not any("BIMAT77" in text for text in texts), "nothing about an isolated machine is written down"
    assert "BIMAT77" not in done.stdout + done.stderr
    assert "pc-mat" in texts


def test_bad_files_and_bad_wishes_are_refused_before_anything_is_kept(secaudit, place, export, tmp_path):
    foreign = tmp_path / "khac.csv"
    foreign.write_text("Colour;Size\nred;3\n", encoding="utf-8")
    done = secaudit("evidence", "import", foreign, "--source", "ksc", *place, "--accept")
    assert done.returncode == 5
    assert "khac.csv" in done.stderr
    good = export(("pc-2", "", A))
    assert secaudit("evidence", "import", tmp_path / "no.csv", "--source", "ksc", *place).returncode == 5
    for wrong in (["--workbook", "x.pdf"], ["--exported-at", "2999-01-01"], ["--exported-at", "hôm qua"], ["--source", "foo"]):
        assert secaudit("evidence", "import", good, "--source", "ksc", *place, *wrong).returncode == 2, wrong
    assert secaudit("evidence", "newcomers", *place, "--agency", "xa-z").returncode == 2
    assert not (tmp_path / "workspace").exists()
