"""Writes the examples in docs/outputs.md: ``python tests/pipeline/output_examples.py``."""

import io
import json
import re
import sys
import tempfile
from pathlib import Path

from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).parent))
from poisoned import plain_measured

from secaudit.pipeline.outputs import OUTPUTS, Job, render_of, stream_of, write_of
from secaudit.resources import data_folder, translator

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "outputs.md"
_BLOCK = re.compile(r"(<!-- (?P<name>[\w-]+) -->\n```\w*\n).*?(```\n)", re.DOTALL)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WIDE = 110
_CHECK = "protection.active"


def examples(home):
    """Name of a block -> what stands in it; digests are shortened, because they change with every check."""
    measured, store = plain_measured(home)
    with store:
        job = Job(measured, store, translator("vi"), data_folder("report_templates"), made_by="canbo")
        files = {name: _made(job, name) for name, output in OUTPUTS.items() if output.ending}
        write_of("html")(job, home / "report")
    lines = files["jsonl"].decode().splitlines()
    chosen = [line for line in lines if f'"{_CHECK}"' in line]
    finding = next(line for line in files["ocsf"].decode().splitlines() if f'"{_CHECK}"' in line)
    found = {
        "shapes": "\n".join(f"{name:<6} {output.file_name:<20} {output.title}" for name, output in OUTPUTS.items()),
        "html": "\n".join(sorted(str(path.relative_to(home)) for path in (home / "report").rglob("*") if path.is_file())),
        "json": "\n".join(json.loads(files["json"])),
        "xlsx": _sheets(files["xlsx"]),
        "csv": "\n".join(files["csv"].decode("utf-8-sig").splitlines()[:3]),
        "jsonl": "\n".join(chosen),
        "ocsf": json.dumps(json.loads(finding), ensure_ascii=False, indent=1),
        "junit": _suites(files["junit"].decode()),
    }
    return {name: _DIGEST.sub("…", text) + "\n" for name, text in found.items()}


def _made(job, name):
    if not OUTPUTS[name].streams:
        return render_of(name)(job)
    file = io.BytesIO()
    stream_of(name)(job, file)
    return file.getvalue()


def _sheets(data):
    """Name of each sheet and its headings."""
    lines = []
    for sheet in load_workbook(io.BytesIO(data)):
        head = next(row for row in sheet.iter_rows(values_only=True) if row[1] is not None)
        lines.append(f"{sheet.title}: {', '.join(cell for cell in head if cell)}")
    return "\n".join(lines)


def _suites(text):
    """The suite of the plan, and of an agency one case of each kind."""
    lines = text.splitlines()
    end = lines.index(" </testsuite>") + 1
    rest = lines[end:]
    cases = [line for line in rest[: rest.index(" </testsuite>")] if "<testcase" in line]
    kinds = [next((line for line in cases if mark in line), None) for mark in ("<failure", "<skipped", '"0"/>')]
    opened = rest[:4]
    return "\n".join([*lines[:end], *opened, *(line for line in kinds if line), "  …", " </testsuite>", "</testsuites>"])


def written(text, made):
    """The page with these examples; digests of the page that are shortened alike are the same."""
    return _BLOCK.sub(lambda found: found[1] + made[found["name"]] + found[3], text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8"), examples(Path(folder))), encoding="utf-8")
