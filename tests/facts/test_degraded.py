"""The heart of the product: degrading what was seen never proves anything.

Every captured answer is taken apart: each section in turn (and pairs of them) ends with every other status, comes cut at many
places, or does not come at all. Whatever is then missing, no check may turn into a pass or a fail that it was not when
everything was seen. Turning unknown is what it should do.
"""

import json
from datetime import UTC, datetime
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.catalog import load_catalog
from secaudit.facts import derive_facts, parse_facts
from secaudit.judge import Judge
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint
from secaudit.probe import FrameError, frame
from secaudit.resources import data_folder

NOW = 1_795_400_000
AT = datetime.fromtimestamp(NOW + 3, UTC)
NONCE = "0" * 32
SIGHTS = {"units": SectionStatus.UNSUPPORTED, "unit-files": SectionStatus.UNSUPPORTED, "inetd": SectionStatus.ABSENT}
"""Ends by which the probe says what it saw: systemd does not run there, the file does not exist. They are answers."""
DEGRADED = tuple(status for status in SectionStatus if status is not SectionStatus.OK)
ENDPOINT = Endpoint.model_validate({"id": "m", "kind": "server"})
RAW = {name: render_answer(name, NONCE, NOW) for name in answer_names()}
CAPTURES = {name: frame(platform_of(name), NONCE, raw) for name, raw in RAW.items()}
PROOF = (Verdict.PASS, Verdict.FAIL)
SHARE = 7
"""Of the pairs of sections each machine gets one in so many."""


def _thorny(name, **bodies):
    """A captured answer with sections in states that make one section explain another."""
    texts = {key.replace("_", "-"): body.encode() for key, body in bodies.items()}
    sections = [
        Section(one.name, SectionStatus.OK, texts[one.name], 0) if one.name in texts else one for one in CAPTURES[name].sections
    ]
    return Capture(CAPTURES[name].platform, tuple(sections), b"", "")


SSHD_DEFAULTS = (
    "x11forwarding no\nlogingracetime 120\nclientaliveinterval 0\nclientalivecountmax 3\nauthenticationmethods any\n"
    "loglevel INFO\nport 22\nlistenaddress 0.0.0.0:22\nciphers aes256-ctr\nmacs hmac-sha2-256\nkexalgorithms curve25519-sha256\n"
)
PROFILES = ("DomainProfile", "StandardProfile", "PublicProfile")
UNITS = "systemd-journald.service loaded active running\nssh.service loaded active running\n"
KES = {"name": "Kaspersky Endpoint Security", "state": 0x041000, "path": "C:\\k\\avp.exe", "exists": True}
FIREWALL = {"name": "Other Firewall", "state": 0x041000, "path": "C:\\f\\f.exe", "exists": True}
CAPTURES |= {
    "x-match-block": _thorny(
        "debian-13-server",
        sshd_effective="permitrootlogin no\npasswordauthentication no\npermitemptypasswords no\nmaxauthtries 3\n" + SSHD_DEFAULTS,
        sshd_config="file /etc/ssh/sshd_config\n| PermitRootLogin no\n| Match User a\n| PermitRootLogin yes\n"
        "| PasswordAuthentication yes\n| PermitEmptyPasswords yes\n| MaxAuthTries 9\n",
    ),
    "x-syslog-on-514": _thorny(
        "debian-13-server", listening="looked=yes\ntcp 00000000:0202\n", processes="uid=0\n0\tsystemd\n0\trsyslogd\n"
    ),
    "x-ftp-by-unit": _thorny(
        "debian-13-server", listening="looked=yes\n", units=UNITS + "vsftpd.service loaded active running\n", inetd=""
    ),
    "x-telnet-by-inetd": _thorny(
        "debian-13-server", listening="looked=yes\n", processes="uid=0\n0\tsystemd\n0\tinetd\n", inetd="telnet\n"
    ),
    "x-product-by-unit-file": _thorny(
        "debian-13-server", packages="manager=dpkg\nbash\n", unit_files="kesl.service disabled\nssh.service enabled\n"
    ),
    "x-product-under-another-name": _thorny(
        "debian-13-server",
        packages="manager=dpkg\nkesl\n",
        units=UNITS + "kesl.service loaded active exited\nkesl-supervisor.service loaded active running\n",
        processes="uid=0\n0\tsystemd\n0\tkesl\n",
    ),
    "x-journal-upload": _thorny(
        "debian-13-server",
        units=UNITS + "systemd-journal-upload.service loaded active running\nauditd.service loaded active running\n",
    ),
    "x-syslog-under-another-name": _thorny(
        "debian-13-server",
        logging="looked=yes\nstorage=volatile\n",
        units=UNITS + "syslog-ng@default.service loaded active running\n",
        processes="uid=0\n0\tsystemd\n0\tsyslog-ng\n0\tauditd\n",
    ),
    "x-chrony-tells-no-kernel": _thorny("debian-13-server", time="NTPSynchronized=no\nchrony-leap=Normal\n"),
    "x-another-firewall": _thorny(
        "win10-22h2-unprotected",
        wsc=json.dumps({"AntiVirusProduct": [], "FirewallProduct": [FIREWALL]}),
        firewall=json.dumps({key: {"local": {"EnableFirewall": 0}} for key in PROFILES}),
    ),
    "x-stopped-but-registered": _thorny(
        "win10-22h2-kaspersky",
        services=json.dumps({"from": "manager", "rows": [{"name": "AVP.KES.21", "state": 1}, {"name": "mpssvc", "state": 4}]}),
        processes=json.dumps({"names": ["System"]}),
        wsc=json.dumps({"AntiVirusProduct": [KES], "FirewallProduct": []}),
    ),
    "x-edr-switched-off": _thorny(
        "win10-22h2-unprotected",
        services=json.dumps({"from": "manager", "rows": [{"name": "SentinelAgent", "state": 4}]}),
        wsc=json.dumps({"AntiVirusProduct": [{**KES, "name": "Sentinel Agent", "state": 0x040000}], "FirewallProduct": []}),
    ),
}
NAMES = tuple(sorted(CAPTURES))


@cache
def judge():
    catalog = load_catalog(data_folder("checks"))
    return Judge(catalog.checks.values()), catalog.knowledge


def verdicts(capture):
    court, knowledge = judge()
    facts = derive_facts(parse_facts(capture, knowledge, AT), knowledge, AT)
    return {finding.check: finding.verdict for finding in court.judge(ENDPOINT, facts, level=3)}


@cache
def seen(name):
    return verdicts(CAPTURES[name])


def changed(capture, replaced, complete=True):
    """The capture with some sections replaced; None takes one out."""
    sections = [replaced.get(section.name, section) for section in capture.sections]
    return Capture(capture.platform, tuple(section for section in sections if section), b"", "", complete)


def nothing_new(name, capture, what):
    """Every pass and every fail of the degraded capture was one before."""
    before = seen(name)
    new = {check: (before[check], now) for check, now in verdicts(capture).items() if now in PROOF and now is not before[check]}
    assert not new, (name, what, new)


def ended(section, status):
    if SIGHTS.get(section.name) is status:
        status = SectionStatus.ERROR
    return Section(section.name, status, b"", 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_section_that_ended_otherwise(name):
    for section in CAPTURES[name].sections:
        for status in DEGRADED:
            if SIGHTS.get(section.name) is status:
                continue
            for body in (b"", section.body):
                one = Section(section.name, status, body, 1)
                nothing_new(name, changed(CAPTURES[name], {section.name: one}), (section.name, status, bool(body)))


@pytest.mark.parametrize("name", NAMES)
def test_a_section_that_never_came(name):
    for section in CAPTURES[name].sections:
        for complete in (True, False):
            nothing_new(name, changed(CAPTURES[name], {section.name: None}, complete), (section.name, complete))


@pytest.mark.parametrize("name", NAMES)
def test_a_section_cut_anywhere(name):
    """Twelve places in each section; the probe or the frame marks a cut section as truncated."""
    for section in CAPTURES[name].sections:
        size = len(section.body)
        for place in sorted({size * part // 12 for part in range(12)} | {max(size - 1, 0)}):
            one = Section(section.name, SectionStatus.TRUNCATED, section.body[:place], 141)
            nothing_new(name, changed(CAPTURES[name], {section.name: one}), (section.name, place))


@pytest.mark.parametrize("name", NAMES)
def test_two_sections_at_once(name):
    """Machines share the pairs, so that each pair falls to several of them."""
    sections = CAPTURES[name].sections
    turn = NAMES.index(name)
    for number, (one, other) in enumerate(combinations(sections, 2)):
        if (number + turn) % SHARE:
            continue
        first, second = DEGRADED[number % len(DEGRADED)], DEGRADED[number // len(DEGRADED) % len(DEGRADED)]
        nothing_new(
            name,
            changed(CAPTURES[name], {one.name: ended(one, first), other.name: ended(other, second)}),
            (one.name, first, other.name, second),
        )


@pytest.mark.parametrize("name", NAMES)
def test_one_section_alone(name):
    """Everything else timed out, was denied or never came."""
    sections = CAPTURES[name].sections
    for kept in sections:
        for status in (SectionStatus.TIMEOUT, SectionStatus.DENIED, SectionStatus.ABSENT, SectionStatus.UNSUPPORTED, None):
            rest = {one.name: status and ended(one, status) for one in sections if one is not kept}
            nothing_new(name, changed(CAPTURES[name], rest), (kept.name, status))


@pytest.mark.parametrize("name", answer_names())
def test_an_answer_that_breaks_off_anywhere(name):
    """The bytes themselves end early: 40 places, the frame says what is left."""
    raw = RAW[name]
    for part in range(1, 40):
        try:
            capture = frame(platform_of(name), NONCE, raw[: len(raw) * part // 40])
        except FrameError:
            continue
        nothing_new(name, capture, part)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(NAMES), st.data())
def test_any_number_of_sections_degraded_in_any_way(name, data):
    replaced = {}
    for section in CAPTURES[name].sections:
        status = data.draw(st.sampled_from((SectionStatus.OK, SectionStatus.OK, *DEGRADED, None)))
        if status is not SectionStatus.OK and SIGHTS.get(section.name) is not status:
            cut = data.draw(st.integers(0, len(section.body)))
            replaced[section.name] = status and Section(section.name, status, section.body[:cut], 1)
    nothing_new(name, changed(CAPTURES[name], replaced, data.draw(st.booleans())), sorted(replaced))


def test_the_answers_prove_and_disprove_enough_to_mean_something():
    """Degrading would prove nothing about a judge that never says anything."""
    counts = {verdict: sum(list(seen(name).values()).count(verdict) for name in answer_names()) for verdict in PROOF}
    assert min(counts.values()) > 50


@pytest.mark.parametrize(
    ("name", "check", "verdict"),
    [
        ("x-match-block", "access.root-login", "fail"),
        ("x-syslog-on-514", "services.insecure", "pass"),
        ("x-ftp-by-unit", "services.insecure", "fail"),
        ("x-telnet-by-inetd", "services.insecure", "fail"),
        ("x-product-by-unit-file", "protection.installed", "pass"),
        ("x-product-under-another-name", "protection.installed", "pass"),
        ("x-journal-upload", "logging.remote", "pass"),
        ("x-syslog-under-another-name", "logging.persistent", "pass"),
        ("x-chrony-tells-no-kernel", "time.synchronised", "pass"),
        ("x-another-firewall", "network.firewall", "unknown"),
        ("x-stopped-but-registered", "protection.active", "unknown"),
        ("x-edr-switched-off", "protection.active", "unknown"),
    ],
)
def test_the_thorny_answers_are_what_they_are_made_for(name, check, verdict):
    """Before anything is taken away, each says what its degraded forms must not say falsely."""
    assert seen(name)[check].value == verdict
