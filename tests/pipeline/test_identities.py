"""Another machine at an address, one machine at two addresses: seen over real SSH, kept, never mixed, never counted twice."""

import json
import os
import re
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from secaudit.collect import Limits
from secaudit.collect.observer import NullObserver
from secaudit.lab.answers import nonce_in, render_answer
from secaudit.lab.keys import fresh_key
from secaudit.lab.map import Machine
from secaudit.lab.server import LabServer
from secaudit.lab.session import LabTransport
from secaudit.model.base import day_in_vietnam
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.identity import Identity
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.model.plan import EvidenceRules
from secaudit.pipeline.judging import gather_states
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, classify_province, load_province
from secaudit.pipeline.publish import publish
from secaudit.pipeline.seeing import Scope, Sweep, sweep
from secaudit.pipeline.ways import Asked, Ways
from secaudit.resources import data_folder
from secaudit.store import Store
from secaudit.transport import Credentials, HostKeys, KeyFile
from secaudit.transport.ssh import SshTransport
from tests.warm import run_command

U1, U2 = "1ab00000-0000-4000-8000-00000000a001", "1ab00000-0000-4000-8000-00000000b002"
M1, M2 = "a" * 31 + "1", "b" * 31 + "2"
RULES = EvidenceRules(fresh_days=30)


class Server(LabServer):
    """A lab that does not say it is one: answers of a lab stand for no machine and are not compared."""

    def _transport(self, sock, address, machine) -> LabTransport:
        transport = super()._transport(sock, address, machine)
        transport.local_version = "SSH-2.0-OpenSSH_9.6"
        return transport


@dataclass
class World:
    """Machines whose identity can change between two scans, and the province that declares them."""

    home: Path
    said: dict[str, Identity] = field(default_factory=dict)
    """Address -> what answers there says of itself."""
    declared: dict[str, str] = field(default_factory=dict)
    """Endpoint -> further fields of its declaration."""
    addresses: dict[str, str] = field(default_factory=dict)
    lab: Server | None = None
    last: Sweep | None = None

    def answer(self, name: str, stdin: bytes) -> bytes | None:
        nonce = nonce_in(stdin)
        if nonce is None:
            return None
        text = render_answer("debian-13-server", nonce, int(time.time())).decode()
        said = self.said[name]
        for old, new in (
            ("product_uuid=1ab00000-0000-4000-8000-000000013001", f"product_uuid={said.uuid}"),
            ("product_serial=LAB0013001", f"product_serial={said.serial}"),
            ("machine-id=1ab00000000000000000000000013001", f"machine-id={said.machine_id}"),
        ):
            assert old in text
            text = text.replace(old, new)
        return text.encode()

    def province(self):
        """As it is declared at this moment."""
        folder = self.home / "province"
        (folder / "agencies").mkdir(parents=True, exist_ok=True)
        (folder / "province.yaml").write_text(
            f"province: {{id: t, name: Tỉnh thử, owner: UBND tỉnh}}\ndefaults: {{access: {{port: {self.lab.port}}}}}\n",
            encoding="utf-8",
        )
        rows = "".join(
            f"  - {{id: {name}, kind: server, os: linux, address: {address}{self.declared.get(name, '')}}}\n"
            for name, address in self.addresses.items()
        )
        (folder / "agencies" / "a.yaml").write_text(
            "agency: {id: a, name: Sở A, tier: province, submission: {accepted_on: 2026-01-01}}\nendpoints:\n" + rows,
            encoding="utf-8",
        )
        return load_province(folder, data_folder("checks"), None)

    def scan(self, store, *, again=True, enrolled=None):
        """One run over everything; endpoint -> (class, detail)."""
        province = self.province()
        plan = province.plan(DEFAULT_PLAN)
        keys = HostKeys.of_keys(enrolled if enrolled is not None else self.lab.known_hosts())
        ways = Ways(province.inventory, Asked("audit", keys=(KeyFile(self.home / "key"),), agent=False))
        with closing(SshTransport(Credentials(), keys)) as transport:
            transport.prepare(ways.credentials(province.inventory.endpoints.values()))
            done = sweep(
                province, plan, classify_province(province, day_in_vietnam(now())), store, transport, Scope(again=again),
                ways=ways, who="officer", sudo=False, limits=Limits(endpoint_seconds=60), observer=NullObserver(),
                stop=Event(), clock=now,
            )  # fmt: skip
        self.last = done
        return {one.outcome.endpoint: one.outcome for one in store.outcomes(done.run.number)}

    def states(self, store):
        """What counts now."""
        return gather_states(self.province(), store, as_of=now(), rules=RULES)

    def document(self, store):
        """The report, and the measurement behind it."""
        province = self.province()
        measured = measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=now())
        return publish(measured, store), measured


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def world(tmp_path):
    addresses = {"may-1": "127.29.11.1", "may-2": "127.29.11.2"}
    made = World(tmp_path, addresses=addresses)
    made.said = {"127.29.11.1": Identity(U1, "SERIAL-1", M1), "127.29.11.2": Identity(U2, "SERIAL-2", M2)}
    machines = {address: Machine(answer=address) for address in addresses.values()}
    with Server(machines, folder=tmp_path / "lab", client_keys=[fresh_key(tmp_path / "key")], answerer=made.answer) as lab:
        made.lab = lab
        yield made


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "workspace" / "store.sqlite") as opened:
        yield opened


def test_two_machines_at_two_addresses_count_both(world, store):
    assert {one.sight for one in world.scan(store).values()} == {Sight.SEEN}
    states = world.states(store)
    assert all(state.evidence is not None and state.doubt is None for state in states.values())
    assert states["may-1"].identity == Identity(U1, "SERIAL-1", M1)


def test_an_address_now_answered_by_another_machine_is_kept_and_counts_for_nobody(world, store):
    world.scan(store)
    world.said["127.29.11.1"] = Identity(U2.replace("b002", "c003"), "SERIAL-3", M1.replace("a", "c"))
    outcome = world.scan(store)["may-1"]
    assert outcome.sight is Sight.IDENTITY
    assert "seen before" in outcome.detail and "SERIAL-1" in outcome.detail and "SERIAL-3" in outcome.detail
    number = store.history("may-1")[0].number
    assert store.captures_of([number])[number].complete, "what was seen stays as evidence of what was seen"
    state = world.states(store)["may-1"]
    assert state.evidence is None, "the older evidence may be of a machine that is gone"
    assert (state.doubt.kind, state.unseen_reason) == (DoubtKind.OTHER_MACHINE, MissingReason.QUARANTINED)
    assert state.identity == Identity(U1, "SERIAL-1", M1), "the stranger's identity is not taken over"
    assert world.scan(store)["may-1"].sight is Sight.IDENTITY, "asking again does not make it right"
    # The machine itself is back.
    world.said["127.29.11.1"] = Identity(U1, "SERIAL-1", M1)
    assert world.scan(store)["may-1"].sight is Sight.SEEN
    assert world.states(store)["may-1"].doubt is None


@pytest.mark.parametrize(
    ("then", "sight"),
    [
        (Identity(U1, "SERIAL-1", M2.replace("b", "d")), Sight.SEEN),  # installed again
        (Identity(U2.replace("b002", "c003"), "SERIAL-1", M1), Sight.SEEN),  # a new main board
        (Identity("", "", ""), Sight.SEEN),  # rights were lost: nothing contradicts
        (Identity("", "", M1), Sight.SEEN),
        (Identity("", "", M2.replace("b", "d")), Sight.IDENTITY),
        (Identity("", "SERIAL-9", M1), Sight.IDENTITY),
    ],
)
def test_what_makes_another_machine(world, store, then, sight):
    world.scan(store)
    world.said["127.29.11.1"] = then
    assert world.scan(store)["may-1"].sight is sight


def test_a_declared_serial_number_decides_at_the_first_contact(world, store):
    world.declared["may-1"] = ", serial: SERIAL-9"
    outcome = world.scan(store)["may-1"]
    assert outcome.sight is Sight.IDENTITY
    assert "declared S/N serial-9" in outcome.detail
    world.declared["may-1"] = ", serial: serial-1"
    assert world.scan(store)["may-1"].sight is Sight.SEEN


def test_a_replaced_machine_that_was_written_down_is_accepted(world, store):
    world.scan(store)
    world.said["127.29.11.1"] = Identity(U2.replace("b002", "c003"), "SERIAL-3", M2.replace("b", "c"))
    world.declared["may-1"] = ", serial: SERIAL-3"
    state = world.states(store)["may-1"]
    assert state.doubt.kind is DoubtKind.OTHER_MACHINE, "evidence of the old machine no longer fits what is declared"
    assert world.scan(store, again=False)["may-1"].sight is Sight.SEEN, "it is asked although its old evidence is fresh"
    assert world.states(store)["may-1"].evidence is not None


def test_a_person_may_accept_the_new_machine_and_old_evidence_never_comes_back(world, store):
    world.scan(store)
    world.said["127.29.11.1"] = Identity("", "", M2.replace("b", "c"))
    assert world.scan(store)["may-1"].sight is Sight.IDENTITY
    store.accept(["may-1"], who="officer", at=now())
    assert world.states(store)["may-1"].evidence is None
    assert world.scan(store)["may-1"].sight is Sight.SEEN
    state = world.states(store)["may-1"]
    assert state.evidence is not None and state.identity.machine_id == M2.replace("b", "c")
    earlier = gather_states(world.province(), store, as_of=store.acceptances()[0][0], rules=RULES)["may-1"]
    assert earlier.evidence is None
    assert [(who, endpoint) for _, who, endpoint in store.acceptances()] == [("officer", "may-1")]


def test_one_machine_at_two_addresses_proves_none_of_two_until_one_is_named(world, store):
    world.said["127.29.11.2"] = world.said["127.29.11.1"]
    assert {one.sight for one in world.scan(store).values()} == {Sight.SEEN}
    states = world.states(store)
    for name, twin in (("may-1", "may-2"), ("may-2", "may-1")):
        assert states[name].evidence is None
        assert (states[name].doubt.kind, states[name].doubt.twins) == (DoubtKind.DOUBLED, (twin,))
        assert states[name].unseen_reason is MissingReason.DOUBLED
    world.declared["may-2"] = ", serial: SERIAL-1"
    states = world.states(store)
    assert states["may-2"].evidence is not None
    assert states["may-1"].evidence is None and states["may-1"].doubt.twins == ("may-2",)
    world.declared["may-1"] = ", status: retired"
    world.declared["may-2"] = ""
    assert world.states(store)["may-2"].evidence is not None, "a retired entry is no second machine"


def test_doubled_and_strange_machines_are_unknown_in_every_figure_and_stand_in_the_report(world, store):
    world.scan(store)
    before, _ = world.document(store)
    assert before.held == () and all(machine.seen for machine in before.machines)
    world.said["127.29.11.2"] = world.said["127.29.11.1"]
    world.scan(store)
    assert [row.kind for row in world.document(store)[0].held] == [DoubtKind.OTHER_MACHINE], "may-2 is known to be another"
    store.accept(["may-2"], who="officer", at=now())
    world.scan(store)
    document, measured = world.document(store)
    assert [(row.machine, row.kind, row.twins) for row in document.held] == [
        ("may-1", DoubtKind.DOUBLED, ("may-2",)),
        ("may-2", DoubtKind.DOUBLED, ("may-1",)),
    ]
    assert document.unseen == ()
    machines = [
        m for m, target in zip(measured.measurements, measured.plan.targets, strict=True) if target.population == "endpoints"
    ]
    assert machines and all((m.tally.proven, m.tally.disproven, m.tally.unknown) == (0, 0, 2) for m in machines)
    verdicts = {finding.verdict for state in measured.states.values() for finding in state.findings}
    assert not verdicts & {Verdict.PASS, Verdict.FAIL}


def command(world, *arguments):
    """A command line over this world's store."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SECAUDIT_")}
    environment = {**kept, "SECAUDIT_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "200", "TERM": "dumb"}
    done = run_command([*arguments, "--workspace", str(world.home / "workspace")], cwd=world.home, env=environment)
    return done.stdout


def test_measure_and_the_run_name_the_twins(world, store):
    world.said["127.29.11.2"] = world.said["127.29.11.1"]
    world.scan(store)
    assert "one machine answered for may-1, may-2" in command(world, "runs", "show", "1")
    run = json.loads(command(world, "runs", "show", "1", "--format", "json"))
    assert run["twins"] == [{"endpoint": "may-1", "others": ["may-2"]}, {"endpoint": "may-2", "others": ["may-1"]}]
    folder = str(world.home / "province")
    shown = command(world, "measure", "--inventory", folder)
    assert "may-1: the same machine as may-2" in shown and "may-2: the same machine as may-1" in shown
    held = json.loads(command(world, "measure", "--inventory", folder, "--format", "json"))["held"]
    assert [(row["endpoint"], row["reason"], row["twins"]) for row in held] == [
        ("may-1", "doubled", ["may-2"]),
        ("may-2", "doubled", ["may-1"]),
    ]


def test_a_scan_says_that_doubled_machines_prove_nothing(world, store):
    world.said["127.29.11.2"] = world.said["127.29.11.1"]
    world.scan(store)
    assert world.last.held == 2 and world.last.seen == 2
    world.declared["may-1"] = ", serial: SERIAL-1"
    world.scan(store)
    assert world.last.held == 1


def test_what_a_hostile_machine_calls_itself_is_harmless_and_short(world, store):
    world.scan(store)
    world.said["127.29.11.1"] = Identity("", "\x1b[31mEVIL\x07" + "x" * 900, M1)
    outcome = world.scan(store)["may-1"]
    assert outcome.sight is Sight.IDENTITY
    assert "EVIL" in outcome.detail and len(outcome.detail) <= 500
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", outcome.detail)
    assert world.states(store)["may-1"].doubt.kind is DoubtKind.OTHER_MACHINE
    assert store.verify().problems == ()


def test_a_changed_host_key_quarantines_until_the_machine_itself_is_seen_again(world, store):
    world.scan(store)
    right = world.lab.known_hosts()
    wrong = [(name, world.lab.host_key("127.29.99.9")) for name, _ in right[:1]] + list(right[1:])
    offers = len(world.lab.offers)
    assert world.scan(store, enrolled=wrong)["may-1"].sight is Sight.HOST_KEY
    assert [address for address, _ in world.lab.offers[offers:]] == ["127.29.11.2"], "nothing is offered to it"
    state = world.states(store)["may-1"]
    assert state.evidence is None
    assert (state.doubt.kind, state.unseen_reason) == (DoubtKind.KEY_CHANGED, MissingReason.QUARANTINED)
    assert wrong[0][1].fingerprint in state.doubt.was and right[0][1].fingerprint in state.doubt.now
    since = state.doubt.since
    assert world.scan(store, again=False, enrolled=wrong)["may-1"].sight is Sight.HOST_KEY, "it is asked again at every scan"
    assert world.states(store)["may-1"].doubt.since == since, "the first moment stays"
    # Switched off, not enrolled any more: neither lifts the quarantine.
    assert world.scan(store, again=False, enrolled=right[1:])["may-1"].sight is Sight.HOST_KEY
    state = world.states(store)["may-1"]
    assert (state.doubt.kind, state.last_attempt) == (DoubtKind.KEY_CHANGED, Sight.HOST_KEY)
    row = world.document(store)[0].held[0]
    assert (row.machine, row.kind, row.since) == ("may-1", DoubtKind.KEY_CHANGED, since)
    assert world.scan(store, again=False)["may-1"].sight is Sight.SEEN
    assert world.states(store)["may-1"].doubt is None


def test_a_key_that_was_never_enrolled_quarantines_nobody(world, store):
    world.scan(store)
    assert world.scan(store, enrolled=[])["may-1"].sight is Sight.HOST_KEY
    state = world.states(store)["may-1"]
    assert state.doubt is None and state.evidence is not None


def test_a_console_does_not_lift_a_quarantine(world, store):
    """Its export says that a machine of this name is well, not that the right one stands at the address."""
    world.scan(store)
    seen = next(one for one in store.outcomes(1) if one.outcome.endpoint == "may-1").outcome
    wrong = [(name, world.lab.host_key("127.29.99.9")) for name, _ in world.lab.known_hosts()]
    world.scan(store, enrolled=wrong)
    run = store.begin_run(started_at=now(), who="officer", way=Way.CONSOLE, scope="all")
    later = replace(seen, way=Way.CONSOLE, grade=Grade.B, finished_at=now() + timedelta(seconds=1))
    store.keep(run.number, [later])
    state = gather_states(world.province(), store, as_of=now() + timedelta(minutes=1), rules=RULES)["may-1"]
    assert state.evidence is None and state.doubt.kind is DoubtKind.KEY_CHANGED


def test_answers_of_the_lab_are_nobodys(tmp_path, store):
    """One captured answer is replayed at many addresses; that makes them neither doubles nor strangers."""
    world = World(tmp_path, addresses={"may-1": "127.29.12.1", "may-2": "127.29.12.2"})
    world.said = dict.fromkeys(world.addresses.values(), Identity(U1, "SERIAL-1", M1))
    machines = {address: Machine(answer=address) for address in world.addresses.values()}
    public = fresh_key(tmp_path / "key")
    with LabServer(machines, folder=tmp_path / "lab", client_keys=[public], answerer=world.answer) as lab:
        world.lab = lab
        world.scan(store)
        world.said["127.29.12.1"] = Identity(U2, "SERIAL-2", M2)
        assert {one.sight for one in world.scan(store).values()} == {Sight.SEEN}
        assert all(state.evidence is not None for state in world.states(store).values())
