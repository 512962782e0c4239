"""``secaudit period plan``: the plan of ways for an inventory, for people, spreadsheets and programs."""

import csv
import io
import json
import re

import pytest


def test_the_plan_for_the_sample_province_names_ways_agencies_and_commands(secaudit, sample):
    done = secaudit("period", "plan", "--inventory", sample, "--workspace", "w")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    for wanted in (
        r"1\. Export of the antivirus console: 0 to [1-9]\d+ machines",
        r"secaudit evidence import FILE --source SOURCE",
        r"Scan over SSH: 0 to [1-9]\d+ machines",
        r"secaudit scan --agency so-khcn --agency",
        r"isolated machines are counted apart; no collector is handed out for them",
        r"[1-9] agencies have sent nothing",
        r"with evidence afterwards: 0 to [1-9]\d+ of [1-9]\d+",
        r"These are limits, no forecast",
    ):
        assert re.search(wanted, said), wanted
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_it_speaks_vietnamese(secaudit, sample):
    done = secaudit("--lang", "vi", "period", "plan", "--inventory", sample, "--workspace", "w")
    said = " ".join(done.stdout.split())
    assert "Kế hoạch thu thập bằng chứng: Thiết bị được bảo vệ" in said
    assert re.search(r"1\. Lấy tệp xuất từ máy chủ quản trị chống mã độc: từ 0 đến \d+ máy", said)
    assert "không phát bộ thu thập" in said and "Đây là giới hạn, không phải dự báo" in said


def test_json_adds_up(secaudit, sample):
    done = secaudit("period", "plan", "--inventory", sample, "--workspace", "w", "--format", "json")
    found = json.loads(done.stdout)
    assert (found["kind"], found["target"], found["number"]) == ("period-plan", "endpoints-protected", 2)
    for step in found["steps"]:
        assert step["gain"] == {"least": 0, "most": sum(row["gain_most"] for row in step["agencies"])}
        assert all(row["gain_most"] == len(row["machines"]) for row in step["agencies"])
    assert found["gain"]["most"] + sum(rest["count"] for rest in found["rest"]) == found["unknown"]
    assert found["afterwards"]["proven_most"] == found["proven"] + found["gain"]["most"]


def test_a_spreadsheet_has_a_line_for_each_way_and_agency(secaudit, sample, tmp_path):
    done = secaudit("period", "plan", "--inventory", sample, "--workspace", "w", "--out", tmp_path / "plan.csv")
    assert done.returncode == 0 and "plan.csv" in done.stderr and not done.stdout
    data = (tmp_path / "plan.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "spreadsheets read Vietnamese only with the mark"
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    gain = json.loads(secaudit("period", "plan", "--inventory", sample, "--workspace", "w", "--format", "json").stdout)["gain"]
    assert sum(int(row["gain_most"]) for row in rows) == gain["most"] > 0
    assert {row["way"] for row in rows} == {"console", "ssh"} and all(row["command"].startswith("secaudit ") for row in rows)


@pytest.mark.parametrize("suffix", [".md", ".html", ".txt"])
def test_sheets_for_people_are_written(secaudit, sample, tmp_path, suffix):
    done = secaudit("period", "plan", "--inventory", sample, "--workspace", "w", "--detail", "--out", tmp_path / f"plan{suffix}")
    assert done.returncode == 0, done.stderr
    assert "secaudit evidence import FILE" in (tmp_path / f"plan{suffix}").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("target", "hint"),
    [("heads-briefed", "2 (endpoints-protected)"), ("1", "2 ("), ("endpoint-protected", "2 (endpoints-protected)")],
)
def test_a_target_that_is_not_about_machines_is_refused_with_those_that_are(secaudit, sample, target, hint):
    done = secaudit("period", "plan", "--inventory", sample, "--workspace", "w", "--target", target)
    assert done.returncode == 2 and hint in done.stderr, done.stderr


def test_a_kind_of_file_that_nothing_writes_is_refused_before_any_work(secaudit, tmp_path):
    done = secaudit("period", "plan", "--inventory", tmp_path / "nowhere", "--out", tmp_path / "plan.pdf")
    assert done.returncode == 2 and ".csv, .txt, .md, .html" in done.stderr


def test_a_province_without_machines_has_nothing_to_plan(secaudit, small):
    done = secaudit("period", "plan", "--inventory", small, "--workspace", "w")
    assert done.returncode == 0, done.stderr
    assert "with evidence 0 of 0" in done.stdout and "1. " not in done.stdout


def test_a_report_can_be_a_table(secaudit, sample, tmp_path):
    done = secaudit("report", "--inventory", sample, "--workspace", "w", "--out", tmp_path / "machines.csv")
    assert done.returncode == 4, done.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "machines.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) > 200 and {row["status"] for row in rows} == {"unseen", "isolated"}
