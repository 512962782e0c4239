"""``secaudit soc``: what the monitoring centre is told, before a scan and from day to day."""

from secaudit.cli.language import N_
from secaudit.cli.tree import Entry, LazyGroup, application

COMMANDS = {
    "sheet": Entry("soc_window", among=True),
    "changes": Entry("soc_changes", single=True),
}


class Soc(LazyGroup):
    """Each command loads what it needs."""

    registry = COMMANDS


app = application(cls=Soc, help=N_("What the monitoring centre is told: before a scan, and what changes from day to day."))


@app.callback()
def soc() -> None:
    """Nothing is common to all."""
