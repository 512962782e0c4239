"""Mappings of lists of machines: what is shipped is honest about itself, and what reads too much into a list is refused."""

import pytest

from secaudit.catalog import LISTS_FOLDER, lint_catalog, list_profiles, load_catalog
from secaudit.errors import CatalogError
from secaudit.model.machine_list import LIST_FIELDS, MEANINGS, TELLING_APART, ListForm
from secaudit.resources import data_folder
from secaudit.source import looks_secret

SHIPPED = load_catalog(data_folder("checks")).lists
PAGE = data_folder("checks").parent / "docs" / "inventory-lists.md"
FILE = "lists/mine.yaml"
GOOD = """\
id: mine
title: {vi: Của tôi, en: Mine}
columns:
  hostname: [PC]
  kind: [Type]
values:
  kind: {Box: workstation, Stand: no_machine}
"""


def problems(write, text):
    return [(problem.line, str(problem.message)) for problem in lint_catalog(write({FILE: text}))]


def test_every_kind_of_list_has_a_mapping_and_none_claims_to_be_confirmed():
    assert set(SHIPPED) == {"glpi", "netbox", "ad", "so-tai-san", "ansible"}
    for profile in SHIPPED.values():
        assert profile.confirmed is False, "no real list was ever seen"
        assert profile.documented and profile.title.vi and profile.title.en
        assert any(name in profile.columns for name in TELLING_APART)


def test_no_shipped_mapping_reads_a_secret_or_lets_a_machine_leave_by_an_unknown_word():
    for profile in SHIPPED.values():
        assert not any(looks_secret(heading) for headings in profile.columns.values() for heading in headings)
        assert profile.values.get("status", {}).get("*") != "retired" and "status" not in profile.implies
        assert profile.implies.get("kind") != "isolated", "isolated machines come only from the agency's workbook"


def test_a_mapping_is_part_of_the_catalog_and_of_its_digest(write):
    before, after = load_catalog(write()), load_catalog(write({FILE: GOOD}))
    assert list(after.lists) == ["mine"] and before.lists == {} and before.digest != after.digest


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("hostname: [PC]", "hostname: [PC, pc]", 4, "twice"),
        ("hostname: [PC]", "hostname: [PC]\n  serial: [PC]", 5, "means hostname already"),
        ("hostname: [PC]", "place: [PC]", 4, "which machine"),
        ("hostname: [PC]", "hostname: [PC]\n  user: [Password]", 5, "secret"),
        ("hostname: [PC]", "hostname: [PC]\n  antivirus: [AV]", 5, ""),
        ("hostname: [PC]", "hostname: [PC]\n  place: []", 5, "no heading"),
        ("  kind: [Type]\nvalues:\n  kind: {Box: workstation, Stand: no_machine}\n", "", 4, "what kind"),
        ("Box: workstation", "Box: desktop", 7, "must be one of"),
        ("Box: workstation", "Box: workstation, box: laptop", 7, "two things"),
        ("values:\n", "values:\n  os: {W: windows}\n", 7, "no column"),
        ("values:\n", "values:\n  place: {A: B}\n", 7, "Only these fields"),
        ("  kind: [Type]\n", "  kind: [Type]\n  status: [S]\nimplies: {status: retired}\n", 7, "must be one of"),
        ("values:\n", "implies: {place: A}\nvalues:\n", 6, "does not mean this"),
        ("values:\n", "guessed: [place]\nvalues:\n", 6, "cannot be guessed"),
        ("values:\n", "agencies: {A: x, a: y}\nvalues:\n", 6, "two agencies"),
        ("  kind: {Box", '  status: {"*": retired}\n  kind: {Box', 7, "must not prove"),
        ("id: mine", "id: other", 1, "name of the file"),
    ],
)
def test_what_reads_too_much_into_a_list_is_refused_with_file_and_line(write, old, new, line, words):
    assert old in GOOD
    found = problems(write, GOOD.replace(old, new))
    assert any(place == line and words in message for place, message in found), found


def test_system_and_kind_may_stand_in_one_column(write):
    text = GOOD.replace("  kind: [Type]\n", "  kind: [Type]\n  os: [Type]\n")
    assert problems(write, text) == []


def test_a_workspace_adds_mappings_replaces_those_of_the_catalog_and_names_all_bad_ones(write, tmp_path):
    catalog = load_catalog(write({FILE: GOOD}))
    folder = tmp_path / "workspace" / LISTS_FOLDER
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(GOOD.replace("Của tôi", "Sửa"), encoding="utf-8")
    (folder / "new.yaml").write_text(GOOD.replace("id: mine", "id: new"), encoding="utf-8")
    found = list_profiles(catalog, tmp_path / "workspace")
    assert list(found) == ["mine", "new"] and found["mine"].title.vi == "Sửa"
    assert list_profiles(catalog, None) == catalog.lists == list_profiles(catalog, tmp_path / "nowhere")
    (folder / "two.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "three.yml").write_text(GOOD, encoding="utf-8")
    (folder / "four.yaml").write_text("{", encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        list_profiles(catalog, tmp_path / "workspace")
    assert {problem.path.rsplit("/", 1)[-1] for problem in refused.value.problems} == {"two.yaml", "three.yml", "four.yaml"}


def test_the_page_names_every_mapping_field_and_meaning():
    page = PAGE.read_text(encoding="utf-8")
    for name, profile in SHIPPED.items():
        assert f"`{name}`" in page
        if profile.form is ListForm.TABLE:
            shown = [headings[0] for field, headings in profile.columns.items() if field in TELLING_APART]
            assert any(heading in page for heading in shown), name
    fields = page.partition("Fields: `")[2].partition("`")[0].split()
    assert fields == list(LIST_FIELDS)
    assert all(f"`{meaning}`" in page for meanings in MEANINGS.values() for meaning in meanings)
