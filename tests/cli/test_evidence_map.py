"""A mapping is made once: columns shown, guesses asked about, tried on the file, kept only when somebody wants it."""

import json
import re

import pytest

LIST = """\
BÁO CÁO MÁY TRẠM;;;;;
Máy;Khối;Liên lạc gần nhất;Lá chắn;Bản mẫu nhận diện;Trạng thái
PC-01;UBND xã An Khánh;25/11/2026 08:15;Hoạt động;24/11/2026;Tốt
PC-02;UBND xã An Khánh;24/11/2026 09:15;Ngừng;20/11/2026;Kém
PC-03;UBND xã An Khánh;;Hoạt động;;Tốt
"""
ANSWERS = ("bkav", 1, 2, 0, 0, 3, 0, 0, 0, 4, "yes", "no", 5, 0, "bkav", "yes", "yes")
KSC = """\
Name,Parent group,Last connected to Administration Server,Real-time protection,Anti-virus databases last updated
PC-01,UBND xã A,2026-11-25 08:15,Running,2026-11-24
"""


@pytest.fixture(name="file")
def list_of_machines(tmp_path):
    path = tmp_path / "may.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


@pytest.fixture(name="ksc")
def list_of_ksc(tmp_path):
    path = tmp_path / "ksc.csv"
    path.write_text(KSC, encoding="utf-8")
    return path


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "workspace").rglob("*.yaml"))


def test_questions_lead_to_a_mapping_that_reads_the_file(secaudit, file, tmp_path):
    done = secaudit("evidence", "map", file, "--name", "bkav-tinh", typed="\n".join(map(str, ANSWERS)) + "\n")
    assert done.returncode == 0, done.stderr
    assert "PC-01" in done.stderr and "3 machines read" in done.stdout and kept(tmp_path) == ["bkav-tinh.yaml"]
    text = (tmp_path / "workspace" / "consoles" / "bkav-tinh.yaml").read_text(encoding="utf-8")
    assert "realtime: {Hoạt động: 'true', Ngừng: 'false'}" in text and "product: bkav" in text and "confirmed: true" in text
    assert "PC-01" not in text and "An Khánh" not in text, "nothing of the file itself"
    again = secaudit("evidence", "profiles", "--format", "json")
    (mine,) = [one for one in json.loads(again.stdout)["profiles"] if one["id"] == "bkav-tinh"]
    assert mine["from_workspace"] and mine["columns"]["last_contact"] == ["Liên lạc gần nhất"]


def test_with_yes_the_guesses_of_a_known_console_are_taken(secaudit, ksc, tmp_path):
    done = secaudit("evidence", "map", ksc, "--yes", "--name", "ksc-tinh")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "workspace" / "consoles" / "ksc-tinh.yaml").read_text(encoding="utf-8")
    assert "confirmed" not in text, "nobody looked"
    assert "source: ksc" in text and "implies: {managed: true}" in text and "product: kaspersky-kes-windows" in text


def test_without_a_decisive_column_nothing_is_kept(secaudit, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Ghi chú,Màu\nabc,xanh\ndef,đỏ\n", encoding="utf-8")
    done = secaudit("evidence", "map", path, "--yes")
    assert done.returncode == 2 and "host name, when the console last heard" in done.stderr and kept(tmp_path) == []


def test_a_mapping_is_never_written_over_unasked(secaudit, ksc, tmp_path):
    assert secaudit("evidence", "map", ksc, "--yes", "--name", "a").returncode == 0
    path = tmp_path / "workspace" / "consoles" / "a.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    refused = secaudit("evidence", "map", ksc, "--yes", "--name", "a")
    assert refused.returncode == 2 and "there is a mapping of this name" in refused.stderr
    silent = secaudit("evidence", "map", ksc, "--name", "a", typed="\n" * 40)
    assert silent.returncode == 0 and "nothing was kept" in silent.stderr
    assert path.read_text(encoding="utf-8").endswith("# mine\n")


def test_nobody_there_to_answer_keeps_nothing(secaudit, file, tmp_path):
    done = secaudit("evidence", "map", file, typed="")
    assert done.returncode == 2 and "nobody answered" in done.stderr and kept(tmp_path) == []


@pytest.mark.parametrize("name", ["../etc", "a b", "x" * 65])
def test_an_id_is_no_path(secaudit, ksc, tmp_path, name):
    done = secaudit("evidence", "map", ksc, "--yes", "--name", name)
    assert done.returncode == 2 and kept(tmp_path) == []


def test_what_stands_in_a_file_cannot_harm_the_terminal(secaudit, tmp_path):
    path = tmp_path / "evil.csv"
    head = "Name,Last connected to Administration Server,\x1b[31mNote,mật khẩu\n"
    path.write_text(head + "PC-01,2026-11-25 08:15,\x1b]0;title\x07,password: abc123456\n", encoding="utf-8")
    done = secaudit("evidence", "map", path, "--yes", "--source", "ksc")
    said = done.stdout + done.stderr
    assert "\x1b" not in said and "\x07" not in said and "abc123456" not in said


def test_days_that_may_be_months_are_asked_about(secaudit, tmp_path):
    path = tmp_path / "k.csv"
    path.write_text("Name,Last connected to Administration Server\nPC-01,03/04/2026 08:00\n", encoding="utf-8")
    answers = ["ksc", 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, "kaspersky-kes-windows", "yes", "no", "yes"]
    done = secaudit("evidence", "map", path, "--name", "k", typed="\n".join(map(str, answers)) + "\n")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "workspace" / "consoles" / "k.yaml").read_text(encoding="utf-8")
    assert "day_first: true" in text and "confirmed" not in text
    assert re.search(r"heard of the\s.*1/1", done.stdout, re.DOTALL)


def test_a_list_that_is_none_is_refused(secaudit, tmp_path):
    path = tmp_path / "no.csv"
    path.write_bytes(b"")
    assert secaudit("evidence", "map", path, "--yes").returncode == 5
    assert secaudit("evidence", "map", tmp_path / "nowhere.csv", "--yes").returncode == 5


def test_all_mappings_are_listed_with_what_nobody_has_confirmed(secaudit):
    done = secaudit("evidence", "profiles", COLUMNS="220")
    assert done.returncode == 0
    for word in ("ksc-api", "defender-hunting", "soc-list", "bkav"):
        assert word in done.stdout
    assert "no real export was seen" in done.stderr
