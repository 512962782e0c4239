"""Agencies merge, split and close: past days keep their tree and figures, today has the new one, nothing is lost or doubled."""

import json
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest

from secaudit.errors import UsageError
from secaudit.inventory import check_inventory, load_inventory
from secaudit.model.base import VIETNAM_TIME, day_in_vietnam
from secaudit.model.fact import Known
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.agency_changes import Order, close_agency, merge_agencies, move_records, split_agency
from secaudit.pipeline.measuring import measure_province
from secaudit.pipeline.province import DEFAULT_PLAN, classify_province, load_province
from secaudit.pipeline.publish import publish
from secaudit.pipeline.restructuring import NewAgency
from secaudit.pipeline.staging import apply_changes
from secaudit.pipeline.taking_in import take_in
from secaudit.report import render_json
from secaudit.resources import data_folder
from secaudit.source import scan_yaml
from secaudit.store import Store

TODAY = day_in_vietnam(datetime.now(UTC))
SEEN, BEFORE, FIRST = TODAY - timedelta(days=8), TODAY - timedelta(days=6), TODAY - timedelta(days=4)
LAST = FIRST - timedelta(days=1)
KES = {"id": "kaspersky-kes-windows", "name": "KES", "kind": "av", "running": True, "realtime": True, "signature_age_days": 1}

FILES = {
    "province.yaml": """\
province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}
agencies: [xa-a, xa-b, so-c]   # đủ ba đơn vị
shared_systems:
  - {id: van-ban, name: Quản lý văn bản, owner: xa-a}
""",
    "agencies/xa-a.yaml": """\
# Ghi tay của xã A
agency: {id: xa-a, name: UBND xã A, tier: commune, networks: [127.31.1.0/24], submission: {accepted_on: 2025-11-01}}
people: {heads: 2, heads_briefed: 2, staff: 20, as_of: 2025-11-01, evidence: [BC 1]}
uses: [van-ban]
systems:
  - id: mang-a
    name: Mạng xã A
    kind: infrastructure   # LAN của xã
endpoints:
  - {id: a-1, os: windows, kind: workstation, address: 127.31.1.1, serial: 007, systems: [mang-a]}   # máy một cửa
  - {id: a-2, kind: workstation, access: {via: b-1}, address: 127.31.1.2}
  - {id: a-3, kind: workstation, status: retired}
""",
    "agencies/xa-b.yaml": """\
agency: {id: xa-b, name: UBND xã B, tier: commune, networks: [127.31.2.0/24], submission: {accepted_on: 2025-11-01}}
uses: [van-ban]
systems: [{id: kin, name: Hệ thống kín, state_secret: true, level: 3}]
endpoints:
  - {id: b-1, kind: server, address: 127.31.2.1}
  - {id: b-2, kind: isolated}
""",
    "agencies/so-c.yaml": """\
agency: {id: so-c, name: Sở C, tier: province, networks: [127.31.3.0/24], submission: {accepted_on: 2025-11-01}}
systems:
  - {id: web-c, name: Trang C, kind: public_service, information: [public], components: [mang-a]}
endpoints: [{id: c-1, kind: workstation, address: 127.31.3.1}]
""",
}


@pytest.fixture(name="folder")
def province_folder(tmp_path):
    folder = tmp_path / "tinh"
    (folder / "agencies").mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def order(folder, **more):
    return Order(folder, load_inventory(folder), TODAY, more.pop("first", FIRST), more.pop("document", None))


def tree(inventory):
    """Agency -> ids of everything in its file."""
    return {
        file.agency.id: sorted([*(one.id for one in file.systems), *(one.id for one in file.endpoints)])
        for file in inventory.agencies
    }


def merged(folder, **more):
    made = merge_agencies(order(folder, **more), ["xa-a", "xa-b"], "xa-moi", NewAgency("UBND xã Mới"))
    assert not made.problems, [str(one.message) for one in made.problems]
    apply_changes(made.changes)
    return made


class World:
    """A province with evidence from before anything moved."""

    def __init__(self, folder, workspace):
        self.folder, self.workspace = folder, workspace
        workspace.mkdir(mode=0o700)

    def load(self):
        return load_province(self.folder, data_folder("checks"), self.workspace)

    def gather(self, store, *endpoints, day=SEEN):
        at = datetime.combine(day, time(8), tzinfo=VIETNAM_TIME).astimezone(UTC)
        facts = {"protection.products": Known([KES], "row", complete=False)}
        outcomes = [Outcome(name, Way.COURIER, Grade.C, Sight.SEEN, at, at, facts=facts) for name in endpoints]
        province = self.load()
        take_in(
            province, province.plan(DEFAULT_PLAN), classify_province(province, day), store, way=Way.COURIER, who="t",
            scope="file", files=(), outcomes=outcomes, newcomers=(), clock=lambda: at,
        )  # fmt: skip

    def report(self, store, day):
        """The report of a day as data, without what names the bytes of the inventory."""
        province = self.load()
        at = datetime.combine(day, time(23, 59), tzinfo=VIETNAM_TIME).astimezone(UTC)
        measured = measure_province(province, province.plan(DEFAULT_PLAN), store, as_of=at)
        page = json.loads(render_json(publish(measured, store)))
        text = json.dumps(page, sort_keys=True).replace(province.inventory.digest, "digest")
        page = json.loads(text)
        del page["footer"]["chain_head"]  # of the store as it is now
        return page


@pytest.fixture(name="world")
def make_world(folder, tmp_path):
    return World(folder, tmp_path / "w")


def machines(page):
    return {
        one["id"]: page["agencies"][one["agency"]]["id"] if isinstance(one["agency"], int) else one["agency"]
        for one in page["machines"]
    }


def test_a_report_of_a_past_day_shows_the_tree_and_the_figures_of_that_day(world):
    with Store.open(world.workspace / "store.sqlite") as store:
        world.gather(store, "a-1", "b-1")
        before = world.report(store, BEFORE)
        merged(world.folder, document="NQ 12")
        assert world.report(store, BEFORE) == before
        assert set(machines(world.report(store, LAST)).values()) == {"xa-a", "xa-b", "so-c"}
        after = world.report(store, TODAY)
        # The evidence came in before the merger and stays attached to its machines.
        world.gather(store, "a-2", day=TODAY)
        later = world.report(store, TODAY)
        assert world.report(store, BEFORE) == before, "what came later changes no past day"
    assert set(machines(before).values()) == {"xa-a", "xa-b", "so-c"}
    assert set(machines(after).values()) == {"xa-moi", "so-c"}
    assert machines(before).keys() == machines(after).keys()
    [old], [new], [newest] = (
        [one["figure"] for one in page["targets"] if one["population"] == "endpoints"] for page in (before, after, later)
    )
    assert (old["proven"], old["unknown"]) == (new["proven"], new["unknown"]) == (2, 2)
    assert (newest["proven"], newest["unknown"]) == (3, 1)


def test_every_day_has_every_record_once(folder):
    before = tree(load_inventory(folder))
    merged(folder)
    inventory = load_inventory(folder)
    every = sorted(name for names in before.values() for name in names)
    for day in (SEEN, LAST, FIRST, TODAY):
        then = tree(inventory.on(day))
        assert sorted(name for names in then.values() for name in names) == every
        assert inventory.on(day).on(day) == inventory.on(day)
        standing = {file.agency.id for file in inventory.agencies if file.agency.exists_on(day)}
        assert all(agency in standing for agency, names in then.items() if names)
    assert {name: ids for name, ids in tree(inventory.on(LAST)).items() if ids} == before
    assert inventory.on(LAST).owner_of_system["van-ban"] == "xa-a"
    assert inventory.on(FIRST).owner_of_system["van-ban"] == "xa-moi"
    assert inventory.on(TODAY) is inventory


def test_records_that_moved_twice_stand_on_each_day_where_they_stood(folder):
    merged(folder)
    made = move_records(Order(folder, load_inventory(folder), TODAY, TODAY, "QĐ 3"), ["a-3"], "so-c")
    assert not made.problems
    apply_changes(made.changes)
    inventory = load_inventory(folder)
    place = {day: inventory.on(day).agency_of_endpoint["a-3"].agency.id for day in (LAST, FIRST, TODAY)}
    assert place == {LAST: "xa-a", FIRST: "xa-moi", TODAY: "so-c"}
    assert [(one.agency, one.document) for one in inventory.endpoints["a-3"].formerly] == [("xa-a", None), ("xa-moi", "QĐ 3")]


def test_merging_keeps_comments_and_texts_and_names_what_points_across(folder):
    made = merged(folder, document="Nghị quyết 12/NQ-HĐND: sáp nhập")
    text = (folder / "agencies" / "xa-moi.yaml").read_text(encoding="utf-8")
    assert "# máy một cửa" in text
    assert "# LAN của xã" in text
    assert 'serial: "007"' in text
    assert "networks: [127.31.1.0/24, 127.31.2.0/24]" in text
    assert "# Ghi tay của xã A" in (folder / "agencies" / "xa-a.yaml").read_text(encoding="utf-8")
    assert "agencies: [xa-a, xa-b, so-c, xa-moi]   # đủ ba đơn vị" in (folder / "province.yaml").read_text(encoding="utf-8")
    assert any("web-c of so-c goes on using mang-a of xa-moi" in str(one) for one in made.remarks)
    inventory = load_inventory(folder)
    assert inventory.endpoints["a-1"].formerly[0].document == "Nghị quyết 12/NQ-HĐND: sáp nhập"
    assert inventory.endpoints["a-2"].access.via == "b-1"
    old = {file.agency.id: file.agency for file in inventory.agencies}
    assert (old["xa-a"].valid_until, old["xa-a"].successors, old["xa-moi"].valid_from) == (LAST, ("xa-moi",), FIRST)


def test_a_preview_writes_nothing(folder):
    made = merge_agencies(order(folder), ["xa-a", "xa-b"], "xa-moi", NewAgency("X"))
    assert made.changes
    assert {path: (folder / path).read_text(encoding="utf-8") for path in FILES} == FILES
    assert not (folder / "agencies" / "xa-moi.yaml").exists()


def test_one_of_them_may_take_up_the_others(folder):
    made = merge_agencies(order(folder), ["xa-a", "xa-b"], "xa-a", NewAgency())
    assert not made.problems
    apply_changes(made.changes)
    then = load_inventory(folder)
    assert tree(then) == {"so-c": ["c-1", "web-c"], "xa-a": ["a-1", "a-2", "a-3", "b-1", "b-2", "kin", "mang-a"], "xa-b": []}
    assert next(file.agency.valid_until for file in then.agencies if file.agency.id == "xa-a") is None


def test_a_division_gives_every_record_to_one_and_asks_for_the_rest(folder):
    into = {"xa-a": NewAgency(), "xa-d": NewAgency("UBND xã D")}
    with pytest.raises(UsageError, match=r"2 records.*a-3, van-ban"):
        split_agency(order(folder), "xa-a", into, {"mang-a": "xa-a", "a-1": "xa-d", "a-2": "xa-a"})
    gives = {"mang-a": "xa-a", "a-1": "xa-d", "a-2": "xa-a", "a-3": "xa-d", "van-ban": "xa-d"}
    made = split_agency(order(folder), "xa-a", into, gives)
    assert not made.problems
    apply_changes(made.changes)
    inventory = load_inventory(folder)
    assert tree(inventory)["xa-a"] == ["a-2", "mang-a"]
    assert tree(inventory)["xa-d"] == ["a-1", "a-3"]
    assert inventory.owner_of_system["van-ban"] == "xa-d"
    assert [str(one) for one in next(f.agency.networks for f in inventory.agencies if f.agency.id == "xa-d")] == ["127.31.1.0/24"]
    for wrong in ({**gives, "x": "xa-a"}, {**gives, "a-1": "xa-b"}):
        with pytest.raises(UsageError):
            split_agency(order(folder), "xa-a", into, wrong)


def test_closing_names_what_would_count_no_more(folder):
    made = close_agency(order(folder), "xa-b", ["so-c"])
    assert made.staying == ("kin", "b-1", "b-2")
    assert made.closed == {"xa-b": LAST}
    moved = close_agency(order(folder), "xa-a", ["so-c"])
    assert [one.id for one in moved.moved] == ["van-ban"]
    assert moved.staying == ("mang-a", "a-1", "a-2")


def test_what_would_not_be_sound_is_told_at_the_real_files_and_nothing_is_written(folder):
    made = move_records(order(folder), ["a-1"], "so-c")
    assert [(one.field, "outside" in str(one.message)) for one in made.problems] == [("endpoints[1].address", True)]
    assert made.problems[0].path == str(folder / "agencies" / "so-c.yaml")
    assert not move_records(order(folder), ["a-1"], "so-c", networks=True).problems
    late = merge_agencies(order(folder), ["xa-a"], "huyen-x", NewAgency("Huyện X", "district"))
    assert any("district" in str(one.message) for one in late.problems)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda o: move_records(o, ["a-9"], "so-c"), "no machine or system"),
        (lambda o: move_records(o, ["a-1"], "so-d"), "no agency called so-d"),
        (lambda o: move_records(o, ["a-1"], "xa-a"), "already"),
        (lambda o: merge_agencies(o, ["xa-a"], "xa-moi", NewAgency()), "no agency called xa-moi yet"),
        (lambda o: merge_agencies(o, ["xa-a"], "xa-a", NewAgency()), "nothing is left"),
        (lambda o: close_agency(o, "xa-a", ["xa-x"]), "no agency called xa-x"),
    ],
)
def test_what_cannot_be_meant_is_refused(folder, act, words):
    with pytest.raises(UsageError, match=words):
        act(order(folder))


def test_a_change_that_has_not_happened_yet_is_refused(folder):
    with pytest.raises(UsageError, match="not come yet"):
        move_records(order(folder, first=TODAY + timedelta(days=1)), ["a-1"], "xa-b")


def test_nothing_moves_into_an_agency_that_has_ended(folder):
    merged(folder)
    with pytest.raises(UsageError, match="xa-b does not exist on"):
        move_records(order(folder, first=TODAY), ["a-3"], "xa-b")


def test_nothing_moves_twice_on_one_day(folder):
    apply_changes(move_records(order(folder), ["a-3"], "xa-b").changes)
    with pytest.raises(UsageError, match="moved after"):
        move_records(order(folder), ["a-3"], "so-c")


def test_what_a_closed_agency_still_holds_moves_with_the_day_it_ended(folder):
    path = folder / "agencies" / "xa-b.yaml"
    text = path.read_text(encoding="utf-8").replace("tier: commune,", f"tier: commune, valid_until: {LAST.isoformat()},")
    path.write_text(text, encoding="utf-8")
    made = move_records(order(folder, first=None), ["b-2"], "so-c")
    assert [one.until for one in made.moved] == [LAST]
    assert not made.problems


def test_comments_are_counted_and_none_is_lost(folder):
    def comments():
        found = Counter()
        for path in folder.rglob("*.yaml"):
            assert scan_yaml(path)[0] is not None
            found.update(line.partition("#")[2].strip() for line in path.read_text(encoding="utf-8").splitlines() if "#" in line)
        return found

    before = comments()
    merged(folder)
    assert comments() == before
    assert check_inventory(folder)[0] is not None
