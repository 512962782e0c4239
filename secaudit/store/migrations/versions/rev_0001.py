"""First schema: runs, chained outcomes, captures, facts, findings, discoveries, and the triggers that keep them append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Evidence can be added, never changed. A trigger binds every program that opens the file, not only this one. The insert
# triggers are needed because INSERT OR REPLACE removes a row without asking the delete trigger.
_TRIGGERS = (
    """CREATE TRIGGER outcomes_in_order BEFORE INSERT ON outcomes
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM outcomes)
    BEGIN SELECT RAISE(ABORT, 'outcomes are numbered without gaps'); END""",
    """CREATE TRIGGER outcomes_no_update BEFORE UPDATE ON outcomes
    BEGIN SELECT RAISE(ABORT, 'outcomes are append-only'); END""",
    """CREATE TRIGGER outcomes_no_delete BEFORE DELETE ON outcomes
    BEGIN SELECT RAISE(ABORT, 'outcomes are append-only'); END""",
    """CREATE TRIGGER captures_once BEFORE INSERT ON captures
    WHEN EXISTS (SELECT 1 FROM captures WHERE outcome = NEW.outcome)
         OR EXISTS (SELECT 1 FROM prunings WHERE outcome = NEW.outcome)
    BEGIN SELECT RAISE(ABORT, 'captures are append-only'); END""",
    """CREATE TRIGGER captures_no_update BEFORE UPDATE ON captures
    BEGIN SELECT RAISE(ABORT, 'captures can only be pruned'); END""",
    """CREATE TRIGGER captures_prune_only BEFORE DELETE ON captures
    WHEN NOT EXISTS (SELECT 1 FROM prunings WHERE outcome = OLD.outcome)
    BEGIN SELECT RAISE(ABORT, 'captures can only be pruned'); END""",
    """CREATE TRIGGER prunings_once BEFORE INSERT ON prunings
    WHEN EXISTS (SELECT 1 FROM prunings WHERE outcome = NEW.outcome)
    BEGIN SELECT RAISE(ABORT, 'prunings are append-only'); END""",
    """CREATE TRIGGER prunings_no_update BEFORE UPDATE ON prunings
    BEGIN SELECT RAISE(ABORT, 'prunings are append-only'); END""",
    """CREATE TRIGGER prunings_no_delete BEFORE DELETE ON prunings
    BEGIN SELECT RAISE(ABORT, 'prunings are append-only'); END""",
    """CREATE TRIGGER facts_original_once BEFORE INSERT ON facts
    WHEN NEW.original = 1 AND EXISTS (SELECT 1 FROM facts WHERE outcome = NEW.outcome AND original = 1)
    BEGIN SELECT RAISE(ABORT, 'first facts are append-only'); END""",
    """CREATE TRIGGER facts_no_update BEFORE UPDATE ON facts
    WHEN OLD.original = 1 OR NEW.original <> OLD.original OR NEW.outcome <> OLD.outcome
    BEGIN SELECT RAISE(ABORT, 'first facts are append-only'); END""",
    """CREATE TRIGGER facts_no_delete BEFORE DELETE ON facts WHEN OLD.original = 1
    BEGIN SELECT RAISE(ABORT, 'first facts are append-only'); END""",
    """CREATE TRIGGER runs_end_once BEFORE UPDATE ON runs
    WHEN OLD.status <> 'running' OR NEW.number <> OLD.number OR NEW.started_at <> OLD.started_at OR NEW.who <> OLD.who
         OR NEW.way <> OLD.way OR NEW.scope <> OLD.scope OR NEW.inventory_digest <> OLD.inventory_digest
         OR NEW.catalog_digest <> OLD.catalog_digest OR NEW.opening <> OLD.opening
    BEGIN SELECT RAISE(ABORT, 'a run can only be ended, once'); END""",
    """CREATE TRIGGER runs_once BEFORE INSERT ON runs
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM runs)
    BEGIN SELECT RAISE(ABORT, 'runs are numbered without gaps'); END""",
    """CREATE TRIGGER runs_no_delete BEFORE DELETE ON runs
    BEGIN SELECT RAISE(ABORT, 'runs are append-only'); END""",
)


def upgrade() -> None:
    """Build everything."""
    _outcomes()
    _evidence()
    _judgings()
    _discovery()
    for trigger in _TRIGGERS:
        op.execute(sa.text(trigger))
    op.execute(sa.text(f"PRAGMA application_id = {0x53415544}"))


def _outcomes() -> None:
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text()),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("inventory_digest", sa.Text(), nullable=False),
        sa.Column("catalog_digest", sa.Text(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("last", sa.Integer()),
        sa.Column("seal", sa.Text()),
        sa.PrimaryKeyConstraint("number", name="pk_runs"),
    )
    op.create_table(
        "outcomes",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("sight", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("host_key", sa.Text()),
        sa.Column("server_version", sa.Text()),
        sa.Column("lab", sa.Integer(), nullable=False),
        sa.Column("capture_digest", sa.Text()),
        sa.Column("capture_size", sa.Integer()),
        sa.Column("framing_digest", sa.Text()),
        sa.Column("facts_digest", sa.Text()),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_outcomes_run_runs"),
        sa.PrimaryKeyConstraint("number", name="pk_outcomes"),
    )
    op.create_index("ix_outcomes_run", "outcomes", ["run"])
    op.create_index("ix_outcomes_contact", "outcomes", ["endpoint", "finished_at", "number", "sight"])


def _evidence() -> None:
    op.create_table(
        "captures",
        sa.Column("outcome", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("framing", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.number"], name="fk_captures_outcome_outcomes"),
        sa.PrimaryKeyConstraint("outcome", name="pk_captures"),
    )
    op.create_table(
        "prunings",
        sa.Column("outcome", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.number"], name="fk_prunings_outcome_outcomes"),
        sa.PrimaryKeyConstraint("outcome", name="pk_prunings"),
    )
    op.create_table(
        "facts",
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("original", sa.Integer(), nullable=False),
        sa.Column("knowledge_digest", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.number"], name="fk_facts_outcome_outcomes"),
        sa.PrimaryKeyConstraint("outcome", "original", name="pk_facts"),
    )


def _judgings() -> None:
    op.create_table(
        "catalogs",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_catalogs"),
        sa.UniqueConstraint("digest", name="uq_catalogs_digest"),
    )
    op.create_table(
        "findings",
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("catalog", sa.Integer(), nullable=False),
        sa.Column("judged_at", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["catalog"], ["catalogs.number"], name="fk_findings_catalog_catalogs"),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.number"], name="fk_findings_outcome_outcomes"),
        sa.PrimaryKeyConstraint("outcome", "catalog", name="pk_findings"),
    )


def _discovery() -> None:
    op.create_table(
        "sweeps",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer()),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_sweeps_run_runs"),
        sa.PrimaryKeyConstraint("number", name="pk_sweeps"),
    )
    op.create_index("ix_sweeps_agency_at", "sweeps", ["agency", "at"])
    op.create_table(
        "discoveries",
        sa.Column("sweep", sa.Integer(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ports", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["sweep"], ["sweeps.number"], name="fk_discoveries_sweep_sweeps"),
        sa.PrimaryKeyConstraint("sweep", "address", name="pk_discoveries"),
    )
    op.create_index("ix_discoveries_agency_address", "discoveries", ["agency", "address"])
