"""``docs/checks.md``: the checks of a catalog as one page in Markdown, written from the catalog alone."""

from collections.abc import Iterable

from secaudit.messages import Translator, clean
from secaudit.model.base import Texts
from secaudit.model.catalog import Catalog
from secaudit.model.check import LEVELS, Check, Severity
from secaudit.model.requirement import Requirement
from secaudit.pipeline.parameters import values_text
from secaudit.report.groups import group_word, grouped

_HEAD = """\
# Checks

Written by `secaudit checks docs` from the catalog; a test compares the two. `secaudit checks show ID` prints a check whole: why
it matters, how to look by hand, how to put it right, and the cases that prove it. How to write one: `docs/writing-checks.md`.

{count} checks in {groups} groups: {severities}.
"""
_REQUIREMENTS = """\
## Requirements of the standards and the checks that decide them

The files are `checks/requirements/`; how to read and extend them: `docs/requirements.md`. G: the act or this tool suggests a
value that may differ with a reason; a check so marked that fails leaves the requirement open and is no failure of it. Papers:
evidence is asked of people, beside the checks or in their place. Open rows: rows of the standard's own list that no requirement
here answers.
"""


def check_page(catalog: Catalog, vietnamese: Translator, english: Translator) -> str:
    """Groups in their order, a table each, then the requirements of the standards."""
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
                ("Check", "Severity", "What is asserted", "Clauses", "Requirements", "Parameters"),
                (_row(catalog, check) for check in checks),
            )
        )
    if catalog.standards:
        parts.append(_REQUIREMENTS)
        parts.extend(_standards(catalog))
    return "\n".join(parts)


def _row(catalog: Catalog, check: Check) -> tuple[str, ...]:
    rows = (f"{standard.id}: {', '.join(ids)}" for standard in catalog.standards if (ids := standard.decided_by(check.id)))
    texts = ("<br>".join(check.refs), "<br>".join(rows), _parameters(check))
    return (f"`{check.id}`", check.severity.value, _both(check.title), *texts)


def _parameters(check: Check) -> str:
    levels = [f"from level {level}: {values_text(values)}" for level, values in sorted(check.param_by_level.items())]
    return "<br>".join(_cell(text) for text in (values_text(check.param), *levels) if text)


def _standards(catalog: Catalog) -> Iterable[str]:
    for standard in catalog.standards:
        yield f"### {_cell(standard.title.en)} / {_cell(standard.title.vi)} ({_cell(standard.act)})\n"
        levels = (
            (str(level), str(standard.rows.get(level, "?")), str(len(standard.at(level))), _open(standard.open_rows(level)))
            for level in LEVELS
        )
        yield _table(("Level", "Rows of its list", "Requirements here", "Open rows"), levels)
        headings = ("Id", "Requirement", "Levels", "Checks", "Papers")
        yield _table(headings, (_requirement(one) for one in standard.requirements))


def _open(rows: int | None) -> str:
    return "?" if rows is None else str(rows)


def _requirement(one: Requirement) -> tuple[str, ...]:
    levels = ", ".join(str(level) for level in one.levels) + ("" if one.mandatory else " (G)")
    checks = ", ".join(f"`{check}`" + (" (G)" if check in one.advice else "") for check in one.checks)
    return one.id, _both(one.title), levels, checks, "yes" if one.manual is not None else ""


def _both(texts: Texts) -> str:
    return f"{_cell(texts.vi)}<br>{_cell(texts.en)}"


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    """On one line, and nothing that ends a cell or begins markup."""
    flat = " ".join(clean(text).split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")
