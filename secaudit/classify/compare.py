"""The level a dossier declares beside the level the rules propose."""

from typing import Literal

from secaudit.model.level import Classification
from secaudit.model.system import System

Comparison = Literal["same", "declared_lower", "declared_higher", "not_declared", "open", "kept"]
"""``kept``: approved under the former decree and valid although these rules would raise it: reviewed when the system changes, no
violation. ``open``: the proposal is a range (or nothing) that does not exclude the declared level."""


def compare(classification: Classification, system: System | None = None) -> Comparison:
    """Compare; with ``system`` the declared level is read from it, else from the classification."""
    declared = classification.declared
    if system is not None:
        declared = system.dossier.level if system.dossier else None
    if declared is None:
        return "not_declared"
    lowest, highest = classification.lowest, classification.highest
    if lowest is not None and declared < lowest:
        return "kept" if classification.declared_kept else "declared_lower"
    if highest is not None and declared > highest:
        return "declared_higher"
    return "same" if classification.level == declared else "open"
