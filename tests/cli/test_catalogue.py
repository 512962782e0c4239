"""The commands of the catalogue as officers run them: finding, changing, writing, and what is refused."""

import json

import pytest

from secaudit.cli.exits import ExitCode

OVERRIDE = """\
overrides:
  - {{check: {check}, param: {param}, value: {value}, reason: Đường truyền yếu, who: Nguyễn Văn A, date: 2026-11-01}}
"""


@pytest.fixture(name="workspace")
def make_workspace(tmp_path):
    """A workspace whose parameters.yaml sets one value."""

    def make(check="protection.active", param="signature_days", value="10"):
        folder = tmp_path / "w"
        folder.mkdir(exist_ok=True)
        (folder / "parameters.yaml").write_text(OVERRIDE.format(check=check, param=param, value=value), encoding="utf-8")
        return folder

    return make


def test_checks_are_listed_by_group_with_its_vietnamese_name(secaudit):
    done = secaudit("--lang", "vi", "checks", "list")
    assert done.returncode == ExitCode.WELL
    lines = [line.strip("│ ").split("│")[0].strip() for line in done.stdout.splitlines()]
    group = next(number for number, line in enumerate(lines) if line.startswith("Phòng, chống mã độc"))
    assert lines[group + 1] == "protection.active"
    assert next(n for n, line in enumerate(lines) if line.startswith("Bản vá")) > group


def test_a_group_and_words_narrow_the_list(secaudit):
    everything = json.loads(secaudit("checks", "list", "--format", "json").stdout)["checks"]
    patch = json.loads(secaudit("checks", "list", "--group", "patch", "--format", "json").stdout)["checks"]
    assert {check["id"].partition(".")[0] for check in patch} == {"patch"} and len(patch) < len(everything)
    found = json.loads(secaudit("checks", "list", "ma", "DOC", "quan tri", "--format", "json").stdout)["checks"]
    assert "protection.managed" in {check["id"] for check in found} and len(found) < len(everything)
    assert json.loads(secaudit("checks", "list", "xyzzy", "--format", "json").stdout)["checks"] == []


def test_an_unknown_group_is_wrong_use_and_a_near_one_is_named(secaudit):
    done = secaudit("checks", "list", "--group", "pach")
    assert done.returncode == ExitCode.USAGE and "did you mean patch?" in done.stderr


def test_show_names_the_value_the_province_set(secaudit, workspace):
    plain = secaudit("checks", "show", "protection.active").stdout
    assert "signature_days = 7" in plain and "Set by the province" not in plain
    changed = secaudit("checks", "show", "protection.active", "--workspace", workspace()).stdout
    assert "signature_days = 10" in changed
    assert "signature_days is 10 in place of 7, set by Nguyễn Văn A on 2026-11-01: Đường truyền yếu" in changed


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"check": "protection.activ"}, "did you mean protection.active?"),
        ({"param": "signature_day"}, "did you mean signature_days?"),
        ({"value": "ten"}, "expected: a whole number"),
    ],
    ids=["check", "parameter", "type"],
)
@pytest.mark.parametrize("command", ["measure", "report", "judge", "scan", "lint", "show"])
def test_an_override_that_cannot_hold_stops_whatever_would_judge(secaudit, small, workspace, given, hint, command):
    folder = workspace(**given)
    arguments = {"lint": ("checks", "lint"), "show": ("checks", "show", "protection.active")}.get(
        command, (command, "--inventory", small)
    )
    done = secaudit(*arguments, "--workspace", folder)
    assert done.returncode == ExitCode.DATA, done.stderr
    said = done.stdout + done.stderr
    assert "parameters.yaml:2:" in said and hint in said


def test_figures_judged_with_other_values_say_so(secaudit, small, workspace):
    def measured(*where):
        return json.loads(secaudit("measure", "--inventory", small, "--format", "json", *where).stdout)

    plain, changed = measured("--workspace", "none"), measured("--workspace", workspace())
    assert plain["changed_parameters"] == [] and plain["catalog_digest"] != changed["catalog_digest"]
    (one,) = changed["changed_parameters"]
    assert one == {
        "check": "protection.active", "param": "signature_days", "levels": [], "value": 10, "before": [7],
        "reason": "Đường truyền yếu", "who": "Nguyễn Văn A", "date": "2026-11-01",
    }  # fmt: skip
    listed = json.loads(secaudit("checks", "list", "--format", "json", "--workspace", workspace()).stdout)
    assert (listed["digest"], listed["changed_parameters"]) == (changed["catalog_digest"], [one])
    assert "1 value(s) set in parameters.yaml" in secaudit("measure", "--inventory", small, "--workspace", workspace()).stderr


def test_the_report_says_in_its_method_and_beside_the_title_what_the_province_set(secaudit, small, workspace, tmp_path):
    folder = workspace()
    secaudit("report", "--inventory", small, "--workspace", folder, "--out", tmp_path / "r.json")
    document = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert any("signature_days is 10 in place of 7" in line["text"] for line in document["footer"]["method"])
    titles = {check["id"]: check["title"] for check in document["checks"]}
    assert "set by the province: signature_days = 10" in titles["protection.active"]["text"]
    assert set(titles["protection.installed"]) == {"vi", "en"}
    secaudit("report", "--inventory", small, "--workspace", folder)
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "signature_days là 10 thay cho 7, do Nguyễn Văn A đặt ngày 01/11/2026: Đường truyền yếu" in page


def test_new_prints_the_path_and_what_to_do_next(secaudit, tmp_path):
    (tmp_path / "c").mkdir()
    done = secaudit("checks", "new", "patch.uptime", "--checks", "c")
    assert done.returncode == ExitCode.WELL
    assert (tmp_path / done.stdout.strip()).is_file()
    assert "secaudit checks lint c" in done.stderr
    again = secaudit("checks", "new", "patch.uptime", "--checks", "c")
    assert again.returncode == ExitCode.USAGE and "already" in again.stderr
    assert secaudit("checks", "lint", "c").returncode == ExitCode.DATA


def test_docs_prints_the_page_of_any_catalogue(secaudit):
    done = secaudit("checks", "docs")
    assert done.returncode == ExitCode.WELL and done.stdout.startswith("# Checks\n") and "`protection.active`" in done.stdout


def test_products_show_how_sure_they_are(secaudit):
    waiting = json.loads(secaudit("products", "list", "--status", "unconfirmed", "--format", "json").stdout)["products"]
    assert {product["status"] for product in waiting} == {"unconfirmed"} and len(waiting) == 3
    table = secaudit("products", "list", "viettel").stdout
    assert "not confirmed" in table and "viettel-vcs" in table
    shown = secaudit("--lang", "vi", "products", "show", "viettel-vcs").stdout
    assert "chưa xác nhận" in shown and "*aJiant*" in shown
    one = json.loads(secaudit("products", "show", "bkav", "--format", "json").stdout)["product"]
    assert one["status"] == "partial" and one["cases"]
    wrong = secaudit("products", "show", "bkaf")
    assert wrong.returncode == ExitCode.USAGE and "did you mean bkav?" in wrong.stderr
