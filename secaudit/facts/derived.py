"""Facts that depend on the day: counted when a machine is judged, from what it said and what the catalog knows by then."""

from datetime import datetime

from secaudit.facts.lifecycle import OFFICE, SUPPORT, office_days_left, support_days_left
from secaudit.facts.windows_level import BEHIND, DUE, LEVEL, patch_level
from secaudit.model.fact import FactSet, Missing, MissingReason
from secaudit.model.knowledge import Knowledge

WAYS = "evidence.ways"
CONFLICTS = "evidence.conflicts"
DERIVED: frozenset[str] = frozenset({SUPPORT, OFFICE, LEVEL, BEHIND, DUE, WAYS, CONFLICTS})
"""Facts no parser gives: an answer kept for weeks gives them anew on each day."""
_OF_ONE_PIECE = Missing(MissingReason.UNSUPPORTED, detail="one piece of evidence alone contradicts nothing")


def derive_facts(facts: FactSet, knowledge: Knowledge, moment: datetime) -> FactSet:
    """``facts`` with those of :data:`DERIVED` as of ``moment``; never raises."""
    today = moment.date()
    return {
        **facts,
        SUPPORT: support_days_left(facts, knowledge, today),
        OFFICE: office_days_left(facts, knowledge, today),
        **patch_level(facts, knowledge, today),
        # Whoever puts several pieces together says more (pipeline/combining.py).
        WAYS: _OF_ONE_PIECE,
        CONFLICTS: _OF_ONE_PIECE,
    }
