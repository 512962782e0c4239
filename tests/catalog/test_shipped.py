"""The catalog that comes with the program."""

import re
import unicodedata
from datetime import date

import pytest

from secaudit.catalog import lint_catalog, load_catalog
from secaudit.catalog.rules.checks import TITLE_LIMIT
from secaudit.expr import Compiler
from secaudit.facts.windows_level import patch_tuesday
from secaudit.model.check import Check
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS, Known
from secaudit.resources import data_folder

FOLDER = data_folder("checks")
CATALOG = load_catalog(FOLDER)
CHECKS = list(CATALOG.checks.values())
COMPILER = Compiler([*FACTS.values(), *ENDPOINT_VARIABLES.values()])
FIXED_IDS = [
    "protection.installed",
    "protection.active",
    "protection.managed",
    "patch.security-pending",
    "patch.lists-fresh",
    "patch.restart",
    "patch.automatic",
    "patch.os-supported",
    "patch.security-source",
    "access.root-login",
    "access.empty-passwords-ssh",
    "access.password-login",
    "access.auth-tries",
    "access.rdp-nla",
    "accounts.uid0",
    "accounts.empty-password",
    "network.firewall",
    "network.smb1",
    "services.insecure",
    "settings.uac",
    "time.synchronised",
    "time.skew",
    "logging.persistent",
    "logging.active",
    "access.ssh-algorithms",
    "access.sources-limited",
    "access.winrm-unencrypted",
    "access.remote-control",
    "accounts.default-accounts",
    "accounts.idle",
    "accounts.never-expires",
    "accounts.central",
    "accounts.admin-password-age",
    "accounts.sudo-nopasswd",
    "password.min-length",
    "password.classes",
    "password.max-age",
    "password.history",
    "lockout.threshold",
    "lockout.threshold-server",
    "lockout.duration",
    "login.automatic",
    "login.second-factor",
    "session.screen-lock",
    "session.screen-lock-laptop",
    "session.screen-lock-server",
    "session.shell-timeout",
]
RELEASES = {(row.os, row.version, row.editions): row for table in CATALOG.knowledge.lifecycle for row in table.releases}
each_check = pytest.mark.parametrize("check", CHECKS, ids=[check.id for check in CHECKS])


def test_nothing_to_lint():
    assert [f"{problem.place()}: {problem.message}" for problem in lint_catalog(FOLDER)] == []


def test_what_plans_and_reports_rely_on_is_there():
    assert set(FIXED_IDS) <= set(CATALOG.checks)
    assert len(CHECKS) == 127
    assert list(CATALOG.checks) == sorted(CATALOG.checks)
    assert len(CATALOG.knowledge.products) == 56
    assert {table.id: len(table.releases) for table in CATALOG.knowledge.lifecycle} == {
        "alpine": 15,
        "amazon": 3,
        "debian": 6,
        "fedora": 9,
        "linuxmint": 18,
        "office": 7,
        "rhel": 6,
        "rhel-family": 16,
        "suse": 27,
        "ubuntu": 10,
        "windows": 48,
        "windows-server": 11,
    }
    assert {table.as_of for table in CATALOG.knowledge.lifecycle} == {date(2026, 8, 22)}
    assert [table.id for table in CATALOG.knowledge.updates] == ["windows-updates"]


def test_monthly_releases_come_out_on_patch_tuesday_and_none_is_missing_in_between():
    """A month that only seems to be there, or is forgotten, would call machines behind that are not."""
    (table,) = CATALOG.knowledge.updates
    releases: dict[tuple[str, int], list[str]] = {}
    for row in table.updates:
        if row.kind == "security":
            assert row.date == patch_tuesday(row.date.year, row.date.month), row
            assert row.month == row.date.isoformat()[:7]
            releases.setdefault((row.os, row.build), []).append(row.month)
    every = sorted({month for months in releases.values() for month in months})
    assert (every[0], every[-1], len(every)) == ("2025-01", "2026-11", 23)
    for machine, months in releases.items():
        assert months == every[every.index(months[0]) : every.index(months[-1]) + 1], machine
    unknown = {machine for machine, months in releases.items() if months[-1] != every[-1]}
    assert unknown == {("windows", 22621), ("windows-server", 25398), ("windows", 28000), ("windows-server", 26100)}


def test_clients_and_servers_of_one_build_are_told_apart():
    """Since January 2026 Server 2025 counts its revisions from 32000 on; a client's number would look years behind there."""
    (table,) = CATALOG.knowledge.updates
    newest = {(row.os, row.build): row.revision for row in table.updates if row.kind == "security" and row.month == "2026-10"}
    assert newest["windows", 26100] == 9711
    assert newest["windows-server", 26100] == 33650
    assert newest["windows", 17763] == newest["windows-server", 17763] == 9376


def test_every_build_of_the_release_table_has_an_end_of_support():
    """Without one, a build out of servicing would be taken to be served."""
    ends = {(row.os, row.build) for table in CATALOG.knowledge.lifecycle for row in table.releases}
    assert {(row.os, row.build) for row in CATALOG.knowledge.updates[0].updates} <= ends


@each_check
def test_expressions_name_declared_facts_only(check: Check):
    names = COMPILER.compile(check.when, params=check.param).names | COMPILER.compile(check.passes, params=check.param).names
    assert names
    assert names <= set(FACTS) | set(ENDPOINT_VARIABLES)
    assert any(name in FACTS for name in names)


@each_check
def test_a_machine_nobody_looked_at_never_passes(check: Check):
    nothing = COMPILER.bind({"endpoint.kind": Known("server", "case"), "endpoint.level": Known(3, "case")})
    assert COMPILER.compile(check.passes, params=check.param).evaluate(nothing).truth is None


@each_check
def test_isolated_machines_are_never_judged(check: Check):
    isolated = COMPILER.bind({"endpoint.kind": Known("isolated", "case")})
    assert COMPILER.compile(check.when, params=check.param).evaluate(isolated).truth is False


@each_check
def test_every_system_it_applies_to_has_a_fix(check: Check):
    when = COMPILER.compile(check.when, params=check.param)
    for system in ("windows", "linux"):
        facts = {"os.family": Known(system, "case"), "endpoint.level": Known(4, "case")}
        kinds = [facts | {"endpoint.kind": Known(kind, "case")} for kind in ("workstation", "laptop", "server")]
        applies = any(when.evaluate(COMPILER.bind(known)).truth is not False for known in kinds)
        assert applies == (getattr(check.fix, system) is not None)


@each_check
def test_texts_are_written_for_people(check: Check):
    assert check.severity_reason is not None
    assert check.what.en.startswith("This check ")
    assert check.what.vi.startswith("Mục kiểm tra này ")
    assert max(len(check.title.vi), len(check.title.en)) <= TITLE_LIMIT
    assert check.refs
    texts = [check.title, check.severity_reason, check.what, check.why, check.verify, check.fix.windows, check.fix.linux]
    for text in filter(None, texts):
        assert unicodedata.is_normalized("NFC", text.vi)
        assert "an toàn thông tin" not in text.vi.lower()
        assert "  " not in text.vi + text.en
        prose = re.sub(r"`[^`]*`", "", text.vi)
        if prose.strip(" .,;:"):
            assert re.search(r"[ạảãàáâậầấẩẫăắằặẳẵđêếềệểễôốồộổỗơớờợởỡưứừựửữịỉĩìíọỏõòóụủũùúỵỷỹỳý]", prose.lower())
        assert not re.search(r"\b\d{1,3}(\.\d{1,3}){3}\b", text.vi + text.en), "no addresses in texts"


@each_check
def test_a_case_shows_every_verdict_and_the_limits(check: Check):
    verdicts = [case.verdict for case in check.cases]
    assert {"pass", "fail", "unknown", "not_applicable"} <= set(verdicts)
    for name, value in check.param.items():
        facts = [fact for case in check.cases for fact in case.facts.values()]
        numbers = {abs(fact) for fact in facts if isinstance(fact, int) and not isinstance(fact, bool)}
        records = [item for fact in facts if isinstance(fact, list) for item in fact if isinstance(item, dict)]
        numbers |= {
            field for item in records for field in item.values() if isinstance(field, int) and not isinstance(field, bool)
        }
        numbers |= {len(fact) for fact in facts if isinstance(fact, list)}
        assert value in numbers, f"no case stands on the limit param.{name}"


def test_only_antivirus_and_edr_count_as_protection():
    kinds = {product.id: product.kind for product in CATALOG.knowledge.products}
    assert {kinds[name] for name in ("kaspersky-nagent", "eset-management-agent", "trellix-agent")} == {"management"}
    for name in ("generic-inventory-agents", "osquery-fleet", "velociraptor", "wazuh-agent", "linux-ondemand-scanners"):
        assert kinds[name] not in ("av", "edr", "management"), name
    assert [product.id for product in CATALOG.knowledge.products if product.on_demand] == ["linux-ondemand-scanners"]


def test_products_name_their_sources():
    readme = (FOLDER / "products" / "README.md").read_text(encoding="utf-8")
    codes = set(re.findall(r"^\| (\S+) \|", readme, re.MULTILINE)) - {"Code", "---"}
    used = {source for product in CATALOG.knowledge.products for source in product.sources}
    assert used <= codes
    for product in CATALOG.knowledge.products:
        assert product.sources or product.status == "unconfirmed", product.id


@pytest.mark.parametrize(
    ("os", "version", "editions", "ends", "extended", "free"),
    [
        ("debian", "12", (), "2026-07-11", "2028-06-30", True),
        ("debian", "11", (), "2024-08-14", "2026-08-31", True),
        ("ubuntu", "22.04", (), "2027-04-01", "2032-04-09", False),
        ("ubuntu", "20.04", (), "2025-05-31", "2030-04-02", False),
        ("windows", "10-22h2", (), "2025-10-14", "2028-10-10", False),
        ("windows", "11-24h2", (), "2026-10-13", None, False),
        ("windows", "7-sp1", (), "2020-01-14", None, False),
        ("windows", "8.1", (), "2023-01-10", None, False),
        ("windows-server", "2019", (), "2029-01-09", None, False),
        ("windows-server", "2012-r2", (), "2023-10-10", "2026-10-13", False),
        ("windows-server", "2008-r2", (), "2020-01-14", "2023-01-10", False),
    ],
)
def test_end_of_support(os, version, editions, ends, extended, free):
    row = RELEASES[(os, version, editions)]
    assert row.ends.isoformat() == ends
    assert (row.extended_ends.isoformat() if row.extended_ends else None, row.extended_is_free) == (extended, free)


def test_editions_have_their_own_end_of_support():
    def ends(version: str, edition: str) -> date:
        rows = [row for row in RELEASES.values() if row.os == "windows" and row.version == version]
        return next((row for row in rows if edition in row.editions), next(row for row in rows if not row.editions)).ends

    assert ends("11-24h2", "Professional") == date(2026, 10, 13)
    assert ends("11-24h2", "Enterprise") == date(2027, 10, 12)
    assert ends("11-24h2", "EnterpriseS") == date(2029, 10, 9)
    assert ends("11-24h2", "IoTEnterpriseS") == date(2034, 10, 10)
    assert ends("10-1809", "EnterpriseS") == date(2029, 1, 9)
    assert ends("10-1607", "EnterpriseS") == date(2026, 10, 13)
    assert ends("10-22h2", "Core") == date(2025, 10, 14)


def test_fixes_of_sshd_come_before_what_the_system_brings():
    """The first value counts: files like 01-permitrootlogin.conf would win over a later name, and old systems read no folder."""
    told = 0
    for check in CHECKS:
        text = repr(check)
        assert "sshd_config.d/10-" not in text, check.id
        assert "sshd -t`" not in text, check.id
        if "sshd_config.d/" in text:
            told += 1
            assert text.count("sshd_config.d/00-secaudit.conf") == text.count("Include"), check.id
    assert told >= 7


def test_the_fix_for_length_takes_the_credits_of_el7_away():
    text = repr(next(check for check in CHECKS if check.id == "password.min-length"))
    assert all(text.count(f"{kind}credit = 0") == 2 for kind in "ludo")


@pytest.mark.parametrize("check", [check for check in CHECKS if check.id.startswith("patch.")], ids=lambda check: check.id)
def test_whoever_repairs_updates_finds_the_way_of_his_distribution(check: Check):
    """A command of one package manager alone helps nobody whose machine has another."""
    fix = check.fix.linux
    if fix is None or check.id == "patch.extended-only":
        return
    for said in (fix.vi, fix.en):
        if re.search(r"\bapt\b|apt-|/etc/apt", said):
            assert all(name in said for name in ("Ubuntu", "RHEL", "SUSE", "Alpine")), said
