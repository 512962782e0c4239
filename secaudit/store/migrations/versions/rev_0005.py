"""Evidence from files: the files, machines nobody declared, collectors made and answers taken in."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# What evidence rests on is never changed; an answer that was taken in can be taken in once.
_TRIGGERS = tuple(
    f"""CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {when}
    BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"""
    for table, key in (("intakes", "number"), ("couriers", "id"), ("courier_answers", "mac"))
    for name, event, when in (
        ("once", "INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"),  # noqa: S608 - names of ours
        ("no_update", "UPDATE", ""),
        ("no_delete", "DELETE", ""),
    )
)


def upgrade() -> None:
    """Add the four tables."""
    op.create_table(
        "intakes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("exporter", sa.Text(), nullable=False),
        sa.Column("exported_at", sa.Text()),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_intakes_run_runs"),
        sa.PrimaryKeyConstraint("number", name="pk_intakes"),
    )
    op.create_index("ix_intakes_digest", "intakes", ["digest"])
    op.create_table(
        "newcomers",
        sa.Column("id", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("agency", "name", "uuid", "serial", "machine_id", "os", "source", "first_seen", "last_seen")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_newcomers"),
    )
    op.create_table(
        "couriers",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "agency", "period", "via", "made_at", "who", "key")),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_couriers"),
    )
    op.create_index("ix_couriers_agency_period", "couriers", ["agency", "period"])
    op.create_table(
        "courier_answers",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("mac", "courier", "nonce", "machine", "at", "endpoint")),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["courier"], ["couriers.id"], name="fk_courier_answers_courier_couriers"),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.number"], name="fk_courier_answers_outcome_outcomes"),
        sa.PrimaryKeyConstraint("mac", name="pk_courier_answers"),
        sa.UniqueConstraint("nonce", name="uq_courier_answers_nonce"),
    )
    op.create_index("ix_courier_answers_courier_machine", "courier_answers", ["courier", "machine"])
    for trigger in _TRIGGERS:
        op.execute(trigger)
