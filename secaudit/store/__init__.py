"""Runs, outcomes, captures, findings and states on disk."""
