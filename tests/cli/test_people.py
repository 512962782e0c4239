"""``secaudit people`` as the organiser's clerk uses it: shown first, written once, and nobody's name anywhere."""

import json
import os
import stat

import pytest

from secaudit.inventory import load_inventory

SO_A = """\
agency: {id: so-a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-01}}
people: {heads: 2, staff: 10}
"""
SO_B = """\
agency: {id: so-b, name: Sở B, tier: province, submission: {accepted_on: 2026-11-01}}
people: {heads: 2, heads_briefed: 1, staff: 10, staff_briefed: 2, as_of: 2026-10-31, evidence: [BC 2]}
"""
NAME, PHONE, CODE = "Nguyễn Văn Bí Mật", "0912345678", "TN-7734"
ROSTER = f"Họ tên;Đơn vị;Mã CBCC;Điện thoại\n{NAME};Sở A;{CODE};{PHONE}\n{NAME};Sở A;TN-2;{PHONE}\n{NAME};Sở B;TN-3;{PHONE}\n"
HEAD = (
    "--title", "Hội nghị", "--date", "2026-10-05", "--kind", "briefing", "--audience", "staff", "--document", "1/BC",
    "--document-date", "2026-10-06",
)  # fmt: skip


@pytest.fixture(name="folder")
def province(tmp_path):
    folder = tmp_path / "province"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "so-a.yaml").write_text(SO_A, encoding="utf-8")
    (folder / "agencies" / "so-b.yaml").write_text(SO_B, encoding="utf-8")
    return folder


@pytest.fixture(name="people")
def run_people(secaudit, tmp_path, folder):
    def run(*arguments, **more):
        return secaudit("people", *arguments, "--inventory", folder, "--workspace", tmp_path / "workspace", **more)

    return run


@pytest.fixture(name="listed")
def write_list(tmp_path):
    def write(text, name="list.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_without_accept_the_list_is_shown_and_nothing_is_written(people, listed, folder, tmp_path):
    done = people("import", listed(ROSTER), "--session", "hn", *HEAD)
    assert done.returncode == 0, done.stderr
    assert "Sở A" in done.stdout
    assert "nothing was written; --accept writes" in done.stderr
    assert not (folder / "sessions").exists()
    assert not (tmp_path / "workspace").exists()


def test_an_accepted_roster_is_kept_as_hashes_under_a_key_of_the_workspace_alone(people, listed, folder, tmp_path):
    done = people("import", listed(ROSTER), "--session", "hn", *HEAD, "--accept")
    assert done.returncode == 0, done.stderr
    key = tmp_path / "workspace" / "people.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    said = done.stdout + done.stderr
    assert key.read_text().strip() not in said
    assert "keep a copy in a safe place" in said
    kept = (folder / "sessions" / "hn.yaml").read_text(encoding="utf-8")
    for secret in (NAME, PHONE, CODE, "7734", key.read_text().strip()):
        assert secret not in kept
        assert secret not in done.stderr + done.stdout
    [session] = load_inventory(folder).sessions
    assert [(line.agency, len(line.roster or ())) for line in session.attendance] == [("so-a", 2), ("so-b", 1)]


def test_the_same_list_twice_changes_nothing(people, listed, folder):
    path = listed(ROSTER)
    people("import", path, "--session", "hn", *HEAD, "--accept")
    before = (folder / "sessions" / "hn.yaml").stat()
    staff = ("--audience", "staff")
    for more in (HEAD, staff, (*staff, "--add"), (*HEAD, "--replace")):
        done = people("import", path, "--session", "hn", *more, "--accept", "--format", "json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["unchanged"] is True
    after = (folder / "sessions" / "hn.yaml").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_a_second_list_is_added_or_replaces_only_when_somebody_says_so(people, listed, folder):
    path = listed(ROSTER)
    people("import", path, "--session", "hn", *HEAD, "--accept")
    second = listed(f"Đơn vị;Mã CBCC\nSở A;{CODE}\nSở A;TN-9\n", "second.csv")
    refused = people("import", second, "--session", "hn", "--audience", "staff", "--accept")
    assert refused.returncode == 2
    assert "--add puts this list to it" in refused.stderr
    done = people("import", second, "--session", "hn", "--audience", "staff", "--add", "--accept", "--format", "json")
    lines = {line["agency"]: (line["before"], line["now"]) for line in json.loads(done.stdout)["lines"]}
    assert lines == {"so-a": (2, 3), "so-b": (1, 1)}, "who stands in both lists is one person"
    again = people("import", path, "--session", "hn", "--audience", "staff", "--accept")
    assert "nothing changes" in again.stderr, "the first list is in it still"
    done = people("import", second, "--session", "hn", "--audience", "staff", "--replace", "--accept", "--format", "json")
    lines = {line["agency"]: (line["before"], line["now"]) for line in json.loads(done.stdout)["lines"]}
    assert lines == {"so-a": (3, 2), "so-b": (1, None)}
    assert len(load_inventory(folder).sessions[0].attendance) == 1


def test_a_number_is_never_added_to_a_number(people, listed, folder):
    people("import", listed("Đơn vị;Số người\nSở A;4\n"), "--session", "hn", *HEAD, "--accept")
    second = listed("Đơn vị;Số người\nSở A;3\nSở B;3\n", "second.csv")
    done = people("import", second, "--session", "hn", "--audience", "staff", "--add", "--accept")
    assert done.returncode == 5
    assert "so-a has a line for staff already" in done.stderr
    assert load_inventory(folder).sessions[0].attendance[0].count == 4


def test_a_comment_at_the_head_of_the_session_stays(people, listed, folder):
    people("import", listed("Đơn vị;Số người\nSở A;4\n"), "--session", "hn", *HEAD, "--accept")
    file = folder / "sessions" / "hn.yaml"
    file.write_text("# Ghi chú của tôi\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    people("import", listed("Đơn vị;Số người\nSở B;4\n"), "--session", "hn", "--audience", "staff", "--add", "--accept")
    assert file.read_text(encoding="utf-8").startswith("# Ghi chú của tôi\n")
    assert len(load_inventory(folder).sessions[0].attendance) == 2


def test_a_lost_key_is_noticed_and_explained(people, listed, tmp_path):
    people("import", listed(ROSTER), "--session", "hn", *HEAD, "--accept")
    (tmp_path / "workspace" / "people.key").unlink()
    second = listed(ROSTER + "x;Sở B;TN-8;1\n", "second.csv")
    done = people("import", second, "--session", "hai", *HEAD, "--accept")
    assert done.returncode == 2
    assert "the key they were hashed with is not in this workspace" in done.stderr
    assert not (tmp_path / "workspace" / "people.key").exists()
    done = people("import", second, "--session", "hai", *HEAD, "--new-key", "--accept")
    assert done.returncode == 0, done.stderr
    assert "made with another key" in done.stderr
    figure = json.loads(people("status", "--as-of", "2026-11-20", "--format", "json").stdout)["agencies"]
    shown = {one["agency"]: one["figures"]["staff_briefed"]["proven"] for one in figure}
    assert shown["so-a"] == 2, "two people under two keys are not four"


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
def test_a_key_that_others_can_read_is_refused(people, listed, tmp_path):
    people("import", listed(ROSTER), "--session", "hn", *HEAD, "--accept")
    (tmp_path / "workspace" / "people.key").chmod(0o644)
    done = people("import", listed(ROSTER), "--session", "hai", *HEAD, "--accept")
    assert done.returncode == 5
    assert "others can read the key" in done.stderr


def test_a_damaged_key_is_not_used(people, listed, tmp_path):
    people("import", listed(ROSTER), "--session", "hn", *HEAD, "--accept")
    (tmp_path / "workspace" / "people.key").write_text("abc")
    done = people("import", listed(ROSTER), "--session", "hai", *HEAD, "--accept")
    assert done.returncode == 5
    assert "damaged" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--session", "Hội nghị"), "cannot be the id of a session"),
        (("--session", "../x"), "cannot be the id of a session"),
        (("--session", "moi"), "--title, --date, --kind"),
        (("--session", "moi", "--document", "1"), "--document and --document-date"),
        (("--session", "moi", *HEAD, "--column", "name=Họ tên"), "--column takes FIELD=HEADING"),
        (("--session", "moi", *HEAD, "--add", "--replace"), "exclude each other"),
        (("--session", "moi", *HEAD, "--date", "hôm qua"), "is not a day"),
    ],
)
def test_what_cannot_be_asked_is_said(people, listed, arguments, words):
    done = people("import", listed(ROSTER), *arguments)
    assert done.returncode == 2
    assert words in done.stderr


def test_a_title_that_the_register_could_not_hold_is_refused_before_anything_is_written(people, listed, folder):
    done = people("import", listed("Đơn vị;Số người\nSở A;4\n"), "--session", "hn", *HEAD, "--title", "a\x07b", "--accept")
    assert done.returncode == 5
    assert not (folder / "sessions").exists()


def test_a_bad_list_is_refused_whole_with_cells_and_without_names(people, listed, folder):
    done = people(
        "import", listed(ROSTER + f"{NAME};{NAME};TN-4;{PHONE}\n{NAME};Sở A;;{PHONE}\n"), "--session", "hn", *HEAD, "--accept"
    )
    assert done.returncode == 5
    assert "list.csv B5" in done.stderr
    assert "list.csv C6" in done.stderr
    assert NAME not in done.stderr + done.stdout
    assert not (folder / "sessions").exists()


def test_the_register_and_what_it_shows(people, listed):
    people("import", listed("Đơn vị;Số người\nSở A;4\nSở B;5\n"), "--session", "mot", *HEAD, "--accept")
    people("import", listed("Đơn vị;Số người\nSở A;3\n"), "--session", "hai", *HEAD[:8], "--accept")
    register = json.loads(people("sessions", "--as-of", "2026-11-20", "--format", "json").stdout)
    assert [(one["id"], one["standing"], one["people"]) for one in register["sessions"]] == [
        ("hai", "undocumented", 3), ("mot", "proves", 9),
    ]  # fmt: skip
    done = people("status", "--as-of", "2026-11-20", "--format", "json")
    found = {one["agency"]: one["figures"]["staff_briefed"] for one in json.loads(done.stdout)["agencies"]}
    assert (found["so-a"]["proven"], found["so-a"]["possible"], found["so-a"]["total"]) == (4, 10, 10)
    assert found["so-a"]["expiry"] == {"day": "2027-10-06", "proven": 0}
    assert (found["so-b"]["proven"], found["so-b"]["possible"], found["so-b"]["contradicted"]) == (2, 5, True)
    text = people("status", "--as-of", "2026-11-20", "--agency", "so-b")
    assert "2–5/10" in text.stdout
    assert "2 declared, but sessions up to that day show more" in text.stderr
    assert "declared with a document: 2, as of 2026-10-31" in text.stdout
    assert people("status", "--agency", "so-x").returncode == 2


def test_measure_names_the_sessions(people, secaudit, listed, folder, tmp_path):
    people("import", listed("Đơn vị;Số người\nSở A;4\n"), "--session", "mot", *HEAD, "--accept")
    done = secaudit("measure", "-i", folder, "-w", tmp_path / "none", "--format", "json", "--as-of", "2026-11-20")
    target = next(one for one in json.loads(done.stdout)["targets"] if one["target"] == "staff-briefed")
    share = next(one for one in target["agencies"] if one["agency"] == "so-a")
    assert (share["proven"], share["sessions"]) == (4, ["mot"])
    assert any("Hội nghị (2026-10-05; 1/BC)" in note for note in target["notes"])


def test_the_register_speaks_vietnamese(people, listed):
    people("import", listed("Đơn vị;Số người\nSở A;4\n"), "--session", "mot", *HEAD, "--accept")
    done = people("sessions", SECAUDIT_LANG="vi")
    assert "tuyên truyền" in done.stdout
