"""Everything that was written down, loaded together: inventory and catalog."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from secaudit.catalog import load_catalog, with_overrides
from secaudit.classify import Classifier, Outcomes, levels_of_endpoints, lint_interpretations, owner_sectors
from secaudit.errors import CatalogError, DataError, Problem, UsageError
from secaudit.inventory import check_inventory
from secaudit.measure import lint_plan
from secaudit.messages import msg
from secaudit.model.catalog import Catalog
from secaudit.model.inventory import Inventory
from secaudit.model.level import Classification, LevelRuleSet, OpenQuestion
from secaudit.model.plan import Plan
from secaudit.pipeline.papers import paper_problems

DEFAULT_PLAN = "ke-hoach-246"


@dataclass(frozen=True)
class Province:
    """What people wrote: the inventory and the catalog it is judged by."""

    inventory: Inventory
    catalog: Catalog

    def on(self, day: date) -> "Province":
        """The same with the tree of ``day``: machines and systems in the agencies they stood in then."""
        inventory = self.inventory.on(day)
        return self if inventory is self.inventory else replace(self, inventory=inventory)

    def plan(self, plan_id: str) -> Plan:
        """The plan called ``plan_id``; :class:`UsageError` when there is none."""
        found = self.catalog.plans.get(plan_id)
        if found is None:
            raise UsageError(
                msg("there is no plan called {id}", id=plan_id),
                hint=msg("plans: {ids}", ids=", ".join(sorted(self.catalog.plans))),
            )
        return found


@dataclass(frozen=True)
class Levels:
    """Every system classified under the rule set of one day."""

    rules: LevelRuleSet
    classifications: dict[str, Classification]
    endpoints: dict[str, int]
    """Endpoint id -> level of its systems, where determined."""


def load_province(inventory_folder: Path, checks_folder: Path, workspace: Path | None) -> Province:
    """Load both; raises :class:`DataError` with the problems of both at once.

    Everything that judges passes the ``workspace``, whose own parameters then stand in the catalog; None where nothing is judged.
    """
    problems: list[Problem] = []
    catalog: Catalog | None = None
    try:
        catalog = with_overrides(load_catalog(checks_folder), workspace)
    except CatalogError as error:
        problems += error.problems
    inventory, found = check_inventory(inventory_folder)
    problems += found
    if catalog is not None:
        problems += plan_problems(catalog, checks_folder)
        if inventory is not None:
            problems += _reading_problems(catalog, inventory, inventory_folder)
            problems += paper_problems(catalog, inventory)
    if problems or catalog is None or inventory is None:
        raise DataError(problems)
    return Province(inventory, catalog)


def plan_problems(catalog: Catalog, folder: Path) -> list[Problem]:
    """Expressions of the plans that do not compile or name checks that do not exist."""
    return [
        Problem(message, path=str(folder / "plans" / f"{plan.id}.yaml"))
        for plan in catalog.plans.values()
        for message in lint_plan(plan, catalog.checks)
    ]


def _reading_problems(catalog: Catalog, inventory: Inventory, folder: Path) -> list[Problem]:
    """Interpretations that no rule set knows; one that an older rule set knows is no mistake."""
    problems: list[Problem] = []
    for interpretation in inventory.province.interpretations:
        found = [lint_interpretations(rules, [interpretation], path=str(folder / "province.yaml")) for rules in catalog.levels]
        if found and all(found):
            problems += found[-1]
    return problems


def classify_province(province: Province, day: date) -> Levels:
    """Classify every system under the rule set in force on ``day``; systems of agencies closed by then are history."""
    rules = province.catalog.rule_set(day)
    if rules is None:
        raise UsageError(
            msg("no level rule set is in force on {day}", day=day.isoformat()),
            hint=msg("rule sets: {ids}", ids=", ".join(f"{r.id} ({r.valid_from})" for r in province.catalog.levels)),
        )
    return classify_under(rules, province.inventory.on(day), day)


def classify_under(rules: LevelRuleSet, inventory: Inventory, day: date) -> Levels:
    """Classify every system of the tree of ``day`` under one rule set, in force on that day or not."""
    closed = {agency.agency.id for agency in inventory.agencies if not agency.agency.exists_on(day)}
    classifications = {
        system: item
        for system, item in Classifier(rules, inventory.province.interpretations).classify_all(inventory).items()
        if inventory.owner_of_system.get(system) not in closed
    }
    return Levels(rules, classifications, levels_of_endpoints(inventory, classifications))


def open_questions(province: Province, levels: Levels, items: Iterable[Classification]) -> dict[str, tuple[OpenQuestion, ...]]:
    """System id -> the shortest list of questions, each with the levels its answers lead to."""
    inventory = province.inventory
    sectors = owner_sectors(inventory)
    outcomes = Outcomes(levels.rules, Classifier(levels.rules, inventory.province.interpretations))
    found: dict[str, tuple[OpenQuestion, ...]] = {}
    for item in items:
        system = inventory.systems[item.system]
        parts = [levels.classifications[part] for part in system.components if part in levels.classifications]
        found[item.system] = outcomes.of(item, system, sectors[item.system], parts)
    return found
