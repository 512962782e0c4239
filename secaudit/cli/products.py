"""``secaudit products``: which protection products are recognised, by what, and how sure that is."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.table import Table
from rich.text import Text

from secaudit.catalog import load_catalog
from secaudit.cli.language import N_
from secaudit.cli.output import OutputFormat, print_json
from secaudit.cli.session import ChecksOption, FormatOption, Session, checks_folder, session_of
from secaudit.cli.tree import Command, application
from secaudit.errors import UsageError
from secaudit.messages import Message, clean, msg
from secaudit.model.knowledge import Product
from secaudit.report.products import KINDS, MEANINGS, STATUSES
from secaudit.source import did_you_mean, fold

app = application(help=N_("Protection products: which are recognised, by what, and how sure that is."))

_TRACES = (
    ("windows", "services", msg("Windows services")),
    ("windows", "processes", msg("Windows processes")),
    ("windows", "wsc_names", msg("Names in Windows Security Center")),
    ("linux", "packages", msg("Linux packages")),
    ("linux", "units", msg("Linux units")),
    ("linux", "processes", msg("Linux processes")),
)


@app.command("list", cls=Command, help=N_("All products, a line each."))
def list_products(
    context: typer.Context,
    search: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORDS", help=N_("Only products whose id, vendor or names hold all these words.")),
    ] = None,
    status: Annotated[
        Literal["confirmed", "partial", "unconfirmed"] | None,
        typer.Option("--status", help=N_("Only records with this much of a source.")),
    ] = None,
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Id, name, kind, how sure the record is, and where the product is looked for."""
    session = session_of(context)
    products = load_catalog(checks_folder(checks)).knowledge.products
    chosen = [one for one in products if (status is None or one.status == status) and _holds(one, search or [])]
    if output is OutputFormat.JSON:
        print_json("products", {"products": [product_json(product) for product in chosen]})
        return
    table = Table()
    for heading in (msg("Product"), msg("Name"), msg("Kind"), msg("Sources"), msg("Looked for on")):
        table.add_column(session.text(heading), overflow="fold")
    for product in sorted(chosen, key=lambda one: one.id):
        status_text = Text(session.text(STATUSES[product.status]), style="" if product.status == "confirmed" else "yellow")
        table.add_row(
            product.id, Text(clean(product.name)), session.text(KINDS[product.kind]), status_text, ", ".join(_systems(product))
        )
    session.out.print(table)
    session.say(msg("{count} of {all} products", count=len(chosen), all=len(products)))


@app.command(cls=Command, help=N_("One product whole: traces, sources, cases."))
def show(
    context: typer.Context,
    product_id: Annotated[str, typer.Argument(metavar="ID", help=N_("For example bkav."))],
    checks: Annotated[Path | None, ChecksOption] = None,
    output: Annotated[OutputFormat, FormatOption] = OutputFormat.TEXT,
) -> None:
    """Everything by which the product is recognised, and what that counts for."""
    session = session_of(context)
    known = {product.id: product for product in load_catalog(checks_folder(checks)).knowledge.products}
    if product_id not in known:
        raise UsageError(
            msg("no product is called {id}", id=product_id),
            hint=did_you_mean(product_id, known) or msg("secaudit products list shows all"),
        )
    if output is OutputFormat.JSON:
        print_json("product", {"product": product_json(known[product_id])})
    else:
        _print_product(session, known[product_id])


def _print_product(session: Session, product: Product) -> None:
    rows: list[tuple[Message, str]] = [
        (msg("Vendor"), ", ".join(filter(None, (product.vendor, product.country)))),
        (msg("Kind"), session.text(KINDS[product.kind])),
        (msg("Sources"), f"{session.text(STATUSES[product.status])}: {session.text(MEANINGS[product.status])}"),
        (msg("Where the names can be seen"), ", ".join(product.sources)),
        *((heading, ", ".join(getattr(getattr(product, system), name))) for system, name, heading in _TRACES),
        (msg("Cases"), str(len(product.cases)) if product.cases else session.text(msg("none yet"))),
    ]
    session.out.print(Text(clean(f"{product.id}: {product.name}"), style="bold"), soft_wrap=True)
    for heading, value in rows:
        if value:
            session.out.print(Text(f"{session.text(heading)}: ", style="cyan") + Text(clean(value)), soft_wrap=True)


def _systems(product: Product) -> list[str]:
    return [
        system
        for system in ("windows", "linux")
        if any(getattr(getattr(product, system), name) for s, name, _ in _TRACES if s == system)
    ]


def _holds(product: Product, search: list[str]) -> bool:
    traces = [trace for system, name, _ in _TRACES for trace in getattr(getattr(product, system), name)]
    whole = fold(" ".join([product.id, product.vendor, product.name, product.country or "", *traces])).casefold()
    return all(words in whole for words in fold(" ".join(search)).casefold().split())


def product_json(product: Product) -> dict[str, Any]:
    """One product as docs/json.md describes it."""
    return product.model_dump(mode="json", exclude_none=True)
