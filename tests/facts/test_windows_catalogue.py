"""Protection on Windows over the whole shipped catalogue, and what is left of it for a standard user."""

import json
from datetime import UTC, datetime

import pytest

from secaudit.catalog import load_catalog
from secaudit.facts import parse_facts
from secaudit.lab.answers import render_answer
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.probe import frame
from secaudit.resources import data_folder

NOW = 1_795_400_000
AT = datetime.fromtimestamp(NOW + 6, UTC)
KNOWLEDGE = load_catalog(data_folder("checks")).knowledge
DENIED, UNSUPPORTED, ABSENT = MissingReason.DENIED, MissingReason.UNSUPPORTED, MissingReason.ABSENT
BY_SERVICE = [product for product in KNOWLEDGE.products if product.windows.services]
BY_PROCESS = [product for product in KNOWLEDGE.products if product.windows.processes and not product.windows.services]
BY_NAME = [product for product in KNOWLEDGE.products if product.windows.wsc_names]


def sample(pattern):
    """A name that the pattern stands for."""
    return pattern.replace("*", "X")


def capture_of(**sections):
    made = []
    for name, body in sections.items():
        status = body if isinstance(body, SectionStatus) else SectionStatus.OK
        data = b"" if isinstance(body, SectionStatus) else json.dumps(body).encode()
        made.append(Section(name, status, data, 0))
    return Capture("windows", tuple(made), b"", "")


def products(services=None, processes=(), wsc=(), **more):
    rows = [{"name": name, "state": state} for name, state in {"RpcSs": 4, **(services or {})}.items()]
    sections = {
        "clock": {"now": NOW},
        "about": {"wow64": False},
        "os": {"version": {"CurrentBuildNumber": "19045"}, "product": {"ProductType": "WinNT"}},
        "services": {"from": "manager", "rows": rows},
        "processes": {"names": ["svchost", *processes]},
        "wsc": {"AntiVirusProduct": list(wsc), "FirewallProduct": []},
        "vendors": {"kaspersky": [], "eset": None, "sense": None, "defender": None},
        "defender": SectionStatus.ABSENT,
        **more,
    }
    fact = parse_facts(capture_of(**sections), KNOWLEDGE, AT)["protection.products"]
    assert isinstance(fact, Known)
    return {row["id"]: row for row in fact.value}, fact


@pytest.mark.parametrize("product", BY_SERVICE, ids=lambda product: product.id)
def test_a_service_of_the_catalogue_shows_its_product(product):
    """Running by one that runs, installed by one that is stopped; Defender comes with Windows and counts only where it runs."""
    for pattern in product.windows.services:
        found, _ = products({sample(pattern): 4})
        assert found[product.id]["source"] == "service"
        assert found[product.id].get("running") is True or product.kind == "edr"
        found, _ = products({sample(pattern): 1})
        if product.id in ("ms-defender-av", "ms-defender-endpoint"):
            assert product.id not in found
        else:
            assert found[product.id]["running"] is False


@pytest.mark.parametrize("product", BY_PROCESS, ids=lambda product: product.id)
def test_a_process_shows_a_product_that_has_no_service_to_look_for(product):
    for pattern in product.windows.processes:
        found, _ = products(processes=[sample(pattern).removesuffix(".exe")])
        assert found[product.id]["running"] is True


@pytest.mark.parametrize("product", BY_NAME, ids=lambda product: product.id)
def test_a_registered_name_shows_a_product_whose_program_exists(product):
    for pattern in product.windows.wsc_names:
        row = {"name": sample(pattern), "state": 0x041000, "path": "C:\\p\\p.exe", "exists": True}
        found, _ = products(wsc=[row])
        assert len(found) == 1, sample(pattern)
        (shown,) = found
        assert shown == product.id or any(other.id == shown and other.windows.wsc_names for other in KNOWLEDGE.products)
        assert products(wsc=[{**row, "exists": False}])[0] == {}


def test_the_catalogue_is_large_enough_to_mean_something():
    assert (len(BY_SERVICE) > 25, len(BY_NAME) > 10, len(BY_PROCESS) > 0) == (True, True, True)


GUID = "{D68DDC3A-831F-4fae-9E44-DA132C1ACF46}"


def test_the_own_antivirus_is_known_by_its_number_in_every_language():
    row = {"name": "Bộ bảo vệ Windows", "state": 0x061100, "guid": GUID, "path": "windowsdefender://", "exists": None}
    found, fact = products({"WinDefend": 4}, ["MsMpEng"], [row])
    assert (list(found), found["ms-defender-av"]["source"], fact.complete) == (["ms-defender-av"], "process+service+wsc", True)
    stranger = {**row, "guid": "{00000000-0000-0000-0000-000000000001}"}
    assert not products({"WinDefend": 4}, ["MsMpEng"], [stranger])[1].complete
    assert not products({"WinDefend": 4}, ["MsMpEng"], [{**row, "guid": 7}])[1].complete


DEFENDER = {
    "AMRunningMode": "Normal",
    "RealTimeProtectionEnabled": True,
    "AntivirusSignatureAge": 0,
    "AMProductVersion": "4.18.25100.9",
    "IsTamperProtected": True,
}


@pytest.mark.parametrize(
    ("status", "version", "tamper"),
    [
        (DEFENDER, "4.18.25100.9", True),
        ({**DEFENDER, "IsTamperProtected": False}, "4.18.25100.9", False),
        ({**DEFENDER, "IsTamperProtected": None}, "4.18.25100.9", ABSENT),
        ({**DEFENDER, "AMProductVersion": "0.0.0.0"}, ABSENT, True),
        ({**DEFENDER, "AMProductVersion": "newest"}, ABSENT, True),
        (SectionStatus.DENIED, DENIED, DENIED),
        (SectionStatus.TIMEOUT, MissingReason.TIMEOUT, MissingReason.TIMEOUT),
    ],
)
def test_version_and_tamper_protection_of_defender(status, version, tamper):
    found, fact = products({"WinDefend": 4}, ["MsMpEng"], defender=status)
    row = found["ms-defender-av"]
    for name, value in (("version", version), ("tamper_protected", tamper)):
        assert (fact.missing_fields.get(name) if isinstance(value, MissingReason) else row[name]) == value


def test_versions_of_kaspersky_and_eset():
    def kaspersky(*versions):
        rows = [{"key": "k", "data": {}, "about": {"ProductVersion": version}} for version in versions]
        return {"kaspersky": rows, "eset": {"ProductVersion": "11.1.2039.2"}, "sense": None, "defender": None}

    found, _ = products({"AVP.KES.21": 4, "ekrn": 4}, vendors=kaspersky("12.9.0.384"))
    assert {found["kaspersky-kes-windows"]["version"], found["eset-windows"]["version"]} == {"12.9.0.384", "11.1.2039.2"}
    # two versions on one machine: it is not known which of them runs
    assert "version" not in products({"AVP.KES.21": 4}, vendors=kaspersky("12.9.0.384", "11.6.0.394"))[0]["kaspersky-kes-windows"]


def applied(moment):
    return list(((moment + 11_644_473_600) * 10_000_000).to_bytes(8, "little"))


@pytest.mark.parametrize(
    ("value", "age"),
    [
        (applied(NOW - 3 * 86_400 - 60), 3),
        (applied(NOW + 9 * 86_400), None),
        ([0] * 8, None),
        ([255] * 8, None),
        ([1, 2], None),
        ("x", None),
        ([True] * 8, None),
    ],
)
def test_who_may_not_ask_defender_still_sees_how_old_its_signatures_are(value, age):
    vendors = {"kaspersky": [], "eset": None, "sense": None, "defender": {"AVSignatureApplied": value}}
    found, fact = products({"WinDefend": 4}, ["MsMpEng"], vendors=vendors, defender=SectionStatus.DENIED)
    assert found["ms-defender-av"].get("signature_age_days") == age
    if age is None:
        assert fact.missing_fields["signature_age_days"] is DENIED
    asked, _ = products({"WinDefend": 4}, ["MsMpEng"], vendors=vendors, defender=DEFENDER)
    assert asked["ms-defender-av"]["signature_age_days"] == 0  # what Defender says itself comes first


NEEDS_MORE = (
    "machine.serial machine.uuid machine.identifiable machine.vendor machine.model machine.memory_mb machine.mac "
    "accounts.login accounts.admins accounts.default_enabled password.min_length lockout.threshold "
    "logging.audit_categories logging.process_creation logging.oldest_days logging.size_mb disk.encrypted disk.volumes "
    "network.neighbours session.lock_seconds time.synchronised exploit.dep settings.winrm services.unneeded"
)


def test_a_standard_user_still_yields_protection_and_build_and_each_fact_that_needed_more_says_denied():
    capture = frame("windows", "0" * 32, render_answer("win10-standard-user", "0" * 32, NOW))
    facts = parse_facts(capture, KNOWLEDGE, AT)
    assert facts["probe.privileged"].value is False
    assert (facts["os.build"].value, facts["os.revision"].value) == (19045, 6575)
    fact = facts["protection.products"]
    assert [(row["id"], row["running"]) for row in fact.value] == [("ms-defender-av", True)]
    assert fact.missing_fields["realtime"] is DENIED
    assert not fact.complete
    for name in NEEDS_MORE.split():
        value = facts[name]
        assert isinstance(value, Missing), name
        assert value.reason is DENIED, (name, value)
    # and what everybody may read stays known
    for name in ("settings.uac", "settings.llmnr", "settings.lm_level", "login.automatic", "boot.secure", "network.listening"):
        assert isinstance(facts[name], Known), name
