"""The proof that stands beside checks, level clauses and products, run."""

from secaudit.classify import run_level_cases
from secaudit.facts.product_cases import run_product_cases
from secaudit.judge import run_cases
from secaudit.model.catalog import Catalog
from secaudit.model.finding import CaseResult


def prove_catalog(catalog: Catalog) -> list[CaseResult]:
    """Every case of every check, of every level clause and of every product."""
    results: list[CaseResult] = []
    for check in catalog.checks.values():
        results += run_cases(check)
    for rules in catalog.levels:
        results += run_level_cases(rules)
    results += run_product_cases(catalog.knowledge)
    return results
