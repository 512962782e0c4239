"""Facts on their way into the engine: hostile values, wrong types, reasons, remembering, threads."""

import enum
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.expr import Compiler
from secaudit.model.fact import FACTS, FactSpec, Known, Missing, MissingReason, ValueType
from secaudit.model.finding import MissingFact

SPECS = [
    FactSpec("v.bool", ValueType.BOOL, "t"),
    FactSpec("v.int", ValueType.INT, "t"),
    FactSpec("v.double", ValueType.DOUBLE, "t"),
    FactSpec("v.string", ValueType.STRING, "t"),
    FactSpec("v.strings", ValueType.STRINGS, "t"),
    FactSpec(
        "v.records",
        ValueType.RECORDS,
        "t",
        {"b": ValueType.BOOL, "i": ValueType.INT, "d": ValueType.DOUBLE, "s": ValueType.STRING, "l": ValueType.STRINGS},
    ),
]
COMPILER = Compiler(SPECS)
TOUCH = {
    "v.bool": "v.bool || !v.bool",
    "v.int": "v.int == v.int",
    "v.double": "v.double == v.double",
    "v.string": "v.string == v.string",
    "v.strings": "v.strings.all(x, x == x)",
    "v.records": "v.records.all(r, r.b == r.b && r.i == r.i && r.d == r.d && r.s == r.s && r.l.all(x, x == x))",
}


def ask(text, **values):
    facts = {f"v.{name}": value if isinstance(value, Known | Missing) else Known(value, "t") for name, value in values.items()}
    return COMPILER.compile(text).evaluate(COMPILER.bind(facts))


def missing(*pairs):
    return tuple(MissingFact(name, MissingReason(reason)) for name, reason in pairs)


class Word(enum.StrEnum):
    X = "x"


class Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bool", 1),
        ("bool", "true"),
        ("bool", None),
        ("int", True),
        ("int", 1.0),
        ("int", "1"),
        ("int", 2**63),
        ("int", -(2**63) - 1),
        ("double", float("nan")),
        ("double", float("inf")),
        ("double", float("-inf")),
        ("double", True),
        ("double", 2**53 + 1),
        ("double", "1.5"),
        ("string", 5),
        ("string", b"x"),
        ("string", "x\0evil"),
        ("string", "\ud800"),
        ("string", ["x"]),
        ("strings", "x"),
        ("strings", {"x": 1}),
        ("strings", ["x", None]),
        ("strings", ["x", "y\0"]),
        ("strings", ["x", "\udfff"]),
        ("records", "x"),
        ("records", {"b": True}),
        ("records", [None]),
        ("records", [["b"]]),
    ],
)
def test_a_value_that_contradicts_its_declaration_is_missing_by_error(name, value):
    answer = ask(TOUCH[f"v.{name}"], **{name: value})
    assert (answer.truth, answer.missing, answer.error) == (None, missing((f"v.{name}", "error")), None)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("v.int == 9223372036854775807", {"int": 2**63 - 1}),
        ("v.int < -9223372036854775807", {"int": -(2**63)}),
        ("v.int == 1", {"int": Number.ONE}),
        ("v.double == 2.0", {"double": 2}),
        ("v.double == 0.0", {"double": -0.0}),
        ('v.string == "x"', {"string": Word.X}),
        ('v.string == "Sở Khoa học 🙂"', {"string": "Sở Khoa học 🙂"}),
        ("size(v.string) == 1000000", {"string": "ạ" * 1_000_000}),
        ('v.strings.exists(x, x == "b")', {"strings": ("a", "b")}),
        ("v.records.exists(r, r.i == 3)", {"records": ({"i": 3},)}),
        ("v.records.exists(r, r.d == 3.0)", {"records": [{"d": 3}]}),
        ('v.records.exists(r, "y" in r.l)', {"records": [{"l": ["x", "y"]}]}),
        ("size(v.records) == 0", {"records": []}),
    ],
)
def test_values_that_fit_arrive_as_they_are(text, values):
    assert ask(text, **values).truth is True


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("b", 1),
        ("i", True),
        ("i", 2**63),
        ("d", float("nan")),
        ("s", "x\0"),
        ("s", "\ud800"),
        ("l", ["\0"]),
        ("l", "x"),
        ("s", None),
    ],
)
def test_a_bad_field_is_missing_alone(field, value):
    record = {"b": True, "i": 1, "d": 1.0, "s": "x", "l": [], field: value}
    answer = ask(TOUCH["v.records"], records=[record])
    assert (answer.truth, answer.missing) == (None, missing((f"v.records[].{field}", "error")))
    other = "r.s == r.s" if field != "s" else "r.b"
    assert ask(f"v.records.all(r, {other})", records=[record]).truth is True


def test_undeclared_facts_and_fields_are_left_aside():
    values = {"v.bool": Known(True, "t"), "x.y": Known(object(), "t"), "v.records": Known([{"b": True, "zz": object()}], "t")}
    assert COMPILER.compile("v.bool && v.records.exists(r, r.b)").evaluate(COMPILER.bind(values)).truth is True


@pytest.mark.parametrize("reason", list(MissingReason))
def test_all_missing_facts_are_listed_with_their_reasons(reason):
    answer = ask("v.bool && v.int == 1 && v.string == 'x'", int=Missing(reason), string=Missing(MissingReason.DENIED))
    assert answer.truth is None
    assert answer.missing == missing(("v.bool", "absent"), ("v.int", reason), ("v.string", "denied"))


def test_what_is_decided_lists_nothing():
    answer = ask("v.bool || v.int == 1", bool=True)
    assert (answer.truth, answer.missing, answer.error) == (True, (), None)
    answer = ask("v.bool && v.records.exists(r, r.b)", bool=False, records=Missing(MissingReason.TIMEOUT))
    assert (answer.truth, answer.missing) == (False, ())


def test_missing_fields_carry_their_own_reason():
    known = Known([{"b": False, "i": 1}, {"i": 2}], "t", missing_fields={"b": MissingReason.UNSUPPORTED})
    assert ask("v.records.exists(r, r.b)", records=known).missing == missing(("v.records[].b", "unsupported"))
    assert ask("v.records.exists(r, r.b || r.i == 2)", records=known).truth is True
    assert ask("v.records.exists(r, r.b && r.i == 1)", records=known).truth is False
    both = ask("v.records.exists(r, r.b && r.s == 'x')", records=Known([{"i": 1}], "t"))
    assert both.missing == missing(("v.records[].b", "absent"), ("v.records[].s", "absent"))


def test_an_unfinished_list_proves_only_what_it_can():
    unfinished = Known([{"b": True, "i": 1}, {"b": False, "i": 2}], "t", complete=False)
    truncated = missing(("v.records", "truncated"))
    assert ask("v.records.exists(r, r.b)", records=unfinished).truth is True
    assert ask("v.records.all(r, r.b)", records=unfinished).truth is False
    assert ask("v.records.exists(r, false)", records=unfinished).truth is False
    for text in (
        "v.records.exists(r, r.i == 3)",
        "v.records.all(r, r.i < 3)",
        "size(v.records) > 1",
        "v.records.size() > 0",
        "v.records.exists_one(r, r.b)",
        "v.records.filter(r, r.b).size() == 1",
        "v.records.map(r, r.i) == [1, 2]",
        "v.records.map(r, 1).size() == 2",
    ):
        answer = ask(text, records=unfinished)
        assert (answer.truth, answer.missing, answer.error) == (None, truncated, None), text


def test_nothing_read_of_a_list_proves_nothing():
    nothing = Known([], "t", complete=False)
    for text in ("v.records.exists(r, true)", "v.records.all(r, false)", "size(v.records) == 0", "v.records.all(r, r.b)"):
        assert ask(text, records=nothing).truth is None, text


def test_unfinished_scalars_and_text_lists_are_truncated():
    for name, value in {"strings": ["x"], "string": "x"}.items():
        answer = ask(TOUCH[f"v.{name}"], **{name: Known(value, "t", complete=False)})
        assert answer.missing == missing((f"v.{name}", "truncated"))


@pytest.mark.parametrize(
    "text",
    ["1 / v.int == 1", "v.int + 9223372036854775807 > 0", "v.strings.all(x, v.strings.all(y, x == x))", "int(v.double) == 1"],
)
def test_an_error_that_no_missing_fact_explains_is_a_defect(text):
    values = {"int": 0 if "/" in text else 1, "strings": ["x"] * 200, "double": 1e300}
    answer = ask(text, **values)
    assert (answer.truth, answer.missing) == (None, ())
    assert answer.error
    explained = ask(f"({text}) && v.bool", **values)
    assert (explained.missing, explained.error) == (missing(("v.bool", "absent")), None)


def test_a_text_of_the_same_letters_is_no_missing_reason():
    """Answers are remembered by value: a reason and a fact that spells it must not meet."""
    text = 'v.string == "absent"'
    assert ask(text).truth is None
    assert ask(text, string="absent").truth is True
    text = '"absent" in v.strings'
    assert ask(text, strings=["absent"]).truth is True
    assert ask(text).truth is None


def test_remembered_answers_differ_where_facts_differ():
    text = "v.records.exists(r, r.b)"
    assert ask(text, records=[{"b": False}]).truth is False
    assert ask(text, records=Known([{"b": False}], "t", complete=False)).truth is None
    assert ask(text, records=[{}]).missing == missing(("v.records[].b", "absent"))
    denied = Known([{}], "t", missing_fields={"b": MissingReason.DENIED})
    assert ask(text, records=denied).missing == missing(("v.records[].b", "denied"))
    assert ask(text, records=[{"b": True}]).truth is True


def test_more_answers_than_are_remembered_stay_right():
    expression = COMPILER.compile("v.int % 2 == 0")
    for number in [*range(3_000), *range(3_000)]:
        assert expression.evaluate(COMPILER.bind({"v.int": Known(number, "t")})).truth is (number % 2 == 0)


def test_large_values_are_asked_each_time():
    long = "x" * 10_000
    assert ask('v.string.endsWith("xx")', string=long).truth is True
    assert ask('v.string.endsWith("xx")', string=long + "y").truth is False
    assert ask('v.records.exists(r, r.s.endsWith("y"))', records=[{"s": long}, {"s": long + "y"}]).truth is True


HOSTILE = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(alphabet=st.characters(), max_size=5), st.binary(max_size=3)
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("bidslx"), inner, max_size=4)),
    max_leaves=6,
)


@settings(deadline=None, max_examples=400)
@given(st.dictionaries(st.sampled_from([spec.name for spec in SPECS]), HOSTILE), st.booleans())
def test_no_value_raises_and_nothing_hostile_decides(values, complete):
    bindings = COMPILER.bind({name: Known(value, "t", complete=complete) for name, value in values.items()})
    for name, text in TOUCH.items():
        answer = COMPILER.compile(text).evaluate(bindings)
        # Each text is true of every fitting value, so that only a missing fact can make it unknown.
        assert answer.truth in (True, None)
        assert answer.error is None
        assert all(fact.name.startswith(name) for fact in answer.missing)


def test_eight_threads_share_compiler_and_bindings():
    compiler = Compiler(FACTS.values())
    text = "protection.products.exists(p, p.running) && patch.pending < param.most"
    products = Known([{"running": True}], "t")
    seen = []

    def work(most):
        for number in range(300):
            bindings = compiler.bind({"protection.products": products, "patch.pending": Known(number, "t")})
            answers = [compiler.compile(text, params={"most": most}).evaluate(bindings).truth for _ in range(3)]
            seen.append(answers == [number < most] * 3)

    threads = [threading.Thread(target=work, args=(index * 20,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [True] * 2_400
