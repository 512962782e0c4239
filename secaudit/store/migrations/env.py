"""Runs the migrations on the connection that the store hands over; there is no configuration file."""

from alembic import context

from secaudit.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    transaction_per_migration=False,
)
# The caller has opened the transaction and commits it: all revisions together or none.
context.run_migrations()
