"""One row of a list becomes facts: what it says, and nothing that it only seems to say."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.catalog import load_catalog
from secaudit.facts import parse_facts
from secaudit.facts.console import PARSERS
from secaudit.facts.grade import protection_grade
from secaudit.intake.rows import read_rows
from secaudit.judge import Judge
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FACTS, Known, Missing, MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint
from secaudit.resources import data_folder
from tests.intake.console_samples import table

CATALOG = load_catalog(data_folder("checks"))
CONTACT = datetime(2026, 11, 25, 1, 15, tzinfo=UTC)
COURT = Judge(CATALOG.checks[f"protection.{name}"] for name in ("installed", "active", "managed", "edr", "siem", "shared"))
KES = "kaspersky-kes-windows"


def capture(values, unread=None, source="ksc", **more):
    body = json.dumps({"source": source, "values": values, "unread": unread or {}, "cells": {}, **more}).encode()
    return Capture("console", (Section("row", SectionStatus.OK, body),), body, hashlib.sha256(body).hexdigest())


def facts(_unread=None, _source="ksc", **values):
    given = {"last_contact": CONTACT.isoformat(), **values}
    return parse_facts(capture(given, _unread, _source), CATALOG.knowledge, CONTACT)


def rows(**values):
    found = facts(**values)["protection.products"]
    return found.value if isinstance(found, Known) else found


def verdicts(found, level=3, kind="server"):
    endpoint = Endpoint.model_validate({"id": "m", "kind": kind})
    return {finding.check.partition(".")[2]: finding.verdict for finding in COURT.judge(endpoint, found, level=level)}


def test_a_full_row_proves_what_it_says():
    signed = (CONTACT - timedelta(days=2, hours=3)).isoformat()
    found = facts(
        name="PC-01", product=KES, running=True, realtime=True, signature_date=signed, managed=True, version="12.6.0.438"
    )
    assert rows(product=KES, running=True, realtime=True, signature_date=signed, managed=True, version="12.6.0.438") == [
        {"id": KES, "name": "Kaspersky Endpoint Security for Windows / Small Office Security / Standard", "kind": "av",
         "source": "console:ksc", "running": True, "realtime": True, "signature_age_days": 2, "managed": True,
         "version": "12.6.0.438"}
    ]  # fmt: skip
    assert found["machine.name"] == Known("PC-01", "row")
    said = verdicts(found)
    assert [said[name] for name in ("installed", "active", "managed")] == [Verdict.PASS] * 3
    assert {said[name] for name in ("edr", "siem", "shared")} == {Verdict.UNKNOWN}
    assert protection_grade(found, signature_days=[7]).proven == 3


@pytest.mark.parametrize("values", [
    {}, {"managed": True}, {"product": KES}, {"product": KES, "managed": True},
    {"product": KES, "installed": False, "managed": True},
    {"running": False, "product": KES}, {"product": KES, "realtime": False, "running": False}, {"installed": True},
])  # fmt: skip
def test_a_list_disproves_no_protection_and_without_installation_proves_none(values):
    found = facts(**values)
    assert isinstance(found["protection.products"], Missing)
    assert set(verdicts(found).values()) == {Verdict.UNKNOWN}
    assert protection_grade(found, signature_days=[7]) == protection_grade({}, signature_days=[7])


@pytest.mark.parametrize(
    "values", [{"running": False}, {"realtime": False}, {"managed": False}, {"signature_date": "2020-01-01T00:00:00+00:00"}]
)
def test_what_a_row_says_against_its_product_never_makes_a_machine_fail(values):
    """Another product may protect the machine: a list of one console is never whole."""
    found = facts(product=KES, installed=True, **values)
    assert Verdict.FAIL not in verdicts(found).values() and verdicts(found)["active"] is Verdict.UNKNOWN


def test_freshness_comes_from_a_date_alone():
    without = facts(product=KES, installed=True, running=True, realtime=True)
    assert verdicts(without)["active"] is Verdict.UNKNOWN
    assert without["protection.products"].missing_fields["signature_age_days"] is MissingReason.UNSUPPORTED
    unread = facts({"signature_date": "“never” is no date"}, product=KES, installed=True)
    assert unread["protection.products"].missing_fields["signature_age_days"] is MissingReason.ERROR


@pytest.mark.parametrize(("ahead", "age"), [(timedelta(), 0), (timedelta(hours=10), 0), (timedelta(days=-6, hours=-23), 6)])
def test_the_age_counts_to_the_last_contact_not_to_today(ahead, age):
    (row,) = rows(product=KES, installed=True, signature_date=(CONTACT + ahead).isoformat())
    assert row["signature_age_days"] == age


def test_what_is_off_protects_nothing_in_real_time():
    (row,) = rows(product=KES, installed=True, running=False, realtime=True)
    assert row["realtime"] is False


def test_the_product_follows_the_system_and_a_strange_one_proves_nothing():
    assert rows(product=KES, installed=True, os="Ubuntu 22.04")[0]["id"] == "kaspersky-kesl"
    (row,) = rows(product="Super Antivirus 2026", installed=True, running=True, realtime=True)
    assert row["id"] == "unlisted" and row["name"] == "Super Antivirus 2026" and "kind" not in row
    found = facts(product="Super Antivirus 2026", installed=True, running=True, realtime=True)
    assert set(verdicts(found).values()) == {Verdict.UNKNOWN}
    assert "kind" not in rows(product="viettel-vcs", installed=True)[0], "an unconfirmed record of the catalogue"


def test_an_agent_of_a_console_is_no_protection():
    (row,) = rows(product="Kaspersky Security Center Network Agent", installed=True, running=True)
    assert row["kind"] == "management"
    assert verdicts(facts(product="Kaspersky Security Center Network Agent", installed=True))["installed"] is Verdict.UNKNOWN


def test_an_edr_of_the_catalogue_runs_by_the_lists_word():
    (row,) = rows(_source="soc-list", product="CrowdStrike Falcon", edr=True)
    assert (row["id"], row["kind"], row["running"]) == ("crowdstrike-falcon", "edr", True)
    contradicted = facts(product="CrowdStrike Falcon", edr=True, running=False)["protection.products"]
    assert "running" not in contradicted.value[0] and contradicted.missing_fields["running"] is MissingReason.ERROR


@pytest.mark.parametrize("product", [None, "Viettel Endpoint Security", "viettel-vcs", "Some EDR", KES])
def test_an_edr_that_only_its_operator_knows_counts_as_one_and_makes_up_for_no_signatures(product):
    values = {"edr": True, "siem": True, "shared": False} | ({"product": product} if product else {})
    found = facts(_source="soc-list", **values)
    said = verdicts(found)
    assert said["edr"] is said["siem"] is said["installed"] is Verdict.PASS and said["shared"] is Verdict.FAIL
    assert said["active"] is Verdict.UNKNOWN
    sensors = [row for row in found["protection.products"].value if row.get("kind") == "edr"]
    assert len(sensors) == 1 and "id" not in sensors[0]


def test_the_monitoring_unit_proves_p4_and_p5_only_on_top_of_the_others():
    full = {"product": "CrowdStrike Falcon", "edr": True, "managed": True, "siem": True, "shared": True}
    assert protection_grade(facts(**full), signature_days=[7]).proven == 5
    assert protection_grade(facts(**{**full, "managed": None}), signature_days=[7]).proven == 2
    assert protection_grade(facts(siem=True, shared=True), signature_days=[7]).proven == 0


@pytest.mark.parametrize(
    ("os", "version", "family", "identity", "release", "build", "revision"),
    [
        ("Microsoft Windows 10 Pro", "10.0.19045.4291", "windows", "windows", "10-22h2", 19045, 4291),
        ("Windows 10", "10.0 (19045)", "windows", "windows", "10-22h2", 19045, None),
        ("Windows10", "10.0.22631", "windows", "windows", "11-23h2", 22631, None),
        ("Windows Server 2019", "17763", "windows", "windows-server", "2019", 17763, None),
        ("Windows", "17763", "windows", None, None, 17763, None),
        ("Windows 7 Professional", "6.1.7601", "windows", "windows", "7-sp1", 7601, None),
        ("Windows 10", "22H2", "windows", "windows", None, None, None),
        ("Windows 10", "99999", "windows", "windows", None, None, None),
        ("Ubuntu 22.04.3 LTS", "22.04", "linux", None, None, None, None),
        ("macOS 14", "23A344", None, None, None, None, None),
    ],
)
def test_a_release_is_known_only_where_it_maps_surely(os, version, family, identity, release, build, revision):
    found = facts(os=os, os_version=version)
    names = ("os.family", "os.id", "os.version", "os.build", "os.revision")
    assert [found[name].value if isinstance(found[name], Known) else None for name in names] == [
        family,
        identity,
        release,
        build,
        revision,
    ]


def test_windows_11_is_called_so_although_consoles_say_10():
    assert facts(os="Windows 10 Pro", os_version="10.0.22631.1")["os.name"].value == "Windows 11 Pro"


def test_an_ended_release_is_no_failure_while_nobody_knows_what_support_was_bought():
    assert facts(os="Windows 10", os_version="19045")["os.extended_support"] == Missing(
        MissingReason.UNSUPPORTED, "row", "the list does not say it"
    )


def test_identifiers_are_those_of_a_probe():
    found = facts(serial="5CD1", uuid="4c4c4544-0042-3510-8057-b7c04f4e3232", mac="00:1a:2b:3c:4d:5e")
    assert found["machine.serial"].value == "5CD1" and found["machine.identifiable"].value is True
    assert found["machine.uuid"].value == "4c4c4544-0042-3510-8057-b7c04f4e3232"
    assert found["machine.mac"] == Known(["00:1a:2b:3c:4d:5e"], "row", complete=False)
    assert isinstance(facts(serial="Default string")["machine.serial"], Missing)
    assert isinstance(facts()["machine.identifiable"], Missing), "that a list shows none says nothing of the firmware"


def test_everything_a_row_does_not_say_is_unsupported():
    found = facts(name="PC")
    assert found.keys() == FACTS.keys()
    for name, value in found.items():
        if name != "machine.name":
            assert isinstance(value, Missing) and value.reason is MissingReason.UNSUPPORTED, name


def test_what_the_reader_understood_goes_through_to_the_facts():
    """Rows as the intake makes them, not as this test would write them."""
    head = (
        "Tên máy",
        "Lần kết nối cuối",
        "Phần mềm bảo vệ",
        "Bảo vệ thời gian thực",
        "Đang chạy",
        "Ngày mẫu nhận diện",
        "Quản trị tập trung",
    )
    cells = ("PC-01", "25/11/2026 08:15", "Bkav Endpoint", "Có", "Có", "24/11/2026", "Có")
    (row,) = read_rows(table(head, cells), CATALOG.consoles["csv"], imported_at=CONTACT).rows
    values = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.values.items()}
    found = parse_facts(capture(values, dict(row.unread), "csv"), CATALOG.knowledge, CONTACT)
    assert protection_grade(found, signature_days=[7]).proven == 3
    assert found["protection.products"].value[0]["id"] == "bkav"


VALUE = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=30), st.just(CONTACT.isoformat()), st.lists(st.text(), max_size=2)
)
NAMES = ("name", "serial", "uuid", "mac", "os", "os_version", "last_contact", "product", "version", "installed", "running",
         "realtime", "signature_date", "managed", "edr", "siem", "shared")  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(NAMES), VALUE), st.dictionaries(st.sampled_from(NAMES), st.text(max_size=10)))
def test_any_row_gives_facts_and_never_a_defect_or_a_failure_by_absence(values, unread):
    found = parse_facts(capture(values, unread), CATALOG.knowledge, CONTACT)
    for name in PARSERS:
        fact = found[name]
        assert not (isinstance(fact, Missing) and "parser failed" in fact.detail), (name, fact)
    assert Verdict.FAIL not in [verdicts(found)[name] for name in ("installed", "active", "managed", "edr")]


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_give_missing_facts(body):
    broken = Capture("console", (Section("row", SectionStatus.OK, body),), body, hashlib.sha256(body).hexdigest())
    assert all(isinstance(fact, Missing) for fact in parse_facts(broken, CATALOG.knowledge, CONTACT).values())
