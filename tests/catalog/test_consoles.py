"""Mappings of console exports: what is shipped is honest about itself, and what reads too much into a list is refused."""

import pytest

from secaudit.catalog import CONSOLES_FOLDER, console_problems, console_profiles, lint_catalog, load_catalog
from secaudit.errors import CatalogError
from secaudit.model.console import FIELDS, WHOSE, EvidenceSource, spelled
from secaudit.resources import data_folder

SHIPPED = load_catalog(data_folder("checks"))
FILE = "consoles/mine.yaml"
GOOD = """\
id: mine
title: {vi: Của tôi, en: Mine}
source: csv
columns:
  name: [PC]
  last_contact: [Seen]
  realtime: [Protection]
values:
  realtime: {Fine: "true", "*": "false"}
"""


def problems(write, text):
    return [(problem.line, str(problem.message)) for problem in lint_catalog(write({FILE: text}))]


def test_every_source_has_a_mapping_and_none_claims_to_be_confirmed():
    assert {profile.source for profile in SHIPPED.consoles.values()} == set(EvidenceSource)
    for profile in SHIPPED.consoles.values():
        assert profile.confirmed is False, "no real export was ever seen"
        assert profile.documented and profile.title.vi and profile.title.en


def test_no_shipped_mapping_reads_a_consoles_own_judgement():
    judged = {
        "status", "status description", "device status", "protection status", "protection last updated", "endpoint sensor status",
        "modules status", "security product status", "alerts", "risk level", "exposure level", "antivirus status",
        "avissignatureuptodate", "signatureupdateoverdue", "devicestate", "productstatus", "antivirussignatureage", "enabled",
        "klhst_wks_status_id", "klhst_wks_last_update", "tình trạng", "trạng thái",
    }  # fmt: skip
    for profile in SHIPPED.consoles.values():
        headings = {spelled(heading) for found in profile.columns.values() for heading in found}
        assert headings & judged == set(), profile.id


def test_a_directory_maps_no_protection():
    assert set(SHIPPED.consoles["ad"].columns) <= WHOSE and not SHIPPED.consoles["ad"].implies


def test_a_mapping_is_part_of_the_catalog_and_of_its_digest(write):
    before = load_catalog(write())
    after = load_catalog(write({FILE: GOOD}))
    assert list(after.consoles) == ["mine"] and before.consoles == {} and before.digest != after.digest


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("name: [PC]", "name: [PC, pc]", 5, "twice"),
        ("realtime: [Protection]", "realtime: [Seen]", 7, "means last_contact already"),
        ("realtime: [Protection]", "protect: [Protection]", 7, ""),
        ("name: [PC]", "group: [PC]", 5, "which machine"),
        ("last_contact: [Seen]", "address: [Seen]", 5, "last heard"),
        ('{Fine: "true", "*": "false"}', '{Fine: "yes"}', 9, "must be one of"),
        ('{Fine: "true", "*": "false"}', '{"*": "true"}', 9, "nobody has seen"),
        ('{Fine: "true", "*": "false"}', '{Fine: "true", fine: "false"}', 9, "means two things"),
        ("  realtime: {Fine", "  running: {Fine", 9, "no column"),
        ("source: csv", "source: ad", 7, "not how they are protected"),
        ("source: csv", "source: excel", 3, ""),
        ("source: csv", "source: csv\nproduct: no-such", 4, "no such product"),
        ("source: csv", "source: csv\nimplies: {realtime: true}", 4, "does not mean this"),
        ("source: csv", "source: csv\nmask: [M]", 4, "belong together"),
        ("source: csv", 'source: csv\nmask: [M]\nbits: {realtime: {"64": "true"}}', 5, "from 0 to 63"),
        ("source: csv", 'source: csv\nmask: [M]\nbits: {realtime: {"1": "unknown"}}', 5, "true or false"),
        ("source: csv", "source: csv\ngroups: {A B: x, a  b: y}", 4, "two agencies"),
        ("id: mine", "id: other", 1, "name of the file"),
    ],
)
def test_what_reads_too_much_into_a_list_is_refused_with_file_and_line(write, old, new, line, words):
    assert old in GOOD
    found = problems(write, GOOD.replace(old, new))
    assert any(place == line and words in message for place, message in found), found


def test_a_date_is_never_a_word(write):
    text = GOOD.replace("values:", "values:\n  last_contact: {Never: unknown, Today: 2026-11-26}")
    assert [line for line, _ in problems(write, text)] == [9]


def test_a_workspace_adds_mappings_and_replaces_those_of_the_catalog(write, tmp_path):
    catalog = load_catalog(write({FILE: GOOD}))
    workspace = tmp_path / "workspace"
    folder = workspace / CONSOLES_FOLDER
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(GOOD.replace("Của tôi", "Sửa"), encoding="utf-8")
    (folder / "new.yaml").write_text(GOOD.replace("id: mine", "id: new"), encoding="utf-8")
    found = console_profiles(catalog, workspace)
    assert list(found) == ["mine", "new"] and found["mine"].title.vi == "Sửa"
    assert console_profiles(catalog, None) == catalog.consoles == console_profiles(catalog, tmp_path / "nowhere")


def test_bad_mappings_of_a_workspace_are_all_named(write, tmp_path):
    catalog = load_catalog(write())
    folder = tmp_path / "workspace" / CONSOLES_FOLDER
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(GOOD.replace("name: [PC]", "name: [PC, PC]"), encoding="utf-8")
    (folder / "two.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "three.yml").write_text(GOOD, encoding="utf-8")
    (folder / "four.yaml").write_text("{", encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        console_profiles(catalog, tmp_path / "workspace")
    assert tuple(console_problems(catalog, tmp_path / "workspace")) == refused.value.problems
    assert {problem.path.rsplit("/", 1)[-1] for problem in refused.value.problems} == {
        "mine.yaml", "two.yaml", "three.yml", "four.yaml",
    }  # fmt: skip


def test_the_page_for_administrators_names_every_source_and_field_and_the_headings_that_decide():
    page = (data_folder("checks").parent / "docs" / "consoles.md").read_text(encoding="utf-8")
    for source in EvidenceSource:
        assert f"`--source {source.value}`" in page
    fields = page.partition("Fields: `")[2].partition("`")[0].split()
    assert fields == list(FIELDS)
    for name in ("ksc", "eset", "csv", "soc-list", "ad"):
        for field in ("name", "last_contact"):
            assert any(heading in page for heading in SHIPPED.consoles[name].columns[field]), (name, field)
