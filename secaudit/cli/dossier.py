"""``secaudit dossier``: where each level dossier stands, and drafts of its papers."""

from secaudit.cli.language import N_
from secaudit.cli.tree import Entry, LazyGroup, application

COMMANDS: dict[str, Entry] = {
    "status": Entry("dossier_status", among=True),
    "make": Entry("dossier_make", among=True),
    "classes": Entry("dossier_make", among=True),
}


class Dossiers(LazyGroup):
    """Each command loads what it needs."""

    registry = COMMANDS


app = application(cls=Dossiers, help=N_("Level dossiers: where each stands, what is due, and drafts of its papers."))


@app.callback()
def dossier() -> None:
    """Nothing is common to all."""
