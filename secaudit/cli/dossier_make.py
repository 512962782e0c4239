"""``secaudit dossier make`` and ``classes``: drafts of level dossiers as folders of Word files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.dossier_words import dossiers_json, show_classes, show_dossiers
from secaudit.cli.exits import ExitCode
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.progress import Steps, one_bar
from secaudit.cli.session import (
    ChecksOption,
    FormatOption,
    InventoryOption,
    WorkspaceOption,
    checks_folder,
    inventory_folder,
    session_of,
    workspace_folder,
)
from secaudit.cli.tree import Command, application
from secaudit.cli.word_options import WordTemplates, say_kept, word_templates, write_paper
from secaudit.cli.workspace import AsOf, PlanOption, existing_store, moment_of
from secaudit.errors import OutputError, UsageError
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.pipeline.dossier.making import (
    Made,
    Refused,
    check_templates,
    chosen_of_class,
    class_of,
    forms_asked,
    make_dossiers,
    rules_of,
    sources_of,
)
from secaudit.pipeline.province import DEFAULT_PLAN, Province, load_province
from secaudit.source import did_you_mean

app = application()
FOLDER = "dossiers"
"""In the workspace."""

ClassOption = Annotated[
    str | None, typer.Option("--class", metavar="NAME", help=N_("All systems of a class (secaudit dossier classes) instead."))
]
AgencyOption = Annotated[
    list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Of the class only those of this agency (may be repeated)."))
]
FormsOption = Annotated[
    str,
    typer.Option(
        "--forms", metavar="01,02,...|level|all|none", help=N_("Official forms to draft; those of the level when left out.")
    ),
]


@dataclass
class Done:
    """What was written so far."""

    folder: Path
    made: list[Made] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    left_open: tuple[str, ...] = ()
    """Systems of the class for which an answer is missing."""
    kept: list[Path] = field(default_factory=list)
    """Papers that somebody worked on, put aside."""


@app.command(cls=Command, help=N_("Draft level dossiers: statements, lists of devices, services and zones, official forms."))
def make(
    context: typer.Context,
    systems: Annotated[list[str] | None, typer.Argument(metavar="[SYSTEM]...", help=N_("Ids of systems."))] = None,
    of_class: ClassOption = None,
    agency: AgencyOption = None,
    forms: FormsOption = "level",
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    templates: WordTemplates = None,
    plan: PlanOption = DEFAULT_PLAN,
    as_of: AsOf = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FOLDER", help=N_("Folder to write to; dossiers/ of the workspace."))
    ] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 3 when a system that was asked for got no dossier, 0 otherwise; gaps are for people and no failure."""
    session = session_of(context)
    if bool(systems) == (of_class is not None):
        raise UsageError(
            msg("name systems, or a class of systems"),
            hint=msg("secaudit classify shows the ids of all; secaudit dossier classes lists the classes"),
        )
    if agency and of_class is None:
        raise UsageError(msg("--agency narrows a class"), hint=msg("name the class with --class, or the systems alone"))
    moment = moment_of(as_of)
    folder = workspace_folder(workspace)
    province = load_province(inventory_folder(inventory), checks_folder(checks), folder).on(day_in_vietnam(moment))
    rules = rules_of(province.catalog, moment)
    numbers = forms_asked(rules, forms)
    done = Done(out or folder / FOLDER)
    asked = _named(province, systems) if systems else _of_class(province, of_class or "", agency or [], done)
    word = word_templates(templates)
    check_templates(rules, word)
    with existing_store(folder) as store:
        with one_bar(session, msg("Judging")) as judging:
            rules_for = province.plan(plan).evidence
            sources = sources_of(province, store, asked, moment=moment, evidence=rules_for, progress=judging)
        with one_bar(session, msg("Making dossiers")) as steps:
            _make_all(done, make_dossiers(sources, asked, word, numbers), steps, len(asked))
    if output is OutputFormat.JSON:
        print_json("dossiers", dossiers_json(session, done.folder, done.made, done.refused, done.left_open, moment))
    else:
        show_dossiers(session, done.folder, done.made, done.refused, done.left_open)
    say_kept(session, done.kept)
    if done.refused:
        raise typer.Exit(ExitCode.FAILURES)


@app.command(cls=Command, help=N_("Classes of systems whose dossiers are alike: which systems belong, and which may."))
def classes(
    context: typer.Context,
    inventory: Annotated[Path | None, InventoryOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 0: a list judges nothing."""
    session = session_of(context)
    province = load_province(inventory_folder(inventory), checks_folder(checks), None)
    found = {name: chosen_of_class(province, one, ()) for name, one in province.catalog.classes.items()}
    if output is OutputFormat.JSON:
        rows = [
            {
                "id": name,
                "title": one.title.pick(session.translator.language),
                "systems": list(found[name].belong),
                "open": list(found[name].open),
            }
            for name, one in province.catalog.classes.items()
        ]
        print_json("system-classes", {"classes": rows})
        return
    show_classes(session, province.catalog.classes, found)


def _make_all(done: Done, results: Iterator[Made | Refused], steps: Steps, total: int) -> None:
    steps(0, total)
    for number, result in enumerate(results, start=1):
        _keep(done, result)
        steps(number, total)


def _named(province: Province, systems: Sequence[str]) -> list[str]:
    """The systems named, each once; an unknown one is a mistake of the command line and nothing is made."""
    known = province.inventory.systems
    for system in systems:
        if system not in known:
            raise UsageError(
                msg("no system is called {id}", id=system),
                hint=did_you_mean(system, known) or msg("secaudit classify shows the ids of all"),
            )
    return list(dict.fromkeys(systems))


def _of_class(province: Province, name: str, agencies: Sequence[str], done: Done) -> list[str]:
    one = class_of(province.catalog, name)
    found = chosen_of_class(province, one, agencies)
    done.left_open = found.open
    if not found.belong:
        raise UsageError(
            msg(
                "no system belongs to the class {name}; {count} may once questions are answered", name=name, count=len(found.open)
            ),
            hint=msg("secaudit dossier classes shows what it asks of a system and which answers are missing"),
        )
    return list(found.belong)


def _keep(done: Done, result: Made | Refused) -> None:
    """Write one dossier; where that fails for one system the others still come."""
    if isinstance(result, Refused):
        done.refused.append(result)
        return
    try:
        for name, data in _in_order(result):
            path = done.folder / result.folder / name
            done.kept += write_paper(path, data, what=msg("the dossier cannot be written: {reason}"))
    except OutputError as error:
        system = result.draft.system
        done.refused.append(Refused(system.id, system.name, None, error.message, error.where, error.hint))
        return
    done.made.append(result)


def _in_order(made: Made) -> Iterator[tuple[str, bytes]]:
    """The control sheet last: where it lies the dossier is whole."""
    names = sorted(made.files)
    for name in (*names[1:], *names[:1]):
        yield name, made.files[name]
