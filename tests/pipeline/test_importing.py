"""An export becomes evidence: shown first, kept on request, whole, once, and never about the wrong machine."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from secaudit.catalog.consoles import console_profiles
from secaudit.errors import IntakeError
from secaudit.facts import parse_facts
from secaudit.intake.reconcile import Fate
from secaudit.model.console import EvidenceSource
from secaudit.model.finding import Verdict
from secaudit.model.identity import Identity
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.pipeline.importing import accept, read_export, reconcile_export
from secaudit.pipeline.judging import gather_states, judge_states
from secaudit.pipeline.known_machines import known_machines
from secaudit.pipeline.newcomers import newcomer_files, waiting_newcomers
from secaudit.pipeline.province import classify_province, load_province
from secaudit.store import Store
from secaudit.store.store import Store as StoreClass

ROOT = Path(__file__).parent.parent.parent
NOW = datetime(2026, 12, 1, 5, tzinfo=UTC)
HEAD = ("Name", "Parent group", "Serial number", "Last connected to Administration Server", "Real-time protection status",
        "Anti-virus databases last updated", "Operating system type")  # fmt: skip
AGENCY = """\
agency: {id: xa-a, name: UBND xã A, tier: commune, submission: {accepted_on: 2026-11-01}}
endpoints:
  - {id: pc-1, kind: workstation, os: windows, serial: 5CD1111AAA}
  - {id: pc-2, kind: workstation, os: windows, hostname: VANTHU-02}
  - {id: pc-3, kind: workstation, os: windows}
  - {id: pc-4, kind: workstation, os: windows, serial: "To be filled by O.E.M."}
  - {id: pc-mat, kind: isolated}
"""


@pytest.fixture(name="folder")
def province_folder(tmp_path):
    folder = tmp_path / "province"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    (folder / "agencies" / "xa-a.yaml").write_text(AGENCY, encoding="utf-8")
    return folder


@pytest.fixture(name="store")
def open_store(tmp_path):
    with Store.open(tmp_path / "workspace" / "store.sqlite") as store:
        yield store


def written(path, *rows, head=HEAD):
    """A CSV file as the console writes it; a row is name, group, serial, days since contact, state, ..."""
    lines = [head]
    for name, serial, days, *rest in rows:
        at = NOW + timedelta(hours=7) - timedelta(days=days)
        state = rest[0] if rest else "Running"
        database_days = rest[1] if len(rest) > 1 else 1
        database = "" if database_days is None else f"{at - timedelta(days=database_days):%Y-%m-%d %H:%M:%S}"
        group = rest[2] if len(rest) > 2 else "Managed devices/UBND xã A"
        lines.append((name, group, serial, f"{at:%Y-%m-%d %H:%M:%S}", state, database, "Microsoft Windows 10"))
    path.write_text("".join(";".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines), encoding="utf-8")
    return path


class Office:
    """One province and what is done with exports there."""

    def __init__(self, folder):
        self.province = load_province(folder, ROOT / "checks", None)
        self.plan = self.province.plan("ke-hoach-246")
        self.levels = classify_province(self.province, NOW.date())

    def read(self, path, source=EvidenceSource.KSC, **more):
        profiles = console_profiles(self.province.catalog, None)
        return read_export(path, source, self.province, profiles, now=NOW, **more)

    def compare(self, path, store=None, **more):
        return reconcile_export(self.province, self.plan, self.levels, store, self.read(path, **more), now=NOW)

    def take(self, path, store, **more):
        importing = self.compare(path, store, **more)
        return accept(self.province, self.plan, self.levels, store, importing, who="officer", clock=lambda: NOW)

    def states(self, store):
        return gather_states(self.province, store, as_of=NOW, rules=self.plan.evidence)


@pytest.fixture(name="office")
def open_office(folder):
    return Office(folder)


def fates(importing):
    return [(line.fate, line.endpoint) for line in importing.found.lines]


def test_rows_become_outcomes_of_the_moment_of_the_last_contact(office, store, tmp_path):
    path = written(tmp_path / "máy.csv", ("khac", "5CD1111AAA", 3), ("VANTHU-02", "", 1, "Stopped"))
    taken = office.take(path, store, exporter="Nguyễn A", exported=(NOW - timedelta(hours=5), NOW))
    assert [one.outcome.endpoint for one in taken.outcomes] == ["pc-1", "pc-2"]
    kept = store.outcomes(taken.run.number)
    assert [(one.outcome.way, one.outcome.grade, one.outcome.sight) for one in kept] == [(Way.CONSOLE, Grade.B, Sight.SEEN)] * 2
    assert kept[0].outcome.finished_at == NOW - timedelta(days=3)
    assert kept[0].outcome.server_version == "ksc"
    capture = store.captures_of([kept[0].number])[kept[0].number]
    record = json.loads(capture.by_name["row"].body)
    assert (capture.platform, record["row"], record["name"], record["exporter"]) == ("console", 2, "máy.csv", "Nguyễn A")
    assert record["cells"]["Serial number"] == "5CD1111AAA"
    assert record["values"]["last_contact"] == (NOW - timedelta(days=3)).isoformat()
    file = store.intake_files()[0]
    assert record["file"] == file.digest
    assert store.intake_body(file.number) == path.read_bytes()
    assert (file.run, file.exporter, file.source) == (taken.run.number, "Nguyễn A", "ksc")


@pytest.mark.parametrize(
    ("state", "database_days", "steps", "grade"),
    [
        ("Running", 1, (True, True, True), (3, 5)),
        ("Running", 60, (True, None, True), (1, 5)),  # another product, that the console does not manage, may be fresh
        ("Stopped", 1, (True, None, True), (1, 5)),
        ("Trạng thái lạ", None, (None, None, None), (0, 5)),
    ],
)
def test_what_a_row_would_show_is_what_the_state_shows_afterwards(office, store, tmp_path, state, database_days, steps, grade):
    path = written(tmp_path / "a.csv", ("khac", "5CD1111AAA", 3, state, database_days))
    importing = office.compare(path, store)
    assert [line.steps for line in importing.found.lines] == [steps]
    office.take(path, store)
    states = office.states(store)
    judged = judge_states(office.province, store, office.levels, states, moment=NOW)
    found = judged["pc-1"].protection
    assert (found.proven, found.possible) == grade
    others = {name: one.protection for name, one in judged.items() if name != "pc-1"}
    assert set(others.values()) == {None}, "nothing is known of machines that do not stand in the export"
    verdicts = {row.check: row.verdict for row in judged["pc-2"].findings}
    assert verdicts["protection.installed"] is Verdict.UNKNOWN, "absence from a console is unknown, never fail"


def test_captures_can_be_verified_pruned_and_parsed_again(office, store, tmp_path):
    taken = office.take(written(tmp_path / "a.csv", ("khac", "5CD1111AAA", 3)), store)
    assert store.verify().intact
    (kept,) = store.outcomes(taken.run.number)
    capture = store.captures_of([kept.number])[kept.number]
    again = parse_facts(capture, office.province.catalog.knowledge, kept.outcome.finished_at)
    assert again == store.facts_of([kept.number])[kept.number]
    assert Identity.of_facts(again) == Identity("", "5CD1111AAA")
    store.prune_captures(NOW)
    assert store.captures_of([kept.number]) == {}
    assert store.verify().intact


def test_nothing_is_written_before_it_is_accepted(office, store, tmp_path):
    path = written(tmp_path / "a.csv", ("khac", "5CD1111AAA", 3), ("PC-LA", "S9", 1))
    before = store.path.read_bytes()
    importing = office.compare(path, store)
    assert fates(importing) == [(Fate.MATCHED, "pc-1"), (Fate.NEW, importing.newcomers[0].id)]
    assert store.path.read_bytes() == before
    assert store.runs() == []
    assert office.compare(path).found == importing.found, "and no store is needed to see it"


def test_only_what_is_certain_is_kept(office, store, tmp_path):
    path = written(
        tmp_path / "a.csv",
        ("khac", "5CD1111AAA", 3),
        ("pc-1", "KHAC", 1),  # the name of a machine whose serial number is another
        ("pc-2", "", 40),  # too old
        ("pc-3", "", 1),
        ("pc-3", "", 2),  # two machines with one name
        ("pc-mat", "", 1),
        ("la", "", 1, "Running", 1, "Managed devices/Nhóm 9"),
    )
    taken = office.take(path, store)
    importing = office.compare(path)
    assert [fate for fate, _ in fates(importing)] == [
        Fate.MATCHED, Fate.AMBIGUOUS, Fate.TOO_OLD, Fate.AMBIGUOUS, Fate.AMBIGUOUS, Fate.REFUSED, Fate.AMBIGUOUS,
    ]  # fmt: skip
    assert [one.outcome.endpoint for one in taken.outcomes] == ["pc-1"]
    assert store.newcomers() == []
    states = office.states(store)
    assert {name for name, state in states.items() if state.evidence is not None} == {"pc-1"}


def test_nothing_about_an_isolated_machine_is_kept_but_the_file_it_stood_in(office, store, tmp_path):
    assert office.take(written(tmp_path / "a.csv", ("PC-MAT", "S7", 1)), store) is None
    assert (store.runs(), store.intake_files(), store.newcomers()) == ([], [], [])


def test_junk_serial_numbers_identify_nobody(office, store, tmp_path):
    rows = [(f"la-{number}", "To be filled by O.E.M.", number) for number in range(3)]
    importing = office.compare(written(tmp_path / "a.csv", *rows), store)
    assert len({line.endpoint for line in importing.found.of(Fate.NEW)}) == 3
    assert all(not line.identity for line in importing.found.lines)


def test_the_same_file_again_is_said_and_harmless(office, store, tmp_path):
    path = written(tmp_path / "a.csv", ("khac", "5CD1111AAA", 3), ("PC-LA", "S9", 1))
    first = office.take(path, store)
    again = office.compare(path, store)
    assert Counter(line.fate for line in again.found.lines) == {Fate.KNOWN: 2}
    assert [one.run for one in again.before] == [first.run.number]
    assert office.take(path, store) is None
    assert len(store.runs()) == 1
    newer = written(tmp_path / "b.csv", ("khac", "5CD1111AAA", 2), ("PC-LA", "S9", 1))
    assert [one.outcome.endpoint for one in office.take(newer, store).outcomes] == ["pc-1"]


def test_an_interrupted_import_leaves_whole_outcomes_and_is_finished_later(office, store, tmp_path, monkeypatch):
    monkeypatch.setattr("secaudit.pipeline.taking_in._BATCH", 2)
    rows = [(f"la-{number}", f"S{number}AB", 1) for number in range(5)]
    path = written(tmp_path / "a.csv", *rows)
    whole, calls = StoreClass.keep, []

    def interrupted(self, run, outcomes, offers=(), receipts=()):
        calls.append(outcomes)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(self, run, outcomes, offers, receipts)

    monkeypatch.setattr(StoreClass, "keep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        office.take(path, store)
    monkeypatch.setattr(StoreClass, "keep", whole)
    assert [one.status for one in store.runs()] == ["interrupted"]
    assert len(store.outcomes(1)) == 2
    assert store.verify().intact
    taken = office.take(path, store)
    assert len(taken.outcomes) == 3, "what was kept is not kept again"
    assert len(store.newcomers()) == 5


def test_a_newcomer_keeps_its_id_whatever_is_learnt_later(office, store, tmp_path):
    office.take(written(tmp_path / "a.csv", ("PC-LA", "", 5)), store)
    (first,) = store.newcomers()
    office.take(written(tmp_path / "b.csv", ("PC-LA", "S9AB", 4)), store)
    office.take(written(tmp_path / "c.csv", ("DOI-TEN", "S9AB", 3)), store)
    (found,) = store.newcomers()
    assert (found.id, found.identity.serial, found.name) == (first.id, "S9AB", "DOI-TEN")
    assert (found.first_seen, found.last_seen) == (NOW - timedelta(days=5), NOW - timedelta(days=3))
    assert {one.outcome.endpoint for run in (1, 2, 3) for one in store.outcomes(run)} == {first.id}


def test_a_machine_is_known_by_what_earlier_evidence_said(office, store, tmp_path):
    office.take(written(tmp_path / "a.csv", ("pc-3", "S3AB", 5)), store)
    assert fates(office.compare(written(tmp_path / "b.csv", ("doi-ten", "S3AB", 1)), store)) == [(Fate.MATCHED, "pc-3")]
    assert fates(office.compare(written(tmp_path / "c.csv", ("pc-3", "KHAC9", 1)), store)) == [(Fate.AMBIGUOUS, None)]


def test_a_long_name_is_known_as_consoles_cut_it(folder, tmp_path):
    more = "  - {id: xa-a-phong-mot-cua-01, kind: workstation}\n  - {id: p5, kind: workstation, hostname: XA-A-PHONG-KE-TOAN}\n"
    (folder / "agencies" / "xa-a.yaml").write_text(
        AGENCY + more + "  - {id: xa-a-phong-mot-cua-02, kind: server}\n", encoding="utf-8"
    )
    path = written(tmp_path / "a.csv", ("XA-A-PHONG-KE-T", "", 1), ("XA-A-PHONG-MOT-", "", 1))
    lines = Office(folder).compare(path).found.lines
    assert [(line.fate, line.endpoint) for line in lines] == [(Fate.MATCHED, "p5"), (Fate.AMBIGUOUS, None)]
    assert lines[1].candidates == ("xa-a-phong-mot-cua-01", "xa-a-phong-mot-cua-02")


def test_a_machine_is_known_by_the_name_it_gave_itself(office, store, tmp_path):
    """The serial number says which machine it was; the next export shows only the name of then."""
    office.take(written(tmp_path / "a.csv", ("KETOAN-7", "5CD1111AAA", 5)), store)
    importing = office.compare(written(tmp_path / "b.csv", ("KETOAN-7", "", 1)), store)
    assert [(line.fate, line.endpoint, line.basis) for line in importing.found.lines] == [(Fate.MATCHED, "pc-1", "name")]


def test_newcomers_are_rows_that_the_agencys_file_takes_over(office, store, folder, tmp_path):
    office.take(written(tmp_path / "a.csv", ("MÁY LẠ", "S9AB", 2), ("PC-LA.local", "", 1)), store)
    waiting = waiting_newcomers(office.province.inventory, store, ("xa-a",))
    assert [one.newcomer.agency for one in waiting] == ["xa-a", "xa-a"]
    assert waiting_newcomers(office.province.inventory, store, ("xa-b",)) == ()
    text = newcomer_files(waiting, {"xa-a": "UBND xã A"}, "Máy mới: {agency}")
    assert text.splitlines()[:2] == ["# Máy mới: UBND xã A", "endpoints:"]
    rows = "".join(line + "\n" for line in text.splitlines() if line.startswith("  - "))
    (folder / "agencies" / "xa-a.yaml").write_text(AGENCY + rows, encoding="utf-8")
    again = Office(folder)
    assert {one.newcomer.id for one in waiting} <= set(again.province.inventory.endpoints)
    assert waiting_newcomers(again.province.inventory, store) == ()


def test_a_newcomer_declared_under_another_id_waits_no_longer(office, store, folder, tmp_path):
    office.take(written(tmp_path / "a.csv", ("PC-LA", "S9AB", 2)), store)
    (folder / "agencies" / "xa-a.yaml").write_text(
        AGENCY + "  - {id: ke-toan, kind: workstation, serial: S9AB}\n", encoding="utf-8"
    )
    again = Office(folder)
    assert waiting_newcomers(again.province.inventory, store) == ()
    assert fates(again.compare(written(tmp_path / "b.csv", ("PC-LA", "S9AB", 1)), store)) == [(Fate.MATCHED, "ke-toan")]
    assert fates(again.compare(written(tmp_path / "c.csv", ("PC-LA", "", 1)), store)) == [(Fate.MATCHED, "ke-toan")]
    assert fates(again.compare(tmp_path / "a.csv", store)) == [(Fate.KNOWN, "ke-toan")]
    assert again.states(store)["ke-toan"].evidence is not None, "what came in before it was declared counts for it"


def test_an_unreadable_file_keeps_nothing_and_says_everything(office, tmp_path):
    wrong = written(tmp_path / "a.csv", ("a", "b", 1), head=("Colour", "Size", "Weight", "Length", "Height", "Depth", "Price"))
    with pytest.raises(IntakeError) as caught:
        office.read(wrong)
    assert len(caught.value.problems) == 2
    good = written(tmp_path / "b.csv", ("pc-3", "", 1))
    for more in ({"chosen": "khong-co"}, {"chosen": "eset"}, {"sheet": "Trang 2"}):
        with pytest.raises(IntakeError):
            office.read(good, **more)
    with pytest.raises(IntakeError):
        office.read(tmp_path / "khong-co.csv")


def test_a_candidate_is_not_what_its_store_forgot(office, store, tmp_path):
    """What a quarantined machine said of itself does not make later rows its own."""
    office.take(written(tmp_path / "a.csv", ("pc-3", "S3AB", 5)), store)
    states = store.latest(NOW, 30)
    assert any(one.id == "pc-3" and one.identities for one in known_machines(office.province.inventory, states, [], {}))
    doubted = {"pc-3": replace(states["pc-3"], doubt=object())}
    assert all(one.id != "pc-3" or not one.identities for one in known_machines(office.province.inventory, doubted, [], {}))


def test_thirty_thousand_rows_ask_the_store_a_few_times(office, store, tmp_path):
    """Counted, not timed: questions to the store do not grow with the file."""
    statements = []
    rows = [(f"may-{number}", f"SER{number}X", 1) for number in range(3000)]
    path = written(tmp_path / "a.csv", *rows)
    office.take(path, store)
    event.listen(store._database._reader, "before_cursor_execute", lambda *args: statements.append(args[2]))
    importing = office.compare(path, store)
    assert importing.found.counts == {Fate.KNOWN: 3000}
    assert len(statements) < 60
