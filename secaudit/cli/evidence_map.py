"""``secaudit evidence map`` and ``profiles``: a mapping for an export is made once, guided, and kept in the workspace."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table as Grid
from rich.text import Text

from secaudit.catalog import CONSOLES_FOLDER, console_profiles, load_catalog
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json, write_file
from secaudit.cli.problems import show_problems
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    Session,
    WorkspaceOption,
    checks_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command
from secaudit.errors import UsageError
from secaudit.intake.reasons import reason_words
from secaudit.messages import Message, clean, literal, msg, msgc
from secaudit.model.catalog import Catalog
from secaudit.model.console import FIELDS, EvidenceSource, FieldName, Profile
from secaudit.pipeline.mapping import (
    Choice,
    Sheet,
    Trial,
    checked_text,
    chosen_sheet,
    fields_for,
    known_words,
    mapping_text,
    missing_decisive,
    open_sheets,
    profile_of,
    try_mapping,
    with_groups_of,
    words_to_ask,
)
from secaudit.source import did_you_mean, fold, shown

FIELD_WORDS: Mapping[FieldName, Message] = {
    "name": msgc("column", "host name"),
    "group": msgc("column", "group that stands for the agency"),
    "uuid": msgc("column", "UUID of the machine"),
    "serial": msgc("column", "serial number"),
    "mac": msgc("column", "MAC addresses"),
    "address": msgc("column", "IP address"),
    "os": msgc("column", "operating system"),
    "os_version": msgc("column", "version of the operating system"),
    "last_contact": msgc("column", "when the console last heard of the machine"),
    "product": msgc("column", "protection product"),
    "version": msgc("column", "version of the product"),
    "installed": msgc("column", "whether the product is installed"),
    "running": msgc("column", "whether the product runs"),
    "realtime": msgc("column", "whether real-time protection is on"),
    "signature_date": msgc("column", "date of the signatures"),
    "managed": msgc("column", "whether the console manages the machine"),
    "edr": msgc("column", "whether an EDR sensor runs"),
    "siem": msgc("column", "whether events reach the SIEM"),
    "shared": msgc("column", "whether data reaches the cybersecurity centre"),
}
"""What is asked for, as people call it."""
_DECIDING: tuple[FieldName, ...] = (
    "name", "group", "uuid", "serial", "last_contact", "product", "installed", "running", "realtime", "signature_date", "managed",
)  # fmt: skip
"""Asked for always; the others are taken as guessed."""
_WATCHED: tuple[FieldName, ...] = ("edr", "siem", "shared")
_WATCHING = (EvidenceSource.SOC_LIST, EvidenceSource.CSV)
"""Sources that may tell of the monitoring unit."""
_YES, _NO = ("y", "yes", "c", "co", "true", "1"), ("n", "no", "k", "khong", "false")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NAMED = re.compile(r"[^a-z0-9]+")


def add_to(app: typer.Typer) -> None:
    """Put both commands into the group."""
    app.command(
        "map", cls=Command, help=N_("Make a mapping for an export: columns, guesses, questions, a test; kept in the workspace.")
    )(map_file)
    app.command("profiles", cls=Command, help=N_("All mappings: whose exports they read, which fields, confirmed or not."))(
        list_profiles
    )


def map_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=N_("The export: CSV or XLSX."))],
    source: Annotated[
        EvidenceSource | None, typer.Option("--source", help=N_("Whose export it is; guessed when left out."))
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="ID", help=N_("Id of the mapping; made from the source when left out."))
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", metavar="NAME", help=N_("Sheet of the workbook."))] = None,
    yes: Annotated[bool, typer.Option("--yes", help=N_("Take all guesses and ask nothing."))] = False,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
) -> None:
    """Nothing of the file is kept: only which column means what."""
    session = session_of(context)
    folder = workspace_folder(workspace)
    catalog = load_catalog(checks_folder(checks))
    profiles = console_profiles(catalog, folder)
    found = chosen_sheet(open_sheets(file, profiles, source), sheet, file)
    _print_columns(session, found)
    asker = _Asker(session, found, ask=not yes)
    choice = asker.choice(source, name, catalog)
    profile = with_groups_of(profile_of(found, choice), profiles.get(choice.id))
    target = folder / CONSOLES_FOLDER / f"{profile.id}.yaml"
    text = mapping_text(profile)
    checked = checked_text(catalog, text, target)
    _print_trial(session, checked, try_mapping(found.table, checked, datetime.now(UTC), file))
    if not yes and _confirmed(session):
        profile = profile.model_copy(update={"confirmed": True})
        text = mapping_text(profile)
    next_step = msg(
        "import with it: secaudit evidence import FILE --source {source} --map {id}", source=profile.source.value, id=profile.id
    )
    save_mapping(session, target, text, next_step, ask=not yes)


class _Asker:
    """Asks what cannot be guessed; without anybody to ask it takes the guesses."""

    def __init__(self, session: Session, sheet: Sheet, *, ask: bool) -> None:
        self.session = session
        self.sheet = sheet
        self.ask = ask

    def choice(self, source: EvidenceSource | None, name: str | None, catalog: Catalog) -> Choice:
        """One question for each thing that matters, with the guess as default."""
        chosen = source or self._source()
        columns, words = self._columns(chosen)
        missing = missing_decisive(columns)
        if missing:
            names = ", ".join(self.session.text(FIELD_WORDS[one]) for one in missing)
            raise UsageError(
                msg("no column was found for: {names}", names=names),
                hint=msg("run it without --yes and name the columns, or export again with them"),
            )
        product = None if chosen is EvidenceSource.AD or "product" in columns else self._product(catalog, chosen)
        day_first = self._day_first(columns)
        return Choice(self._id(name, chosen), chosen, self._title(chosen), columns, words, product, day_first)

    def _source(self) -> EvidenceSource:
        guess = self.sheet.base.source if self.sheet.base is not None else EvidenceSource.CSV
        names = [one.value for one in EvidenceSource]
        answer = self._answer(msg("Whose export is it? {names}", names=", ".join(names)), guess.value)
        if answer not in names:
            hint = did_you_mean(answer, names) or msg("sources: {names}", names=", ".join(names))
            raise UsageError(msg("there is no source {name}", name=answer), hint=hint)
        return EvidenceSource(answer)

    def _columns(self, source: EvidenceSource) -> tuple[dict[FieldName, int], dict[FieldName, dict[str, str]]]:
        """Columns, and what the words in them mean; what decides nothing is taken as guessed."""
        columns: dict[FieldName, int] = {}
        words: dict[FieldName, dict[str, str]] = {}
        for field in fields_for(source):
            guess = self.sheet.guesses.get(field)
            at = None if guess is None else guess.column
            if field in _DECIDING or (field in _WATCHED and (guess is not None or source in _WATCHING)):
                at = self._column(field, at)
            if at is not None:
                columns[field] = at
                words[field] = self._words(field, at)
        return columns, words

    def _column(self, field: FieldName, guess: int | None) -> int | None:
        """Number of the column from 1; 0 is none."""
        last = len(self.sheet.looks)
        question = msg("Which column says: {what}? (1 to {last}, 0 for none)", what=FIELD_WORDS[field], last=last)
        while True:
            answer = self._answer(question, str(0 if guess is None else guess + 1))
            if answer.isascii() and answer.isdigit() and int(answer) <= last:
                return int(answer) - 1 if int(answer) else None
            self.session.say(msg("write a number from 0 to {last}", last=last), style="yellow")

    def _words(self, field: FieldName, at: int) -> dict[str, str]:
        """What a word means that is neither yes nor no; nobody asked means unknown."""
        words = dict(known_words(self.sheet, field, at))
        for word in words_to_ask(self.sheet, field, at):
            question = msg("“{word}” for {what}: yes, no or unknown?", word=shown(word), what=FIELD_WORDS[field])
            answer = fold(self._answer(question, "unknown")).lower()
            words[word] = "true" if answer in _YES else "false" if answer in _NO else "unknown"
        return words

    def _product(self, catalog: Catalog, source: EvidenceSource) -> str | None:
        known = {product.id for product in catalog.knowledge.products}
        kin = self.sheet.kin.get(source)
        guess = kin.product if kin is not None else None
        answer = self._answer(msg("Which product is it about? Its id in secaudit products list, or none"), guess or "none")
        if answer == "none":
            return None
        if answer not in known:
            raise UsageError(
                msg("no product is called {id}", id=answer),
                hint=did_you_mean(answer, known) or msg("secaudit products list shows all"),
            )
        return answer

    def _day_first(self, columns: Mapping[FieldName, int]) -> bool | None:
        """Only asked where the file itself leaves a doubt."""
        dates = [at for field, at in columns.items() if FIELDS[field][0] == "moment"]
        samples = [text for at in dates for text in self.sheet.looks[at].samples]
        if not self.sheet.doubtful(dates):
            return None
        question = msg("Does {sample} begin with the day? yes, no or unknown", sample=shown(samples[0]))
        answer = fold(self._answer(question, "unknown")).lower()
        return True if answer in _YES else False if answer in _NO else None

    def _id(self, name: str | None, source: EvidenceSource) -> str:
        if name is not None and not _ID.fullmatch(name):
            raise UsageError(
                msg("{name} cannot be the id of a mapping", name=name),
                hint=msg(
                    "small letters, digits, dots, dashes; at most 64, for example {example}", example=f"{source.value}-tinh"
                ),
            )
        return name or f"{source.value}-{_NAMED.sub('-', fold(self.sheet.table.name).lower()).strip('-') or 'map'}"[:64].rstrip(
            "-"
        )

    def _title(self, source: EvidenceSource) -> str:
        return f"{source.value}: {clean(self.sheet.table.name, limit=60)}" if self.sheet.table.name else source.value

    def _answer(self, question: Message, default: str) -> str:
        if not self.ask:
            return default
        return str(typer.prompt(self.session.text(question), default=default, err=True)).strip()


def _print_columns(session: Session, sheet: Sheet) -> None:
    """Every column with samples and what it was guessed to be."""
    meant: dict[int, list[str]] = {}
    for field, guess in sheet.guesses.items():
        word = session.text(FIELD_WORDS[field])
        meant.setdefault(guess.column, []).append(word if guess.sure else session.text(msg("{what}?", what=literal(word))))
    grid = Grid()
    for heading in (msg("No."), msg("Column"), msg("For example"), msg("Probably")):
        grid.add_column(session.text(heading), overflow="fold")
    for at, look in enumerate(sheet.looks):
        samples = " · ".join(shown(sample) for sample in look.samples)
        grid.add_row(str(at + 1), Text(shown(look.heading)), Text(samples), Text(", ".join(meant.get(at, []))))
    session.err.print(grid)
    if sheet.table.name:
        session.say(msg("sheet: {name}", name=sheet.table.name))


def _print_trial(session: Session, profile: Profile, trial: Trial) -> None:
    """What the mapping makes of the whole file."""
    rows = len(trial.read.rows)
    grid = Grid()
    for heading in (msg("Field"), msg("Known in rows"), msg("Not understood")):
        grid.add_column(session.text(heading), overflow="fold")
    for field in FIELDS:
        if field in trial.known or field in trial.unread:
            reasons = " · ".join(f"{session.text(reason_words(why))} ({count})" for why, count in trial.unread.get(field, ()))
            grid.add_row(session.text(FIELD_WORDS[field]), f"{trial.known.get(field, 0)}/{rows}", Text(reasons))
    session.out.print(grid)
    session.out.print(session.text(msg("{count} machines read with the mapping {id}", count=rows, id=profile.id)))
    if trial.read.problems:
        show_problems(session, trial.read.problems[:5])
        session.say(msg("{count} remarks on rows of this file", count=len(trial.read.problems)), style="yellow")


def _confirmed(session: Session) -> bool:
    """Only a person who has seen the console can say that the values above are those it shows."""
    question = msg("Is this an unchanged export, and are the values above those of the console? Type yes to mark it confirmed")
    return fold(str(typer.prompt(session.text(question), default="", show_default=False, err=True))).strip().lower() in _YES


def save_mapping(session: Session, target: Path, text: str, next_step: Message, *, ask: bool) -> None:
    """Never over a mapping somebody made, unless that was asked; ``next_step`` says what to do with it."""
    there = target.exists() or target.is_symlink()
    if there and not ask:
        raise UsageError(
            msg("there is a mapping of this name"),
            where=str(target),
            hint=msg("name another with --name, or run it without --yes"),
        )
    question = msg("Replace the mapping {path}? Type yes to replace it", path=str(target))
    if there or ask:
        asked = question if there else msg("Keep the mapping as {path}? Type yes to keep it", path=str(target))
        answer = typer.prompt(session.text(asked), default="" if there else "yes", show_default=not there, err=True)
        if fold(str(answer)).strip().lower() not in _YES:
            session.say(msg("nothing was kept"), style="yellow")
            raise typer.Exit
    write_file(target, text.encode(), what=msg("the mapping cannot be written: {reason}"))
    session.say(msg("mapping kept: {path}", path=str(target.resolve())), style="bold")
    session.say(next_step)


def list_profiles(
    context: typer.Context,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Those of the catalog and of the workspace."""
    session = session_of(context)
    catalog = load_catalog(checks_folder(checks))
    profiles = console_profiles(catalog, workspace_folder(workspace))
    own = {name for name, profile in profiles.items() if catalog.consoles.get(name) is not profile}
    if output is OutputFormat.JSON:
        payload = [{**profile.model_dump(mode="json"), "from_workspace": name in own} for name, profile in profiles.items()]
        print_json("evidence-profiles", {"profiles": payload})
        return
    grid = Grid()
    for heading in (msg("Mapping"), msg("Source"), msg("Title"), msg("Real export seen"), msg("Fields")):
        grid.add_column(session.text(heading), overflow="fold")
    for name, profile in profiles.items():
        seen = session.text(msg("yes") if profile.confirmed else msg("no"))
        label = f"{name} *" if name in own else name
        grid.add_row(
            label,
            profile.source.value,
            Text(clean(profile.title.pick(session.translator.language))),
            Text(seen, style="" if profile.confirmed else "yellow"),
            ", ".join(profile.columns),
        )
    session.out.print(grid)
    if own:
        session.say(msg("* made in this workspace"))
    unseen = sum(not profile.confirmed for profile in profiles.values())
    if unseen:
        session.say(
            msg(
                "{count} mappings follow documents alone: no real export was seen; look at the first import with care",
                count=unseen,
            ),
            style="yellow",
        )
