"""The generator of the benchmarks writes provinces that are sound, of the size asked for, and the same each time."""

import importlib.util
import sys
import unicodedata
from pathlib import Path

import pytest

from secaudit.inventory import check_inventory, load_inventory
from secaudit.model.identifiers import real_serial

FILE = Path(__file__).parents[2] / "benchmarks" / "province.py"


@pytest.fixture(scope="module")
def generator():
    before = set(sys.modules)
    sys.path.insert(0, str(FILE.parent))
    spec = importlib.util.spec_from_file_location("benchmark_province", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(FILE.parent))
    for name in {"names", "faults", spec.name} - before:
        sys.modules.pop(name, None)


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


def test_names_are_close_to_each_other_and_some_are_decomposed(generator, tmp_path):
    generator.write_province(tmp_path, generator.Size(900, 2000, 1000))
    inventory = load_inventory(tmp_path)
    names = [part.agency.name for part in inventory.agencies]
    composed = {unicodedata.normalize("NFC", name) for name in names}
    assert len(composed) == 900 and any(not unicodedata.is_normalized("NFC", name) for name in names)
    bare = {generator.names.unicodedata.normalize("NFD", name).encode("ascii", "ignore").lower() for name in composed}
    assert len(bare) < len(composed), "some differ by their marks alone"
    hosts = [one.hostname for one in inventory.endpoints.values() if one.hostname]
    assert len(set(hosts)) < len(hosts), "the same host names stand in many agencies"


def test_every_fault_is_found_where_it_was_put_and_nothing_else_is(generator, tmp_path):
    counts = dict.fromkeys(generator.KINDS, 3)
    planted = generator.write_province(tmp_path, generator.Size(80, 1600, 200), counts)
    assert len(planted) == 3 * len(counts)
    inventory, problems = check_inventory(tmp_path)
    assert inventory is None
    found = {(Path(problem.path).stem, problem.field): str(problem.message) for problem in problems}
    quiet = ("junk-serial", "nothing-known")
    for fault in planted:
        if fault.kind not in quiet:
            assert generator.KINDS[fault.kind].words in found.pop((fault.agency, fault.place)), fault
    assert not found, found


def test_faults_that_are_no_errors_leave_the_answer_open(generator, tmp_path):
    planted = generator.write_province(tmp_path, generator.Size(20, 400, 40), {"junk-serial": 3, "nothing-known": 3})
    inventory = load_inventory(tmp_path)
    spoilt = {}
    for fault in planted:
        part = next(one for one in inventory.agencies if one.agency.id == fault.agency)
        spoilt.setdefault(fault.kind, []).append(part.endpoints[int(fault.place.partition("[")[2].partition("]")[0])])
    assert all(one.serial and real_serial(one.serial) is None for one in spoilt["junk-serial"])
    assert all(one.model_fields_set == {"id", "kind"} for one in spoilt["nothing-known"])
