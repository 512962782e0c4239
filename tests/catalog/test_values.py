"""Written scalars become values by declaration or by looks."""

import pytest

from secaudit.catalog import lint_catalog, load_catalog
from secaudit.catalog.values import parameter

CHECK = "endpoint/patch/patch.restart.yaml"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7", 7),
        ("-3", -3),
        ("0", 0),
        ("1.5", 1.5),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("1.", "1."),
        ("nan", "nan"),
        ("", ""),
        ("9" * 30, "9" * 30),
    ],
)
def test_a_parameter_is_read_by_its_looks(written, value):
    found = parameter(written)
    assert (type(found), found) == (type(value), value)


def test_facts_of_a_case_get_their_declared_types(write, good):
    facts = (
        "{endpoint.kind: server, patch.reboot_required: true, machine.uptime_days: 12, os.version: 22.04, "
        "accounts.uid0: [root, 0], protection.products: [{id: 360, running: true, signature_age_days: 3}, {}]}"
    )
    text = good[CHECK].replace("{endpoint.kind: server, patch.reboot_required: true}", facts)
    folder = write({CHECK: text})
    assert lint_catalog(folder) == []
    case = load_catalog(folder).checks["patch.restart"].cases[1]
    assert case.facts == {
        "endpoint.kind": "server",
        "patch.reboot_required": True,
        "machine.uptime_days": 12,
        "os.version": "22.04",
        "accounts.uid0": ["root", "0"],
        "protection.products": [{"id": "360", "running": True, "signature_age_days": 3}, {}],
    }


@pytest.mark.parametrize(
    "value",
    ["yes", "1", '""', "[true]", "{a: true}"],
)
def test_only_true_and_false_are_flags(write, good, value):
    text = good[CHECK].replace("patch.reboot_required: true}", f"patch.reboot_required: {value}}}")
    (problem, *_) = lint_catalog(write({CHECK: text}))
    assert (problem.line, problem.field) == (20, "cases[1].facts.patch.reboot_required")
    assert str(problem.expected) == "true or false"


def test_a_band_of_a_level_case_stays_a_text(write, good):
    text = good["levels/rules-a.yaml"].replace("data_subjects.basic: 5", "data_subjects.basic: under_100000")
    catalog = load_catalog(write({"levels/rules-a.yaml": text}))
    assert catalog.levels[0].clauses[0].cases[0].inputs["data_subjects.basic"] == "under_100000"
