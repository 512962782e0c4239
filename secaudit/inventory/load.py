"""Files -> Inventory, or every problem of all of them at once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from secaudit.errors import InventoryError, Problem
from secaudit.inventory.parts import Declared, Known, Part, problems_from
from secaudit.inventory.rules_agency import agency_remarks
from secaudit.inventory.rules_history import history_remarks
from secaudit.inventory.rules_machine import machine_remarks
from secaudit.inventory.rules_papers import paper_remarks
from secaudit.inventory.rules_reference import reference_remarks
from secaudit.inventory.rules_sessions import session_remarks
from secaudit.messages import Message, msg
from secaudit.model.inventory import AgencyFile, Inventory, ProvinceFile
from secaudit.model.paper import AttestationFile, WaiverFile
from secaudit.model.session import SessionFile
from secaudit.source import YamlFile, field_text, scan_yaml, secrets_in, validate_partly

W = TypeVar("W", bound=BaseModel)
PROVINCE = "province.yaml"
AGENCIES = "agencies"
SESSIONS = "sessions"
ATTESTATIONS = "attestations"
WAIVERS = "waivers"
_POINTED_AT = (ProvinceFile, AgencyFile)
"""Files whose ids others name: when one of them cannot be read, a missing id proves nothing."""
_MOST_FILES = 10_000
_ALMOST_YAML = frozenset({".yml", ".yaml", ".json"})


def load_inventory(folder: Path) -> Inventory:
    """The inventory in ``folder``; raises :class:`InventoryError` with all problems."""
    inventory, problems = check_inventory(folder)
    if inventory is None:
        raise InventoryError(problems)
    return inventory


def check_inventory(folder: Path) -> tuple[Inventory | None, list[Problem]]:
    """The inventory, or None and every problem of its files: text, fields, ids, machines, references."""
    paths, problems = _files(folder)
    if not paths:
        return None, problems
    reader = _Reader()
    province = reader.read(paths[0], ProvinceFile)
    agencies = [part for path in paths[1:] if (part := reader.read(path, AgencyFile)) is not None]
    sessions, strays = reader.register(folder, SESSIONS, SessionFile)
    attestations, more = reader.register(folder, ATTESTATIONS, AttestationFile)
    waivers, others = reader.register(folder, WAIVERS, WaiverFile)
    declared = Declared(province, agencies, reader.known(), sessions, attestations, waivers)
    rules = chain(
        agency_remarks(declared),
        reference_remarks(declared),
        machine_remarks(declared),
        history_remarks(declared),
        session_remarks(declared),
        paper_remarks(declared),
    )
    problems += [*strays, *more, *others, *reader.problems, *problems_from(rules)]
    if problems or province is None:
        return None, _in_order(problems)
    sources = {"province": province.file.path, **{part.model.agency.id: part.file.path for part in agencies}}
    sources |= {f"{SESSIONS}/{one.model.session.id}": one.file.path for one in sessions}
    sources |= {f"{ATTESTATIONS}/{paper.id}": one.file.path for one in attestations for paper in one.model.attestations}
    sources |= {f"{WAIVERS}/{paper.id}": one.file.path for one in waivers for paper in one.model.waivers}
    return Inventory(
        province.model,
        tuple(part.model for part in agencies),
        reader.digest(folder),
        sources,
        tuple(one.model for one in sessions),
        tuple(paper for one in attestations for paper in one.model.attestations),
        tuple(paper for one in waivers for paper in one.model.waivers),
    ), []


class _Reader:
    """Reads files one by one and remembers what all of them are needed for."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._digests: list[tuple[str, str]] = []
        self._complete = True
        self._unread: set[str] = set()
        self._agencies: set[str] = set()
        self._shared: set[str] = set()
        self._systems: set[str] = set()
        self._endpoints: set[str] = set()

    def read(self, path: Path, model: type[W]) -> Part[W] | None:
        """The sound part of one file, or None when nothing can be made of it."""
        file, problems = scan_yaml(path)
        self.problems += problems
        if file is None:
            if model in _POINTED_AT:
                self._complete = False
                self._unread.add(path.stem)
            return None
        self._digests.append((path.as_posix(), file.digest))
        if model in _POINTED_AT:
            self._remember(file.data)
        secrets = _secrets(file)
        partly = validate_partly(file, model)
        fields = {problem.field for problem in secrets}
        self.problems += [*secrets, *(problem for problem in partly.problems if problem.field not in fields)]
        if partly.model is None:
            if model in _POINTED_AT:
                self._unread.add(path.stem)
            return None
        return Part(replace(file, data=None), partly.model, partly.kept)

    def register(self, folder: Path, name: str, model: type[W]) -> tuple[list[Part[W]], list[Problem]]:
        """Files of one register and what was passed over beside them; a province that keeps none has no folder for it."""
        paths, strays = _register_files(folder / name)
        return [part for path in paths if (part := self.read(path, model)) is not None], strays

    def known(self) -> Known:
        """Ids seen in all files."""
        shared = frozenset(self._shared)
        return Known(
            frozenset(self._agencies),
            shared,
            shared | self._systems,
            frozenset(self._endpoints),
            complete=self._complete,
            unread=frozenset(self._unread),
        )

    def digest(self, folder: Path) -> str:
        """SHA-256 over the names and digests of the files, hexadecimal."""
        total = hashlib.sha256()
        for name, digest in sorted(self._digests):
            total.update(f"{name.removeprefix(folder.as_posix())}\0{digest}\n".encode())
        return total.hexdigest()

    def _remember(self, data: object) -> None:
        if not isinstance(data, dict):
            return
        agency = data.get("agency")
        self._agencies.update(_ids([agency]))
        self._shared.update(_ids(data.get("shared_systems")))
        self._systems.update(_ids(data.get("systems")))
        self._endpoints.update(_ids(data.get("endpoints")))


def _ids(items: object) -> Iterable[str]:
    if isinstance(items, list):
        for item in items:
            name = item.get("id") if isinstance(item, dict) else None
            if isinstance(name, str):
                yield name


def _secrets(file: YamlFile) -> list[Problem]:
    """Passwords and keys, each with its place and never its value."""
    found: list[Problem] = []
    for loc in secrets_in(file.data)[: file.limits.max_problems]:
        line, column = file.position(loc, of_key=True)
        found.append(
            Problem(
                msg("A password, token or private key must not stand in an inventory"),
                file.path,
                line,
                column,
                field=field_text(loc) or None,
                hint=msg("remove it and change it, for whoever had the file has it; it is asked for when it is needed"),
            )
        )
    return found


def _files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """province.yaml and the agency files in the order of their names; nothing that looks like one is passed over in silence."""
    if not folder.is_dir():
        hint = msg("name the folder that holds province.yaml and agencies/")
        return [], [Problem(msg("There is no such folder"), str(folder), hint=hint)]
    problems: list[Problem] = []
    try:
        beside = sorted(entry for entry in folder.iterdir() if entry.suffix.lower() in _ALMOST_YAML and entry.name != PROVINCE)
        inside = sorted((folder / AGENCIES).iterdir()) if (folder / AGENCIES).is_dir() else []
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = msg("check the permissions")
        return [], [Problem(msg("The folder cannot be read: {reason}", reason=reason), str(folder), hint=hint)]
    problems += [_stray(entry, msg("move it into {folder}/", folder=AGENCIES)) for entry in beside]
    problems += [stray for entry in inside if (stray := _passed_over(entry, AGENCIES)) is not None]
    paths = [entry for entry in inside if _is_list_file(entry)]
    if not paths:
        hint = msg("one .yaml file per agency belongs there")
        problems.append(Problem(msg("There is no agency file"), str(folder / AGENCIES), hint=hint))
    if len(paths) > _MOST_FILES:
        hint = msg("one file per agency is expected")
        return [], [Problem(msg("More than {count} agency files", count=_MOST_FILES), str(folder / AGENCIES), hint=hint)]
    return [folder / PROVINCE, *paths], problems


def _register_files(place: Path) -> tuple[list[Path], list[Problem]]:
    """The files of a register by name."""
    if not place.is_dir():
        return [], []
    try:
        inside = sorted(place.iterdir())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = msg("check the permissions")
        return [], [Problem(msg("The folder cannot be read: {reason}", reason=reason), str(place), hint=hint)]
    paths = [entry for entry in inside if _is_list_file(entry)]
    if len(paths) > _MOST_FILES:
        hint = msg("move what is not needed any more out of the inventory")
        return [], [Problem(msg("The folder holds more than {count} files", count=_MOST_FILES), str(place), hint=hint)]
    return paths, [stray for entry in inside if (stray := _passed_over(entry, place.name)) is not None]


def _is_list_file(entry: Path) -> bool:
    return entry.suffix == ".yaml" and not entry.name.startswith(".") and not entry.is_dir()


def _passed_over(entry: Path, folder: str) -> Problem | None:
    """A problem for what somebody may have taken for such a file; other files (notes, workbooks) are none."""
    if entry.name.startswith(".") or _is_list_file(entry):
        return None
    if entry.is_dir():
        return _stray(entry, msg("move the files in it directly into {folder}/", folder=folder))
    # Notepad saves so-a.yaml.txt, and Windows shows it as so-a.yaml.
    almost = any(suffix.lower() in _ALMOST_YAML for suffix in entry.suffixes)
    return _stray(entry, msg("let its name end in .yaml")) if almost else None


def _stray(entry: Path, hint: Message) -> Problem:
    return Problem(msg("This would not be read"), str(entry), hint=hint)


def _in_order(problems: Sequence[Problem]) -> list[Problem]:
    """By file and line; lines without a place (how many more) last in their file."""
    return sorted(problems, key=lambda p: (p.path or "", p.line is None and p.message.params != {}, p.line or 0, p.column or 0))
