"""Machines that evidence spoke of before anybody declared them: recognised once they are, counted while they wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from secaudit.inventory import load_inventory
from secaudit.model.fact import Known
from secaudit.model.finding import Verdict
from secaudit.model.identity import Identity
from secaudit.model.intake import Newcomer
from secaudit.model.measurement import BlockerKind, Tally
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.model.plan import EvidenceRules
from secaudit.pipeline.adopting import aliases, waiting
from secaudit.pipeline.judging import gather_states
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, classify_province, load_province
from secaudit.pipeline.seeing import Scope, select
from secaudit.pipeline.taking_in import take_in
from secaudit.pipeline.ways import Asked, Ways
from secaudit.resources import data_folder
from secaudit.store import Store
from secaudit.store.discovery import UndeclaredMachine

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
RULES = EvidenceRules()
U1, U2 = "11111111-2222-4333-8444-555555555501", "11111111-2222-4333-8444-555555555502"
KES = {"id": "kaspersky-kes-windows", "name": "KES", "kind": "av", "running": True, "realtime": True, "signature_age_days": 1}


@pytest.fixture(name="folder")
def province_folder(tmp_path):
    """Writes ``agency=rows``; declared again it is another list."""

    def write(**agencies):
        folder = tmp_path / "province"
        (folder / "agencies").mkdir(parents=True, exist_ok=True)
        (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
        for name, rows in agencies.items():
            agency = name.replace("_", "-")
            machines = "".join(f"  - {{{row}{'' if 'kind:' in row else ', kind: workstation'}}}\n" for row in rows) or " []\n"
            (folder / "agencies" / f"{agency}.yaml").write_text(
                f"agency: {{id: {agency}, name: {agency}, tier: commune, submission: {{accepted_on: 2026-11-01}}}}\n"
                f"endpoints:{'' if not rows else chr(10)}{machines}",
                encoding="utf-8",
            )
        return folder

    return write


def newcomer(identifier="new-1", agency="xa-a", name="PC-01", uuid="", serial=""):
    return Newcomer(identifier, agency, name, Identity(uuid, serial), "windows", "ksc", AT - timedelta(days=1), AT)


def found(folder, *newcomers, **agencies):
    inventory = load_inventory(folder(**agencies))
    return aliases(inventory, newcomers), [one.id for one in waiting(inventory, newcomers)]


@pytest.mark.parametrize(
    ("row", "one", "recognised"),
    [
        (f"id: m, uuid: {U1}", newcomer(uuid=U1), True),
        ("id: m, serial: 5CD1234XYZ", newcomer(serial="5cd1234xyz"), True),
        ("id: m, serial: 5CD1234XYZ", newcomer(agency="", serial="5CD1234XYZ"), True),
        ("id: m, serial: 5CD1234XYZ", newcomer(agency="xa-b", serial="5CD1234XYZ"), False),
        ("id: m, hostname: pc-01.xa-a.local", newcomer(), True),
        ("id: pc-01", newcomer(name="PC-01.xa-a.local"), True),
        ("id: m, hostname: pc-01", newcomer(agency="xa-b"), False),
        ("id: m, hostname: pc-01", newcomer(agency=""), False),
        ("id: m, hostname: pc-01, serial: 5CD1234XYZ", newcomer(serial="5CD9999XYZ"), False),
        ("id: m, hostname: pc-02", newcomer(), False),
        ("id: m", newcomer(name=""), False),
    ],
)
def test_who_is_recognised(folder, row, one, recognised):
    known, left = found(folder, one, xa_a=[row], xa_b=[])
    assert (bool(known), left) == (recognised, [] if recognised else ["new-1"])


def test_more_than_one_may_be_meant_is_nobody(folder):
    two = [newcomer("new-1"), newcomer("new-2", name="pc-01.other")]
    known, left = found(folder, *two, xa_a=["id: m, hostname: pc-01"])
    assert (known, left) == ({}, ["new-1", "new-2"])
    known, _ = found(folder, newcomer(), xa_a=["id: m, hostname: pc-01", "id: pc-01"])
    assert known == {}


def test_one_whose_id_is_declared_needs_no_other_name_and_waits_no_more(folder):
    assert found(folder, newcomer("m"), xa_a=["id: m"]) == ({}, [])


@pytest.mark.parametrize("row", ["id: m, hostname: pc-01", "id: pc-01", "id: new-1"])
def test_what_may_be_an_isolated_machine_is_neither_adopted_nor_counted(folder, row):
    known, left = found(folder, newcomer(serial="5CD1234XYZ"), xa_a=[f"{row}, kind: isolated"])
    assert (known, left) == ({}, [])


def told(endpoint, way=Way.CONSOLE, days=1, **facts):
    at = AT - timedelta(days=days)
    grade = {Way.CONSOLE: Grade.B, Way.COURIER: Grade.C, Way.SSH: Grade.A}[way]
    values = {"protection.products": Known([KES], "row", complete=False)} | facts
    return Outcome(endpoint, way, grade, Sight.SEEN, at, at, facts=values, server_version="ksc" if way is Way.CONSOLE else None)


class World:
    """One province with a store, declared anew between two looks."""

    def __init__(self, folder, tmp_path):
        self.write, self.workspace = folder, tmp_path / "w"
        self.workspace.mkdir(mode=0o700)

    def load(self, **agencies):
        return load_province(self.write(**agencies), data_folder("checks"), self.workspace)

    def take(self, store, province, outcomes, newcomers=()):
        levels = classify_province(province, AT.date())
        return take_in(
            province, province.plan(DEFAULT_PLAN), levels, store, way=outcomes[0].way, who="t", scope="file", files=(),
            outcomes=outcomes, newcomers=newcomers, clock=lambda: AT,
        )  # fmt: skip

    def measure(self, store, province):
        measured = measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=AT)
        return measured, measured.measurements[1]


@pytest.fixture(name="world")
def make_world(folder, tmp_path):
    return World(folder, tmp_path)


def test_evidence_of_a_newcomer_counts_once_the_machine_is_declared(world, tmp_path):
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        before = world.load(xa_a=["id: other"])
        world.take(store, before, [told("new-1")], [newcomer(serial="5CD1234XYZ")])
        measured, target = world.measure(store, before)
        assert [one.id for one in measured.newcomers] == ["new-1"]
        assert target.tally == Tally(0, 0, 2), "it is one machine more of which nobody knows whether it counts"
        assert BlockerKind.UNDECLARED in {one.kind for one in target.blockers}
        after = world.load(xa_a=["id: other", "id: m, serial: 5CD1234XYZ"])
        measured, target = world.measure(store, after)
        assert (measured.newcomers, target.tally, target.proven_by) == ((), Tally(1, 0, 1), ((Grade.B, 1),))
        verdicts = {one.check: (one.verdict, one.grade) for one in measured.states["m"].findings}
        assert verdicts["protection.installed"] == (Verdict.PASS, Grade.B)
        # What is adopted joins what the machine has under its own id, and judging both is kept.
        taken = world.take(store, after, [told("m", Way.COURIER)])
        assert taken.judged.judged == 1
        state = gather_states(after, store, as_of=AT, rules=RULES)["m"]
        assert [piece.outcome.grade for piece in state.pieces] == [Grade.B, Grade.C]
        assert store.verify().intact


def test_an_acceptance_and_a_quarantine_hold_for_adopted_evidence_too(world, tmp_path):
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        province = world.load(xa_a=["id: m, serial: 5CD1234XYZ"])
        world.take(store, province, [told("new-1", days=2)], [newcomer(serial="5CD1234XYZ")])
        store.accept(["m"], who="t", at=AT - timedelta(days=1))
        assert gather_states(province, store, as_of=AT, rules=RULES)["m"].evidence is None
        world.take(store, province, [told("new-1", days=0)])
        assert gather_states(province, store, as_of=AT, rules=RULES)["m"].evidence is not None
        changed = replace(
            told("m", Way.SSH, days=0), sight=Sight.HOST_KEY, detail="changed: enrolled is a, offered was b", facts=None
        )
        world.take(store, province, [changed])
        state = gather_states(province, store, as_of=AT, rules=RULES)["m"]
        assert (state.evidence, state.doubt is not None) == (None, True)


def test_machines_in_the_network_and_those_that_wait_are_not_added_up(world, tmp_path):
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        province = world.load(xa_a=["id: other"], xa_b=["id: third"])
        strangers = [newcomer(f"new-{n}", name=f"PC-{n}") for n in range(3)]
        lost = newcomer("lost", agency="", name="PC-X")
        world.take(store, province, [told("new-0")], [*strangers, lost])
        store.save_discovery(AT, ["xa-a", "xa-b"], [UndeclaredMachine(f"127.0.0.{n}", agency, (22,))
                                                   for agency, n in (("xa-a", 1), ("xa-a", 2), ("xa-b", 3))])  # fmt: skip
        _, target = world.measure(store, province)
        assert {share.agency: share.beyond for share in target.agencies} == {"xa-a": 3, "xa-b": 1, "t": 1}


def test_a_console_does_not_keep_a_scan_from_looking(world, tmp_path):
    with Store.open(tmp_path / "w" / "store.sqlite") as store:
        province = world.load(xa_a=["id: told, address: 127.9.9.1", "id: seen, address: 127.9.9.2"])
        world.take(store, province, [told("told")])
        world.take(store, province, [told("seen", Way.SSH), told("seen")])
        states = gather_states(province, store, as_of=AT, rules=RULES)
        chosen = select(province, states, Scope(), ways=Ways(province.inventory, Asked("audit")), day=AT)
        assert ([job.endpoint.id for job in chosen.jobs], chosen.fresh) == (["told"], 1)
