"""Values that depend on the level: the level decides which hold, and a level that is not known decides nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secaudit.judge import Judge, run_cases
from secaudit.model.check import LEVELS, Check
from secaudit.model.fact import FACTS, Known, Missing, MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Endpoint

MACHINE = Endpoint.model_validate({"id": "m", "kind": "server"})
TEXTS = {"vi": "a", "en": "b"}


def check(by_level, passes="logging.retention_days >= param.days", when="true", cases=(), **param):
    return Check.model_validate(
        {
            "id": "logging.kept", "title": TEXTS, "severity": "medium", "when": when, "pass": passes,
            "param": param or {"days": 30}, "param_by_level": by_level,
            "what": TEXTS, "why": TEXTS, "verify": TEXTS, "fix": {}, "cases": cases,
        }
    )  # fmt: skip


KEPT = check({3: {"days": 90}, 4: {"days": 180}})


def judge(of, days, level):
    facts = dict.fromkeys(FACTS, Missing(MissingReason.ABSENT)) | {"logging.retention_days": days}
    (finding,) = Judge([of]).judge(MACHINE, facts, level=level)
    return finding


def known(days):
    return Known(days, "s")


def test_a_value_holds_from_its_level_until_a_higher_level_names_another():
    assert [KEPT.params_at(level)["days"] for level in LEVELS] == [30, 30, 90, 180, 180]
    assert KEPT.param_sets() == ((1, {"days": 30}), (3, {"days": 90}), (4, {"days": 180}))
    assert check({}).param_sets() == ((1, {"days": 30}),)
    assert check({2: {"days": 30}}).param_sets() == ((1, {"days": 30}),)


@pytest.mark.parametrize(("days", "verdicts"), [(29, "fffff"), (30, "ppfff"), (90, "pppff"), (179, "pppff"), (180, "ppppp")])
def test_the_level_of_the_machine_chooses_the_value(days, verdicts):
    said = [judge(KEPT, known(days), level).verdict for level in LEVELS]
    assert "".join(verdict.value[0] for verdict in said) == verdicts


def test_without_a_level_only_what_every_level_says_is_said():
    assert judge(KEPT, known(200), None).verdict is Verdict.PASS
    assert judge(KEPT, known(5), None).verdict is Verdict.FAIL
    between = judge(KEPT, known(60), None)
    assert between.verdict is Verdict.UNKNOWN
    assert [(fact.name, fact.reason) for fact in between.missing] == [("endpoint.level", MissingReason.ABSENT)]
    assert dict(between.evidence) == {"logging.retention_days": "60"}


def test_a_missing_fact_is_named_beside_the_missing_level():
    unread = judge(KEPT, Missing(MissingReason.DENIED), None)
    assert [(fact.name, fact.reason) for fact in unread.missing] == [("logging.retention_days", MissingReason.DENIED)]
    open_at_one = check({3: {"strict": True}}, "!param.strict || logging.retention_days > 5", strict=False)
    half = judge(open_at_one, Missing(MissingReason.DENIED), None)
    assert [fact.name for fact in half.missing] == ["endpoint.level", "logging.retention_days"]
    assert judge(open_at_one, Missing(MissingReason.DENIED), 2).verdict is Verdict.PASS


def test_two_machines_that_differ_in_their_level_alone_do_not_share_a_remembered_verdict():
    court = Judge([KEPT])
    facts = dict.fromkeys(FACTS, Missing(MissingReason.ABSENT)) | {"logging.retention_days": known(60)}
    said = [court.judge(MACHINE, facts, level=level)[0].verdict for level in (2, 3, None, 2)]
    assert said == [Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS]


def test_a_defect_at_one_level_is_a_defect():
    broken = check({3: {"days": 0}}, "logging.retention_days / param.days > 1", days=1)
    assert judge(broken, known(60), None).defect
    assert judge(broken, known(60), 2).defect is None


def test_cases_choose_the_level_by_their_facts():
    cases = [
        {"facts": {"logging.retention_days": 60, "endpoint.level": 2}, "verdict": "pass"},
        {"facts": {"logging.retention_days": 60, "endpoint.level": 3}, "verdict": "fail"},
        {"facts": {"logging.retention_days": 60}, "verdict": "unknown"},
    ]
    assert all(result.ok for result in run_cases(check({3: {"days": 90}}, cases=cases)))
    assert not all(result.ok for result in run_cases(check({}, cases=cases)))


NUMBERS = st.integers(0, 6)
LISTS = st.lists(st.fixed_dictionaries({}, optional={"running": st.booleans(), "signature_age_days": NUMBERS}), max_size=3)
PASSES = st.sampled_from(
    (
        "logging.retention_days >= param.a",
        "logging.retention_days >= param.a || endpoint.level < param.b",
        "protection.products.exists(p, p.running && p.signature_age_days < param.a)",
        "size(protection.products) > param.b && protection.products.all(p, p.signature_age_days < param.a || p.running)",
    )
)
WHENS = st.sampled_from(
    ("true", "endpoint.level >= param.b", "logging.retention_days > param.b", "endpoint.level < 3 || param.a > 2")
)


@given(
    st.dictionaries(st.sampled_from(LEVELS), st.fixed_dictionaries({}, optional={"a": NUMBERS, "b": NUMBERS}), max_size=4),
    PASSES,
    WHENS,
    st.none() | NUMBERS,
    st.none() | st.tuples(LISTS, st.booleans()),
)
def test_no_verdict_without_a_level_is_contradicted_by_any_level(by_level, passes, when, days, products):
    court = Judge([check(by_level, passes, when, a=3, b=2)])
    facts = dict.fromkeys(FACTS, Missing(MissingReason.ABSENT))
    if days is not None:
        facts["logging.retention_days"] = known(days)
    if products is not None:
        facts["protection.products"] = Known(products[0], "s", complete=products[1])
    (blind,) = court.judge(MACHINE, facts, level=None)
    if blind.verdict is Verdict.UNKNOWN:
        assert blind.missing and blind.defect is None
        return
    for level in LEVELS:
        assert court.judge(MACHINE, facts, level=level)[0].verdict is blind.verdict
