"""How far a machine is behind: both sides of every limit, and nothing said that the table cannot know."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secaudit.facts import DERIVED, derive_facts
from secaudit.facts.registry import REGISTRY
from secaudit.facts.windows_level import BEHIND, DUE, LEVEL, SURELY_MANY, patch_tuesday
from secaudit.model.base import Texts
from secaudit.model.fact import FACTS, Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge, LifecycleTable, Release, Update, UpdateTable

STALE, UNSUPPORTED = MissingReason.STALE, MissingReason.UNSUPPORTED


def at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def level(knowledge, build, revision, day, os="windows"):
    """Level, count and due release, each its value or why it is missing."""
    facts = {"os.id": Known(os, "os"), "os.build": Known(build, "os"), "os.revision": Known(revision, "os")}
    derived = derive_facts(facts, knowledge, at(day))
    return tuple(fact.reason if isinstance(fact := derived[name], Missing) else fact.value for name in (LEVEL, BEHIND, DUE))


@pytest.mark.parametrize(
    ("build", "revision", "day", "expected"),
    [
        (26200, 9974, "2026-11-26", ("2026-11", 0, "2026-11")),
        # out-of-band and preview updates only place a machine between two releases
        (26200, 9457, "2026-11-26", ("2026-09", 2, "2026-11")),
        (26200, 9278, "2026-11-26", ("2026-08", 3, "2026-11")),
        # a hotpatch stands for its month although its number is below that of the release
        (26200, 9100, "2026-09-20", ("2026-08", 0, "2026-08 KB5121003")),
        (26200, 8875, "2026-09-20", ("2026-07", 1, "2026-08 KB5121003")),
        # support of this Windows 10 ended: later months are for machines with extended support, the others lack them
        (19045, 6456, "2026-11-26", ("2025-10", 6, "2026-11")),
        (19045, 7846, "2026-11-26", ("2026-11", 0, "2026-11")),
    ],
)
def test_where_a_machine_stands(knowledge, build, revision, day, expected):
    assert level(knowledge, build, revision, day) == expected


def test_the_grace_window_ends_after_its_last_day(knowledge):
    """Released on the 10th, 14 days of grace: owed from the 25th on."""
    assert level(knowledge, 26200, 9711, "2026-11-24")[1:] == (0, "2026-10")
    assert level(knowledge, 26200, 9711, "2026-11-25")[1:] == (1, "2026-11")


@pytest.mark.parametrize("grace", [0, 1, 30])
def test_the_grace_window_is_data(knowledge, grace):
    table = knowledge.updates[0].model_copy(update={"grace_days": grace})
    changed = knowledge.model_copy(update={"updates": (table,)})
    last = date(2026, 11, 10) + timedelta(days=grace)
    assert level(changed, 26200, 9711, last.isoformat())[1] == 0
    assert level(changed, 26200, 9711, (last + timedelta(days=1)).isoformat())[1] in (1, STALE)


def test_a_table_that_does_not_know_the_release_that_is_owed_says_nothing(knowledge):
    """December's release is of the 8th: from the 23rd on the table is too old for every machine, also for the newest."""
    assert level(knowledge, 26200, 9974, "2026-12-22") == ("2026-11", 0, "2026-11")
    assert level(knowledge, 26200, 9974, "2026-12-23") == ("2026-11", STALE, STALE)
    assert level(knowledge, 26200, 8875, "2026-12-23") == ("2026-07", STALE, STALE)


def test_a_revision_newer_than_the_table(knowledge):
    """Up to date while the table knows every owed release; which month it is at, only until the next release."""
    assert level(knowledge, 26200, 10100, "2026-12-07") == ("2026-11", 0, "2026-11")
    assert level(knowledge, 26200, 10100, "2026-12-08") == (STALE, 0, "2026-11")
    assert level(knowledge, 26200, 10100, "2026-12-23") == (STALE, STALE, STALE)


def test_a_build_out_of_servicing_is_never_zero_behind():
    """Its last release is on the machine, and the months after it are not."""
    rows = [update("windows", 26200, f"2026-{month:02}", 100 + month) for month in range(1, 12)]
    rows += [update("windows", 22621, f"2026-{month:02}", 50 + month) for month in range(1, 4)]
    ended = Release(os="windows", version="11-22h2", name="11 22H2", build=22621, ends=date(2026, 3, 31))
    knowledge = tables(rows, (ended,))
    assert level(knowledge, 22621, 53, "2026-11-26") == ("2026-03", 8, "2026-03")
    assert level(knowledge, 22621, 99, "2026-11-26")[1] == 8
    # the same gap in a build that is still served is a gap of the table
    assert level(tables(rows, ()), 22621, 99, "2026-11-26")[1] is UNSUPPORTED
    # what stands at a listed release has surely nothing newer
    assert level(tables(rows, ()), 22621, 53, "2026-11-26")[1] == 8


def test_a_gap_of_the_table_is_bridged_by_a_later_release():
    rows = [update("windows", 26200, month, number) for month, number in (("2026-08", 8), ("2026-10", 10), ("2026-11", 11))]
    rows.append(update("windows", 19045, "2026-09", 5))
    knowledge = tables(rows, ())
    assert level(knowledge, 26200, 10, "2026-11-26")[1] == 1
    assert level(knowledge, 26200, 8, "2026-11-26")[1] == 3
    assert level(knowledge, 26200, 9, "2026-11-26")[1] is UNSUPPORTED


def test_an_unlisted_revision_of_a_hotpatched_build_may_have_the_next_release(knowledge):
    assert level(knowledge, 26200, 9440, "2026-11-26") == (UNSUPPORTED, UNSUPPORTED, "2026-11")
    # the releases of January, April, July and October are no hotpatches
    assert level(knowledge, 26200, 9500, "2026-11-26") == ("2026-09", 2, "2026-11")
    # a build without hotpatches has no such doubt
    assert level(knowledge, 19045, 7700, "2026-11-26") == ("2026-08", 3, "2026-11")


def test_a_machine_older_than_the_table(knowledge):
    """At least so many: said only where no check can hang on the rest."""
    assert level(knowledge, 19045, 2965, "2026-11-26")[:2] == (UNSUPPORTED, UNSUPPORTED)
    months = ["2025-12", *(f"2026-{month:02}" for month in range(1, 12))]
    rows = [update("windows", 19045, month, number) for number, month in enumerate(months, 10)]
    assert len(rows) == SURELY_MANY
    assert level(tables(rows, ()), 19045, 9, "2026-11-26")[:2] == (UNSUPPORTED, SURELY_MANY)
    assert level(tables(rows[1:], ()), 19045, 9, "2026-11-26")[1] is UNSUPPORTED


def test_unknown_builds_and_machines_without_a_revision(knowledge):
    assert level(knowledge, 29000, 1, "2026-11-26") == (UNSUPPORTED,) * 3
    assert level(knowledge, 26200, 9974, "2026-11-26", os="windows-server") == (UNSUPPORTED,) * 3
    facts = {"os.id": Known("windows", "os"), "os.build": Known(26200, "os"), "os.revision": Missing(MissingReason.ABSENT, "os")}
    assert derive_facts(facts, knowledge, at("2026-11-26"))[BEHIND].reason is MissingReason.ABSENT
    facts["os.build"] = Missing(MissingReason.DENIED, "os")
    assert derive_facts(facts, knowledge, at("2026-11-26"))[BEHIND].reason is MissingReason.DENIED
    assert derive_facts({"os.id": Known("debian", "os")}, knowledge, at("2026-11-26"))[LEVEL].reason is MissingReason.ABSENT
    assert derive_facts(facts, Knowledge(), at("2026-11-26"))[LEVEL].reason is MissingReason.DENIED


@given(day=st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_patch_tuesday_is_the_second_tuesday(day):
    tuesday = patch_tuesday(day.year, day.month)
    assert (tuesday.year, tuesday.month, tuesday.weekday()) == (day.year, day.month, 1)
    assert 8 <= tuesday.day <= 14


@settings(deadline=None)
@given(
    revision=st.integers(0, 2**32), day=st.dates(date(2026, 9, 1), date(2028, 12, 31)), build=st.sampled_from([19045, 26200, 7])
)
def test_more_patches_are_never_worse_and_time_is_never_kinder(knowledge, revision, day, build):
    """Whatever is known obeys order: a higher revision lacks no more, a later day asks no less."""
    _, one, _ = level(knowledge, build, revision, day.isoformat())
    _, higher, _ = level(knowledge, build, revision + 1, day.isoformat())
    _, later, _ = level(knowledge, build, revision, (day + timedelta(days=1)).isoformat())
    if isinstance(one, int):
        assert one >= 0
        if isinstance(higher, int) and revision != 9100:  # a hotpatch is above its number
            assert higher <= one
        if isinstance(later, int):
            assert later >= one


def test_no_parser_gives_a_derived_fact():
    """An answer kept for weeks would carry the days of its first day."""
    assert not DERIVED & {name for parsers in REGISTRY.values() for name in parsers}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["os.id", "os.version", "os.build", "os.revision", "os.edition", "software.office"]),
        st.none() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=2),
    )
)
def test_any_values_give_all_derived_facts(knowledge, values):
    facts = {name: Known(value, "x") if value is not None else Missing(MissingReason.ERROR) for name, value in values.items()}
    derived = derive_facts(facts, knowledge, at("2026-11-26"))
    assert derived.keys() >= DERIVED
    assert FACTS.keys() >= DERIVED


def update(os: str, build: int, month: str, revision: int) -> Update:
    year, number = map(int, month.split("-"))
    return Update(os=os, build=build, month=month, date=patch_tuesday(year, number), kind="security", revision=revision)


def tables(rows: list[Update], releases: tuple[Release, ...]) -> Knowledge:
    texts = Texts(vi="t", en="t")
    updates = UpdateTable(id="u", title=texts, as_of=date(2026, 11, 19), source="t", updates=tuple(rows))
    life = LifecycleTable(id="l", title=texts, as_of=date(2026, 11, 19), source="t", releases=releases)
    return Knowledge(updates=(updates,), lifecycle=(life,) if releases else ())
