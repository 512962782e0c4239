"""``secaudit inventory template`` and ``export``: files where they were asked for, and none over somebody's work."""

import openpyxl


def test_a_commune_gets_its_profile_and_others_the_full_one(secaudit, sample, tmp_path):
    done = secaudit("inventory", "template", "--agency", "xa-ba-be", "--agency", "so-khcn", "-o", "out", "-i", sample)
    assert done.returncode == 0, done.stderr
    assert "UBND xã Ba Bể, profile commune" in done.stderr
    assert "Sở Khoa học và Công nghệ, profile full" in done.stderr
    sheets = {
        path.name: [sheet.title for sheet in openpyxl.load_workbook(path) if sheet.sheet_state == "visible"]
        for path in (tmp_path / "out").iterdir()
    }
    assert sheets == {
        "bang-ke-xa-ba-be.xlsx": ["Đơn vị", "Máy tính", "Hệ thống"],
        "bang-ke-so-khcn.xlsx": ["Đơn vị", "Con người", "Máy tính", "Hệ thống dùng chung", "Hệ thống"],
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "out").iterdir())


def test_a_workbook_that_is_there_is_not_written_over_unasked(secaudit, sample, tmp_path):
    command = ("inventory", "template", "--agency", "xa-ba-be", "--profile", "full", "-o", "x.xlsx", "-i", sample)
    (tmp_path / "x.xlsx").write_bytes(b"an afternoon's work")
    refused = secaudit(*command)
    assert (refused.returncode, (tmp_path / "x.xlsx").read_bytes()) == (2, b"an afternoon's work")
    assert "--force" in refused.stderr
    assert secaudit(*command, "--force").returncode == 0
    assert (tmp_path / "x.xlsx").read_bytes().startswith(b"PK")


def test_it_must_be_clear_whom_they_are_for_and_one_file_holds_one(secaudit, sample):
    nobody = secaudit("inventory", "template", "-i", sample)
    both = secaudit("inventory", "template", "--all", "--agency", "xa-ba-be", "-i", sample)
    many = secaudit("inventory", "template", "--all", "-o", "x.xlsx", "-i", sample)
    unknown = secaudit("inventory", "template", "--agency", "xa-ba-bee", "-i", sample)
    assert [done.returncode for done in (nobody, both, many, unknown)] == [2, 2, 2, 2]
    assert "did you mean xa-ba-be" in unknown.stderr
    assert "Traceback" not in nobody.stderr + both.stderr + many.stderr + unknown.stderr


def test_all_agencies_that_exist_get_one_in_one_go(secaudit, sample, tmp_path):
    done = secaudit("inventory", "template", "--all", "-o", "out", "-i", sample)
    assert done.returncode == 0, done.stderr
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert len(names) > 40
    assert "bang-ke-huyen-cho-don.xlsx" not in names
    assert f"{len(names)} workbooks" in done.stderr


def test_everything_declared_is_exported_as_workbooks_or_tables(secaudit, sample, tmp_path):
    books = secaudit("inventory", "export", "xlsx", "-i", sample, "--agency", "huyen-cho-don")
    tables = secaudit("inventory", "export", "csv", "--format", "csv", "-i", sample)
    assert (books.returncode, tables.returncode) == (0, 0), books.stderr + tables.stderr
    assert [path.name for path in (tmp_path / "xlsx").iterdir()] == ["bang-ke-huyen-cho-don.xlsx"]
    machines = (tmp_path / "csv" / "endpoints.csv").read_text(encoding="utf-8-sig")
    assert "\nxa-ba-be,ba-be-pc-01," in machines
    assert secaudit("inventory", "export", "csv", "--format", "csv", "-i", sample).returncode == 2
