"""Which reader ``secaudit inventory import`` uses: that of our own lists, or that of a mapping."""

from datetime import date
from pathlib import Path

import typer

from secaudit.catalog import list_profiles, load_catalog
from secaudit.cli.days import parse_day
from secaudit.cli.language import N_
from secaudit.cli.session import checks_folder
from secaudit.errors import UsageError
from secaudit.inventory import load_inventory
from secaudit.messages import msg
from secaudit.pipeline.inventory_import import Reader
from secaudit.pipeline.inventory_readers import OthersLists, OwnLists, chosen_list

MapOption = typer.Option(
    "--map", metavar="ID", help=N_("Read a list that others keep by this mapping; secaudit inventory mappings lists all.")
)
AsRegisterOption = typer.Option(
    "--as-register", help=N_("With --map: take only how many computers the list has, as the number of the asset register.")
)
AsOfOption = typer.Option("--as-of", metavar="DAY", help=N_("With --as-register: the day of the register, 31/10/2026."))


def list_reader(
    folder: Path,
    workspace: Path,
    checks: Path | None,
    today: date,
    agency: str,
    *,
    mapping: str,
    as_register: bool,
    as_of: str | None,
) -> Reader:
    """The reader that was asked for; :class:`UsageError` for options that do not fit together."""
    if as_register and not mapping:
        raise UsageError(msg("--as-register needs --map"), hint=msg("name the mapping of the list, for example --map so-tai-san"))
    if as_register != (as_of is not None):
        raise UsageError(
            msg("--as-register and --as-of belong together"),
            hint=msg("the number of a register is only worth something with its day: --as-register --as-of 31/10/2026"),
        )
    inventory = load_inventory(folder)
    if not mapping:
        return OwnLists(inventory, agency)
    profile = chosen_list(list_profiles(load_catalog(checks_folder(checks)), workspace), mapping)
    day = None if as_of is None else parse_day(as_of)
    if day is not None and day > today:
        raise UsageError(msg("the day of the register is still to come"), where=as_of, hint=msg("give the day it was drawn up"))
    return OthersLists(inventory, profile, today, agency, as_of=day)
