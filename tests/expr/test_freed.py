"""Bindings hold all facts of a machine: they are gone when nobody holds them, without the collector's help."""

import gc
from weakref import ref

import pytest

from secaudit.expr import Compiler
from secaudit.model.fact import FACTS, Known


def test_bindings_are_freed_at_once_after_they_were_asked():
    compiler = Compiler(FACTS.values())
    expression = compiler.compile('os.family == "linux"', params={})
    gc.disable()
    try:
        bindings = compiler.bind({"os.family": Known("linux", "release")})
        assert expression.evaluate(bindings).truth is True
        assert bindings.tokens["patch.pending_security"] is not None  # looked at only now
        tokens, watched = bindings.tokens, ref(bindings)
        del bindings
        assert watched() is None
        with pytest.raises(KeyError):
            tokens["os.name"]
    finally:
        gc.enable()
