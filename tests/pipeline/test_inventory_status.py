"""The status page: who must be called stands first, blanks and missing machines are counted, and its cache is never believed."""

import json
import os
import stat
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.errors import InventoryError
from secaudit.inventory.summary import Summary, summarise
from secaudit.model.submission import Submission
from secaudit.pipeline.inventory_status import Standing, inventory_status
from secaudit.pipeline.summary_cache import read_cache, write_cache

MOMENT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
SENT = "submission: {accepted_on: 2026-11-01}"
FULL = (
    "contact: {name: Trần Văn Mẫu, phone: 0208 000 0001}, asset_register: {computers: 2, as_of: 2026-10-01}, machines_in_use: 2"
)
PEOPLE = "people: {heads: 1, staff: 4, as_of: 2026-09-01}\n"
MACHINE = "{{id: {0}, kind: workstation, status: in_use, ownership: agency, place: P}}"


class Province:
    """A folder that is written file by file."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "agencies").mkdir(parents=True)
        self.province("")

    def province(self, more):
        text = f"province: {{id: t, name: Tỉnh, owner: UBND tỉnh}}\n{more}"
        (self.folder / "province.yaml").write_text(text, encoding="utf-8")

    def agency(self, name, head="", *, machines=0, people="", more="", tier="commune"):
        rows = "".join(f"\n- {MACHINE.format(f'{name}-{number}')}" for number in range(machines))
        text = (
            f"agency: {{id: {name}, name: Xã {name}, tier: {tier}{', ' if head else ''}{head}}}\n{people}{more}endpoints:{rows}\n"
        )
        (self.folder / "agencies" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def status(self, *submissions, **more):
        return inventory_status(self.folder, as_of=MOMENT, submissions=submissions, **more)


@pytest.fixture
def province(tmp_path):
    return Province(tmp_path / "province")


def sent(agency, number, *, accepted, day=10):
    at = datetime(2026, 11, day, tzinfo=UTC)
    return Submission(number, agency, at, "x.xlsx", "0" * 64, "an", "commune", None, 3, 0 if accepted else 2, accepted)


def test_who_must_be_called_stands_first(province):
    province.province("agencies: [du, thieu, nghi, tra, tra-cu, chua, hong, mat, cu]\n")
    province.agency("du", f"{FULL}, {SENT}", machines=2, people=PEOPLE)
    province.agency("thieu", SENT, machines=2)
    province.agency("nghi", f"{SENT}, asset_register: {{computers: 10, as_of: 2026-10-01}}", machines=6)
    province.agency("tra", SENT, machines=1)
    province.agency("tra-cu", machines=1)
    province.agency("chua")
    province.agency("cu", "valid_until: 2026-01-01", machines=1)
    (province.folder / "agencies" / "hong.yaml").write_text("agency: {id: hong}\n", encoding="utf-8")
    found = province.status(sent("tra", 2, accepted=False, day=15), sent("tra-cu", 1, accepted=False, day=5))
    assert [(one.id, one.standing) for one in found.agencies] == [
        ("hong", Standing.UNREADABLE), ("mat", Standing.NO_FILE), ("chua", Standing.NOTHING), ("tra-cu", Standing.RETURNED),
        ("tra", Standing.RETURNED), ("nghi", Standing.DOUBTFUL), ("thieu", Standing.INCOMPLETE), ("du", Standing.COMPLETE),
    ]  # fmt: skip
    assert found.closed == 1
    assert found.agencies[0].problems


def test_the_newest_list_of_an_agency_decides(province):
    province.agency("a", f"{FULL}, {SENT}", machines=2, people=PEOPLE)
    bad, good = sent("a", 1, accepted=False), sent("a", 2, accepted=True)
    [one] = province.status(bad, good).agencies
    assert (one.standing, one.newest) == (Standing.COMPLETE, good)
    later = Submission(3, "a", datetime(2026, 12, 1, tzinfo=UTC), "y", "0" * 64, "an", "csv", None, 0, 1, accepted=False)
    [one] = province.status(bad, good, later).agencies
    assert one.newest == good, "what comes after the day of the page is not known on it"


def test_an_acceptance_to_come_is_none(province):
    province.agency("a", "submission: {accepted_on: 2026-11-21}")
    assert province.status().agencies[0].standing is Standing.NOTHING


def test_machines_that_were_not_declared_show(province):
    head = f"{SENT}, asset_register: {{computers: 10, as_of: 2026-10-01}}, machines_in_use: 9"
    province.agency("a", head, machines=6, people="people: {staff: 14}\n")
    [one] = province.status().agencies
    assert [str(doubt) for doubt in one.doubts] == [
        "6 machines declared, asset register 10", "6 machines declared, 9 in use as the agency counts",
    ]  # fmt: skip
    assert float(one.per_machine) == pytest.approx(14 / 6)


def test_many_people_for_one_machine_are_asked_about_when_it_is_unusual_in_the_province(province):
    province.agency("mot", SENT, machines=1, people="people: {staff: 14}\n")
    for name in ("hai", "ba", "bon"):
        province.agency(name, SENT, machines=2, people="people: {staff: 5}\n")
    province.agency("khong", SENT, people="people: {staff: 5}\n")
    doubts = {one.id: [str(doubt) for doubt in one.doubts] for one in province.status().agencies}
    assert doubts == {
        "mot": ["1 machine for 14 people"], "khong": ["no machine declared for 5 people"], "hai": [], "ba": [], "bon": [],
    }  # fmt: skip


def test_where_everybody_shares_machines_nobody_is_asked(province):
    for name in ("a", "b", "c"):
        province.agency(name, SENT, machines=1, people="people: {staff: 14}\n")
    assert not any(one.doubts for one in province.status().agencies)


def test_blank_is_counted_as_the_workbook_asks_for_it(province):
    more = (
        "systems:\n"
        "- {id: s1, name: Trang tin, kind: public_service, status: operating, information: [public], users_sign_in: false}\n"
        "- {id: s2, name: Kín, state_secret: true}\n"
    )
    province.agency("a", f"{FULL}, {SENT}", people=PEOPLE, more=more, machines=1)
    path = province.folder / "agencies" / "a.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text + "- {id: kin, kind: isolated, status: in_use, place: P}\n- {id: bo, kind: laptop, status: retired}\n",
        encoding="utf-8",
    )
    [one] = province.status().agencies
    required = one.required
    assert required["systems/handles_administrative_procedures"] == (1, 0), "asked of services for citizens"
    assert required["systems/users_sign_in"] == (1, 1), "no is an answer"
    assert required["systems/defence_security"] == (1, 0), "nothing is asked of a system with state secrets"
    assert "systems/infrastructure" not in required
    assert required["endpoints/place"] == (2, 2), "nothing is asked of a retired machine"
    assert required["endpoints/ownership"] == (1, 1), "an isolated machine is not asked whose it is"
    assert one.missing == sum(asked - answered for asked, answered in required.values()) > 0
    assert province.status().coverage() == required


def test_what_a_model_fills_in_by_itself_is_no_answer(province):
    province.agency("a", SENT, more="systems: []\n")
    path = province.folder / "agencies" / "a.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "- {id: m, kind: workstation}\n", encoding="utf-8")
    [one] = province.status().agencies
    assert one.summary.in_use == 1
    assert (one.required["endpoints/status"], one.required["endpoints/ownership"]) == ((1, 0), (1, 0))


def test_departments_are_asked_more_than_communes(province):
    province.agency("xa", SENT, machines=1)
    province.agency("so", SENT, machines=1, tier="province")
    asked = {one.id: set(one.required) for one in province.status().agencies}
    assert asked["so"] - asked["xa"] == {"agency/asset_register.as_of", "endpoints/kind"}


def test_the_oldest_numbers_come_first(province):
    province.agency("moi", f"{FULL}, {SENT}", people=PEOPLE)
    province.agency("cu", SENT, people="people: {staff: 1, as_of: 2025-03-31}\n")
    assert [(day, name, one.id) for day, name, one in province.status().oldest()][:3] == [
        (date(2025, 3, 31), "people", "cu"), (date(2026, 9, 1), "people", "moi"), (date(2026, 10, 1), "register", "moi"),
    ]  # fmt: skip


def test_a_province_file_with_mistakes_is_an_error(province):
    province.province("agencies: x\n")
    with pytest.raises(InventoryError):
        province.status()


def test_a_folder_of_agencies_that_is_not_there_is_an_error(tmp_path):
    (tmp_path / "province.yaml").write_text("province: {id: t, name: Tỉnh, owner: UBND tỉnh}\n", encoding="utf-8")
    with pytest.raises(InventoryError):
        inventory_status(tmp_path, as_of=MOMENT)


@pytest.fixture
def cached(province, tmp_path):
    """A province, and a cache of it."""
    for name in ("a", "b"):
        province.agency(name, f"{FULL}, {SENT}", people=PEOPLE, machines=2)
    path = tmp_path / "workspace" / "inventory-status.json"
    path.parent.mkdir()
    assert province.status(cache=path).read == 2
    return path


def test_files_that_did_not_change_are_not_read_again(province, cached):
    first = province.status()
    again = province.status(cache=cached)
    assert (again.read, again.agencies) == (0, first.agencies)
    province.agency("b", SENT, machines=1)
    changed = province.status(cache=cached)
    assert changed.read == 1
    assert changed.agencies == province.status().agencies
    if os.name == "posix":
        assert stat.S_IMODE(cached.stat().st_mode) == 0o600


def test_the_cache_keeps_no_more_than_the_files_that_are_there(province, cached):
    (province.folder / "agencies" / "b.yaml").unlink()
    province.status(cache=cached)
    assert len(read_cache(cached)) == 1


def test_a_file_with_mistakes_is_looked_at_every_time(province, cached):
    (province.folder / "agencies" / "c.yaml").write_text("agency: {id: c}\n", encoding="utf-8")
    assert [province.status(cache=cached).read for _ in range(2)] == [1, 1]
    assert province.status(cache=cached).agencies[0].problems


def spoil(change):
    def run(path):
        data = json.loads(path.read_text(encoding="utf-8"))
        change(data)
        path.write_text(json.dumps(data), encoding="utf-8")

    return run


def _each(data):
    return data["files"].values()


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff\x00"),
        lambda path: path.write_bytes(b"[" * 100_000),
        lambda path: path.write_text("[]"),
        lambda path: path.write_bytes(path.read_bytes()[:-20]),
        spoil(lambda data: data.update(version="0")),
        spoil(lambda data: data.update(files=[])),
        spoil(lambda data: [one.update(in_use=-1) for one in _each(data)]),
        spoil(lambda data: [one.update(in_use="2") for one in _each(data)]),
        spoil(lambda data: [one.update(name="a\x1b[2J") for one in _each(data)]),
        spoil(lambda data: [one.update(more=1) for one in _each(data)]),
        spoil(lambda data: [one.update(accepted_on="x") for one in _each(data)]),
        spoil(lambda data: [one.update(required={"x/y": [1, 2, 3]}) for one in _each(data)]),
    ],
)
def test_a_spoilt_cache_is_ignored_and_made_again(province, cached, harm):
    harm(cached)
    found = province.status(cache=cached)
    assert (found.read, found.agencies) == (2, province.status().agencies)
    assert province.status(cache=cached).read == 0


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
def test_a_cache_that_others_can_write_or_that_points_elsewhere_is_ignored(province, cached):
    cached.chmod(0o666)
    assert province.status(cache=cached).read == 2
    assert stat.S_IMODE(cached.stat().st_mode) == 0o600, "it was made again"
    other = cached.with_name("other.json")
    cached.chmod(0o600)
    cached.rename(other)
    cached.symlink_to(other)
    assert read_cache(cached) == {}
    cached.unlink()
    os.mkfifo(cached)
    assert read_cache(cached) == {}, "a pipe is not waited for"


def test_without_a_place_for_the_cache_the_page_comes_all_the_same(province, cached, tmp_path):
    assert province.status(cache=tmp_path / "nowhere" / "x.json").read == 2
    assert not (tmp_path / "nowhere").exists()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_whatever_stands_in_a_cache_is_read_or_ignored(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cache") / "x.json"
    path.write_text(json.dumps({"version": "x", "files": data}), encoding="utf-8", errors="replace")
    assert read_cache(path) == {}


def test_a_summary_comes_back_as_it_was(province, tmp_path):
    province.agency("a", f"{FULL}, {SENT}, valid_from: 2025-07-01", people=PEOPLE, machines=2)
    made = summarise(province.folder / "agencies" / "a.yaml").summary
    assert isinstance(made, Summary)
    assert write_cache(tmp_path / "c.json", {"d": made})
    assert read_cache(tmp_path / "c.json") == {"d": made}
