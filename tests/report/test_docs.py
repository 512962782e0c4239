"""docs/report.md says what is there."""

import re
from pathlib import Path

from secaudit.report.environment import shared_names
from secaudit.report.html import document_names
from secaudit.report.voice import Voice

DOCUMENT = Path(__file__).parents[2] / "docs" / "report.md"


def test_every_name_a_template_may_use_is_described_and_no_other(sample, english):
    rows = [line.split("|")[1] for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    described = {name for row in rows for name in re.findall(r"`([a-z_]+)`", row)}
    voice = Voice(english)
    assert described == {*shared_names(voice), *document_names(sample(12), voice)}


def test_the_files_it_names_exist():
    text = DOCUMENT.read_text(encoding="utf-8")
    root = DOCUMENT.parents[1]
    for name in set(re.findall(r"`(secaudit/[\w/.]+|report_templates/)`", text)):
        assert (root / name).exists(), name
    for name in ("report.css", "report.js", "report.html.j2"):
        assert name in text and (root / "report_templates" / name).is_file()
