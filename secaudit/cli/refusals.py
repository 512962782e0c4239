"""What the command-line parser refuses, in our words: most of its own sentences are English only."""

import re
from collections.abc import Callable

import typer

from secaudit.cli.session import Session
from secaudit.messages import Message, literal, msg

_Say = Callable[[re.Match[str]], Message]
_SENTENCES: tuple[tuple[re.Pattern[str], _Say], ...] = tuple(
    (re.compile(pattern, re.DOTALL), say)
    for pattern, say in (
        (
            r"No such option: (\S+) \(Possible options: (.+)\)",
            lambda m: msg("there is no option {name}; is it {near}?", name=m[1], near=m[2]),
        ),
        (r"No such option: (\S+)", lambda m: msg("there is no option {name}", name=m[1])),
        (
            r"No such command '(.+?)'\. Did you mean (.+)\?",
            lambda m: msg("there is no command {name}; is it {near}?", name=m[1], near=m[2].replace("'", "")),
        ),
        (r"No such command '(.+?)'.*", lambda m: msg("there is no command {name}", name=m[1])),
        (r"Missing command\..*", lambda _: msg("name a command")),
        (r"Missing (?:option|argument|parameter) '?(.+?)'?\.(?: .*)?", lambda m: msg("{name} is missing", name=m[1])),
        (r"Option '(.+?)' requires an argument\.", lambda m: msg("a value must follow {name}", name=m[1])),
        (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", lambda m: msg("{text} is one word too many", text=m[1])),
        (
            r"Invalid value for '?(.+?)'?: .*valid (?:integer|number).*",
            lambda m: msg("{name} must be a number in digits", name=m[1]),
        ),
        (
            r"Invalid value for '?(.+?)'?: .*greater than or equal to ([\d.]+).*",
            lambda m: msg("{name} must be at least {bound}", name=m[1], bound=m[2]),
        ),
        (
            r"Invalid value for '?(.+?)'?: .*less than or equal to ([\d.]+).*",
            lambda m: msg("{name} must be at most {bound}", name=m[1], bound=m[2]),
        ),
        (
            r"Invalid value for '?(.+?)'?: .*'(.*)' is not one of (.+?)\.?",
            lambda m: msg("{name} cannot be {text}; it is one of {choices}", name=m[1], text=m[2], choices=m[3].replace("'", "")),
        ),
    )
)


def explain(session: Session, error: typer.TyperException) -> None:
    """One sentence and the help to read; a group that was called without a command shows its help."""
    context = getattr(error, "ctx", None)
    sentence = _sentence(error.format_message())
    if sentence is None:
        session.err.print(error.format_message(), markup=False, highlight=False, soft_wrap=True)
        return
    session.say(sentence, style="bold red")
    command = context.command_path if context is not None else "secaudit"
    session.say(msg("  → what can be written: {command} --help", command=command))


def _sentence(text: str) -> Message | None:
    """The parser's sentence in our words; a help page is none."""
    if "\n" in text.strip():
        return None
    for pattern, say in _SENTENCES:
        found = pattern.fullmatch(text)
        if found:
            return say(found)
    return literal(text)
