"""What the commands over a store print for programs is described in docs/json.md, field by field."""

import json
import shutil
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parent.parent.parent / "docs" / "json.md").read_text(encoding="utf-8")
DATA = {"counts", "checks", "decided_by", "proven_by", "undeclared"}
"""Objects whose keys are data: sights, check ids, grades, agencies."""


@pytest.fixture(scope="module", name="outputs")
def collect_outputs(lab_province):
    """One object per command."""
    for path in lab_province.workspace.glob("store.sqlite*"):
        path.unlink()
    workspace = ["--workspace", str(lab_province.workspace)]
    plain = [sys.executable, "-m", "secaudit"]
    commands = {
        "scan": lab_province.scan(),
        "judging": lab_province.command("judge"),
        "measurement": lab_province.command("measure"),
        "runs": [*plain, "runs", "list", *workspace],
        "run": [*plain, "runs", "show", "1", *workspace],
        "verification": [*plain, "verify", *workspace],
        "check": [*plain, "checks", "show", "protection.active"],
    }
    if shutil.which("nmap"):
        commands["discovery"] = lab_province.command("discover")
    outputs = {}
    for kind, command in commands.items():
        done = lab_province.run([*command, "--format", "json"])
        assert done.stdout, f"{kind}: {done.stderr}"
        outputs[kind] = json.loads(done.stdout)
    return outputs


def _names(value: object) -> set[str]:
    if isinstance(value, dict):
        inner = {key: {} if key in DATA and isinstance(item, dict) else item for key, item in value.items()}
        return set(inner) | set().union(*(_names(item) for item in inner.values()))
    return set().union(*(_names(item) for item in value[:3])) if isinstance(value, list) and value else set()


def test_each_object_names_its_kind_and_format(outputs):
    for kind, document in outputs.items():
        assert (document["kind"], document["format"]) == (kind, 1)


def test_every_field_is_documented(outputs):
    outputs["check"].pop("check")  # a check's fields are those of its file: docs/writing-checks.md
    missing = {f"{kind}.{name}" for kind, document in outputs.items() for name in _names(document) if f"`{name}`" not in PAGE}
    assert {name for name in missing if name.rpartition(".")[2] not in ("vi", "en")} == set()


def test_moments_are_utc_and_shares_are_exact(outputs):
    target = next(t for t in outputs["measurement"]["targets"] if t["population"] == "endpoints")
    assert target["lower"].count("/") == 1
    assert target["lower_percent"] == "54.54", "24 of 44, rounded down"
    assert outputs["run"]["outcomes"][0]["finished_at"].endswith(("+00:00", "Z"))
