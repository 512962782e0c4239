"""Options of a scan that say which machines and how many at once; kept apart so that the command fits on a screen."""

from typing import Annotated

import typer

from secaudit.cli.language import N_

AgencyOption = Annotated[list[str] | None, typer.Option("--agency", metavar="ID", help=N_("Only this agency (may be repeated)."))]
SystemOption = Annotated[list[str] | None, typer.Option("--system", metavar="ID", help=N_("Only machines of this system."))]
EndpointOption = Annotated[
    list[str] | None, typer.Option("--endpoint", metavar="ID", help=N_("Only this machine (may be repeated)."))
]
SudoOption = Annotated[bool, typer.Option("--sudo", help=N_("Use sudo -n where the machine allows it without a password."))]
ConnectionsOption = Annotated[int | None, typer.Option("--connections", min=1, max=2000, help=N_("Connections open at once."))]
RateOption = Annotated[float, typer.Option("--rate", min=0.1, help=N_("New connections per second."))]
DeadlineOption = Annotated[float, typer.Option("--deadline", min=1, help=N_("Seconds one machine may take in all."))]
AcceptOption = Annotated[str, typer.Option("--accept-unknown", metavar="5%", help=N_("Share of machines that may stay unseen."))]
AllOption = Annotated[bool, typer.Option("--all", help=N_("Ask machines with fresh evidence too."))]
