"""A commune's officer is asked for at most 40 cells, whatever the agency has and whatever he answers."""

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from secaudit.inventory.asking import COMMUNE_CELLS, asking, blank
from secaudit.inventory.given import Given, Proposed, Row
from secaudit.inventory.questions import Profile
from secaudit.inventory.sheets import choices_of
from secaudit.inventory.workbook import progress_of
from secaudit.messages import literal
from tests.inventory.given_samples import SHARED, agency, communes, given, hostile, largest

KINDS = ("internal", "public_service", "infrastructure", "industrial_control", "other")


def typed(content: Given, pick: int) -> int:
    """Cells an officer types who answers everything asked, adds what empty rows take, and always takes choice number ``pick``."""
    asked, count = asking(content), 0
    for sheet in content.sheets:
        for number, row in enumerate(content.rows[sheet.part]):
            cells = dict(row.cells)
            if sheet.part == "systems" and not row.key and number < asked["systems"].get("kind", 0):
                cells["name"] = "Thêm"
                count += 1
            while True:
                now = Row(row.key, cells)
                open_ = [q for q in sheet.questions if number < asked[sheet.part].get(q.key, 0) and blank(sheet, q, now)]
                if not open_:
                    break
                for question in open_:
                    labels = [label for _, label in choices_of(question)] or [literal("x")]
                    cells[question.key] = labels[pick % len(labels)]
                    count += 1
    return count


@pytest.mark.parametrize("pick", range(5))
def test_the_largest_commune_is_asked_for_forty_cells(pick):
    content = given(largest())
    assert sum(progress_of(content).values()) <= COMMUNE_CELLS
    assert typed(content, pick) <= COMMUNE_CELLS


@pytest.mark.parametrize("pick", range(5))
def test_no_commune_of_the_sample_province_is_asked_for_more(pick):
    found = communes()
    assert len(found) > 20
    assert all(typed(given(file, shared=shared), pick) <= COMMUNE_CELLS for file, shared in found)


machines = st.lists(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["workstation", "laptop", "isolated"])},
        optional={"place": st.just("P1"), "status": st.sampled_from(["in_use", "retired"]), "ownership": st.just("agency")},
    ),
    max_size=30,
)
systems = st.lists(
    st.fixed_dictionaries(
        {"name": st.just("HT")},
        optional={
            "kind": st.sampled_from(KINDS), "status": st.just("operating"), "information": st.just(["public"]),
            "defence_security": st.booleans(), "serves": st.just("agency"),
        },
    ),
    max_size=7,
)  # fmt: skip


@over(machines, systems, st.integers(0, 12), st.integers(0, 6))
def test_no_list_and_no_answer_leads_to_more_than_forty(some, own, new, pick):
    file = agency(
        endpoints=[{"id": f"m-{n}", **one} for n, one in enumerate(some)],
        systems=[{"id": f"s-{n}", **one} for n, one in enumerate(own)],
    )
    content = given(file, proposed=[Proposed(f"n-{n}", {"id": f"n-{n}"}) for n in range(new)])
    assert typed(content, pick) <= COMMUNE_CELLS
    assert sum(progress_of(content).values()) <= COMMUNE_CELLS


def test_the_form_comes_first_then_systems_then_machines():
    asked = asking(given(largest()))
    assert asked["agency"].keys() | asked["people"].keys() == {
        "contact.name", "contact.phone", "asset_register.computers", "machines_in_use", "heads", "staff", "as_of",
    }  # fmt: skip
    assert asked["systems"]["kind"] == 4  # 4 x 8 cells beside the 7 of the form
    assert asked["endpoints"] == {"status": 1, "kind:isolated": 60}  # the kind is known of all of them, so it costs nothing
    few = asking(given(agency(endpoints=[{"id": f"m-{n}", "kind": "laptop"} for n in range(3)])))
    assert few["endpoints"] == {"status": 3, "kind:isolated": 3, "ownership": 3, "place": 3}


def test_an_empty_row_asks_for_nothing_before_something_is_typed_into_it():
    """Else the count of an agency without systems of its own would never come to an end."""
    content = given(agency(agency={"contact": {"name": "A", "phone": "1"}}))
    assert progress_of(content)["systems"] == progress_of(content)["endpoints"] == 0


def test_what_does_not_apply_is_not_asked():
    content = given(
        agency(
            "province",
            endpoints=[
                {"id": "gone", "kind": "laptop", "status": "retired"},
                {"id": "alone", "kind": "isolated", "status": "in_use", "place": "P1"},
            ],
            systems=[{"id": "kin", "name": "Kín", "state_secret": True}],
        ),
        Profile.FULL,
    )
    assert (progress_of(content)["endpoints"], progress_of(content)["systems"]) == (0, 0)


def test_the_full_profile_asks_for_everything_required():
    content = given(largest(), Profile.FULL)
    assert progress_of(content)["endpoints"] == 3 * 60  # whether in use, where, whose
    assert progress_of(content)["systems"] > 6 * 6


def test_hostile_names_change_nothing_in_what_is_asked():
    assert sum(progress_of(hostile(Profile.COMMUNE)).values()) <= COMMUNE_CELLS
    assert len(SHARED) == 18
