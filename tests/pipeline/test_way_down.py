"""Every figure can be walked down: figure, machines, verdict, fact, section, bytes, chain."""

import hashlib
import json

import pytest

from secaudit.store import Store

PROTECTED, UNPROTECTED, UNSEEN = 24, 16, 4
"""By the answers of conftest: three of the five stand for protected machines, 40 answer, 4 refuse."""


@pytest.fixture(scope="module", name="scanned")
def scan_once(lab_province):
    """The lab province, seen once, with its measurement and its report as data."""
    for path in lab_province.workspace.glob("store.sqlite*"):
        path.unlink()
    lab_province.run(lab_province.scan())
    measured = json.loads(lab_province.run([*lab_province.command("measure"), "--format", "json"]).stdout)
    page = lab_province.workspace / "report.json"
    done = lab_province.run([*lab_province.command("report"), "--out", str(page)])
    assert page.exists(), done.stderr
    return lab_province, measured, json.loads(page.read_text(encoding="utf-8"))


def _target(measured, population):
    return next(target for target in measured["targets"] if target["population"] == population)


def test_the_figure_is_what_the_machines_answered(scanned):
    _, measured, _ = scanned
    target = _target(measured, "endpoints")
    assert (target["proven"], target["disproven"], target["unknown"]) == (PROTECTED, UNPROTECTED, UNSEEN)
    assert (target["lower"], target["upper"]) == ("6/11", "7/11")
    assert target["decision"] == "missed"
    assert target["lab"] == PROTECTED + UNPROTECTED


def test_the_report_shows_the_measured_figures(scanned):
    _, measured, page = scanned
    for target, row in zip(measured["targets"], page["targets"], strict=True):
        figure = row["figure"]
        assert (figure["proven"], figure["disproven"], figure["unknown"]) == (
            target["proven"], target["disproven"], target["unknown"]
        )  # fmt: skip
        assert row["decision"] == target["decision"]


def test_members_add_up_to_the_figure_and_carry_its_verdict(scanned):
    _, _, page = scanned
    row = next(target for target in page["targets"] if target["population"] == "endpoints")
    machines = {machine["id"]: machine for machine in page["machines"]}
    assert [len(row["members"][kind]) for kind in ("proven", "disproven", "unknown")] == [PROTECTED, UNPROTECTED, UNSEEN]
    wanted = {"proven": "pass", "disproven": "fail"}
    for kind, verdict in wanted.items():
        for name in row["members"][kind]:
            found = [v["verdict"] for v in machines[name]["verdicts"] if v["check"] == "protection.installed"]
            assert found == [verdict], name
            assert machines[name]["lab"] is True
    assert all(not machines[name]["seen"] for name in row["members"]["unknown"])
    assert {unseen["machine"] for unseen in page["unseen"]} == set(row["members"]["unknown"])


def test_a_verdict_leads_to_the_bytes_that_prove_it(scanned):
    province, _, page = scanned
    with Store.open(province.workspace / "store.sqlite", create=False) as store:
        for machine in page["machines"]:
            if not machine["seen"]:
                continue
            trail = machine["trail"]
            stored = store.outcome(trail["outcome"])
            assert (stored.outcome.endpoint, stored.chain, stored.run) == (machine["id"], trail["chain"], trail["run"])
            capture = store.captures_of([trail["outcome"]])[trail["outcome"]]
            assert hashlib.sha256(capture.raw).hexdigest() == trail["digest"] == capture.digest
            sections = {section["name"]: section for section in machine["sections"]}
            for verdict in machine["verdicts"]:
                if verdict["check"] != "protection.installed":
                    continue
                facts = [fact for fact in machine["facts"] if fact["name"] in verdict["facts"]]
                assert facts, machine["id"]
                for fact in facts:
                    assert fact["section"] in sections
                    shown = sections[fact["section"]]["text"].rstrip("\ufffd")
                    assert capture.by_name[fact["section"]].body.decode("utf-8", "replace").startswith(shown[:2000])
        assert page["footer"]["chain_head"] == store.head()


def test_the_digests_in_the_footer_are_those_of_the_files(scanned):
    province, measured, page = scanned
    listed = json.loads(province.run([*province.command("checks", "list")[:-4], "--format", "json"]).stdout)
    assert page["footer"]["catalog_digest"] == measured["catalog_digest"] == listed["digest"]
    assert page["footer"]["inventory_digest"] == measured["inventory_digest"]
