"""Typer commands: build objects, print, exit."""
