"""Everything that was written down, loaded together: inventory and catalog."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from secaudit.catalog import load_catalog, plan_called, with_overrides, with_plans
from secaudit.classify import Classifier, Outcomes, levels_of_endpoints, lint_interpretations, owner_sectors
from secaudit.errors import CatalogError, DataError, Problem, UsageError
from secaudit.inventory import check_inventory
from secaudit.inventory.load import INDICATORS
from secaudit.measure import plan_faults
from secaudit.messages import msg
from secaudit.model.catalog import Catalog
from secaudit.model.inventory import Inventory
from secaudit.model.level import Classification, LevelRuleSet, OpenQuestion
from secaudit.model.plan import Plan
from secaudit.pipeline.papers import paper_problems
from secaudit.source import YamlFile, did_you_mean, field_text, scan_yaml

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
        """The plan called ``plan_id``; :class:`UsageError` when there is none, CatalogError when it is not written yet."""
        found = plan_called(self.catalog, plan_id)
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
        catalog = with_plans(with_overrides(load_catalog(checks_folder), workspace), workspace)
    except CatalogError as error:
        problems += error.problems
    inventory, found = check_inventory(inventory_folder)
    problems += found
    if catalog is not None:
        problems += plan_problems(catalog)
        if inventory is not None:
            problems += meeting_problems(catalog, inventory, inventory_folder)
            if workspace is not None:  # plans of its own may ask for figures, too
                problems += indicator_problems(catalog, inventory)
    if problems or catalog is None or inventory is None:
        raise DataError(problems)
    return Province(inventory, catalog)


def plan_problems(catalog: Catalog) -> list[Problem]:
    """Expressions of the plans that do not compile or name checks that do not exist, with file and line."""
    return [problem for plan in catalog.plans.values() for problem in problems_of_plan(plan, catalog)]


def problems_of_plan(plan: Plan, catalog: Catalog, yaml: YamlFile | None = None) -> list[Problem]:
    """What ``plan_faults`` finds, placed in the plan's file; the file is only read again where something is wrong."""
    faults = plan_faults(plan, catalog.checks)
    path = catalog.plan_files.get(plan.id)
    if faults and yaml is None and path is not None:
        yaml, _ = scan_yaml(Path(path))
    found = []
    for fault in faults:
        line, column = yaml.position(fault.loc) if yaml is not None else (None, None)
        found.append(
            Problem(fault.message, yaml.path if yaml is not None else path, line, column, field=field_text(fault.loc) or None)
        )
    return found


def meeting_problems(catalog: Catalog, inventory: Inventory, folder: Path) -> list[Problem]:
    """What an inventory names that the catalog does not have: readings, and checks and requirements of papers."""
    return [*_reading_problems(catalog, inventory, folder), *paper_problems(catalog, inventory)]


def _reading_problems(catalog: Catalog, inventory: Inventory, folder: Path) -> list[Problem]:
    """Interpretations that no rule set knows; one that an older rule set knows is no mistake."""
    problems: list[Problem] = []
    for interpretation in inventory.province.interpretations:
        found = [lint_interpretations(rules, [interpretation], path=str(folder / "province.yaml")) for rules in catalog.levels]
        if found and all(found):
            problems += found[-1]
    return problems


def indicator_problems(catalog: Catalog, inventory: Inventory) -> list[Problem]:
    """Declared figures that no plan asks for: one mistyped would count nowhere, and nobody would notice."""
    asked = {target.indicator for plan in catalog.plans.values() for target in plan.targets if target.indicator is not None}
    problems: list[Problem] = []
    for index, file in enumerate(inventory.indicators):
        if file.indicator in asked:
            continue
        path = inventory.sources.get(f"{INDICATORS}/{index}", INDICATORS)
        yaml = scan_yaml(Path(path))[0]
        line, column = yaml.position(("indicator",)) if yaml is not None else (None, None)
        hint = did_you_mean(file.indicator, asked) or msg("secaudit plan show names the figures that a plan asks for")
        message = msg("No plan asks for a figure of this name")
        problems.append(Problem(message, path, line, column, field="indicator", found=file.indicator, hint=hint))
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
