"""Days of support: rows by release and edition, paid support left out, old tables not believed."""

from datetime import UTC, date, datetime

import pytest

from secaudit.facts import derive_facts
from secaudit.model.base import Texts
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.knowledge import Knowledge, LifecycleTable, Release

FACT = "os.support_days_left"
MOMENT = datetime(2026, 11, 23, tzinfo=UTC)


def days(knowledge, os, version, edition=None, moment=MOMENT):
    facts = {"os.id": Known(os, "s"), "os.version": Known(version, "s")}
    if edition is not None:
        facts["os.edition"] = Known(edition, "s")
    value = derive_facts(facts, knowledge, moment)[FACT]
    return value.reason if isinstance(value, Missing) else value.value


@pytest.mark.parametrize(
    ("os", "version", "edition", "end"),
    [
        ("debian", "12", None, date(2028, 6, 30)),
        ("debian", "11", None, date(2026, 8, 31)),
        ("ubuntu", "20.04", None, date(2025, 5, 31)),
        ("windows", "10-22h2", "Professional", date(2025, 10, 14)),
        ("windows", "10-21h2", "Professional", date(2023, 6, 13)),
        ("windows", "10-21h2", "EnterpriseS", date(2027, 1, 12)),
        ("windows", "10-21H2", "enterprises", date(2027, 1, 12)),
        ("windows-server", "2022", "ServerStandard", date(2031, 10, 14)),
        ("windows", "10-22h2", None, date(2025, 10, 14)),
    ],
)
def test_end_of_support(knowledge, os, version, edition, end):
    assert days(knowledge, os, version, edition) == (end - MOMENT.date()).days


def test_a_release_with_several_rows_needs_the_edition(knowledge):
    assert days(knowledge, "windows", "10-21h2") is MissingReason.UNSUPPORTED


@pytest.mark.parametrize(
    ("os", "version"), [("debian", "99"), ("linuxmint", "22"), ("windows-server", "10-22h2"), ("windows", "2019")]
)
def test_an_unknown_release_is_not_guessed(knowledge, os, version):
    """A derivative is not its parent, a server is not the client of the same build."""
    assert days(knowledge, os, version) is MissingReason.UNSUPPORTED


def test_an_old_table_is_not_believed(knowledge):
    assert isinstance(days(knowledge, "debian", "12", moment=datetime(2027, 9, 26, tzinfo=UTC)), int)
    assert days(knowledge, "debian", "12", moment=datetime(2027, 9, 27, tzinfo=UTC)) is MissingReason.STALE


def test_the_last_day_itself_is_supported(knowledge):
    assert days(knowledge, "debian", "11", moment=datetime(2026, 8, 31, 23, 59, tzinfo=UTC)) == 0
    assert days(knowledge, "debian", "11", moment=datetime(2026, 9, 1, tzinfo=UTC)) == -1


def test_missing_release_keeps_its_reason(knowledge):
    facts = {"os.id": Known("debian", "s"), "os.version": Missing(MissingReason.TIMEOUT, "os-release")}
    assert derive_facts(facts, knowledge, MOMENT)[FACT].reason is MissingReason.TIMEOUT
    assert derive_facts({}, knowledge, MOMENT)[FACT].reason is MissingReason.ABSENT


def test_other_facts_stay(knowledge):
    facts = {"os.id": Known("debian", "s"), "os.version": Known("12", "s"), "machine.name": Known("m", "s")}
    derived = derive_facts(facts, knowledge, MOMENT)
    assert derived["machine.name"] is facts["machine.name"]
    assert FACT not in facts


@pytest.mark.parametrize(
    ("bought", "expected"),
    [
        (Known(value=True, section="s"), (date(2028, 10, 10) - MOMENT.date()).days),
        (Known(value=False, section="s"), (date(2025, 10, 14) - MOMENT.date()).days),
        # nothing on the machine could show it
        (Missing(MissingReason.UNSUPPORTED), (date(2025, 10, 14) - MOMENT.date()).days),
        # its sign was there and could not be read: neither supported nor not
        (Missing(MissingReason.DENIED, "licences"), MissingReason.DENIED),
        (Missing(MissingReason.TIMEOUT, "licences"), MissingReason.TIMEOUT),
    ],
)
def test_bought_support_counts_where_the_machine_shows_it(knowledge, bought, expected):
    facts = {"os.id": Known("windows", "s"), "os.version": Known("10-22h2", "s"), "os.extended_support": bought}
    value = derive_facts(facts, knowledge, MOMENT)[FACT]
    assert (value.reason if isinstance(value, Missing) else value.value) == expected


def test_support_that_lasts_or_is_over_either_way_does_not_hang_on_a_purchase(knowledge):
    unread = Missing(MissingReason.DENIED, "licences")
    facts = {"os.id": Known("windows", "s"), "os.version": Known("10-22h2", "s"), "os.extended_support": unread}
    for day, sign in (
        (date(2024, 10, 14), 0),  # a year of free support is left: no check asks for more
        (date(2024, 10, 15), None),
        (date(2025, 10, 15), None),
        (date(2028, 10, 10), None),
        (date(2028, 10, 11), -1),
    ):
        table = knowledge.lifecycle[2].model_copy(update={"as_of": day})
        fresh = knowledge.model_copy(update={"lifecycle": (table,)})
        value = derive_facts(facts, fresh, datetime(day.year, day.month, day.day, tzinfo=UTC))[FACT]
        if sign is None:
            assert value.reason is MissingReason.DENIED
        else:
            assert (value.value >= 0) == (sign == 0)


def test_support_that_nobody_sells_is_not_bought(knowledge):
    facts = {"os.id": Known("windows", "s"), "os.version": Known("7-sp1", "s"), "os.extended_support": Known(True, "s")}
    assert derive_facts(facts, knowledge, MOMENT)[FACT].value < 0


@pytest.mark.parametrize(
    ("os", "version", "row"),
    [
        ("alpine", "3.20.3", "3.20"),
        ("alpine", "3.20", "3.20"),
        ("sles", "15", "15.0"),
        ("sles", "15.6", "15.6"),
        ("rhel", "9.4", "9"),
    ],
)
def test_the_part_of_the_version_that_support_hangs_on(os, version, row):
    release = Release(os=os, version=row, name=os, ends=date(2032, 5, 31))
    table = LifecycleTable(id=os, title=Texts(vi="r", en="r"), as_of=date(2026, 8, 22), source="t", releases=(release,))
    assert isinstance(days(Knowledge(lifecycle=(table,)), os, version), int)
    assert days(Knowledge(lifecycle=(table,)), os, "1.9") is MissingReason.UNSUPPORTED


@pytest.mark.parametrize(
    ("office", "expected"),
    [
        (Known(["2021"], "s"), (date(2026, 10, 13) - MOMENT.date()).days),
        (Known(["2021", "2016"], "s"), (date(2025, 10, 14) - MOMENT.date()).days),
        (Known(["365", "2021"], "s"), (date(2026, 10, 13) - MOMENT.date()).days),
        (Known(["365"], "s"), MissingReason.ABSENT),
        (Known([], "s"), MissingReason.ABSENT),
        (Known(["2030"], "s"), MissingReason.UNSUPPORTED),
        (Known(["2021"], "s", complete=False), MissingReason.TRUNCATED),
        (Missing(MissingReason.DENIED, "s"), MissingReason.DENIED),
    ],
)
def test_the_office_that_ends_first_decides(knowledge, office, expected):
    value = derive_facts({"software.office": office}, knowledge, MOMENT)["software.office_support_days_left"]
    assert (value.reason if isinstance(value, Missing) else value.value) == expected


def test_clones_follow_the_first_number():
    row = Release(os="rocky", version="9", name="Rocky 9", ends=date(2032, 5, 31))
    table = LifecycleTable(id="rocky", title=Texts(vi="r", en="r"), as_of=date(2026, 8, 22), source="t", releases=(row,))
    assert isinstance(days(Knowledge(lifecycle=(table,)), "rocky", "9.4"), int)
