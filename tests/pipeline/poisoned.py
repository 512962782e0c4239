"""A small province in which every text from outside is hostile: names, places, banners, products, and what machines answer."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from secaudit.facts import parse_facts
from secaudit.lab.answers import platform_of, render_answer
from secaudit.model.fact import Known
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import load_province
from secaudit.probe import frame
from secaudit.resources import data_folder
from secaudit.store import Store

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
ASOF = NOON + timedelta(days=1)
PAYLOADS = (
    "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1+1", "|calc",
    "\x1b[31mred\x07\x00", "\ufffe\uffff", "\u202egnp.exe\u2066\u200f", "A" * 10_000, "two\nlines\r\n=2", 'a","b";=3+3\t@4',
    "]]>&amp;<!-- -->", '{"a": "\\"}', "_x003D_1+1", "{{ 7*7 }}{% raw %}", "\ud800lone", "'; DROP TABLE", "javascript:alert(1)",
)  # fmt: skip
"""Each alone at the beginning of a text, where a spreadsheet would look."""
SEEN = ("may-00", "may-01", "may-02")
_CHECKED = "win10-22h2-kaspersky"


def poisoned_province(folder, payloads=PAYLOADS):
    """Loaded from harmless files, then poisoned: the readers would refuse most of it, older ones did not."""
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    for number in range(len(payloads)):
        (folder / "agencies" / f"xa-{number:02}.yaml").write_text(
            f"agency: {{id: xa-{number:02}, name: Xã, tier: commune, submission: {{accepted_on: 2026-11-01}}}}\n"
            f"systems:\n  - {{id: he-{number:02}, name: Hệ, kind: internal, information: [public]}}\n"
            f"endpoints:\n  - {{id: may-{number:02}, kind: workstation, os: windows, systems: [he-{number:02}]}}\n",
            encoding="utf-8",
        )
    province = load_province(folder, data_folder("checks"), None)
    inventory = province.inventory
    agencies = tuple(_poisoned(file, payload) for file, payload in zip(inventory.agencies, payloads, strict=True))
    return replace(province, inventory=replace(inventory, agencies=agencies))


def _poisoned(file, payload):
    agency = file.agency.model_copy(update={"name": payload})
    [endpoint], [system] = file.endpoints, file.systems
    machine = endpoint.model_copy(update={"place": payload, "hostname": payload})
    return file.model_copy(
        update={"agency": agency, "endpoints": (machine,), "systems": (system.model_copy(update={"name": payload}),)}
    )


def keep_answers(province, store, products=(PAYLOADS[1], PAYLOADS[10], PAYLOADS[12])):
    """As many machines answer as there are products, with a hostile banner and the product."""
    nonce = "0" * 32
    capture = frame(platform_of(_CHECKED), nonce, render_answer(_CHECKED, nonce, int(NOON.timestamp())))
    run = store.begin_run(started_at=NOON, who="<b>", way=Way.SSH, scope="all", catalog_digest=province.catalog.digest)
    outcomes = [
        Outcome(
            name, Way.SSH, Grade.A, Sight.SEEN, NOON, NOON, server_version=f"SSH-2.0-{PAYLOADS[0]}",
            capture=capture,
        )
        for name in SEEN[: len(products)]
    ]  # fmt: skip
    kept = store.keep(run.number, outcomes)
    facts = parse_facts(capture, province.catalog.knowledge, NOON)
    made = {}
    for one, payload in zip(kept, products, strict=True):
        found = [{**facts["protection.products"].value[0], "name": payload, "running": False}]
        mine = {"machine.id": Known(hashlib.md5(one.outcome.endpoint.encode()).hexdigest(), "identity")}
        drop = {name: value for name, value in facts.items() if not name.startswith("machine.")}
        made[one.number] = {**drop, "protection.products": Known(found, "protection"), **mine}
    store.save_facts_of(made, knowledge_digest=province.catalog.digest)
    store.end_run(run.number, "finished", NOON)


def poisoned_measured(home):
    """(what was measured, the store it is from)."""
    return _measured(home, poisoned_province(home / "province"))


def plain_measured(home):
    """The same of two agencies whose texts are harmless; one machine answers."""
    province = poisoned_province(home / "province", ("UBND xã An Bình", "UBND xã Tân Lập"))
    return _measured(home, province, products=("Kaspersky Endpoint Security",))


def _measured(home, province, **more):
    store = Store.open(home / "store.sqlite")
    keep_answers(province, store, **more)
    return measure_province(province, province.plan("ke-hoach-246"), store, as_of=ASOF), store
