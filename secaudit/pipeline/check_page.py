"""``docs/checks.md``: the checks of a catalog as one page in Markdown, written from the catalog alone."""

from collections.abc import Iterable, Mapping

from secaudit.messages import Translator, clean
from secaudit.model.base import Texts
from secaudit.model.catalog import Catalog
from secaudit.model.check import Check, Severity
from secaudit.model.requirement import RequirementRow, rows_answered
from secaudit.pipeline.parameters import values_text
from secaudit.report.groups import group_word, grouped

_HEAD = """\
# Checks

Written by `secaudit checks docs` from the catalog; a test compares the two. `secaudit checks show ID` prints a check whole: why
it matters, how to look by hand, how to put it right, and the cases that prove it. How to write one: `docs/writing-checks.md`.

{count} checks in {groups} groups: {severities}.
"""
_ROWS = """\
## Rows of the standard and the checks that answer them

A check answers a row when it refers to a clause of the row and looks at one of its facts (`checks/requirements/`). A row
without a check is open for every machine. G: the act suggests a value that may differ with a reason.
"""


def check_page(catalog: Catalog, vietnamese: Translator, english: Translator) -> str:
    """Groups in their order, a table each, then the rows of the standard."""
    groups = grouped(catalog.checks.values())
    counts = {severity: sum(1 for check in catalog.checks.values() if check.severity is severity) for severity in Severity}
    said = ", ".join(f"{count} {severity}" for severity, count in counts.items() if count)
    parts = [_HEAD.format(count=len(catalog.checks), groups=len(groups), severities=said)]
    for group, checks in groups:
        word = group_word(group)
        names = dict.fromkeys([english.text(word), vietnamese.text(word)])
        parts.append(f"## {group}: {' / '.join(_cell(name) for name in names)}\n")
        parts.append(
            _table(
                ("Check", "Severity", "What is asserted", "Clauses", "Rows", "Parameters"),
                (_row(catalog, check) for check in checks),
            )
        )
    if catalog.requirements:
        parts.append(_ROWS)
        parts.extend(_requirements(catalog))
    return "\n".join(parts)


def _row(catalog: Catalog, check: Check) -> tuple[str, ...]:
    rows = ", ".join(str(number) for number in rows_answered(catalog.requirements, check))
    return (f"`{check.id}`", check.severity.value, _both(check.title), "<br>".join(check.refs), rows, _parameters(check))


def _parameters(check: Check) -> str:
    levels = [f"from level {level}: {values_text(values)}" for level, values in sorted(check.param_by_level.items())]
    return "<br>".join(_cell(text) for text in (values_text(check.param), *levels) if text)


def _requirements(catalog: Catalog) -> Iterable[str]:
    for table in catalog.requirements:
        yield f"### {_cell(table.title.en)} / {_cell(table.title.vi)} ({_cell(table.act)})\n"
        answers: Mapping[int, list[str]] = {row.number: [] for row in table.rows}
        for check in catalog.checks.values():
            for number in rows_answered([table], check):
                answers[number].append(f"`{check.id}`")
        yield _table(
            ("Row", "Requirement", "From level", "Checks"), (_requirement(row, answers[row.number]) for row in table.rows)
        )


def _requirement(row: RequirementRow, answers: list[str]) -> tuple[str, ...]:
    level = f"{row.from_level} (G)" if row.suggested else str(row.from_level)
    return str(row.number), _both(row.title), level, ", ".join(answers) or "**none**"


def _both(texts: Texts) -> str:
    return f"{_cell(texts.vi)}<br>{_cell(texts.en)}"


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    """On one line, and nothing that ends a cell or begins markup."""
    flat = " ".join(clean(text).split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
