"""Language of the console: ``--lang``, then the environment, then the system."""

import gettext
import locale
import os
from collections.abc import Mapping

from secaudit.resources import LANGUAGES, locale_folder


def N_(text: str) -> str:  # noqa: N802 - the customary extraction keyword of gettext
    """Mark a help text for translation; it is looked up when the help is shown."""
    return text


FRAMEWORK_TEXTS = (
    N_("Show this message and exit."),
    N_("Arguments"),
    N_("Options"),
    N_("Commands"),
    N_("Missing command."),
    N_("No such command {name!r}."),
    N_("default: {default}"),
    N_("env var: {var}"),
    N_("required"),
)
"""What Typer itself looks up through gettext when it shows help."""


def speak(language: str) -> None:
    """Let Typer's own words come from our catalog too: it asks gettext's default domain, in the language of LANGUAGE."""
    gettext.bindtextdomain("secaudit", str(locale_folder()))
    gettext.textdomain("secaudit")
    os.environ["LANGUAGE"] = language


def choose_language(asked: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """``vi`` or ``en``: what was asked for, else what ``SECAUDIT_LANG`` or the locale says, else English."""
    candidates = [asked, environment.get("SECAUDIT_LANG")]
    candidates += [environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    if os.name == "nt":
        candidates.append(locale.getlocale()[0])
    for candidate in candidates:
        if candidate:
            short = "vi" if candidate.lower().startswith("vietnam") else candidate[:2].lower()
            return short if short in LANGUAGES else "en"
    return "en"
