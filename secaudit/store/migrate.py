"""Brings a store to the present schema with Alembic.

Alembic costs about 0.2 s to import, and a store is migrated once in its life: ``database`` loads this module only when a
store is new or old.
"""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def _config() -> Config:
    config = Config()
    # Named by package, not by path: the same in a checkout and in an installed wheel.
    config.set_main_option("script_location", "secaudit.store:migrations")
    return config


def known_revisions() -> frozenset[str]:
    """Every revision this program knows."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def upgrade(connection: Connection) -> None:
    """Run the missing revisions inside the open transaction of ``connection``; the caller commits."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
