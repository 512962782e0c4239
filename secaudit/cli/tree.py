"""A command tree that loads a command when it is called and translates help when it is shown."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from secaudit.cli.interrupts import raised
from secaudit.cli.session import session_of


class Entry(NamedTuple):
    """Where a command lives."""

    module: str
    """Module of ``secaudit.cli`` that holds a Typer application called ``app``."""
    single: bool = False
    """The application is one command, not a group."""
    among: bool = False
    """The command is one of several of the application."""


class Command(TyperCommand):
    """A command whose help speaks the session's language."""

    def invoke(self, ctx: Any) -> Any:
        """From here on there is something to keep when a person presses Ctrl-C."""
        with raised():
            return super().invoke(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Translate, then show."""
        _translate(self, ctx)
        super().format_help(ctx, formatter)


class Group(TyperGroup):
    """A group whose help speaks the session's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Translate this group and the lines of its commands, then show."""
        _translate(self, ctx)
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None:
                _translate(command, ctx)
        super().format_help(ctx, formatter)


class LazyGroup(Group):
    """The root and large groups: commands are imported when they are asked for, so that ``--version`` stays quick."""

    registry: Mapping[str, Entry] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """All names, in the order of the registry."""
        return list(self.registry)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import the module of the command; None for an unknown name."""
        if cmd_name not in self.commands:
            entry = self.registry.get(cmd_name)
            if entry is None:
                return None
            application: typer.Typer = import_module(f"secaudit.cli.{entry.module}").app
            command: Any = get_command(application)
            if entry.among:
                command = command.get_command(ctx, cmd_name)
            command.name = cmd_name
            self.add_command(command, cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load every command before an unknown name is reported, so that a similar one can be suggested."""
        if args and args[0] not in self.registry:
            for name in self.registry:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)


def application(**settings: Any) -> typer.Typer:
    """A Typer application of ours: no completion commands, plain tracebacks, translated help."""
    settings.setdefault("cls", Group)
    settings.setdefault("no_args_is_help", True)
    settings.setdefault("context_settings", {"help_option_names": ["-h", "--help"]})
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, **settings)


def _translate(command: Any, ctx: Any) -> None:
    texts = session_of(ctx).translator
    for item in (command, *command.get_params(ctx)):
        original = getattr(item, "untranslated_help", None) or getattr(item, "help", None)
        if original:
            item.untranslated_help = original
            item.help = texts.text(original)
            if item is command:
                command.short_help = None
