"""Lists that agencies sent are kept in the order they came, taken and returned ones alike."""

from datetime import timedelta
from typing import Any

import pytest

from secaudit.model.submission import Submission
from secaudit.store import Store
from tests.store.conftest import NOON


def sent(agency: str = "so-a", *, hours: int = 0, accepted: bool = True, name: str = "so-a.xlsx") -> Submission:
    return Submission(0, agency, NOON + timedelta(hours=hours), name, "d" * 64, "an", "commune", NOON, 3, 0, accepted)


def test_what_was_received_comes_back_with_numbers_in_order(store: Store) -> None:
    first = store.submissions.save([sent(), sent("so-b", accepted=False)])
    second = store.submissions.save([sent(hours=2)])
    assert [one.number for one in (*first, *second)] == [1, 2, 3]
    assert store.submissions.all() == [*first, *second]
    assert store.submissions.newest() == {"so-a": second[0], "so-b": first[1]}
    assert store.submissions.newest(NOON)["so-a"] == first[0]


def test_names_from_outside_are_made_harmless(store: Store) -> None:
    [kept] = store.submissions.save([sent(name="a\x1b[31m\u202e.xlsx" + "x" * 900)])
    [read] = store.submissions.all()
    assert "\x1b" not in read.name
    assert "\u202e" not in read.name
    assert len(read.name) == 300
    assert kept.number == read.number


def test_ids_under_which_evidence_stands(store: Store, make: Any) -> None:
    store.keep(make.begin(store).number, [make.outcome("pc-7"), make.outcome("pc-7"), make.outcome("pc-9")])
    assert store.submissions.evidence_ids() == {"pc-7", "pc-9"}


@pytest.mark.parametrize("count", [0, 900])
def test_a_whole_province_in_one_transaction(store: Store, count: int) -> None:
    store.submissions.save(sent(f"xa-{number}") for number in range(count))
    assert len(store.submissions.all()) == count
