"""Servers that break SSH itself: their class, and nothing of what they say is live anywhere."""

import json

import pytest

from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.store import Store
from tests.hostile.conftest import control_characters, make_range
from tests.hostile.strangers import ABOVE, BELOW, HostileLab, answer

GOOD = 10
EXPECTED = {**{name: sight for name, (sight, _) in BELOW.items()}, **ABOVE, **{f"good-{n}": "seen" for n in range(GOOD)}}


@pytest.fixture(scope="module", name="scanned")
def scan_strangers(tmp_path_factory):
    """One run over all of them and ten good machines."""
    home = tmp_path_factory.mktemp("strangers")
    ids = {name: f"127.28.31.{number}" for number, name in enumerate(EXPECTED, start=1)}
    machines = {address: Machine(answer=name) for name, address in ids.items()}
    with HostileLab(machines, folder=home / "lab", client_keys=[fresh_key(home / "key")], answerer=answer) as lab:
        province = make_range(home, lab, ids, EXPECTED)
        done = province.run([*province.command(
            "scan", "--no-agent", "--identity", str(home / "key"), "--user", "audit", "--deadline", "40", "--rate", "1000",
            "--per-network", "100", "--retries", "0",
        ), "--format", "json"])  # fmt: skip
        shown = province.run([*province.command("runs", "show", "1", inventory=False), "--format", "json"])
        yield province, done, {outcome["endpoint"]: outcome for outcome in json.loads(shown.stdout)["outcomes"]}


def test_classes(scanned):
    _, done, outcomes = scanned
    assert done.returncode == 4, done.stderr
    assert "Traceback" not in done.stderr
    found = {name: outcome["sight"] for name, outcome in outcomes.items()}
    assert found == EXPECTED, {name: outcomes[name] for name in EXPECTED if found[name] != EXPECTED[name]}


def test_the_flood_delays_nobody(scanned):
    """A hundred megabytes on one line: the good machines are through before it is cut off."""
    _, _, outcomes = scanned
    good = [outcomes[f"good-{n}"]["finished_at"] for n in range(GOOD)]
    assert sorted(good)[GOOD // 2] < outcomes["100-megabytes"]["finished_at"]


def test_details_are_harmless_texts(scanned):
    _, _, outcomes = scanned
    for outcome in outcomes.values():
        for text in (outcome["detail"], outcome["server_version"] or "", outcome["host_key"] or ""):
            assert control_characters(text) == []
            assert len(text) <= 500


@pytest.mark.parametrize("arguments", [["runs", "show", "1"], ["judge"], ["measure", "--per-agency"]], ids=lambda a: a[0])
def test_consoles_stay_quiet(scanned, arguments):
    province, _, _ = scanned
    done = province.run(province.command(*arguments, inventory=arguments[0] != "runs"))
    assert done.returncode in (0, 3, 4), done.stderr
    assert control_characters(done.stdout + done.stderr) == []


def test_the_page_and_its_data_hold_texts_only(scanned):
    province, _, _ = scanned
    for name in ("page.html", "page.json"):
        target = province.home / name
        done = province.run([*province.command("report"), "--out", str(target)])
        assert done.returncode in (3, 4), done.stderr
        text = target.read_text(encoding="utf-8")
        assert control_characters(text) == []
        assert name.endswith(".json") or "<script>alert" not in text


def test_what_was_kept_is_bounded_and_whole(scanned):
    province, _, outcomes = scanned
    with Store.open(province.workspace / "store.sqlite", create=False) as store:
        assert store.verify().intact
        numbers = {name: outcome["number"] for name, outcome in outcomes.items()}
        captures = store.captures_of([numbers["100-megabytes"], numbers["evil-sections"]])
    assert len(captures[numbers["100-megabytes"]].raw) <= 4 * 1024 * 1024
    assert not captures[numbers["100-megabytes"]].complete
    assert b"\x1b[2J" in captures[numbers["evil-sections"]].raw, "evidence is kept as it came"
