"""What people do about found machines: only what fits, and never twice."""

from datetime import UTC, datetime, timedelta

import pytest

from secaudit.cli.found_machines import Wish, act
from secaudit.errors import UsageError
from secaudit.model.discovery import AgencyFound, Device, HostFound, Meeting, Met, Service
from secaudit.model.identity import Identity
from secaudit.model.intake import FOUND, Newcomer
from secaudit.model.inventory import AgencyFile, EndpointKind, Inventory, Province, ProvinceFile
from secaudit.pipeline.adopting import waiting
from secaudit.pipeline.newcomers import Waiting, newcomer_row
from secaudit.pipeline.proposing import propose, set_aside, to_adopt
from secaudit.pipeline.reconciling import Reconciliation

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def host(address="127.0.9.1", agency="xa-a", **fields):
    return HostFound(address, agency, AT, (Service(22),), **fields)


def found(*lines):
    return Reconciliation(
        tuple(Met(kind, one.agency, endpoint, one) for kind, endpoint, one in lines), {"xa-a": AgencyFound("xa-a", (), ())}
    )


def proposals(*hosts, known=(), at=AT):
    return propose(hosts, known, since={}, who="an", at=at)


def test_a_found_machine_is_proposed_with_all_that_tells_it_and_by_whom():
    since = {("xa-a", "127.0.9.1"): AT - timedelta(days=3)}
    [one] = propose([host(device=Device.WINDOWS, name="PC-1.xa", host_key="K")], (), since=since, who="an", at=AT).new
    assert (one.agency, one.name, one.os, one.source, one.address, one.host_key) == (
        "xa-a", "PC-1.xa", "windows", FOUND, "127.0.9.1", "K"
    )  # fmt: skip
    assert (one.adopted_by, one.adopted_at, one.first_seen, one.last_seen) == ("an", AT, AT - timedelta(days=3), AT)


def test_proposing_twice_is_once_also_at_another_address_by_its_key():
    [one] = proposals(host(host_key="K")).new
    again = proposals(host("127.0.9.7", host_key="K"), known=[one], at=AT + timedelta(days=1))
    assert (again.new, again.already) == ((), (one,))
    # Another machine at the address is another proposal.
    assert proposals(host(host_key="K2"), known=[one]).new[0].id != one.id


def test_machines_without_a_name_are_told_apart():
    first, second = proposals(host("127.0.9.1"), host("127.0.9.2")).new
    assert first.id != second.id
    one, two = proposals(host(name="pc", host_key="A"), host("127.0.9.2", name="pc", host_key="B")).new
    assert one.id != two.id


def test_a_machine_that_evidence_speaks_of_keeps_its_id_and_learns_its_address():
    known = Newcomer("xa-a-pc-1", "xa-a", "PC-1", Identity(serial="S1"), "windows", "ksc", AT, AT)
    [one] = proposals(host(name="pc-1.xa"), known=[known]).new
    assert (one.id, one.source, one.address, one.adopted_by) == ("xa-a-pc-1", "ksc", "127.0.9.1", "an")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Meeting.ANSWERING, "it is declared"),
        (Meeting.MOVED, "at another address"),
        (Meeting.RETIRED_ALIVE, "retired"),
        (Meeting.ISOLATED_ALIVE, "isolated"),
        (Meeting.SET_ASIDE, "set aside"),
    ],
)
def test_what_is_no_undeclared_machine_is_not_proposed(kind, words):
    with pytest.raises(UsageError, match=words):
        to_adopt(found((kind, "m", host())), ["127.0.9.1"], ())
    assert to_adopt(found((kind, "m", host())), (), ()) == ()


def test_everything_wrong_is_said_at_once_and_an_address_of_two_agencies_needs_one():
    both = found((Meeting.UNDECLARED, "", host()), (Meeting.UNDECLARED, "", host(agency="xa-b")))
    with pytest.raises(UsageError) as error:
        to_adopt(both, ["127.0.9.1", "x\x1b[31m", "127.0.9.9"], ())
    said = str(error.value)
    assert "xa-a, xa-b" in said and "this is no IP address" in said and "127.0.9.9: the newest searches" in said
    assert "\x1b" not in said
    assert [one.agency for one in to_adopt(both, ["127.0.9.1"], ["xa-b"])] == ["xa-b"]
    assert [one.agency for one in to_adopt(both, (), ["xa-a"])] == ["xa-a"]


def test_setting_aside_keeps_what_the_address_answers_and_needs_a_reason():
    lines = found((Meeting.UNDECLARED, "", host(mac="AA:BB:CC:DD:EE:FF", host_key="K")))
    [word] = set_aside(lines, ["127.0.9.1"], (), device=Device.PRINTER, reason="máy in", who="an", at=AT)
    assert dict(word.like) == {"mac": "aa:bb:cc:dd:ee:ff", "host_key": "K", "name": "", "ports": "22"}
    with pytest.raises(UsageError, match="reason"):
        set_aside(lines, ["127.0.9.1"], (), device=Device.PRINTER, reason=" ", who="an", at=AT)
    with pytest.raises(UsageError, match="declared"):
        set_aside(found((Meeting.ANSWERING, "m", host())), ["127.0.9.1"], (), device=Device.PRINTER, reason="x", who="a", at=AT)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(adopt=("127.0.9.1",), adopt_all=True),
        Wish(aside=("127.0.9.1",), reason="x"),
        Wish(device=Device.PRINTER),
        Wish(adopt=("127.0.9.1",), reason="x"),
    ],
)
def test_options_that_do_not_go_together_are_refused_before_the_store_is_touched(wish):
    with pytest.raises(UsageError):
        act(Inventory(ProvinceFile(province=Province(id="t", name="T", owner="U")), ()), None, wish, agencies=(), who="a", at=AT)


def declaring(**fields):
    file = AgencyFile.model_validate(
        {"agency": {"id": "xa-a", "name": "A", "tier": "commune"}, "endpoints": [{"id": "m", "kind": "workstation", **fields}]}
    )
    return Inventory(ProvinceFile(province=Province(id="t", name="T", owner="U")), (file,))


def test_a_proposal_is_answered_by_a_machine_that_may_be_it():
    [one] = proposals(host(host_key="K", name="pc-1")).new
    assert waiting(declaring(address="127.0.9.9"), [one]) == (one,)
    assert waiting(declaring(address="127.0.9.1"), [one]) == ()
    assert waiting(declaring(address="127.0.9.1"), [one], {"m": "K"}) == ()
    assert waiting(declaring(address="127.0.9.1"), [one], {"m": "K2"}) == (one,), "another machine is declared there"
    assert waiting(declaring(address="127.0.9.1", hostname="pc-9"), [one]) == (one,)
    assert waiting(declaring(address="127.0.9.1", status="retired"), [one]) == (one,)
    assert newcomer_row(Waiting(one, EndpointKind.WORKSTATION, False))["address"] == "127.0.9.1"
