"""What judging says."""

from dataclasses import dataclass
from enum import StrEnum

from secaudit.model.fact import MissingReason
from secaudit.model.outcome import Grade


class Verdict(StrEnum):
    """Answer of one check about one endpoint."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that would have decided, and why it is not there."""

    name: str
    reason: MissingReason


@dataclass(frozen=True, slots=True)
class Finding:
    """check x verdict x evidence; whose it is, says the state that holds it: all machines with the same facts share one."""

    check: str
    verdict: Verdict
    missing: tuple[MissingFact, ...] = ()
    """For unknown: what was missing."""
    evidence: tuple[tuple[str, str], ...] = ()
    """Facts the expression named -> observed value as JSON text, at most 2,000 characters each."""
    defect: str | None = None
    """An error no missing fact explains: a defect of the check."""
    grade: Grade | None = None
    """The worst grade of evidence that was needed to decide it; None for what evidence did not decide."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """Outcome of one case that stands beside a check, a level rule set or a plan."""

    subject: str
    """Id of the check or rule set."""
    number: int
    """1-based place among the cases of its subject."""
    expected: str
    got: str
    detail: str = ""
    """Why it came out so: missing facts, a defect, a value that does not fit its declaration."""

    @property
    def ok(self) -> bool:
        """Whether the case came out as expected."""
        return self.expected == self.got
