"""``secaudit inventory``: lists out and in, who has sent what, agencies that change, the files and their schema."""

from secaudit.cli.language import N_
from secaudit.cli.tree import Entry, LazyGroup, application

COMMANDS = {
    "template": Entry("inventory_template", single=True),
    "export": Entry("inventory_export", single=True),
    "import": Entry("inventory_import", single=True),
    "map": Entry("inventory_map", among=True),
    "mappings": Entry("inventory_map", among=True),
    "status": Entry("inventory_status", single=True),
    "validate": Entry("inventory_files", among=True),
    "schema": Entry("inventory_files", among=True),
    "move": Entry("inventory_changes", among=True),
    "close": Entry("inventory_changes", among=True),
    "merge": Entry("inventory_changes", among=True),
    "split": Entry("inventory_changes", among=True),
}


class Inventory(LazyGroup):
    """Each command loads what it needs and no more: some bring the writer of workbooks, some the store, most neither."""

    registry = COMMANDS


app = application(
    cls=Inventory, help=N_("Give lists out, import what agencies sent, check what they declared; print the schema for editors.")
)


@app.callback()
def inventory() -> None:
    """Nothing is common to all."""
