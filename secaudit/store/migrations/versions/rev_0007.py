"""Rounds of reporting, opened and closed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# A period is closed once: what its papers were printed from never becomes something else.
_TRIGGERS = (
    """CREATE TRIGGER periods_once BEFORE INSERT ON periods
    WHEN EXISTS (SELECT 1 FROM periods WHERE number = NEW.number OR name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'periods are append-only'); END""",
    """CREATE TRIGGER periods_closed BEFORE UPDATE ON periods WHEN OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
    OR NEW.number <> OLD.number OR NEW.name <> OLD.name OR NEW.plan <> OLD.plan OR NEW.first_day <> OLD.first_day
    OR NEW.last_day <> OLD.last_day OR NEW.opened_at <> OLD.opened_at OR NEW.opened_by <> OLD.opened_by
    BEGIN SELECT RAISE(ABORT, 'periods are closed once'); END""",
    "CREATE TRIGGER periods_no_delete BEFORE DELETE ON periods BEGIN SELECT RAISE(ABORT, 'periods are append-only'); END",
)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "periods",
        sa.Column("number", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("name", "plan", "first_day", "last_day", "opened_at", "opened_by")
        ),
        *(sa.Column(name, sa.Text()) for name in ("closed_at", "closed_by", "moment", "digest")),
        sa.Column("outcome", sa.Integer()),
        *(sa.Column(name, sa.Text()) for name in ("head", "early")),
        sa.Column("accepted_open", sa.Integer()),
        sa.PrimaryKeyConstraint("number", name="pk_periods"),
        sa.UniqueConstraint("name", name="uq_periods_name"),
    )
    op.create_index("ix_periods_plan", "periods", ["plan"])
    for trigger in _TRIGGERS:
        op.execute(trigger)
