"""Offers: which credential was offered to which machine, never the credential itself."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TRIGGERS = (
    """CREATE TRIGGER offers_no_update BEFORE UPDATE ON offers
    BEGIN SELECT RAISE(ABORT, 'offers are append-only'); END""",
    """CREATE TRIGGER offers_no_delete BEFORE DELETE ON offers
    BEGIN SELECT RAISE(ABORT, 'offers are append-only'); END""",
)


def upgrade() -> None:
    """Build the table and the triggers that keep it append-only."""
    op.create_table(
        "offers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text()),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_offers_run_runs"),
        sa.PrimaryKeyConstraint("number", name="pk_offers"),
    )
    op.create_index("ix_offers_run_machine", "offers", ["run", "machine"])
    for trigger in _TRIGGERS:
        op.execute(sa.text(trigger))
