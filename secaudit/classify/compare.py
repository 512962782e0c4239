"""The level a dossier declares beside the level the rules propose."""

from typing import Literal

from secaudit.model.level import Classification
from secaudit.model.system import System

Comparison = Literal["same", "declared_lower", "declared_higher", "not_declared", "open", "kept", "below_risk", "by_risk"]
"""``kept``: approved under the former decree and valid although the clauses would raise it: reviewed when the system changes, no
violation; a risk result above it obliges all the same (331/2026, 10.5 speaks of the decided level). ``open``: the proposal
is a range (or nothing) that does not exclude the declared level. ``below_risk``: not below the clauses, but below what the risk
result obliges the owner to propose; ``by_risk``: above the clauses, as it obliges."""

TOO_LOW = frozenset({"declared_lower", "below_risk"})
"""Comparisons that somebody must act on."""


def compare(classification: Classification, system: System | None = None) -> Comparison:
    """Compare; with ``system`` the declared level is read from it, else from the classification."""
    declared = classification.declared
    if system is not None:
        declared = system.dossier.level if system.dossier else None
    if declared is None:
        return "not_declared"
    lowest, risk = classification.lowest, classification.at_least
    if declared < max(lowest or 0, risk or 0):
        if classification.declared_kept and (risk is None or declared >= risk):
            return "kept"
        lower = not classification.declared_kept and lowest is not None and declared < lowest
        return "declared_lower" if lower else "below_risk"
    return _not_lower(classification, declared)


def _not_lower(classification: Classification, declared: int) -> Comparison:
    if classification.level == declared:
        return "same"
    if classification.highest is not None and declared > classification.highest:
        return "by_risk" if declared == classification.at_least else "declared_higher"
    return "open"
