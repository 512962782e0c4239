"""Expressions of checks, level rules and plans: the only adapter around CEL.

``Compiler(specs).compile(text).evaluate(compiler.bind(facts))`` answers true, false or unknown (Kleene's strong logic):
a fact that was not obtained is not bound, ``false && unknown`` is false, ``true || unknown`` is true, everything else that
depends on it is unknown, and the answer lists what was missing.

The subset of CEL offered
    values        bool, int (64 bits), double, string, lists of them in ``[ ]``; no null, bytes, unsigned, maps, messages
    names         declared facts, ``param.x``; loop variables must not begin like a fact
    operators     ``&& || ! ?:``, ``== != < <= > >=`` between equal types, ``in``, ``+ - * / %`` for numbers
    lists         ``exists all exists_one filter map``, ``size``; no indexing, no concatenation
    records       only their fields, ``p.running``; lists of records are searched or measured, never compared
    text          ``contains startsWith endsWith matches size``; the pattern is a literal or a parameter
    numbers       ``int(double)``, ``double(int)``
    not offered   ``has`` (a missing field must not decide), time and duration, conversions from text, ``dyn``, ``type``

A text has at most 8,000 characters and 24 levels of brackets. Everything is checked when a text is compiled: unknown names
and fields (inside records too), types, patterns; the error names the bad thing and what was probably meant.

Names with dashes or leading digits are written the way :func:`variable_name` says:
``verdict.patch.security-pending`` is ``verdict.patch.security_pending`` in an expression.
"""

from secaudit.expr.bindings import Bindings
from secaudit.expr.compiler import Compiler
from secaudit.expr.declare import variable_name
from secaudit.expr.expression import Answer, Expression
from secaudit.expr.memory import Memory

__all__ = ["Answer", "Bindings", "Compiler", "Expression", "Memory", "variable_name"]
