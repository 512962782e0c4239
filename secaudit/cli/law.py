"""``secaudit law``: statutory dates, time limits, and what an omission would cost."""

from secaudit.cli.language import N_
from secaudit.cli.tree import Entry, LazyGroup, application

COMMANDS: dict[str, Entry] = {
    "calendar": Entry("law_calendar", among=True),
    "exposure": Entry("law_exposure", among=True),
}


class Law(LazyGroup):
    """Each command loads what it needs."""

    registry = COMMANDS


app = application(cls=Law, help=N_("Statutory dates and time limits for this province's systems."))


@app.callback()
def law() -> None:
    """Nothing is common to all."""
