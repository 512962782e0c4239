"""Facts in, findings out."""

import json
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.errors import ExpressionError
from secaudit.judge import Judge
from secaudit.model.base import Texts
from secaudit.model.check import Check, Fix, Severity
from secaudit.model.fact import FACTS, Known, Missing, MissingReason, ValueType
from secaudit.model.finding import Finding, MissingFact, Verdict
from secaudit.model.inventory import Endpoint
from secaudit.model.outcome import Grade

TEXTS = Texts(vi="v", en="e")
MACHINE = 'endpoint.kind in ["workstation", "laptop", "server"]'
ACTIVE = "protection.products.exists(p, p.running && p.realtime && p.signature_age_days < param.days)"


def check(passes, *, when=MACHINE, name="group.check", **param):
    return Check.model_validate(
        {
            "id": name,
            "title": TEXTS,
            "severity": Severity.HIGH,
            "when": when,
            "pass": passes,
            "param": param,
            "what": TEXTS,
            "why": TEXTS,
            "verify": TEXTS,
            "fix": Fix(),
            "cases": (),
        }
    )


def endpoint(**fields):
    return Endpoint.model_validate({"id": "pc-1", "kind": "workstation", **fields})


def known(**facts):
    return {name.replace("__", "."): Known(value, "s") for name, value in facts.items()}


def judge_one(one, facts, where=None, **options):
    (finding,) = Judge([one]).judge(where or endpoint(), facts, **options)
    return finding


def test_the_four_verdicts():
    one = check("patch.pending_security == 0")
    finding = judge_one(one, known(patch__pending_security=0))
    assert finding == Finding("group.check", Verdict.PASS, (), (("patch.pending_security", "0"),))
    assert judge_one(one, known(patch__pending_security=3)).verdict is Verdict.FAIL
    unknown = judge_one(one, {"patch.pending_security": Missing(MissingReason.DENIED)})
    assert (unknown.verdict, unknown.missing, unknown.evidence) == (
        Verdict.UNKNOWN,
        (MissingFact("patch.pending_security", MissingReason.DENIED),),
        (),
    )
    other = check("patch.pending_security == 0", when='endpoint.kind == "server"')
    assert judge_one(other, known(patch__pending_security=0)) == Finding("group.check", Verdict.NOT_APPLICABLE)


def test_one_finding_per_check_sorted_by_id():
    checks = [check("patch.pending == 0", name=f"group.{letter}") for letter in "cab"]
    findings = Judge(checks).judge(endpoint(), {})
    assert [finding.check for finding in findings] == ["group.a", "group.b", "group.c"]


def test_machines_with_the_same_facts_share_the_same_findings():
    """A province has millions of findings of few kinds: they are kept once, and each machine's still says its own grade."""
    engine = Judge([check("patch.pending == 0"), check("patch.pending < 9", name="group.other", when='os.family == "linux"')])
    facts = known(patch__pending=3, os__family="windows")
    one = engine.judge(endpoint(), facts, grade=Grade.A)
    for other in (endpoint(id="pc-2"), endpoint(id="pc-3", os="windows")):
        assert all(first is second for first, second in zip(one, engine.judge(other, dict(facts), grade=Grade.A), strict=True))
    worse = engine.judge(endpoint(id="pc-4"), facts, grade=Grade.C)
    assert [finding.grade for finding in worse] == [Grade.C, Grade.C]
    assert engine.judge(endpoint(id="pc-5"), facts, grade=Grade.C)[1] is worse[1]
    assert engine.judge(endpoint(), None) is engine.judge(endpoint(id="pc-6"), None), "nobody saw either"


def test_unknown_when_is_unknown_with_the_facts_of_when():
    one = check("patch.pending == 0", when='os.family == "linux"')
    finding = judge_one(one, known(patch__pending=0))
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.missing == (MissingFact("os.family", MissingReason.ABSENT),)
    assert finding.evidence == (("patch.pending", "0"),)


def test_when_may_be_decided_although_a_fact_of_it_is_missing():
    one = check("patch.pending == 0", when='endpoint.kind == "server" && os.family == "linux"')
    assert judge_one(one, {}).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("reason", [MissingReason.NOT_REACHED, MissingReason.NO_WAY_IN, MissingReason.STALE])
def test_a_machine_nobody_saw_is_unknown_for_that_reason(reason):
    finding = judge_one(check(ACTIVE, days=7), None, unseen=reason)
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.missing == (MissingFact("protection.products", reason),)
    assert finding.evidence == ()
    # What the inventory declares still decides that a check does not apply.
    server = check(ACTIVE, when='endpoint.kind == "server"', days=7)
    assert judge_one(server, None, unseen=reason).verdict is Verdict.NOT_APPLICABLE


def test_not_reached_is_the_reason_when_none_is_given():
    (missing,) = judge_one(check("patch.pending == 0"), None).missing
    assert missing.reason is MissingReason.NOT_REACHED


def test_a_check_over_the_inventory_alone_is_decided_for_an_unseen_machine():
    assert judge_one(check('endpoint.ownership == "agency"'), None).verdict is Verdict.PASS
    assert judge_one(check('endpoint.ownership == "agency"'), None, endpoint(ownership="personal")).verdict is Verdict.FAIL


def test_an_isolated_machine_is_never_judged():
    checks = [
        check("patch.pending == 0", when="true", name="group.a"),
        check("patch.pending / 0 == 1", when="true", name="group.b"),
    ]
    for facts in (known(patch__pending=0), None):
        findings = Judge(checks).judge(endpoint(kind="isolated"), facts)
        assert [finding.verdict for finding in findings] == [Verdict.NOT_APPLICABLE] * 2
        assert all(finding.evidence == finding.missing == () for finding in findings)


def test_facts_cannot_speak_for_the_inventory():
    one = check("patch.pending == 0", when='endpoint.kind == "server"')
    hostile = {**known(patch__pending=0), "endpoint.kind": Known("server", "s")}
    assert judge_one(one, hostile).verdict is Verdict.NOT_APPLICABLE
    isolated = {**known(patch__pending=0), "endpoint.kind": Known("workstation", "s")}
    assert judge_one(check("patch.pending == 0"), isolated, endpoint(kind="isolated")).verdict is Verdict.NOT_APPLICABLE


def test_level_and_os_are_missing_when_nobody_said_them():
    one = check('endpoint.level >= 3 || endpoint.os == "windows"', when="true")
    finding = judge_one(one, {})
    assert finding.missing == (
        MissingFact("endpoint.level", MissingReason.ABSENT),
        MissingFact("endpoint.os", MissingReason.ABSENT),
    )
    assert judge_one(one, {}, level=3).verdict is Verdict.PASS
    assert judge_one(one, {}, endpoint(os="windows")).verdict is Verdict.PASS
    assert judge_one(one, {}, endpoint(os="linux"), level=2).verdict is Verdict.FAIL


def test_a_defect_is_unknown_and_says_so():
    one = check("100 / patch.pending > 3")
    finding = judge_one(one, known(patch__pending=0))
    assert (finding.verdict, finding.missing) == (Verdict.UNKNOWN, ())
    assert "divide by zero" in finding.defect
    assert finding.evidence == (("patch.pending", "0"),)
    assert judge_one(one, {}).defect is None
    in_when = check("patch.pending == 0", when="100 / patch.pending > 3")
    assert judge_one(in_when, known(patch__pending=0)).defect


def test_evidence_is_what_was_observed():
    products = [{"running": True, "name": "Kaspersky <b>", "id": "kes"}, {"realtime": False}]
    facts = {"protection.products": Known(products, "s"), **known(os__name="Debian", patch__pending_security_names=["b", "a"])}
    one = check('protection.products.exists(p, p.running) && os.name != "" && size(patch.pending_security_names) > 3')
    finding = judge_one(one, facts)
    assert finding.verdict is Verdict.FAIL
    assert [name for name, _ in finding.evidence] == ["os.name", "patch.pending_security_names", "protection.products"]
    assert {name: json.loads(text) for name, text in finding.evidence} == {name: facts[name].value for name in facts}
    assert dict(finding.evidence)["protection.products"].startswith('[{"id":"kes","name":"Kaspersky <b>","running":true}')


def test_evidence_of_an_unfinished_list_holds_only_what_was_read():
    facts = {"protection.products": Known([{"running": False}], "s", complete=False)}
    finding = judge_one(check("protection.products.exists(p, p.running)"), facts)
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.missing == (MissingFact("protection.products", MissingReason.TRUNCATED),)
    assert finding.evidence == (("protection.products", '[{"running":false}]'),)


def test_evidence_stays_for_unknown_where_something_is_known():
    facts = known(protection__products=[{"running": True, "realtime": True}])
    finding = judge_one(check(ACTIVE, days=7), facts)
    assert finding.missing == (MissingFact("protection.products[].signature_age_days", MissingReason.ABSENT),)
    assert finding.evidence == (("protection.products", '[{"realtime":true,"running":true}]'),)


def test_evidence_is_cut():
    finding = judge_one(check('os.name == ""'), known(os__name="ạ" * 5_000))
    ((_, text),) = finding.evidence
    assert len(text) == 2_000
    assert text.endswith("…")


def test_a_hostile_fact_is_missing_and_no_evidence():
    finding = judge_one(check('os.name == "x" && patch.pending == 1'), known(os__name="x\0evil", patch__pending=True))
    assert finding.verdict is Verdict.UNKNOWN
    assert {(fact.name, fact.reason) for fact in finding.missing} == {
        ("os.name", MissingReason.ERROR),
        ("patch.pending", MissingReason.ERROR),
    }
    assert finding.evidence == ()


@pytest.mark.parametrize(
    ("passes", "when", "place"), [("patch.pendng == 0", "true", "pass"), ("true", "os.famly == 'x'", "when")]
)
def test_a_check_that_does_not_compile_is_named(passes, when, place):
    with pytest.raises(ExpressionError) as caught:
        Judge([check(passes, when=when)])
    assert caught.value.where == f"group.check: {place}"
    assert "did you mean" in str(caught.value.hint)


def test_remembered_decisions_follow_the_facts():
    judge = Judge([check(ACTIVE, days=7)])
    for age in [*range(2_500), *range(20)]:
        facts = known(protection__products=[{"running": True, "realtime": True, "signature_age_days": age}])
        (finding,) = judge.judge(endpoint(id=f"pc-{age}"), facts)
        assert finding.verdict is (Verdict.PASS if age < 7 else Verdict.FAIL)
        assert f'"signature_age_days":{age}' in finding.evidence[0][1]


def test_eight_threads_share_a_judge():
    judge = Judge([check("patch.pending < param.most", most=150), check(ACTIVE, name="group.other", days=7)])
    seen = []

    def work():
        for number in range(300):
            pending, active = judge.judge(endpoint(), known(patch__pending=number))
            seen.append((pending.verdict is Verdict.PASS) == (number < 150) and active.verdict is Verdict.UNKNOWN)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 2_400


# For random checks and facts: what is judged pass or fail is so whatever the missing facts are.

PARTS = [
    "patch.pending_security == 0",
    "patch.metadata_age_days < 7",
    "firewall.active",
    "!patch.reboot_required",
    'sshd.permit_root_login in ["no", "prohibit-password"]',
    "size(accounts.uid0) == 1",
    'accounts.uid0.all(n, n == "root")',
    'protection.products.exists(p, p.kind in ["av", "edr"] && p.running)',
    "protection.products.exists(p, p.running && p.signature_age_days < 7)",
    "protection.products.all(p, p.managed || !p.running)",
    "size(protection.products.filter(p, p.running)) == 1",
    'endpoint.os == "linux"',
    "endpoint.level >= 3",
]
VALUES = {
    ValueType.BOOL: st.booleans(),
    ValueType.INT: st.sampled_from([0, 1, 6, 7, 8]),
    ValueType.STRING: st.sampled_from(["no", "yes", "prohibit-password"]),
    ValueType.STRINGS: st.lists(st.sampled_from(["root", "toor"]), max_size=2),
}
PRODUCT = st.fixed_dictionaries(
    {"kind": st.sampled_from(["av", "edr", "agent"]), "running": st.booleans()},
    optional={"signature_age_days": VALUES[ValueType.INT], "managed": st.booleans()},
)
NAMES = [name for name in FACTS if any(name in part for part in PARTS)]
FACT_SET = st.fixed_dictionaries(
    {name: st.lists(PRODUCT, max_size=2) if name == "protection.products" else VALUES[FACTS[name].type] for name in NAMES}
)
EXPRESSION = st.recursive(
    st.sampled_from(PARTS),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" && ".join).map("({})".format),
        st.tuples(inner, inner).map(" || ".join).map("({})".format),
        inner.map("!({})".format),
    ),
    max_leaves=5,
)


def filled(record, other):
    return {"signature_age_days": other["patch.metadata_age_days"], "managed": other["firewall.active"], **record}


@settings(deadline=None, max_examples=200)
@given(
    EXPRESSION,
    EXPRESSION,
    FACT_SET,
    st.sets(st.sampled_from(NAMES)),
    st.booleans(),
    st.lists(FACT_SET, min_size=6, max_size=6),
)
def test_no_missing_fact_ever_yields_a_verdict_that_it_could_change(when, passes, world, hidden, cut, others):
    judge = Judge([check(passes, when=when)])
    cut = cut and "protection.products" not in hidden
    facts = {name: Known(value, "s", complete=not (cut and name == "protection.products")) for name, value in world.items()}
    facts.update({name: Missing(MissingReason.TIMEOUT) for name in hidden})
    (finding,) = judge.judge(endpoint(os="linux"), facts, level=2)
    assert finding.defect is None
    assert (finding.verdict is Verdict.UNKNOWN) == bool(finding.missing)
    if finding.verdict is Verdict.UNKNOWN:
        return
    for other in others:
        possible = {name: other[name] if name in hidden else value for name, value in world.items()}
        if cut:
            possible["protection.products"] = [*possible["protection.products"], *other["protection.products"]]
        possible["protection.products"] = [filled(record, other) for record in possible["protection.products"]]
        (sure,) = judge.judge(endpoint(os="linux"), {name: Known(value, "s") for name, value in possible.items()}, level=2)
        assert sure.verdict is finding.verdict


@settings(deadline=None, max_examples=200)
@given(EXPRESSION, FACT_SET, st.sets(st.sampled_from(NAMES)))
def test_an_unseen_machine_never_passes_by_its_facts(passes, world, hidden):
    """Only what the inventory says can decide; here it says nothing that the parts ask for."""
    facts = {name: Known(value, "s") for name, value in world.items() if name not in hidden}
    judge = Judge([check(passes, when="true")])
    (unseen,) = judge.judge(endpoint(), None)
    (seen,) = judge.judge(endpoint(), facts)
    assert unseen.verdict in (Verdict.UNKNOWN, seen.verdict)
