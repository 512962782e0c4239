"""Answers of collectors taken in: each whole or not at all, about the right machine, known again."""

import secrets
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from secaudit.errors import StoreError
from secaudit.intake.opening import Opener
from secaudit.lab.answers import platform_of, render_answer
from secaudit.model.courier import Refused, Skipped
from secaudit.model.intake import Newcomer
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.pipeline import taking_in
from secaudit.pipeline.answering import Imported, import_answers, read_answer_files
from secaudit.pipeline.province import Province, classify_province, load_province
from secaudit.store import Store
from tests.intake.sealed import NOW, PASSPHRASE, TIME, Sent, keys_folder, make_courier, probe_output, province_key

ROOT = Path(__file__).parent.parent.parent
PC, SERVER, OLD = "win10-22h2-kaspersky", "debian-13-server", "win7-bkav"
"""Lab answers: LAB-STC-105 with a serial number, lab-dvc-web-01, LAB-XA-072."""
AGENCIES = {
    "so-a": [
        "{id: pc-1, os: windows, kind: workstation, serial: LABPC010105}",
        "{id: lab-dvc-web-01, os: linux, kind: server}",
        "{id: soan-thao, os: windows, kind: isolated, hostname: LAB-XA-072}",
    ],
    "so-b": ["{id: pc-b, os: windows, kind: workstation, serial: LABPC010007}"],
}


@cache
def catalog_of() -> Province:
    return load_province(ROOT / "inventories" / "thai-nguyen", ROOT / "checks", None)


def province_at(folder: Path, agencies: dict[str, list[str]]) -> Province:
    (folder / "agencies").mkdir(parents=True, exist_ok=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    for name, machines in agencies.items():
        lines = "".join(f"  - {machine}\n" for machine in machines)
        agency = f"{{id: {name}, name: Sở {name}, tier: province, submission: {{accepted_on: 2026-11-01}}}}"
        text = f"agency: {agency}\nendpoints:\n{lines}"
        (folder / "agencies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Province(load_province(folder, ROOT / "checks", None).inventory, catalog_of().catalog)


def sent(answer: str, *, time: datetime = TIME, **changes: object) -> Sent:
    nonce = secrets.token_hex(16)
    output = render_answer(answer, nonce, int(time.timestamp()))
    return Sent(nonce=nonce, output=output, platform=platform_of(answer), number=answer, time=time, **changes)


def posix(identity: bytes, number: str, **changes: object) -> Sent:
    nonce = secrets.token_hex(16)
    return Sent(nonce=nonce, number=number, output=probe_output(nonce, sections={"identity": identity}), **changes)


@dataclass
class World:
    folder: Path
    province: Province
    store: Store

    def file(self, name: str, *parts: Sent | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(b"\n".join(part if isinstance(part, bytes) else part.block() for part in parts))
        return path

    def take(self, *files: Path, now: datetime = NOW) -> Imported:
        pair, key = province_key()
        couriers = {one.id: one for one in self.store.couriers.all()}
        opener = Opener([pair], PASSPHRASE, couriers, "keys.pem", {pair.certificate.fingerprint: key})
        plan, levels = self.province.plan("ke-hoach-246"), classify_province(self.province, date(2026, 12, 4))
        read = read_answer_files(files)
        return import_answers(self.province, plan, levels, self.store, read, opener, who="An", clock=lambda: now)

    def kept(self) -> dict[str, list[Sight]]:
        found: dict[str, list[Sight]] = {}
        for run in self.store.runs():
            for one in self.store.outcomes(run.number):
                found.setdefault(one.outcome.endpoint, []).append(one.outcome.sight)
        return found


def reasons(imported: Imported) -> list[object]:
    return [one.reason for one in imported.problems]


@pytest.fixture(name="world")
def world_of_two_agencies(tmp_path):
    with Store.open(tmp_path / "store.sqlite") as store:
        store.couriers.save(make_courier())
        store.couriers.save(make_courier("f" * 16, "so-b"))
        yield World(tmp_path, province_at(tmp_path / "province", AGENCIES), store)


def test_an_answer_becomes_evidence_of_grade_c_with_its_bytes_and_its_moment(world):
    answer = sent(PC)
    imported = world.take(world.file("a.txt", answer))
    assert reasons(imported) == []
    (stored,) = world.store.outcomes(imported.taken.run.number)
    one = stored.outcome
    assert (one.endpoint, one.way, one.grade, one.sight, one.finished_at) == ("pc-1", Way.COURIER, Grade.C, Sight.SEEN, TIME)
    capture = world.store.captures_of([stored.number])[stored.number]
    assert capture.platform == "windows" and capture.raw in answer.output
    facts = world.store.facts_of([stored.number])[stored.number]
    assert facts["machine.name"].value == "LAB-STC-105"
    (file,) = world.store.intake_files()
    assert file.source == "courier" and file.digest in one.detail and "0123456789abcdef" in one.detail
    assert imported.taken.judged.judged == 1
    assert world.store.latest(NOW, 30)["pc-1"].evidence.number == stored.number


def test_posix_and_windows_of_many_machines_come_in_one_file(world):
    imported = world.take(world.file("a.txt", sent(PC), sent(SERVER)))
    assert {one.endpoint for one in imported.placed} == {"pc-1", "lab-dvc-web-01"}
    assert imported.problems == ()


def test_a_machine_that_nobody_declares_is_a_newcomer_with_its_evidence_and_stays_one(world):
    imported = world.take(world.file("a.txt", sent("win10-22h2-esu")))
    (found,) = world.store.newcomers()
    assert isinstance(found, Newcomer)
    assert (found.agency, found.name, found.os, found.source) == ("so-a", "LAB-STC-106", "windows", "courier")
    assert found.identity.serial == "LABPC010106"
    assert world.kept() == {found.id: [Sight.SEEN]}
    assert [one.endpoint for one in imported.newcomers] == [found.id]
    again = world.take(world.file("b.txt", sent("win10-22h2-esu", time=TIME + timedelta(hours=2))))
    assert [one.id for one in world.store.newcomers()] == [found.id]
    assert [one.endpoint for one in again.placed] == [found.id]
    assert world.store.newcomers()[0].last_seen == TIME + timedelta(hours=2)


def test_the_same_file_again_changes_nothing_and_is_no_refusal(world):
    path = world.file("a.txt", sent(PC), sent(SERVER))
    world.take(path)
    head, runs = world.store.head(), len(world.store.runs())
    again = world.take(path)
    assert (reasons(again), again.refused, again.taken) == ([Skipped.ALREADY_TAKEN] * 2, (), None)
    assert (world.store.head(), len(world.store.runs())) == (head, runs)


def test_a_machine_collected_again_is_refreshed_and_its_older_answer_adds_nothing(world):
    old, new = sent(PC), sent(PC, time=TIME + timedelta(hours=3))
    both = world.take(world.file("a.txt", new, old))
    assert reasons(both) == [Skipped.OLDER]
    assert [one.answer.time for one in both.placed] == [new.time]
    assert reasons(world.take(world.file("b.txt", old))) == [Skipped.OLDER]
    newest = world.take(world.file("c.txt", sent(PC, time=TIME + timedelta(hours=5))))
    assert reasons(newest) == []
    assert world.kept() == {"pc-1": [Sight.SEEN] * 2}
    assert world.store.latest(NOW, 30)["pc-1"].evidence.outcome.finished_at == TIME + timedelta(hours=5)


def test_an_answer_older_than_one_by_another_collector_of_the_machine_adds_nothing(world):
    world.store.couriers.save(make_courier("a" * 16, "so-a", period="2026-11"))
    world.take(world.file("a.txt", sent(PC, time=TIME + timedelta(hours=1))))
    late = world.take(world.file("b.txt", sent(PC, courier="a" * 16, period="2026-11")))
    assert reasons(late) == [Skipped.OLDER]


def test_an_isolated_machine_is_refused_and_stands_nowhere(world):
    secret = sent(OLD)
    block = secret.block()
    imported = world.take(world.file("a.txt", sent(PC), block))
    assert reasons(imported) == [Refused.ISOLATED]
    assert "isolated" in str(imported.refused[0].message)
    assert world.kept() == {"pc-1": [Sight.SEEN]}
    (file,) = world.store.intake_files()
    body = world.store.intake_body(file.number)
    assert block.split(b"\n")[12] not in body and body.count(b"BEGIN SECAUDIT") == 1
    assert world.store.newcomers() == []


def test_a_machine_that_another_agency_declares_is_refused(world):
    imported = world.take(
        world.file("a.txt", sent("win10-22h2-vietnamese"), sent("win10-22h2-vietnamese", courier="f" * 16, agency="so-b"))
    )
    assert reasons(imported) == [Refused.OTHER_AGENCY]
    assert imported.refused[0].agency == "so-a"
    assert [one.endpoint for one in imported.placed] == ["pc-b"]


def test_two_machines_with_one_name_and_nothing_else_are_refused_with_their_reason(world):
    first, second = (f"hostname=pc-vanthu\nmachine-id={digit * 32}\n".encode() for digit in "12")
    assert reasons(world.take(world.file("a.txt", posix(first, "1"), posix(second, "2")))) == []
    assert len(world.store.newcomers()) == 2, "each has a number of its own"
    bare = b"hostname=pc-ketoan\n"
    imported = world.take(world.file("b.txt", posix(bare, "3"), posix(bare, "4"), posix(b"hostname=\n", "5", name="")))
    assert reasons(imported) == [Refused.AMBIGUOUS] * 3
    assert all(one.hint for one in imported.refused)
    assert len(world.kept()) == 2


def test_a_good_answer_is_taken_though_everything_around_it_is_bad(world):
    good = sent(PC)
    damaged = bytearray(sent(SERVER).block())
    damaged[900] ^= 1
    cut = sent(SERVER)
    stopped = replace(cut, output=cut.output[: cut.output.rindex(b"##SECAUDIT")])
    noise = replace(sent(SERVER), output=b"bash: command not found\n")
    other = replace(sent(SERVER), output=sent(SERVER).output)  # framed by another number
    bomb = replace(sent(SERVER), output=bytes(9 << 20))
    ahead = sent(SERVER, time=NOW + timedelta(days=700))
    path = world.file("a.txt", bytes(damaged), stopped, noise, other, bomb, ahead, good, good.block()[:300])
    imported = world.take(path, world.folder / "none.txt")
    assert reasons(imported) == [
        Refused.DAMAGED,
        Refused.INCOMPLETE,
        Refused.UNFRAMED,
        Refused.UNFRAMED,
        Refused.BOMB,
        Refused.CLOCK_AHEAD,
        Refused.TRUNCATED,
        Refused.UNREADABLE,
    ]
    assert [one.place.block for one in imported.problems] == [1, 2, 3, 4, 5, 6, 8, 0]
    assert world.kept() == {"pc-1": [Sight.SEEN]}


def test_a_broken_newer_answer_does_not_push_a_good_older_one_aside(world):
    newer = sent(PC, time=TIME + timedelta(hours=1))
    broken = replace(newer, output=newer.output[:500])
    imported = world.take(world.file("a.txt", sent(PC), broken))
    assert reasons(imported) in ([Refused.INCOMPLETE], [Refused.UNFRAMED])
    assert [one.answer.time for one in imported.placed] == [TIME]


def test_a_clock_a_little_ahead_gives_the_moment_of_the_import(world):
    imported = world.take(world.file("a.txt", sent(PC, time=NOW + timedelta(hours=5))))
    (stored,) = world.store.outcomes(imported.taken.run.number)
    assert stored.outcome.finished_at == NOW
    assert world.store.latest(NOW, 30)["pc-1"].evidence is not None
    world.take(world.file("b.txt", sent("win10-22h2-esu", time=NOW + timedelta(hours=5))))
    assert len(world.store.newcomers(NOW)) == 1


def test_nothing_good_leaves_no_run_and_no_file(world):
    imported = world.take(world.file("a.txt", b"no answer"), world.file("b.txt", sent(OLD)))
    assert (imported.taken, imported.placed) == (None, ())
    assert (world.store.runs(), world.store.intake_files(), world.store.couriers.receipts()) == ([], [], [])


def test_an_import_broken_off_is_finished_by_the_same_import_again(world, monkeypatch):
    monkeypatch.setattr(taking_in, "_BATCH", 1)
    path = world.file("a.txt", sent(PC), sent(SERVER))
    keep, calls = Store.keep, []

    def failing(self: Store, run: int, outcomes: Sequence, *rest, **more):
        calls.append(run)
        if len(calls) == 2:
            raise StoreError(world.province.catalog.plans["ke-hoach-246"].name)
        return keep(self, run, outcomes, *rest, **more)

    monkeypatch.setattr(Store, "keep", failing)
    with pytest.raises(StoreError):
        world.take(path)
    assert len(world.kept()) == len(world.store.couriers.receipts()) == 1
    monkeypatch.setattr(Store, "keep", keep)
    again = world.take(path)
    assert reasons(again) == [Skipped.ALREADY_TAKEN]
    assert world.kept() == {"pc-1": [Sight.SEEN], "lab-dvc-web-01": [Sight.SEEN]}
    assert len(world.store.couriers.receipts()) == 2
    assert world.store.verify().intact


def test_lab_machines_stay_lab_machines(tmp_path):
    machines = {"so-a": ["{id: pc-1, os: windows, kind: workstation, serial: LABPC010105, lab: true}"]}
    with Store.open(tmp_path / "store.sqlite") as store:
        store.couriers.save(make_courier())
        world = World(tmp_path, province_at(tmp_path / "province", machines), store)
        imported = world.take(world.file("a.txt", sent(PC)))
        (stored,) = store.outcomes(imported.taken.run.number)
        assert stored.outcome.lab


KILLED = """
import os, signal, sys
from pathlib import Path
from secaudit.pipeline import taking_in
from secaudit.store import Store
from tests.intake import sealed
from tests.pipeline.test_answering import AGENCIES, World, province_at

taking_in._BATCH = 1
folder, after = Path(sys.argv[1]), int(sys.argv[2])
sealed.keys_folder = lambda: Path(sys.argv[3])
keep, calls = Store.keep, []

def dying(self, run, outcomes, *rest, **more):
    if len(calls) == after:
        os.kill(os.getpid(), signal.SIGKILL)
    calls.append(run)
    return keep(self, run, outcomes, *rest, **more)

Store.keep = dying
with Store.open(folder / "store.sqlite") as store:
    World(folder, province_at(folder / "province", AGENCIES), store).take(folder / "a.txt")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes are killed as POSIX does")
@pytest.mark.parametrize("after", [0, 1, 2])
def test_an_import_that_was_killed_doubles_and_loses_nothing(world, after):
    path = world.file("a.txt", sent(PC), sent(SERVER), sent("win10-22h2-esu"))
    world.store.close()
    command = [sys.executable, "-c", KILLED, world.folder, str(after), keys_folder()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    with Store.open(world.folder / "store.sqlite") as store:
        again = World(world.folder, world.province, store)
        assert len(again.kept()) == len(store.couriers.receipts()) == after
        assert reasons(again.take(path)) == [Skipped.ALREADY_TAKEN] * after
        assert {name: len(sights) for name, sights in again.kept().items()} == dict.fromkeys(again.kept(), 1)
        assert len(again.kept()) == len(store.couriers.receipts()) == 3
        assert store.verify().intact
