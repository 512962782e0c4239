"""The law as it stands in checks/law, and shorthand for systems."""

from collections.abc import Callable
from datetime import date

import pytest

from secaudit.catalog.files import CatalogFile
from secaudit.catalog.parts import read_parts
from secaudit.law import Ground, Offices, chain_of
from secaudit.model.catalog import Catalog
from secaudit.model.decision import DecisionChain
from secaudit.model.knowledge import Knowledge
from secaudit.model.level import Classification, ClauseMatch
from secaudit.model.procedure import Law
from secaudit.model.system import System
from secaudit.resources import data_folder

PERIOD_END = date(2026, 12, 14)


@pytest.fixture(scope="session")
def law() -> Law:
    folder = data_folder("checks")
    parts = read_parts([CatalogFile(path, ("law", path.name)) for path in sorted((folder / "law").glob("*.yaml"))])
    assert parts.problems == []
    return parts.law.law()


@pytest.fixture(scope="session")
def catalog(law: Law) -> Catalog:
    return Catalog(checks={}, levels=(), plans={}, knowledge=Knowledge(), digest="", law=law)


@pytest.fixture
def chain(law: Law) -> Callable[..., DecisionChain]:
    """``chain(day, dossier={...}, levels=(2, 3), lowest=2, ...)`` -> the chain of one system."""

    def run(
        day: date = date(2026, 11, 26),
        levels: tuple[int, ...] = (),
        lowest: int | None = None,
        kept: bool = False,
        offices: Offices | None = None,
        **fields: object,
    ) -> DecisionChain:
        system = System.model_validate({"id": "he-thong", "name": "Hệ thống", **fields})
        least = lowest if lowest is not None else min(levels, default=None)
        matches = tuple(ClauseMatch("x", level, None) for level in levels)
        classification = Classification(
            "he-thong", "nd-331-2026", least or None, max(levels, default=least), matches=matches, declared_kept=kept
        )
        made = chain_of(system, classification, Ground.of(law, day, PERIOD_END), offices)
        assert made is not None
        return made

    return run
