"""States that were written down: what figures and machines were at a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A state may be put aside for a newer one of its day, or go with age; it never becomes something else.
_TRIGGERS = (
    """CREATE TRIGGER states_once BEFORE INSERT ON states
    WHEN EXISTS (SELECT 1 FROM states WHERE number = NEW.number
    OR (plan = NEW.plan AND day = NEW.day AND basis = NEW.basis AND period = NEW.period))
    BEGIN SELECT RAISE(ABORT, 'states are never changed'); END""",
    "CREATE TRIGGER states_no_update BEFORE UPDATE ON states BEGIN SELECT RAISE(ABORT, 'states are never changed'); END",
    """CREATE TRIGGER states_closed BEFORE DELETE ON states WHEN OLD.basis = 'closed'
    BEGIN SELECT RAISE(ABORT, 'states of closed periods stay'); END""",
)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "states",
        sa.Column("number", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in (
                "plan", "day", "basis", "period", "moment", "inventory_digest", "catalog_digest", "head", "figures_digest",
                "machines_digest",
            )
        ),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("machines", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_states"),
        sa.UniqueConstraint("plan", "day", "basis", "period", name="uq_states_plan_day_basis_period"),
    )  # fmt: skip
    for trigger in _TRIGGERS:
        op.execute(trigger)
