"""Files of evidence that nobody should send: one table. Tests take in every row through the real command line, and the page
docs/bad-evidence.md shows the same rows.

``python -m tests.hostile.bad_evidence`` writes the table anew; a test compares the two.
"""

from pathlib import Path

from tests.hostile.bad_answers import ANSWERS
from tests.hostile.bad_case import Case
from tests.hostile.bad_exports import EXPORTS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bad-evidence.md"
BEGIN = "<!-- bad evidence: begin, written by `python -m tests.hostile.bad_evidence` -->"
END = "<!-- bad evidence: end -->"
CASES: tuple[Case, ...] = (*EXPORTS, *ANSWERS)


def rows_of(way: str) -> tuple[Case, ...]:
    """``console`` or ``courier``."""
    return tuple(case for case in CASES if case.way == way)


def table() -> str:
    """As docs/bad-evidence.md shows it."""
    lines = []
    for way, title in (
        ("console", "Exports: `secaudit evidence import --accept`"),
        ("courier", "Answers: `secaudit courier import`"),
    ):
        lines += [f"### {title}", "", "| Kind | What is sent | Exit | What it says | Kept |", "|---|---|---|---|---|"]
        for case in rows_of(way):
            says = case.says.replace("|", "\\|")
            kept = "nothing" if not case.keeps else "what is certain"
            lines.append(f"| {case.group} | {case.sends} | {case.code} | … {says} … | {kept} |")
        lines.append("")
    return "\n".join(lines)


def page_with_table(page: str) -> str:
    """``page`` with the table between its marks."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
