"""Phases, holds and bought support of Debian and Ubuntu, by captured texts; the real apt is asked in tests/lab_hosts."""

import pytest

from secaudit.model.capture import SectionStatus
from secaudit.model.fact import Known, Missing, MissingReason
from tests.facts.conftest import NOW

DAY = 86_400
UBUNTU = 'ID=ubuntu\nVERSION_ID="22.04"\n'
LISTS = f"{NOW - DAY} /var/lib/apt/lists/h_dists_jammy-security_InRelease\n"
TOOL = "manager=apt\nholds=packages\n"
ROWS = (
    "Listing...\na/jammy-updates 2 amd64 [upgradable from: 1]\nb/jammy-updates 3 amd64 [upgradable from: 1]\n"
    "b/jammy-security 2 amd64\n"
    "c/jammy-updates 2 amd64 [upgradable from: 1]\n"
)


@pytest.fixture
def ubuntu(posix):
    def facts(rows=ROWS, **sections):
        sections = {"update_tool": TOOL, "os_release": UBUNTU, "apt_lists": LISTS, **sections}
        return posix(apt_updates=rows, **sections)

    return facts


def value(facts, name):
    fact = facts[name]
    return fact.reason if isinstance(fact, Missing) else fact.value


@pytest.mark.parametrize(
    ("phases", "phased", "pending"),
    [
        ("phases=read\n", [], 3),
        ("phased=a 0\nphases=read\n", ["a"], 2),
        ("phased=a 90\nphased=c 10\nphases=read\n", ["a", "c"], 1),
        ("phased=a 100\nphases=read\n", [], 3),
        ("phased=b 10\nphases=read\n", [], 3),
        ("phased=unknown 10\nphased=\nphased=a b c\nphases=read\n", [], 3),
        ("phased=a x\nphases=read\n", ["a"], 2),
        ("", MissingReason.UNSUPPORTED, 3),
    ],
)
def test_what_waits_for_its_turn_does_not_count_unless_it_is_a_security_update(ubuntu, phases, phased, pending):
    facts = ubuntu(ROWS + phases)
    assert value(facts, "patch.phased") == phased
    assert value(facts, "patch.pending") == pending
    assert value(facts, "patch.pending_security_names") == ["b"]


def test_everything_waiting_for_its_turn_is_a_zero_that_needs_fresh_lists(ubuntu):
    rows = "Listing...\na/jammy-updates 2 amd64 [upgradable from: 1]\nphased=a 10\nphases=read\n"
    assert value(ubuntu(rows), "patch.pending") == 0
    assert (
        value(ubuntu(rows, apt_lists=LISTS.replace(str(NOW - DAY), str(NOW - 9 * DAY))), "patch.pending") is MissingReason.STALE
    )


PRO = "list={0} /x/esm_InRelease\nListing...\n"
FRESH = PRO.format(NOW - DAY)
GAIN = "z/jammy-apps-security 1+esm1 amd64 [upgradable from: 1]\nb/jammy-infra-security 2+esm1 amd64 [upgradable from: 1]\n"


@pytest.mark.parametrize(
    ("extended", "release", "count"),
    [
        (FRESH, UBUNTU, 0),
        (FRESH + GAIN, UBUNTU, 1),
        (PRO.format(NOW - 30 * DAY) + GAIN, UBUNTU, 1),
        (PRO.format(NOW - 30 * DAY), UBUNTU, MissingReason.STALE),
        (PRO.format(NOW + 30 * DAY), UBUNTU, MissingReason.ERROR),
        ("Listing...\n", UBUNTU, MissingReason.ABSENT),
        (FRESH + "z/jammy-apps-updates 2 amd64 [upgradable from: 1]\n", UBUNTU, 0),
        (FRESH.replace("Listing...\n", ""), UBUNTU, MissingReason.ERROR),
        (SectionStatus.DENIED, UBUNTU, MissingReason.DENIED),
        (SectionStatus.ABSENT, UBUNTU, MissingReason.ABSENT),
        (FRESH, 'ID=debian\nVERSION_ID="12"\n', MissingReason.UNSUPPORTED),
    ],
)
def test_what_only_bought_support_brings(ubuntu, extended, release, count):
    assert value(ubuntu(apt_extended=extended, os_release=release), "patch.extended_only") == count


@pytest.mark.parametrize(
    ("sources", "release", "bought"),
    [
        ("| deb https://esm.ubuntu.com/infra/ubuntu jammy-infra-security main\n", UBUNTU, True),
        ("| deb https://esm.ubuntu.com/apps/ubuntu jammy-apps-security main\n", UBUNTU, False),
        ("| deb http://mirror/extended-lts buster main\n", 'ID=debian\nVERSION_ID="10"\n', True),
        ("| deb http://h/debian bookworm main\n", 'ID=debian\nVERSION_ID="12"\n', False),
        ("| deb http://h/x main\n", "ID=kali\n", MissingReason.UNSUPPORTED),
    ],
)
def test_bought_support_that_is_in_use(posix, sources, release, bought):
    text = "file /etc/apt/sources.list\n" + sources
    facts = posix(update_tool=TOOL, apt_sources=text, os_release=release)
    assert value(facts, "os.extended_support") == bought
    hidden = posix(update_tool=TOOL, apt_sources=text + "denied /etc/apt/sources.list.d/x.list\n", os_release=release)
    assert value(hidden, "os.extended_support") in (True, MissingReason.DENIED)


@pytest.mark.parametrize(
    ("sources", "central"),
    [
        ("| deb http://10.0.0.5/debian x main\n| deb [arch=amd64] http://apt.so-tttt.gov.vn:8080/debian x main\n", True),
        ("| deb http://10.0.0.5/debian x main\n| deb https://esm.ubuntu.com/infra/ubuntu x main\n", False),
        ("| deb http://mirror.example.org/debian x main\n", MissingReason.UNSUPPORTED),
        ("| deb file:/srv/debian x main\n", MissingReason.UNSUPPORTED),
        ("| deb http://debian.org.evil.example/debian x main\n", MissingReason.UNSUPPORTED),
        ("", MissingReason.UNSUPPORTED),
    ],
)
def test_whose_servers_apt_asks(posix, sources, central):
    assert value(posix(update_tool=TOOL, apt_sources="file /etc/apt/sources.list\n" + sources), "patch.central_source") == central


def test_held_packages_are_those_of_dpkg(posix):
    packages = "manager=dpkg\nhold=linux-image-amd64\nhold=apt\nbash\n"
    assert posix(update_tool=TOOL, packages=packages)["patch.held"] == Known(["apt", "linux-image-amd64"], "packages")
    assert value(posix(update_tool=TOOL, packages=SectionStatus.TRUNCATED), "patch.held") is MissingReason.TRUNCATED


def test_packages_that_a_pin_keeps_are_held_if_they_are_installed(posix):
    tool = TOOL + "hold=nginx:amd64\nhold=snapd\nhold=php*\nhold=src:curl\n"
    packages = "manager=dpkg\nhold=apt\napt\nnginx\nbash\n"
    assert value(posix(update_tool=tool, packages=packages), "patch.held") == ["apt", "nginx", "php*", "src:curl"]
    assert value(posix(update_tool=tool + "holds=denied\n", packages=packages), "patch.held") is MissingReason.DENIED


def test_an_answer_of_an_earlier_probe_is_read_as_that_of_apt(posix):
    """Kept captures are judged again: they have no section that names the tool, and never said what is held."""
    facts = posix(os_release=UBUNTU, apt_lists=LISTS, apt_updates=ROWS, packages="manager=dpkg\nbash\n")
    assert value(facts, "patch.pending") == 3
    assert value(facts, "patch.manager") == "apt"
    assert value(facts, "patch.held") is MissingReason.UNSUPPORTED
    assert value(facts, "patch.extended_only") is MissingReason.UNSUPPORTED


BOOKWORM = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n'
NOBLE = 'ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n'


@pytest.mark.parametrize(
    ("suite", "release", "own"),
    [
        ("bookworm-security", BOOKWORM, True),
        ("bookworm/updates", BOOKWORM, True),
        ("stable-security", BOOKWORM, True),
        ("oldstable-security", BOOKWORM, True),
        ("bullseye-security", BOOKWORM, False),
        ("bookworm-updates", BOOKWORM, False),
        ("bookworm", BOOKWORM, False),
        ("old-bookworm-security", BOOKWORM, False),
        ("noble-security", NOBLE, True),
        ("jammy-security", NOBLE, False),
        ("bullseye-security", BOOKWORM.replace("VERSION_CODENAME=bookworm\n", ""), True),
    ],
)
def test_only_the_security_suite_of_the_release_counts(posix, suite, release, own):
    """One that stayed after an upgrade of the whole system offers nothing to it, and its fresh list proves no zero."""
    deb822 = "file /etc/apt/sources.list.d/a.sources\n| Types: deb\n| URIs: http://security.debian.org/debian-security\n"
    deb822 += f"| Suites:{suite}\n"
    line = f"file /etc/apt/sources.list\n| deb http://security.debian.org/debian-security {suite} main\n"
    lists = f"{NOW - DAY} /var/lib/apt/lists/security.debian.org_debian-security_dists_{suite.replace('/', '_')}_InRelease\n"
    for sources in (line, deb822):
        facts = posix(update_tool=TOOL, apt_updates="Listing...\n", apt_sources=sources, apt_lists=lists, os_release=release)
        assert value(facts, "patch.security_source") is own
        assert value(facts, "patch.pending_security") == (0 if own else MissingReason.ABSENT)


def test_without_the_name_of_the_release_no_security_source_is_proved(posix):
    facts = posix(
        update_tool=TOOL,
        apt_updates="Listing...\n",
        apt_sources="file /etc/apt/sources.list\n| deb http://h/d bullseye-security main\n",
        apt_lists=LISTS,
        os_release=SectionStatus.TIMEOUT,
    )
    assert value(facts, "patch.security_source") is MissingReason.TIMEOUT
    assert isinstance(facts["patch.pending_security"], Missing)
    assert value(facts, "patch.metadata_age_days") == 1
