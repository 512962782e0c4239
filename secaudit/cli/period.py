"""``secaudit period``: open and close a round of reporting, what it still needs, and its papers."""

from secaudit.cli.language import N_
from secaudit.cli.tree import Entry, LazyGroup, application

COMMANDS = {
    "open": Entry("period_open", among=True),
    "status": Entry("period_status", among=True),
    "close": Entry("period_close", among=True),
    "plan": Entry("period_plan", among=True),
    "annual": Entry("period_annual", single=True),
    "results": Entry("period_results", single=True),
    "letters": Entry("period_letters", single=True),
    "templates": Entry("period_templates", single=True),
}


class Period(LazyGroup):
    """Each command loads what it needs."""

    registry = COMMANDS


app = application(cls=Period, help=N_("A round of reporting: what it still needs, its closing and its papers."))


@app.callback()
def period() -> None:
    """Nothing is common to all."""
