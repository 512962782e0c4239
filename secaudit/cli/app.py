"""The command tree."""

import typer

app = typer.Typer(name="secaudit", no_args_is_help=True)


def main() -> None:
    """Entry point."""
    app()
