"""Which machine answered: identities and doubts of the outcomes so far, and what people accepted."""

import json

import sqlalchemy as sa
from alembic import op

from secaudit.model.doubt import kind_of
from secaudit.model.outcome import Sight
from secaudit.store.codec import CodecError, unpack

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TRIGGERS = (
    """CREATE TRIGGER acceptances_no_update BEFORE UPDATE ON acceptances
    BEGIN SELECT RAISE(ABORT, 'acceptances are append-only'); END""",
    """CREATE TRIGGER acceptances_no_delete BEFORE DELETE ON acceptances
    BEGIN SELECT RAISE(ABORT, 'acceptances are append-only'); END""",
)
_NAMES = ("machine.uuid", "machine.serial", "machine.id")
_LONGEST = 60
_BATCH = 500


def upgrade() -> None:
    """Build the tables and fill them from what is there."""
    op.create_table(
        "identities",
        sa.Column("outcome", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uuid", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("machine_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.number"], name="fk_identities_outcome_outcomes"),
        sa.PrimaryKeyConstraint("outcome", name="pk_identities"),
    )
    op.create_table(
        "doubts",
        sa.Column("outcome", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outcome"], ["outcomes.number"], name="fk_doubts_outcome_outcomes"),
        sa.PrimaryKeyConstraint("outcome", name="pk_doubts"),
    )
    op.create_table(
        "acceptances",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_acceptances"),
    )
    op.create_index("ix_acceptances_endpoint_at", "acceptances", ["endpoint", "at"])
    for trigger in _TRIGGERS:
        op.execute(sa.text(trigger))
    _fill_doubts(op.get_bind())
    _fill_identities(op.get_bind())


def _fill_doubts(connection: sa.Connection) -> None:
    rows = connection.execute(sa.text("SELECT number, sight, detail FROM outcomes WHERE sight = 'host_key'")).all()
    found = [{"outcome": row.number, "kind": kind.value} for row in rows if (kind := kind_of(Sight(row.sight), row.detail))]
    if found:
        connection.execute(sa.text("INSERT INTO doubts (outcome, kind) VALUES (:outcome, :kind)"), found)


def _fill_identities(connection: sa.Connection) -> None:
    """From the newest facts of each outcome; damaged ones are left out, as `secaudit verify` names them."""
    newest = sa.text(
        "SELECT outcome, body FROM facts WHERE outcome > :after AND original ="
        " (SELECT min(original) FROM facts AS other WHERE other.outcome = facts.outcome) ORDER BY outcome LIMIT :most"
    )
    after = 0
    while rows := connection.execute(newest, {"after": after, "most": _BATCH}).all():
        after = rows[-1].outcome
        found = [{"outcome": row.outcome, **said} for row in rows if any((said := _identity(row.body)).values())]
        if found:
            statement = "INSERT INTO identities VALUES (:outcome, :uuid, :serial, :machine_id)"
            connection.execute(sa.text(statement), found)


def _identity(body: bytes) -> dict[str, str]:
    try:
        facts = json.loads(unpack(body))
        said = [facts.get(name) for name in _NAMES]
        # A known fact is [section, value, ...], see factsets.
        values = [one[1] if isinstance(one, list) and isinstance(one[1], str) else "" for one in said]
    except (CodecError, ValueError, AttributeError, LookupError):
        values = ["", "", ""]
    uuid, serial, machine_id = (value.strip()[:_LONGEST] for value in values)
    return {"uuid": uuid, "serial": serial, "machine_id": machine_id}
