"""Rows of the tables to objects of the model and back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from secaudit.messages import clean
from secaudit.model.outcome import Grade, Outcome, Run, Sight, StoredOutcome, Way

_DETAIL = 4000
_VERSION = 300
_KEY = 200
_NAME = 200
_SCOPE = 2000


class RowError(ValueError):
    """A row holds what cannot stand there: it was damaged or changed."""


def moment_text(moment: datetime) -> str:
    """A moment as it is kept; ValueError for one without time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone cannot be kept")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment_from(text: str) -> datetime:
    """The moment that was kept."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    return moment.astimezone(UTC)


def outcome_row(outcome: Outcome) -> dict[str, Any]:
    """The columns that come from the outcome alone; texts that machines had a hand in are made harmless and bounded."""
    if not outcome.endpoint or not outcome.endpoint.isprintable():
        raise ValueError("an outcome needs the id of its endpoint")
    return {
        "endpoint": outcome.endpoint,
        "way": outcome.way.value,
        "grade": outcome.grade.value,
        "sight": outcome.sight.value,
        "started_at": moment_text(outcome.started_at),
        "finished_at": moment_text(outcome.finished_at),
        "detail": clean(outcome.detail, limit=_DETAIL),
        "host_key": None if outcome.host_key is None else clean(outcome.host_key, limit=_KEY),
        "server_version": None if outcome.server_version is None else clean(outcome.server_version, limit=_VERSION),
        "lab": int(outcome.lab),
    }


def stored_outcome(row: Mapping[str, Any]) -> StoredOutcome:
    """An outcome as it stands in the store, without capture and facts; RowError when the row is damaged."""
    try:
        outcome = Outcome(
            endpoint=row["endpoint"],
            way=Way(row["way"]),
            grade=Grade(row["grade"]),
            sight=Sight(row["sight"]),
            started_at=moment_from(row["started_at"]),
            finished_at=moment_from(row["finished_at"]),
            detail=row["detail"],
            host_key=row["host_key"],
            server_version=row["server_version"],
            lab=bool(row["lab"]),
        )
        return StoredOutcome(int(row["number"]), int(row["run"]), outcome, str(row["chain"]))
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error


def run_row(number: int, *, started_at: datetime, who: str, way: Way, scope: str) -> dict[str, Any]:
    """The columns of a run that begins."""
    return {
        "number": number,
        "started_at": moment_text(started_at),
        "who": clean(who, limit=_NAME),
        "way": way.value,
        "scope": clean(scope, limit=_SCOPE),
        "status": "running",
    }


def run_of(row: Mapping[str, Any], counts: tuple[tuple[str, int], ...]) -> Run:
    """A run as it stands in the store; RowError when the row is damaged."""
    try:
        return Run(
            number=int(row["number"]),
            started_at=moment_from(row["started_at"]),
            finished_at=None if row["finished_at"] is None else moment_from(row["finished_at"]),
            who=row["who"],
            way=Way(row["way"]),
            scope=row["scope"],
            status=row["status"],
            inventory_digest=row["inventory_digest"],
            catalog_digest=row["catalog_digest"],
            counts=counts,
        )
    except (ValueError, TypeError) as error:
        raise RowError(str(error)) from error
