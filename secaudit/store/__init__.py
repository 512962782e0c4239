"""Runs, outcomes, captures, findings and states on disk."""

from secaudit.store.discovery import UndeclaredMachine
from secaudit.store.factsets import FactOutline
from secaudit.store.reading import EvidenceNote
from secaudit.store.rechecks import draw_digest
from secaudit.store.store import Store
from secaudit.store.verify import Flaw, FlawKind, Verification

__all__ = ["EvidenceNote", "FactOutline", "Flaw", "FlawKind", "Store", "UndeclaredMachine", "Verification", "draw_digest"]
