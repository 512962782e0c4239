"""``dossier status``, ``law calendar`` and ``law exposure`` as their users run them."""

import json

from typer.main import get_command

from secaudit.cli.law_exposure import app


def test_the_chain_of_each_system_is_shown_and_the_exit_code_says_what_is_open(secaudit, sample, small):
    done = secaudit("--lang", "vi", "dossier", "status", "--inventory", sample, "--as-of", "2026-11-26", "--overdue")
    assert done.returncode == 4, "some levels are open"
    assert "Đơn vị vận hành sẽ tự thẩm định hồ sơ của mình: 2 hệ thống" in done.stdout
    assert "quá hạn 7 ngày làm việc, hạn cuối là 17/11/2026 [NĐ 331/2026, 24.2]" in done.stdout
    assert "Cách tính: ngày phát sinh sự việc là ngày 0" in done.stdout and "kết quả thẩm định quyết định" in done.stdout
    assert "phạt" not in done.stdout
    found = secaudit("dossier", "status", "--inventory", sample, "--as-of", "26/11/2026", "--system", "lgsp", "--format", "json")
    assert found.returncode == 3
    answer = json.loads(found.stdout)
    (system,) = answer["systems"]
    assert (answer["kind"], system["levels"], system["unsettled"]) == ("dossier-status", [3], False)
    assert [(one["state"], one["due"], one["left"]) for one in system["limits"]] == [
        ("kept", "2026-11-06", -14),
        ("overdue", "2026-11-17", -7),
    ]
    quiet = secaudit("dossier", "status", "--inventory", small, "--as-of", "2026-11-26")
    assert quiet.returncode == 0 and "level 1 · approved" in quiet.stdout, quiet.stderr
    wrong = secaudit("dossier", "status", "--inventory", sample, "--system", "lgsq")
    assert wrong.returncode == 2 and "lgsp" in wrong.stderr


def test_the_calendar_is_a_table_a_file_and_json(secaudit, sample, small, tmp_path):
    file = tmp_path / "lich.ics"
    text = (small / "province.yaml").read_text(encoding="utf-8").replace("Tỉnh thử", "'=cmd|<script>; a, b'")
    (small / "province.yaml").write_text(text, encoding="utf-8")
    done = secaudit("law", "calendar", "--inventory", small, "--as-of", "2026-11-26", "--ics", file)
    assert done.returncode == 0, done.stderr
    assert (
        "18/12/2026" in done.stdout
        and "24/12/2026" in done.stdout
        and "Kế hoạch 246/KH-UBND: its term is not confirmed" in done.stdout
    )
    assert "Bộ luật Lao động 45/2019/QH14" in done.stdout and "điều 45" in done.stdout, "where each kind of day is from"
    data = file.read_bytes()
    assert b"DTSTAMP:20261125T170000Z\r\n" in data and b"UID:report-to-ministry-2026@t.secaudit\r\n" in data
    found = json.loads(secaudit("law", "calendar", "--inventory", sample, "--as-of", "2026-11-26", "--format", "json").stdout)
    assert found["kind"] == "law-calendar" and found["undated"] == ["ke-hoach-246"]
    assert {one["state"] for one in found["dates"]} >= {"running", "overdue", "unknown"}
    wrong = secaudit("law", "calendar", "--inventory", small, "--from", "2026-12-02", "--to", "2026-12-01")
    assert wrong.returncode == 2 and "ends before it begins" in wrong.stderr


def test_penalties_need_their_switch_and_never_leave_the_screen(secaudit, sample):
    refused = secaudit("law", "exposure", "--inventory", sample)
    assert refused.returncode == 2 and refused.stdout == "" and "--show-penalties" in refused.stderr
    shown = secaudit("--lang", "vi", "law", "exposure", "--show-penalties", "--inventory", sample, "--as-of", "2026-11-26")
    assert shown.returncode == 4
    assert shown.stdout.startswith("NỘI BỘ.") and "NĐ 330/2026, 24.1" in shown.stdout and "40 đến 60 triệu đồng" in shown.stdout
    options = {name for parameter in get_command(app).commands["exposure"].params for name in parameter.opts}
    assert options == {"--show-penalties", "--inventory", "-i", "--checks", "--as-of"}, "nothing that writes a file"
