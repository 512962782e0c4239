"""Three values: against a reference, and against what the missing facts could have been."""

from hypothesis import given, settings
from hypothesis import strategies as st

from secaudit.expr import Compiler
from secaudit.model.fact import FactSpec, Known, Missing, MissingReason, ValueType

FIELDS = {"on": ValueType.BOOL, "age": ValueType.INT, "name": ValueType.STRING}
SPECS = (
    FactSpec("a.on", ValueType.BOOL, "t"),
    FactSpec("a.late", ValueType.BOOL, "t"),
    FactSpec("b.count", ValueType.INT, "t"),
    FactSpec("b.limit", ValueType.INT, "t"),
    FactSpec("c.name", ValueType.STRING, "t"),
    FactSpec("c.names", ValueType.STRINGS, "t"),
    FactSpec("d.items", ValueType.RECORDS, "t", FIELDS),
    FactSpec("d.others", ValueType.RECORDS, "t", FIELDS),
)
COMPILER = Compiler(SPECS)
NAMES = ["x", "y", "z"]
SCALARS = {
    ValueType.BOOL: st.booleans(),
    ValueType.INT: st.integers(0, 3),
    ValueType.STRING: st.sampled_from(NAMES),
    ValueType.STRINGS: st.lists(st.sampled_from(NAMES), max_size=3),
}
RECORD = st.fixed_dictionaries({name: SCALARS[kind] for name, kind in FIELDS.items()})
SETTINGS = settings(deadline=None, max_examples=300)


def value_of(spec):
    return st.lists(RECORD, max_size=3) if spec.type is ValueType.RECORDS else SCALARS[spec.type]


WORLD = st.fixed_dictionaries({spec.name: value_of(spec) for spec in SPECS})

# Expressions as (text, meaning); a meaning takes (facts, loop record, loop text) and gives True, False or None.


def field(record, name):
    return None if record is None else record.get(name)


def compare(left, right, compute):
    def meaning(facts, record, text):
        one, two = left(facts, record, text), right(facts, record, text)
        return None if one is None or two is None else compute(one, two)

    return meaning


def conj(values):
    values = list(values)
    return False if False in values else None if None in values else True


def disj(values):
    values = list(values)
    return True if True in values else None if None in values else False


def neg(value):
    return None if value is None else not value


def atoms(loop):
    ints = st.one_of(
        st.integers(0, 3).map(lambda n: (str(n), lambda f, r, t: n)),
        st.sampled_from(["b.count", "b.limit"]).map(lambda v: (v, lambda f, r, t: f.get(v))),
        *([st.just(("p.age", lambda f, r, t: field(r, "age")))] if loop == "p" else []),
    )
    texts = st.one_of(
        st.sampled_from(NAMES).map(lambda n: (f'"{n}"', lambda f, r, t: n)),
        st.just(("c.name", lambda f, r, t: f.get("c.name"))),
        *([st.just(("p.name", lambda f, r, t: field(r, "name")))] if loop == "p" else []),
        *([st.just(("n", lambda f, r, t: t))] if loop == "n" else []),
    )
    bools = st.one_of(
        st.booleans().map(lambda b: (str(b).lower(), lambda f, r, t: b)),
        st.sampled_from(["a.on", "a.late"]).map(lambda v: (v, lambda f, r, t: f.get(v))),
        *([st.just(("p.on", lambda f, r, t: field(r, "on")))] if loop == "p" else []),
    )
    return st.one_of(
        bools,
        st.builds(lambda a, b: (f"{a[0]} < {b[0]}", compare(a[1], b[1], lambda x, y: x < y)), ints, ints),
        st.builds(lambda a, b: (f"{a[0]} == {b[0]}", compare(a[1], b[1], lambda x, y: x == y)), ints, ints),
        st.builds(lambda a, b: (f"{a[0]} + 1 >= {b[0]}", compare(a[1], b[1], lambda x, y: x + 1 >= y)), ints, ints),
        st.builds(lambda a, b: (f"{a[0]} != {b[0]}", compare(a[1], b[1], lambda x, y: x != y)), texts, texts),
        texts.map(lambda a: (f"{a[0]} in c.names", compare(a[1], lambda f, r, t: f.get("c.names"), lambda x, y: x in y))),
        texts.map(lambda a: (f'{a[0]} in ["x", "y"]', compare(a[1], lambda f, r, t: ["x", "y"], lambda x, y: x in y))),
    )


def joined(inner):
    return st.one_of(
        st.builds(lambda a, b: (f"({a[0]} && {b[0]})", lambda f, r, t: conj([a[1](f, r, t), b[1](f, r, t)])), inner, inner),
        st.builds(lambda a, b: (f"({a[0]} || {b[0]})", lambda f, r, t: disj([a[1](f, r, t), b[1](f, r, t)])), inner, inner),
        inner.map(lambda a: (f"!({a[0]})", lambda f, r, t: neg(a[1](f, r, t)))),
        st.builds(
            lambda c, a, b: (
                f"({c[0]} ? {a[0]} : {b[0]})",
                lambda f, r, t: {True: a, False: b}[c[1](f, r, t)][1](f, r, t) if c[1](f, r, t) is not None else None,
            ),
            inner,
            inner,
            inner,
        ),
    )


def exactly(count):
    return lambda values: None if None in values else values.count(True) == count


def at_least(count):
    return lambda values: None if None in values else values.count(True) >= count


LOOPS = [
    ("{list}.exists({v}, {p})", disj),
    ("{list}.all({v}, {p})", conj),
    ("{list}.exists_one({v}, {p})", exactly(1)),
    ("size({list}.filter({v}, {p})) == 2", exactly(2)),
    ("{list}.filter({v}, {p}).size() >= 1", at_least(1)),
    ("{list}.map({v}, {p}).exists(m, m)", lambda values: None if None in values else True in values),
    ("{list}.map({v}, {p}, 1).size() < 2", lambda values: None if None in values else values.count(True) < 2),
    ("size({list}) > 1", lambda values: len(values) > 1),
]


@st.composite
def loops(draw, predicates, names, variable):
    text, meaning = draw(st.sampled_from(LOOPS))
    name = draw(st.sampled_from(names))
    said, predicate = draw(predicates)

    def means(facts, _record, _text):
        items = facts.get(name)
        if items is None:
            return None
        pairs = [(item, None) if variable == "p" else (None, item) for item in items]
        return meaning([predicate(facts, *pair) for pair in pairs])

    return text.format(list=name, v=variable, p=said), means


def predicates(loop):
    return st.recursive(atoms(loop), joined, max_leaves=4)


EXPRESSIONS = st.recursive(
    st.one_of(
        loops(predicates("p"), ["d.items", "d.others"], "p"),
        loops(predicates("p"), ["d.items"], "p"),
        loops(atoms("p"), ["d.items"], "p"),
        atoms(None),
        loops(predicates("n"), ["c.names"], "n"),
    ),
    joined,
    max_leaves=5,
)


def values_of(world, hidden, hidden_fields=frozenset()):
    values = {}
    for name, value in world.items():
        if name in hidden:
            values[name] = Missing(MissingReason.DENIED)
        elif name.startswith("d."):
            records = [
                {field: part for field, part in record.items() if (name, at, field) not in hidden_fields}
                for at, record in enumerate(value)
            ]
            values[name] = Known(records, "t", missing_fields=dict.fromkeys(FIELDS, MissingReason.TIMEOUT))
        else:
            values[name] = Known(value, "t")
    return values


def truth(expression, values):
    answer = expression.evaluate(COMPILER.bind(values))
    assert answer.error is None
    assert (answer.truth is None) == bool(answer.missing)
    return answer.truth


HIDDEN = st.sets(st.sampled_from([spec.name for spec in SPECS]))
HIDDEN_FIELDS = st.one_of(
    st.sets(st.tuples(st.sampled_from(["d.items", "d.others"]), st.integers(0, 2), st.sampled_from(list(FIELDS))), max_size=6),
    st.tuples(st.integers(0, 2), st.sampled_from(list(FIELDS))).map(lambda place: {("d.items", *place)}),
    st.sampled_from(list(FIELDS)).map(lambda name: {("d.items", at, name) for at in range(3)}),
)


@SETTINGS
@given(EXPRESSIONS, WORLD, HIDDEN, HIDDEN_FIELDS)
def test_answers_equal_a_reference_evaluation(expression, world, hidden, hidden_fields):
    text, meaning = expression
    values = values_of(world, hidden, hidden_fields)
    visible = {name: fact.value for name, fact in values.items() if isinstance(fact, Known)}
    assert truth(COMPILER.compile(text), values) is meaning(visible, None, None), text


@SETTINGS
@given(EXPRESSIONS, WORLD, HIDDEN, HIDDEN_FIELDS, st.lists(WORLD, min_size=8, max_size=8))
def test_what_is_decided_holds_whatever_the_missing_facts_are(expression, world, hidden, hidden_fields, others):
    compiled = COMPILER.compile(expression[0])
    decided = truth(compiled, values_of(world, hidden, hidden_fields))
    if decided is None:
        return
    for other in others:
        possible = {name: other[name] if name in hidden else value for name, value in world.items()}
        for name, at, field_name in hidden_fields:
            if name not in hidden and at < len(possible[name]):
                records = [dict(record) for record in possible[name]]
                records[at][field_name] = other["d.items"][0][field_name] if other["d.items"] else world_default(field_name)
                possible[name] = records
        assert truth(compiled, values_of(possible, set())) is decided, expression[0]


def world_default(field_name):
    return {"on": True, "age": 2, "name": "z"}[field_name]


@SETTINGS
@given(EXPRESSIONS, WORLD, st.sets(st.sampled_from(["d.items", "d.others"]), min_size=1), st.lists(WORLD, min_size=8, max_size=8))
def test_what_an_unfinished_list_decides_holds_for_every_way_it_could_go_on(expression, world, unfinished, others):
    compiled = COMPILER.compile(expression[0])
    values = values_of(world, set())
    for name in unfinished:
        values[name] = Known(world[name], "t", complete=False)
    decided = truth(compiled, values)
    if decided is None:
        return
    assert truth(compiled, values_of(world, set())) is decided
    for other in others:
        longer = {name: [*value, *other[name]] if name in unfinished else value for name, value in world.items()}
        assert truth(compiled, values_of(longer, set())) is decided, expression[0]
