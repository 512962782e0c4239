"""The generator of the benchmarks writes provinces that are sound, of the size asked for, and the same each time."""

import importlib.util
import sys
from pathlib import Path

import pytest

from secaudit.inventory import load_inventory

FILE = Path(__file__).parents[2] / "benchmarks" / "province.py"


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("benchmark_province", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.parametrize(("agencies", "endpoints", "systems"), [(40, 900, 110), (3, 700, 20), (1, 0, 25), (12, 5, 0)])
def test_generated_provinces_are_sound(generator, tmp_path, agencies, endpoints, systems):
    generator.write_province(tmp_path, generator.Size(agencies, endpoints, systems))
    inventory = load_inventory(tmp_path)
    assert len(inventory.agencies) == agencies
    assert len(inventory.endpoints) == endpoints
    assert len(inventory.systems) == max(systems, 20)
    assert all(e.address is None or e.address.startswith("127.") for e in inventory.endpoints.values())


def test_the_same_seed_gives_the_same_bytes(generator, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generator.write_province(tmp_path / name, generator.Size(20, 100, 40, seed))
    digests = [load_inventory(tmp_path / name).digest for name in "abc"]
    assert digests[0] == digests[1] != digests[2]


def test_networks_overlap_behind_jump_hosts(generator, tmp_path):
    generator.write_province(tmp_path, generator.Size(40, 900, 40))
    inventory = load_inventory(tmp_path)
    behind = [e for e in inventory.endpoints.values() if e.access is not None and e.access.via is not None]
    assert len({e.address for e in behind}) < len(behind)
