"""A preview and the scan after it, over real SSH: what was promised is what happens."""

import json

from secaudit.store import Store
from secaudit.transport import HostKeys


def _preview(province, *more):
    done = province.run([*province.scan("--preview", "--format", "json", *more)])
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _machines(found):
    return {machine["endpoint"]: machine for agency in found["agencies"] for machine in agency["machines"]}


def test_the_scan_asks_exactly_the_machines_of_the_preview(fresh_workspace):
    province = fresh_workspace
    files = sorted(path.name for path in province.workspace.iterdir())
    first = _machines(_preview(province))
    assert sorted(path.name for path in province.workspace.iterdir()) == files, "no store was made"
    assert {machine["measured"] for machine in first.values()} == {False}
    json.loads(province.run([*province.scan("--format", "json")]).stdout)
    with Store.peek(province.workspace / "store.sqlite") as store:
        [run] = store.runs()
        outcomes = {stored.outcome.endpoint: stored for stored in store.outcomes(run.number)}
        notes = store.evidence_notes(stored.number for stored in outcomes.values())
    assert set(first) == set(outcomes)
    second = _preview(province)
    assert set(_machines(second)) == set(province.refusing), "the others have fresh evidence now"
    assert {one["why"] for agency in second["agencies"] for one in agency["not_asked"]} == {"fresh"}
    again = _machines(_preview(province, "--all"))
    for name in province.answering:
        machine, stored = again[name], outcomes[name]
        assert machine["measured"]
        assert machine["bytes_back"] == notes[stored.number].capture_size
        took = (stored.outcome.finished_at - stored.outcome.started_at).total_seconds()
        assert machine["seconds"] == round(took, 1)
    assert not any(again[name]["measured"] for name in province.refusing)


def test_a_machine_whose_key_is_not_enrolled_is_not_counted_among_those_logged_in(fresh_workspace, tmp_path):
    province = fresh_workspace
    keys = province.workspace / "known_hosts"
    before = keys.read_text(encoding="utf-8")
    lines = [line for line in before.splitlines(keepends=True) if not line.startswith("#")]
    gone = {line.split()[0] for line in lines[:3]}
    revoked = lines[3].split()
    try:
        keys.write_text("".join(lines[3:]) + f"@revoked {' '.join(revoked[:3])}\n", encoding="utf-8")
        assert HostKeys.read(keys).known
        found = _preview(province)
        missing = {f"[{m['address']}]:{m['port']}" for m in _machines(found).values() if not m["enrolled"]} - {
            f"[127.29.2.{number}]:{next(iter(_machines(found).values()))['port']}" for number in range(1, 5)
        }
        assert missing == gone | {revoked[0]}, "a revoked key is no enrolled one"
        assert found["logged_in"] == len(province.answering) - 4
        done = json.loads(province.run(province.scan("--format", "json")).stdout)
        assert done["run"]["counts"]["host_key"] == 4
        assert done["seen"] == found["logged_in"]
    finally:
        keys.write_text(before, encoding="utf-8")


def test_a_preview_needs_no_lock(fresh_workspace):
    province = fresh_workspace
    province.run(province.scan("--endpoint", "may-01"))
    with Store.open(province.workspace / "store.sqlite") as store:
        store.claim()
        assert len(_machines(_preview(province, "--all"))) == 44
        assert province.run(province.scan()).returncode == 6, "while a scan does"


def test_bytes_sent_are_those_that_the_composition_gives(fresh_workspace):
    found = _preview(fresh_workspace)
    sizes = {script["platform"]: script["script_bytes"] + len(script["command"]) for script in found["scripts"]}
    assert all(machine["bytes_out"] == sizes[machine["platform"]] for machine in _machines(found).values())
    assert found["bytes_out"] == sum(m["bytes_out"] for m in _machines(found).values() if m["enrolled"])
