"""Ctrl-C is never lost, wherever it falls."""

import subprocess
import sys

import pytest

FALLS = """
import os, signal, time, weakref
from secaudit.cli.interrupts import never_lost

class Thing:
    pass

def interrupted(_reference):
    os.kill(os.getpid(), signal.SIGINT)

with never_lost():
    thing = Thing()
    held = weakref.ref(thing, interrupted)
    try:
        del thing
        time.sleep(50)
        print("lost")
    except KeyboardInterrupt:
        print("given again")
"""
OTHER = """
import weakref
from secaudit.cli.interrupts import never_lost

class Thing:
    pass

def broken(_reference):
    raise ValueError("a defect")

with never_lost():
    thing = Thing()
    held = weakref.ref(thing, broken)
    del thing
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=40)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a whole console only")
def test_an_interrupt_inside_a_callback_of_a_weak_reference_is_given_again_and_not_printed():
    done = run(FALLS)
    assert (done.returncode, done.stdout, done.stderr) == (0, "given again\n", "")


def test_a_defect_at_such_a_place_is_printed_as_ever():
    done = run(OTHER)
    assert done.returncode == 0
    assert "ValueError: a defect" in done.stderr
