"""Re-checks: how a sample was drawn, and what came of every machine of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# A draw that could be changed or thrown away could be drawn until it pleases.
_TRIGGERS = (
    """CREATE TRIGGER rechecks_once BEFORE INSERT ON rechecks
    WHEN EXISTS (SELECT 1 FROM rechecks WHERE run = NEW.run)
    BEGIN SELECT RAISE(ABORT, 'draws are append-only'); END""",
    """CREATE TRIGGER rechecks_no_update BEFORE UPDATE ON rechecks
    BEGIN SELECT RAISE(ABORT, 'draws are append-only'); END""",
    """CREATE TRIGGER rechecks_no_delete BEFORE DELETE ON rechecks
    BEGIN SELECT RAISE(ABORT, 'draws are append-only'); END""",
    """CREATE TRIGGER recheck_results_once BEFORE INSERT ON recheck_results
    WHEN EXISTS (SELECT 1 FROM recheck_results WHERE run = NEW.run AND endpoint = NEW.endpoint)
    BEGIN SELECT RAISE(ABORT, 'results of re-checks are append-only'); END""",
    """CREATE TRIGGER recheck_results_no_update BEFORE UPDATE ON recheck_results
    BEGIN SELECT RAISE(ABORT, 'results of re-checks are append-only'); END""",
    """CREATE TRIGGER recheck_results_no_delete BEFORE DELETE ON recheck_results
    BEGIN SELECT RAISE(ABORT, 'results of re-checks are append-only'); END""",
)


def upgrade() -> None:
    """Add the two tables."""
    op.create_table(
        "rechecks",
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("seed_given", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("out_of_reach", sa.Integer(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_rechecks_run_runs"),
        sa.PrimaryKeyConstraint("run", name="pk_rechecks"),
    )
    op.create_table(
        "recheck_results",
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("sight", sa.Text()),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["after"], ["outcomes.number"], name="fk_recheck_results_after_outcomes"),
        sa.ForeignKeyConstraint(["before"], ["outcomes.number"], name="fk_recheck_results_before_outcomes"),
        sa.ForeignKeyConstraint(["run"], ["rechecks.run"], name="fk_recheck_results_run_rechecks"),
        sa.PrimaryKeyConstraint("run", "endpoint", name="pk_recheck_results"),
    )
    for trigger in _TRIGGERS:
        op.execute(sa.text(trigger))
