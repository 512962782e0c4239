"""Rules for tables of requirements."""

from secaudit.catalog.rules.naming import id_is_stem
from secaudit.catalog.rules.references import reference_problems
from secaudit.catalog.sourced import Sourced
from secaudit.catalog.values import VARIABLES
from secaudit.errors import Problem
from secaudit.messages import msg
from secaudit.model.requirement import RequirementTable
from secaudit.source import did_you_mean


def sound_requirements(tables: list[Sourced[RequirementTable]]) -> list[Problem]:
    """Each row once, by clauses and facts that exist: a row that nothing can answer would look as if nobody had cared."""
    problems = id_is_stem(tables, lambda table: table.id)
    for table in tables:
        seen: set[int] = set()
        for index, row in enumerate(table.value.rows):
            here = ("rows", index)
            if row.number in seen:
                problems.append(table.problem(msg("The same number stands twice"), (*here, "number"), found=str(row.number)))
            seen.add(row.number)
            for position, clause in enumerate(row.clauses):
                problems.extend(reference_problems(table, (*here, "clauses", position), clause))
            for position, name in enumerate(row.facts):
                if not (name in VARIABLES or (name.endswith(".") and any(known.startswith(name) for known in VARIABLES))):
                    hint = did_you_mean(name, VARIABLES) or msg("the names are listed in checks/README.md")
                    problems.append(
                        table.problem(msg("There is no such fact"), (*here, "facts", position), found=name, hint=hint)
                    )
    return problems
