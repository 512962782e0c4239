"""Clauses of rule sets that no system could ever match, with their lines."""

from pathlib import Path

from secaudit.classify import unreachable
from secaudit.errors import Problem
from secaudit.messages import literal, msg
from secaudit.model.catalog import Catalog
from secaudit.model.level import LevelRuleSet
from secaudit.source import Loc, field_text, scan_yaml


def level_problems(catalog: Catalog, folder: Path) -> list[Problem]:
    """Of a catalog that loads: every condition that is true for no answers at all."""
    return [problem for rules in catalog.levels for problem in _of(rules, folder / "levels" / f"{rules.id}.yaml")]


def _of(rules: LevelRuleSet, path: Path) -> list[Problem]:
    idle = unreachable(rules)
    file = scan_yaml(path)[0] if idle else None
    problems: list[Problem] = []
    clauses = [("clauses", index, one.id, one.when) for index, one in enumerate(rules.clauses)]
    obligations = [("obligations", index, one.id, one.when) for index, one in enumerate(rules.obligations)]
    for part, index, identifier, when in (*clauses, *obligations):
        if identifier in idle and when is not None:
            loc: Loc = (part, index, "when")
            line, column = file.position(loc) if file is not None else (None, None)
            message = msg("No system can ever match {clause}: its condition is true for no answers", clause=literal(identifier))
            hint = msg("look for a misspelt word, or for conditions that exclude each other")
            problems.append(Problem(message, str(path), line, column, field=field_text(loc), hint=hint))
    return problems
