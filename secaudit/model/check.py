"""Checks: decidable statements about an endpoint, as data."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import Field

from secaudit.model.base import Identifier, Line, Texts, Whole, Written

LEVELS = (1, 2, 3, 4, 5)
"""The levels of the law, the lowest first."""
Level = Annotated[Whole, Field(ge=LEVELS[0], le=LEVELS[-1])]
Parameter = bool | int | float | str


class Severity(StrEnum):
    """Importance of a check; the bands are described in checks/README.md."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


GRAVITY: Mapping[Severity, int] = MappingProxyType({severity: place for place, severity in enumerate(Severity)})
"""The gravest first: 0."""


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
    param: dict[Identifier, Parameter] = Field(default_factory=dict)
    """Values the expressions name as ``param.x``."""
    param_by_level: dict[Level, dict[Identifier, Parameter]] = Field(default_factory=dict)
    """Other values from a level on, until a higher level names its own."""
    refs: tuple[Line, ...] = ()
    what: Texts
    why: Texts
    verify: Texts
    """How a person checks it with the system's own tools."""
    fix: Fix
    cases: tuple[CheckCase, ...]

    def params_at(self, level: int) -> dict[str, Parameter]:
        """The values for a machine whose systems reach ``level``: of each, the one of the nearest level at or below it."""
        values = dict(self.param)
        for start in sorted(self.param_by_level):
            if start <= level:
                values.update(self.param_by_level[start])
        return values

    def param_sets(self) -> tuple[tuple[int, dict[str, Parameter]], ...]:
        """Every distinct set of values and the level from which it holds, the lowest first; one where levels do not differ."""
        sets = [(LEVELS[0], self.params_at(LEVELS[0]))]
        for level in LEVELS[1:]:
            values = self.params_at(level)
            if values != sets[-1][1]:
                sets.append((level, values))
        return tuple(sets)
