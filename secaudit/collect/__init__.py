"""Endpoints -> outcomes: fan-out, one endpoint, observer."""
