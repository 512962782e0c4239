"""Migrations of the store, run by ``secaudit.store.migrate`` through Alembic's interface for programs."""
