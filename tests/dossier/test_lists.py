"""Devices, services, zones: what is declared, what was seen with day and grade, and where the two disagree."""

from secaudit.model.inventory import AgencyFile
from secaudit.model.outcome import Grade
from secaudit.model.system import System
from secaudit.pipeline.dossier.devices import DeviceRow
from secaudit.pipeline.dossier.sighted import Cell, Observed
from secaudit.pipeline.dossier.zones import zone_plan
from tests.dossier.kit import SEEN


def _device(draft, endpoint):
    return next(row for row in draft.devices if row.endpoint == endpoint)


def test_a_device_shows_what_was_observed_with_its_day_and_grade(known):
    row = _device(known.draft("mang-xa-a"), "a-pc-01")
    assert row.os.observed == Observed("Windows 10 Home Single Language", SEEN.date(), Grade.A)
    assert (row.place, row.purpose, row.address) == ("Một cửa", "Tiếp nhận hồ sơ", "10.10.1.11")
    assert row.protection is not None and "Defender" in row.protection.text and row.protection.on == SEEN.date()
    assert row.unseen is None


def test_a_device_nobody_saw_says_so_and_keeps_what_is_declared(known):
    row = _device(known.draft("mang-xa-a"), "a-pc-02")
    assert row.unseen is not None and row.os == Cell("Windows") and row.protection is None and row.model is None


def test_declared_and_observed_that_disagree_are_both_shown(known):
    found = {(one.device, str(one.what)): (one.declared, one.observed.text) for one in known.draft("cong-dvc").differences}
    assert found == {("dvc-web-01", "operating system"): ("Windows", "Debian GNU/Linux 13 (trixie)")}
    names = {one.device: one.declared for one in known.draft("mang-xa-a").differences}
    assert names == {"a-pc-01": "MOTCUA"}, "the machine calls itself by another name"


def test_a_network_of_a_class_has_the_machines_of_its_agency_and_no_retired_or_isolated_one(known):
    draft = known.draft("mang-xa-a")
    assert draft.from_agency and {row.endpoint for row in draft.devices} == {"a-pc-01", "a-pc-02", "a-pc-03"}
    assert draft.alone == 1
    other = known.draft("mang-xa-b")
    assert {row.endpoint for row in other.devices} == {"b-pc-01"}, "each network its own devices"
    assert not known.draft("khoang").devices, "no class, no machine assigned: nothing is guessed"


def test_machines_of_another_system_are_never_taken_in(known):
    assert {row.endpoint for row in known.draft("la").devices} == {"la-01"}
    assert {row.endpoint for row in known.draft("cong-dvc").devices} == {"dvc-web-01", "dvc-db-01", "dvc-pc-01"}


def test_services_are_open_ports_of_servers_and_workstations_stand_apart(known):
    services = known.draft("cong-dvc").services
    ports = {row.name for row in services.rows if row.observed is not None}
    assert ports == {"tcp/22 (ssh)", "tcp/80 (http)", "tcp/443 (https)"}
    assert all(row.device == "dvc-web-01" and row.observed.on == SEEN.date() for row in services.rows if row.observed)
    declared = {row.device: row.purpose for row in services.rows if row.observed is None}
    assert declared == {"dvc-web-01": "Cổng dịch vụ", "dvc-db-01": None}
    assert services.unread == ("dvc-db-01",), "an unread list is no empty list"
    assert "tcp/445 (microsoft-ds)" in {port.name for port in services.elsewhere}


def test_zones_divide_private_from_public_and_name_what_lies_outside(known):
    plan = known.draft("cong-dvc").zones
    assert [(row.name, row.private, row.public, row.devices) for row in plan.rows] == [
        ("Vùng DMZ", ("10.20.9.0/24",), ("203.119.8.0/28",), 1),
        ("Vùng CSDL", ("10.20.10.0/24",), (), 0),
    ]
    assert plan.outside == (("dvc-db-01", "10.20.77.7"),)
    assert [address for _, address in plan.named] == ["quan-tri.local"]


def test_without_zones_the_networks_of_the_agency_stand_in_and_say_so(known):
    plan = known.draft("mang-xa-a").zones
    assert [(row.name, row.private, row.source, row.devices) for row in plan.rows] == [(None, ("10.10.1.0/24",), "agency", 2)]
    assert plan.without == 1


def test_addresses_of_both_families_find_their_zones():
    system = System(id="s", name="s", zones=[{"name": "z", "networks": ["2001:ee0:1::/48", "fd00::/8", "10.0.0.0/8"]}])
    agency = AgencyFile.model_validate({"agency": {"id": "a", "name": "a", "tier": "commune"}})
    rows = [_made(str(number), address) for number, address in enumerate(("2001:ee0:1::5", "fd00::1", "10.1.1.1", "11.1.1.1"))]
    plan = zone_plan(system, agency, rows)
    assert plan.rows[0].devices == 3 and plan.rows[0].public == ("2001:ee0:1::/48",)
    assert plan.outside == (("3", "11.1.1.1"),)


def _made(name: str, address: str) -> DeviceRow:
    return DeviceRow(name, Cell(), "server", None, Cell(), None, None, None, address, None, True)
