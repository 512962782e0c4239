"""Check files that want to crash the engine: run in a process of their own, because a crash would take the tests with it."""

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from secaudit.errors import ExpressionError
from secaudit.expr import Compiler
from secaudit.model.fact import FACTS
compiler = Compiler(FACTS.values())
try:
    expression = compiler.compile(eval(sys.argv[1]))
except ExpressionError as error:
    print("refused", str(error)[:300])
else:
    answer = expression.evaluate(compiler.bind({}))
    print("evaluated", answer.truth, answer.error)
"""


def outcome(source):
    done = subprocess.run([sys.executable, "-c", SCRIPT, source], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, (done.returncode, done.stderr[-500:])
    return done.stdout.strip()


@pytest.mark.parametrize(
    "source",
    [
        "'(' * 25 + 'true' + ')' * 25",
        "'(' * 3000 + 'true' + ')' * 3000",
        "'[' * 1000 + ']' * 1000 + ' == []'",
        "'((((\")))))\"' * 300",
        "'1' + ' + 1' * 1000 + ' == 1'",
        "'true ? true : ' * 500 + 'true'",
        "'[1].filter(x, true)' + '.filter(x, true)' * 200 + '.size() == 1'",
        "'protection.products.exists(p, ' * 22 + 'true' + ')' * 22",
        "'os.name == ' + repr('x' * 1_000_000)",
        "'true' + ' && true' * 200_000",
        "'!' * 1_000_000 + 'true'",
        "'a.' * 500_000 + 'b'",
        "'\\'' * 7999",
        "'\\\\' * 7999",
        "'/' * 7999",
    ],
)
def test_hostile_texts_are_refused(source):
    assert outcome(source).startswith("refused")


@pytest.mark.parametrize(
    "source",
    [
        "'!' * 7000 + 'true'",
        "'-' * 7000 + '1 == 1'",
        "'true' + ' && true' * 800",
        "'os.name in [' + ', '.join(['\"x\"'] * 1500) + ']'",
        "'(' * 12 + 'true' + ')' * 12",
        "'[1].exists(a, ' * 20 + 'true' + ')' * 20",
    ],
)
def test_long_but_flat_texts_are_read(source):
    assert outcome(source).startswith("evaluated")


def test_loops_in_loops_end_as_an_error():
    ones = "[" + ",".join(["1"] * 60) + "]"
    text = f"{ones}.all(a, {ones}.all(b, {ones}.all(c, true)))"
    assert outcome(repr(text)).startswith("evaluated None INTERNAL: Iteration budget exceeded")


@pytest.mark.parametrize("depth", range(1, 14))
def test_what_compiles_can_be_asked_about_unfinished_lists_too(depth):
    source = f"'protection.products.exists(p, ' * {depth} + 'p.running' + ')' * {depth}"
    said = outcome(source)
    assert said.startswith(("refused", "evaluated None None"))
    assert depth > 3 or said.startswith("evaluated")
