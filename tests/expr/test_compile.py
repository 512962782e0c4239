"""What is refused when a text is compiled, and in which words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.errors import ExpressionError
from secaudit.expr import Compiler, variable_name
from secaudit.model.fact import ENDPOINT_VARIABLES, FACTS, FactSpec, Known, MissingReason, ValueType

ALL = [*FACTS.values(), *ENDPOINT_VARIABLES.values()]
COMPILER = Compiler(ALL)


def refusal(text, **params):
    with pytest.raises(ExpressionError) as caught:
        COMPILER.compile(text, params=params)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("patch.pendng == 0", ["patch.pendng", "did you mean patch.pending?"]),
        ("protecton.products.exists(p, p.running)", ["protecton.products", "did you mean protection.products?"]),
        ("protection.products.exists(p, p.runing)", ["protection.products[]", "runing", "did you mean running?"]),
        ("protection.products.all(p, p.runing)", ["runing", "did you mean running?"]),
        ("protection.products.map(p, p.nam).exists(n, n == '')", ["nam", "did you mean name?"]),
        ("protection.products.filter(p, p.running).all(q, q.sourc == '')", ["sourc", "did you mean source?"]),
        ("protection.products.exists(p, accounts.login.exists(a, a.running))", ["accounts.login[]", "running"]),
        ("protection.products.exists(p, p.running == 'yes')", ["==", "bool, string"]),
        ("protection.products.exists(p, p.signature_age_days < 7.5)", ["<", "int, double", "1.0 a double"]),
        ("protection.products.exists(p, p.signature_age_days < param.days)", ["param.days"]),
        ("protection.products.exsts(p, p.running)", ["no function exsts", "did you mean exists?"]),
        ("protection.products.exists(p, p['running'])", ["indexing", "p.field"]),
        ("protection.products[0].running", ["indexing", "exists"]),
        ("patch.pending_security_names[0] == 'x'", ["indexing"]),
        ("os.name[0] == 'x'", ["indexing", "string, int"]),
        ("has(os.name)", ["has() is not offered", "stay unknown"]),
        ("protection.products.exists(p, !has(p.running))", ["has() is not offered"]),
        ("patch.pending", ["int", "true or false"]),
        ("size(os.name)", ["int", "true or false"]),
        ("patch.pending == '0'", ["int, string"]),
        ("patch.pending == null", ["null"]),
        ("os.name.lower() == 'x'", ["no function lower"]),
        ("protection.products == []", ["list of records"]),
        ("protection.products + [] == []", ["list of records"]),
        ("protection.products.exists(p, p in protection.products)", ["record"]),
        ("protection.products.exists(p, [p].exists(q, q.running))", ["record"]),
        ("protection.products.exists(p, p == p)", ["record can only be asked for its fields"]),
        ("protection.products.map(p, protection.products).exists(l, l.exists(q, q.running))", ["lists of records"]),
        ("protection.products.exists(patch, patch.running)", ["patch", "loop variable"]),
        ("protection.products.exists(param, param.running)", ["param", "loop variable"]),
        ("['x'].map(s, s + s).exists(s, s == 'xx')", ["+ is offered for numbers only"]),
        ("[[1]].map(l, l + l).exists(l, size(l) > 1)", ["+ is offered for numbers only"]),
        ("{'a': 1}.a == 1", ["only records have fields"]),
        ("size({'a': 1}) == 1", ["braces"]),
        ("dyn(patch.pending) == 1", ["dyn is not offered"]),
        ("type(patch.pending) == int", ["not offered"]),
        ("b'x' == b'x'", ["not offered"]),
        ("1u == 1u", ["not offered"]),
        ("duration('1h') > duration('2h')", ["duration is not offered"]),
        ("int(os.name) == 1", ["int() is offered for numbers only"]),
        ("os.name.matches('(')", ["( is no regular expression"]),
        ("os.name.matches(os.id)", ["literal text or a parameter"]),
        ("os.name == 'a\\000b'", ["NUL"]),
        ("os.name == 'a\0b'", ["no text"]),
        ("os.name == '\ud800'", ["no text"]),
        ("", ["empty"]),
        (" \n ", ["empty"]),
        ("os.name ==", ["cannot be read", "line 1"]),
        ("os.name == 'x' &&\n  os.nam == 'y'", ["os.nam", "line 2, column 3"]),
        ("secaudit.record.r0_protection_products{}.running", ["braces"]),
    ],
)
def test_a_refusal_names_the_bad_thing(text, parts):
    said = refusal(text)
    for part in parts:
        assert part in said, said


def test_a_parameter_is_offered_as_what_was_meant():
    assert "did you mean param.days?" in refusal("machine.uptime_days < param.day", days=7)


def test_a_pattern_may_be_a_parameter_and_is_tried_as_such():
    assert COMPILER.compile("os.name.matches(param.p)", params={"p": "^x"}).names == {"os.name"}
    assert "no regular expression" in refusal("os.name.matches(param.p)", p="[")


@pytest.mark.parametrize("value", [2**63, float("nan"), float("inf"), "a\0b", "\ud800", "x" * 1_001, None, ["x"], b"x"])
def test_unusable_parameters_are_refused(value):
    assert "parameter days" in refusal("os.name == 'x'", days=value)


def test_parameters_are_typed_by_their_value_and_belong_to_one_check():
    bindings = COMPILER.bind({"machine.uptime_days": Known(7, "t")})
    few = COMPILER.compile("machine.uptime_days < param.days", params={"days": 7})
    many = COMPILER.compile("machine.uptime_days < param.days", params={"days": 8})
    assert (few.evaluate(bindings).truth, many.evaluate(bindings).truth) == (False, True)
    assert few.names == {"machine.uptime_days"}
    assert "int, string" in refusal("machine.uptime_days < param.days", days="7")
    assert "int, bool" in refusal("machine.uptime_days < param.days", days=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("param.v", True),
        ("param.v == -3", -3),
        ("param.v == 1.5", 1.5),
        ('param.v == "\\"x\'"', "\"x'"),
        ("param.v < 0", -(2**63)),
    ],
)
def test_parameters_of_every_type(text, value):
    assert COMPILER.compile(text, params={"v": value}).evaluate(COMPILER.bind({})).truth is True


def test_names_and_unguarded_lists():
    expression = COMPILER.compile("protection.products.all(p, p.running) && patch.pending == 0")
    assert expression.names == {"protection.products", "patch.pending"}
    assert expression.unguarded == {"protection.products"}
    assert COMPILER.compile("size(protection.products) > 0 && protection.products.all(p, p.running)").unguarded == frozenset()
    assert COMPILER.compile("protection.products.exists(p, p.running)").unguarded == frozenset()


def test_a_leading_dot_and_a_comment_change_nothing():
    expression = COMPILER.compile(".os.name == 'x' // as the machine says")
    assert expression.names == {"os.name"}


def test_names_with_dashes_and_digits():
    assert variable_name("verdict.patch.security-pending") == "verdict.patch.security_pending"
    assert variable_name("verdict.2fa.on") == "verdict._2fa.on"
    assert variable_name("patch.pending") == "patch.pending"
    compiler = Compiler([FactSpec("verdict.patch.security-pending", ValueType.STRING, "t")])
    expression = compiler.compile('verdict.patch.security_pending == "pass"')
    assert expression.names == {"verdict.patch.security-pending"}
    answer = expression.evaluate(compiler.bind({"verdict.patch.security-pending": Known("pass", "t")}))
    assert answer.truth is True
    missing = expression.evaluate(compiler.bind({})).missing
    assert [(fact.name, fact.reason) for fact in missing] == [("verdict.patch.security-pending", MissingReason.ABSENT)]


def test_parameters_with_dashes():
    expression = COMPILER.compile("machine.uptime_days < param.max_days", params={"max-days": 7})
    assert expression.evaluate(COMPILER.bind({"machine.uptime_days": Known(3, "t")})).truth is True
    assert "param.a_b" in refusal("true", **{"a-b": 1, "a_b": 1})


@pytest.mark.parametrize(
    ("specs", "part"),
    [
        ([FactSpec("v.a-b", ValueType.BOOL, "t"), FactSpec("v.a_b", ValueType.BOOL, "t")], "v.a-b and v.a_b"),
        ([FactSpec("v.in", ValueType.BOOL, "t")], "v.in"),
        ([FactSpec("v..a", ValueType.BOOL, "t")], "v..a"),
        ([FactSpec("v.ü", ValueType.BOOL, "t")], "v.ü"),
        ([FactSpec("param.x", ValueType.BOOL, "t")], "param.x"),
        ([FactSpec("v.r", ValueType.RECORDS, "t", {"x": ValueType.RECORDS})], "field x of v.r"),
        ([FactSpec("v.r", ValueType.RECORDS, "t", {"@read": ValueType.BOOL})], "field @read of v.r"),
    ],
)
def test_impossible_declarations_are_refused(specs, part):
    with pytest.raises(ExpressionError) as caught:
        Compiler(specs)
    assert part in str(caught.value)


def test_the_same_declaration_twice_is_no_collision():
    assert list(Compiler([ALL[0], ALL[0]]).variables) == [ALL[0].name]


def test_every_declared_fact_can_be_written():
    for variable, spec in COMPILER.variables.items():
        text = {
            ValueType.BOOL: variable,
            ValueType.INT: f"{variable} == 0",
            ValueType.STRING: f'{variable} == ""',
            ValueType.STRINGS: f'{variable}.exists(x, x == "")',
        }.get(spec.type)
        texts = [text] if text else [f"{variable}.exists(x, x.{name} == x.{name})" for name in spec.fields]
        for one in texts:
            assert COMPILER.compile(one).names == {spec.name}


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(), st.text(alphabet="()[]{}.!&|?:'\"\\ptrue0 ,=<inproductsexistsall@")))
def test_any_text_compiles_or_is_refused_by_an_error_of_the_family(text):
    try:
        expression = COMPILER.compile(text)
    except ExpressionError as error:
        assert str(error)
    else:
        expression.evaluate(COMPILER.bind({}))
