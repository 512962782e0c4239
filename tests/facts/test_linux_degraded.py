"""Facts of Linux one by one: a section that ended otherwise, came cut or not at all never turns a value into another."""

from datetime import UTC, datetime

import pytest

from secaudit.facts import (
    linux_admins,
    linux_hardening,
    linux_hardware,
    linux_lockout,
    linux_logins,
    linux_logs,
    linux_network,
    linux_passwords,
    linux_sessions,
    parse_facts,
    sshd_more,
)
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import FACTS, Known, Missing, ValueType
from secaudit.probe import frame

NOW = 1_795_400_000
AT = datetime.fromtimestamp(NOW + 3, UTC)
NAMES = [name for name in answer_names() if platform_of(name) == "posix"]
CAPTURES = {name: frame("posix", "0" * 32, render_answer(name, "0" * 32, NOW)) for name in NAMES}
MODULES = (
    linux_admins,
    linux_hardening,
    linux_hardware,
    linux_logins,
    linux_logs,
    linux_network,
    linux_lockout,
    linux_passwords,
    linux_sessions,
    sshd_more,
)
MINE = sorted(name for module in MODULES for name in module.PARSERS)
SIGHTS = {("units", SectionStatus.UNSUPPORTED), ("unit-files", SectionStatus.UNSUPPORTED)}
"""The probe saw that systemd does not run: an answer of its own."""


def unchanged(spec, before, now):
    """The same, or less with the reason; never something else."""
    if isinstance(now, Missing):
        return True
    if isinstance(before, Missing):
        return False
    if spec.type is not ValueType.RECORDS:
        return before.value == now.value
    if len(now.value) > len(before.value) or (len(now.value) < len(before.value) and now.complete):
        return False
    for old, new in zip(before.value, now.value, strict=False):
        lost = old.keys() - new.keys()
        if any(old.get(name) != value for name, value in new.items()) or not lost <= now.missing_fields.keys():
            return False
    return True


def assert_nothing_new(knowledge, name, sections, what, complete=True):
    before = parse_facts(CAPTURES[name], knowledge, AT)
    now = parse_facts(Capture("posix", tuple(sections), b"", "", complete), knowledge, AT)
    new = {fact: (before[fact], now[fact]) for fact in MINE if not unchanged(FACTS[fact], before[fact], now[fact])}
    assert not new, (name, what, new)


def test_every_fact_of_these_modules_is_seen_on_some_machine(knowledge):
    """What no captured answer shows would be held by none of these tests."""
    seen = {
        fact for name in NAMES for fact, value in parse_facts(CAPTURES[name], knowledge, AT).items() if isinstance(value, Known)
    }
    assert set(MINE) <= seen


@pytest.mark.parametrize("name", NAMES)
def test_a_section_with_another_end(knowledge, name):
    capture = CAPTURES[name]
    for at, section in enumerate(capture.sections):
        for status in SectionStatus:
            if status is SectionStatus.OK or status is section.status or (section.name, status) in SIGHTS:
                continue
            changed = list(capture.sections)
            changed[at] = Section(section.name, status, section.body, 1)
            assert_nothing_new(knowledge, name, changed, (section.name, status))


@pytest.mark.parametrize("name", NAMES)
def test_a_section_that_never_came_or_came_cut(knowledge, name):
    capture = CAPTURES[name]
    for at, section in enumerate(capture.sections):
        rest = [other for other in capture.sections if other is not section]
        assert_nothing_new(knowledge, name, rest, (section.name, "gone"))
        assert_nothing_new(knowledge, name, rest, (section.name, "gone"), complete=False)
        for part in range(6):
            changed = list(capture.sections)
            changed[at] = Section(section.name, SectionStatus.TRUNCATED, section.body[: len(section.body) * part // 6], 141)
            assert_nothing_new(knowledge, name, changed, (section.name, part))
