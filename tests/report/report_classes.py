"""Writes the list of classes in docs/report-templates.md: ``python tests/report/report_classes.py``."""

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

from secaudit.report.agency_page import AgencyDocument
from secaudit.report.document import ReportDocument
from secaudit.report.site import MachineLine, Site

DOCUMENT = Path(__file__).parents[2] / "docs" / "report-templates.md"
ROOTS = (ReportDocument, Site, MachineLine, AgencyDocument)
MARKS = re.compile(r"(<!-- classes -->\n).*?(<!-- /classes -->)", re.DOTALL)


def class_lines() -> list[str]:
    """A line for each class a template can come to, with its fields and what it works out of them."""
    found: dict[type, list[str]] = {}
    waiting = list(ROOTS)
    while waiting:
        kind = waiting.pop(0)
        if kind in found or not kind.__module__.startswith("secaudit.") or kind.__name__ in ("Message", "Limit"):
            continue
        hints = get_type_hints(kind)
        worked_out = [name for name, value in vars(kind).items() if isinstance(value, property) and not name.startswith("_")]
        found[kind] = [*(item.name for item in fields(kind)), *worked_out]
        for hint in hints.values():
            waiting += [one for one in _inside(hint) if is_dataclass(one)]
    lines = {kind.__name__: ", ".join(f"`{name}`" for name in names) for kind, names in found.items()}
    return [f"- `{name}`: {names}" for name, names in sorted(lines.items())]


def _inside(hint: object) -> list[type]:
    return [hint] if isinstance(hint, type) else [one for part in get_args(hint) for one in _inside(part)]


def written(text: str) -> str:
    """The page with the present list."""
    return MARKS.sub(lambda found: found[1] + "\n".join(class_lines()) + "\n" + found[2], text)


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
