"""docs/report.md says what is there."""

import re
from pathlib import Path

import report_classes

DOCUMENT = Path(__file__).parents[2] / "docs" / "report.md"


def test_every_class_a_template_can_come_to_is_listed_with_its_fields_and_no_other():
    text = report_classes.DOCUMENT.read_text(encoding="utf-8")
    assert report_classes.written(text) == text, "run: python tests/report/report_classes.py"


def test_the_files_it_names_exist():
    text = DOCUMENT.read_text(encoding="utf-8")
    root = DOCUMENT.parents[1]
    for name in set(re.findall(r"`(secaudit/[\w/.]+|report_templates/)`", text)):
        assert (root / name).exists(), name
    for name in ("report.css", "report.js", "report.html.j2"):
        assert name in text and (root / "report_templates" / name).is_file()
