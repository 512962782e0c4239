"""Pieces of evidence that are of another machine: left out one by one, and no better piece goes with them."""

from datetime import UTC, datetime, timedelta

from secaudit.inventory import load_inventory
from secaudit.model.doubt import DoubtKind
from secaudit.model.identity import Identity
from secaudit.model.measurement import EndpointState
from secaudit.model.outcome import Grade, Outcome, Sight, StoredOutcome, Way
from secaudit.pipeline.identities import expected_machines, with_doubts

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
WAYS = {Grade.A: Way.SSH, Grade.B: Way.CONSOLE, Grade.C: Way.COURIER}
ONE, TWO = (
    Identity("11111111-2222-4333-8444-555555555501", "SERIAL-1"),
    Identity("11111111-2222-4333-8444-555555555502", "SERIAL-2"),
)
NOTHING = Identity()


def inventory(tmp_path, **machines):
    folder = tmp_path / "province"
    (folder / "agencies").mkdir(parents=True)
    (folder / "province.yaml").write_text("province: {id: t, name: Tỉnh thử, owner: UBND tỉnh}\n", encoding="utf-8")
    rows = "".join(f"  - {{id: {name.replace('_', '-')}, kind: workstation{more}}}\n" for name, more in machines.items())
    (folder / "agencies" / "xa-a.yaml").write_text(
        f"agency: {{id: xa-a, name: UBND xã A, tier: commune}}\nendpoints:\n{rows}", encoding="utf-8"
    )
    return load_inventory(folder)


NUMBERS = iter(range(1, 10**6))


def state(endpoint, *pieces):
    """``pieces``: grade and what the machine says of itself, the best first."""
    stored = tuple(
        StoredOutcome(next(NUMBERS), 1, Outcome(endpoint, WAYS[grade], grade, Sight.SEEN, AT, AT - timedelta(hours=1)), "")
        for grade, _ in pieces
    )
    said = tuple(identity for _, identity in pieces)
    met = pieces[0][0] is Grade.A
    return EndpointState(endpoint, stored[0], Sight.SEEN, AT, identity=said[0], met=met, pieces=stored, said=said)


def doubted(tmp_path, machines, *states):
    found = with_doubts(inventory(tmp_path, **machines), {one.endpoint: one for one in states}, as_of=AT)
    return {name: [piece.outcome.grade.value for piece in one.pieces] for name, one in found.items()}, found


DECLARED = ", serial: SERIAL-1"


def test_a_worse_piece_of_another_machine_than_declared_goes_alone_with_its_reason(tmp_path):
    before = state("a", (Grade.A, ONE), (Grade.C, TWO))
    grades, found = doubted(tmp_path, {"a": DECLARED}, before)
    assert (grades, found["a"].evidence, found["a"].doubt) == ({"a": ["A"]}, before.evidence, None)
    [reason] = found["a"].dropped
    assert (reason.kind, reason.outcome) == (DoubtKind.OTHER_MACHINE, before.pieces[1].number)
    assert reason.was.startswith("declared")


def test_without_declaration_the_better_evidence_says_which_machine_it_is(tmp_path):
    grades, found = doubted(tmp_path, {"a": ""}, state("a", (Grade.A, ONE), (Grade.B, NOTHING), (Grade.C, TWO)))
    assert grades == {"a": ["A", "B"]}
    assert found["a"].dropped[0].was.startswith("better evidence")


def test_where_another_machine_answers_a_name_alone_proves_nothing(tmp_path):
    grades, found = doubted(tmp_path, {"a": DECLARED}, state("a", (Grade.A, TWO), (Grade.B, NOTHING)))
    assert (grades, found["a"].evidence) == ({"a": []}, None)
    assert found["a"].doubt.kind is DoubtKind.OTHER_MACHINE


def test_where_another_machine_answers_worse_evidence_that_names_the_declared_one_counts(tmp_path):
    grades, found = doubted(tmp_path, {"a": DECLARED}, state("a", (Grade.A, TWO), (Grade.C, ONE)))
    assert (grades, found["a"].evidence.outcome.grade, found["a"].doubt) == ({"a": ["C"]}, Grade.C, None)


def test_a_holder_cannot_take_away_what_another_machine_answered_itself(tmp_path):
    """Whoever hands in an answer with the numbers of a colleague's machine loses his own evidence, not hers."""
    grades, found = doubted(tmp_path, {"a": "", "b": ""}, state("a", (Grade.A, ONE)), state("b", (Grade.C, ONE)))
    assert grades == {"a": ["A"], "b": []}
    assert (found["b"].doubt.kind, found["b"].doubt.twins) == (DoubtKind.DOUBLED, ("a",))


def test_a_declaration_decides_before_the_grade(tmp_path):
    grades, _ = doubted(tmp_path, {"a": "", "b": DECLARED}, state("a", (Grade.A, ONE)), state("b", (Grade.C, ONE)))
    assert grades == {"a": [], "b": ["C"]}


def test_of_equal_grades_neither_counts_and_other_pieces_stay(tmp_path):
    states = state("a", (Grade.B, TWO), (Grade.C, TWO)), state("b", (Grade.B, NOTHING), (Grade.C, TWO))
    grades, found = doubted(tmp_path, {"a": "", "b": ""}, *states)
    assert grades == {"a": ["B"], "b": ["B"]}
    assert found["b"].dropped[0].twins == ("a",)


def test_pieces_of_one_endpoint_are_no_twins_of_each_other(tmp_path):
    grades, found = doubted(tmp_path, {"a": ""}, state("a", (Grade.A, ONE), (Grade.B, ONE), (Grade.C, ONE)))
    assert (grades, found["a"].dropped) == ({"a": ["A", "B", "C"]}, ())


def test_a_console_does_not_keep_the_machine_itself_from_being_believed(tmp_path):
    told, seen = state("a", (Grade.B, ONE)), state("b", (Grade.A, TWO))
    expected = expected_machines(inventory(tmp_path, a="", b=""), {"a": told, "b": seen})
    assert "a" not in expected
    assert expected["b"].earlier == TWO
