"""The C parser must not take the interpreter down: looked at from another process."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from pathlib import Path
from secaudit.errors import DataError
from secaudit.source import read_yaml
try:
    read_yaml(Path(sys.argv[1]))
except DataError as error:
    print(error.problems[0].message)
"""


@pytest.mark.parametrize("unit", ["[", "{", "{a: ", "- ", "? ", "a: &a\n  *a"])
def test_nesting_ends_in_a_sentence_not_in_a_crash(tmp_path, unit):
    path = tmp_path / "deep.yaml"
    path.write_text(unit * 50_000, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
