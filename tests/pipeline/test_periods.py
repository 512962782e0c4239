"""A closed period: what is frozen, that it gives the same figures again whatever happens, and that nothing is half closed."""

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from secaudit.cli.measure import measured_json
from secaudit.cli.output import _plain
from secaudit.errors import DataError, OutputError, StoreError, UsageError
from secaudit.pipeline import archive
from secaudit.pipeline.archive import MANIFEST, archive_of, flaws_of
from secaudit.pipeline.figures import differences, figures_of
from secaudit.pipeline.frozen import Sources, chain_stands, closed_sources, frozen_store, period_words, with_period
from secaudit.pipeline.judging import rejudge
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.plan_report import measure_beside, plan_paper
from secaudit.pipeline.province import DEFAULT_PLAN, classify_province, load_province
from secaudit.pipeline.publish import publish
from secaudit.report import render_html, render_json
from secaudit.report.voice import Voice
from secaudit.resources import data_folder, translator
from secaudit.store import Store
from tests.pipeline.periods import AFTERWARDS, NAME, SEEN, close, make_world, order, see
from tests.store.conftest import BACK_TO_0006

SCRIPT = Path(__file__).with_name("periods.py")


@pytest.fixture(scope="module", name="made")
def make_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "world"
    make_world(folder)
    return folder


@pytest.fixture(scope="module", name="sealed")
def close_once(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sealed") / "world"
    shutil.copytree(made, folder)
    close(folder)
    return folder


def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "world"))


def store_of(folder: Path) -> Store:
    return Store.open(folder / "workspace" / "store.sqlite", create=False)


def bytes_of(value: object) -> bytes:
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def printed(folder: Path) -> tuple[bytes, bytes]:
    """Measurement and report of the closed period, as programs get them."""
    with store_of(folder) as store, closed_sources(folder / "workspace", store, NAME) as sources:
        measured = sources.measure()
        return bytes_of(measured_json(measured)), render_json(publish(measured, sources.store))


def present(folder: Path, moment: datetime) -> dict[str, object]:
    province = load_province(folder / "inventory", folder / "checks", folder / "workspace")
    with store_of(folder) as store:
        return figures_of(measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=moment))


def test_a_closed_period_gives_the_same_figures_whatever_happens_afterwards(sealed, tmp_path):
    folder = copied(sealed, tmp_path)
    end = datetime(2026, 12, 14, 16, 59, 59, 999999, tzinfo=UTC)
    first, before = printed(folder), present(folder, end)
    assert differences(before, json.loads(json.dumps(before))) == []
    agencies = folder / "inventory" / "agencies"
    text = (agencies / "xa-a.yaml").read_text(encoding="utf-8")
    gone = text.replace("  - {id: pc-2, kind: workstation, os: windows}\n", "").replace("level: 1", "level: 2")
    (agencies / "xa-a.yaml").write_text(gone.replace("UBND xã A", "UBND xã A mới"), encoding="utf-8")
    (agencies / "xa-b.yaml").unlink()
    check = folder / "checks" / "endpoint" / "protection" / "protection.installed.yaml"
    check.write_text(check.read_text(encoding="utf-8").replace("severity: critical", "severity: low"), encoding="utf-8")
    with store_of(folder) as store:
        # Evidence of the period that comes in late, newer evidence, other facts from the same captures, and no captures at all.
        answers = {"pc-3": "win10-22h2-kaspersky", "pc-1": "win10-22h2-unprotected"}
        see(store, answers, seen=SEEN + timedelta(days=1), began=AFTERWARDS, inventory=folder / "inventory")
        see(store, {"pc-3": "win7-bkav"}, seen=AFTERWARDS, began=AFTERWARDS, inventory=folder / "inventory")
        province = load_province(folder / "inventory", folder / "checks", None)
        plan = province.plan(DEFAULT_PLAN)
        levels = classify_province(province, end.date())
        rejudge(province, store, levels, moment=end, rules=plan.evidence)
        store.accept(["pc-1"], who="officer", at=SEEN + timedelta(hours=1))
        assert store.prune_captures(AFTERWARDS + timedelta(days=400)) == 5
    assert differences(before, present(folder, end)), "the changes must be ones that show"
    assert printed(folder) == first
    shutil.rmtree(folder / "inventory")
    shutil.rmtree(folder / "checks")
    assert printed(folder) == first


def test_what_is_taken_in_after_the_closing_moment_is_in_no_figure_even_when_it_is_closed_later(made, tmp_path):
    folder = copied(made, tmp_path)
    with store_of(folder) as store:
        see(store, {"pc-3": "win10-22h2-kaspersky"}, seen=SEEN, began=AFTERWARDS, inventory=folder / "inventory")
        see(store, {"pc-1": "win7-bkav"}, seen=AFTERWARDS, began=AFTERWARDS, inventory=folder / "inventory")
    closed = close(folder, now=AFTERWARDS + timedelta(days=1))
    assert closed.period.closing is not None and closed.period.closing.outcome == 2
    states = closed.measured.states
    assert states["pc-3"].evidence is None
    assert states["pc-1"].evidence is not None and states["pc-1"].evidence.number == 1
    target = next(one for one in closed.measured.measurements if one.target == "endpoints-protected")
    assert (target.tally.proven, target.tally.disproven, target.tally.unknown) == (1, 1, 2)


def test_the_archive_is_closed_to_others_and_its_digest_is_that_of_a_manifest_with_every_file(sealed):
    place = archive_of(sealed / "workspace", NAME)
    with store_of(sealed) as store:
        closing = store.periods.find(NAME).closing
        assert closing is not None and closing.head == store.outcome(closing.outcome).chain
        assert chain_stands(store, store.periods.find(NAME))
        assert not chain_stands(store, replace(store.periods.find(NAME), closing=replace(closing, head="0" * 64)))
    raw = (place / MANIFEST).read_bytes()
    assert archive.sha256(raw).hexdigest() == closing.digest
    manifest = json.loads(raw)
    found = {path.relative_to(place).as_posix(): path for path in place.rglob("*") if path.is_file()}
    assert {one["path"] for one in manifest["files"]} == found.keys() - {MANIFEST}
    assert manifest["period"]["closed_by"] == "officer" and manifest["period"]["open"]["not_sent"] == ["xa-b"]
    for name in ("inventory/province.yaml", "inventory/agencies/xa-b.yaml"):
        assert found[name].read_bytes() == (sealed / name).read_bytes()
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in found.values()} == {0o600}
        assert {path.stat().st_mode & 0o777 for path in (place, *place.rglob("*")) if path.is_dir()} == {0o700}
    assert sorted(path.name for path in place.parent.iterdir()) == [NAME]
    assert not [path for path in place.rglob("evidence.sqlite*") if path.name != "evidence.sqlite"]


def test_every_file_that_is_not_what_was_closed_is_named(sealed, tmp_path):
    folder = copied(sealed, tmp_path)
    place = archive_of(folder / "workspace", NAME)
    with store_of(folder) as store:
        closing = store.periods.find(NAME).closing
    assert closing is not None and flaws_of(place, closing.digest) == []
    manifest = (place / MANIFEST).read_bytes()
    names = [one["path"] for one in json.loads(manifest)["files"]]
    for name in names:
        data = bytearray((place / name).read_bytes())
        data[len(data) // 2] ^= 1
        (place / name).write_bytes(data)
    assert flaws_of(place, closing.digest) == [(name, "changed") for name in names]
    with store_of(folder) as store, pytest.raises(StoreError, match="file of the closed period was changed") as caught:
        closed_sources(folder / "workspace", store, NAME).__enter__()
    assert str(place / names[0]) in str(caught.value)
    (place / "inventory" / "agencies" / "xa-c.yaml").write_text("agency: {}\n", encoding="utf-8")
    (place / names[0]).unlink()
    if os.name == "posix":
        (place / names[1]).unlink()
        (place / names[1]).symlink_to(
            sealed / "workspace" / "periods" / NAME / names[1]
        )  # the same bytes, for as long as they stay
        assert (names[1], "changed") in flaws_of(place, closing.digest)
    assert flaws_of(place, closing.digest)[:2] == [(names[0], "missing"), ("inventory/agencies/xa-c.yaml", "added")]
    (place / MANIFEST).write_bytes(manifest.replace(b'"format": 1', b'"format": 2'))
    assert flaws_of(place, closing.digest) == [(MANIFEST, "changed")]
    (place / MANIFEST).unlink()
    assert flaws_of(place, closing.digest) == [(MANIFEST, "missing")]


@pytest.mark.skipif(sys.platform == "win32", reason="fork")
def test_a_closing_that_is_killed_or_finds_no_room_closes_nothing_and_the_next_one_does(made, tmp_path):
    folder = copied(made, tmp_path)
    steps = ["publish", "row", "size"]
    command = [sys.executable, str(SCRIPT), str(folder), *steps]
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    done = subprocess.run(command, env=here, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:-1] == [*(f"{step} -9" for step in steps[:-1]), "size 6"], done.stderr
    place = archive_of(folder / "workspace", NAME)
    with store_of(folder) as store:
        assert store.periods.find(NAME).closing is None
        with pytest.raises(UsageError, match="still open"):
            closed_sources(folder / "workspace", store, NAME).__enter__()
    assert place.exists(), "killed between the archive and the row that makes it count"
    closed = close(folder)
    assert closed.period.closing is not None
    assert closed.aside is not None and closed.aside.is_dir()
    assert sorted(path.name for path in place.parent.iterdir()) == [".2026.left-1", NAME]
    assert printed(folder)


def test_a_full_disk_leaves_nothing_behind(made, tmp_path, monkeypatch):
    folder = copied(made, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(archive.os, "fsync", _no_room)
        with pytest.raises(OutputError, match="cannot be closed: No space") as caught:
            close(folder)
        assert caught.value.hint is not None
    assert list((folder / "workspace" / "periods").iterdir()) == []
    with store_of(folder) as store:
        assert store.periods.find(NAME).closing is None


def _no_room(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_open_is_named_and_nothing_is_closed_unless_a_person_accepts_it(made, tmp_path):
    folder = copied(made, tmp_path)
    found = close(folder, accept_open=False)
    assert found.period.closing is None
    named = {point.kind: point.names for point in found.open_points}
    assert named == {
        "undecided": ("systems-protected", "heads-briefed", "staff-briefed", "staff-trained"),
        "not_sent": ("xa-b",),
    }
    assert list((folder / "workspace" / "periods").iterdir()) == []
    with store_of(folder) as store:
        assert store.periods.find(NAME).closing is None


def test_mistakes_in_the_inventory_are_told_of_the_files_that_people_can_correct(made, tmp_path):
    folder = copied(made, tmp_path)
    (folder / "inventory" / "agencies" / "xa-b.yaml").write_text("agency: {id: xa-b}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        close(folder)
    assert {problem.path for problem in caught.value.problems} == {str(folder / "inventory" / "agencies" / "xa-b.yaml")}


def test_a_program_that_counts_otherwise_is_refused_and_says_where(sealed):
    with store_of(sealed) as store, closed_sources(sealed / "workspace", store, NAME) as sources:
        assert sources.figures is not None
        figures = json.loads(json.dumps(sources.figures))
        figures["targets"]["endpoints-protected"]["agencies"]["xa-a"]["members"]["proven"] = ["pc-1", "pc-9"]
        figures["levels"]["web"] = [3, 3, 1]
        other = replace(sources, figures=figures)
        with pytest.raises(StoreError, match=r"endpoints-protected\.agencies\.xa-a\.members\.proven: pc-9 → pc-1") as caught:
            other.measure()
        assert "report.html" in str(caught.value.hint)
        with pytest.raises(StoreError, match=r"levels\.web"):
            other.classify()
        sources.classify()
        with pytest.raises(UsageError, match="of the plan"):
            sources.plan("other")


def test_the_page_names_period_and_digest(sealed):
    with store_of(sealed) as store, closed_sources(sealed / "workspace", store, NAME) as sources:
        digest = sources.period.closing.digest
        measured = sources.measure()
        page = render_html(publish(measured, sources.store), translator("vi"), data_folder("report_templates"))
    assert [str(line) for line in period_words(measured)] == [f"Closed period 2026, digest {digest}."]
    assert period_words(replace(measured, period=None)) == ()
    assert "Kỳ đã chốt" in page and digest in page
    frozen = (archive_of(sealed / "workspace", NAME) / "report.html").read_text(encoding="utf-8")
    assert "UBND xã A" in frozen and 'id="closed-period"' in frozen
    assert digest not in frozen, "the page is one of the files the digest is made of"


def test_an_archive_of_an_older_store_is_read_and_not_touched(sealed, tmp_path):
    old = tmp_path / "evidence.sqlite"
    shutil.copyfile(archive_of(sealed / "workspace", NAME) / "evidence.sqlite", old)
    connection = sqlite3.connect(old)
    connection.execute("DROP TRIGGER periods_once")
    connection.executescript(";".join(BACK_TO_0006))
    connection.close()
    before = old.read_bytes()
    with frozen_store(old) as store:
        assert store.head() and set(store.captures_of([1, 2])) == {1, 2}
    assert old.read_bytes() == before and [path.name for path in tmp_path.iterdir()] == [old.name]


def test_the_present_has_the_same_interface(sealed):
    province = load_province(sealed / "inventory", sealed / "checks", None)
    with store_of(sealed) as store:
        sources = Sources(province, store, AFTERWARDS)
        assert sources.measure().period is None
        assert sources.classify()[1].classifications.keys() == {"web"}
        with pytest.raises(UsageError, match="no plan called"):
            sources.plan("other")
        assert order(sealed, store).period.closing is not None


def test_a_plan_of_the_workspace_is_frozen_too_and_papers_name_the_period(made, tmp_path):
    folder = copied(made, tmp_path)
    plans = folder / "workspace" / "plans"
    plans.mkdir()
    shipped = (folder / "checks" / "plans" / f"{DEFAULT_PLAN}.yaml").read_text(encoding="utf-8")
    (plans / f"{DEFAULT_PLAN}.yaml").write_text(shipped.replace("share: 90 %", "share: 85 %", 1), encoding="utf-8")
    close(folder)
    first = printed(folder)
    shutil.rmtree(plans)
    assert printed(folder) == first
    voice = Voice(translator("vi"))
    with store_of(folder) as store, closed_sources(folder / "workspace", store, NAME) as sources:
        measured = sources.measure()
        assert [str(one.share) for one in measured.measurements][1] == "17/20"
        paper = with_period(plan_paper(measured, measure_beside(measured), translator("vi")), measured, voice)
    digest = store_digest(folder)
    assert paper.basis[-1] == f"Kỳ đã chốt {NAME}, mã băm {digest}."
    assert "requirements" in json.loads((archive_of(folder / "workspace", NAME) / "figures.json").read_text(encoding="utf-8"))


def store_digest(folder: Path) -> str:
    with store_of(folder) as store:
        closing = store.periods.find(NAME).closing
    assert closing is not None
    return closing.digest
