"""The tables of the store, as SQLAlchemy metadata.

The migrations build the same tables; a test compares the two. Times are text, always UTC with microseconds
(``2026-11-01T07:00:00.000000+00:00``), so that they sort as they read. Digests are SHA-256 in hexadecimal.
"""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

APPLICATION_ID = 0x53415544
"""``SAUD`` in the header of the file: how a store is told from any other SQLite database."""
REVISION = "0008"
"""The newest migration; a store that names another one is older (migrated) or newer (refused)."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("who", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("inventory_digest", Text, nullable=False),
    Column("catalog_digest", Text, nullable=False),
    Column("opening", Text, nullable=False),  # digest of how the run began; every outcome of the run is chained to it
    Column("last", Integer),  # number of the newest outcome when the run ended
    Column("seal", Text),  # digest of how the run ended; the next run's opening is chained to it
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("run", Integer, ForeignKey("runs.number"), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("grade", Text, nullable=False),
    Column("sight", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("host_key", Text),
    Column("server_version", Text),
    Column("lab", Integer, nullable=False),
    Column("capture_digest", Text),  # of the raw bytes
    Column("capture_size", Integer),
    Column("framing_digest", Text),  # of how the raw bytes fall into sections
    Column("facts_digest", Text),  # of the facts as first parsed
    Column("chain", Text, nullable=False),
    Index(None, "run"),
    Index("ix_outcomes_contact", "endpoint", "finished_at", "number", "sight"),
)

captures = Table(
    "captures",
    metadata,
    Column("outcome", Integer, ForeignKey("outcomes.number"), primary_key=True, autoincrement=False),
    Column("framing", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

prunings = Table(  # a capture may be removed once it stands here
    "prunings",
    metadata,
    Column("outcome", Integer, ForeignKey("outcomes.number"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("outcome", Integer, ForeignKey("outcomes.number"), nullable=False),
    Column("original", Integer, nullable=False),  # 1: as first parsed, chained; 0: parsed again from the capture
    Column("knowledge_digest", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("outcome", "original"),
)

identities = Table(  # beside the chain: read from the facts, so that a state of many machines needs not open them all
    "identities",
    metadata,
    Column("outcome", Integer, ForeignKey("outcomes.number"), primary_key=True, autoincrement=False),
    Column("uuid", Text, nullable=False),  # empty where nothing is known
    Column("serial", Text, nullable=False),
    Column("machine_id", Text, nullable=False),
)

doubts = Table(  # beside the chain: outcomes whose class and detail say that the machine may not be the declared one
    "doubts",
    metadata,
    Column("outcome", Integer, ForeignKey("outcomes.number"), primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
)

acceptances = Table(  # a person said that the machine behind an endpoint was replaced or installed again on purpose
    "acceptances",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("endpoint", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Index(None, "endpoint", "at"),
)

catalogs = Table(
    "catalogs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("digest", Text, nullable=False),
    UniqueConstraint("digest"),
)

findings = Table(
    "findings",
    metadata,
    Column("outcome", Integer, ForeignKey("outcomes.number"), nullable=False),
    Column("catalog", Integer, ForeignKey("catalogs.number"), nullable=False),
    Column("judged_at", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("outcome", "catalog"),
)

offers = Table(  # credentials offered to machines and jump hosts; never the credential itself
    "offers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.number"), nullable=False),
    Column("machine", Text, nullable=False),  # id of the endpoint or jump host
    Column("place", Text, nullable=False),  # name of its host key: address, port, way
    Column("account", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("fingerprint", Text),  # of the public key; NULL for passwords
    Column("at", Text, nullable=False),
    Column("result", Text, nullable=False),
    Index(None, "run", "machine"),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.number")),
    Column("agency", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index(None, "agency", "at"),
)

discoveries = Table(
    "discoveries",
    metadata,
    Column("sweep", Integer, ForeignKey("sweeps.number"), nullable=False),
    Column("agency", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("ports", Text, nullable=False),  # JSON list of numbers
    Column("first_seen", Text, nullable=False),
    PrimaryKeyConstraint("sweep", "address"),
    Index(None, "agency", "address"),
)

searches = Table(  # one search of networks; open until every network is done
    "searches",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("run", Integer, ForeignKey("runs.number")),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("who", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("scope", Text, nullable=False),  # JSON: networks, agencies, ports, outside
)

search_parts = Table(
    "search_parts",
    metadata,
    Column("search", Integer, ForeignKey("searches.number"), nullable=False),
    Column("network", Text, nullable=False),
    Column("agency", Text, nullable=False),  # whose network it was taken for: two agencies may have the same addresses
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("search", "network"),
    Index(None, "agency", "network", "at"),
)

hosts_found = Table(
    "hosts_found",
    metadata,
    Column("search", Integer, ForeignKey("searches.number"), nullable=False),
    Column("agency", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("mac", Text, nullable=False),
    Column("vendor", Text, nullable=False),
    Column("host_key", Text, nullable=False),
    Column("services", Text, nullable=False),  # JSON list of [port, name, product]
    Column("because", Text, nullable=False),  # JSON list of texts
    PrimaryKeyConstraint("search", "agency", "address"),
    Index(None, "agency", "address"),
)

set_asides = Table(  # what people said about undeclared addresses; the newest word about an address counts
    "set_asides",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("agency", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("likeness", Text, nullable=False),  # JSON object
    Index(None, "agency", "address"),
)

submissions = Table(  # lists that agencies sent, also those that were returned
    "submissions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("agency", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("made_at", Text),
    Column("changes", Integer, nullable=False),
    Column("problems", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Index(None, "agency", "received_at"),
)

rechecks = Table(
    "rechecks",
    metadata,
    Column("run", Integer, ForeignKey("runs.number"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("seed_given", Integer, nullable=False),
    Column("asked", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("population", Integer, nullable=False),
    Column("out_of_reach", Integer, nullable=False),
    Column("scope", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),  # the population: endpoint and number of its evidence
    Column("digest", Text, nullable=False),
)

recheck_results = Table(
    "recheck_results",
    metadata,
    Column("run", Integer, ForeignKey("rechecks.run"), nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("sight", Text),
    Column("before", Integer, ForeignKey("outcomes.number"), nullable=False),
    Column("after", Integer, ForeignKey("outcomes.number")),
    Column("body", LargeBinary, nullable=False),  # fact by fact
    Column("digest", Text, nullable=False),
    PrimaryKeyConstraint("run", "endpoint"),
)

intakes = Table(  # files that evidence came in, kept whole
    "intakes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.number"), nullable=False),
    Column("at", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the file; every capture made from it names it
    Column("size", Integer, nullable=False),
    Column("exporter", Text, nullable=False),
    Column("exported_at", Text),
    Column("profile", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "digest"),
)

newcomers = Table(  # machines that evidence speaks of and that no agency declares; outcomes stand under their id
    "newcomers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("uuid", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("machine_id", Text, nullable=False),
    Column("os", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("address", Text),  # where the network search found it
    Column("host_key", Text),
    Column("adopted_by", Text),
    Column("adopted_at", Text),
)

couriers = Table(  # collectors that were made; the token is sealed to the province's own key
    "couriers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("key", Text, nullable=False),  # SHA-256 of the certificate the answers are sealed to
    Column("token", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),  # of the zip that was handed out
    Index(None, "agency", "period"),
)

courier_answers = Table(  # answers that were taken in: the same one is never taken twice
    "courier_answers",
    metadata,
    Column("mac", Text, primary_key=True),
    Column("courier", Text, ForeignKey("couriers.id"), nullable=False),
    Column("nonce", Text, nullable=False),
    Column("machine", Text, nullable=False),  # tag by which the collector knows the machine again
    Column("at", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("outcome", Integer, ForeignKey("outcomes.number"), nullable=False),
    UniqueConstraint("nonce"),
    Index(None, "courier", "machine"),
)

periods = Table(  # rounds of reporting; closed once, with the digest of what was frozen
    "periods",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("first_day", Text, nullable=False),
    Column("last_day", Text, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("closed_at", Text),  # NULL, like all that follow, while it is open
    Column("closed_by", Text),
    Column("moment", Text),  # what the figures are for
    Column("digest", Text),  # of the archive's manifest
    Column("outcome", Integer),  # the newest that is in it; 0 for none
    Column("head", Text),
    Column("early", Text),  # why it was closed before its last day had ended
    Column("accepted_open", Integer),
    UniqueConstraint("name"),
    Index(None, "plan"),
)

states = Table(  # figures and machines of a moment as they were counted then; what later evidence says never changes them
    "states",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("plan", Text, nullable=False),
    Column("day", Text, nullable=False),  # in Việt Nam
    Column("basis", Text, nullable=False),
    Column("period", Text, nullable=False),  # name of the closed period; empty for others
    Column("moment", Text, nullable=False),
    Column("inventory_digest", Text, nullable=False),
    Column("catalog_digest", Text, nullable=False),
    Column("head", Text, nullable=False),  # of the evidence it was counted from
    Column("figures_digest", Text, nullable=False),
    Column("machines_digest", Text, nullable=False),
    Column("figures", LargeBinary, nullable=False),
    Column("machines", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),  # over every column but number and the two bodies, whose digests stand in it
    UniqueConstraint("plan", "day", "basis", "period"),
)
