"""Every lab answer frames and gives exactly the facts written down for it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secaudit.facts import DERIVED, derive_facts, parse_facts
from secaudit.lab.answers import answer_names, nonce_in, platform_of, render_answer
from secaudit.model.fact import FACTS, Known, Missing, MissingReason
from secaudit.probe import compose, frame, new_nonce

NOW = 1_795_400_000
EXPECTED = Path(__file__).with_name("expected")
ANSWERS = Path(__file__).parents[2] / "secaudit" / "lab" / "answers"
NAMES = (
    "alpine-3-20",
    "centos-7-ended",
    "debian-11-ended",
    "debian-12-clamav",
    "debian-12-pending",
    "debian-13-server",
    "opensuse-leap-current",
    "oracle-8-no-cache",
    "rocky-9-pending",
    "server-2016-unprotected",
    "server-2019-kaspersky",
    "server-2022-defender",
    "sles-15-pending",
    "ubuntu-20-04-stale",
    "ubuntu-22-04-clamav",
    "ubuntu-22-04-esm",
    "ubuntu-24-04-unprotected",
    "win10-22h2-defender",
    "win10-22h2-esu",
    "win10-22h2-kaspersky",
    "win10-22h2-unprotected",
    "win10-22h2-vietnamese",
    "win10-ltsc-kaspersky",
    "win10-orphan",
    "win10-standard-user",
    "win11-23h2-old-signatures",
    "win11-24h2-hardened",
    "win11-25h2-defender",
    "win7-bkav",
    "win7-unprotected",
)


def facts_of(name, knowledge, now=NOW):
    nonce = new_nonce()
    capture = frame(platform_of(name), nonce, render_answer(name, nonce, now))
    assert capture.complete
    at = datetime.fromtimestamp(now + 6, UTC)
    return derive_facts(parse_facts(capture, knowledge, at), knowledge, at)


def test_the_agreed_names_are_there():
    assert answer_names() == NAMES
    assert {path.stem for path in EXPECTED.glob("*.json")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_facts(name, knowledge):
    expected = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))
    facts = facts_of(name, knowledge)
    assert facts.keys() == FACTS.keys()
    known = {key: value for key, value in facts.items() if isinstance(value, Known)}
    missing = {key: value.reason for key, value in facts.items() if isinstance(value, Missing)}
    assert {key: value.value for key, value in known.items()} == expected["known"]
    assert {key: reason.value for key, reason in missing.items() if reason is not MissingReason.UNSUPPORTED} == expected[
        "missing"
    ]
    assert [key for key, reason in missing.items() if reason is MissingReason.UNSUPPORTED] == expected["unsupported"]
    assert [key for key, value in known.items() if not value.complete] == expected["incomplete"]
    fields = {key: dict(value.missing_fields) for key, value in known.items() if value.missing_fields}
    assert fields == expected["missing_fields"]


@pytest.mark.parametrize("name", ["debian-13-server", "win10-22h2-kaspersky", "ubuntu-20-04-stale"])
def test_ages_do_not_move_with_the_clock(name, knowledge):
    """The lab stays the same however late a demonstration is held; only support runs out."""
    early, late = facts_of(name, knowledge), facts_of(name, knowledge, NOW + 86_400 * 200)
    changed = {key for key in FACTS if early[key] != late[key]}
    assert "os.support_days_left" in changed
    assert changed <= DERIVED


@pytest.mark.parametrize("name", [name for name in NAMES if platform_of(name) == "posix"])
def test_format_is_that_of_the_script(name):
    """Same sections in the same order with the same limits as the script that would be sent."""
    script = compose("posix", "0" * 32).stdin.decode()
    sections = re.findall(r"^ +section ([a-z-]+) (\d+) s_", script, re.MULTILINE)
    wanted = [pair for pair in sections if pair[0] != "elevation"]
    text = (ANSWERS / f"{name}.txt").read_text(encoding="utf-8")
    got = re.findall(r"^##SECAUDIT @NONCE@ end ([a-z-]+) \w+ \d+ (\d+)$", text, re.MULTILINE)
    assert got == wanted
    assert text.startswith("\n##SECAUDIT @NONCE@ start posix 1\n")
    assert text.endswith("\n##SECAUDIT @NONCE@ stop\n")


@pytest.mark.parametrize("name", [name for name in NAMES if platform_of(name) == "windows"])
def test_sections_are_those_of_the_windows_script(name):
    script = compose("windows", "0" * 32).stdin.decode()
    document = json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))
    assert list(document["sections"]) == re.findall(r"^Section '([a-z-]+)'", script, re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_fictitious_and_point_nowhere(name):
    """No address of a real network in any of them."""
    suffix = ".txt" if platform_of(name) == "posix" else ".json"
    text = (ANSWERS / f"{name}{suffix}").read_text(encoding="utf-8")
    assert re.search(r"\bLAB-|\blab-", text)
    for quad in re.findall(r"\b\d{1,3}(?:\.\d{1,3}){3}\b", text):
        is_version = any(int(part) > 255 for part in quad.split("."))
        assert is_version or quad.startswith("127.") or quad == "0.0.0.0", quad


@pytest.mark.parametrize("platform", ["posix", "windows"])
def test_the_number_is_found_in_a_delivered_script(platform):
    nonce = new_nonce()
    assert nonce_in(compose(platform, nonce).stdin) == nonce
    assert nonce_in(compose(platform, nonce, sudo=True).stdin) == nonce
    assert nonce_in(b"echo hello\n") is None


def test_patch_levels_of_the_machines(knowledge):
    """On 26 November 2026, two weeks and two days after that month's release."""
    late = int(datetime(2026, 11, 26, tzinfo=UTC).timestamp())
    facts = {name: facts_of(name, knowledge, late) for name in NAMES if platform_of(name) == "windows"}
    level = {
        name: tuple(
            value.value if isinstance(value := machine[fact], Known) else value.reason.value
            for fact in ("patch.level", "patch.releases_behind", "patch.due", "patch.restart_waiting_days")
        )
        for name, machine in facts.items()
    }
    assert level == {
        "server-2016-unprotected": ("unsupported", "unsupported", "unsupported", 0),
        "server-2019-kaspersky": ("2026-10", 1, "2026-11", 0),
        "server-2022-defender": ("2026-11", 0, "2026-11", 0),
        "win10-22h2-defender": ("2025-10", 6, "2026-11", 0),
        "win10-22h2-esu": ("2026-11", 0, "2026-11", 0),
        "win10-22h2-kaspersky": ("2025-11", 5, "2026-11", 0),
        "win10-22h2-unprotected": ("unsupported", "unsupported", "2026-11", 0),
        "win10-22h2-vietnamese": ("2025-11", 5, "2026-11", 0),
        "win10-ltsc-kaspersky": ("2026-11", 0, "2026-11", 0),
        "win10-orphan": ("unsupported", "unsupported", "2026-11", 0),
        "win10-standard-user": ("2025-11", 5, "2026-11", 0),
        "win11-23h2-old-signatures": ("2026-09", 2, "2026-11", 19),
        "win11-24h2-hardened": ("unsupported", "unsupported", "unsupported", 0),
        "win11-25h2-defender": ("2026-11", 0, "2026-11", 0),
        "win7-bkav": ("unsupported", "unsupported", "unsupported", 0),
        "win7-unprotected": ("unsupported", "unsupported", "unsupported", 0),
    }
    assert facts["win11-23h2-old-signatures"]["patch.reboot_reasons"].value == ["Windows Update", "file renames (weak)"]
    assert facts["server-2019-kaspersky"]["patch.central_source"].value is True
    assert facts["win10-standard-user"]["patch.hotfixes"].reason is MissingReason.DENIED


def test_an_unknown_name_is_a_key_error():
    with pytest.raises(KeyError):
        render_answer("no-such-machine", "0" * 32, NOW)


def test_the_important_differences_between_the_machines(knowledge):
    """By hand, so that a wholesale rewrite of the expected files cannot hide a change of meaning."""
    facts = {name: facts_of(name, knowledge) for name in NAMES}
    # a security fix that a later ordinary update superseded still counts
    assert "curl" in facts["debian-12-pending"]["patch.pending_security_names"].value
    # an older security version below the installed one does not
    assert "tzdata" not in facts["debian-12-pending"]["patch.pending_security_names"].value
    assert facts["ubuntu-20-04-stale"]["patch.pending_security"].reason is MissingReason.STALE
    assert facts["debian-11-ended"]["os.support_days_left"].value < 0
    assert facts["win10-ltsc-kaspersky"]["os.support_days_left"].value > 0
    assert facts["win10-22h2-kaspersky"]["os.support_days_left"].value < 0
    assert facts["win11-25h2-defender"]["os.name"].value == "Windows 11 Pro"
    # the same release with and without extended support; the programme for private persons cannot be ruled out
    assert facts["win10-22h2-esu"]["os.extended_support"].value is True
    assert facts["win10-22h2-esu"]["os.support_days_left"].value > 0
    assert facts["win10-22h2-kaspersky"]["os.extended_support"].reason is MissingReason.UNSUPPORTED
    assert facts["win10-ltsc-kaspersky"]["os.extended_support"].value is False
    products = {name: facts[name]["protection.products"] for name in NAMES}
    assert products["win10-orphan"].value == []
    assert products["win7-unprotected"].value == []
    assert [row["id"] for row in products["win7-bkav"].value] == ["bkav"]
    assert not products["win10-standard-user"].complete
    assert products["debian-12-clamav"].value[0]["realtime"] is True
    assert products["debian-12-pending"].value[0]["realtime"] is False
    assert "realtime" not in products["server-2019-kaspersky"].value[0]


def test_the_important_differences_between_the_windows_machines(knowledge):
    """The same for what only Windows tells: weak, hardened, asked as a standard user, in another language."""
    facts = {name: facts_of(name, knowledge) for name in NAMES if platform_of(name) == "windows"}
    weak, hardened, user = facts["win7-unprotected"], facts["win11-24h2-hardened"], facts["win10-standard-user"]
    for name in ("anonymous_restricted", "smb_signing", "lsa_protection", "laps", "powershell_logging"):
        assert (weak[f"settings.{name}"].value, hardened[f"settings.{name}"].value) == (False, True), name
    for name in ("llmnr", "wdigest", "smb1_client", "smb1_server"):
        assert (weak[f"settings.{name}"].value, hardened[f"settings.{name}"].value) == (True, False), name
    assert (weak["login.automatic"].value, hardened["login.automatic"].value) == (["vanthu"], [])
    assert (weak["lockout.threshold"].value, hardened["lockout.threshold"].value) == (0, 5)
    assert weak["accounts.default_enabled"].value == ["Administrator", "Guest"]
    assert weak["software.unwanted"].value == ["uTorrent"]
    assert (weak["time.synchronised"].value, hardened["time.synchronised"].value) == (False, True)
    assert hardened["disk.encrypted"].value is True
    assert hardened["access.sources_limited"].value is True
    assert facts["server-2019-kaspersky"]["access.sources_limited"].value is False
    assert user["disk.encrypted"].reason is user["accounts.login"].reason is MissingReason.DENIED
    vietnamese = facts["win10-22h2-vietnamese"]["logging.audit_categories"]
    assert (len(vietnamese.value), vietnamese.complete) == (57, False)
    assert facts["win10-22h2-vietnamese"]["logging.process_creation"].value is True
    # a name in another language does not hide Windows' own antivirus
    assert "wsc" in facts["win10-22h2-vietnamese"]["protection.products"].value[0]["source"]
    # part of the list of programs was refused there: no word of what is not installed
    assert facts["win10-orphan"]["software.unwanted"].reason is MissingReason.DENIED
    # without Security Center a server is judged by services and processes alone, and nothing runs there
    assert facts["server-2016-unprotected"]["protection.products"].complete
    assert facts["server-2016-unprotected"]["protection.products"].value == []
