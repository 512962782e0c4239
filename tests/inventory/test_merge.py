"""A list merged into an agency's file: only what the agency changed, only its own part, nothing lost, nothing doubled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.inventory.changes import Around, Fate, Merged
from secaudit.inventory.merge import merge
from secaudit.inventory.merge_fields import normal, value_at
from secaudit.inventory.questions import Path
from secaudit.inventory.received import Received, Record

AGENCY = "xa-tan-cuong"
NOW: dict[str, Any] = {
    "agency": {"id": AGENCY, "name": "UBND xã Tân Cương", "tier": "commune", "contact": {"name": "Nguyễn Văn Mẫu"}},
    "people": {"heads": "4", "staff": "40", "as_of": "2026-10-31"},
    "uses": ["quan-ly-van-ban", "thu-dien-tu"],
    "systems": [{"id": "web-tan-cuong", "name": "Trang thông tin xã", "kind": "public_service", "information": ["public"]}],
    "endpoints": [
        {"id": "tc-pc-01", "os": "windows", "kind": "workstation", "place": "Phòng một cửa", "serial": "5CD1234XYZ"},
        {"id": "tc-pc-02", "kind": "laptop", "hostname": "TC-KETOAN"},
        {"id": "tc-pc-03", "kind": "isolated", "place": "Phòng văn thư"},
    ],
}
AROUND = Around(
    shared={"quan-ly-van-ban": "Hệ thống quản lý văn bản và điều hành", "dich-vu-cong": "Cổng dịch vụ công trực tuyến tỉnh"},
    systems={"web-tan-cuong": AGENCY, "cong-so-khcn": "so-khcn"},
    endpoints={"tc-pc-01": AGENCY, "tc-pc-02": AGENCY, "tc-pc-03": AGENCY, "khcn-pc-01": "so-khcn"},
    newcomers={
        "xa-tan-cuong-dell7-abc": {"id": "xa-tan-cuong-dell7-abc", "kind": "workstation", "os": "windows", "hostname": "DELL7",
                                   "serial": "7HJK221"},
    },
)  # fmt: skip
Answers = Mapping[Any, Any]


def row(part: str, key: str, answers: Answers, base: Answers | None = None, **more: Any) -> Record:
    cells = {path: f"{part}!{'.'.join(path)}" for path in answers}
    return Record(part, key, more.pop("row", f"{part}!7"), answers, cells, base, **more)


def sent(*records: Record, **more: Any) -> Received:
    return Received(AGENCY, "tan-cuong.xlsx", "0" * 64, "commune", records=records, **more)


def machine(merged: Merged, key: str) -> Any:
    items: Any = merged.data["endpoints"]
    return next(item for item in items if item["id"] == key)


def test_only_what_changed_against_the_base_is_applied() -> None:
    base = {("place",): "Phòng một cửa", ("ownership",): "agency", ("serial",): "5CD1234XYZ"}
    here = {**NOW, "endpoints": [{**NOW["endpoints"][0], "serial": "CORRECTED1"}, *NOW["endpoints"][1:]]}
    merged = merge(here, sent(row("endpoints", "tc-pc-01", {**base, ("place",): "Tầng 2"}, base)), AROUND)
    assert machine(merged, "tc-pc-01") == {**here["endpoints"][0], "place": "Tầng 2"}
    [change] = merged.changes
    assert (change.fate, change.key, change.fields[0].before, change.fields[0].after) == (
        Fate.CHANGED, "tc-pc-01", "Phòng một cửa", "Tầng 2",
    )  # fmt: skip
    assert not merged.problems
    assert not merged.remarks


def test_changed_on_both_sides_is_a_conflict_and_the_file_stays() -> None:
    base = {("place",): "Kho"}
    merged = merge(NOW, sent(row("endpoints", "tc-pc-01", {("place",): "Tầng 2"}, base)), AROUND)
    assert merged.data == NOW
    [change] = merged.changes
    [conflict] = change.conflicts
    assert (change.fate, conflict.base, conflict.here, conflict.sent) == (Fate.CONFLICT, "Kho", "Phòng một cửa", "Tầng 2")
    [remark] = merged.remarks
    assert (remark.cell, remark.found) == ("endpoints!place", "Tầng 2")
    assert not merged.differs


def test_an_answer_that_is_meant_anyway_is_kept_so_that_nobody_is_asked_again() -> None:
    merged = merge(NOW, sent(row("endpoints", "tc-pc-01", {("status",): "in_use", ("systems",): ()}, {})), AROUND)
    assert machine(merged, "tc-pc-01") == {**NOW["endpoints"][0], "status": "in_use"}


def test_what_was_said_expressly_and_is_meant_anyway_is_no_conflict() -> None:
    merged = merge(NOW, sent(row("endpoints", "tc-pc-01", {("status",): "retired"}, {("status",): "in_use"})), AROUND)
    assert merged.count(Fate.RETIRED) == 1


def test_both_sides_made_the_same_change() -> None:
    merged = merge(NOW, sent(row("endpoints", "tc-pc-01", {("place",): "Phòng một cửa"}, {("place",): "Kho"})), AROUND)
    assert (merged.data, merged.changes, merged.unchanged) == (NOW, (), 1)


def test_a_cell_that_was_emptied_makes_the_field_unknown_again() -> None:
    merged = merge(NOW, sent(row("people", "", {("staff",): None}, {("staff",): 40})), AROUND)
    assert merged.data["people"] == {"heads": "4", "as_of": "2026-10-31"}


def test_a_blank_without_base_changes_nothing() -> None:
    merged = merge(NOW, sent(row("people", "", {("staff",): None, ("heads",): None})), AROUND)
    assert merged.data == NOW


@pytest.mark.parametrize("path", [("kind",), ("id",)])
def test_what_a_machine_cannot_be_without_stays(path: Path) -> None:
    merged = merge(NOW, sent(row("endpoints", "tc-pc-01", {path: None}, {path: NOW["endpoints"][0][path[0]]})), AROUND)
    assert machine(merged, "tc-pc-01") == NOW["endpoints"][0]
    assert merged.problems or merged.remarks


def test_half_of_a_paper_is_not_taken_and_says_so() -> None:
    answers = {("asset_register", "computers"): 12, ("asset_register", "as_of"): None}
    merged = merge(NOW, sent(row("agency", "", answers, {})), AROUND)
    assert merged.data == NOW
    assert [remark.field for remark in merged.remarks] == ["asset_register.as_of"]
    both = merge(NOW, sent(row("agency", "", {**answers, ("asset_register", "as_of"): "2026-11-01"}, {})), AROUND)
    assert value_at(both.data, ("agency", "asset_register")) == {"computers": 12, "as_of": date(2026, 11, 1)}


@pytest.mark.parametrize(("path", "value"), [(("id",), "so-khcn"), (("tier",), "province"), (("successors",), ("so-khcn",))])
def test_the_agency_cannot_change_what_the_province_says_of_it(path: Path, value: object) -> None:
    base = {path: value_at(NOW, ("agency", *path))}
    merged = merge(NOW, sent(row("agency", "", {path: value}, base)), AROUND)
    assert merged.data == NOW
    assert [problem.cell for problem in merged.problems] == [f"agency!{path[0]}"]


@pytest.mark.parametrize(("part", "key"), [("endpoints", "khcn-pc-01"), ("systems", "cong-so-khcn"), ("systems", "dich-vu-cong")])
def test_records_of_others_are_a_problem_and_stay(part: str, key: str) -> None:
    merged = merge(NOW, sent(row(part, key, {("name",): "X"})), AROUND)
    assert merged.data == NOW
    assert [problem.found for problem in merged.problems] == [key]


def test_new_machines_get_the_next_ids_of_the_whole_province() -> None:
    taken = {**AROUND.endpoints, f"{AGENCY}-pc-007": "so-khcn"}
    rows = [row("endpoints", "", {("kind",): "laptop", ("place",): place}) for place in ("A", "B")]
    merged = merge(NOW, sent(*rows), Around(endpoints=taken, taken=frozenset({f"{AGENCY}-pc-011"})))
    assert [(change.fate, change.key) for change in merged.changes] == [
        (Fate.NEW, f"{AGENCY}-pc-012"), (Fate.NEW, f"{AGENCY}-pc-013"),
    ]  # fmt: skip
    assert machine(merged, f"{AGENCY}-pc-013") == {"id": f"{AGENCY}-pc-013", "kind": "laptop", "place": "B"}


def test_two_machines_that_nothing_tells_apart_are_two_and_stay_two() -> None:
    """Nor does it matter that their kind was not said."""
    received = sent(*[row("endpoints", "", {("kind",): None, ("place",): "Kho"}, row=f"M!{n}") for n in (8, 9)])
    once = merge(NOW, received, AROUND)
    assert once.count(Fate.NEW) == 2
    ids: Any = once.data["endpoints"]
    again = merge(once.data, received, Around(endpoints={item["id"]: AGENCY for item in ids}))
    assert again.data == once.data
    assert again.changes == ()


@pytest.mark.parametrize("answers", [{("serial",): "5cd1234xyz"}, {("hostname",): "tc-ketoan.xa.local"}])
def test_a_machine_that_is_declared_merges_instead_of_doubling(answers: Answers) -> None:
    merged = merge(NOW, sent(row("endpoints", "", {**answers, ("asset_tag",): "TS-12"})), AROUND)
    items: Any = merged.data["endpoints"]
    assert len(items) == 3
    assert [item.get("asset_tag") for item in items].count("TS-12") == 1
    assert merged.remarks


def test_the_same_machine_in_two_rows_is_said() -> None:
    base = {("serial",): "5CD1234XYZ"}
    rows = (row("endpoints", "tc-pc-01", base, base, row="M!7"), row("endpoints", "tc-pc-01", {**base, ("place",): "B"}, base))
    merged = merge(NOW, sent(*rows), AROUND)
    assert [(problem.cell, problem.message.params["row"]) for problem in merged.problems] == [("endpoints!serial", "M!7")]
    assert merged.data == NOW


def test_a_copied_row_is_a_new_machine_and_the_original_is_the_unchanged_one() -> None:
    base = {("place",): "Phòng một cửa"}
    rows = (row("endpoints", "tc-pc-01", {("place",): "Tầng 3"}, base), row("endpoints", "tc-pc-01", base, base))
    merged = merge(NOW, sent(*rows), AROUND)
    assert machine(merged, "tc-pc-01") == NOW["endpoints"][0]
    assert machine(merged, f"{AGENCY}-pc-001")["place"] == "Tầng 3"


def test_a_retired_machine_typed_again_is_in_use_again() -> None:
    here = {**NOW, "endpoints": [{**NOW["endpoints"][0], "status": "retired"}]}
    merged = merge(here, sent(row("endpoints", "", {("serial",): "5CD1234XYZ"})), AROUND)
    assert machine(merged, "tc-pc-01")["status"] == "in_use"


NEWCOMER = "xa-tan-cuong-dell7-abc"


def test_a_confirmed_proposal_is_declared_with_its_id_and_identity() -> None:
    received = sent(row("endpoints", "", {("status",): "in_use", ("place",): "Phòng họp"}, {}, newcomer=NEWCOMER))
    merged = merge(NOW, received, AROUND)
    assert machine(merged, NEWCOMER) == {
        "id": NEWCOMER, "kind": "workstation", "os": "windows", "hostname": "DELL7", "serial": "7HJK221", "place": "Phòng họp",
        "status": "in_use",
    }  # fmt: skip
    again = merge(merged.data, received, Around(endpoints={NEWCOMER: AGENCY}))
    assert (again.data, again.changes) == (merged.data, ())


def test_a_proposal_that_came_back_with_nothing_but_yes_is_declared_and_questioned() -> None:
    """It may have gone out with that very answer, because the machine was seen lately."""
    answers = {("status",): "in_use", ("place",): None, ("hostname",): "DELL7"}
    merged = merge(NOW, sent(row("endpoints", "", answers, {}, newcomer=NEWCOMER)), AROUND)
    assert merged.count(Fate.NEW) == 1
    assert [(remark.cell, remark.found) for remark in merged.remarks] == [("endpoints!status", NEWCOMER)]


@pytest.mark.parametrize("status", ["retired", "other_agency"])
def test_a_declined_proposal_is_not_declared_and_is_told(status: str) -> None:
    merged = merge(NOW, sent(row("endpoints", "", {("status",): status}, {}, newcomer=NEWCOMER)), AROUND)
    assert merged.data == NOW
    assert [(change.fate, change.key) for change in merged.changes] == [(Fate.DECLINED, NEWCOMER)]


def test_a_proposal_without_a_word_on_its_use_stays_one() -> None:
    merged = merge(NOW, sent(row("endpoints", "", {("status",): None, ("place",): "A"}, {}, newcomer=NEWCOMER)), AROUND)
    assert merged.data == NOW
    assert len(merged.remarks) == 1


def test_a_proposal_that_is_declared_by_its_serial_number_merges() -> None:
    here = {**NOW, "endpoints": [*NOW["endpoints"], {"id": "tc-pc-04", "kind": "laptop", "serial": "7HJK221"}]}
    merged = merge(here, sent(row("endpoints", "", {("status",): "in_use", ("place",): "A"}, {}, newcomer=NEWCOMER)), AROUND)
    assert machine(merged, "tc-pc-04")["place"] == "A"
    assert len(merged.data["endpoints"]) == 4  # type: ignore[arg-type]


def test_deleted_rows_are_kept_unless_asked() -> None:
    received = sent(given={"endpoints": ("tc-pc-01", "tc-pc-02"), "systems": ("web-tan-cuong",)})
    kept = merge(NOW, received, AROUND)
    assert kept.data == NOW
    assert [(change.fate, change.key) for change in kept.changes] == [
        (Fate.MISSING, "web-tan-cuong"), (Fate.MISSING, "tc-pc-01"), (Fate.MISSING, "tc-pc-02"),
    ]  # fmt: skip
    removed = merge(NOW, received, AROUND, remove=True)
    assert removed.count(Fate.RETIRED) == 3
    assert [item.get("status") for item in removed.data["endpoints"]] == ["retired", "retired", None]  # type: ignore[attr-defined]
    assert removed.data["systems"][0]["status"] == "stopped"  # type: ignore[index]


def test_ticks_are_merged_one_by_one() -> None:
    base = {("uses",): ("quan-ly-van-ban", "dich-vu-cong")}
    answers = {("uses",): ("dich-vu-cong", "chu-ky-so")}
    merged = merge(NOW, sent(row("uses", "", answers, base)), AROUND)
    assert merged.data["uses"] == ["thu-dien-tu", "chu-ky-so"]


CLOSE = (
    "Phần mềm Quản lý văn bản và điều hành",
    "QUAN LY VAN BAN VA DIEU HANH",
    "Quản lý văn bản, điều hành",
    "Dịch vụ công trực tuyến",
)


@pytest.mark.parametrize("name", CLOSE)
def test_a_name_close_to_a_shared_system_is_questioned_and_declared(name: str) -> None:
    merged = merge(NOW, sent(row("systems", "", {("name",): name, ("kind",): "internal"})), AROUND)
    assert merged.count(Fate.NEW) == 1
    assert [remark.cell for remark in merged.remarks] == ["systems!name"]


def test_a_new_record_has_its_fields_in_the_order_of_the_sample() -> None:
    answers = {("place",): "Kho", ("ownership",): "personal", ("kind",): "laptop", ("os",): "linux"}
    merged = merge(NOW, sent(row("endpoints", "", answers)), AROUND)
    assert list(machine(merged, f"{AGENCY}-pc-001")) == ["id", "os", "kind", "place", "ownership"]


def test_a_new_system_is_named_after_agency_and_name() -> None:
    merged = merge(NOW, sent(row("systems", "", {("name",): "Hệ thống Camera giao thông"})), AROUND)
    assert merged.changes[0].key == "xa-tan-cuong-he-thong-camera-giao-thong"
    assert not merged.remarks


def test_of_a_state_secret_and_an_isolated_machine_nothing_more_is_kept() -> None:
    received = sent(
        row("systems", "web-tan-cuong", {("state_secret",): True, ("note",): "BI MAT"}, {}),
        row("endpoints", "tc-pc-01", {("kind",): "isolated", ("address",): "10.9.8.7"}, {("kind",): "workstation"}),
    )
    merged = merge(NOW, received, AROUND)
    assert merged.data["systems"] == [{"id": "web-tan-cuong", "name": "Trang thông tin xã", "state_secret": True}]
    assert machine(merged, "tc-pc-01") == {"id": "tc-pc-01", "kind": "isolated", "place": "Phòng một cửa"}
    said = f"{merged.changes}{merged.remarks}"
    assert not any(word in said for word in ("BI MAT", "10.9.8.7", "5CD1234XYZ", "public_service"))


# Promises over everything that can stand in a list

FIELDS: dict[str, tuple[Path, ...]] = {
    "people": (("heads",), ("staff",), ("as_of",)),
    "endpoints": (("place",), ("kind",), ("ownership",), ("status",), ("access", "user")),
    "systems": (("name",), ("kind",), ("information",), ("dossier", "level"), ("dossier", "decision", "number")),
}
VALUES = st.sampled_from([None, "", "a", "b", "Phòng  họp", 3, True, ("public", "private"), ("private", "public"), ()])


@st.composite
def lists(draw: st.DrawFn) -> tuple[dict[str, Any], Received]:
    """A file, and a workbook that was given out from an earlier state of it and changed."""
    now: dict[str, Any] = {"agency": NOW["agency"], "people": {}, "systems": [], "endpoints": []}
    records: list[Record] = []
    for part, paths in FIELDS.items():
        for key in ["" if part == "people" else f"{part}-{at}" for at in range(draw(st.integers(0, 3)))][
            : 1 if part == "people" else 3
        ]:
            item: dict[str, Any] = {} if part == "people" else {"id": key, "kind": "other" if part == "systems" else "laptop"}
            if part == "systems":
                item["name"] = f"Tên {key}"
            base = {path: draw(VALUES) for path in paths if draw(st.booleans())}
            answers = {path: draw(VALUES) if draw(st.booleans()) else base.get(path) for path in paths}
            if part == "people":
                now[part] = item
            else:
                now[part].append(item)
            records.append(row(part, key, answers, base if draw(st.booleans()) else None))
    return now, sent(*records)


@settings(max_examples=200, deadline=None)
@given(lists())
def test_merging_twice_is_merging_once(case: tuple[dict[str, Any], Received]) -> None:
    now, received = case
    around = Around(
        systems={one["id"]: AGENCY for one in now["systems"]}, endpoints={one["id"]: AGENCY for one in now["endpoints"]}
    )
    once = merge(now, received, around)
    again = merge(once.data, received, around)
    assert again.data == once.data
    assert not again.differs


@settings(max_examples=200, deadline=None)
@given(lists())
def test_an_unchanged_list_changes_nothing(case: tuple[dict[str, Any], Received]) -> None:
    now, received = case
    same = sent(*[row(one.part, one.key, one.base or {}, one.base or {}) for one in received.records])
    merged = merge(now, same, Around())
    assert merged.data == now
    assert merged.changes == ()


@settings(max_examples=200, deadline=None)
@given(lists())
def test_only_fields_that_the_agency_changed_differ_and_no_record_is_lost(case: tuple[dict[str, Any], Received]) -> None:
    now, received = case
    merged = merge(now, received, Around())
    for part in ("systems", "endpoints"):
        before, after = now[part], merged.data[part]
        assert [one["id"] for one in before] == [one["id"] for one in after][: len(before)]  # type: ignore[attr-defined]
        sent_by_key = {one.key: one for one in received.records if one.part == part}
        for one, other in zip(before, after, strict=False):  # type: ignore[call-overload]
            record = sent_by_key[one["id"]]
            allowed = {path[0] for path, value in record.answers.items() if value != (record.base or {}).get(path)}
            assert {name for name in {*one, *other} if normal(one.get(name)) != normal(other.get(name))} <= allowed
