"""``secaudit plan``: plans as files: list, show, lint."""

from secaudit.cli.language import N_
from secaudit.cli.tree import Entry, LazyGroup, application

COMMANDS = {
    "list": Entry("plan_files", among=True),
    "show": Entry("plan_files", among=True),
    "lint": Entry("plan_files", among=True),
    "new": Entry("plan_files", among=True),
    "import": Entry("plan_import", among=True),
}


class Plans(LazyGroup):
    """Each command loads what it needs."""

    registry = COMMANDS


app = application(cls=Plans, help=N_("Plans and their targets: list, show and check plan files."))


@app.callback()
def plan() -> None:
    """Nothing is common to all."""
