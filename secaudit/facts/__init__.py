"""Captured bytes become typed facts; functions of their arguments alone."""

from secaudit.facts.lifecycle import derive_facts
from secaudit.facts.parse import parse_facts

__all__ = ["derive_facts", "parse_facts"]
