"""Migrations: they build exactly the tables of the metadata, and travel with the package."""

import os
import sqlite3
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from secaudit.errors import StoreError
from secaudit.store import Store, schema
from secaudit.store.migrate import known_revisions


def structure(connection: sqlite3.Connection) -> dict[str, Any]:
    """Columns, keys and indexes of every table, as SQLite sees them."""
    found = {}
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'").fetchall()
    for (table,) in tables:
        indexes = connection.execute(f"PRAGMA index_list({table})").fetchall()
        found[table] = {
            "columns": connection.execute(f"PRAGMA table_xinfo({table})").fetchall(),
            "keys": sorted(row[2:] for row in connection.execute(f"PRAGMA foreign_key_list({table})")),
            "indexes": sorted(
                (name, unique, origin, tuple(connection.execute(f"PRAGMA index_xinfo({name})")))
                for _, name, unique, origin, _ in indexes
            ),
        }
    return found


def test_the_migrations_build_the_metadata(store: Store, path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()
    fresh = create_engine("sqlite://")
    with fresh.connect() as made, sqlite3.connect(path) as migrated:
        schema.metadata.create_all(made)
        driver = made.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        assert structure(migrated) == structure(driver)
        assert len(structure(migrated)) == len(schema.metadata.tables)
    migrated.close()
    fresh.dispose()


def test_the_newest_revision_is_the_one_the_program_asks_for() -> None:
    assert schema.REVISION in known_revisions()
    assert max(known_revisions()) == schema.REVISION


def test_the_file_says_what_it_is(store: Store, path: Path) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA auto_vacuum").fetchone()[0] == 2
    connection.close()


def test_commits_reach_the_disk(store: Store) -> None:
    with store._database.maintain() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_the_migrations_are_package_data() -> None:
    folder = files("secaudit.store") / "migrations"
    for name in ("env.py", "script.py.mako", *(f"versions/rev_000{number}.py" for number in (1, 2, 3, 4))):
        assert folder.joinpath(name).is_file()
    assert not (folder / "alembic.ini").is_file()


def test_a_store_is_made_from_any_folder_and_with_any_name(tmp_path: Path) -> None:
    """Nothing is looked for in the working folder, and signs that mean something to URLs and config files stay signs."""
    folder = tmp_path / "Kế hoạch 100% ?mode=memory#x"
    folder.mkdir()
    code = "import sys; from pathlib import Path; from secaudit.store import Store; Store.open(Path(sys.argv[1])).close()"
    environment = {**os.environ, "PYTHONUTF8": "1"}
    subprocess.run([sys.executable, "-c", code, str(folder / "s?x#%.db")], cwd=tmp_path, check=True, env=environment)
    assert sorted(entry.name for entry in folder.iterdir()) == ["s?x#%.db", "s?x#%.db.lock"]
    with Store.open(folder / "s?x#%.db", create=False) as store:
        assert store.runs() == []


def test_a_store_of_a_newer_program_is_refused_and_left_alone(path: Path, tamper: Any) -> None:
    Store.open(path).close()
    tamper("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer secaudit .*9999") as caught:
        Store.open(path)
    assert caught.value.hint is not None
    assert path.read_bytes() == before


def test_a_store_that_forgot_its_schema_is_damaged(path: Path, tamper: Any) -> None:
    Store.open(path).close()
    tamper("DELETE FROM alembic_version")
    with pytest.raises(StoreError, match="damaged"):
        Store.open(path)


def test_an_intact_store_is_opened_without_alembic(path: Path) -> None:
    """It costs more to import than everything else that happens on opening."""
    Store.open(path).close()
    code = (
        "import sys; from pathlib import Path; from secaudit.store import Store; Store.open(Path(sys.argv[1])).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
