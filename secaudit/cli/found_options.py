"""Options of ``secaudit discover`` that are about what was found."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.language import N_


class Aside(StrEnum):
    """What a person may say that a found machine is."""

    PRINTER = "printer"
    NETWORK = "network"
    CAMERA = "camera"
    PHONE = "phone"
    COMPUTER = "computer"
    """Takes back what was said or guessed: it counts."""


Last = Annotated[bool, typer.Option("--last", help=N_("Search nothing; show what the newest searches found."))]
Adopt = Annotated[
    list[str] | None,
    typer.Option("--adopt", metavar="ADDRESS", help=N_("Propose this undeclared machine to its agency (may be repeated).")),
]
AdoptAll = Annotated[
    bool, typer.Option("--adopt-all", help=N_("Propose every undeclared machine of the newest searches to its agency."))
]
SetAside = Annotated[
    list[str] | None,
    typer.Option("--set-aside", metavar="ADDRESS", help=N_("Say what this machine is, with --as and --reason.")),
]
As = Annotated[Aside | None, typer.Option("--as", help=N_("What it is; computer takes an earlier word or guess back."))]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help=N_("How that is known; kept with name and day."))]
Workbook = Annotated[
    Path | None, typer.Option("--workbook", metavar="FILE", help=N_("Write the sheets that agencies check and sign (.xlsx)."))
]
