"""The passphrase of the province's key typed at the terminal: twice to make it, once to open, shown nowhere."""

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("a terminal that a test owns is a thing of POSIX systems", allow_module_level=True)

from secaudit.intake.keys import read_keys
from secaudit.model.secret import Secret
from tests.cli.conftest import environment
from tests.hostile.terminal import typed

WORDS = "bốn từ không liên quan"


def key(workspace, *answers: tuple[str, str], options: tuple[str, ...] = ()) -> tuple[int, str]:
    command = [sys.executable, "-m", "secaudit", "courier", "key", "--workspace", str(workspace), *options]
    return typed(command, [(asked.encode(), answer.encode() + b"\n") for asked, answer in answers], environment())


def test_it_is_typed_twice_and_not_shown(tmp_path):
    status, shown = key(tmp_path / "w", ("New passphrase: ", WORDS), ("The same again: ", WORDS))
    assert status == 0, shown
    assert WORDS not in shown
    (pair,) = read_keys(tmp_path / "w")
    assert pair.open(Secret(WORDS), where="x").key_size == 3072


def test_two_that_differ_make_nothing(tmp_path):
    status, shown = key(tmp_path / "w", ("New passphrase: ", WORDS), ("The same again: ", WORDS + "x"))
    assert status == 2 and "differ" in shown
    assert not (tmp_path / "w").exists()


def test_renewing_asks_for_the_present_one_and_enter_keeps_it(tmp_path):
    key(tmp_path / "w", ("New passphrase: ", WORDS), ("The same again: ", WORDS))
    asked = ("Passphrase of the province's key: ", WORDS), ("Enter keeps the present one", "")
    status, shown = key(tmp_path / "w", *asked, options=("--renew",))
    assert status == 0, shown
    assert [pair.open(Secret(WORDS), where="x").key_size for pair in read_keys(tmp_path / "w")] == [3072, 3072]
