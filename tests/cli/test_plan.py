"""``secaudit plan`` as a new officer uses it: begin a plan, fill it in, have it checked, measure by it."""

import json

from secaudit.cli.exits import ExitCode
from secaudit.resources import data_folder

FILLED = """\
id: kh-12
name: Kế hoạch 12/KH-UBND
targets:
  - id: dossiers
    title: {vi: Hồ sơ trên mạng, en: Dossiers online}
    short: {vi: Hồ sơ, en: Dossiers}
    population: indicators
    indicator: ho-so
    sign: ">="
    share: 40 %
    formula: {vi: a, en: b}
"""


def test_a_plan_is_begun_filled_in_checked_and_measured(secaudit, small, tmp_path):
    begun = secaudit("plan", "new", "kh-12")
    assert begun.returncode == ExitCode.WELL, begun.stderr
    path = tmp_path / "workspace" / "plans" / "kh-12.yaml"
    assert path.stat().st_mode & 0o777 == 0o600
    linted = secaudit("plan", "lint")
    assert linted.returncode == ExitCode.DATA
    assert "plans/kh-12.yaml:8:7" in linted.stdout
    assert linted.stdout.count("still to be filled in") == path.read_text(encoding="utf-8").count("vi: <ĐIỀN>") * 2 + 1
    assert secaudit("plan", "new", "kh-12").returncode == ExitCode.USAGE
    # Nobody else waits until it is written: the plan in force is measured, and only who asks for the new one is told.
    assert secaudit("measure", "-i", small).returncode == ExitCode.WELL
    asked = secaudit("measure", "-i", small, "--plan", "kh-12")
    assert asked.returncode == ExitCode.DATA
    assert "plans/kh-12.yaml:8:7" in asked.stderr
    assert secaudit("period", "open", "--plan", "kh-12").returncode == ExitCode.DATA
    listed = json.loads(secaudit("plan", "list", "--format", "json").stdout)
    assert listed["unfinished"] == ["kh-12"]
    assert "kh-12" not in {plan["id"] for plan in listed["plans"]}

    path.write_text(FILLED, encoding="utf-8")
    (small / "indicators").mkdir()
    (small / "indicators" / "ho-so.yaml").write_text(
        "indicator: ho-so\nas_of: 2026-11-01\nevidence: {number: BC 1, date: 2026-11-02}\n"
        "lines:\n  - {agency: so-a, numerator: 5, denominator: 10}\n",
        encoding="utf-8",
    )
    measured = secaudit("measure", "-i", small, "--plan", "kh-12", "--as-of", "2026-11-20", "--format", "json")
    assert measured.returncode == ExitCode.WELL, measured.stderr
    (target,) = json.loads(measured.stdout)["targets"]
    assert (target["proven"], target["total"], target["decision"]) == (5, 10, "met")
    opened = secaudit("period", "open", "quy-4", "--from", "2026-10-01", "--to", "2026-12-31", "--plan", "kh-12")
    assert opened.returncode == ExitCode.WELL, opened.stderr
    assert "Kế hoạch 12/KH-UBND" in opened.stderr
    wrong = "indicator: ho-so\nas_of: 2026-11-01\nlines:\n  - {agency: so-b, numerator: 11, denominator: 10}\n"
    wrong += "evidence: {number: BC 1, date: 2026-10-30}\n"
    (small / "indicators" / "ho-so.yaml").write_text(wrong, encoding="utf-8")
    assert secaudit("inventory", "validate", small).returncode == ExitCode.DATA
    (small / "indicators" / "ho-so.yaml").write_text(
        "indicator: ho-s\nas_of: 2026-11-01\nlines:\n  - {agency: so-a, numerator: 5, denominator: 10}\n", encoding="utf-8"
    )
    mistyped = secaudit("inventory", "validate", small)  # no plan asks for it: it would count nowhere
    assert mistyped.returncode == ExitCode.DATA
    assert "ho-so.yaml:1:12" in mistyped.stdout
    (small / "indicators" / "ho-so.yaml").write_text(wrong, encoding="utf-8")
    refused = secaudit("measure", "-i", small, "--plan", "kh-12")
    assert refused.returncode == ExitCode.DATA
    for said in (
        "ho-so.yaml:4:14",
        "ho-so.yaml:4:31",
        "no agency with this id",
        "More are declared than there are",
        "ho-so.yaml:5:32",
        "older than the day",
    ):
        assert said in refused.stderr + refused.stdout, said


def test_every_mistake_of_a_plan_file_is_named_with_its_line(secaudit, tmp_path):
    path = tmp_path / "kh-12.yaml"
    path.write_text(
        FILLED.replace("    indicator: ho-so\n", "    counts: agency.tiers == 'commune'\n").replace("40 %", "140 %"),
        encoding="utf-8",
    )
    linted = secaudit("plan", "lint", path)
    assert linted.returncode == ExitCode.DATA
    assert "kh-12.yaml:4:5" in linted.stdout  # the indicator is missing
    assert "kh-12.yaml:10:12" in linted.stdout  # a share over 100 %
    path.write_text(
        FILLED.replace("    indicator: ho-so\n", "    indicator: ho-so\n    counts: agency.tiers == 'x'\n"), encoding="utf-8"
    )
    linted = secaudit("plan", "lint", path)
    assert linted.returncode == ExitCode.DATA
    assert "kh-12.yaml:9:13" in linted.stdout
    folder = tmp_path / "workspace" / "plans"
    folder.mkdir(parents=True)
    (folder / "kh-11.yaml").write_text(FILLED.replace("kh-12", "kh-11"), encoding="utf-8")
    path.write_text(FILLED.replace("targets:", "beside: kh-11\ntargets:"), encoding="utf-8")
    assert secaudit("plan", "lint", path).returncode == ExitCode.WELL  # a plan of the workspace is there to be named
    shown = secaudit("plan", "show", data_folder("checks") / "plans" / "nam-dinh-2015.yaml", "--format", "json")
    assert [target["share"] for target in json.loads(shown.stdout)["plan"]["targets"]] == ["100 %", "50 %"] + ["100 %"] * 3


def test_an_own_plan_takes_the_place_of_the_catalogs_and_changes_the_digest(secaudit, tmp_path):
    folder = tmp_path / "workspace" / "plans"
    folder.mkdir(parents=True)
    text = (data_folder("checks") / "plans" / "ke-hoach-246.yaml").read_text(encoding="utf-8")
    (folder / "ke-hoach-246.yaml").write_text(text.replace("name: Kế", "title: Bảo đảm an ninh mạng\nname: Kế"), encoding="utf-8")
    plans = json.loads(secaudit("plan", "list", "--format", "json").stdout)["plans"]
    own = next(plan for plan in plans if plan["id"] == "ke-hoach-246")
    assert (own["title"], own["file"]) == ("Bảo đảm an ninh mạng", "workspace/plans/ke-hoach-246.yaml")
    # One begun in its place is not passed over in favour of the catalog's.
    (folder / "ke-hoach-246.yaml").write_text(text.replace("name: Kế", "title: <ĐIỀN>\nname: Kế"), encoding="utf-8")
    assert secaudit("plan", "show", "ke-hoach-246").returncode == ExitCode.DATA


def test_a_list_of_declared_figures_is_shown_then_written_and_then_measured(secaudit, small, tmp_path):
    folder = tmp_path / "workspace" / "plans"
    folder.mkdir(parents=True)
    (folder / "kh-12.yaml").write_text(FILLED, encoding="utf-8")
    sent = tmp_path / "bao-cao.csv"
    wanted = ("plan", "import", sent, "-i", small, "--indicator", "ho-so", "--as-of", "31/10/2026")
    paper = ("--document", "BC 1", "--document-date", "2026-11-06")

    sent.write_text("Đơn vị;Đã thực hiện;Tổng số\nso-a;11;10\nso-x;1;2\nso-a;3;4\n;1.000;2000\n", encoding="utf-8")
    refused = secaudit(*wanted, *paper, "--accept")
    assert refused.returncode == ExitCode.DATA
    for said in ("bao-cao.csv B2", "bao-cao.csv A3", "bao-cao.csv A4", "bao-cao.csv A5", "More are declared than there are"):
        assert said in refused.stderr, said
    assert not (small / "indicators").exists()

    sent.write_text("Báo cáo quý\n\nĐơn vị;Đã thực hiện;Tổng số\nso-a;5;10\nTổng cộng;5;10\n", encoding="utf-8")
    shown = json.loads(secaudit(*wanted, *paper, "--format", "json").stdout)
    assert (shown["written"], shown["lines"]) == (False, [{"agency": "so-a", "numerator": 5, "denominator": 10}])
    assert not (small / "indicators").exists()
    assert secaudit(*wanted, "--document", "BC 1", "--document-date", "2026-10-30").returncode == ExitCode.USAGE
    written = secaudit(*wanted, *paper, "--accept")
    assert written.returncode == ExitCode.WELL, written.stderr
    measured = secaudit("measure", "-i", small, "--plan", "kh-12", "--as-of", "2026-11-20", "--format", "json")
    (target,) = json.loads(measured.stdout)["targets"]
    assert (target["proven"], target["total"]) == (5, 10)

    # Another list for the same day is a decision; a blank cell stays unknown.
    sent.write_text("Đơn vị;Đã thực hiện;Tổng số\nso-a;;10\n", encoding="utf-8")
    assert secaudit(*wanted, *paper, "--accept").returncode == ExitCode.USAGE
    assert secaudit(*wanted, *paper, "--accept", "--replace").returncode == ExitCode.WELL
    measured = secaudit("measure", "-i", small, "--plan", "kh-12", "--as-of", "2026-11-20", "--format", "json")
    (target,) = json.loads(measured.stdout)["targets"]
    assert (target["proven"], target["unknown"]) == (0, 10)
