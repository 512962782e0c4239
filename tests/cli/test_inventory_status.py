"""``secaudit inventory status``: the page to call agencies from, with whom to call."""

import json
from datetime import UTC, datetime

import pytest

from secaudit.model.submission import Submission
from secaudit.store import Store


def test_who_to_call_stands_on_the_page(secaudit, sample, tmp_path):
    done = secaudit("inventory", "status", "-i", sample, "--as-of", "2026-11-20")
    assert done.returncode == 0, done.stderr
    assert "Lê Thị Mẫu 0208 000 0041" in done.stdout
    assert "8 machines declared" in done.stdout
    assert done.stdout.index("UBND xã Chợ Mới") < done.stdout.index("Sở Xây dựng") < done.stdout.index("Sở Y tế")
    assert "Oldest numbers" in done.stdout
    assert "2025-03-31 UBND xã Phú Bình: number of people" in done.stdout
    assert list(tmp_path.iterdir()) == [], "without a workspace nothing is left behind"


def test_one_agency_in_full(secaudit, sample):
    done = secaudit("inventory", "status", "-i", sample, "--as-of", "2026-11-20", "--agency", "so-xay-dung")
    assert done.returncode == 0, done.stderr
    assert "call: Hồ Thị Thử 0208 000 0010" in done.stdout
    assert "asset register: 19" in done.stdout
    assert "Computers, Still in use: 0 of" in done.stdout
    refused = secaudit("inventory", "status", "-i", sample, "--agency", "so-xay-dug")
    assert (refused.returncode, "so-xay-dung" in refused.stderr) == (2, True)


def test_machine_output_with_lists_that_came_in(secaudit, sample, tmp_path):
    at = datetime(2026, 11, 18, 3, tzinfo=UTC)
    with Store.open(tmp_path / "workspace" / "store.sqlite") as store:
        store.submissions.save([Submission(0, "so-y-te", at, "so-y-te.xlsx", "0" * 64, "an", "full", None, 4, 2, accepted=False)])
    done = secaudit("inventory", "status", "-i", sample, "--as-of", "2026-11-20", "--format", "json")
    data = json.loads(done.stdout)
    assert (data["kind"], data["counts"]["agencies"], data["standings"]["nothing"]) == ("inventory-status", 42, 5)
    found = {one["agency"]: one for one in data["agencies"]}
    assert found["so-y-te"]["standing"] == "returned"
    assert found["so-y-te"]["submission"]["problems"] == 2
    assert found["so-xay-dung"]["machines"]["register"] == 19
    assert found["so-xay-dung"]["doubts"] == ["8 machines declared, asset register 19"]
    assert sum(one["asked"] - one["answered"] for one in found["xa-ba-be"]["required"]) == found["xa-ba-be"]["missing"]
    assert (tmp_path / "workspace" / "inventory-status.json").exists()


def test_a_file_with_mistakes_does_not_stop_the_page(secaudit, small):
    (small / "agencies" / "so-b.yaml").write_text("agency: {id: so-b, nmae: x}\n", encoding="utf-8")
    done = secaudit("inventory", "status", "-i", small)
    assert done.returncode == 0
    assert "file has mistakes" in done.stdout
    full = secaudit("inventory", "status", "-i", small, "--agency", "so-b")
    assert "so-b.yaml:1" in full.stdout


@pytest.mark.parametrize("language", ["vi", "en"])
def test_hostile_names_are_harmless(secaudit, small, language):
    text = (small / "agencies" / "so-a.yaml").read_text(encoding="utf-8").replace("name: Sở A", 'name: "[red]\u202eSở A"')
    (small / "agencies" / "so-a.yaml").write_text(text, encoding="utf-8")
    done = secaudit("inventory", "status", "-i", small, SECAUDIT_LANG=language)
    assert "[red]" in done.stdout
    assert "\u202e" not in done.stdout
