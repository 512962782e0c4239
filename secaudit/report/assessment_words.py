"""The words of systems against the standard."""

from collections.abc import Mapping
from types import MappingProxyType

from secaudit.messages import Message, msg

LEVEL_FROM: Mapping[str, Message] = MappingProxyType(
    {
        "approved": msg("as approved"),
        "proposed": msg("as its dossier proposes"),
        "classified": msg("the lowest that the rules prove"),
    }
)
"""Where the level comes from whose list is taken."""

CONFLICTS: Mapping[str, Message] = MappingProxyType(
    {
        "plan_full": msg("Security plan declared fully deployed, requirements not met"),
        "protection_absent": msg("Protection declared, machines without it"),
        "attested": msg("Stated with a document, machines show otherwise"),
        "statements": msg("Statements that contradict each other"),
        "no_regulation": msg("Level approved, no security regulation on record"),
        "regulation_late": msg("Security regulation later than the approval"),
    }
)
"""Kinds of contradictions, the gravest first."""
