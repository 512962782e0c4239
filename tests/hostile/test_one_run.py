"""Every hostile machine in one run of the real command: its class, its own deadline, nothing live in any output."""

import json
from datetime import datetime

import pytest

from secaudit.model.fact import Known
from secaudit.store import Store
from tests.hostile.conftest import DEADLINE, LIARS, MISBEHAVING, control_characters


@pytest.fixture(scope="module", name="scanned")
def scan_once(range_):
    """The run everything below looks at."""
    done = range_.run([*range_.scan(), "--format", "json"])
    outcomes = json.loads(range_.run([*range_.command("runs", "show", "1", inventory=False), "--format", "json"]).stdout)[
        "outcomes"
    ]
    return range_, done, {outcome["endpoint"]: outcome for outcome in outcomes}


def test_every_machine_ends_in_exactly_one_class(scanned):
    range_, done, outcomes = scanned
    assert done.returncode == 4, done.stderr
    assert {name: outcome["sight"] for name, outcome in outcomes.items()} == range_.expected
    assert json.loads(done.stdout)["asked"] == len(range_.expected) == len(outcomes)


def test_each_deadline_is_its_own(scanned):
    """Nobody takes much longer than its deadline, and good machines are done before the first deadline has passed."""
    _, _, outcomes = scanned

    def seconds(outcome):
        return (datetime.fromisoformat(outcome["finished_at"]) - datetime.fromisoformat(outcome["started_at"])).total_seconds()

    assert max(seconds(outcome) for outcome in outcomes.values()) < 2 * DEADLINE
    waiting = [outcomes[kind.value]["finished_at"] for kind, sight in MISBEHAVING.items() if sight == "timeout"]
    good = [outcome["finished_at"] for name, outcome in outcomes.items() if name.startswith("good-")]
    assert max(good) < min(waiting)


def test_nothing_was_offered_to_the_machine_whose_key_changed(scanned):
    range_, _, outcomes = scanned
    address = next(f"127.28.2.{n}" for n, kind in enumerate(MISBEHAVING, start=1) if kind == "other-key")
    assert [offer for offer in range_.lab.offers if offer[0] == address] == []
    assert "SHA256:" in outcomes["other-key"]["detail"]


def test_forged_markers_prove_nothing(scanned):
    """An antivirus announced under another number is text of the section, not an answer."""
    range_, _, outcomes = scanned
    with Store.open(range_.workspace / "store.sqlite", create=False) as store:
        numbers = {name: outcomes[name]["number"] for name in ("good-1", "forged-markers")}
        facts = store.facts_of(numbers.values())
    products = {name: facts[number]["protection.products"] for name, number in numbers.items()}
    assert isinstance(products["good-1"], Known)
    assert products["good-1"].value == []
    forged = products["forged-markers"]
    assert not isinstance(forged, Known) or all(not product.get("running") for product in forged.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["runs", "show", "1"],
        ["runs", "list"],
        ["measure", "--per-agency"],
        ["judge"],
        ["scan", "--endpoint", "hostile-text"],
        ["trust", "list"],
        ["verify"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_nothing_hostile_reaches_the_terminal(scanned, arguments):
    range_, _, _ = scanned
    if arguments[0] == "scan":
        command = range_.scan(*arguments[1:])
    else:
        command = range_.command(*arguments, inventory=arguments[0] in ("measure", "judge"))
    done = range_.run(command)
    assert done.returncode in (0, 3, 4), done.stderr
    assert control_characters(done.stdout + done.stderr) == []
    assert "Traceback" not in done.stderr


def test_nothing_hostile_lives_in_the_page(scanned):
    range_, _, _ = scanned
    page = range_.home / "page.html"
    done = range_.run([*range_.command("report"), "--out", str(page)])
    text = page.read_text(encoding="utf-8")
    assert done.returncode in (3, 4), done.stderr
    assert "alert(1)" in text, "the hostile name is shown, as text"
    assert "<script>alert" not in text
    assert control_characters(text) == []
    assert "\ufffe" not in text


def test_the_private_key_appears_nowhere(scanned):
    range_, _, _ = scanned
    secret = range_.home.joinpath("key").read_text(encoding="ascii").splitlines()[2]
    kept = b"".join(path.read_bytes() for path in range_.workspace.glob("**/*") if path.is_file())
    assert secret not in "".join(range_.outputs)
    assert secret.encode() not in kept


def test_the_chain_holds_after_all_of_it(scanned):
    range_, _, _ = scanned
    with Store.open(range_.workspace / "store.sqlite", create=False) as store:
        assert store.verify().intact
    assert set(LIARS) <= set(range_.expected)
