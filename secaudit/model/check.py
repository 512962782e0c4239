"""Checks: decidable statements about an endpoint, as data."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from secaudit.model.base import Identifier, Line, Texts, Written


class Severity(StrEnum):
    """Importance of a check; the bands are described in checks/README.md."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class Fix(Written):
    """What to do about a failure, per system."""

    windows: Texts | None = None
    linux: Texts | None = None


class CheckCase(Written):
    """Proof beside a check: facts in, verdict out."""

    facts: dict[str, Any]
    """Fact or ``endpoint.*`` name -> value; a name left out is a missing fact."""
    verdict: Literal["pass", "fail", "unknown", "not_applicable"]
    note: str | None = None


class Check(Written):
    """One decidable statement; no command strings here: what is asked of a machine is the probe's business."""

    id: Identifier
    """``group.name``; the file is ``checks/endpoint/group/id.yaml``."""
    title: Texts
    severity: Severity
    severity_reason: Texts | None = None
    when: str
    """CEL: whether the check applies."""
    passes: str = Field(alias="pass")
    """CEL: what is asserted. Written ``pass`` in the file."""
    param: dict[Identifier, bool | int | float | str] = Field(default_factory=dict)
    """Values the expressions name as ``param.x``."""
    refs: tuple[Line, ...] = ()
    what: Texts
    why: Texts
    verify: Texts
    """How a person checks it with the system's own tools."""
    fix: Fix
    cases: tuple[CheckCase, ...]
