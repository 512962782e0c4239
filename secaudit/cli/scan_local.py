"""``secaudit scan --local``: the machine this program runs on, without SSH."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from secaudit.cli.interrupts import ending_on_interrupt
from secaudit.cli.language import N_
from secaudit.cli.login import login_user
from secaudit.cli.progress import ScanDisplay, bars
from secaudit.cli.session import Session, inventory_folder
from secaudit.cli.ways import Given
from secaudit.collect import Limits
from secaudit.collect.identity import this_identity
from secaudit.errors import UsageError
from secaudit.messages import msg
from secaudit.model.base import day_in_vietnam
from secaudit.model.plan import Plan
from secaudit.pipeline.province import Province, classify_province
from secaudit.pipeline.seeing import Scope, Sweep
from secaudit.pipeline.seeing_here import sweep_here, this_endpoint
from secaudit.store import Store

LocalOption = Annotated[
    bool, typer.Option("--local", help=N_("See the machine this runs on, without SSH; --endpoint says which one it is."))
]


def local_inventory(asked: Path | None) -> Path:
    """The inventory, or what to do on a single machine that has none."""
    try:
        return inventory_folder(asked)
    except UsageError as error:
        raise UsageError(
            msg("there is no inventory here that this machine could stand in"),
            where=error.where,
            hint=msg("two small files are enough, docs/local.md shows them; or name your agency's with --inventory FOLDER"),
        ) from error


def refuse_logins(given: Given) -> None:
    """Nobody logs in to the machine itself: what is meant for SSH is refused, not ignored."""
    piped = given.password_fd is not None or given.passphrase_fd is not None
    if given.identities or given.user or given.ask_password or given.ask_passphrase or piped or given.ssh_config is not None:
        raise UsageError(
            msg("--local logs in to nothing: accounts, keys and passwords have no meaning with it"),
            hint=msg("run it as the account that is to look; as administrator or root it sees most"),
        )


def scan_here(
    session: Session, province: Province, plan: Plan, store: Store, scope: Scope, *, sudo: bool, deadline: float
) -> Sweep:
    """Find out which machine this is, look, keep, judge; Ctrl-C ends it softly."""
    endpoint = this_endpoint(province, this_identity(), scope)
    levels = classify_province(province, day_in_vietnam(datetime.now(UTC)))
    session.say(msg("looking at this machine as {id}", id=endpoint.id))
    with ending_on_interrupt() as stop, bars(session) as progress:
        return sweep_here(
            province,
            plan,
            levels,
            store,
            endpoint,
            who=login_user(None),
            sudo=sudo,
            limits=Limits(endpoint_seconds=deadline),
            observer=ScanDisplay(session, progress),
            stop=stop,
            clock=lambda: datetime.now(UTC),
        )
