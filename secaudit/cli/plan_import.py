"""``secaudit plan import``: what agencies declare, from one list, shown first."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.days import parse_day
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
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
from secaudit.messages import clean, msg
from secaudit.model.base import Document, day_in_vietnam
from secaudit.pipeline.indicator_list import FIELDS, Prepared, Round, prepare_figures, write_figures
from secaudit.pipeline.province import Province, load_province
from secaudit.source import did_you_mean

app = application()
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=HEADING", help=N_("Which column says what (may be repeated).")),
]


@app.callback()
def group() -> None:
    """Keep ``import`` a sub-command although it is the only one here."""


@app.command("import", cls=Command, help=N_("Put a list of declared figures into the inventory: agency, how many, of how many."))
def import_figures(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="LIST", help=N_("The list of figures: CSV or XLSX."))],
    indicator: Annotated[str, typer.Option("--indicator", metavar="ID", help=N_("The figure, as the plan names it."))],
    as_of: Annotated[str, typer.Option("--as-of", metavar="DAY", help=N_("The day the figures speak of."))],
    document: Annotated[
        str | None,
        typer.Option("--document", metavar="NUMBER", help=N_("Report with these figures; without it they prove nothing.")),
    ] = None,
    document_day: Annotated[
        str | None, typer.Option("--document-date", metavar="YYYY-MM-DD", help=N_("Date of the document."))
    ] = None,
    column: ColumnOption = None,
    replace: Annotated[bool, typer.Option("--replace", help=N_("The list takes the place of the file of that day."))] = False,
    accept: Annotated[bool, typer.Option("--accept", help=N_("Write the figures; without it everything is only shown."))] = False,
    inventory: Annotated[Path | None, InventoryOption] = None,
    workspace: Annotated[Path | None, WorkspaceOption] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Exit 5 when anything in the list cannot be taken: then nothing of it is."""
    session = session_of(context)
    folder = inventory_folder(inventory)
    province = load_province(folder, checks_folder(checks), workspace_folder(workspace))
    _require_asked(province, indicator)
    asked = Round(indicator, _day(as_of), _document(document, document_day, _day(as_of)), _columns(column or []))
    prepared = prepare_figures(file, folder, province.inventory, asked, replacing=replace)
    if accept:
        write_figures(prepared)
    if output is OutputFormat.JSON:
        print_json("plan-import", _json(session, prepared, asked, written=accept))
    else:
        _show(session, prepared, asked, written=accept)


def _require_asked(province: Province, indicator: str) -> None:
    known = {one.indicator for plan in province.catalog.plans.values() for one in plan.targets if one.indicator is not None}
    if indicator not in known:
        raise UsageError(
            msg("no plan asks for a figure called {id}", id=clean(indicator, limit=60)),
            hint=did_you_mean(indicator, known) or msg("figures: {ids}", ids=", ".join(sorted(known))),
        )


def _day(text: str) -> date:
    day = parse_day(text)
    if day > day_in_vietnam(datetime.now(UTC)):
        raise UsageError(msg("the day of the figures is still to come"), where=text, hint=msg("give the day they speak of"))
    return day


def _document(number: str | None, day: str | None, spoken: date) -> Document | None:
    if (number is None) != (day is None):
        raise UsageError(
            msg("a document has a number and a date: --document and --document-date"), hint=msg("say both, or neither")
        )
    if number is None or day is None:
        return None
    found = parse_day(day)
    if found < spoken:
        raise UsageError(
            msg("The report is older than the day whose figures it shall show"),
            hint=msg("correct one of the two days; what is only expected stays without a report until there is one"),
        )
    return Document.model_construct(number=number, date=found)  # looked at with the whole file, before it is written


def _columns(texts: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, _, heading = text.partition("=")
        if name.strip() not in FIELDS or not heading.strip():
            raise UsageError(
                msg("--column takes FIELD=HEADING, with one of these fields: {names}", names=", ".join(FIELDS)),
                hint=msg('for example --column agency="Đơn vị" --column numerator=C'),
            )
        found[name.strip()] = heading.strip()
    return found


def _show(session: Session, prepared: Prepared, asked: Round, *, written: bool) -> None:
    for one in prepared.figures:
        numerator = "?" if one.numerator is None else one.numerator
        denominator = "?" if one.denominator is None else one.denominator
        session.out.print(clean(f"  {one.agency}: {numerator} / {denominator}"), markup=False, highlight=False)
    for remark in prepared.remarks:
        session.say(remark, style="yellow")
    if asked.document is None:
        session.say(msg("without a report (--document) these figures are declared and prove nothing"), style="yellow")
    path = clean(str(prepared.change.path))
    if not prepared.change.real:
        session.say(msg("{path} has exactly these figures already", path=path))
    elif written:
        session.say(msg("{count} figures written: {path}", count=len(prepared.figures), path=path), style="bold")
    else:
        session.say(msg("{count} figures for {path}; nothing was written, --accept does", count=len(prepared.figures), path=path))


def _json(session: Session, prepared: Prepared, asked: Round, *, written: bool) -> dict[str, object]:
    return {
        "indicator": asked.indicator,
        "as_of": asked.day,
        "file": str(prepared.change.path),
        "documented": asked.document is not None,
        "written": written and prepared.change.real,
        "unchanged": not prepared.change.real,
        "lines": [{"agency": one.agency, "numerator": one.numerator, "denominator": one.denominator} for one in prepared.figures],
        "remarks": [session.text(remark) for remark in prepared.remarks],
    }
