"""Captured bytes become typed facts; functions of their arguments alone."""

from secaudit.facts.derived import CONFLICTS, DERIVED, WAYS, derive_facts
from secaudit.facts.parse import parse_facts

__all__ = ["CONFLICTS", "DERIVED", "WAYS", "derive_facts", "parse_facts"]
