"""What people read on the console: both languages, figures with their formula and their lab mark, refusals that say what next."""

import json
import os
import re
import subprocess
import sys

import pytest

from secaudit.cli.days import parse_day
from secaudit.errors import UsageError
from tests.cli.conftest import environment

REFUSED = [
    (["scan", "--formt", "x"], "không có tùy chọn --formt"),
    (["scna"], "không có lệnh scna; có phải là scan không?"),
    (["runs", "show", "abc"], "phải là số"),
    (["runs", "show"], "còn thiếu"),
    (["runs", "show", "1", "2"], "thừa 2"),
    (["scan", "--rate"], "sau --rate phải có giá trị"),
    (["scan", "--rate", "0"], "--rate ít nhất là 0.1"),
    (["scan", "--connections", "99999"], "--connections nhiều nhất là 2000"),
    (["classify", "--format", "xml"], "chỉ nhận một trong: text, json"),
    (["measure", "--as-of", "hôm qua"], "hôm qua không phải là ngày"),
    (["measure", "--as-of", "31/02/2026"], "không phải là ngày"),
    (["report", "--report-lang", "fr"], "không có ngôn ngữ fr"),
    (["verify", "--head", "12ab"], "64 ký tự"),
    (["checks", "show", "protection.activ"], "có phải là protection.active không?"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_a_refusal_is_a_vietnamese_sentence_with_a_next_step(secaudit, arguments, words):
    done = secaudit("--lang", "vi", *arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert words in done.stderr
    assert "→" in done.stderr
    assert not re.search(r"Traceback|Error|Invalid|Usage", done.stderr)


def test_a_language_that_is_not_spoken_is_refused(secaudit):
    done = secaudit("--lang", "fr", "checks", "list")
    assert done.returncode == 2
    assert "fr" in done.stderr and "vi, en" in done.stderr


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_has_its_customary_short_form(secaudit, option):
    assert "--inventory" in secaudit("scan", option).stdout


@pytest.mark.parametrize(
    ("text", "day"), [("2026-10-31", "2026-10-31"), ("31/10/2026", "2026-10-31"), (" 1/9/2026 ", "2026-09-01")]
)
def test_days_as_people_type_them(text, day):
    assert parse_day(text).isoformat() == day


@pytest.mark.parametrize("text", ["", "2026", "2026-13-01", "31.10.2026", "10/31/2026", "20261031", "٣١/١٠/٢٠٢٦x"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(UsageError):
        parse_day(text)


@pytest.mark.parametrize("columns", ["60", "160"])
def test_measure_shows_bounds_decision_and_formula(secaudit, sample, columns):
    done = secaudit("--lang", "vi", "measure", "-i", sample, "-w", "w", COLUMNS=columns)
    assert done.returncode == 4
    text = " ".join(done.stdout.split())
    for words in (
        "Hệ thống theo cấp độ",
        "40,3 % – 43,3 %",
        "≥ 70 %",
        "Cách tính",
        "÷ số hệ thống đang vận hành",
        "chưa gửi bản kê khai",
    ):
        assert words in text, words
    assert "Chỉ tiêu 1: cần thêm 20 hệ thống" in text


def test_an_agency_the_inventory_has_not_is_refused_and_never_an_empty_table(secaudit, sample):
    done = secaudit("measure", "-i", sample, "-w", "w", "--agency", "so-tu-phep")
    assert done.returncode == 2
    assert "did you mean so-tu-phap?" in done.stderr
    known = secaudit("measure", "-i", sample, "-w", "w", "--agency", "so-tu-phap")
    assert known.stdout.count("Sở Tư pháp") == 5


def test_classify_shows_what_stands_behind_one_level(secaudit, sample):
    done = secaudit("--lang", "vi", "classify", "-i", sample, "--system", "quan-ly-van-ban", "--as-of", "20/11/2026")
    assert done.returncode == 0, done.stderr
    for words in ("✓ 13.3, cấp độ 3", "✓ 12.1, cấp độ 2", "system.serves = province", "document-system=infrastructure",
                  "Công văn 815/SKHCN-CĐS, 05/10/2026", "Cấp độ trong hồ sơ: 3 (đúng như kê khai)", "chờ hướng dẫn"):  # fmt: skip
        assert words in done.stdout, words
    open_level = secaudit("--lang", "vi", "classify", "-i", sample, "--system", "danh-gia-hai-long")
    assert open_level.returncode == 4
    assert "(tỉnh trả lời)" in open_level.stdout


def test_classify_before_the_decree_names_the_rule_sets(secaudit, sample):
    done = secaudit("classify", "-i", sample, "--as-of", "2016-06-30")
    assert done.returncode == 2
    assert "nd-85-2016 (2016-07-01), nd-331-2026 (2026-08-19)" in done.stderr


def test_problems_are_the_output_of_validate(secaudit, small):
    file = small / "agencies" / "so-a.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("heads: 2", "heads: hai"), encoding="utf-8")
    done = secaudit("--lang", "vi", "inventory", "validate", small)
    assert done.returncode == 5
    assert "so-a.yaml:2" in done.stdout and "people.heads" in done.stdout
    listed = json.loads(secaudit("inventory", "validate", small, "--format", "json").stdout)
    assert [problem["line"] for problem in listed["problems"]] == [2]


def test_a_run_that_is_not_there_is_wrong_use_and_no_broken_store(secaudit, small):
    secaudit("scan", "-i", small, "-w", "w", "--no-agent")
    done = secaudit("runs", "show", "7", "-w", "w")
    assert done.returncode == 2
    assert "newest is 1" in done.stderr


def test_a_report_that_cannot_be_written_is_six(secaudit, small):
    done = secaudit("report", "-i", small, "-w", "w", "--out", small)
    assert done.returncode == 6
    assert "--out" in done.stderr


def test_nobody_answering_enrols_nothing(secaudit, small):
    file = small / "agencies" / "so-a.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "endpoints: []\n", encoding="utf-8")
    done = secaudit("trust", "add", "-i", small, "-w", "w")
    assert done.returncode == 0, "nothing to ask about"
    assert "0 host keys" in done.stderr


def test_progress_is_silent_where_nobody_watches(secaudit, small):
    done = secaudit("measure", "-i", small, "-w", "w")
    assert "━" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise on Windows")
@pytest.mark.parametrize("arguments", [["checks", "list"], ["checks", "list", "--format", "json"]])
def test_a_reader_that_goes_away_is_no_defect(arguments):
    """``secaudit ... | head -1``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "secaudit", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode("utf-8")
    process.stderr.close()
    assert process.wait(timeout=60) == 141
    assert said == ""
