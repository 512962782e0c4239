"""What a preview says is read is what the scripts ask."""

import re
from importlib.resources import files

import pytest

from secaudit.messages import Message
from secaudit.probe import PRIVILEGES
from secaudit.report.probe_words import what_is_read
from secaudit.report.record_words import what_is_recorded
from secaudit.resources import translator


def _asked(name, pattern):
    text = files("secaudit.probe").joinpath(name).read_text(encoding="ascii")
    return set(re.findall(pattern, text, re.MULTILINE))


def _described(platform, *, local=False):
    return {name: text for _, group in what_is_read(platform, local=local) for name, text in group.items()}


POSIX = _asked("posix.sh", r"^[ \t]*(?:[^#\n]*[;)] )?section ([a-z-]+) \d+ \w+")
WINDOWS = _asked("windows.ps1", r"^[ \t]*Section '([a-z-]+)'")
LOCAL = _asked("windows-local.ps1", r"^[ \t]*Section '([a-z-]+)'")


def test_every_section_of_the_scripts_is_described_and_no_other():
    assert len(POSIX) > 50
    assert len(WINDOWS) > 20
    assert LOCAL
    assert set(_described("posix")) == POSIX
    assert set(_described("windows")) == WINDOWS
    assert set(_described("windows", local=True)) == WINDOWS | LOCAL


@pytest.mark.parametrize("platform", ["posix", "windows"])
def test_no_section_is_described_twice(platform):
    names = [name for _, group in what_is_read(platform, local=True) for name in group]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("platform", ["posix", "windows"])
def test_descriptions_are_in_both_languages(platform):
    headings = [heading for heading, _ in what_is_read(platform)]
    texts: list[Message] = [*headings, *_described(platform, local=True).values(), *what_is_recorded(platform, sudo=True)]
    vietnamese, english = translator("vi"), translator("en")
    same = [english.text(text) for text in texts if vietnamese.text(text) == english.text(text)]
    assert same == []


def test_what_needs_root_says_so():
    """The sections that ask through sudo and give nothing without it."""
    through_sudo = {one.section for one in PRIVILEGES}
    marked = {name for name, words in _described("posix").items() if "(root)" in str(words)}
    assert marked
    assert marked <= through_sudo


def test_sudo_leaves_records_of_its_own():
    plain = what_is_recorded("posix")
    with_sudo = what_is_recorded("posix", sudo=True)
    assert with_sudo[: len(plain)] == plain
    assert len(with_sudo) > len(plain)
    assert what_is_recorded("windows", sudo=True) == what_is_recorded("windows")
