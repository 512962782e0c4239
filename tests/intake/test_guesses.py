"""Guesses are for a person to confirm: good enough to save typing, never enough to prove anything by themselves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.intake.guesses import guess_columns, looks_of
from secaudit.model.console import FIELDS
from tests.intake.console_samples import CONSOLES, table
from tests.intake.test_columns import SHAPES

HEAD = ("Máy", "Khối", "Liên lạc gần nhất", "Lá chắn", "Bản mẫu nhận diện", "Trạng thái", "Mã máy", "Card mạng", "Số sê-ri")
ROWS = (
    (
        "PC-01",
        "UBND xã A",
        "25/11/2026 08:15",
        "Có",
        "24/11/2026",
        "Tốt",
        "4c4c4544-0042-3510-8057-b7c04f4e3232",
        "00:1a:2b:3c:4d:5e",
        "5CD1",
    ),
    (
        "PC-02",
        "UBND xã B",
        "24/11/2026 09:15",
        "Không",
        "",
        "Kém",
        "4c4c4544-0042-3510-8057-b7c04f4e3233",
        "00:1a:2b:3c:4d:5f",
        "5CD2",
    ),
)


def guesses(found, profiles=None, fields=tuple(FIELDS)):
    looks, believed = looks_of(found), list(CONSOLES.values()) if profiles is None else profiles
    return {name: (guess.column, guess.sure) for name, guess in guess_columns(found, looks, believed, fields).items()}


def test_cells_show_what_kind_of_column_it_is():
    looks = looks_of(table(HEAD, *ROWS))
    assert [look.kind for look in looks] == ["text", "text", "moment", "flag", "moment", "text", "uuid", "mac", "text"]
    assert looks[3].words == ("Có", "Không") and looks[0].samples == ("PC-01", "PC-02")


def test_headings_nobody_documented_are_guessed_by_their_words_and_cells():
    found = guesses(table(HEAD, *ROWS))
    assert found["name"] == (0, False) and found["last_contact"] == (2, False) and found["signature_date"] == (4, False)
    assert found["mac"] == (7, False) and found["serial"] == (8, True)
    assert 5 not in {column for column, _ in found.values()}, "the console's own judgement"


@pytest.mark.parametrize("name", SHAPES)
def test_headings_of_known_mappings_are_sure(name):
    found = guesses(table(SHAPES[name], ("x",) * len(SHAPES[name])), [CONSOLES[name]], tuple(CONSOLES[name].columns))
    assert found["name"][1] and found["last_contact"][1]


@pytest.mark.parametrize("heading", ["Protection status", "Health state", "Trạng thái bảo vệ thời gian thực", "Risk: real-time"])
def test_a_judgement_is_never_guessed_to_be_a_flag(heading):
    assert "realtime" not in guesses(table(("PC", heading), ("a1", "Yes")), [])


def test_an_empty_column_is_no_guess():
    assert "name" not in guesses(table(("Name", "Last connected"), (None, "2026-11-25"), ("", "")))


@settings(deadline=None)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=6, unique=True), st.data())
def test_any_table_gives_columns_that_exist(headings, data):
    rows = data.draw(
        st.lists(st.tuples(*[st.one_of(st.none(), st.text(max_size=20), st.booleans())] * len(headings)), max_size=4)
    )
    for column, _ in guesses(table(headings, *rows)).values():
        assert 0 <= column < len(headings)
