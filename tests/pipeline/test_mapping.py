"""What a mapping is written as is what it is read as, and nothing of a list but its headings goes into it."""

from datetime import UTC, datetime

import pytest

from secaudit.catalog import load_catalog
from secaudit.errors import CatalogError
from secaudit.model.console import EvidenceSource
from secaudit.pipeline.mapping import (
    Choice,
    checked_text,
    fields_for,
    mapping_text,
    open_sheets,
    profile_of,
    try_mapping,
    with_groups_of,
)
from secaudit.resources import data_folder

CATALOG = load_catalog(data_folder("checks"))
NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize("name", CATALOG.consoles)
def test_every_mapping_comes_back_as_it_was_written(name, tmp_path):
    mapping = CATALOG.consoles[name].model_copy(update={"documented": (), "groups": {"Khối: Đảng": "vp", "'no'": "a"}})
    assert checked_text(CATALOG, mapping_text(mapping), tmp_path / f"{name}.yaml") == mapping


def test_a_text_that_breaks_the_rules_is_refused_with_its_file(tmp_path):
    text = mapping_text(CATALOG.consoles["ad"]).replace("source: ad", "source: ad\nproduct: bkav")
    with pytest.raises(CatalogError) as refused:
        checked_text(CATALOG, text, tmp_path / "ad.yaml")
    assert refused.value.problems[0].path.endswith("ad.yaml") and refused.value.problems[0].line


def test_words_and_bits_of_the_known_mapping_are_taken_over(tmp_path):
    path = tmp_path / "k.csv"
    path.write_text(
        "Name,Last connected to Administration Server,Real-time protection,Status mask\nPC,2026-11-25 08:00,Stopped,32\n",
        encoding="utf-8",
    )
    (sheet,) = open_sheets(path, CATALOG.consoles, EvidenceSource.KSC)
    columns = {name: guess.column for name, guess in sheet.guesses.items()}
    made = profile_of(sheet, Choice("k", EvidenceSource.KSC, "k", columns, {}, "kaspersky-kes-windows"))
    assert made.mask == ("Status mask",) and made.bits == CATALOG.consoles["ksc"].bits and made.implies == {"managed": True}
    trial = try_mapping(sheet.table, made, NOW, path)
    assert trial.read.rows[0].values["installed"] is False and trial.known["last_contact"] == 1


def test_groups_collected_by_hand_survive_a_new_mapping():
    before = CATALOG.consoles["ksc"].model_copy(update={"groups": {"Khối Đảng": "vp-tinh-uy"}})
    assert with_groups_of(CATALOG.consoles["ksc"], before).groups == before.groups
    assert with_groups_of(before, None) is before


def test_a_directory_is_not_asked_for_protection_nor_a_console_for_nothing():
    assert "realtime" not in fields_for(EvidenceSource.AD) and "siem" not in fields_for(EvidenceSource.AD)
    assert "siem" in fields_for(EvidenceSource.SOC_LIST) and "realtime" not in fields_for(EvidenceSource.SOC_LIST)
    assert "realtime" in fields_for(EvidenceSource.KSC) and "realtime" in fields_for(None)
