"""An inventory is changed as a whole or not at all."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from secaudit.errors import DataError, OutputError
from secaudit.inventory import load_inventory
from secaudit.pipeline.staging import Change, apply_changes, change_of, check_changes
from secaudit.source import parse_yaml

SAMPLE = Path(__file__).parents[2] / "inventories" / "thai-nguyen"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copied = tmp_path / "inventory"
    shutil.copytree(SAMPLE, copied)
    return copied


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def changed(folder: Path, name: str, old: str, new: str) -> Change:
    path = folder / "agencies" / name
    raw = path.read_bytes()
    assert old in raw.decode()
    return Change(path, raw, raw.decode().replace(old, new).encode())


def moved_out(folder: Path, name: str) -> Change:
    """A machine less."""
    path = folder / "agencies" / f"{name}.yaml"
    data = parse_yaml("", path.read_bytes())[0].data  # type: ignore[union-attr]
    return change_of(path, {**data, "endpoints": data["endpoints"][:-1]})  # type: ignore[dict-item, index]


def test_the_inventory_is_checked_as_it_would_be_and_nothing_is_replaced(folder: Path) -> None:
    before = files(folder)
    inventory, problems = check_changes(folder, [moved_out(folder, "so-y-te")])
    assert not problems
    assert inventory is not None
    real = load_inventory(folder)
    assert len(inventory.endpoints) == len(real.endpoints) - 1
    assert inventory.sources == real.sources
    assert files(folder) == before


def test_without_changes_the_copy_is_the_inventory(folder: Path) -> None:
    inventory, _ = check_changes(folder, [])
    assert inventory == load_inventory(folder)


def test_problems_name_the_real_files(folder: Path) -> None:
    twice = changed(folder, "so-y-te.yaml", "agency:\n  id: so-y-te", "agency:\n  id: so-khcn")
    inventory, problems = check_changes(folder, [twice])
    assert inventory is None
    texts = [str(problem.message) for problem in problems]
    assert all((problem.path or "").startswith(str(folder)) for problem in problems)
    assert any(str(folder / "agencies" / "so-khcn.yaml") in text for text in texts)
    assert not any("secaudit-inventory-" in text for text in texts)


def test_what_the_reader_would_pass_over_is_still_reported(folder: Path) -> None:
    (folder / "agencies" / "so-moi.yaml.txt").write_text("agency: {}", encoding="utf-8")
    os.mkfifo(folder / "agencies" / "ong.yaml")
    _, problems = check_changes(folder, [])
    assert {Path(problem.path or "").name for problem in problems} == {"so-moi.yaml.txt", "ong.yaml"}


def test_all_files_are_replaced_and_nothing_is_left_beside_them(folder: Path) -> None:
    (folder / "agencies" / "so-y-te.yaml").chmod(0o640)
    new = Change(folder / "agencies" / "xa-moi.yaml", None, b"agency: {id: xa-moi, name: X, tier: commune}\n")
    apply_changes([moved_out(folder, "so-y-te"), moved_out(folder, "so-tu-phap"), new])
    names = {path.name for path in (folder / "agencies").iterdir()}
    assert names == {*(path.name for path in (SAMPLE / "agencies").iterdir()), "xa-moi.yaml"}
    for name in ("so-y-te", "so-tu-phap"):
        assert (folder / "agencies" / f"{name}.yaml").read_bytes() == moved_out_bytes(name)
    assert (folder / "agencies" / "so-y-te.yaml").stat().st_mode & 0o777 == 0o640
    assert (folder / "agencies" / "xa-moi.yaml").stat().st_mode == (folder / "province.yaml").stat().st_mode


def moved_out_bytes(name: str) -> bytes:
    return moved_out(SAMPLE, name).after


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_full_disk_leaves_every_file_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    before = files(folder)
    calls = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == at:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        apply_changes([moved_out(folder, "so-y-te"), moved_out(folder, "so-tu-phap")])
    assert files(folder) == before


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("error", [OSError(errno.EIO, "broken"), KeyboardInterrupt()])
def test_what_was_replaced_before_a_failure_is_taken_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException
) -> None:
    before = files(folder)
    changes = [
        Change(folder / "agencies" / "xa-moi.yaml", None, b"agency: {id: xa-moi, name: X, tier: commune}\n"),
        moved_out(folder, "so-y-te"),
        moved_out(folder, "so-tu-phap"),
    ]
    real = Path.replace
    count = 0

    def breaks(self: Path, target: Path) -> Path:
        nonlocal count
        count += self.name.endswith(".new")
        if count == at and self.name.endswith(".new"):
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "replace", breaks)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        apply_changes(changes)
    assert files(folder) == before


def test_what_somebody_typed_meanwhile_is_not_overwritten(folder: Path) -> None:
    change, other = moved_out(folder, "so-y-te"), moved_out(folder, "so-tu-phap")
    with change.path.open("ab") as stream:
        stream.write("# vừa ghi thêm\n".encode())
    before = files(folder)
    with pytest.raises(DataError) as raised:
        apply_changes([other, change])
    assert [problem.path for problem in raised.value.problems] == [str(change.path)]
    assert files(folder) == before


def test_a_link_to_a_file_stays_a_link(folder: Path, tmp_path: Path) -> None:
    path = folder / "agencies" / "so-y-te.yaml"
    elsewhere = tmp_path / "kept.yaml"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    apply_changes([moved_out(folder, "so-y-te")])
    assert path.is_symlink()
    assert elsewhere.read_bytes() == moved_out_bytes("so-y-te")
