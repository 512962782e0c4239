"""CSV files: one per sheet, for the whole province, and no cell that a spreadsheet runs."""

import csv
import io

from secaudit.inventory.csv_export import as_csv_files
from secaudit.inventory.questions import Profile
from secaudit.inventory.sheets import SHEETS, asked_in
from tests.inventory.given_samples import HOSTILE, agency


def _rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "Excel reads Vietnamese letters only behind this mark"
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _files(*files):
    return {name: _rows(data) for name, data in as_csv_files(files).items()}


def test_each_sheet_is_a_file_whose_headings_are_question_keys():
    files = as_csv_files([agency()])
    assert list(files) == ["agency.csv", "people.csv", "endpoints.csv", "uses.csv", "systems.csv"]
    for sheet in SHEETS:
        head = files[f"{sheet.part}.csv"].decode("utf-8-sig").splitlines()[0].split(",")
        keys = [question.key for question in asked_in(Profile.FULL, sheet).questions if question.key != "id"]
        assert head == ["agency", "id", *keys]


def test_values_are_those_of_the_yaml_and_what_is_unknown_is_empty():
    files = _files(
        agency(
            agency={"networks": ["127.20.1.0/24", "127.20.2.0/24"]},
            people={"heads": 3, "evidence": ["Báo cáo 1", "Báo cáo 2"]},
            uses=["van-ban", "thu"],
            systems=[{"id": "a", "name": "A", "information": ["public"], "defence_security": False, "components": ["x", "y"]}],
            endpoints=[{"id": "m", "kind": "laptop", "access": {"port": 2222}}],
        )
    )
    assert files["agency.csv"][0] | {"networks": "127.20.1.0/24\n127.20.2.0/24"} == files["agency.csv"][0]
    assert (files["people.csv"][0]["evidence"], files["people.csv"][0]["staff"]) == ("Báo cáo 1\nBáo cáo 2", "")
    assert files["uses.csv"] == [{"agency": "xa-a", "id": "", "uses": "van-ban; thu"}]
    system = files["systems.csv"][0]
    assert [system[f"information:{one}"] for one in ("public", "private")] == ["true", "false"]
    assert (system["defence_security"], system["components"], system["internal_accounts"]) == ("false", "x; y", "")
    assert (files["endpoints.csv"][0]["id"], files["endpoints.csv"][0]["access.port"]) == ("m", "2222")


def test_no_cell_begins_like_a_formula():
    texts = [text for text in HOSTILE if text.isprintable()] + ["'quoted"]
    machines = [{"id": f"m-{number}", "kind": "laptop", "place": text} for number, text in enumerate(texts)]
    rows = _files(agency(endpoints=machines))["endpoints.csv"]
    assert not [row for row in rows for cell in row.values() if cell[:1] in set("=+-@|%\uff1d")]
    assert [row["place"].removeprefix("'") for row in rows] == texts
    assert rows[-1]["place"] == "''quoted"


def test_of_isolated_machines_and_secret_systems_nothing_more_leaves_than_that_they_are_there():
    files = _files(
        agency(
            endpoints=[{"id": "m", "kind": "isolated", "place": "P1", "hostname": "KIN", "asset_tag": "TS-1"}],
            systems=[{"id": "s", "name": "Kín", "state_secret": True, "level": 4}],
        )
    )
    machine = {key: cell for key, cell in files["endpoints.csv"][0].items() if cell}
    assert machine == {"agency": "xa-a", "id": "m", "kind": "isolated", "place": "P1"}
    system = {key: cell for key, cell in files["systems.csv"][0].items() if cell}
    assert system == {"agency": "xa-a", "id": "s", "name": "Kín", "state_secret": "true", "level": "4"}
