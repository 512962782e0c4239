"""A store in a folder of its own, and outcomes to put into it."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.outcome import Grade, Outcome, Run, Sight, Way
from secaudit.store import Store

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
_FILES = ("courier_answers", "couriers", "newcomers", "intakes")
_FIRST = ("recheck_results", "rechecks", "offers", "acceptances", "doubts", "identities")
_LISTS = ("submissions", "set_asides", "hosts_found", "search_parts", "searches")
_STATES = ("states",)
_PERIODS = (*_STATES, "periods")
BACK_TO_0001 = (
    *(f"DROP TABLE {table}" for table in (*_PERIODS, *_LISTS, *_FILES, *_FIRST)),
    "UPDATE alembic_version SET version_num = '0001'",
)
"""Statements that make a store what the first release left."""
BACK_TO_0004 = (
    *(f"DROP TABLE {table}" for table in (*_PERIODS, *_LISTS, *_FILES)),
    "UPDATE alembic_version SET version_num = '0004'",
)
"""... and what it was before evidence came as files."""
BACK_TO_0005 = (
    *(f"DROP TABLE {table}" for table in (*_PERIODS, *_LISTS)),
    *(f"ALTER TABLE newcomers DROP COLUMN {name}" for name in ("address", "host_key", "adopted_by", "adopted_at")),
    "UPDATE alembic_version SET version_num = '0005'",
)
"""... and before agencies' lists and searches were kept."""
BACK_TO_0006 = (*(f"DROP TABLE {table}" for table in _PERIODS), "UPDATE alembic_version SET version_num = '0006'")
"""... and before periods were opened and closed."""
BACK_TO_0007 = (*(f"DROP TABLE {table}" for table in _STATES), "UPDATE alembic_version SET version_num = '0007'")
"""... and before states were written down."""


class Maker:
    """Builds what tests keep; the same arguments give equal objects."""

    noon = NOON

    def capture(self, text: str = "hello", *, complete: bool = True) -> Capture:
        body = text.encode()
        raw = b"begin\n" + body + b"\nend\n"
        sections = (
            Section("os", SectionStatus.OK, body, 0),
            Section("apt", SectionStatus.DENIED, b"", 126),
            Section("decoded", SectionStatus.OK, b"not in raw: " + body[::-1]),
        )
        return Capture("posix", sections, raw, sha256(raw).hexdigest(), complete, {"nonce": "n1"})

    def facts(self, name: str = "debian") -> dict[str, Known | Missing]:
        return {
            "os.id": Known(name, "os"),
            "patch.pending": Missing(MissingReason.DENIED, "apt", "needs root"),
            "protection.products": Known(
                ({"id": "clamav", "running": True, "signature_age_days": 3},), "units", False, {"managed": MissingReason.ABSENT}
            ),
        }

    def outcome(self, endpoint: str = "pc-1", *, hours: float = 0, sight: Sight = Sight.SEEN, **more: object) -> Outcome:
        at = NOON + timedelta(hours=hours)
        values: dict[str, object] = {
            "endpoint": endpoint,
            "way": Way.SSH,
            "grade": Grade.A,
            "sight": sight,
            "started_at": at - timedelta(seconds=4),
            "finished_at": at,
            "detail": "as expected",
            "host_key": "SHA256:abc",
            "server_version": "SSH-2.0-x",
        }
        if sight is Sight.SEEN:
            values |= {"capture": self.capture(endpoint), "facts": self.facts(endpoint)}
        return Outcome(**(values | more))  # type: ignore[arg-type]

    def finding(self, endpoint: str = "pc-1", verdict: Verdict = Verdict.UNKNOWN) -> Finding:
        missing = (MissingFact("patch.pending", MissingReason.DENIED),) if verdict is Verdict.UNKNOWN else ()
        return Finding("patch.security-pending", verdict, missing, (("machine.name", f'"{endpoint}"'),), None)

    def begin(self, store: Store, **more: object) -> Run:
        values: dict[str, object] = {
            "started_at": NOON,
            "who": "officer",
            "way": Way.SSH,
            "scope": "all",
            "inventory_digest": "i" * 64,
            "catalog_digest": "c" * 64,
        }
        return store.begin_run(**(values | more))  # type: ignore[arg-type]


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workspace" / "secaudit.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path) as opened:
        yield opened


@pytest.fixture
def tamper(path: Path) -> Callable[..., None]:
    """Run SQL on the closed file as an intruder would: triggers gone, rules off."""

    def run(*statements: str) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
        finally:
            connection.close()

    return run
