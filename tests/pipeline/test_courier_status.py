"""Who has sent what: expected are the machines a collector may run on, and those to be called come first."""

from datetime import timedelta

import pytest

from secaudit.inventory import load_inventory
from secaudit.model.courier import Receipt
from secaudit.model.identity import Identity
from secaudit.model.intake import Newcomer
from secaudit.pipeline.courier_status import Sending, newest_period, sending_report
from tests.intake.sealed import MADE, NOW, TIME, make_courier

MACHINES = {
    "xa-a": "{id: a-1, kind: workstation, serial: 5CD1234XYZ}, {id: a-2, kind: laptop},"
    " {id: a-3, kind: workstation, status: retired}",
    "xa-b": "{id: b-1, kind: workstation}, {id: b-2, kind: isolated}",
    "xa-c": "{id: c-1, kind: server}",
    "xa-d": "{id: d-1, kind: isolated}",
}


@pytest.fixture(name="inventory")
def four_agencies(tmp_path):
    (tmp_path / "agencies").mkdir()
    (tmp_path / "province.yaml").write_text("province: {id: t, name: T, owner: UBND}\n", encoding="utf-8")
    for name, machines in MACHINES.items():
        text = f"agency: {{id: {name}, name: {name}, tier: commune}}\nendpoints: [{machines}]\n"
        (tmp_path / "agencies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "agencies" / "xa-cu.yaml").write_text(
        "agency: {id: xa-cu, name: xa-cu, tier: commune, valid_until: 2026-06-30}\nendpoints: [{id: z, kind: server}]\n",
        encoding="utf-8",
    )
    return load_inventory(tmp_path)


A, B, LATER = make_courier("a" * 16, "xa-a"), make_courier("b" * 16, "xa-b"), make_courier("c" * 16, "xa-a", period="2027-01")


def receipt(endpoint: str, courier: str = A.id, at=TIME) -> Receipt:
    return Receipt(f"{endpoint}{at}{courier}", courier, f"{endpoint}{at}{courier}", endpoint, at, endpoint)


def report(inventory, *receipts: Receipt, couriers=(A, B), **more):
    found = sending_report(inventory, couriers, receipts, period="2026-12", now=NOW, **more)
    return {one.agency: one for one in found.agencies}


def test_isolated_and_retired_machines_are_not_waited_for_and_closed_agencies_not_shown(inventory):
    found = report(inventory)
    assert {name: one.expected for name, one in found.items()} == {"xa-c": 1, "xa-a": 2, "xa-b": 1}


def test_those_without_collector_come_first_then_those_that_sent_nothing(inventory):
    found = report(inventory, receipt("a-1"))
    assert [(name, one.sending) for name, one in found.items()] == [
        ("xa-c", Sending.NO_COLLECTOR),
        ("xa-b", Sending.NOTHING),
        ("xa-a", Sending.PARTLY),
    ]
    assert (found["xa-a"].received, found["xa-a"].missing) == (("a-1",), ("a-2",))
    assert report(inventory, receipt("a-1"), receipt("a-2"))["xa-a"].sending is Sending.COMPLETE


def test_ages_are_those_of_the_newest_answer_of_each_machine(inventory):
    hour = timedelta(hours=1)
    found = report(inventory, receipt("a-1", at=TIME - hour), receipt("a-1", at=TIME + hour), receipt("a-2", at=TIME))["xa-a"]
    assert (found.newest, found.oldest) == (TIME + hour, TIME)


def test_answers_of_another_period_do_not_count(inventory):
    assert report(inventory, receipt("a-1", LATER.id), couriers=(A, B, LATER))["xa-a"].sending is Sending.NOTHING


def test_a_new_machine_waits_until_it_is_declared_by_id_or_number(inventory):
    def newcomer(identity: Identity, agency: str = "xa-a") -> Newcomer:
        return Newcomer("xa-a-pc", agency, "PC", identity, "windows", "courier", TIME, TIME)

    waiting = report(inventory, receipt("xa-a-pc"), newcomers=[newcomer(Identity(serial="OTHER99"))])["xa-a"]
    assert (waiting.received, waiting.others) == ((), ("xa-a-pc",))
    declared = report(inventory, receipt("xa-a-pc"), newcomers=[newcomer(Identity(serial="5CD1234XYZ"))])["xa-a"]
    assert (declared.received, declared.others) == (("a-1",), ())
    foreign = report(inventory, receipt("xa-a-pc"), newcomers=[newcomer(Identity(serial="5CD1234XYZ"), "xa-b")])["xa-a"]
    assert foreign.others == ("xa-a-pc",)


def test_only_the_agencies_asked_for_are_shown(inventory):
    assert list(report(inventory, only=["xa-b"])) == ["xa-b"]


def test_the_newest_period_is_the_last_one_with_a_collector():
    assert newest_period([A, LATER, B], NOW) == "2027-01"
    assert newest_period([], MADE) == "2026-12"
