"""Which addresses an agency declares as a whole: what neighbours on the network are compared with."""

from ipaddress import ip_address

import pytest

from secaudit.inventory import load_inventory
from secaudit.pipeline.judging import declared_addresses
from secaudit.resources import data_folder


@pytest.fixture(scope="module", name="inventory")
def sample():
    return load_inventory(data_folder("inventories") / "thai-nguyen")


def test_known_only_where_every_machine_in_use_declares_one(inventory):
    found = declared_addresses(inventory)
    complete = 0
    for agency in inventory.agencies:
        machines = [one for one in agency.endpoints if one.status == "in_use" and one.kind != "isolated"]
        whole = bool(machines) and all(one.address is not None for one in machines)
        complete += whole
        for one in agency.endpoints:
            assert (one.id in found) is whole
            if whole:
                assert set(found[one.id]) == {machine.address for machine in machines}
    assert 0 < complete < len(inventory.agencies)


def test_a_host_name_is_no_address(inventory):
    found = declared_addresses(inventory)
    assert all(str(ip_address(address)) == address for addresses in found.values() for address in addresses)
    agency = next(agency for agency in inventory.agencies if agency.endpoints and agency.endpoints[0].id in found)
    named = agency.endpoints[0].model_copy(update={"address": "may-01.tinh.vn"})
    changed = agency.model_copy(update={"endpoints": (named, *agency.endpoints[1:])})
    agencies = tuple(changed if one is agency else one for one in inventory.agencies)
    assert named.id not in declared_addresses(type(inventory)(**{**vars_of(inventory), "agencies": agencies}))


def vars_of(inventory):
    return {
        name: getattr(inventory, name) for name in inventory.__dataclass_fields__ if inventory.__dataclass_fields__[name].init
    }
