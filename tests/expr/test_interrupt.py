"""Ctrl-C during the engine's work is Ctrl-C, never an answer and never a defect of an expression."""

import gc
import random
import signal

import pytest

from secaudit.errors import ExpressionError
from secaudit.expr import Compiler
from secaudit.model.fact import FACTS, Known

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer signal")
ATTEMPTS = 1500
FACT = "protection.products"


def work():
    """One compiler, one expression, one answer: the answer."""
    compiler = Compiler(FACTS.values())
    expression = compiler.compile(f"{FACT}.exists(p, p.running && p.realtime)")
    products = [{"running": False, "realtime": True}] * 40
    return expression.evaluate(compiler.bind({FACT: Known(products, section="t")}))


@pytest.fixture(name="timer")
def timer_that_interrupts():
    """What went off so far; it raises KeyboardInterrupt as Ctrl-C does."""
    fired = []

    def interrupt(number, _frame):
        fired.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    gc.disable()  # hypothesis hangs a Python function on every collection; what is raised in it reaches nobody
    yield fired
    gc.enable()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def attempt(after):
    """Interrupt :func:`work` ``after`` seconds: what came of it."""
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, after)
            answer = work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        return "interrupted"
    except (ExpressionError, RuntimeError) as error:
        return str(error)
    return answer.error or str(answer.truth)


def test_an_interrupted_engine_is_an_interrupt(timer):
    """Without the translation about one attempt in ten ends as a defect of the expression."""
    draw = random.Random(20261126)
    outcomes = set()
    for _ in range(ATTEMPTS):
        del timer[:]
        outcome = attempt(draw.uniform(0.0003, 0.006))
        outcomes.add((bool(timer), outcome))
    assert outcomes <= {(True, "interrupted"), (False, "False")}, outcomes
    assert (True, "interrupted") in outcomes
