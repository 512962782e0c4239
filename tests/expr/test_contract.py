"""What secaudit relies on in the engine, pinned to the version that was measured.

When this file fails after an upgrade, read it line by line: each test is a promise of `secaudit.expr` that rests on it.
"""

import subprocess
import sys
import threading
from importlib import metadata

import pytest
from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool

from secaudit.expr.tree import Tree, walk

VERSION = "0.1.3"
FIELD = descriptor_pb2.FieldDescriptorProto
NO_HAS = cel.NewEnvConfigFromYaml("name: t\nstdlib:\n  exclude_macros: [has]\n")
RECORDS = cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN))
VARIABLES = {
    "patch.pending": cel.Type.INT,
    "patch.late": cel.Type.BOOL,
    "os.name": cel.Type.STRING,
    "os.names": cel.Type.List(cel.Type.STRING),
    "load.mean": cel.Type.DOUBLE,
    "protection.products": RECORDS,
}


@pytest.fixture(scope="module")
def env():
    return cel.NewEnv(config=NO_HAS, variables=VARIABLES)


@pytest.fixture(scope="module")
def typed():
    file = descriptor_pb2.FileDescriptorProto(name="t.proto", package="t", syntax="proto3")
    product = file.message_type.add(name="product")
    product.field.add(name="running", number=1, type=FIELD.TYPE_BOOL, label=FIELD.LABEL_OPTIONAL)
    product.field.add(name="name", number=2, type=FIELD.TYPE_STRING, label=FIELD.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    variables = {**VARIABLES, "protection.products": cel.Type.List(cel.Type("t.product"))}
    return cel.NewEnv(pool, config=NO_HAS, variables=variables)


def evaluate(env, text, data):
    return env.compile(text).eval(env.Activation(data))


def test_the_installed_version_is_the_one_described_here():
    assert metadata.version("cel-expr-python") == VERSION


def test_an_unbound_fact_gives_an_error_whose_value_is_a_truthy_text(env):
    value = evaluate(env, "patch.pending == 0", {})
    assert value.type() == cel.Type.ERROR
    assert isinstance(value.value(), str)
    assert value.value()
    assert value.value() is not True


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("patch.late || patch.pending == 0", True),
        ("patch.pending == 0 || patch.late", True),
        ("!patch.late && patch.pending == 0", False),
        ("patch.pending == 0 && !patch.late", False),
        ("patch.late ? true : patch.pending == 0", True),
    ],
)
def test_logic_decides_without_the_unbound_fact(env, text, expected):
    assert evaluate(env, text, {"patch.late": True}).value() is expected


@pytest.mark.parametrize(
    "text", ["patch.late && patch.pending == 0", "patch.pending == 0 ? true : true", "!(patch.pending == 0)"]
)
def test_what_depends_on_the_unbound_fact_is_an_error(env, text):
    assert evaluate(env, text, {"patch.late": True}).type() == cel.Type.ERROR


def test_the_error_names_only_the_first_missing_fact(env):
    text = evaluate(env, "patch.pending == 0 && os.name == 'x'", {}).value()
    assert "patch.pending" in text
    assert "os.name" not in text


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("1 / patch.pending == 1", {"patch.pending": 0}),
        ("patch.pending + 9223372036854775807 > 0", {"patch.pending": 1}),
        ("os.name.matches('(')", {"os.name": "x"}),
        ("os.name == 'x'", {"os.name": 5}),
        ("patch.pending == 0", {"patch.pending": 2**64}),
        ("protection.products.exists(p, p.running)", {"protection.products": [{"name": "x"}]}),
        ("protection.products.exists(p, true)", {"protection.products": ({"name": "x"},)}),
    ],
)
def test_defects_and_wrong_types_are_errors_like_missing_facts(env, text, data):
    assert evaluate(env, text, data).type() == cel.Type.ERROR


def test_a_bool_is_silently_taken_for_an_int(env):
    assert evaluate(env, "patch.pending == 1", {"patch.pending": True}).value() is True


def test_a_nul_cuts_a_text(env):
    assert evaluate(env, "os.name == 'x'", {"os.name": "x\0evil"}).value() is True


def test_a_lone_surrogate_raises(env):
    with pytest.raises(RuntimeError):
        evaluate(env, "os.name == 'x'", {"os.name": "\ud800"}).value()


def test_all_on_an_empty_list_is_true(env):
    assert evaluate(env, "protection.products.all(p, p.running)", {"protection.products": []}).value() is True


def test_an_empty_record_behind_a_list_makes_exists_and_all_unknown_where_they_should_be(env):
    def ask(text, *records):
        return evaluate(env, text, {"protection.products": [*records, {}]})

    assert ask("protection.products.exists(p, p.running)", {"running": True}).value() is True
    assert ask("protection.products.exists(p, p.running)", {"running": False}).type() == cel.Type.ERROR
    assert ask("protection.products.all(p, p.running)", {"running": False}).value() is False
    assert ask("protection.products.all(p, p.running)", {"running": True}).type() == cel.Type.ERROR
    assert ask("protection.products.filter(p, p.running).size() > 0", {"running": True}).type() == cel.Type.ERROR


def test_an_empty_record_alone_would_prove_too_much(env):
    """Why `secaudit.expr.rewrite` changes the tree as well."""
    data = {"protection.products": [{}]}
    assert evaluate(env, "protection.products.exists(p, true)", data).value() is True
    assert evaluate(env, "protection.products.all(p, false)", data).value() is False


def test_an_unset_message_field_would_read_as_false(typed):
    """Why evaluation goes over maps."""
    assert typed.compile("t.product{}.running == false").eval().value() is True


def test_maps_hide_misspelt_fields(env):
    """Why checking goes over messages."""
    assert env.compile("protection.products.exists(p, p.runing)").return_type() == cel.Type.BOOL


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("protection.products.exists(p, p.runing)", "undefined field 'runing' not found in struct 't.product'"),
        ("protection.products.exists(p, p.running == 'x')", "found no matching overload for '_==_' applied to '(bool, string)'"),
        ("protection.products.exists(p, p['running'])", "found no matching overload for '_[_]'"),
        ("protection.products.filter(p, p.running).exists(q, q.nam == '')", "undefined field 'nam'"),
        ("patch.pendng == 0", "undeclared reference to 'patch.pendng'"),
        ("patch.pending == 0.5", "found no matching overload for '_==_' applied to '(int, double)'"),
        ("has(os.name)", "undeclared reference to 'has'"),
        ("os.name.lower() == ''", "undeclared reference to 'lower'"),
    ],
)
def test_checking_refuses_in_these_words(typed, text, said):
    with pytest.raises(RuntimeError) as caught:
        typed.compile(text)
    assert said in str(caught.value)
    assert "ERROR: <input>:1:" in str(caught.value)


def test_has_would_let_a_missing_field_decide():
    open_env = cel.NewEnv(variables=VARIABLES)
    data = {"protection.products": [{"name": "x"}]}
    assert evaluate(open_env, "protection.products.exists(p, !has(p.running))", data).value() is True


def test_days_are_no_duration():
    assert cel.NewEnv().compile('duration("7d") == duration("168h")').eval().type() == cel.Type.ERROR


def test_the_checked_expression_lists_all_variables(typed):
    tree = Tree(typed.compile("patch.late && (patch.pending == 0 || .os.name == 'x')").serialize())
    assert {name for node in walk(tree.root) if (name := tree.name(node))} == {"patch.late", "patch.pending", "os.name"}


def test_a_changed_checked_expression_runs(env):
    tree = Tree(env.compile("patch.pending == 7").serialize())
    (node,) = [node for node in walk(tree.root) if tree.name(node) == "patch.pending"]
    tree.forget(node)
    node.const_expr.int64_value = 7
    assert env.deserialize(tree.encode()).eval(data={}).value() is True


def test_the_accumulator_of_the_macros_cannot_be_written(env):
    with pytest.raises(RuntimeError):
        env.compile("@result == 1")


@pytest.mark.parametrize(("count", "raises"), [(9_900, False), (10_100, True)])
def test_long_loops_raise(env, count, raises):
    expression = env.compile("os.names.all(n, n == 'x')")
    activation = env.Activation({"os.names": ["x"] * count})
    if raises:
        with pytest.raises(RuntimeError, match="Iteration budget exceeded"):
            expression.eval(activation)
    else:
        assert expression.eval(activation).value() is True


def test_deep_texts_are_refused_and_do_not_crash():
    """In a process of its own: a crash would take the tests with it."""
    script = """
from cel_expr_python import cel
env = cel.NewEnv()
for text in ["(" * 400 + "true" + ")" * 400, "1" + "+1" * 4000 + " == 1", "true?true:" * 800 + "true", "[" * 400 + "]" * 400]:
    try:
        env.compile(text)
        print("compiled")
    except RuntimeError as error:
        print("recursion" in str(error))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["True"] * 4)


def test_eight_threads_share_expression_and_activation(env):
    expression = env.compile("protection.products.exists(p, p.running) && patch.pending == 3")
    activation = env.Activation({"protection.products": [{"running": True}], "patch.pending": 3})
    right = []

    def ask():
        right.append(all(expression.eval(activation).value() is True for _ in range(2_000)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert right == [True] * 8
