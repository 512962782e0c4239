"""Findings as they are kept: with the grade each verdict needed, and readable from before there was one."""

from typing import Any

import orjson
import pytest

from secaudit.model.fact import MissingReason
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.outcome import Grade
from secaudit.store.codec import CodecError
from secaudit.store.judgings import findings_from, findings_text


@pytest.mark.parametrize("grade", [None, *Grade])
def test_the_grade_of_a_verdict_comes_back(grade: Grade | None) -> None:
    kept = (Finding("a.b", Verdict.PASS, evidence=(("os.id", '"debian"'),), grade=grade),)
    assert findings_from(findings_text("pc-1", kept)) == kept


def test_records_from_before_grades_are_read_without() -> None:
    old = b'["pc-1", [["a.b", "unknown", [["x", "denied"]], [["os.id", "\\"debian\\""]], null]]]'
    missing = (MissingFact("x", MissingReason.DENIED),)
    assert findings_from(old) == (Finding("a.b", Verdict.UNKNOWN, missing, (("os.id", '"debian"'),)),)


@pytest.mark.parametrize("row", [["a.b", "pass", [], [], None, "Z"], ["a.b", "pass", [], [], None, 3], ["a.b", "pass", []]])
def test_a_damaged_record_is_said(row: Any) -> None:
    with pytest.raises(CodecError):
        findings_from(orjson.dumps(["pc-1", [row]]))
