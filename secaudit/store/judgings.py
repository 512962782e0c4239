"""Findings of one outcome as JSON text and back; the endpoint stands once, in front."""

from collections.abc import Sequence
from typing import Any

from secaudit.model.fact import MissingReason
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.outcome import Grade
from secaudit.store.codec import dumps, understood

# Looked up, not constructed: a province has millions of findings.
_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_GRADES = {grade.value: grade for grade in Grade}
_REASONS = {reason.value: reason for reason in MissingReason}


def findings_text(endpoint: str, findings: Sequence[Finding]) -> bytes:
    """JSON text of the findings about ``endpoint``."""
    rows = []
    for finding in findings:
        missing = [(fact.name, fact.reason) for fact in finding.missing]
        rows.append((finding.check, finding.verdict, missing, finding.evidence, finding.defect, finding.grade))
    return dumps([endpoint, rows])


def findings_from(text: bytes) -> tuple[Finding, ...]:
    """The findings that were written; CodecError when the text is damaged."""
    return understood(_findings, text)


def _findings(value: Any) -> tuple[Finding, ...]:  # noqa: ANN401
    _, rows = value
    return tuple(
        Finding(
            check,
            _VERDICTS[verdict],
            tuple([MissingFact(name, _REASONS[reason]) for name, reason in missing]),
            tuple([(name, text) for name, text in evidence]),
            defect,
            # Records from before evidence had several grades do not say it.
            _GRADES[grade[0]] if grade and grade[0] is not None else None,
        )
        for check, verdict, missing, evidence, defect, *grade in rows
    )
