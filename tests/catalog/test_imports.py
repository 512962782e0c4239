"""New rows for lifecycle tables: everything wrong is said at once with its line, and nothing half is ever written."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.catalog import lint_catalog, load_catalog
from secaudit.catalog.imports import read_import
from secaudit.catalog.refresh import refresh, write
from secaudit.errors import DataError, OutputError

TODAY = date(2026, 12, 10)
UPDATES_CSV = """\
# id: monthly
# as_of: 2026-12-09
# source: Microsoft, Windows release information
os,build,month,date,kind,revision,kb,source
windows,26200,2026-11,2026-11-10,security,9974,KB5130001,
windows,26200,2026-12,2026-12-08,security,10200,KB5140000,support page
"""
RELEASES_CSV = """\
# id: releases
# as_of: 2026-12-09
# source: endoflife.date
os,version,name,build,editions,ends,extended_ends,extended_is_free
windows,11-25h2,Windows 11 E,26200,Education;Enterprise,2028-10-17,,
debian,13,Debian 13,,,2028-08-09,2030-06-30,true
"""


def problems_of(path: Path, folder: Path | None = None, **options: bool):
    with pytest.raises(DataError) as caught:
        brought, file = read_import(path)
        assert folder is not None
        refresh(folder, brought, file, TODAY, replace=False, force=options.get("force", False))
    return [(problem.line, str(problem.message)) for problem in caught.value.problems]


def brought_into(folder: Path, path: Path, *, replace: bool = False, force: bool = False):
    brought, file = read_import(path)
    return refresh(folder, brought, file, TODAY, replace=replace, force=force)


@pytest.fixture
def write_catalog(request):
    return request.getfixturevalue("write")


@pytest.fixture
def elsewhere(tmp_path_factory) -> Path:
    """Outside the catalog, which reads every YAML file of its folder."""
    return tmp_path_factory.mktemp("brought")


@pytest.fixture
def sheet(elsewhere):
    def made(text: str, name: str = "new.csv") -> Path:
        path = elsewhere / name
        path.write_text(text, encoding="utf-8")
        return path

    return made


def test_rows_are_added_and_changed_and_name_their_source(write_catalog, sheet):
    folder = write_catalog()
    refreshed = brought_into(folder, sheet(UPDATES_CSV))
    assert [(change.before and change.before.revision, change.after.revision) for change in refreshed.changes] == [
        (9974, 9974),
        (None, 10200),
    ]
    write(refreshed)
    assert lint_catalog(folder) == []
    (table,) = load_catalog(folder).knowledge.updates
    assert table.as_of == date(2026, 12, 9)
    assert [(row.revision, row.kb, row.source) for row in table.updates] == [
        (9711, None, None),
        (9974, "KB5130001", "Microsoft, Windows release information"),
        (10200, "KB5140000", "support page"),
    ]
    assert table.source == "bản thử"


def test_ends_of_support_are_found_by_release_and_editions(write_catalog, sheet):
    folder = write_catalog()
    refreshed = brought_into(folder, sheet(RELEASES_CSV))
    assert [(change.before and change.before.name, change.after.name) for change in refreshed.changes] == [
        ("Windows 11 E", "Windows 11 E"),
        (None, "Debian 13"),
    ]
    write(refreshed)
    assert lint_catalog(folder) == []
    (table,) = load_catalog(folder).knowledge.lifecycle
    assert [row.ends.isoformat() for row in table.releases] == ["2027-10-12", "2028-10-17", "2026-07-11", "2028-08-09"]
    assert table.releases[3].extended_is_free


def test_replace_drops_what_the_file_does_not_have(write_catalog, sheet):
    refreshed = brought_into(write_catalog(), sheet(UPDATES_CSV), replace=True)
    assert [change.after and change.after.revision for change in refreshed.changes] == [None, 9974, 10200]
    assert refreshed.after.source == "Microsoft, Windows release information"
    assert [row.source for row in refreshed.after.updates] == [None, "support page"]


@pytest.mark.parametrize("name", ["new.json", "new.yaml"])
def test_json_says_the_same_as_csv(write_catalog, sheet, name):
    first = {"month": "2026-11", "date": "2026-11-10", "revision": 9974, "kb": "KB5130001"}
    second = {"month": "2026-12", "date": "2026-12-08", "revision": 10200, "kb": "KB5140000", "source": "support page"}
    rows = [{"os": "windows", "build": 26200, "kind": "security", **row} for row in (first, second)]
    head = {"id": "monthly", "as_of": "2026-12-09", "source": "Microsoft, Windows release information"}
    folder = write_catalog()
    assert brought_into(folder, sheet(json.dumps({**head, "updates": rows}, indent=2), name)) == brought_into(
        folder, sheet(UPDATES_CSV)
    )


def test_the_comment_of_the_table_stays(write_catalog, sheet):
    folder = write_catalog()
    path = folder / "lifecycle" / "monthly.yaml"
    path.write_text("# why these rows\n# are here\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    write(brought_into(folder, sheet(UPDATES_CSV)))
    assert path.read_text(encoding="utf-8").startswith("# why these rows\n# are here\nid: monthly\n")


def test_importing_twice_changes_nothing_more(write_catalog, sheet):
    folder = write_catalog()
    write(brought_into(folder, sheet(UPDATES_CSV)))
    again = brought_into(folder, sheet(UPDATES_CSV))
    assert again.changes == ()
    assert again.text == again.path.read_text(encoding="utf-8")


def test_all_problems_of_a_file_come_at_once_with_their_lines(sheet):
    text = UPDATES_CSV.replace("2026-11-10", "2026-13-10").replace("KB5140000", "5140000").replace("# source", "# sauce")
    found = problems_of(sheet(text))
    assert {line for line, _ in found} >= {3, 5, 6}
    assert len(found) >= 4  # the source is also missing


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("# id: monthly", "# id: weekly", 1, "No table is called so"),
        ("# id: monthly", "# id: releases", 1, "another kind"),
        ("as_of: 2026-12-09", "as_of: 2026-12-11", 2, "still to come"),
        ("as_of: 2026-12-09", "as_of: 2026-11-18", 2, "older than the table"),
        ("as_of: 2026-12-09", "as_of: 2026-12-07", 6, "younger than its table"),
        ("10200", "9000", 6, "higher revision"),
        ("2026-12,2026-12-08", "2026-11,2026-11-11", 6, "stands at"),
        (",support page", ",support page,more", 6, "cells"),
        ("10200,KB5140000", '10200,"KB5140000', 6, "no CSV"),
    ],
)
def test_what_would_falsify_a_table_is_refused(write_catalog, sheet, old, new, line, text):
    folder = write_catalog()
    before = (folder / "lifecycle" / "monthly.yaml").read_bytes()
    assert old in UPDATES_CSV
    found = problems_of(sheet(UPDATES_CSV.replace(old, new)), folder)
    assert any(place == line and text in message for place, message in found), found
    assert (folder / "lifecycle" / "monthly.yaml").read_bytes() == before


def test_a_conflict_with_rows_that_are_there_is_refused(write_catalog, sheet):
    """Two numbers for one month: alone the file is sound, together with the table it is not."""
    found = problems_of(sheet(UPDATES_CSV.replace("9974", "9980")), write_catalog())
    assert any("stands at" in message for _, message in found)


def test_an_older_file_needs_force(write_catalog, sheet):
    text = UPDATES_CSV.replace("2026-12-09", "2026-11-15").rsplit("windows,26200,2026-12", 1)[0]
    assert brought_into(write_catalog(), sheet(text), force=True).after.as_of == date(2026, 11, 15)


def test_a_folder_that_cannot_be_written_leaves_the_table(write_catalog, sheet, monkeypatch):
    folder = write_catalog()
    refreshed = brought_into(folder, sheet(UPDATES_CSV))
    before = refreshed.path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("secaudit.catalog.refresh.os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write(refreshed)
    assert refreshed.path.read_bytes() == before
    assert [path.name for path in refreshed.path.parent.iterdir() if path.name.endswith(".new")] == []


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.binary(max_size=200), cut=st.integers(0, len(UPDATES_CSV)), name=st.sampled_from(["a.csv", "a.json", "a.yaml"]))
def test_any_bytes_are_read_or_refused(write_catalog, elsewhere, data, cut, name):
    """No file, whatever it holds, ends in anything but a table or a list of problems."""
    path = elsewhere / name
    raw = UPDATES_CSV.encode()
    path.write_bytes(raw[:cut] + data + raw[cut:])
    folder = write_catalog()
    try:
        brought, file = read_import(path)
        refreshed = refresh(folder, brought, file, TODAY, replace=False, force=True)
    except DataError as error:
        assert error.problems
        return
    write(refreshed)
    assert lint_catalog(folder) == []


_line = st.text(st.characters(blacklist_categories=["C", "Z"]), min_size=1, max_size=20)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(source=_line, own=_line, revision=st.integers(9975, 2**31), kb=st.integers(100_000, 99_999_999))
def test_what_goes_in_comes_out_of_the_written_file(write_catalog, sheet, source, own, revision, kb):
    """Sources with quotes, colons, braces and hashes survive being written as YAML and read again."""
    row = {"os": "windows", "build": "26200", "month": "2026-12", "date": "2026-12-08", "kind": "security",
           "revision": str(revision), "kb": f"KB{kb}", "source": own}  # fmt: skip
    text = json.dumps({"id": "monthly", "as_of": "2026-12-09", "source": source, "updates": [row]}, ensure_ascii=False)
    folder = write_catalog()
    write(brought_into(folder, sheet(text, "new.json")))
    (table,) = load_catalog(folder).knowledge.updates
    assert table.updates[-1].model_dump(mode="json") == {**row, "build": 26200, "revision": revision}
