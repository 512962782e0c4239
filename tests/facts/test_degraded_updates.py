"""Taking away what was seen never changes what is known of a machine's updates: a fact stays what it was, or is missing."""

from datetime import UTC, datetime
from itertools import combinations

import pytest

from secaudit.facts import parse_facts
from secaudit.facts.updates import PARSERS
from secaudit.lab.answers import answer_names, platform_of, render_answer
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import Known
from secaudit.model.knowledge import Knowledge
from secaudit.probe import frame

NOW = 1_795_400_000
AT = datetime.fromtimestamp(NOW + 3, UTC)
NAMES = [name for name in answer_names() if platform_of(name) == "posix"]
CAPTURES = {name: frame("posix", "0" * 32, render_answer(name, "0" * 32, NOW)) for name in NAMES}
OURS = (*PARSERS, "patch.reboot_required", "patch.kernel_current", "patch.restart_waiting_days")
READ = (
    *(
        "update-tool",
        "system-updates",
        "repositories",
        "update-automation",
        "packages",
        "restart",
        "kernel",
        "units",
        "processes",
    ),
    *("apt-updates", "apt-extended", "apt-lists", "apt-sources", "apt-periodic", "dpkg-log", "os-release", "clock"),
)
ENDS = tuple(status for status in SectionStatus if status is not SectionStatus.OK)


def facts_of(sections, complete=True):
    facts = parse_facts(Capture("posix", tuple(sections), b"", "", complete), Knowledge(), AT)
    return {name: facts[name].value for name in OURS if isinstance(facts[name], Known)}


def without(capture, name, status=None, body=b""):
    """The sections with one ended otherwise, or without it."""
    for section in capture.sections:
        if section.name != name:
            yield section
        elif status is not None:
            yield Section(name, status, body, 1)


def nothing_else(whole, facts, what):
    assert not {name: (whole.get(name), value) for name, value in facts.items() if whole.get(name) != value}, what


@pytest.mark.parametrize("name", NAMES)
def test_one_section_ended_otherwise_or_never_came(name):
    capture = CAPTURES[name]
    whole = facts_of(capture.sections)
    for section in READ:
        for status in ENDS:
            if (section, status) == ("units", SectionStatus.UNSUPPORTED):
                continue  # systemd does not run there: that is an answer
            for body in (b"", capture.by_name[section].body):
                nothing_else(whole, facts_of(without(capture, section, status, body)), (section, status))
        for complete in (True, False):
            nothing_else(whole, facts_of(without(capture, section), complete), (section, complete))


@pytest.mark.parametrize("name", NAMES)
def test_two_sections_that_never_came_or_were_cut(name):
    capture = CAPTURES[name]
    whole = facts_of(capture.sections)
    for one, other in combinations(READ, 2):
        nothing_else(whole, facts_of(s for s in without(capture, one) if s.name != other), (one, other))
        cut = Capture("posix", tuple(without(capture, one, SectionStatus.TRUNCATED, capture.by_name[one].body[:30])), b"", "")
        nothing_else(whole, facts_of(without(cut, other, SectionStatus.TIMEOUT)), (one, other))
