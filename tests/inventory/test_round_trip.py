"""Export is import: what stands in an agency's file goes out and comes back as the same, in workbooks and in CSV files."""

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.inventory import load_inventory
from secaudit.inventory.answers import BLANK
from secaudit.inventory.csv_export import as_csv_files
from secaudit.inventory.csv_reading import read_csv_file
from secaudit.inventory.given import given_to, kept_of
from secaudit.inventory.questions import Form, Profile, Question
from secaudit.inventory.received import Record, Value
from secaudit.inventory.sheets import PARTS, SHEETS, asked_in, choices_of
from secaudit.inventory.typed import plain
from secaudit.inventory.workbook import as_workbook
from secaudit.inventory.workbook_reading import asked_of, read_workbook
from secaudit.model.inventory import AgencyFile, Inventory
from tests.inventory.sent import MADE_AT, PROVINCE, changes

FULL = {sheet.part: asked_in(Profile.FULL, sheet).questions for sheet in SHEETS}
LETTERS = "aăâbcđeêghiklmnoôơpqrstuưvxyĐẶỆỘỮÝABCXYZ0123456789.,;:-_/()[]{}'\"&%@!?=+*~#ß中✓é\u0301 "
NEEDED = {
    ("asset_register",): ("computers", "as_of"), ("submission",): ("accepted_on",), ("dossier", "decision"): ("number", "date"),
    ("dossier", "regulation"): ("number", "date"), ("prime_minister_decision",): ("number", "date"),
}  # fmt: skip
ALWAYS = {"agency": {"id", "name", "tier"}, "systems": {"id", "name"}, "endpoints": {"id", "kind"}}
BOUNDS = {"level": (1, 5), "port": (1, 65_535)}
NETWORKS = st.sampled_from(["127.20.1.0/24", "127.20.2.0/24", "fd00::/64"])
IDS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}", fullmatch=True)


def texts(*, blank: bool) -> st.SearchStrategy[str]:
    """Lines of text, also such as mean something else when they are typed, and in CSV files not such as mean nothing."""
    odd = [
        "-",
        "chưa rõ",
        "1.234",
        "=1+1",
        "'x",
        "true",
        "31/10/2026",
        "#N/A",
        "0912345678",
        "Tổng cộng",
        "e\u0301",
        "00123",
        "x",
    ]
    found = st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool) | st.sampled_from(odd)
    return found if blank else found.filter(lambda text: plain(text) not in BLANK and text != "#N/A")


def values(part: str, question: Question, *, blank: bool) -> st.SearchStrategy[object]:
    """What the file may have there."""
    choices = [value for value, _ in choices_of(question) if value and value != "other_agency"]
    match question.form:
        case Form.WHOLE:
            return st.integers(*BOUNDS.get(question.path[-1], (0, 100_000_000)))
        case Form.BAND:
            return st.sampled_from(choices) | st.integers(0, 100_000_000)
        case Form.DAY:
            return st.dates().map(lambda day: day.isoformat())
        case Form.FLAG:
            return st.booleans()
        case Form.CHOICE:
            return st.sampled_from(choices)
        case Form.MEMBER:
            members = [other.member for other in FULL[part] if other.path == question.path]
            return st.lists(st.sampled_from(members), unique=True)
        case Form.LINES:
            return st.lists(
                NETWORKS if question.path == ("networks",) else texts(blank=blank), min_size=1, max_size=3, unique=True
            )
        case Form.IDS:
            return st.lists(IDS, min_size=1, max_size=3, unique=True)
        case _:
            return IDS if question.path[-1] in ("id", "owner", "via") else texts(blank=blank)


@st.composite
def records(draw: st.DrawFn, part: str, *, blank: bool, name: str = "") -> dict[str, object]:
    """One record, some fields unknown."""
    record: dict[str, object] = {}
    wanted = set(draw(st.lists(st.sampled_from([question.path for question in FULL[part]]), max_size=12)))
    for group, names in NEEDED.items():
        if any(path[: len(group)] == group for path in wanted):
            wanted |= {(*group, one) for one in names}
    for question in FULL[part]:
        if question.path in wanted or question.path[0] in ALWAYS.get(part, ()):
            target = record
            for step in question.path[:-1]:
                target = target.setdefault(step, {})  # type: ignore[assignment]
            target.setdefault(question.path[-1], draw(values(part, question, blank=blank)))
    if name:
        record |= {"id": name, "name": f"Tên {record['name']}"} if "name" in record else {"id": name}
    return record


@st.composite
def files(draw: st.DrawFn, *, blank: bool = True) -> AgencyFile:
    """An agency's file with everything in it that a file can have."""
    data: dict[str, object] = {"agency": draw(records("agency", blank=blank, name="xa-b"))}
    if draw(st.booleans()):
        data["people"] = draw(records("people", blank=blank))
    if draw(st.booleans()):
        data["uses"] = draw(st.lists(st.sampled_from(["van-ban", "thu", "la"]), unique=True))
    for part in ("systems", "endpoints"):
        data[part] = [draw(records(part, blank=blank, name=f"{part[0]}-{number}")) for number in range(draw(st.integers(0, 3)))]
    return AgencyFile.model_validate(data)


def rebuilt(read: Iterable[Record], agency: str = "xa-b") -> dict[str, object]:
    """The file that the answers make, without anything that stood there before."""
    data: dict[str, object] = {"systems": [], "endpoints": []}
    for record in read:
        made: dict[str, object] = {"id": record.key} if record.key else {}
        for path, value in record.answers.items():
            _put(made, path, value)
        match record.part:
            case "systems" | "endpoints":
                data.setdefault(record.part, []).append(made)  # type: ignore[attr-defined]
            case "uses":
                data["uses"] = made.get("uses", ())
            case "agency":
                data["agency"] = {"id": agency, **made}
            case _:
                data[record.part] = made
    return data


def _put(record: dict[str, object], path: tuple[str, ...], value: Value) -> None:
    if value is None:
        return
    for step in path[:-1]:
        record = record.setdefault(step, {})  # type: ignore[assignment]
    record[path[-1]] = value


def dumped(file: AgencyFile) -> object:
    """What a file means, as far as anything may be written of it; texts composed."""
    whole = file.model_dump(mode="json", exclude_defaults=True)
    for part in ("systems", "endpoints"):
        for record in whole.get(part, []):
            for unordered in {"information", "inspected"} & set(record):
                record[unordered] = sorted(record[unordered])
            kept = kept_of(PARTS[part], record)
            for field in list(record):
                if kept is not None and (field,) not in kept:
                    del record[field]
    return _composed({key: value for key, value in whole.items() if value})


def _composed(value: object) -> object:
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFC", value).split())
    if isinstance(value, list):
        return [_composed(one) for one in value]
    return {key: _composed(one) for key, one in value.items()} if isinstance(value, Mapping) else value


def again(data: dict[str, object]) -> object:
    found = AgencyFile.model_validate({key: value for key, value in data.items() if value})
    for system in found.systems:
        assert system.information is None or len(set(system.information)) == len(system.information)
    return dumped(found)


SLOW = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


@SLOW
@given(files())
def test_a_file_that_went_out_as_a_workbook_comes_back_as_the_same(file):
    asked = asked_of(Inventory(PROVINCE, (file,)))
    received = read_workbook(
        Path("x.xlsx"), as_workbook(given_to(file, Profile.FULL, MADE_AT, "d", PROVINCE.shared_systems)), asked
    )
    assert (received.problems, received.remarks, changes(received)) == ((), (), {})
    assert again(rebuilt(received.records, file.agency.id)) == dumped(file)


@SLOW
@given(files(), st.sampled_from(Profile))
def test_a_workbook_that_nobody_touched_changes_nothing(file, profile):
    asked = asked_of(Inventory(PROVINCE, (file,)))
    body = as_workbook(given_to(file, profile, MADE_AT, "d", PROVINCE.shared_systems))
    received = read_workbook(Path("x.xlsx"), body, asked)
    assert (received.problems, received.remarks, changes(received)) == ((), (), {})
    assert received.given.get("endpoints", ()) == tuple(one.id for one in file.endpoints)
    assert received.given.get("systems", ()) == tuple(one.id for one in file.systems)


@SLOW
@given(files(blank=False))
def test_a_file_that_went_out_as_csv_comes_back_as_the_same(file):
    asked = asked_of(Inventory(PROVINCE, (file,)))
    read: list[Record] = []
    for name, body in as_csv_files([file]).items():
        for received in read_csv_file(Path(name), body, asked):
            if received.agency:
                assert (received.problems, received.remarks) == ((), ())
                read += received.records
    assert again(rebuilt(read)) == dumped(file)


SAMPLE = load_inventory(Path(__file__).parents[2] / "inventories" / "thai-nguyen")


@pytest.mark.parametrize("profile", list(Profile))
def test_the_sample_province_comes_back_as_it_went_out_in_workbooks(profile):
    asked = asked_of(SAMPLE)
    for file in SAMPLE.agencies:
        body = as_workbook(given_to(file, profile, MADE_AT, SAMPLE.digest, SAMPLE.province.shared_systems))
        received = read_workbook(Path("x.xlsx"), body, asked)
        assert received.agency == file.agency.id
        assert (received.problems, received.remarks, changes(received)) == ((), (), {})
        if profile is Profile.FULL:
            assert again(rebuilt(received.records, file.agency.id)) == dumped(file)


def test_the_sample_province_comes_back_as_it_went_out_in_csv_files():
    asked = asked_of(SAMPLE)
    read: dict[str, list[Record]] = {}
    for name, body in as_csv_files(SAMPLE.agencies).items():
        for received in read_csv_file(Path(name), body, asked):
            assert (received.problems, received.remarks) == ((), ())
            read.setdefault(received.agency, []).extend(received.records)
    assert {agency: again(rebuilt(records, agency)) for agency, records in read.items()} == {
        file.agency.id: dumped(file) for file in SAMPLE.agencies
    }
