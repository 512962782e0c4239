"""Endpoints -> outcomes: fan-out, one endpoint, observer."""

from secaudit.collect.fanout import collect
from secaudit.collect.job import Job, Limits
from secaudit.collect.observer import NullObserver, Observer

__all__ = ["Job", "Limits", "NullObserver", "Observer", "collect"]
