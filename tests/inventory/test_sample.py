"""The sample province loads, is what the documents describe, and its schema is the printed one."""

import json
import re
from collections import Counter
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
import yaml

from secaudit.inventory import check_inventory, json_schema
from secaudit.lab.answers import platform_of
from secaudit.model.inventory import EndpointKind, Inventory, Tier
from secaudit.model.system import DossierStatus
from secaudit.source import read_yaml

INVENTORIES = Path(__file__).parents[2] / "inventories"
PROVINCE = INVENTORIES / "thai-nguyen"
FILES = [
    PROVINCE / "province.yaml",
    *sorted((PROVINCE / "agencies").glob("*.yaml")),
    *(file for name in ("sessions", "attestations", "waivers") for file in sorted((PROVINCE / name).glob("*.yaml"))),
]
LAB = INVENTORIES / "lab" / "thai-nguyen.yaml"
NAMED_IN_DOCUMENTS = (
    "quan-ly-van-ban dich-vu-cong chu-ky-so lgsp mang-tslcd trung-tam-du-lieu mot-cua-dien-tu hoi-nghi-truyen-hinh thu-dien-tu "
    "vnpt-ioffice-bac-kan cong-thong-tin-tinh danh-gia-hai-long ioc c-thainguyen nen-tang-dung-chung csdl-dung-chung "
    "bao-cao-tong-hop kiem-tra-truc-tuyen van-ban-dang cong-so-khcn cong-so-y-te cong-huyen-dai-tu dieu-hanh-giao-duc "
    "tich-hop-dvc-quoc-gia mot-cua-tp-thai-nguyen"
)


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    found, problems = check_inventory(PROVINCE)
    assert problems == []
    assert found is not None
    return found


def test_its_size(inventory):
    tiers = Counter(part.agency.tier for part in inventory.agencies)
    assert len(inventory.agencies) >= 30
    assert tiers[Tier.COMMUNE] >= 18
    assert tiers[Tier.DISTRICT] >= 3
    assert len(inventory.systems) >= 25
    assert len(inventory.endpoints) >= 120
    kinds = Counter(endpoint.kind for endpoint in inventory.endpoints.values())
    assert all(kinds[kind] >= 3 for kind in EndpointKind)
    assert sum(endpoint.ownership == "personal" for endpoint in inventory.endpoints.values()) >= 3


def test_every_system_of_the_documents_is_there(inventory):
    assert set(NAMED_IN_DOCUMENTS.split()) <= set(inventory.systems)


def test_districts_are_history_with_successors(inventory):
    districts = [part.agency for part in inventory.agencies if part.agency.tier is Tier.DISTRICT]
    assert "tp-thai-nguyen" in {agency.id for agency in districts}
    assert all(agency.valid_until == date(2025, 6, 30) and agency.successors for agency in districts)


def test_it_holds_what_the_figures_need(inventory):
    present = [part for part in inventory.agencies if part.agency.exists_on(date(2026, 11, 20))]
    silent = [part for part in present if part.agency.submission is None]
    assert 4 <= len(silent) <= 5
    assert not any(part.endpoints for part in silent)
    larger = [
        part for part in present if part.agency.asset_register and part.agency.asset_register.computers > len(part.endpoints)
    ]
    assert len(larger) == 2
    assert sum(part.people is not None and bool(part.people.evidence) for part in present) > len(present) / 2
    assert any(part.people is not None and not part.people.evidence for part in present)
    statuses = {system.dossier.status for system in inventory.systems.values() if system.dossier}
    assert statuses == set(DossierStatus)
    sat = [line for file in inventory.sessions for line in file.attendance]
    assert {line.roster is None for line in sat} == {True, False}, "numbers and rosters"
    assert {file.session.evidence is None for file in inventory.sessions} == {True, False}
    assert len({file.session.kind for file in inventory.sessions}) == 2
    readings = {reading.id for reading in inventory.province.interpretations}
    assert "hospital-school" not in readings
    assert len(readings) >= 4


def test_every_address_is_loopback_and_in_its_agency(inventory):
    whole = IPv4Network("127.20.0.0/16")
    for part in inventory.agencies:
        for network in part.agency.networks:
            assert network.prefixlen == 24
            assert network.subnet_of(whole)
        for endpoint in part.endpoints:
            if endpoint.address is not None:
                assert any(IPv4Address(endpoint.address) in network for network in part.agency.networks)


def test_the_machine_of_the_demo(inventory):
    machine = inventory.endpoints["may-kiem-tra"]
    assert (machine.address, machine.kind, machine.os, machine.lab) == ("127.20.0.10", EndpointKind.SERVER, "linux", False)
    assert inventory.access_of(machine).port == 2222
    assert inventory.access_of(machine).user is None
    assert inventory.agency_of_endpoint["may-kiem-tra"].agency.id == "so-khcn"


def test_telephone_numbers_are_fictitious():
    for file in FILES:
        for number in re.findall(r"phone: (.+?)[,}]", file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"0208 000 0\d{3}", number)


UNDECLARED = {"127.20.7.66": "so-y-te", "127.20.41.66": "xa-la-bang"}
"""Lab machines that discovery has to find: in an agency's network, declared nowhere."""


def test_two_lab_machines_are_declared_nowhere(inventory):
    networks = {part.agency.id: part.agency.networks for part in inventory.agencies}
    declared = {endpoint.address for endpoint in inventory.endpoints.values()}
    for address, agency in UNDECLARED.items():
        assert address not in declared
        assert any(IPv4Address(address) in network for network in networks[agency])


def test_the_province_lists_every_agency(inventory):
    assert sorted(inventory.province.agencies) == sorted(part.agency.id for part in inventory.agencies)


def test_the_lab_answers_for_exactly_the_machines_marked_lab(inventory):
    lab: Any = read_yaml(LAB).data
    assert lab["port"] == "2222"
    marked = {endpoint.address: endpoint for endpoint in inventory.endpoints.values() if endpoint.lab}
    for address in UNDECLARED:
        del lab["machines"][address]
    assert set(lab["machines"]) == set(marked)
    assert len(marked) >= 80
    assert sum("misbehave" in machine for machine in lab["machines"].values()) == 8
    for address, machine in lab["machines"].items():
        answer = machine.get("answer")
        if answer is not None:
            posix = platform_of(answer) == "posix"
            assert marked[address].os == ("linux" if posix else "windows")
            assert (marked[address].kind is EndpointKind.SERVER) == (posix or answer.startswith("server-"))
    addressed = [endpoint for endpoint in inventory.endpoints.values() if endpoint.address and not endpoint.lab]
    assert len(addressed) > 5, "machines that refuse"
    assert sum(e.address is None and e.kind is not EndpointKind.ISOLATED for e in inventory.endpoints.values()) > 20, "no way in"


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: no dates, only true and false."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
CoreLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


@pytest.mark.parametrize("kind", ["agency", "province", "session", "attestation", "waiver"])
def test_the_committed_schema_is_the_printed_one(kind):
    printed = orjson.dumps(json_schema(kind), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    assert (INVENTORIES / "schema" / f"{kind}.schema.json").read_bytes() == printed
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_sample_files_name_a_schema_that_accepts_them(file):
    text = file.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named is not None
    schema = json.loads((file.parent / named[1]).read_text(encoding="utf-8"))
    errors = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(yaml.load(text, CoreLoader))]
    assert errors == []


@pytest.mark.parametrize(
    "text",
    [
        "agency: {id: x, name: X}",
        "agency: {id: X, name: X, tier: commune}",
        "agency: {id: x, name: X, tier: commune, nmae: y}",
        "agency: {id: x, name: X, tier: commune}\npeople: {heads: -1}",
        "agency: {id: x, name: X, tier: commune}\npeople: {heads: abc}",
        "agency: {id: x, name: X, tier: commune}\nendpoints: [{id: a, kind: tablet}]",
    ],
)
def test_the_schema_refuses_what_the_model_refuses(text):
    validator = jsonschema.Draft202012Validator(json_schema("agency"))
    assert list(validator.iter_errors(yaml.load(text, CoreLoader)))


def test_the_schema_lets_fields_stand_empty():
    text = "agency: {id: x, name: X, tier: commune, sector: }\npeople:\nendpoints:\nsystems: [{id: a, name: A, status: }]"
    assert not list(jsonschema.Draft202012Validator(json_schema("agency")).iter_errors(yaml.load(text, CoreLoader)))
