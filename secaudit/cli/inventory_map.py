"""``secaudit inventory map`` and ``mappings``: a mapping for a list of machines is made once, guided, kept in the workspace."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid
from rich.text import Text

from secaudit.catalog import LISTS_FOLDER, list_profiles, load_catalog
from secaudit.cli.evidence_map import save_mapping
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.problems import show_problems
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    Session,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.errors import UsageError
from secaudit.inventory import load_inventory
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.base import day_in_vietnam
from secaudit.model.machine_list import LIST_FIELDS, MEANINGS, ListField, ListProfile
from secaudit.pipeline.list_mapping import (
    ListChoice,
    ListSheet,
    ListTrial,
    checked_list_text,
    list_mapping_text,
    list_profile_of,
    missing_in_list,
    open_list,
    try_list,
    words_to_ask,
)
from secaudit.source import did_you_mean, fold, holds_secret, looks_secret, shown

LIST_FIELD_WORDS: Mapping[ListField, Message] = {
    "agency": msgc("column", "agency, or the group that stands for it"),
    "hostname": msgc("column", "host name"),
    "serial": msgc("column", "serial number"),
    "uuid": msgc("column", "UUID of the machine"),
    "asset_tag": msgc("column", "number of the asset book"),
    "place": msgc("column", "where it stands"),
    "kind": msgc("column", "kind of machine"),
    "os": msgc("column", "operating system"),
    "address": msgc("column", "IP address"),
    "port": msgc("column", "SSH port"),
    "user": msgc("column", "login name"),
    "status": msgc("column", "whether it is in use"),
    "ownership": msgc("column", "whether it is the agency's or personal"),
    "quantity": msgc("column", "number of machines of a row"),
}
"""What is asked for, as people call it."""
_RARE: tuple[ListField, ...] = ("port", "user", "ownership")
"""Taken as guessed."""
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAMED = re.compile(r"[^a-z0-9]+")


app = application()


@app.command(
    "map", cls=Command, help=N_("Make a mapping for a list of machines: guesses, questions, a test; kept in the workspace.")
)
def map_list(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("The list: CSV or XLSX."))],
    name: Annotated[
        str | None, typer.Option("--name", metavar="ID", help=N_("Id of the mapping; made from the file's name when left out."))
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help=N_("Sheet of the workbook."))] = None,
    agency: Annotated[
        str | None, typer.Option("--agency", metavar="ID", help=N_("Whose list it is, where no column says so; for the test."))
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=N_("Take all guesses and ask nothing."))] = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
) -> None:
    """Nothing of the file is kept: only which column means what."""
    session = session_of(context)
    folder = workspace_folder(workspace)
    found = open_list(file, list_profiles(load_catalog(checks_folder(checks)), folder), sheet)
    _print_columns(session, found)
    choice = _Asker(session, found, ask=not yes).choice(_id(name, file))
    profile = list_profile_of(found, choice)
    target = folder / LISTS_FOLDER / f"{profile.id}.yaml"
    text = list_mapping_text(profile)
    checked = checked_list_text(text, target)
    today = day_in_vietnam(datetime.now(UTC))
    parts = load_inventory(inventory_folder(inventory)).agencies
    names = {part.agency.id: part.agency.name for part in parts if part.agency.exists_on(today)}
    _print_trial(session, checked, try_list(file, checked, names, agency))
    hint = msg("import with it: secaudit inventory import FILE --map {id}", id=profile.id)
    save_mapping(session, target, text, hint, ask=not yes)


class _Asker:
    """Asks what cannot be guessed; without anybody to ask it takes the guesses."""

    def __init__(self, session: Session, sheet: ListSheet, *, ask: bool) -> None:
        self._session = session
        self._sheet = sheet
        self._ask = ask

    def choice(self, name: str) -> ListChoice:
        """One question for each thing that matters, with the guess as default."""
        columns: dict[ListField, int] = {}
        for field in LIST_FIELDS:
            guess = self._sheet.guesses.get(field)
            at = None if guess is None else guess.column
            if field not in _RARE or guess is not None:
                at = self._column(field, at)
            if at is not None:
                columns[field] = at
        kind = None if "kind" in columns else self._kind()
        missing = missing_in_list(columns, kind=kind is not None)
        if missing:
            words = ", ".join(self._session.text(LIST_FIELD_WORDS[one]) for one in missing)
            raise UsageError(
                msg("no column was found for: {names}", names=words),
                hint=msg("run it without --yes and name the columns, or export again with them"),
            )
        values = {field: self._words(field, at) for field, at in columns.items()}
        title = f"{name}: {clean(self._sheet.table.name, limit=60)}" if self._sheet.table.name else name
        return ListChoice(name, title, columns, values, kind)

    def _column(self, field: ListField, guess: int | None) -> int | None:
        """Number of the column from 1; 0 is none."""
        last = len(self._sheet.looks)
        question = msg("Which column says: {what}? (1 to {last}, 0 for none)", what=LIST_FIELD_WORDS[field], last=last)
        while True:
            answer = self._answer(question, str(0 if guess is None else guess + 1))
            if answer.isascii() and answer.isdigit() and int(answer) <= last:
                return int(answer) - 1 if int(answer) else None
            self._session.say(msg("write a number from 0 to {last}", last=last), style="yellow")

    def _kind(self) -> str | None:
        """What every row is; nobody asked means that it stays open, which an import refuses."""
        choices = [one for one in MEANINGS["kind"] if one not in ("no_machine", "isolated")]
        question = msg("What is every machine of this list? {names}, or none", names=", ".join(choices))
        return self._meaning(question, choices)

    def _words(self, field: ListField, at: int) -> dict[str, str]:
        """What a word means that nobody explained; without an answer it stays unexplained."""
        words: dict[str, str] = {}
        choices = (*MEANINGS.get(field, ()), "unknown")
        for word in words_to_ask(self._sheet, field, at) if self._ask else ():
            if holds_secret(word):
                continue
            question = msg(
                "“{word}” for {what}: {names}, or none", word=shown(word), what=LIST_FIELD_WORDS[field], names=", ".join(choices)
            )
            meaning = self._meaning(question, choices)
            if meaning is not None:
                words[word[:300]] = meaning
        return words

    def _meaning(self, question: Message, choices: tuple[str, ...] | list[str]) -> str | None:
        while True:
            answer = fold(self._answer(question, "none")).lower()
            if answer == "none":
                return None
            if answer in choices:
                return answer
            hint = did_you_mean(answer, choices)
            self._session.say(hint or msg("write one of {names}", names=", ".join(choices)), style="yellow")

    def _answer(self, question: Message, default: str) -> str:
        if not self._ask:
            return default
        return str(typer.prompt(self._session.text(question), default=default, err=True)).strip()


def _id(name: str | None, file: Path) -> str:
    if name is not None and not _ID.fullmatch(name):
        raise UsageError(
            msg("{name} cannot be the id of a mapping", name=name),
            hint=msg("small letters, digits, dots, dashes; at most 64, for example {example}", example="so-tai-san-tinh"),
        )
    return name or _NAMED.sub("-", fold(file.stem).lower()).strip("-")[:64].rstrip("-") or "danh-sach"


def _print_columns(session: Session, sheet: ListSheet) -> None:
    """Every column with samples and what it was guessed to be; of a column with secrets only its heading."""
    meant: dict[int, list[str]] = {}
    for field, guess in sheet.guesses.items():
        word = session.text(LIST_FIELD_WORDS[field])
        meant.setdefault(guess.column, []).append(word if guess.sure else session.text(msg("{what}?", what=literal(word))))
    grid = Grid()
    for heading in (msg("No."), msg("Column"), msg("For example"), msg("Probably")):
        grid.add_column(session.text(heading), overflow="fold")
    for at, look in enumerate(sheet.looks):
        samples = [] if looks_secret(look.heading) else [shown(one) for one in look.samples if not holds_secret(one)]
        grid.add_row(str(at + 1), Text(shown(look.heading)), Text(" · ".join(samples)), Text(", ".join(meant.get(at, []))))
    session.err.print(grid)


def _print_trial(session: Session, profile: ListProfile, trial: ListTrial) -> None:
    """What the mapping makes of the whole file."""
    grid = Grid()
    for heading in (msg("Field"), msg("Known of machines")):
        grid.add_column(session.text(heading), overflow="fold")
    for field, known in trial.known.items():
        grid.add_row(session.text(LIST_FIELD_WORDS[field]), f"{known}/{trial.machines}")
    session.out.print(grid)
    session.out.print(session.text(msg("{count} machines read with the mapping {id}", count=trial.machines, id=profile.id)))
    for found, style in ((trial.problems, "red"), (trial.remarks, "yellow")):
        if found:
            show_problems(session, found[:5])
            said = msg("{count} problems of this file", count=len(found))
            session.say(said if style == "red" else msg("{count} remarks on rows of this file", count=len(found)), style=style)


@app.command("mappings", cls=Command, help=N_("All mappings of lists: which fields they read, confirmed or not."))
def list_mappings(
    context: typer.Context,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Those of the catalog and of the workspace."""
    session = session_of(context)
    catalog = load_catalog(checks_folder(checks))
    profiles = list_profiles(catalog, workspace_folder(workspace))
    own = {name for name, profile in profiles.items() if catalog.lists.get(name) is not profile}
    if output is OutputFormat.JSON:
        payload = [{**profile.model_dump(mode="json"), "from_workspace": name in own} for name, profile in profiles.items()]
        print_json("inventory-mappings", {"mappings": payload})
        return
    grid = Grid()
    for heading in (msg("Mapping"), msg("Title"), msg("Real list seen"), msg("Fields")):
        grid.add_column(session.text(heading), overflow="fold")
    for name, profile in profiles.items():
        seen = session.text(msg("yes") if profile.confirmed else msg("no"))
        title = Text(clean(profile.title.pick(session.translator.language)))
        style = "" if profile.confirmed else "yellow"
        grid.add_row(f"{name} *" if name in own else name, title, Text(seen, style=style), ", ".join(profile.columns))
    session.out.print(grid)
    if own:
        session.say(msg("* made in this workspace"))
