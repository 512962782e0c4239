"""Over all systems: against the articles written down a second time, and what more information may do to a range."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.classify import Classifier, compare
from secaudit.model.inventory import Interpretation
from secaudit.model.system import System

COUNTS = st.sampled_from([0, 1, 9_999, 10_000, 99_999, 100_000, 5_000_000])
HARMS = st.sampled_from(["none", "harm", "serious", "particularly_serious"])
ANSWERS = {
    "kind": st.sampled_from(["internal", "public_service", "infrastructure", "industrial_control", "other"]),
    "information": st.lists(st.sampled_from(["public", "private", "personal", "state_secret"]), min_size=1, unique=True),
    "basic": COUNTS,
    "sensitive": COUNTS,
    "handles_administrative_procedures": st.booleans(),
    "conditional_business": st.booleans(),
    "serves": st.sampled_from(["agency", "agencies_of_commune", "sector", "province", "provinces", "nation", "international"]),
    "continuous_operation": st.booleans(),
    "works_grade": st.sampled_from(["none", "IV", "III", "II", "I", "special"]),
    "works_national_security": st.booleans(),
    "harm": HARMS,
    "defence_security": st.booleans(),
    "national_data_store": st.booleans(),
    "international_gateway": st.booleans(),
}
READINGS = {
    "commune-network": ["one", "many"],
    "document-system": ["internal", "infrastructure"],
    "public-portal": ["online", "none"],
    "back-office": ["yes", "no"],
    "hospital-school": ["yes", "no"],
    "continuous": ["both", "infrastructure"],
}
SECTORS = st.sampled_from(["government", "party", "education", "health"])


def system_of(answers):
    fields = {name: value for name, value in answers.items() if name not in ("basic", "sensitive", "harm")}
    subjects = {name: answers[name] for name in ("basic", "sensitive") if name in answers}
    if subjects:
        fields["data_subjects"] = subjects
    if "harm" in answers:
        fields["harm"] = {"security": answers["harm"]}
    return System.model_validate({"id": "a", "name": "A", **fields})


def internal(a, readings, _):
    info = set(a["information"])
    many = a["serves"] in ("sector", "province", "provinces") and readings["document-system"] == "infrastructure"
    yield info == {"public"}, 1
    yield bool(info & {"private", "personal"}) and "state_secret" not in info, 2
    yield many or (a["handles_administrative_procedures"] and readings["back-office"] == "yes"), 3


def public_service(a, readings, sector):
    info = set(a["information"])
    conditional = a["conditional_business"] or (sector in ("education", "health") and readings["hospital-school"] == "yes")
    yield info != {"public"} or readings["public-portal"] == "online", 3 if conditional else 2
    yield bool(info & {"private", "personal"}), 3 if a["basic"] >= 100_000 or a["sensitive"] >= 10_000 else 2
    yield a["handles_administrative_procedures"], 3


def infrastructure(a, readings, _):
    commune = readings["commune-network"] if a["serves"] == "agencies_of_commune" else None
    yield a["serves"] == "agency" or commune == "one", 2
    yield a["serves"] in ("sector", "province", "provinces") or commune == "many", 3
    yield a["serves"] in ("nation", "international") and a["continuous_operation"], 4
    yield a["serves"] in ("nation", "international") and a["international_gateway"], 5


def industrial_control(a, *_):
    yield a["works_grade"] in ("IV", "III", "II"), 3
    yield a["works_grade"] == "I", 4
    yield a["works_grade"] == "special" or a["works_national_security"], 5


def any_kind(a, readings):
    secret = "state_secret" in a["information"] or a["defence_security"]
    for level in range(3, ["none", "harm", "serious", "particularly_serious"].index(a["harm"]) + 3):
        yield secret, level
    national = a["serves"] == "nation" and a["kind"] in ("internal", "public_service", "other")
    yield national and (a["continuous_operation"] or readings["continuous"] == "infrastructure"), 4
    beyond = a["serves"] in ("nation", "international") and a["kind"] != "industrial_control"
    yield beyond and a["national_data_store"], 5


def articles_11_to_15(a, readings, sector):
    """Every level a fully answered system fits, from the text; an empty set is undetermined."""
    kinds = {"internal": internal, "public_service": public_service, "infrastructure": infrastructure,
             "industrial_control": industrial_control, "other": lambda *_: ()}  # fmt: skip
    fits = [*any_kind(a, readings), *kinds[a["kind"]](a, readings, sector)]
    return {level for applies, level in fits if applies}


def run(rules, answers, readings, sector):
    taken = [Interpretation(id=name, reading=choice) for name, choice in readings.items()]
    return Classifier(rules, taken).classify(system_of(answers), sector)


all_answers = st.fixed_dictionaries(ANSWERS)
all_readings = st.fixed_dictionaries({name: st.sampled_from(choices) for name, choices in READINGS.items()})


@given(answers=all_answers, readings=all_readings, sector=SECTORS)
@settings(max_examples=120, deadline=None)
def test_a_fully_answered_system_gets_the_highest_level_of_the_text(rules, answers, readings, sector):
    found = run(rules, answers, readings, sector)
    levels = articles_11_to_15(answers, readings, sector)
    assert found.level == max(levels, default=None)
    assert {match.level for match in found.matches if match.matches} == levels
    assert found.missing == ()


@given(answers=all_answers, readings=all_readings, sector=SECTORS, data=st.data())
@settings(max_examples=70, deadline=None)
def test_an_answer_more_never_leaves_the_range(rules, answers, readings, sector, data):
    names = data.draw(st.permutations([*answers, *readings]))
    cut = data.draw(st.integers(0, len(names)))
    extra = data.draw(st.integers(0, len(names) - cut))

    def kept(count):
        chosen = set(names[:count])
        return (
            {name: value for name, value in answers.items() if name in chosen},
            {name: value for name, value in readings.items() if name in chosen},
        )

    less, more = run(rules, *kept(cut), sector), run(rules, *kept(cut + extra), sector)
    assert (less.lowest or 0) <= (more.lowest or 0)
    assert (more.highest or 0) <= (less.highest or 0)
    full = max(articles_11_to_15(answers, readings, sector), default=0)
    assert (less.lowest or 0) <= full <= (less.highest or 0)


@given(answers=all_answers, readings=all_readings, sector=SECTORS, data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_range_stays_open_exactly_while_something_is_missing(rules, answers, readings, sector, data):
    left_out = data.draw(st.sets(st.sampled_from([*answers, *readings])))
    found = run(
        rules,
        {name: value for name, value in answers.items() if name not in left_out},
        {name: value for name, value in readings.items() if name not in left_out},
        sector,
    )
    assert bool(found.missing) == (found.lowest != found.highest)
    written = {f"system.{name}" for name in answers} | {f"system.data_subjects.{name}" for name in ("basic", "sensitive")}
    written |= {"system.harm.security"} | {f"reading.{name.replace('-', '_')}" for name in readings}
    assert set(found.missing) <= written


@given(declared=st.integers(1, 5), answers=all_answers, readings=all_readings)
@settings(max_examples=40, deadline=None)
def test_a_declared_level_outside_the_proven_range_is_never_called_same(rules, declared, answers, readings):
    found = run(rules, answers, readings, "government")
    system = system_of(answers).model_copy(update={"dossier": None})
    assert compare(found, system) == "not_declared"
    dossier = {"status": "approved", "level": declared, "decision": {"number": "1/QĐ", "date": date(2026, 9, 1)}}
    with_dossier = System.model_validate({**system.model_dump(exclude={"dossier"}), "dossier": dossier})
    answer = compare(found, with_dossier)
    if found.level is None:
        assert answer == "open"
    else:
        assert answer == (
            "same" if declared == found.level else "declared_lower" if declared < found.level else "declared_higher"
        )
