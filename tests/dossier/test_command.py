"""``secaudit dossier make`` and ``classes`` as their user runs them: one bad system stops no other, and everything is named."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from secaudit.cli.dossier_make import app
from secaudit.errors import ReportError, UsageError
from secaudit.pipeline.dossier.making import check_templates, chosen_of_class, class_of, rules_of
from tests.dossier.kit import COMMUNE, MOMENT, SECOND, EvidenceProvince, write_province

DAY = ("--as-of", "2026-11-20")


@pytest.fixture(scope="module", name="made")
def make_a_class(tmp_path_factory) -> tuple[EvidenceProvince, dict[str, object], int]:
    """The commune networks of three communes; where one dossier belongs stands a file."""
    third = COMMUNE.replace("xa-a", "xa-c").replace("a-pc", "c-pc").replace("a-cu", "c-cu").replace("a-dl", "c-dl")
    files = {"xa-a": COMMUNE, "xa-b": SECOND, "xa-c": third.replace("mang-xa-c", "con").replace("10.10.1.", "10.10.3.")}
    home = write_province(tmp_path_factory.mktemp("class"), files)
    (home.workspace / "dossiers").mkdir()
    (home.workspace / "dossiers" / "mang-xa-b").write_text("in the way", encoding="utf-8")
    done = home.run("dossier", "make", "--class", "lan-xa", "--forms", "none", *DAY, "--format", "json")
    return home, json.loads(done.stdout), done.returncode


def test_all_dossiers_of_a_class_are_made_and_one_that_fails_is_named(made):
    home, answer, code = made
    assert code == 3
    assert [(one["system"], one["folder"]) for one in answer["dossiers"]] == [("mang-xa-a", "mang-xa-a"), ("con", "_con")]
    assert [one["system"] for one in answer["refused"]] == ["mang-xa-b"] and answer["refused"][0]["why"]
    assert answer["open"] == ["chua-ro"]
    for one in answer["dossiers"]:
        folder = Path(answer["folder"]) / one["folder"]
        assert sorted(path.name for path in folder.iterdir()) == one["files"] and len(one["files"]) == 7
        assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
        assert one["gaps"] and one["devices"] == 3 and one["class"] == "lan-xa"
    assert (home.workspace / "dossiers" / "mang-xa-b").read_text(encoding="utf-8") == "in the way"


def test_gaps_are_printed_and_a_state_secret_is_refused_by_name_and_level(made):
    home, _, _ = made
    done = home.run("dossier", "make", "mang-xa-a", "mat-xa-a", "--forms", "06", *DAY, "--out", str(home.home / "here"))
    assert done.returncode == 3
    assert "mang-xa-a: " in done.stdout and "address of the operator of the system" in done.stdout
    assert "mat-xa-a: Hệ thống mật (Level 3)" in done.stderr and "state secrets" in done.stderr
    assert [path.name for path in (home.home / "here").iterdir()] == ["mang-xa-a"]
    assert (home.home / "here" / "mang-xa-a" / "mau-06.docx").is_file()


def test_what_cannot_be_asked_for_is_said_before_anything_is_made(made, known, tmp_path):
    home, _, _ = made
    done = home.run("dossier", "make", "--out", str(home.home / "none"))
    assert (done.returncode, "name systems, or a class of systems" in done.stderr) == (2, True)
    assert not (home.home / "none").exists()
    with pytest.raises(UsageError, match="no contents and forms of a dossier"):
        rules_of(known.province.catalog, MOMENT.replace(month=8, day=1))
    with pytest.raises(UsageError, match="no class of systems called lan-xã"):
        class_of(known.province.catalog, "lan-xã")
    with pytest.raises(UsageError, match="no agency is called xa-z"):
        chosen_of_class(known.province, class_of(known.province.catalog, "lan-xa"), ["xa-z"])
    with pytest.raises(ReportError, match="is missing"):
        check_templates(known.sources.rules, tmp_path)


def test_one_agency_of_a_class(known):
    found = chosen_of_class(known.province, class_of(known.province.catalog, "lan-xa"), ["xa-b"])
    assert (found.belong, found.open) == (("mang-xa-b",), ("chua-ro",))


def test_classes_are_listed_with_what_is_open(made):
    home, _, _ = made
    done = CliRunner().invoke(app, ["classes", "--inventory", str(home.folder), "--format", "json"])
    (one,) = json.loads(done.stdout)["classes"]
    assert one["systems"] == ["mang-xa-a", "mang-xa-b", "con"] and one["open"] == ["chua-ro"]
