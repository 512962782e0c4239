"""``secaudit courier``: collectors for machines that SSH does not reach, and what comes back from them."""

from secaudit.cli import courier_make
from secaudit.cli.language import N_
from secaudit.cli.tree import application

app = application(help=N_("Collectors for machines that SSH does not reach, and what comes back from them."))


@app.callback()
def group() -> None:
    """Keep the commands sub-commands, however few they are."""


courier_make.register(app)
