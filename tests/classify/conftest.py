"""The decree as it stands in checks/levels, and shorthand for systems."""

from collections.abc import Callable

import pytest

from secaudit.classify import Classifier
from secaudit.model.inventory import (
    Agency,
    AgencyFile,
    Endpoint,
    EndpointKind,
    Interpretation,
    Inventory,
    Province,
    ProvinceFile,
    Tier,
)
from secaudit.model.level import Classification, LevelRuleSet
from secaudit.model.system import System
from secaudit.resources import data_folder
from secaudit.source import read_yaml


@pytest.fixture(scope="session")
def rules() -> LevelRuleSet:
    return LevelRuleSet.model_validate(read_yaml(data_folder("checks") / "levels" / "nd-331-2026.yaml").data)


@pytest.fixture(scope="session")
def taken() -> Callable[..., list[Interpretation]]:
    """``taken(commune_network="one")`` -> interpretations."""

    def make(**readings: str) -> list[Interpretation]:
        return [Interpretation(id=name.replace("_", "-"), reading=choice) for name, choice in readings.items()]

    return make


@pytest.fixture
def classify(rules: LevelRuleSet, taken: Callable[..., list[Interpretation]]) -> Callable[..., Classification]:
    """``classify(readings={...}, sector=..., kind=...)`` -> the classification of one system."""

    def run(readings: dict[str, str] | None = None, sector: str = "government", **fields: object) -> Classification:
        system = System.model_validate({"id": "he-thong", "name": "Hệ thống", **fields})
        return Classifier(rules, taken(**(readings or {}))).classify(system, sector)

    return run


@pytest.fixture
def province() -> Callable[..., Inventory]:
    """``province(systems=[...], endpoints={...}, shared=[...])`` -> an inventory with one agency."""

    def make(
        systems: list[dict[str, object]],
        endpoints: dict[str, list[str]] | None = None,
        shared: list[dict[str, object]] | None = None,
        sector: str = "government",
    ) -> Inventory:
        def built(items: list[dict[str, object]]) -> tuple[System, ...]:
            return tuple(System.model_validate({"name": str(item["id"]), **item}) for item in items)

        agency = Agency(id="so-khcn", name="Sở KHCN", tier=Tier.PROVINCE, sector=sector)  # type: ignore[arg-type]
        machines = tuple(
            Endpoint(id=name, kind=EndpointKind.SERVER, systems=tuple(on_it)) for name, on_it in (endpoints or {}).items()
        )
        file = AgencyFile(agency=agency, systems=built(systems), endpoints=machines)
        head = ProvinceFile(
            province=Province(id="thai-nguyen", name="Thái Nguyên", owner="UBND"), shared_systems=built(shared or [])
        )
        return Inventory(head, (file,))

    return make
