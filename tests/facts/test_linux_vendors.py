"""Products that speak for themselves on Linux: dates, real-time protection, management and version from their own words."""

from datetime import UTC, datetime

import pytest

from secaudit.catalog import load_catalog
from secaudit.facts import parse_facts
from secaudit.facts.linux_vendors import TELL
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import MissingReason
from secaudit.resources import data_folder

NOW = 1_795_400_000
AT = datetime.fromtimestamp(NOW, UTC)
"""23 November 2026."""


@pytest.fixture(scope="module")
def shipped():
    """The catalogue as it is shipped: ids and traces have to fit."""
    return load_catalog(data_folder("checks")).knowledge


def product(shipped, package, unit, words, running="running"):
    active = "active" if running == "running" else "inactive"
    bodies = {
        "clock": f"now={NOW}\n",
        "packages": f"manager=dpkg\nbash\n{package}\n",
        "units": f"cron.service loaded active running\n{unit}.service loaded {active} {running}\n",
        "unit-files": f"{unit}.service enabled\n",
        "processes": "uid=0\n0\tcron\n",
    }
    sections = [Section(name, SectionStatus.OK, body.encode(), 0) for name, body in bodies.items()]
    if isinstance(words, SectionStatus):
        sections.append(Section("products", words, b"", 1))
    else:
        sections.append(Section("products", SectionStatus.OK, words.encode(), 0))
    fact = parse_facts(Capture("posix", tuple(sections), b"", ""), shipped, AT)["protection.products"]
    assert len(fact.value) == 1
    return fact.value[0], fact.missing_fields


BITDEFENDER = (
    "bitdefender\tProduct version: 7.0.3.2239\nbitdefender\tAntimalware status: {}\n"
    "bitdefender\tLast security content update: 2026-11-20 at 10:11:12 GMT+7\n"
)
DRWEB = "drweb\\tVirus database timestamp: 2026-11-13 02:00:00\\n"
CORTEX = "cortex\\tContent Version: 1-2\\ncortex\\tAgent Version: 8.2.1.120305\\n"
SENTINEL = "sentinelone\tAgent state     {}\nsentinelone\tConnectivity    On\nsentinelone\tAgent version: 24.1.2.6\n"


def test_every_teller_belongs_to_a_product_of_the_catalogue(shipped):
    assert TELL.keys() <= {product.id for product in shipped.products}


@pytest.mark.parametrize(
    ("package", "unit", "words", "expected"),
    [
        ("eea", "eea", "eset\tEM002 30123 (20261120) Detection engine\n", {"signature_age_days": 3}),
        ("efs", "efs", "eset\tEM002   1  (20261123)  Detection engine\n", {"signature_age_days": 0}),
        (
            "drweb-workstations",
            "drweb-configd",
            "drweb\tVirus database timestamp: 2026-11-13 02:00:00\n",
            {"signature_age_days": 10},
        ),
        (
            "drweb-workstations",
            "drweb-configd",
            "drweb\tCore engine version: 7.00.59.12300\ndrweb\tVirus database timestamp: 2026-Nov-13 02:00:00\n",
            {"signature_age_days": 10, "version": "7.00.59.12300"},
        ),
        (
            "bitdefender-security-tools",
            "bdsec",
            BITDEFENDER.format("On"),
            {"realtime": True, "signature_age_days": 2, "version": "7.0.3.2239"},
        ),
        ("bitdefender-security-tools", "bdsec", BITDEFENDER.format("Off"), {"realtime": False}),
        ("sentinelagent", "sentinelone", SENTINEL.format("Enabled"), {"realtime": True, "managed": True, "version": "24.1.2.6"}),
        ("sentinelagent", "sentinelone", SENTINEL.format("Disabled"), {"realtime": False}),
        (
            "falcon-sensor",
            "falcon-sensor",
            "crowdstrike\tversion = 7.10.0-16303.0, rfm-state=false.\n",
            {"realtime": True, "version": "7.10.0"},
        ),
        ("falcon-sensor", "falcon-sensor", "crowdstrike\tversion = 7.10.0\ncrowdstrike\trfm-state=true.\n", {"realtime": False}),
        (
            "cortex-agent",
            "traps_pmd",
            "cortex\tContent Version: 1-2\ncortex\tAgent Version: 8.2.1.120305\n",
            {"version": "8.2.1.120305"},
        ),
        ("wazuh-agent", "wazuh-agent", "wazuh\tstatus='connected'\n", {"managed": True}),
        ("wazuh-agent", "wazuh-agent", "wazuh\tstatus='disconnected'\n", {}),
    ],
)
def test_what_a_product_says(shipped, package, unit, words, expected):
    row, _ = product(shipped, package, unit, words)
    told = {key: row[key] for key in ("realtime", "signature_age_days", "managed", "version") if key in row}
    assert {key: told.get(key) for key in expected} == expected
    if "managed" not in expected and package == "wazuh-agent":
        assert "managed" not in told


def test_a_product_that_does_not_run_protects_nothing_whatever_it_says(shipped):
    row, _ = product(shipped, "bitdefender-security-tools", "bdsec", BITDEFENDER.format("On"), running="dead")
    assert (row["running"], row["realtime"]) == (False, False)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (SectionStatus.DENIED, MissingReason.DENIED),
        (SectionStatus.ABSENT, MissingReason.ABSENT),
        ("", MissingReason.ABSENT),
        ("bitdefender\tfailed\n", MissingReason.ERROR),
        ("other\tAntimalware status: On\n", MissingReason.ABSENT),
        ("bitdefender\tAntimalware status: Vielleicht\n", MissingReason.ERROR),
        ("bitdefender\tLast security content update: 2026-99-20 at 10:11:12\n", MissingReason.ERROR),
    ],
)
def test_what_a_product_does_not_say_is_missing_with_the_reason(shipped, words, reason):
    row, missing = product(shipped, "bitdefender-security-tools", "bdsec", words)
    assert "realtime" not in row and "signature_age_days" not in row
    assert missing["realtime"] is missing["signature_age_days"] is reason


def test_a_date_in_the_future_is_an_error(shipped):
    row, missing = product(shipped, "eea", "eea", "eset\tEM002 30123 (20270120) Detection engine\n")
    assert "signature_age_days" not in row
    assert missing["signature_age_days"] is MissingReason.ERROR


def bare(shipped, **bodies):
    """Products by traces alone, on a machine where nothing else is installed."""
    given = {
        "packages": "manager=dpkg\nbash\n",
        "units": "cron.service loaded active running\n",
        "unit-files": "cron.service enabled\n",
        "processes": "uid=0\n0\tcron\n",
    } | {name.replace("_", "-"): body for name, body in bodies.items()}
    sections = tuple(Section(name, SectionStatus.OK, body.encode(), 0) for name, body in given.items())
    return parse_facts(Capture("posix", sections, b"", ""), shipped, AT)["protection.products"]


def test_every_linux_product_of_the_catalogue_is_recognised_by_each_of_its_traces(shipped):
    """A package and a unit file show it installed; a unit that runs shows it running."""
    traced = [product for product in shipped.products if product.linux.packages or product.linux.units]
    assert len(traced) >= 25
    for product in traced:
        for pattern in product.linux.packages:
            fact = bare(shipped, packages=f"manager=dpkg\nbash\n{pattern.replace('*', 'x')}\n")
            assert product.id in {row["id"] for row in fact.value}, (product.id, pattern)
        for pattern in product.linux.units:
            unit = pattern.replace("*", "x")
            unit = unit if "." in unit else f"{unit}.service"
            fact = bare(shipped, unit_files=f"cron.service enabled\n{unit} disabled\n")
            row = next(row for row in fact.value if row["id"] == product.id)
            assert (row["source"], row["running"], row["realtime"]) == ("unit", False, False), (product.id, pattern)
            live = bare(shipped, units=f"cron.service loaded active running\n{unit} loaded active running\n")
            running = {row["id"]: row["running"] for row in live.value}
            assert running[product.id] is True or product.id == "clamav", (product.id, pattern)


def test_a_process_leaves_the_list_open_or_shows_the_product(shipped):
    for product in shipped.products:
        for pattern in product.linux.processes:
            fact = bare(shipped, processes=f"uid=0\n0\tcron\n0\t{pattern.replace('*', 'x')[:15]}\n")
            shown = {row["id"]: row["running"] for row in fact.value}
            assert not fact.complete or product.id in shown, (product.id, pattern)
