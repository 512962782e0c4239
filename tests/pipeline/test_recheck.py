"""``secaudit scan --recheck``: a sample anybody can draw again, seen over real SSH, compared fact by fact."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from secaudit.measure.sampling import drawn
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.model.recheck import Draw, DrawnFrom
from secaudit.store import Store, draw_digest

HONEST, LYING, NOTHING = "may-01", "may-02", "may-03"


def facts_seen(province):
    """What each lab machine really answers, from a scan whose store is then put aside."""
    done = province.run([*province.scan(), "--format", "json"])
    assert done.stdout, done.stderr
    with Store.open(province.workspace / "store.sqlite") as store:
        states = store.latest(datetime.now(UTC), 30, with_facts=True)
    for path in province.workspace.glob("store.sqlite*"):
        path.unlink()
    return {name: state.evidence.outcome for name, state in states.items() if state.evidence is not None}


def lied(facts):
    """The holder says that a product runs which is not there."""
    product = {"id": "made-up", "name": "Made Up", "kind": "av", "running": True, "realtime": True}
    return {**facts, "protection.products": Known((product,), "services")}


@pytest.fixture(name="gathered")
def indirect_evidence(fresh_workspace):
    """Console and courier evidence of two days ago: of forty machines that answer SSH and four that do not."""
    seen = facts_seen(fresh_workspace)
    at = datetime.now(UTC) - timedelta(days=2)
    outcomes = []
    for number, (name, outcome) in enumerate(sorted(seen.items())):
        courier = number % 2 == 0
        facts = lied(outcome.facts) if name == LYING else outcome.facts
        if name == NOTHING:
            facts = {"probe.user": Known("an", "about"), "machine.serial": Missing(MissingReason.DENIED)}
        if not courier:
            facts = {key: facts[key] for key in ("protection.products", "machine.name") if key in facts}
        outcomes.append(
            Outcome(
                name, Way.COURIER if courier else Way.CONSOLE, Grade.C if courier else Grade.B, Sight.SEEN, at, at,
                facts=facts, lab=True,
            )
        )  # fmt: skip
    outcomes += [
        Outcome(name, Way.CONSOLE, Grade.B, Sight.SEEN, at, at, facts={"machine.name": Known(name, "x")}, lab=True)
        for name in fresh_workspace.refusing
    ]
    with Store.open(fresh_workspace.workspace / "store.sqlite") as store:
        run = store.begin_run(started_at=at, who="import", way=Way.COURIER, scope="envelopes")
        store.keep(run.number, outcomes)
        store.end_run(run.number, "finished", at)
    return fresh_workspace


def recheck(province, *arguments):
    done = province.run([*province.scan(*arguments), "--format", "json"])
    assert done.stdout, done.stderr
    return done, json.loads(done.stdout)


def test_everybody_drawn_is_seen_compared_or_said_not_to_be(gathered):
    done, found = recheck(gathered, "--recheck", "100%", "--seed", "s1")
    assert found["kind"] == "recheck"
    assert (found["population"], found["drawn"], found["checked"], found["not_checked"]) == (44, 44, 39, 5)
    by_name = {row["endpoint"]: row for row in found["machines"]}
    assert found["different"] == [LYING]
    [differing] = [fact for fact in by_name[LYING]["facts"] if fact["agreement"] == "differs"]
    assert differing["fact"] == "protection.products"
    assert "made-up" in differing["detail"]
    for name in gathered.refusing:
        assert (by_name[name]["result"], by_name[name]["sight"]) == ("not_seen", "refused"), "never agreeing unseen"
    assert by_name[NOTHING]["result"] == "nothing_comparable", "seen, and nothing to compare: nothing was checked"
    assert by_name[HONEST]["result"] == "agrees"
    assert all(row["lab"] for row in found["machines"] if row["after"] is not None)
    assert found["may_differ"]["least"] == 1
    assert found["may_differ"]["most"] == 1 + 5, "whoever was missed may differ"
    assert done.returncode == 4
    assert len(by_name[HONEST]["facts"]) > 20


def test_the_sample_is_drawn_again_from_seed_and_recorded_population(gathered):
    _, first = recheck(gathered, "--recheck", "6", "--seed", "again")
    names = [row["endpoint"] for row in first["machines"]]
    assert names == list(drawn("again", [row["endpoint"] for row in first["drawn_from"]], 6))
    assert (first["drawn"], first["seed"], first["seed_given"], first["asked"]) == (6, "again", True, "6")
    again = json.loads(gathered.run([*gathered.command("runs", "recheck", "2")[:-4], "--workspace", str(gathered.workspace),
                                     "--format", "json"]).stdout)  # fmt: skip
    assert again == first
    _, second = recheck(gathered, "--recheck", "5%")
    assert (second["seed_given"], len(second["seed"])) == (False, 16)
    seen = {row["endpoint"] for row in first["machines"] if row["after"] is not None}
    assert second["population"] == 44 - len(seen), "who was seen directly rests on indirect evidence no more"
    assert second["drawn"] == -(-second["population"] * 5 // 100)
    with Store.open(gathered.workspace / "store.sqlite") as store:
        assert store.verify().intact
        assert f"draw={draw_digest(store.recheck(2).draw)}" in store.run(2).scope, "the chain holds the draw"
        states = store.latest(datetime.now(UTC), 30)
    assert {states[name].evidence.outcome.grade for name in seen} == {Grade.A}


def test_an_import_that_comes_later_does_not_displace_what_was_seen_directly(gathered):
    _, found = recheck(gathered, "--recheck", "100%")
    with Store.open(gathered.workspace / "store.sqlite") as store:
        before = store.latest(datetime.now(UTC), 30)
        for hours in (-40, -1):  # one made before the re-check, one after it
            at = datetime.now(UTC) + timedelta(hours=hours, minutes=59 if hours == -1 else 0)
            run = store.begin_run(started_at=at, who="import", way=Way.CONSOLE, scope="export")
            store.keep(run.number, [Outcome(HONEST, Way.CONSOLE, Grade.B, Sight.SEEN, at, at, facts={})])
            store.end_run(run.number, "finished", at)
        after = store.latest(datetime.now(UTC), 30)
    assert before[HONEST].evidence.outcome.grade is Grade.A
    assert after[HONEST].evidence == before[HONEST].evidence
    assert found["run"] == before[HONEST].evidence.run


def test_people_read_who_differs_what_is_not_known_and_how_to_draw_again(gathered):
    done = gathered.run(gathered.scan("--recheck", "44", "--seed", "s1"))
    text = " ".join(done.stderr.split())
    assert "39 of 44 machines re-checked, 1 differ" in text
    assert "5 of the 44 drawn could not be re-checked" in text
    assert "seed s1, chosen by hand" in text
    assert f"{LYING}" in done.stdout
    listed = gathered.run([*gathered.command("runs", "list")[:-4], "--workspace", str(gathered.workspace)]).stdout
    assert "re-check" in listed
    vietnamese = {**gathered.environment(), "SECAUDIT_LANG": "vi"}
    import subprocess

    shown = subprocess.run(
        [*gathered.command("runs", "recheck", "2")[:-4], "--workspace", str(gathered.workspace)],
        env=vietnamese, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert "đã kiểm tra lại 39/44 máy, sai lệch 1" in " ".join(shown.stderr.split())


def test_the_report_says_it_beside_the_grades_with_the_names(gathered):
    recheck(gathered, "--recheck", "100%")
    out = gathered.workspace / "r.json"
    gathered.run(gathered.command("report", "--out", str(out)))
    row = json.loads(out.read_text(encoding="utf-8"))["recheck"]
    assert (row["checked"], row["population"], row["different"], row["missed"]) == (39, 44, [LYING], 5)
    page = gathered.workspace / "r.html"
    gathered.run(gathered.command("report", "--out", str(page)))
    said = re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))  # figures stand in elements of their own
    assert "đã kiểm tra lại 39/44 máy, sai lệch 1" in " ".join(said.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--recheck", "0"), "no number of machines"),
        (("--recheck", "101%"), "no number of machines"),
        (("--recheck", "many"), "no number of machines"),
        (("--seed", "x"), "--seed belongs to --recheck"),
        (("--recheck", "5", "--local"), "leave one of them out"),
        (("--recheck", "5", "--seed", "a b"), "a seed has"),
    ],
)
def test_what_makes_no_sense_is_refused(lab_province, arguments, says):
    done = lab_province.run(lab_province.scan(*arguments))
    assert done.returncode == 2
    assert says in done.stderr


def test_without_indirect_evidence_there_is_nothing_to_draw_from(fresh_workspace):
    done = fresh_workspace.run(fresh_workspace.scan("--recheck", "5"))
    assert done.returncode == 2
    assert "no machine rests on evidence of grade B or C" in done.stderr


def test_a_recheck_that_was_killed_checked_nothing(gathered):
    with Store.open(gathered.workspace / "store.sqlite") as store:
        at = datetime.now(UTC)
        draw = Draw(0, at, "s", False, "1", 1, (DrawnFrom(HONEST, 1),), 0)
        run = store.begin_run(started_at=at, who="t", way=Way.SSH, scope=f"recheck, draw={draw_digest(draw)}")
        store.save_draw(replace(draw, run=run.number))
    again = gathered.run([*gathered.command("runs", "recheck", "2")[:-4], "--workspace", str(gathered.workspace)])
    assert "did not come to its end" in " ".join(again.stderr.split())
    with Store.open(gathered.workspace / "store.sqlite") as store:
        assert store.newest_recheck(datetime.now(UTC)) is None
