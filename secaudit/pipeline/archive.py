"""The archive of a closed period: a folder whose every byte stands in its manifest, and whose manifest makes the digest.

It is written beside its place and moved there as a whole, so that a power cut or a full disk leaves nothing that looks like one.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from secaudit.catalog import PARAMETERS_FILE, PLANS_FOLDER
from secaudit.catalog.files import find_files
from secaudit.errors import CatalogError, OutputError, StoreError
from secaudit.messages import Message, clean, msg
from secaudit.pipeline.staging import copy_inventory, read_bytes, settle
from secaudit.resources import own_folder

PERIODS = "periods"
"""Folder of a workspace that holds the archives."""
MANIFEST = "manifest.json"
INVENTORY = "inventory"
CHECKS = "checks"
EVIDENCE = "evidence.sqlite"
FIGURES = "figures.json"
REPORT_DATA = "report.json"
REPORT_PAGE = "report.html"
FLAWS: Mapping[str, Message] = {"missing": msg("missing"), "changed": msg("changed"), "added": msg("added later")}
"""What can be wrong with a file of an archive."""
_LONGEST = 20_000_000
"""Bytes of a manifest: ten thousand files and room."""


def archive_of(workspace: Path, name: str) -> Path:
    """Where the archive of a period stands; a new workspace has none."""
    return workspace / PERIODS / name


@contextmanager
def building(workspace: Path, name: str) -> Iterator[Path]:
    """A folder to build an archive in, closed to others; gone when the block ends, unless :func:`publish` moved it."""
    place = archive_of(workspace, name)
    stage = place.with_name(f".{name}.new")
    with _on_disk(stage):
        own_folder(place.parent)
        shutil.rmtree(stage, ignore_errors=True)  # of a process that was killed: the caller holds the writer's lock
        stage.mkdir(mode=0o700)
    try:
        with _on_disk(stage):
            yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def copy_sources(stage: Path, inventory: Path, checks: Path, workspace: Path) -> None:
    """What figures are computed from beside the evidence, byte for byte: inventory, catalog, what the workspace sets itself."""
    copy_inventory(inventory, stage / INVENTORY)
    files, problems = find_files(checks)
    if problems:
        raise CatalogError(problems)
    for file in files:
        target = stage / CHECKS / Path(*file.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read_bytes(file.path))
    if (workspace / PARAMETERS_FILE).exists():
        (stage / PARAMETERS_FILE).write_bytes(read_bytes(workspace / PARAMETERS_FILE))
    for plan in sorted((workspace / PLANS_FOLDER).glob("*.yaml")):
        (stage / PLANS_FOLDER).mkdir(exist_ok=True)
        (stage / PLANS_FOLDER / plan.name).write_bytes(read_bytes(plan))


def seal(stage: Path, about: Mapping[str, object]) -> str:
    """Write the manifest of all that stands in ``stage``, bring every byte to the disk, and return the manifest's digest."""
    names = sorted(_files(stage))
    listed = [{"path": name, "bytes": (stage / name).stat().st_size, "sha256": _digest(stage / name)} for name in names]
    raw = _text({"format": 1, **about, "files": listed})
    (stage / MANIFEST).write_bytes(raw)
    for path in (stage, *stage.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    for name in (*names, MANIFEST):
        with (stage / name).open("rb+") as stream:
            os.fsync(stream.fileno())
    for folder in (stage, *(path for path in stage.rglob("*") if path.is_dir())):
        settle(folder)
    return sha256(raw).hexdigest()


def publish(stage: Path, place: Path) -> Path | None:
    """Move the archive to its place; returns where one was put that a killed process left there, which closed nothing."""
    aside = None
    if place.exists() or place.is_symlink():
        numbers = (number for number in range(1, 1000) if not place.with_name(f".{place.name}.left-{number}").exists())
        aside = place.with_name(f".{place.name}.left-{next(numbers)}")
        place.rename(aside)
    stage.rename(place)
    settle(place.parent)
    return aside


def withdraw(place: Path) -> None:
    """Take back an archive of which the store could not be told."""
    shutil.rmtree(place, ignore_errors=True)


def flaws_of(folder: Path, digest: str) -> list[tuple[str, str]]:
    """File and what is wrong with it (``missing``, ``changed``, ``added``); nothing when every byte is as it was."""
    if not (folder / MANIFEST).exists():
        return [(MANIFEST, "missing")]
    raw = _bounded(folder / MANIFEST)
    if raw is None or sha256(raw).hexdigest() != digest:
        return [(MANIFEST, "changed")]
    listed = {str(one["path"]): str(one["sha256"]) for one in json.loads(raw.decode("utf-8", "surrogateescape"))["files"]}
    present = set(_files(folder)) - {MANIFEST}
    found = [(name, "missing") for name in sorted(listed.keys() - present)]
    found += [(name, "added") for name in sorted(present - listed.keys())]
    return found + [(name, "changed") for name in sorted(listed.keys() & present) if _digest(folder / name) != listed[name]]


def require_intact(folder: Path, digest: str) -> None:
    """StoreError naming the files when the archive is not what was closed."""
    try:
        found = flaws_of(folder, digest)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(
            msg("The archive of the period cannot be read: {reason}", reason=reason), where=clean(str(folder))
        ) from error
    if found:
        raise _not_intact(folder, found)


def _not_intact(folder: Path, found: Sequence[tuple[str, str]]) -> StoreError:
    name, what = found[0]
    sentence = {
        "missing": msg("A file of the closed period is missing"),
        "changed": msg("A file of the closed period was changed"),
        "added": msg("A file was added to the closed period"),
    }[what]
    hint = msg("put the archive back from a copy of the workspace; nothing is printed from one that was changed")
    if len(found) > 1:
        sentence = msg("{what}, and {count} more files differ", what=sentence, count=len(found) - 1)
    return StoreError(sentence, where=clean(str(folder / name)), hint=hint)


def about_of(folder: Path) -> dict[str, Any]:
    """The manifest of an archive that was found intact, without its files."""
    raw = (folder / MANIFEST).read_bytes()
    found = json.loads(raw.decode("utf-8", "surrogateescape"))
    return {name: value for name, value in found.items() if name != "files"} | {"files": len(found["files"])}


def sound_figures(folder: Path, digest: str) -> Mapping[str, Any] | None:
    """What was printed at the closing, when its bytes are those of the digest; the other files are not looked at."""
    try:
        raw, figures = _bounded(folder / MANIFEST), folder / FIGURES
        if raw is None or sha256(raw).hexdigest() != digest:
            return None
        listed = {str(one["path"]): str(one["sha256"]) for one in json.loads(raw.decode("utf-8", "surrogateescape"))["files"]}
        if figures.is_symlink() or not figures.is_file():
            return None
        body = figures.read_bytes()
    except OSError:
        return None
    if sha256(body).hexdigest() != listed.get(FIGURES):
        return None
    found: Mapping[str, Any] = json.loads(body.decode("utf-8", "surrogateescape"))
    return found


def as_text(value: Mapping[str, object]) -> bytes:
    """JSON for people and programs, the same bytes for the same value."""
    return _text(value)


def _text(value: Mapping[str, object]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "surrogateescape")


def _files(folder: Path) -> Iterator[str]:
    """Everything below that is no folder, links and pipes too, by name with forward slashes."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(folder).as_posix()


def _digest(path: Path) -> str:
    """SHA-256; nothing for what is no file of its own, such as a link."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _bounded(path: Path) -> bytes | None:
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        raw = file.read(_LONGEST + 1)
    return raw if len(raw) <= _LONGEST else None


@contextmanager
def _on_disk(stage: Path) -> Iterator[None]:
    """What the disk refuses, in words: nothing was closed then."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(
            msg("The period cannot be closed: {reason}", reason=reason),
            where=clean(str(stage.parent)),
            hint=msg("make room on the disk or look at its permissions, then give the command again; nothing was closed"),
        ) from error
