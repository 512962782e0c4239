"""Real Debian 11, 12 and 13 in known states, asked over SSH: facts and verdicts are what each state must give."""

import os
import re
from collections import defaultdict

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.outcome import Sight
from secaudit.probe.privileges import PRIVILEGES, command
from tests.hosts import coverage, roots
from tests.hosts.expectations import BELOW, NOT_SHOWN, ROWS, Row
from tests.hosts.machine import LISTED
from tests.hosts.roots import SUITES

pytestmark = pytest.mark.lab
DECIDING = (Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN)


def cases():
    made = []
    for row in ROWS:
        for release in row.releases:
            for account in row.accounts:
                name = f"{release}-{row.state}-{account}-{row.fact}" + (f"-{row.check}" if row.check else "")
                made.append(pytest.param(row, release, account, id=name))
    return made


@pytest.mark.parametrize(("row", "release", "account"), cases())
def test_a_state_shows_as_its_fact_and_verdict(sights, row: Row, release, account):
    seen = sights.seen[release, row.state, account]
    fact = seen.facts[row.fact]
    if isinstance(row.value, MissingReason):
        assert isinstance(fact, Missing), fact
        assert fact.reason is row.value, fact
    else:
        assert isinstance(fact, Known), fact
        assert row.value(fact.value) if callable(row.value) else fact.value == row.value, fact.value
    if row.check:
        assert seen.findings[row.check].verdict.value == row.verdict, seen.findings[row.check]


@pytest.mark.parametrize("release", SUITES)
@pytest.mark.parametrize("account", ["root", "audit"])
def test_pending_updates_are_those_of_a_simulated_upgrade(sights, release, account):
    """The package tool's own simulation on the same host; one old package was planted, so there is always one."""
    beside = sights.beside[release, "neglected"]
    rows = re.findall(r"^Inst (\S+) \[[^]]+\] \((.*)$", beside["upgrade"], re.MULTILINE)
    upgrades, security = {name for name, _ in rows}, {name for name, origin in rows if "Debian-Security:" in origin}
    planted = beside["old"].strip()
    assert planted in security
    facts = sights.seen[release, "neglected", account].facts
    assert security <= set(facts["patch.pending_security_names"].value)
    assert facts["patch.pending_security"].value == len(facts["patch.pending_security_names"].value)
    assert facts["patch.pending"].value >= len(upgrades)
    assert re.findall("^Inst ", sights.beside[release, "kept"]["upgrade"], re.MULTILINE) == []


@pytest.mark.parametrize("release", SUITES)
@pytest.mark.parametrize("state", ["neglected", "kept", "bare"])
def test_settings_of_sshd_are_those_the_server_names(sights, release, state):
    """``sshd -T`` on the same host, asked without the probe; an ordinary account reads them from the files."""
    said = dict(line.split(" ", 1) for line in sights.beside[release, state]["sshd"].splitlines() if " " in line)
    for account in ("root", "audit"):
        facts = sights.seen[release, state, account].facts
        assert facts["sshd.permit_root_login"].value == said["permitrootlogin"].replace("without-password", "prohibit-password")
        assert facts["sshd.password_authentication"].value is (said["passwordauthentication"] == "yes")
        assert facts["sshd.permit_empty_passwords"].value is (said["permitemptypasswords"] == "yes")
        assert facts["sshd.max_auth_tries"].value == int(said["maxauthtries"])


def test_sudo_shows_what_root_sees(sights):
    """Through sudo -n, without limits or by the recipe's list, comes every fact of root's own login, by value and reason."""
    ours = {"probe.user", "time.skew_seconds", "machine.uptime_days"}
    for release in SUITES:
        for state in ("neglected", "kept"):
            root, *others = (sights.seen[release, state, account].facts for account in ("root", "helper", LISTED))
            for facts in others:
                assert {n: v for n, v in root.items() if n not in ours} == {n: v for n, v in facts.items() if n not in ours}


def test_the_list_shows_as_much_as_sudo_without_limits_where_everything_is_closed(sights):
    helper, listed = (sights.seen["12", "closed", account].facts for account in ("helper", LISTED))
    assert {n: v for n, v in helper.items() if n != "probe.user"} == {n: v for n, v in listed.items() if n != "probe.user"}
    alone = sights.seen["12", "closed", "audit"].facts
    for name in ("sshd.permit_root_login", "software.remote_control", "accounts.empty_password"):
        assert name not in alone or alone[name] != listed[name] or isinstance(listed[name], Missing)
    assert sights.seen["12", "closed", LISTED].outcome.capture.by_name["processes"].status is SectionStatus.OK


@pytest.mark.parametrize("step", ["sudo-wants-tty", "sudo-wants-password"])
def test_sudo_that_wants_a_terminal_or_a_password_costs_nothing_but_what_root_alone_sees(sights, step):
    """The account without limits gets what an ordinary one gets, by section; the recipe's account needs neither of them."""
    helper, listed, audit = (sights.seen["12", step, account].outcome.capture for account in ("helper", LISTED, "audit"))
    assert helper.by_name["elevation"].status is SectionStatus.DENIED
    statuses = {one.name: one.status for one in helper.sections if one.name != "elevation"}
    assert statuses == {one.name: one.status for one in audit.sections}
    assert statuses["passwords"] is SectionStatus.DENIED
    assert listed.by_name["elevation"].status is SectionStatus.OK
    assert listed.by_name["passwords"].status is SectionStatus.OK


@pytest.mark.parametrize("release", SUITES)
def test_sudo_lists_the_recipe_and_nothing_more(sights, release):
    """``visudo`` took the file when the host started; sudo's own list of what the account may do is the file, line by line."""
    rows = [row.strip() for row in sights.beside[release, "kept"]["listing"].splitlines() if row.startswith("    (")]
    plain = [row.replace("\\\\", "\\").replace('\\"', '"') for row in rows]
    assert plain == [f"(root) NOPASSWD: {command(line)}" for one in PRIVILEGES for line in one.lines()]


@pytest.mark.parametrize("release", SUITES)
def test_what_the_recipe_does_not_list_is_refused(sights, release):
    said = sights.beside[release, "neglected"]["beyond"]
    assert said.endswith("tried\n")
    assert "allowed: " not in said
    assert "$6$" not in said, "a hash was shown"
    assert "uid=0" not in said


@pytest.mark.parametrize("release", SUITES)
def test_an_allowed_command_runs_nothing_of_the_callers(sights, release):
    assert sights.beside[release, "kept"]["environment"].split() == ["allowed", "allowed", "nft", "timeout"]


@pytest.mark.parametrize("release", SUITES)
def test_the_recipe_closes_what_else_ssh_can_do_for_its_account_and_for_no_other(sights, release):
    listed, other = (
        dict(line.split(" ", 1) for line in sights.beside[release, "bare"][f"sshd for {who}"].splitlines() if " " in line)
        for who in ("listed", "others")
    )
    closed = (
        "allowtcpforwarding",
        "allowstreamlocalforwarding",
        "allowagentforwarding",
        "x11forwarding",
        "permittty",
        "permittunnel",
    )
    assert {name: listed[name] for name in closed} == dict.fromkeys(closed, "no")
    assert listed["authenticationmethods"] == "publickey"
    assert other["permittty"] == "yes"
    assert other["authenticationmethods"] == "any"


def test_the_recipe_takes_everything_back(sights):
    assert sights.taken_back == "taken back\n"


@pytest.mark.parametrize("release", SUITES)
def test_sudo_writes_down_one_call_for_each_question(sights, release):
    """Each listed command at most once per scan, and no refusal: docs/probe.md gives the number."""
    rows = [
        row for row in sights.calls[release, "kept"].splitlines() if f" {LISTED} : " in row and "COMMAND=/usr/bin/timeout" in row
    ]
    asked = [row.partition("COMMAND=")[2] for row in rows if "not allowed" not in row and "password" not in row]
    scans = 1
    beside = 2  # the two calls of the test with an environment
    assert 6 + beside <= len(asked) <= 14 * scans + beside


def test_an_account_without_rights_is_never_told_less_is_more(sights):
    """What an ordinary account is not told stays unknown: it never turns a verdict of root's around."""
    for (release, state, account), seen in sights.seen.items():
        if account == "audit" and (release, state, "root") in sights.seen:
            for check, finding in sights.seen[release, state, "root"].findings.items():
                assert seen.findings[check].verdict in (finding.verdict, Verdict.UNKNOWN), (release, state, check)


def test_the_command_line_keeps_the_same_facts_of_the_same_hosts(sights):
    """``secaudit scan`` from the auditor's namespace: what it stored is what was seen before, host by host."""
    ours = {"time.skew_seconds", "machine.uptime_days"}
    for release in SUITES:
        for state in ("neglected", "kept"):
            stored = sights.scanned[f"deb{release}-{state}"]
            assert stored.sight is Sight.SEEN
            before = sights.seen[release, state, "root"].outcome.facts
            assert {n: v for n, v in stored.facts.items() if n not in ours} == {n: v for n, v in before.items() if n not in ours}


def test_a_host_with_another_key_than_the_enrolled_one_is_told_nothing(sights):
    outcome = sights.scanned["deb12-bare"]
    assert (outcome.sight, outcome.capture) == (Sight.HOST_KEY, None)


def test_a_mirror_that_does_not_answer_is_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(roots, "mirrors", lambda: ("http://127.0.0.1:9/debian", "http://127.0.0.1:9/security"))
    with pytest.raises(
        roots.NoRootError, match=r"^no test host can be built from the Debian mirror of this machine's apt sources: "
    ):
        roots.build_roots(tmp_path)


def test_every_answer_is_small(sights):
    import zstandard

    sizes = {key: len(zstandard.compress(seen.outcome.capture.raw)) for key, seen in sights.seen.items()}
    assert max(sizes.values()) <= 64 * 1024, sizes


def test_every_check_for_debian_is_shown_pass_fail_and_unknown(sights):
    """Computed from all findings; what no host shows stands in NOT_SHOWN with the reason, and nothing else does."""
    shown = defaultdict(set)
    applies = set()
    for seen in sights.seen.values():
        for check, finding in seen.findings.items():
            shown[check].add(finding.verdict)
            linux = finding.verdict in (Verdict.PASS, Verdict.FAIL) or any(
                not name.name.startswith("os.") for name in finding.missing
            )
            if linux:
                applies.add(check)
    lacking = {f"{check} {verdict.value}" for check in applies for verdict in DECIDING if verdict not in shown[check]}
    below = {row for row, why in NOT_SHOWN.items() if why == BELOW}
    lacking -= below
    written = {row for row in NOT_SHOWN if row.split()[0] in shown} - below
    assert lacking == written, "\n".join(["not shown on any host:", *sorted(lacking)])
    assert all(NOT_SHOWN.values())


def test_the_page_says_which_fact_was_read_on_which_release(sights):
    """``WRITE_COVERAGE=1`` writes the section anew."""
    section = coverage.section(sights.seen)
    if os.environ.get("WRITE_COVERAGE"):
        coverage.write(section)
    assert coverage.written() == section
