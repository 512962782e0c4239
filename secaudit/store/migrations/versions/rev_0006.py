"""Inventories that agencies send, searches of networks and what they found."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# What was received, found or said is never changed; a search that is under way may only be finished.
_TRIGGERS = (
    *(
        f"""CREATE TRIGGER {table}_{name} BEFORE {event} ON {table} {when}
    BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"""
        for table, same in (
            ("submissions", "number = NEW.number"),
            ("set_asides", "number = NEW.number"),
            ("search_parts", "search = NEW.search AND network = NEW.network"),
            ("hosts_found", "search = NEW.search AND agency = NEW.agency AND address = NEW.address"),
        )
        for name, event, when in (
            ("once", "INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"),  # noqa: S608 - names of ours
            ("no_update", "UPDATE", ""),
            ("no_delete", "DELETE", ""),
        )
    ),
    """CREATE TRIGGER searches_finished BEFORE UPDATE ON searches WHEN OLD.finished_at IS NOT NULL OR NEW.number <> OLD.number
    OR NEW.started_at <> OLD.started_at OR NEW.who <> OLD.who OR NEW.scope <> OLD.scope OR NEW.method <> OLD.method
    BEGIN SELECT RAISE(ABORT, 'searches are append-only'); END""",
    "CREATE TRIGGER searches_no_delete BEFORE DELETE ON searches BEGIN SELECT RAISE(ABORT, 'searches are append-only'); END",
)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    """Add the tables, and where a newcomer was found."""
    op.create_table(
        "searches",
        *_whole("number"),
        sa.Column("run", sa.Integer()),
        *_texts("started_at"),
        sa.Column("finished_at", sa.Text()),
        *_texts("who", "method", "scope"),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name="fk_searches_run_runs"),
        sa.PrimaryKeyConstraint("number", name="pk_searches"),
    )
    op.create_table(
        "search_parts",
        *_whole("search"),
        *_texts("network", "agency", "at"),
        sa.ForeignKeyConstraint(["search"], ["searches.number"], name="fk_search_parts_search_searches"),
        sa.PrimaryKeyConstraint("search", "network", name="pk_search_parts"),
    )
    op.create_index("ix_search_parts_agency_network_at", "search_parts", ["agency", "network", "at"])
    op.create_table(
        "hosts_found",
        *_whole("search"),
        *_texts("agency", "address", "at", "device", "name", "mac", "vendor", "host_key", "services", "because"),
        sa.ForeignKeyConstraint(["search"], ["searches.number"], name="fk_hosts_found_search_searches"),
        sa.PrimaryKeyConstraint("search", "agency", "address", name="pk_hosts_found"),
    )
    op.create_index("ix_hosts_found_agency_address", "hosts_found", ["agency", "address"])
    op.create_table(
        "set_asides",
        *_whole("number"),
        *_texts("agency", "address", "device", "reason", "who", "at", "likeness"),
        sa.PrimaryKeyConstraint("number", name="pk_set_asides"),
    )
    op.create_index("ix_set_asides_agency_address", "set_asides", ["agency", "address"])
    op.create_table(
        "submissions",
        *_whole("number"),
        *_texts("agency", "received_at", "name", "digest", "who", "profile"),
        sa.Column("made_at", sa.Text()),
        *_whole("changes", "problems", "accepted"),
        sa.PrimaryKeyConstraint("number", name="pk_submissions"),
    )
    op.create_index("ix_submissions_agency_received_at", "submissions", ["agency", "received_at"])
    for name in ("address", "host_key", "adopted_by", "adopted_at"):
        op.add_column("newcomers", sa.Column(name, sa.Text()))
    for trigger in _TRIGGERS:
        op.execute(trigger)
