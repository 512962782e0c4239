"""References to clauses of acts."""

import re

from secaudit.catalog.sourced import Loc, M, Sourced
from secaudit.errors import Problem
from secaudit.messages import literal, msg
from secaudit.source import did_you_mean

ACTS = ("tcvn-14423", "tcvn-11930", "nd-331-2026", "nd-85-2016", "luat-116-2025", "tt-12-2022")
_CLAUSE = re.compile(r"(x|[1-9][0-9]?)(\.[1-9][0-9]?){1,4}(\.[a-zđ])?|phu-luc-[1-9]")
"""Chapter and clause, or a whole annex."""


def reference_problems(item: Sourced[M], loc: Loc, ref: str) -> list[Problem]:
    """Why ``ref`` names no clause of an act known here."""
    act, _, clause = ref.partition(":")
    if act not in ACTS:
        hint = did_you_mean(act, ACTS) or msg("the acts are {names}", names=literal(", ".join(ACTS)))
        return [item.problem(msg("The reference names no act known here"), loc, found=ref, hint=hint)]
    if not _CLAUSE.fullmatch(clause):
        expected = literal("tcvn-14423:x.10.2.1.b")
        return [item.problem(msg("The reference names no clause"), loc, found=ref, expected=expected)]
    return []
