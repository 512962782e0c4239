"""Which addresses are searched, for whom, and which are not."""

from datetime import date
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.discover.ports import PORTS
from secaudit.errors import UsageError
from secaudit.model.inventory import Agency, AgencyFile, Endpoint, Inventory, Province, ProvinceFile
from secaudit.pipeline.search_plan import Asked, plan_search

DAY = date(2026, 11, 20)


def province(*, until=None, endpoints=(), **networks):
    files = []
    for name, listed in networks.items():
        given_ = {"id": name, "name": name, "tier": "commune", "networks": listed}
        if until and name in until:
            given_["valid_until"] = until[name]
        machines = tuple(Endpoint.model_validate(one) for one in endpoints) if name == "a" else ()
        files.append(AgencyFile(agency=Agency.model_validate(given_), endpoints=machines))
    return Inventory(ProvinceFile(province=Province(id="t", name="T", owner="O")), tuple(files))


def parts(plan):
    return [(part.agency, str(part.network)) for part in plan.parts]


def test_every_network_of_every_agency_once_in_parts_of_256_addresses():
    plan = plan_search(province(b=["127.1.0.0/23"], a=["127.2.0.0/25", "127.2.0.0/26", "127.2.0.0/25"]), Asked(), DAY)
    assert parts(plan) == [("a", "127.2.0.0/25"), ("b", "127.1.0.0/24"), ("b", "127.1.1.0/24")]


def test_one_agency_alone_and_an_unknown_one_is_refused():
    both = province(a=["127.1.0.0/24"], b=["127.2.0.0/24"])
    assert parts(plan_search(both, Asked(agencies=("b",)), DAY)) == [("b", "127.2.0.0/24")]
    with pytest.raises(UsageError, match="has no agency called bb"):
        plan_search(both, Asked(agencies=("bb",)), DAY)


def test_the_same_addresses_of_two_agencies_are_two_places():
    both = province(a=["127.1.0.0/24", "127.3.0.0/28"], b=["127.1.0.128/25"])
    plan = plan_search(both, Asked(), DAY)
    assert parts(plan) == [("a", "127.1.0.0/25"), ("a", "127.3.0.0/28")]
    assert [(one.agencies, str(one.network)) for one in plan.contested] == [(("a", "b"), "127.1.0.128/25")]
    alone = plan_search(both, Asked(agencies=("b",)), DAY)
    assert (parts(alone), alone.contested) == ([("b", "127.1.0.128/25")], ())
    with pytest.raises(UsageError, match="declared by a, b: those are different places"):
        plan_search(both, Asked(agencies=("a", "b")), DAY)
    with pytest.raises(UsageError, match="different places"):
        plan_search(both, Asked(networks=("127.1.0.200",)), DAY)


def test_an_agency_that_is_gone_owns_nothing_any_more():
    merged = province(a=["127.1.0.0/24"], b=["127.1.0.0/24"], until={"b": "2025-06-30"})
    assert parts(plan_search(merged, Asked(), DAY)) == [("a", "127.1.0.0/24")]
    with pytest.raises(UsageError, match="no agency called b"):
        plan_search(merged, Asked(agencies=("b",)), DAY)


def test_networks_outside_the_inventory_need_an_express_word():
    known = province(a=["127.1.0.0/28"])
    with pytest.raises(UsageError, match=r"127\.1\.0\.16/28 is not in a network that the inventory names"):
        plan_search(known, Asked(networks=("127.1.0.0/27",)), DAY)
    plan = plan_search(known, Asked(networks=("127.1.0.0/27", "127.1.0.4"), outside=True), DAY)
    assert (parts(plan), plan.outside) == ([("", "127.1.0.16/28"), ("a", "127.1.0.0/28")], True)
    assert not plan_search(known, Asked(networks=("127.1.0.8/29",), outside=True), DAY).outside


def test_a_network_of_another_agency_is_not_searched_under_a_wrong_name():
    with pytest.raises(UsageError, match="belongs to b"):
        plan_search(province(a=["127.1.0.0/24"], b=["127.2.0.0/24"]), Asked(("a",), ("127.2.0.7",), outside=True), DAY)


@pytest.mark.parametrize("text", ["127.0.0.1/8", "name.example", "-iL /etc/passwd", "127.0.0.1 127.0.0.2", "", "127.1.0.0/24;id"])
def test_what_is_no_network_is_refused(text):
    with pytest.raises(UsageError, match="is no network"):
        plan_search(province(a=["127.1.0.0/24"]), Asked(networks=(text,), outside=True), DAY)


def test_a_network_that_is_too_large_is_refused_when_named_and_left_out_with_a_word_when_not():
    known = province(a=["127.0.0.0/8"], b=["127.2.0.0/24"])
    for asked in (Asked(agencies=("a",)), Asked(networks=("127.0.0.0/16",), outside=True)):
        with pytest.raises(UsageError, match="more than 4096 addresses"):
            plan_search(known, asked, DAY)
    plan = plan_search(known, Asked(), DAY)
    assert parts(plan) == [("b", "127.2.0.0/24")]
    assert [(one.agencies, str(one.network)) for one in plan.too_large] == [(("a",), "127.0.0.0/8")]


def test_agencies_without_networks_are_named():
    assert plan_search(province(a=[], b=["127.2.0.0/24"]), Asked(), DAY).silent == ("a",)


def test_declared_ports_of_the_agencies_machines_are_looked_at_too():
    machines = [
        {"id": "m1", "kind": "server", "address": "127.1.0.5", "access": {"port": 22022}},
        {"id": "m2", "kind": "server", "address": "127.1.0.6", "access": {"port": 1234, "via": "m1"}},
        {"id": "m3", "kind": "server", "access": {"port": 999}},
    ]
    known = province(a=["127.1.0.0/24"], b=["127.2.0.0/24"], endpoints=machines)
    assert plan_search(known, Asked(), DAY).ports == tuple(sorted({*PORTS, 22022}))
    assert plan_search(known, Asked(agencies=("b",)), DAY).ports == PORTS


def test_both_families_of_addresses():
    plan = plan_search(province(a=["fd00::/121", "127.1.0.0/30"]), Asked(), DAY)
    assert parts(plan) == [("a", "127.1.0.0/30"), ("a", "fd00::/121")]


some_network = st.builds(
    lambda low, size: str(ip_network((0x7F010000 + (low & ~((1 << size) - 1)), 32 - size))),
    st.integers(0, 2047),
    st.integers(0, 9),
)
some_province = st.dictionaries(st.sampled_from("abcd"), st.lists(some_network, max_size=3), min_size=1)


@given(some_province)
def test_every_declared_address_is_searched_once_for_its_only_owner_or_named_as_contested(networks):
    plan = plan_search(province(**networks), Asked(), DAY)
    owners = {}
    for name, listed in networks.items():
        for network in listed:
            for address in ip_network(network):
                owners.setdefault(address, set()).add(name)
    searched = [(address, {part.agency}) for part in plan.parts for address in part.network]
    contested = [(address, set(one.agencies)) for one in plan.contested for address in one.network]
    assert len(searched) + len(contested) == len(owners)
    assert dict([*searched, *contested]) == owners
    assert all(part.network.num_addresses <= 256 for part in plan.parts)


@given(some_province, st.lists(some_network, min_size=1, max_size=3))
def test_nothing_is_searched_that_was_not_asked_for(networks, asked):
    wanted = {address for network in asked for address in ip_network(network)}
    try:
        plan = plan_search(province(**networks), Asked(networks=tuple(asked), outside=True), DAY)
    except UsageError:
        return
    assert {address for part in plan.parts for address in part.network} == wanted
