"""Pieces of evidence that contradict each other: both sides are named, and what time alone changes is none."""

from datetime import UTC, datetime, timedelta

import pytest

from secaudit.judge.contradictions import MOST, Side, contradictions
from secaudit.model.fact import Known, Missing, MissingReason
from secaudit.model.outcome import Grade

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def known(value, *, complete=True):
    return Known(value, "s", complete)


def ssh(day=0, **facts):
    return side("ssh", Grade.A, day, facts)


def console(day=0, **facts):
    return side("console:ksc", Grade.B, day, facts)


def side(way, grade, day, facts):
    named = {
        name.replace("__", "."): value if isinstance(value, Known | Missing) else known(value) for name, value in facts.items()
    }
    return Side(way, grade, NOON + timedelta(days=day), named)


def products(*rows, complete=True):
    return known(list(rows), complete=complete)


KES = {"id": "kaspersky-kes-windows", "name": "KES", "kind": "av"}


def test_both_sides_stand_with_value_way_grade_and_day():
    found = contradictions([ssh(disk__encrypted=False), console(3, disk__encrypted=True)])
    assert found == ["disk.encrypted: false (ssh, A, 2026-11-20) <> true (console:ksc, B, 2026-11-23)"]


def test_the_better_side_stands_first_whichever_is_newer():
    found = contradictions([ssh(5, disk__encrypted=False), console(disk__encrypted=True)])
    assert found == ["disk.encrypted: false (ssh, A, 2026-11-25) <> true (console:ksc, B, 2026-11-20)"]


def test_fields_of_records_are_named_one_by_one():
    seen = products({**KES, "running": False, "realtime": False, "version": "12.1"})
    told = products(
        {**KES, "name": "Kaspersky Endpoint Security", "running": True, "realtime": True, "version": "11"}, complete=False
    )
    subjects = [
        text.partition(":")[0] for text in contradictions([ssh(protection__products=seen), console(protection__products=told)])
    ]
    assert subjects == ["protection.products kaspersky-kes-windows realtime", "protection.products kaspersky-kes-windows running"]


def test_a_product_that_a_whole_list_lacks_is_a_contradiction_and_one_that_a_part_lacks_is_none():
    told = products(KES, complete=False)
    [found] = contradictions([ssh(protection__products=products()), console(protection__products=told)])
    assert found.startswith("protection.products kaspersky-kes-windows listed: false (ssh, A, ")
    assert contradictions([ssh(protection__products=products(KES)), console(protection__products=products(complete=False))]) == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (ssh(patch__pending=0), console(patch__pending=9)),
        (ssh(os__name="Microsoft Windows 10 Pro"), console(os__name="Windows 10")),
        (ssh(machine__name="pc-van-thu.so.local"), console(machine__name="PC-VAN-THU")),
        (ssh(machine__serial="5CD 123"), console(machine__serial="5cd123")),
        (ssh(disk__encrypted=Missing(MissingReason.DENIED)), console(disk__encrypted=True)),
        (ssh(2, os__build=26100), console(os__build=19045)),
        (
            ssh(9, protection__products=products({**KES, "signature_age_days": 9})),
            console(protection__products=products({**KES, "signature_age_days": 1}, complete=False)),
        ),
    ],
)
def test_what_time_or_spelling_changes_is_none(better, worse):
    assert contradictions([better, worse]) == []


def test_what_time_cannot_explain_is_one():
    assert contradictions([ssh(os__build=19045), console(-2, os__build=26100)])
    old = console(protection__products=products({**KES, "signature_age_days": 1}, complete=False))
    assert contradictions([ssh(2, protection__products=products({**KES, "signature_age_days": 30})), old])


def test_each_piece_is_compared_with_the_best_that_knows():
    third = side("courier", Grade.C, 0, {"disk.encrypted": known(True), "boot.secure": known(False)})
    found = contradictions([ssh(boot__secure=True), console(disk__encrypted=False), third])
    assert found == [
        "disk.encrypted: false (console:ksc, B, 2026-11-20) <> true (courier, C, 2026-11-20)",
        "boot.secure: true (ssh, A, 2026-11-20) <> false (courier, C, 2026-11-20)",
    ]


def test_texts_stay_short_whatever_a_machine_says():
    many = products(*({"id": f"p-{n}", "name": "x" * 900, "running": True} for n in range(900)))
    other = products(*({"id": f"p-{n}", "name": "x", "running": False} for n in range(900)))
    found = contradictions([ssh(protection__products=many), console(protection__products=other)])
    assert len(found) == MOST
    [long] = contradictions([ssh(os__kernel="x" * 900, os__id="y" * 900), console(os__kernel="z", os__id="z")])
    assert len(long) < 300
