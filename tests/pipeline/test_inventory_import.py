"""Lists become files all at once or not at all; problems stand at cells; whatever ends the program leaves whole files."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from secaudit.errors import IntakeError, InventoryError, OutputError, Problem
from secaudit.inventory import check_inventory
from secaudit.inventory.changes import Fate
from secaudit.inventory.received import Received, Record
from secaudit.messages import msg
from secaudit.model.identity import Identity
from secaudit.model.intake import Newcomer
from secaudit.pipeline import inventory_staging
from secaudit.pipeline.inventory_import import Accept, Importing, Order, import_lists, record
from secaudit.pipeline.inventory_status import Standing, inventory_status
from secaudit.store import Store

TODAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)
PROVINCE = """\
province: {id: tinh, name: Tỉnh, owner: UBND tỉnh}
agencies: [so-a, xa-b, xa-c]
shared_systems:
- {id: van-ban, name: Quản lý văn bản, owner: so-a}
"""
SO_A = """\
# Sở A gửi bằng thư, 3/11.
agency: {id: so-a, name: Sở A, tier: province}   # đã gọi điện
endpoints:
  # máy chủ đặt ở tầng 2
  - {id: a-1, kind: server, serial: ABC123}
  - {id: a-2, kind: workstation, place: Tầng 1}   # của bà Lan
"""
XA_B = "agency: {id: xa-b, name: Xã B, tier: commune}\nendpoints:\n- {id: b-1, kind: workstation}\n"
XA_C = "agency: {id: xa-c, name: Xã C, tier: commune}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "tinh"
    (root / "agencies").mkdir(parents=True)
    (root / "province.yaml").write_text(PROVINCE, encoding="utf-8")
    for name, text in (("so-a", SO_A), ("xa-b", XA_B), ("xa-c", XA_C)):
        (root / "agencies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root


def texts(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


class Lists:
    """Files whose contents are the lists given, and their reader."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: list[Path] = []
        self._lists: dict[Path, Any] = {}
        self.read: list[str] = []

    def add(self, agency: str, *records: Record, name: str = "", **more: Any) -> Path:
        path = self.folder / (name or f"{agency}.xlsx")
        path.write_bytes(b"x")
        self._lists[path] = Received(agency, str(path), "d" * 64, "commune", records=records, **more)
        self.paths.append(path)
        return path

    def profile(self, path: Path, name: str) -> None:
        self._lists[path] = replace(self._lists[path], profile=name)

    def __call__(self, path: Path, body: bytes) -> Iterable[Received]:
        self.read.append(path.name)
        found = self._lists.get(path)
        if found is None:
            raise IntakeError([Problem(msg("The file is empty"), str(path))])
        return (found,)


@pytest.fixture
def lists(tmp_path: Path) -> Lists:
    (tmp_path / "den").mkdir()
    return Lists(tmp_path / "den")


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    with Store.open(tmp_path / "w" / "store.sqlite") as opened:
        yield opened


def machine(key: str, number: int, answers: Mapping[Any, Any], **more: Any) -> Record:
    cells = {path: f"Máy tính!{chr(ord('B') + at)}{number}" for at, path in enumerate(answers)}
    return Record("endpoints", key, f"Máy tính!{number}", answers, cells, **more)


def run(
    folder: Path, lists: Lists, accept: Accept = Accept.ALL, store: Store | None = None, *, remove: bool = False
) -> Importing:
    return import_lists(folder, lists.paths, lists, store, Order(TODAY, accept, remove))


def test_a_preview_writes_nothing(folder: Path, lists: Lists) -> None:
    before = texts(folder)
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    importing = run(folder, lists, Accept.NOTHING)
    assert texts(folder) == before
    [agency] = importing.agencies
    assert (agency.count(Fate.CHANGED), agency.accepted, importing.problems) == (1, False, ())


def test_accepted_changes_keep_every_comment_and_every_other_line(folder: Path, lists: Lists) -> None:
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}), machine("", 8, {("kind",): "laptop", ("place",): "Kho"}))
    importing = run(folder, lists)
    assert [one.accepted for one in importing.agencies] == [True]
    old, new = SO_A.splitlines(), (folder / "agencies" / "so-a.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in old if line not in new] == [old[1], old[5]]
    assert new[1] == "agency: {id: so-a, name: Sở A, tier: province, submission: {accepted_on: 2026-11-26}}   # đã gọi điện"
    assert new[5] == "  - {id: a-2, kind: workstation, place: Tầng 9}   # của bà Lan"
    assert new[6:] == ["  - {id: so-a-pc-001, kind: laptop, place: Kho}"]
    assert check_inventory(folder)[1] == []


def test_a_list_sent_again_leaves_the_day_from_which_on_the_agency_has_sent_one(folder: Path, lists: Lists) -> None:
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    for days in (0, 20, 30):
        import_lists(folder, lists.paths, lists, None, Order(TODAY + timedelta(days=days), Accept.ALL, remove=False))
    inventory, problems = check_inventory(folder)
    assert inventory is not None and not problems
    agency = inventory.agencies[0].agency
    assert agency.submission is not None
    assert (agency.submission.sent_on, agency.submission.accepted_on) == (TODAY, TODAY + timedelta(days=30))
    assert agency.has_sent(TODAY) and not agency.has_sent(TODAY - timedelta(days=1))
    standings = {one.id: one.standing for one in inventory_status(folder, as_of=NOON).agencies}
    assert standings["so-a"] is not Standing.NOTHING and standings["xa-b"] is Standing.NOTHING
    path = folder / "agencies" / "so-a.yaml"
    first = f"first_accepted_on: {TODAY}"
    assert first in path.read_text(encoding="utf-8")
    path.write_text(path.read_text(encoding="utf-8").replace(first, "first_accepted_on: 2099-01-01"), encoding="utf-8")
    assert [problem.field for problem in check_inventory(folder)[1]] == ["agency.submission.first_accepted_on"]


def test_importing_again_changes_nothing_more(folder: Path, lists: Lists) -> None:
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}), machine("", 8, {("kind",): "laptop"}))
    run(folder, lists)
    once = texts(folder)
    again = run(folder, lists)
    assert texts(folder) == once
    assert again.agencies[0].changes == ()


def three(lists: Lists) -> None:
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    lists.add("xa-b", machine("b-1", 7, {("address",): "192.168.1.300"}))
    lists.add("xa-c", machine("", 7, {("kind",): "laptop"}))


def test_one_bad_list_among_three_stops_all(folder: Path, lists: Lists) -> None:
    before = texts(folder)
    three(lists)
    importing = run(folder, lists)
    assert texts(folder) == before
    assert not any(one.accepted for one in importing.agencies)
    [problem] = importing.problems
    assert (Path(problem.path or "").name, problem.cell, problem.field, problem.found) == (
        "xa-b.xlsx", "Máy tính!B7", "address", "192.168.1.300",
    )  # fmt: skip


def test_one_bad_list_among_three_is_left_out_when_asked(folder: Path, lists: Lists) -> None:
    three(lists)
    importing = run(folder, lists, Accept.VALID)
    assert {one.agency: one.accepted for one in importing.agencies} == {"so-a": True, "xa-b": False, "xa-c": True}
    assert (folder / "agencies" / "xa-b.yaml").read_text(encoding="utf-8") == XA_B
    assert "Tầng 9" in (folder / "agencies" / "so-a.yaml").read_text(encoding="utf-8")
    assert check_inventory(folder)[1] == []


def test_two_agencies_that_contradict_each_other_are_told_at_both_cells(folder: Path, lists: Lists) -> None:
    for agency, row in (("xa-b", 7), ("xa-c", 9)):
        lists.add(agency, machine("", row, {("kind",): "laptop", ("serial",): "PF3SAME01"}))
    importing = run(folder, lists, Accept.VALID)
    found = {(Path(one.path or "").name, one.cell): str(one.message) for one in importing.problems}
    assert found.keys() == {("xa-b.xlsx", "Máy tính!C7"), ("xa-c.xlsx", "Máy tính!C9")}
    assert "xa-c.xlsx Máy tính!C9" in found["xa-b.xlsx", "Máy tính!C7"]
    assert "xa-b.xlsx Máy tính!C7" in found["xa-c.xlsx", "Máy tính!C9"]
    assert not any("status:" in str(one.hint) for one in importing.problems), "who fills a workbook knows no fields"
    assert not any(one.accepted for one in importing.agencies)


@pytest.mark.parametrize("path", ["serial", "uuid", "address"])
def test_what_to_do_about_a_machine_declared_twice_is_said_in_words_of_the_workbook(
    folder: Path, lists: Lists, path: str
) -> None:
    value = {"serial": "PF3SAME01", "uuid": "4C4C4544-0043-3010-8052-B4C04F564231", "address": "192.168.1.7"}[path]
    for agency in ("xa-b", "xa-c"):
        lists.add(agency, machine("", 7, {("kind",): "laptop", (path,): value}))
    assert {str(one.hint) for one in run(folder, lists).problems} == {
        "one machine is declared once: correct this cell, or answer that it is no longer in use"
    }


def test_a_list_that_contradicts_what_is_declared_is_told_at_its_cell(folder: Path, lists: Lists) -> None:
    before = texts(folder)
    lists.add("xa-c", machine("", 9, {("kind",): "server", ("serial",): "abc123"}))
    [problem] = run(folder, lists).problems
    assert (problem.cell, texts(folder)) == ("Máy tính!C9", before)
    assert str(folder / "agencies" / "so-a.yaml") + ":5" in str(problem.message)


def test_others_may_lean_on_what_is_left_out(folder: Path, lists: Lists) -> None:
    """C's machine stands on a system of B that is only in B's list, and B's list is wrong elsewhere: C waits for B."""
    before = texts(folder)
    system = Record("systems", "", "Hệ thống!7", {("name",): "Camera"}, {("name",): "Hệ thống!C7"})
    lists.add("xa-b", system, machine("b-1", 7, {("address",): "1.2.3.400"}))
    lists.add("xa-c", machine("", 7, {("kind",): "server", ("systems",): ("xa-b-camera",)}))
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    importing = run(folder, lists, Accept.VALID)
    assert {one.agency: one.accepted for one in importing.agencies} == {"so-a": True, "xa-b": False, "xa-c": False}
    assert [(problem.cell, problem.found) for problem in importing.agencies[2].problems] == [("Máy tính!C7", "xa-b-camera")]
    assert texts(folder).items() - before.items() == {("agencies/so-a.yaml", texts(folder)["agencies/so-a.yaml"])}


def test_files_of_nobody_and_broken_ones_are_refused_with_their_reason(folder: Path, lists: Lists) -> None:
    lists.add("xa-khac", machine("", 7, {("kind",): "laptop"}))
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    lists.paths.append(lists.folder / "khong-co.xlsx")
    importing = run(folder, lists, Accept.VALID)
    assert [Path(one.path or "").name for one in importing.refused] == ["xa-khac.xlsx", "khong-co.xlsx"]
    assert [one.accepted for one in importing.agencies] == [True]


def test_two_lists_of_one_agency_are_merged_in_the_order_they_were_given_out(folder: Path, lists: Lists) -> None:
    base = {("place",): "Tầng 1"}
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 3"}, base={("place",): "Tầng 2"}), name="b.xlsx", made_at=NOON)
    first = NOON - timedelta(days=3)
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 2"}, base=base), name="a.xlsx", made_at=first)
    importing = run(folder, lists)
    assert "Tầng 3" in (folder / "agencies" / "so-a.yaml").read_text(encoding="utf-8")
    [agency] = importing.agencies
    assert [Path(file.path).name for file in agency.files] == ["a.xlsx", "b.xlsx"]
    assert [change.fate for change in agency.changes] == [Fate.CHANGED, Fate.CHANGED]


def test_deleted_rows_leave_the_count_only_when_asked(folder: Path, lists: Lists) -> None:
    lists.add("so-a", given={"endpoints": ("a-1", "a-2")})
    assert run(folder, lists).agencies[0].count(Fate.MISSING) == 2
    assert "retired" not in (folder / "agencies" / "so-a.yaml").read_text(encoding="utf-8")
    run(folder, lists, remove=True)
    assert (folder / "agencies" / "so-a.yaml").read_text(encoding="utf-8").count("status: retired") == 2


def test_an_agency_that_says_nothing_of_machines_has_not_sent(folder: Path, lists: Lists) -> None:
    lists.add("xa-c", Record("people", "", "Đơn vị!3", {("heads",): 3}))
    run(folder, lists)
    inventory, _ = check_inventory(folder)
    assert inventory is not None
    sent = {one.agency.id: one.agency.has_sent(TODAY) for one in inventory.agencies}
    assert sent["xa-c"] is False
    lists.add("xa-b", machine("b-1", 7, {("place",): "Kho"}))
    run(folder, lists)
    inventory, _ = check_inventory(folder)
    assert inventory is not None
    assert {one.agency.id: one.agency.has_sent(TODAY) for one in inventory.agencies}["xa-b"] is True


def test_a_list_of_an_agency_that_has_ended_is_refused(folder: Path, lists: Lists) -> None:
    """What stands in its file is history and counts no more: taken in there, its machines would be lost."""
    file = folder / "agencies" / "xa-c.yaml"
    file.write_text(XA_C.replace("tier: commune", "tier: commune, valid_until: 2026-11-25"), encoding="utf-8")
    before = texts(folder)
    lists.add("xa-c", machine("", 7, {("kind",): "laptop"}))
    [problem] = run(folder, lists, Accept.VALID).refused
    assert "2026-11-25" in str(problem.message)
    assert texts(folder) == before


def test_what_others_say_of_an_agency_is_not_what_it_sent(folder: Path, lists: Lists) -> None:
    path = lists.add("xa-b", machine("b-1", 7, {("place",): "Kho"}))
    lists.profile(path, "csv")
    run(folder, lists)
    inventory, _ = check_inventory(folder)
    assert inventory is not None
    assert inventory.endpoints["b-1"].place == "Kho"
    assert not any(one.agency.has_sent(TODAY) for one in inventory.agencies)


def test_a_broken_inventory_is_said_and_nothing_is_written(folder: Path, lists: Lists) -> None:
    (folder / "agencies" / "xa-b.yaml").write_text(XA_B.replace("workstation", "phone"), encoding="utf-8")
    before = texts(folder)
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    importing = run(folder, lists, Accept.VALID)
    assert texts(folder) == before
    [problem] = importing.others
    assert (problem.path, problem.line) == (str(folder / "agencies" / "xa-b.yaml"), 3)


def test_a_list_can_heal_its_own_file(folder: Path, lists: Lists) -> None:
    (folder / "agencies" / "xa-b.yaml").write_text(XA_B.replace("workstation", "phone"), encoding="utf-8")
    lists.add("xa-b", machine("b-1", 7, {("kind",): "laptop"}))
    assert run(folder, lists).problems == ()
    assert check_inventory(folder)[1] == []


# Proposals from evidence, and the record of what was received


def test_a_confirmed_proposal_gets_what_the_evidence_knows_of_it(folder: Path, lists: Lists, store: Store) -> None:
    store.keep_newcomers([Newcomer("xa-b-may7-1", "xa-b", "MAY7", Identity("", "PF3NEW01"), "windows", "kaspersky", NOON, NOON)])
    lists.add("xa-b", machine("", 9, {("status",): "in_use", ("place",): "Kho"}, newcomer="xa-b-may7-1"))
    run(folder, lists, store=store)
    inventory, _ = check_inventory(folder)
    assert inventory is not None
    made = inventory.endpoints["xa-b-may7-1"]
    assert (made.kind, made.os, made.hostname, made.serial, made.place) == ("workstation", "windows", "MAY7", "PF3NEW01", "Kho")


def test_ids_of_proposals_and_of_evidence_are_not_given_to_other_machines(folder: Path, lists: Lists, store: Store) -> None:
    store.keep_newcomers([Newcomer("xa-c-pc-004", "xa-c", "MAY7", Identity(), "windows", "kaspersky", NOON, NOON)])
    lists.add("xa-c", machine("", 9, {("kind",): "laptop"}))
    [agency] = run(folder, lists, store=store).agencies
    assert [change.key for change in agency.changes] == ["xa-c-pc-005"]


def test_every_list_received_is_recorded_also_those_that_go_back(folder: Path, lists: Lists, store: Store) -> None:
    three(lists)
    record(run(folder, lists, Accept.VALID, store), store, "an", NOON)
    kept = {one.agency: (one.name, one.changes, one.problems, one.accepted, one.who) for one in store.submissions.all()}
    assert kept == {
        "so-a": ("so-a.xlsx", 1, 0, True, "an"),
        "xa-b": ("xa-b.xlsx", 1, 1, False, "an"),
        "xa-c": ("xa-c.xlsx", 1, 0, True, "an"),
    }


# Whatever ends it


def test_an_editor_that_saved_meanwhile_wins(folder: Path, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    three(lists)
    edited = SO_A + "  - {id: a-9, kind: laptop}\n"
    check = inventory_staging.Staging.check

    def saved_meanwhile(staging: inventory_staging.Staging) -> list[Problem]:
        (folder / "agencies" / "so-a.yaml").write_text(edited, encoding="utf-8")
        return check(staging)

    monkeypatch.setattr(inventory_staging.Staging, "check", saved_meanwhile)
    with pytest.raises(InventoryError, match="changed while"):
        run(folder, lists, Accept.VALID)
    assert (folder / "agencies" / "so-a.yaml").read_text(encoding="utf-8") == edited
    assert (folder / "agencies" / "xa-c.yaml").read_text(encoding="utf-8") == XA_C
    assert not list(folder.rglob("*.new"))


@pytest.mark.parametrize("step", ["check", "publish", "replace"])
def test_an_interrupt_leaves_whole_files_and_no_copies(
    folder: Path, lists: Lists, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str
) -> None:
    """What was replaced before the interrupt is put back; importing again gives what an undisturbed import gives."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    lists.add("xa-c", machine("", 7, {("kind",): "laptop"}))
    before = texts(folder)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    into_place, done = Path.replace, []

    def second_interrupted(path: Path, target: Path) -> Path:
        done.append(path)
        if len(done) == 2:
            raise KeyboardInterrupt
        return into_place(path, target)

    with monkeypatch.context() as patch:
        if step == "replace":
            patch.setattr(Path, "replace", second_interrupted)
        else:
            patch.setattr(inventory_staging.Staging, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(folder, lists)
    after = texts(folder)
    assert after.keys() == before.keys()
    assert after == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("secaudit-")]
    run(folder, lists)
    assert check_inventory(folder)[1] == []
    assert "Tầng 9" in texts(folder)["agencies/so-a.yaml"]
    assert "xa-c-pc-001" in texts(folder)["agencies/xa-c.yaml"]


def test_a_full_disk_is_found_before_anything_is_replaced(folder: Path, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    lists.add("xa-c", machine("", 7, {("kind",): "laptop"}))
    before = texts(folder)
    fsync, calls = os.fsync, []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left") as caught:
        run(folder, lists)
    assert "not changed" in str(caught.value.message) and "make room" in str(caught.value.hint)
    assert texts(folder) == before


SCRIPT = """
import resource, sys
from datetime import date
from pathlib import Path
from secaudit.inventory.received import Received, Record
from secaudit.pipeline.inventory_import import Accept, Order, import_lists
from secaudit.errors import OutputError
folder, lists = Path(sys.argv[1]), Path(sys.argv[2])
rows = tuple(Record("endpoints", "", f"M!{n}", {("kind",): "laptop", ("place",): "P" * 200 + str(n)}) for n in range(400))
def reader(path, body):
    yield Received(path.stem, str(path), "d" * 64, "commune", records=rows if path.stem == "xa-c" else rows[:2])
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    import_lists(folder, sorted(lists.iterdir()), reader, None, Order(date(2026, 11, 26), Accept.ALL))
except OutputError as error:
    print(error)
    sys.exit(6)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_limit_of_the_system_on_file_sizes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "den").mkdir()
    for name in ("so-a", "xa-b", "xa-c"):
        (tmp_path / "den" / f"{name}.xlsx").write_bytes(b"x")
    before = texts(folder)
    command = [sys.executable, "-c", SCRIPT, str(folder), str(tmp_path / "den")]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 6, done.stderr
    assert "File too large" in done.stdout
    assert texts(folder) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterable[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.lab
def test_a_disk_that_is_really_full(folder: Path, lists: Lists, small_disk: Path) -> None:
    here = Path(shutil.copytree(folder, small_disk / "tinh"))
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    lists.add("xa-c", *[machine("", row, {("kind",): "laptop", ("place",): "P" * 200 + str(row)}) for row in range(9, 400)])
    with (small_disk / "filler").open("ab", buffering=0) as filler, pytest.raises(OSError, match="No space"):
        while True:
            filler.write(bytes(4096))
    with (small_disk / "filler").open("ab") as filler:
        filler.truncate(max((small_disk / "filler").stat().st_size - 20_000, 0))
    before = texts(here)
    with pytest.raises(OutputError, match="No space left") as caught:
        run(here, lists)
    assert "not changed" in str(caught.value.message) and "make room" in str(caught.value.hint)
    assert texts(here) == before
    (small_disk / "filler").unlink()
    assert run(here, lists).problems == ()
    assert texts(here)["agencies/xa-c.yaml"].count("kind: laptop") == 391


def test_permissions_and_links_of_the_files_stay(folder: Path, lists: Lists, tmp_path: Path) -> None:
    real = tmp_path / "kho" / "so-a.yaml"
    real.parent.mkdir()
    here = folder / "agencies" / "so-a.yaml"
    here.rename(real)
    here.symlink_to(real)
    real.chmod(0o440)
    lists.add("so-a", machine("a-2", 7, {("place",): "Tầng 9"}))
    run(folder, lists)
    assert here.is_symlink()
    assert "Tầng 9" in real.read_text(encoding="utf-8")
    assert real.stat().st_mode & 0o777 == 0o440


def test_the_whole_inventory_is_tried_once_for_many_agencies(folder: Path, lists: Lists, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    check: Callable[[inventory_staging.Staging], list[Problem]] = inventory_staging.Staging.check

    def counted(staging: inventory_staging.Staging) -> list[Problem]:
        calls.append(1)
        return check(staging)

    monkeypatch.setattr(inventory_staging.Staging, "check", counted)
    for name in ("so-a", "xa-b", "xa-c"):
        lists.add(name, machine("", 7, {("kind",): "laptop"}))
    run(folder, lists, Accept.VALID)
    assert len(calls) == 1
    assert lists.read == ["so-a.xlsx", "xa-b.xlsx", "xa-c.xlsx"]
