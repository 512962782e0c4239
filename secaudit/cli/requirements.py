"""``secaudit requirements``: what the standard asks, and how each system stands."""

from secaudit.cli.language import N_
from secaudit.cli.tree import Entry, LazyGroup, application

COMMANDS: dict[str, Entry] = {
    "list": Entry("requirements_list", among=True),
    "show": Entry("requirements_list", among=True),
    "status": Entry("requirements_status", among=True),
}


class Requirements(LazyGroup):
    """Each command loads what it needs."""

    registry = COMMANDS


app = application(cls=Requirements, help=N_("What the technical standard asks by level, and how each system stands."))


@app.callback()
def requirements() -> None:
    """Nothing is common to all."""
